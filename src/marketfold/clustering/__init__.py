"""Matrix to segments: the elbow, the chosen k with its evidence, K-means, stability.

What sums by segment needs no scikit-learn, the rest does: the names of `__init__.pyi` are loaded when they are used.
"""

from marketfold.lazy import names_of_stub

__getattr__, __all__ = names_of_stub(__name__, __file__)
