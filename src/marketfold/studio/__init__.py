"""The whole job in a browser: a local web app that edits settings and plans, and runs what the command line runs.

Each name is loaded when it is first used: the process of a job serves no page, and takes nothing of what does.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
