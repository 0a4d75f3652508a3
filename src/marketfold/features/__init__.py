"""Features: from lines to one row per customer, order or order line, then to a scaled matrix and back.

Each name is loaded when it is first used.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
