"""A memory for fits: what a feature set, a reduction and a table of units give is made once in a run."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import numpy as np

from marketfold.clustering import choose_k, make_segmenter
from marketfold.features import build_matrix
from marketfold.reduction import as_known, make_reducer
from marketfold.sampling import sample_rows
from marketfold.selection.feature_sets import select_features, widened
from marketfold.selection.segmentation import Segmentation, unnamed
from marketfold.thresholds import FEWEST_SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.clustering import KChoice
    from marketfold.features import FeatureMatrix
    from marketfold.reduction import Reducer
    from marketfold.schema import Float32, Progress
    from marketfold.selection.temporal_holdout import TemporalHoldout
    from marketfold.units import FeatureTable

T = TypeVar("T")

TAUGHT_UNITS = 50_000
"""Units that teach a network; it is small, and more would not teach it more."""


@dataclass(frozen=True)
class Recipe:
    """A way to make segments; the same recipe can be followed on customers of an earlier day or on a sample.

    Attributes
    ----------
    feature_set, method
        Names of the features that shape the segments (`FEATURE_SETS`, or `all`) and of the reduction.
    n_segments
        How many segments; the reduction does not depend on it.
    n_dimensions
        Dimensions after the reduction; None lets it find them.
    geography
        Whether countries and territories may shape segments.
    reducer, clusterer
        A transformer and a clusterer of the user's own, in the place of `method` and of K-means.
    """

    feature_set: str
    method: str
    n_segments: int
    n_dimensions: int | None = None
    geography: bool = False
    seed: int = 0
    reducer: Any = None
    clusterer: Any = None

    def through(self, method: Any) -> Recipe:
        """The same with another reduction: one of the table by its name, or a transformer of the user's own."""
        if isinstance(method, str):
            return replace(self, method=method, reducer=None)
        return replace(self, method=make_reducer(method).name, reducer=method)

    @property
    def space(self) -> tuple[Any, ...]:
        """All that the dimensions depend on: recipes that differ in k or in the clusterer alone have the same.

        A reducer of the user's own is known by its identity: it need not be hashable.
        """
        kept = None if self.method == "none" else self.n_dimensions
        return self.feature_set, self.method, id(self.reducer), kept, self.geography, self.seed


@dataclass(frozen=True)
class Reduced:
    """What K-means would see of a table: scaled features, the fitted reducer, what comes out of it, and the seconds."""

    matrix: FeatureMatrix
    reducer: Reducer
    dimensions: Float32
    seconds: float


class Fits:
    """Follows recipes, and remembers every matrix, reduction and segmentation that it made.

    Parameters
    ----------
    holdout
        The customers of an earlier day and what they brought after it; None where the orders are too short.
    progress
        Told of the steps of every fit.

    Examples
    --------
    >>> from marketfold import clean, features, make_shop, read
    >>> fits = Fits(features(clean(read(make_shop(lines=4_000).lines))))
    >>> three, four = (fits.segment(Recipe("value", "pca", k, n_dimensions=2)) for k in (3, 4))
    >>> three.dimensions is four.dimensions, three is fits.segment(Recipe("value", "pca", 3, n_dimensions=2))
    (True, True)
    """

    def __init__(
        self, table: FeatureTable, holdout: TemporalHoldout | None = None, progress: Progress | None = None
    ) -> None:
        self.table, self.holdout, self.progress = table, holdout, progress
        self._made: dict[tuple[Any, ...], Any] = {}
        self._held: dict[int, Any] = {}  # so that nothing else can get the identity of what is known by it

    @classmethod
    def of(cls, matrix: FeatureMatrix, progress: Progress | None = None) -> Self:
        """A memory over a matrix that is there already, in the place of that of all features."""
        fits = cls(matrix.table, None, progress)
        fits._made["matrix", fits._known(matrix.table), "all", False] = matrix
        return fits

    def sample(self, most: int, seed: int) -> Fits:
        """The same memory over seeded samples of at most `most` units; a smaller table is taken whole."""
        holdout = self.holdout.sample(most, seed) if self.holdout else None
        rows = sample_rows(len(self.table), most, seed)
        table = self.table if len(rows) == len(self.table) else self.table.take(rows)
        few = Fits(table, holdout, self.progress)
        few._made, few._held = self._made, self._held
        return few

    def _once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])

    def _known(self, one: Any) -> int:
        self._held[id(one)] = one
        return id(one)

    def _units(self, table: FeatureTable | None) -> tuple[int, FeatureTable]:
        units = self.table if table is None else table
        return self._known(units), units

    def matrix(self, recipe: Recipe, table: FeatureTable | None = None) -> FeatureMatrix:
        """The scaled features of a recipe's feature set, of these units or of another table's.

        ParameterError if the table has none of the features, OrdersError if no feature tells the units apart.
        """
        known, units = self._units(table)
        return self._once(
            ("matrix", known, recipe.feature_set, recipe.geography),
            lambda: build_matrix(select_features(units, recipe.feature_set), geography=recipe.geography),
        )

    def reducer(self, recipe: Recipe, X: Float32) -> Reducer:
        """A recipe's reduction, fitted on any matrix of shape (n_units, n_features), which is known by its content.

        A network of ours learns from a seeded sample of at most `TAUGHT_UNITS`.
        """
        matrix = np.ascontiguousarray(X)
        content = blake2b(matrix.data, digest_size=16).digest()

        def fit() -> Reducer:
            method = recipe.method if recipe.reducer is None else recipe.reducer
            made = make_reducer(method, recipe.n_dimensions, recipe.seed)
            taught = matrix
            if made.stochastic and as_known(made):
                taught = matrix[sample_rows(len(matrix), TAUGHT_UNITS, recipe.seed)]
            return made.fit(taught, progress=self.progress)

        own = recipe.method, self._known(recipe.reducer)
        return self._once((content, matrix.shape, own, recipe.n_dimensions, recipe.seed), fit)

    def reduce(self, recipe: Recipe, table: FeatureTable | None = None) -> Reduced:
        """Follow a recipe up to the dimensions that K-means would see."""
        known, units = self._units(table)

        def reduce() -> Reduced:
            matrix = self.matrix(recipe, units)
            started = time.perf_counter()
            reducer = self.reducer(recipe, matrix.values)
            dimensions = reducer.transform(matrix.values)
            return Reduced(matrix, reducer, dimensions, time.perf_counter() - started)

        self._known(recipe.reducer)
        return self._once(("reduced", known, recipe.space), reduce)

    def segment(self, recipe: Recipe, table: FeatureTable | None = None) -> Segmentation:
        """Follow a recipe to the end.

        ParameterError if fewer units differ than segments are asked for, OrdersError if no feature tells units apart.
        """
        known, units = self._units(table)

        def segment() -> Segmentation:
            found = self.reduce(recipe, units)
            segmenter = make_segmenter(recipe.clusterer, recipe.n_segments, recipe.seed)
            segmenter.fit(found.dimensions, revenue=units.revenue if units.has_money else None)
            made = (found.matrix, found.reducer, found.dimensions, segmenter, segmenter.labels_)
            return Segmentation(widened(units, recipe.feature_set), *made, *unnamed(segmenter.n_segments))

        self._known(recipe.reducer)
        clusterer = self._known(recipe.clusterer)
        return self._once(("segmented", known, recipe.space, recipe.n_segments, clusterer), segment)

    def choose_k(self, recipe: Recipe, k_max: int) -> KChoice:
        """The advised number of segments in a recipe's space, with its evidence."""
        X = self.reduce(recipe).dimensions
        return self._once(
            ("k", self._units(None)[0], recipe.space, k_max),
            lambda: choose_k(X, k_max=k_max, k_min=FEWEST_SEGMENTS, random_state=recipe.seed, progress=self.progress),
        )
