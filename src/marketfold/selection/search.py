"""Which cut is the most useful where no number of groups stands out: one that comes out again and foretells most.

All of it goes by half of the customers, the choosing half; what the choice is worth, the others say.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.clustering import (
    JOINED_ROWS,
    centers_each,
    cross_table,
    jaccards,
    nearest,
    quiet_fits,
    solutions_anew,
    ward_centers,
)
from marketfold.errors import OrdersError, ParameterError
from marketfold.features import build_matrix
from marketfold.frames import terse
from marketfold.sampling import sample_rows
from marketfold.selection.feature_sets import ALL, select_features
from marketfold.selection.foretelling import errors_of_groups
from marketfold.selection.temporal_holdout import SCORED_UNITS
from marketfold.selection.trust import ASIDE_ROWS, FEWEST_ASIDE
from marketfold.thresholds import FEWEST_MEMBERS, SMALLEST_SHARE, STABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.features import FeatureMatrix
    from marketfold.schema import Float32, Float64, Labels, Progress
    from marketfold.selection.fits import Recipe
    from marketfold.selection.foretelling import SquaredErrors
    from marketfold.selection.separated import SeekOptions
    from marketfold.selection.temporal_holdout import TemporalHoldout
    from marketfold.units import FeatureTable

SEARCH_RESAMPLES, SEARCH_STARTS = 10, 3
STANDARD_ERRORS = 1.0
"""The one-standard-error rule (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3), with the error of the paired
difference."""

Reason = Literal["foretells", "repeats", "none repeats", "tested", "same groups"]


@terse
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
        Share of the differences in log next-period revenue that it foretells, cross-validated; None where there is no
        next period.
    repeats
        Whether every segment comes out again and is large enough.
    errors
        What it misses of each customer whose later revenue a choice may look at.
    """

    feature_set: str
    k: int
    jaccard: float
    smallest: int
    explained: float | None
    repeats: bool
    errors: SquaredErrors | None = field(default=None, repr=False, compare=False)

    def recipe(self, wide: Recipe) -> Recipe:
        """What it is, as a change of a recipe; a narrower feature set is not reduced unless that was asked for."""
        same = replace(wide, n_segments=self.k)
        if self.feature_set == wide.feature_set:
            return same
        return replace(same, feature_set=self.feature_set, method="none", n_dimensions=None)


@terse
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


def centers_of(X: Float32, k_range: Sequence[int], seed: int) -> dict[int, Float32]:
    """Centres at each k that the rows allow, by as many rows as a label is asked by.

    Ward's tree joins all of few rows, and nothing about it is random. Of many it would join a sample alone, which no
    run segments by: there K-means settles.
    """
    few = X[sample_rows(len(X), ASIDE_ROWS, seed)]
    if len(few) <= JOINED_ROWS:
        return ward_centers(few, k_range)
    return centers_each(few, k_range, n_starts=SEARCH_STARTS, seed=seed)


def _drawn_anew(X: Float32, k_range: Sequence[int], rng: Generator) -> dict[int, Labels]:
    """Segment of every row at each k, by a bootstrap sample of the rows."""
    if len(X) > JOINED_ROWS:
        return solutions_anew(X, k_range, [int(rng.integers(2**31))])
    drawn = X[rng.integers(len(X), size=len(X))]
    return {k: nearest(X, one) for k, one in ward_centers(drawn, k_range).items()}


def repeated(X: Float32, centers: dict[int, Float32], seed: int) -> dict[int, Float64]:
    """Mean Jaccard of each segment at each k, over fits to bootstrap resamples (Hennig 2007)."""
    rng = np.random.default_rng([seed, 14])
    few = X[sample_rows(len(X), ASIDE_ROWS, seed)]
    own = {k: nearest(few, one) for k, one in centers.items()}
    found: dict[int, list[Float64]] = {k: [] for k in centers}
    with quiet_fits(threads=1):
        for _ in range(SEARCH_RESAMPLES if centers else 0):
            for k, other in _drawn_anew(few, tuple(centers), rng).items():
                found[k].append(jaccards(cross_table(own[k], other, (k, k))).max(axis=1))
    return {k: np.mean(each, axis=0) if each else np.zeros(k) for k, each in found.items()}


@terse
@dataclass(frozen=True)
class ChoosingHalf:
    """What a choice may look at: half of the customers, and what those known on an earlier day brought later.

    Cuts are made by `table`, and drawn anew from `others`, as a label is asked of customers that made no cut.
    """

    table: FeatureTable
    others: FeatureTable
    holdout: TemporalHoldout | None
    seed: int
    n_units: int

    def centers(self, name: str, options: SeekOptions, table: FeatureTable) -> tuple[FeatureMatrix, dict[int, Float32]]:
        """Scaled features of a feature set, and centres at each k."""
        matrix = build_matrix(select_features(table, name), geography=options.geography)
        return matrix, centers_of(matrix.values, options.k_tried, self.seed)

    def missed(self, name: str, options: SeekOptions) -> dict[int, SquaredErrors]:
        """What a feature set misses of later revenue at each number of segments; empty without a next period."""
        if self.holdout is not None:
            with suppress(OrdersError, ParameterError):  # on an early day too few may have differed
                then, settled = self.centers(name, options, self.holdout.table)
                outcome = self.holdout.log_revenue
                return {k: errors_of_groups(nearest(then.values, one), outcome) for k, one in settled.items()}
        return {}

    def candidates(self, name: str, options: SeekOptions) -> Iterator[Candidate]:
        """One feature set at each number of segments."""
        matrix, centers = self.centers(name, options, self.table)
        again, missed = repeated(matrix.transform(self.others), centers, self.seed), self.missed(name, options)
        for k, one in centers.items():
            jaccard = float(again[k].min())
            smallest = int(np.bincount(nearest(matrix.values, one), minlength=k).min())
            repeats = jaccard >= STABLE and smallest >= least_members(len(self.table))
            errors = missed.get(k)
            yield Candidate(name, k, jaccard, smallest, errors.explained if errors else None, repeats, errors)


def choosing_part(
    table: FeatureTable, holdout: TemporalHoldout | None, chooses: NDArray[np.bool_], seed: int
) -> ChoosingHalf:
    """The customers of whom `chooses` holds, in two parts if they are enough; samples of them where they are many."""
    rows = np.random.default_rng([seed, 15]).permutation(np.flatnonzero(chooses))
    halves = (rows[::2], rows[1::2]) if len(rows) >= 2 * FEWEST_ASIDE else (rows, rows)
    makes, others = (table.take(np.sort(one[:ASIDE_ROWS])) for one in halves)
    held = holdout.choosing(SCORED_UNITS, seed) if holdout else None
    return ChoosingHalf(makes, others, held, seed, len(table))


def _not_worse(one: Candidate, best: Candidate) -> bool:
    """Whether the paired difference of two candidates is within one standard error."""
    if one.errors is None or best.errors is None:
        return False
    if one is best:
        return True
    lead, error = best.errors.lead_over(one.errors)
    return lead <= STANDARD_ERRORS * error


def _tried(half: ChoosingHalf, options: SeekOptions, progress: Progress | None) -> list[Candidate]:
    """Every feature set at every number of segments; ParameterError if none gives as many as are asked for."""
    tried: list[Candidate] = []
    for done, name in enumerate(options.feature_sets, start=1):
        with quiet_fits(threads=1), suppress(OrdersError, ParameterError):  # all customers may be alike in one
            tried += half.candidates(name, options)
        if progress:
            progress("feature_sets", done, len(options.feature_sets))
    if not tried:
        raise ParameterError(
            f"No feature set tells half of the {half.n_units:,} units apart well enough for "
            f"{min(options.k_tried)} segments. Ask for fewer segments with --segments."
        )
    return tried


def _found(reason: Reason, chosen: Candidate, tried: list[Candidate]) -> FeatureSetSearch:
    """The search with what was chosen first, and then the best."""
    tried.sort(key=lambda one: (one is chosen, one.repeats, one.explained or 0.0, one.jaccard), reverse=True)
    return FeatureSetSearch(chosen, reason, tuple(tried))


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
    tried = _tried(half, options, progress)
    return _found(*_best(tried, advised), tried)


def search_same_groups(
    half: ChoosingHalf, options: SeekOptions, tested: str, holds: Callable[[Candidate], bool]
) -> FeatureSetSearch | None:
    """Among the feature sets that hold the groups of a test, what foretells most; the tested one if no other is better.

    `tested` is the feature set of the test and `holds` whether a candidate has its groups among its segments; None
    where there is no next period to foretell. One is better by more than a standard error, and its segments all come
    out again.
    """
    tried = _tried(half, options, None)
    of_test = next((one for one in tried if one.feature_set == tested and one.errors is not None), None)
    if of_test is None:
        return None
    better = [one for one in tried if one.repeats and one.errors is not None and not _not_worse(of_test, one)]
    for one in sorted(better, key=lambda one: one.explained or 0.0, reverse=True):
        if holds(one):
            return _found("same groups", one, tried)
    return _found("tested", of_test, tried)


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
