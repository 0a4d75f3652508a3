"""A way to make segments (view, reduction, number of segments), and what comes of it on a table of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.clustering import KMeansSegmenter
from marketfold.features import build_matrix
from marketfold.reduction import make_reducer
from marketfold.selection.segmentation import Segmentation, unnamed
from marketfold.selection.views import select_view

if TYPE_CHECKING:
    from marketfold.features import FeatureMatrix
    from marketfold.reduction import Reducer
    from marketfold.schema import FeatureTable, Float32, Progress


@dataclass(frozen=True)
class Recipe:
    """A way to make segments; the same recipe can be followed on customers of an earlier day or on a resample.

    Attributes
    ----------
    view
        Name of the side of the customers (`VIEWS`).
    method
        Name of the reduction.
    n_segments
        How many segments.
    n_dimensions
        Dimensions after the reduction; None lets it find them.
    geography
        Whether countries and territories may shape segments.
    seed
        Seed of the network and of the starting centres.
    """

    view: str
    method: str
    n_segments: int
    n_dimensions: int | None = None
    geography: bool = False
    seed: int = 0

    def reduce(self, table: FeatureTable, progress: Progress | None = None) -> tuple[FeatureMatrix, Reducer, Float32]:
        """Follow the recipe up to the dimensions that K-means would see."""
        matrix = build_matrix(select_view(table, self.view), geography=self.geography)
        reducer = make_reducer(self.method, self.n_dimensions, self.seed)
        reducer.fit(matrix.values, progress=progress)
        return matrix, reducer, reducer.transform(matrix.values)

    def segment(self, table: FeatureTable, progress: Progress | None = None) -> Segmentation:
        """Follow the recipe to the end."""
        matrix, reducer, dimensions = self.reduce(table, progress)
        segmenter = KMeansSegmenter(self.n_segments, random_state=self.seed)
        segmenter.fit(dimensions, revenue=table.revenue)
        numbers, names = unnamed(self.n_segments)
        return Segmentation(table, matrix, reducer, dimensions, segmenter, segmenter.labels_, numbers, names)
