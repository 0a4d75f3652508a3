"""From profiles to campaigns: a brief for each segment, budgets and holdouts.

Each name is loaded when it is first used.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
