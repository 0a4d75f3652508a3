"""Which cut is the most useful where no number of groups stands out: one that comes out again and foretells most.

All of it goes by half of the customers, the choosing half; what the choice is worth, the others say.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from threadpoolctl import threadpool_limits

from marketfold.clustering import cross_table, jaccards, nearest, ward_centers
from marketfold.errors import OrdersError, ParameterError
from marketfold.features import build_matrix
from marketfold.sampling import sample_rows
from marketfold.selection.feature_sets import ALL, select_features, take_units
from marketfold.thresholds import FEWEST_MEMBERS, SMALLEST_SHARE, STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import FeatureTable, Float32, Float64, Labels, Progress
    from marketfold.selection.fits import Recipe
    from marketfold.selection.groups import SeekOptions
    from marketfold.selection.temporal_holdout import TemporalHoldout

SEARCH_RESAMPLES = 10
SEARCH_ROWS, REPEATED_ROWS = 5_000, 1_000
"""Customers that are searched by, and of how many of them resamples are drawn."""
STANDARD_ERRORS = 1.0
"""The one-standard-error rule (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3), with the error of the paired
difference."""

Reason = Literal["foretells", "repeats", "none repeats"]


@dataclass(frozen=True)
class Candidate:
    """One feature set at one number of segments, by the choosing half.

    Attributes
    ----------
    jaccard
        Lowest mean Jaccard of its segments over bootstrap resamples.
    smallest
        Customers in the smallest segment.
    explained
        Share of the variance of log next-period revenue that it explains beyond what as many groups do by chance; None
        where there is no next period.
    repeats
        Whether every segment comes out again and is large enough.
    """

    feature_set: str
    k: int
    jaccard: float
    smallest: int
    explained: float | None
    repeats: bool
    left: Float64 | None = field(default=None, repr=False, compare=False)
    """Squared difference of each known customer's outcome from the mean of the segment."""

    def recipe(self, wide: Recipe) -> Recipe:
        """What it is, as a change of a recipe; a narrower feature set is not reduced unless that was asked for."""
        same = replace(wide, n_segments=self.k)
        if self.feature_set == wide.feature_set:
            return same
        return replace(same, feature_set=self.feature_set, method="none", n_dimensions=None)


@dataclass(frozen=True)
class FeatureSetSearch:
    """Which features to segment by, and into how many; `candidates` are all that were tried, best first."""

    chosen: Candidate
    reason: Reason
    candidates: tuple[Candidate, ...] = field(default=(), repr=False)


def least_members(n_units: int) -> int:
    """Customers that a segment needs to be worth a campaign.

    >>> least_members(92), least_members(1_000)
    (5, 20)
    """
    return max(FEWEST_MEMBERS, round(SMALLEST_SHARE * n_units))


def repeated(X: Float32, centers: dict[int, Float32], seed: int) -> dict[int, Float64]:
    """Mean Jaccard of each segment at each k, over fits to bootstrap resamples (Hennig 2007)."""
    rng = np.random.default_rng([seed, 14])
    few = X[sample_rows(len(X), REPEATED_ROWS, seed)]
    own = {k: nearest(few, one) for k, one in centers.items()}
    found: dict[int, list[Float64]] = {k: [] for k in centers}
    for _ in range(SEARCH_RESAMPLES):
        drawn = few[rng.integers(len(few), size=len(few))]
        for k, other in ward_centers(drawn, tuple(centers)).items():
            found[k].append(jaccards(cross_table(own[k], nearest(few, other), (k, k))).max(axis=1))
    return {k: np.mean(each, axis=0) if each else np.zeros(k) for k, each in found.items()}


def foretold(labels: Labels, outcome: Float64) -> tuple[float, Float64]:
    """Share explained, adjusted for the number of groups (Ezekiel 1930), and each unit's squared rest."""
    sizes = np.maximum(np.bincount(labels), 1)
    left = np.square(outcome - (np.bincount(labels, weights=outcome) / sizes)[labels])
    total, n, k = float(np.square(outcome - outcome.mean()).sum()), len(outcome), int(labels.max()) + 1
    if not total or n <= k:
        return 0.0, left
    return 1 - float(left.sum()) / total * (n - 1) / (n - k), left


@dataclass(frozen=True)
class ChoosingHalf:
    """What a choice may look at: half of the customers, and what those known on an earlier day brought later."""

    table: FeatureTable
    holdout: TemporalHoldout | None
    seed: int

    def centers(self, name: str, options: SeekOptions, table: FeatureTable) -> tuple[Float32, dict[int, Float32]]:
        """Scaled features of a feature set, and centres at each k."""
        X = build_matrix(select_features(table, name), geography=options.geography).values
        return X, ward_centers(X, options.k_tried, seed=self.seed)

    def candidates(self, name: str, options: SeekOptions) -> Iterator[Candidate]:
        """One feature set at each number of segments."""
        X, centers = self.centers(name, options, self.table)
        again = {k: float(each.min()) for k, each in repeated(X, centers, self.seed).items()}
        early: dict[int, tuple[float, Float64]] = {}
        if self.holdout is not None:
            with suppress(OrdersError, ParameterError):  # on an early day too few may have differed
                then, settled = self.centers(name, options, self.holdout.table)
                outcome = self.holdout.log_revenue
                early = {k: foretold(nearest(then, one), outcome) for k, one in settled.items()}
        for k, one in centers.items():
            smallest = int(np.bincount(nearest(X, one), minlength=k).min())
            repeats = again[k] >= STABLE and smallest >= least_members(len(X))
            explained, left = early.get(k, (None, None))
            yield Candidate(name, k, again[k], smallest, explained, repeats, left)


def choosing_part(
    table: FeatureTable, holdout: TemporalHoldout | None, chooses: NDArray[np.bool_], seed: int
) -> ChoosingHalf:
    """The customers of whom `chooses` holds, a sample of them where they are many."""
    rows = np.flatnonzero(chooses)
    rows = rows[sample_rows(len(rows), SEARCH_ROWS, seed)]
    return ChoosingHalf(take_units(table, rows), holdout.choosing(SEARCH_ROWS, seed) if holdout else None, seed)


def _not_worse(one: Candidate, best: Candidate) -> bool:
    """Whether the paired difference of two candidates is within one standard error."""
    if one.left is None or best.left is None or one.explained is None or best.explained is None:
        return False
    if one is best:
        return True
    difference = one.left - best.left
    error = float(difference.std(ddof=1)) * len(difference) ** 0.5
    scale = float(best.left.sum()) / max(1 - best.explained, 1e-9)  # 0 where nobody came back
    return bool((best.explained - one.explained) * scale <= STANDARD_ERRORS * error)


def search_feature_sets(
    half: ChoosingHalf, options: SeekOptions, advised: int, progress: Progress | None = None
) -> FeatureSetSearch:
    """Among the cuts whose segments all come out again, what foretells most, with as few segments as are no worse.

    Without a next period the one that comes out again most surely; where none does, all features and the number that
    was `advised`.

    Raises
    ------
    ParameterError
        If no feature set gives as many segments as are asked for.
    """
    tried: list[Candidate] = []
    for done, name in enumerate(options.feature_sets, start=1):
        with (
            threadpool_limits(1),
            suppress(OrdersError, ParameterError),
        ):  # a feature set may have fewer distinct customers than segments
            tried += half.candidates(name, options)
        if progress:
            progress("trying feature sets", done, len(options.feature_sets))
    if not tried:
        raise ParameterError(
            f"No feature set tells half of the {2 * len(half.table):,} units apart well enough for "
            f"{min(options.k_tried)} segments. Ask for fewer segments with --segments."
        )
    reason, chosen = _best(tried, advised)
    tried.sort(key=lambda one: (one is chosen, one.repeats, one.explained or 0.0, one.jaccard), reverse=True)
    return FeatureSetSearch(chosen, reason, tuple(tried))


def _best(tried: Sequence[Candidate], advised: int) -> tuple[Reason, Candidate]:
    repeating = [one for one in tried if one.repeats]
    if not repeating:
        wide = [one for one in tried if one.feature_set == ALL] or list(tried)
        return "none repeats", min(wide, key=lambda one: (abs(one.k - advised), -one.jaccard))
    known = [one for one in repeating if one.explained is not None]
    if not known:
        return "repeats", max(repeating, key=lambda one: (one.jaccard, -one.k))
    best = max(known, key=lambda one: one.explained or 0.0)
    near = [one for one in known if _not_worse(one, best)]
    return "foretells", min(near, key=lambda one: (one.k, -(one.explained or 0.0)))
