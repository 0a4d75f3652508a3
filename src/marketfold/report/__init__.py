"""A finished run as one HTML file that opens offline and reads like a memo, and results in words for other pages.

Each name is loaded when it is first used.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
