"""A finished run on disk, written whole or not at all, and read back.

Each name is loaded when it is first used: looking at a file needs neither scikit-learn nor the report.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
