"""The face of the library: settings by their names, one call from orders to segments, and what can be done with them.

The names of `__init__.pyi` of `marketfold` are loaded from here.
"""

from marketfold.library.figures import Figures
from marketfold.library.judging import compare_reducers, find_traps, profile_segments, segmentation
from marketfold.library.results import Comparison, MeasuredCampaigns
from marketfold.library.saved import SavedSegments, load, refresh
from marketfold.library.segmenting import segment
from marketfold.library.segments import Segments
from marketfold.library.stages import clean, features, matrix, read

__all__ = [
    "Comparison",
    "Figures",
    "MeasuredCampaigns",
    "SavedSegments",
    "Segments",
    "clean",
    "compare_reducers",
    "features",
    "find_traps",
    "load",
    "matrix",
    "profile_segments",
    "read",
    "refresh",
    "segment",
    "segmentation",
]
