"""Choosing between feature sets, reductions and numbers of segments, with evidence that the choice did not see.

Each name is loaded when it is first used.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
