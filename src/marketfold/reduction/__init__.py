"""Fewer dimensions: none, PCA, an autoencoder or a transformer of your own, and whether the data suit it.

The table of names needs nothing, the rest scikit-learn: the names of `__init__.pyi` are loaded when they are used.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
