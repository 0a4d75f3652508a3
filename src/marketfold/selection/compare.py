"""The reductions side by side, on the reader's own data: none, PCA and a network, each followed by K-means."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import calinski_harabasz_score, silhouette_score

from marketfold.clustering import KMeansSegmenter, adjusted_rand, cross_table, jaccards
from marketfold.errors import ParameterError, TooFewUnitsError
from marketfold.estimators import plain_arrays
from marketfold.frames import terse
from marketfold.reduction import PCAReducer, held_out_reconstruction, make_reducer
from marketfold.sampling import sample_rows
from marketfold.selection.temporal_holdout import earlier_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.reduction import Reducer
    from marketfold.schema import Float32, Float64, Labels
    from marketfold.selection.fits import Fits, Recipe
    from marketfold.selection.foretelling import SquaredErrors
    from marketfold.selection.segmentation import Segmentation

SILHOUETTE_UNITS = 5_000
REFITS, REFITTED_UNITS = 10, 5_000
"""Resamples in which reduction and K-means are fitted anew, few since each trains a network; units in each."""
DRAWN_UNITS = 500
"""Points on the map of each way."""
WORSE_BY, ERRORS_APART = 0.02, 2
"""What a more involved reduction must bring beyond a simpler one: a lead of over this much, and of over so many of its
standard errors. Among equally worthless ones a more involved one is then taken in about one of a hundred cases (30 of
3,000 pairs of random groups of 46 units)."""


@dataclass(frozen=True)
class Skipped:
    """Why a reduction was not tried, and from how many units on it is.

    Too few units, too few values for even the smallest network, a library that cannot be imported, or a quick run.
    """

    code: Literal["too_few_units", "too_few_values", "missing_library", "quick"]
    n_units: int
    fewest_units: int


@terse
@dataclass(frozen=True)
class WayMap:
    """Drawn units in the two directions in which a way's dimensions differ most; segments named as the taken way's.

    `points` is float32 of shape (n_drawn, 2), `labels` the segment of each from 0.
    """

    points: Float32
    labels: Labels


@terse
@dataclass(frozen=True)
class ReducerScore:
    """What one reduction is worth.

    Attributes
    ----------
    n_dimensions
        Dimensions that K-means saw.
    reconstruction, shuffled
        Share of the variance of held-out units that comes back, at most 1, and that of the same columns each shuffled
        by itself; NaN where the reduction gives nothing back.
    silhouette, calinski_harabasz
        Of its segments, in the original scaled space; the silhouette on a sample.
    ari, jaccard
        With reduction and K-means fitted anew in each resample: mean adjusted Rand of two solutions, and mean Jaccard
        of the weakest segment.
    explained
        Share of the later (log) revenue that its segments foretell, of units that no choice has seen (cross-validated);
        None without a next period.
    seconds
        To fit and transform.
    skipped
        Why it was not tried; the figures are then NaN.
    drawn, fitted
        Its map, and the reduction itself; None where it was not tried.
    """

    method: str
    n_dimensions: int = 0
    reconstruction: float = math.nan
    shuffled: float = math.nan
    silhouette: float = math.nan
    calinski_harabasz: float = math.nan
    ari: float = math.nan
    jaccard: float = math.nan
    explained: float | None = None
    seconds: float = 0.0
    skipped: Skipped | None = None
    drawn: WayMap | None = field(default=None, repr=False, compare=False)
    fitted: Reducer | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Lead:
    """How much better the best reduction is than this one, and the standard error of that."""

    value: float
    error: float

    @property
    def clear(self) -> bool:
        """Whether it is enough to justify a more involved reduction."""
        return self.value > WORSE_BY and self.value > ERRORS_APART * self.error


@terse
@dataclass(frozen=True)
class ReducerComparison:
    """The reductions beside each other, from the simplest on, and the one that is taken.

    Attributes
    ----------
    chosen
        Name of the simplest that the best does not clearly lead.
    asked
        Name of the one that was asked for, whatever the rule says; None where none was.
    k, n_dimensions
        Segments made for the comparison, and dimensions of each method that reduces.
    best, leads
        Name of the best, and how much it leads each of the others.
    by_future
        Whether leads are of later revenue foretold, on units that a choice may look at; otherwise of the mean of
        silhouette and weakest Jaccard.
    agreement
        Adjusted Rand index between the segments of each two that were tried, in the order of `tried`.
    features, of_own_features
        Labels of the features compared, and whether the segments of the run are made from them: too few features
        cannot be reduced.
    n_units, refits
        Units compared, and resamples.
    """

    scores: tuple[ReducerScore, ...]
    chosen: str
    asked: str | None
    k: int
    n_dimensions: int | None
    best: str = "none"
    leads: dict[str, Lead] = field(default_factory=dict)
    by_future: bool = False
    agreement: tuple[tuple[float, ...], ...] = ()
    features: tuple[str, ...] = ()
    of_own_features: bool = True
    n_units: int = 0
    refits: int = REFITS

    @property
    def taken(self) -> str:
        """Name of the one that the segments are made with: as asked, or else as the rule says."""
        if self.asked is None and not self.of_own_features:
            return "none"
        return self.asked or self.chosen

    @property
    def tried(self) -> tuple[ReducerScore, ...]:
        """Scores of those that were not skipped."""
        return tuple(score for score in self.scores if not score.skipped)

    def followed(self, recipe: Recipe) -> Recipe:
        """A recipe with the reduction that the rule takes, where the rule decides."""
        if self.asked is not None or self.taken == "none":
            return recipe
        return replace(recipe.through(self.taken), n_dimensions=self.n_dimensions)


@dataclass(frozen=True)
class _Tried:
    """A score with all that leads, agreement and maps are made of."""

    score: ReducerScore
    made: Segmentation
    weakest: Float64
    errors: SquaredErrors | None

    def lead_over(self, other: _Tried) -> Lead:
        """Unit by unit where the future is known, and otherwise resample by resample."""
        if self.errors and other.errors:
            return Lead(*self.errors.lead_over(other.errors))
        further = self.weakest - other.weakest
        apart = self.score.silhouette - other.score.silhouette
        return Lead(float(further.mean() + apart) / 2, float(further.std(ddof=1) / 2 / math.sqrt(len(further))))


@plain_arrays
def compare_reducers(
    fits: Fits,
    recipe: Recipe,
    methods: Sequence[Any],
    *,
    asked: str | None = None,
    left_out: Sequence[ReducerScore] = (),
) -> ReducerComparison:
    """Judge each reduction on the same units at the same number of dimensions and segments.

    Parameters
    ----------
    recipe
        Says the feature set, the dimensions of each method that reduces, and the segments to make.
    methods
        Names of reductions or transformers of one's own, from the simplest on; all are followed by K-means.
    asked
        Name of the one that was asked for, whatever the rule says.
    left_out
        Reductions that are not tried, with the reason.

    Raises
    ------
    TooFewUnitsError
        If the one that was asked for, or every one, has too few units.
    """
    tried: list[_Tried] = []
    left = list(left_out)
    if fits.progress:
        fits.progress("reductions", 0, len(methods))
    for done, method in enumerate(methods, start=1):
        one = replace(recipe, clusterer=None).through(method)
        try:
            tried.append(_try(fits, one))
        except TooFewUnitsError:
            if asked == one.method or (done == len(methods) and not tried):
                raise
            left.append(ReducerScore(one.method, skipped=Skipped("too_few_values", len(fits.table), 0)))
        if fits.progress:
            fits.progress("reductions", done, len(methods))
    best, leads = _leads(tried)
    chosen = next(one for one in (two.score.method for two in tried) if one not in leads or not leads[one].clear)
    taken = next((one for one in tried if one.score.method == (asked or chosen)), tried[0])
    labels = [one.made.labels for one in tried]
    return ReducerComparison(
        (*(_drawn(one, taken, recipe.seed) for one in tried), *left),
        chosen,
        asked,
        recipe.n_segments,
        recipe.n_dimensions,
        best=best,
        leads=leads,
        by_future=tried[0].errors is not None,
        agreement=tuple(tuple(adjusted_rand(mine, theirs) for theirs in labels) for mine in labels),
        features=tuple(feature.label for feature in tried[0].made.matrix.table.features),
        n_units=len(fits.table),
    )


def _leads(tried: Sequence[_Tried]) -> tuple[str, dict[str, Lead]]:
    """Name of the best, and its lead over each of the others; the simplest of those that are equally good."""
    best = tried[0]
    for one in tried[1:]:
        if one.lead_over(best).value > 0:
            best = one
    return best.score.method, {one.score.method: best.lead_over(one) for one in tried if one is not best}


def _try(fits: Fits, recipe: Recipe) -> _Tried:
    made, seed = fits.segment(recipe), recipe.seed
    X, labels = made.matrix.values, made.labels
    shown = sample_rows(len(X), SILHOUETTE_UNITS, seed)
    few = sample_rows(len(X), REFITTED_UNITS, seed)
    given_back = held_out_reconstruction(_unfitted(recipe, most=len(X) * 4 // 5 - 1), X, seed, progress=fits.progress)
    ari, found = _refitted(X[few], labels[few], recipe, fits)
    earlier = earlier_labels(recipe, fits)
    known = fits.holdout if earlier is not None else None
    score = ReducerScore(
        method=recipe.method,
        n_dimensions=made.dimensions.shape[1],
        reconstruction=given_back.share,
        shuffled=given_back.shuffled_share,
        silhouette=float(silhouette_score(X[shown], labels[shown])),
        calinski_harabasz=float(calinski_harabasz_score(X, labels)),
        ari=ari,
        jaccard=float(found.mean(axis=0).min()),
        explained=known.errors_at_last(earlier).explained if known and earlier is not None else None,
        seconds=fits.reduce(recipe).seconds,
        fitted=made.reducer,
    )
    errors = known.errors_to_choose(earlier) if known and earlier is not None else None
    return _Tried(score, made, found[:, found.mean(axis=0).argmin()], errors)


def _unfitted(recipe: Recipe, most: int) -> Any:
    kept = None if recipe.n_dimensions is None else max(1, min(recipe.n_dimensions, most))
    return make_reducer(recipe.method if recipe.reducer is None else recipe.reducer, kept, recipe.seed)


def _refitted(X: Float32, reference: Labels, recipe: Recipe, fits: Fits) -> tuple[float, Float64]:
    """Mean adjusted Rand of two resamples, and the Jaccard of each segment in each, shape (n_resamples, n_segments).

    Reduction and K-means are fitted on the resample alone; the same resamples are drawn for every reduction.
    """
    k, draws = (
        recipe.n_segments,
        [np.random.default_rng([recipe.seed, i]).integers(len(X), size=len(X)) for i in range(REFITS)],
    )
    fitted = _unfitted(recipe, most=len(X)).fit_each(X, draws, progress=fits.progress)
    solutions: list[Labels] = []
    found = np.zeros((REFITS, k))
    for place, (reducer, drawn) in enumerate(zip(fitted, draws, strict=True)):
        segmenter = KMeansSegmenter(k, n_init=3, random_state=recipe.seed + place)
        try:
            solution = segmenter.fit(reducer.transform(X[drawn])).predict(reducer.transform(X))
        except ParameterError:  # fewer units differ than segments are asked for: all are lost
            continue
        units = np.unique(drawn)
        found[place] = jaccards_of(reference[units], solution[units], k)
        solutions.append(solution)
    pairs = zip(solutions[::2], solutions[1::2], strict=False)
    return float(np.mean([adjusted_rand(one, other) for one, other in pairs] or [0.0])), found


def jaccards_of(reference: Labels, solution: Labels, n_segments: int) -> Float64:
    """Jaccard of each segment with its best match, shape (n_segments,); 0 for one of which no unit is there.

    >>> jaccards_of(np.array([0, 0, 1, 1]), np.array([1, 1, 1, 0]), 3).round(2).tolist()
    [0.67, 0.5, 0.0]
    """
    both = cross_table(reference, solution, (n_segments, n_segments))
    return np.where(both.any(axis=1), np.nan_to_num(jaccards(both)).max(axis=1), 0.0)


def _drawn(one: _Tried, taken: _Tried, seed: int) -> ReducerScore:
    """The score with its map; a segment is named as the one of the taken way with which it shares most."""
    both = cross_table(one.made.labels, taken.made.labels, (one.made.n_segments, taken.made.n_segments))
    named = linear_sum_assignment(-both)[1]  # every way has as many segments
    rows = sample_rows(len(one.made.labels), DRAWN_UNITS, seed)
    seen = one.made.dimensions
    turned = PCAReducer(min(2, seen.shape[1]), allow_constant=True).fit(seen).transform(seen[rows])
    points = np.zeros((len(rows), 2), np.float32)
    points[:, : turned.shape[1]] = turned
    return replace(one.score, drawn=WayMap(points, named[one.made.labels[rows]].astype(np.int32)))
