"""Turns order lines into customer segments you can trust, and segments into campaigns you can measure.

The public names are those of `__init__.pyi`, which type checkers read too. Each is loaded when it is first used, so
that importing the package costs nothing.
"""

from marketfold.lazy import names_of_stub
from marketfold.version import __version__ as __version__

__getattr__, __all__ = names_of_stub(__name__, __file__)
