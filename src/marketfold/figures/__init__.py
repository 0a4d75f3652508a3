"""Figures: pure functions from numbers to Plotly figures, the same for report and notebook.

Each name is loaded when it is first used: a page needs the colours, and no figure, before it draws one.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
