"""The lessons: what segments are good for and how they are made, tried by the reader on the own data.

Each name is loaded when it is first used.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
