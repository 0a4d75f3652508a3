"""Which reduction helps? Each is judged where all are equal: in the original scaled space and on the future."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.metrics import calinski_harabasz_score, silhouette_score

from marketfold.clustering import assess_stability
from marketfold.reduction import reconstruction_error
from marketfold.selection.temporal_holdout import explained_by

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.reduction import Reducer
    from marketfold.schema import Float32
    from marketfold.selection.fits import Fits, Recipe

SILHOUETTE_ROWS = 5_000
COMPARED_ROWS = 20_000
HELD_OUT_SHARE = 0.2
STABILITY_PAIRS = 20
WORSE_BY = 0.02
"""What a more involved reduction must bring beyond a simpler one: the simplest that is not worse is taken, none before
PCA before a network. One is worse when another explains over this much more of the differences in later (log)
revenue, or, without a later period, when the mean of its silhouette and lowest Jaccard is over this much lower."""


@dataclass(frozen=True)
class Skipped:
    """Why a reduction was not tried: fewer units than it is tried on unasked, or what it needs cannot be imported."""

    code: Literal["too_few_units", "missing_library"]
    n_units: int
    fewest_units: int


@dataclass(frozen=True)
class ReducerScore:
    """What one reduction is worth.

    Attributes
    ----------
    n_dimensions
        Dimensions that K-means saw.
    reconstruction
        Share of the variance of held-out units that comes back through `inverse_transform`, at most 1; NaN where the
        reduction has none.
    silhouette, calinski_harabasz
        Of its segments, in the original scaled space; the silhouette on a sample.
    ari, jaccard
        Bootstrap adjusted Rand in its own space, and the lowest mean Jaccard of its segments.
    explained
        Share of the variance of log next-period revenue that its segments explain; None without a next period.
    seconds
        To fit and transform.
    skipped
        Why it was not tried; the figures are then NaN.
    """

    method: str
    n_dimensions: int = 0
    reconstruction: float = math.nan
    silhouette: float = math.nan
    calinski_harabasz: float = math.nan
    ari: float = math.nan
    jaccard: float = math.nan
    explained: float | None = None
    seconds: float = 0.0
    skipped: Skipped | None = None


@dataclass(frozen=True)
class ReducerComparison:
    """The reductions beside each other, from the simplest on, and the one that is taken.

    Attributes
    ----------
    chosen
        Name of the simplest that is not worse, by the rule of `WORSE_BY`.
    asked
        Name of the one that was asked for, whatever the rule says; None where none was.
    k, n_dimensions
        Segments made for the comparison, and dimensions of each method that reduces.
    """

    scores: tuple[ReducerScore, ...]
    chosen: str
    asked: str | None
    k: int
    n_dimensions: int | None

    @property
    def taken(self) -> str:
        """Name of the one that the segments are made with: as asked, or else as the rule says."""
        return self.asked or self.chosen

    @property
    def tried(self) -> tuple[ReducerScore, ...]:
        """Scores of those that were not skipped."""
        return tuple(score for score in self.scores if not score.skipped)


def compare_reducers(
    fits: Fits,
    recipe: Recipe,
    methods: Sequence[Any],
    *,
    asked: str | None = None,
    left_out: Sequence[ReducerScore] = (),
) -> ReducerComparison:
    """Judge each reduction on the same customers at the same number of dimensions and segments.

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
    """
    scores = []
    for done, method in enumerate(methods, start=1):
        scores.append(_score(fits, replace(recipe, clusterer=None).through(method)))
        if fits.progress:
            fits.progress("comparing reductions", done, len(methods))
    chosen = simplest_not_worse(scores)
    return ReducerComparison((*scores, *left_out), chosen, asked, recipe.n_segments, recipe.n_dimensions)


def _score(fits: Fits, recipe: Recipe) -> ReducerScore:
    made, seed = fits.segment(recipe), recipe.seed
    X, labels = made.matrix.values, made.labels
    rows = np.random.default_rng(seed).permutation(len(X))
    few, shown = rows[:COMPARED_ROWS], rows[:SILHOUETTE_ROWS]
    stability = assess_stability(made.dimensions[few], made.segmenter, labels[few], n_pairs=STABILITY_PAIRS, seed=seed)
    return ReducerScore(
        method=recipe.method,
        n_dimensions=made.dimensions.shape[1],
        reconstruction=held_out_reconstruction(X, partial(fits.reducer, recipe), seed),
        silhouette=float(silhouette_score(X[shown], labels[shown])),
        calinski_harabasz=float(calinski_harabasz_score(X, labels)),
        ari=stability.ari,
        jaccard=min(segment.jaccard for segment in stability.segments),
        explained=explained_by(recipe, fits),
        seconds=fits.reduce(recipe).seconds,
    )


def held_out_reconstruction(X: Float32, fit: Callable[[Float32], Reducer], seed: int = 0) -> float:
    """Share of the variance of units that the fit did not see which comes back from the dimensions, at most 1.

    NaN where the reduction gives nothing back.
    """
    rows = np.random.default_rng(seed).permutation(len(X))[:COMPARED_ROWS]
    held_out, fitted = np.split(rows, [max(1, round(HELD_OUT_SHARE * len(rows)))])
    reducer = fit(X[fitted])
    spread = np.square(X[held_out] - X[fitted].mean(axis=0)).mean(dtype=np.float64)
    return float(1 - reconstruction_error(reducer, X[held_out]) / spread) if spread else 1.0


def worth(score: ReducerScore) -> float:
    """What the rule goes by: later revenue explained, or where it is not known what the segments look like."""
    if score.explained is not None:
        return score.explained
    return (score.jaccard + score.silhouette) / 2


def simplest_not_worse(scores: Sequence[ReducerScore]) -> str:
    """Name of the first reduction that loses no more than `WORSE_BY` against the best."""
    worths = {score.method: worth(score) for score in scores if not score.skipped}
    return next(method for method, its in worths.items() if its >= max(worths.values()) - WORSE_BY)
