"""Which reduction helps? Each is judged where all are equal: in the original scaled space and on the future."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.metrics import calinski_harabasz_score, silhouette_score

from marketfold.clustering import KMeansSegmenter, assess_stability
from marketfold.errors import ParameterError
from marketfold.reduction import label_of, make_reducer, reconstruction_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.features import FeatureMatrix
    from marketfold.schema import Float32, Labels, Progress
    from marketfold.selection.future import LookAhead

SILHOUETTE_ROWS = 5_000
COMPARED_ROWS = 20_000
HELD_OUT_SHARE = 0.2
STABILITY_PAIRS = 20
WORSE_BY = 0.02
"""What a more involved reduction must bring beyond a simpler one; see `RULE`."""


@dataclass(frozen=True)
class Skipped:
    """Why a reduction was not tried.

    Attributes
    ----------
    code
        `too_few_units`: fewer than it is tried on unasked. `missing_library`: what it needs cannot be imported.
    n_units
        Units there were.
    fewest_units
        Units it takes.
    """

    code: Literal["too_few_units", "missing_library"]
    n_units: int
    fewest_units: int


@dataclass(frozen=True)
class ReducerScore:
    """What one reduction is worth.

    Attributes
    ----------
    method
        Its name.
    n_dimensions
        Dimensions that K-means saw.
    reconstruction
        Share of the variance of held-out units that comes back through `inverse_transform`, at most 1; NaN where the
        reduction has none.
    silhouette, calinski_harabasz
        Of its segments, in the original scaled space; the silhouette on a sample.
    ari
        Bootstrap adjusted Rand in its own space.
    jaccard
        The lowest mean Jaccard of its segments.
    explained
        Share of the variance of log next-period revenue that its segments explain; None without a next period.
    seconds
        To fit and transform.
    skipped
        Why it was not tried; the figures are then NaN.
    """

    method: str
    n_dimensions: int
    reconstruction: float
    silhouette: float
    calinski_harabasz: float
    ari: float
    jaccard: float
    explained: float | None
    seconds: float
    skipped: Skipped | None = None


@dataclass(frozen=True)
class ReducerComparison:
    """The reductions beside each other, and the one that is taken.

    Attributes
    ----------
    scores
        In the order from the simplest on.
    chosen
        Name of the simplest that is not worse.
    asked
        Name of the one that was asked for, whatever the rule says.
    rule
        The rule by which it was chosen.
    verdict
        What was found, in words.
    k
        Segments made for the comparison.
    """

    scores: tuple[ReducerScore, ...]
    chosen: str
    rule: str
    verdict: str
    k: int
    asked: str | None = None

    @property
    def taken(self) -> str:
        """Name of the one that the segments are made with: as asked, or else as the rule says."""
        return self.asked or self.chosen


RULE = (
    "The simplest reduction that is not worse is taken: none before PCA before the autoencoder. One is worse when "
    f"another explains over {WORSE_BY:.2f} more of the differences in later (log) revenue, or, where there is no later "
    "period, when "
    f"the mean of its silhouette and of its lowest Jaccard is over {WORSE_BY:.2f} lower."
)


def compare_reducers(
    matrix: FeatureMatrix,
    methods: Sequence[Any],
    *,
    k: int,
    n_dimensions: int,
    ahead_matrix: FeatureMatrix | None = None,
    ahead: LookAhead | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> ReducerComparison:
    """Judge each reduction on the same customers at the same number of dimensions and segments.

    Parameters
    ----------
    matrix
        The scaled features.
    methods
        Names of reductions or transformers of one's own, from the simplest on.
    k
        Segments to make.
    n_dimensions
        Dimensions for each method that reduces.
    ahead, ahead_matrix
        The customers of an earlier day with their scaled features, and what they brought after it.
    """
    scores = []
    for done, method in enumerate(methods, start=1):
        scores.append(_score(matrix, method, k, n_dimensions, ahead_matrix, ahead, seed))
        if progress:
            progress("comparing reductions", done, len(methods))
    chosen = simplest_not_worse(scores)
    return ReducerComparison(tuple(scores), chosen, RULE, _verdict(scores, chosen), k)


def _score(
    matrix: FeatureMatrix,
    method: Any,
    k: int,
    n_dimensions: int,
    ahead_matrix: FeatureMatrix | None,
    ahead: LookAhead | None,
    seed: int,
) -> ReducerScore:
    X = matrix.values
    started = time.perf_counter()
    reducer = make_reducer(method, n_dimensions, seed)
    reducer.fit(X)
    dimensions = reducer.transform(X)
    seconds = time.perf_counter() - started
    segmenter = KMeansSegmenter(k, random_state=seed).fit(dimensions, revenue=matrix.table.revenue)
    rows = np.random.default_rng(seed).permutation(len(X))
    few = rows[:COMPARED_ROWS]
    stability = assess_stability(dimensions[few], segmenter, segmenter.labels_[few], n_pairs=STABILITY_PAIRS, seed=seed)
    explained = None
    if ahead is not None and ahead_matrix is not None:
        with suppress(ParameterError):  # fewer may have differed on the earlier day than segments are made
            labels = _labels_of(ahead_matrix.values, method, k, n_dimensions, seed)
            explained = ahead.explained_to_choose(labels)
    return ReducerScore(
        method=reducer.name,
        n_dimensions=dimensions.shape[1],
        reconstruction=held_out_reconstruction(X, method, n_dimensions, seed),
        silhouette=float(silhouette_score(X[rows[:SILHOUETTE_ROWS]], segmenter.labels_[rows[:SILHOUETTE_ROWS]])),
        calinski_harabasz=float(calinski_harabasz_score(X, segmenter.labels_)),
        ari=stability.ari,
        jaccard=min(segment.jaccard for segment in stability.segments),
        explained=explained,
        seconds=seconds,
    )


def _labels_of(X: Float32, method: Any, k: int, n_dimensions: int, seed: int) -> Labels:
    reducer = make_reducer(method, n_dimensions, seed)
    reducer.fit(X)
    labels: Labels = KMeansSegmenter(k, random_state=seed).fit(reducer.transform(X)).labels_
    return labels


def held_out_reconstruction(X: Float32, method: Any, n_dimensions: int, seed: int = 0) -> float:
    """Share of the variance of units that the fit did not see which comes back from the dimensions, at most 1.

    NaN where the reduction gives nothing back.
    """
    rows = np.random.default_rng(seed).permutation(len(X))[:COMPARED_ROWS]
    held_out, fitted = np.split(rows, [max(1, round(HELD_OUT_SHARE * len(rows)))])
    reducer = make_reducer(method, n_dimensions, seed)
    reducer.fit(X[fitted])
    spread = np.square(X[held_out] - X[fitted].mean(axis=0)).mean(dtype=np.float64)
    return float(1 - reconstruction_error(reducer, X[held_out]) / spread) if spread else 1.0


def _worth(score: ReducerScore) -> float:
    if score.explained is not None:
        return score.explained
    return (score.jaccard + score.silhouette) / 2


def simplest_not_worse(scores: Sequence[ReducerScore]) -> str:
    """Name of the first reduction that loses no more than `WORSE_BY` against the best; see `RULE`."""
    tried = [score for score in scores if not score.skipped]
    best = max(_worth(score) for score in tried)
    return next(score.method for score in tried if _worth(score) >= best - WORSE_BY)


def _upfirst(text: str) -> str:
    return text[:1].upper() + text[1:]


def _verdict(scores: Sequence[ReducerScore], chosen: str) -> str:
    tried = [score for score in scores if not score.skipped]
    if len(tried) == 1:
        return f"Only {label_of(chosen)} was tried."
    best = max(tried, key=_worth)
    what = "explains {:.1%} of the differences in later revenue" if best.explained is not None else "scores {:.2f}"
    taken = next(score for score in tried if score.method == chosen)
    if best.method == chosen:
        why = "no other is clearly better" if chosen == tried[0].method else "nothing simpler is as good"
        return f"{_upfirst(label_of(chosen))} is taken: {why}, and it {what.format(_worth(taken))}."
    return (
        f"{_upfirst(label_of(chosen))} is taken: it {what.format(_worth(taken))}, and {label_of(best.method)}, "
        f"the best, {what.format(_worth(best))}: not enough more to justify it."
    )


def skipped(method: str, why: Skipped) -> ReducerScore:
    """A reduction that was not tried, with the reason."""
    nan = float("nan")
    return replace(ReducerScore(method, 0, nan, nan, nan, nan, nan, None, 0.0), skipped=why)
