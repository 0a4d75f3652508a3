"""The documentation as a site: `python -m handbook` builds it, and whatever is broken in it stops the build.

The pages are those of `docs`; what can be told from the source is written when the site is built.
"""
