"""A way to make segments (view, reduction, number of segments), and what comes of it on a table of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketfold.clustering import make_segmenter
from marketfold.features import build_matrix
from marketfold.reduction import make_reducer
from marketfold.selection.views import select_view

if TYPE_CHECKING:
    from marketfold.clustering import KMeansSegmenter
    from marketfold.features import FeatureMatrix
    from marketfold.reduction import Reducer
    from marketfold.schema import FeatureTable, Float32, Labels, Progress


@dataclass(frozen=True)
class Segmented:
    """What a recipe made of one table.

    Attributes
    ----------
    matrix
        The scaled features of the view.
    reducer
        Fitted on the matrix.
    dimensions : float32, shape (n_units, n_dimensions)
        What K-means saw.
    segmenter
        Fitted on the dimensions.
    labels : int32, shape (n_units,)
        Segment of each unit, from 0, ordered by revenue.
    """

    matrix: FeatureMatrix
    reducer: Reducer
    dimensions: Float32
    segmenter: KMeansSegmenter
    labels: Labels


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
    reducer, clusterer
        A transformer and a clusterer of the user's own, in the place of `method` and of K-means.
    """

    view: str
    method: str
    n_segments: int
    n_dimensions: int | None = None
    geography: bool = False
    seed: int = 0
    reducer: Any = None
    clusterer: Any = None

    def reduce(self, table: FeatureTable, progress: Progress | None = None) -> tuple[FeatureMatrix, Reducer, Float32]:
        """Follow the recipe up to the dimensions that K-means would see."""
        matrix = build_matrix(select_view(table, self.view), geography=self.geography)
        reducer = make_reducer(self.method if self.reducer is None else self.reducer, self.n_dimensions, self.seed)
        reducer.fit(matrix.values, progress=progress)
        return matrix, reducer, reducer.transform(matrix.values)

    def segment(self, table: FeatureTable, progress: Progress | None = None) -> Segmented:
        """Follow the recipe to the end."""
        matrix, reducer, dimensions = self.reduce(table, progress)
        segmenter = make_segmenter(self.clusterer, self.n_segments, self.seed)
        segmenter.fit(dimensions, revenue=table.revenue)
        return Segmented(matrix, reducer, dimensions, segmenter, segmenter.labels_)
