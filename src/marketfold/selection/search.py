"""A search for a feature set that holds, with the choice itself paid for.

All features at once describe customers best, and where they give segments that hold they are taken. Where they do not
(with few customers they seldom do), named feature sets are tried at several numbers of segments. Whoever picks the best
of many flatters it, so the score that is reported is measured anew, on resamples that the choice did not see.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import assess_stability
from marketfold.errors import OrdersError, ParameterError
from marketfold.selection.feature_sets import ALL, feature_sets_of
from marketfold.selection.temporal_holdout import explained_by
from marketfold.thresholds import FEWEST_MEMBERS, PATTERN, STABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from marketfold.selection.fits import Fits, Recipe
    from marketfold.selection.segmentation import Segmentation

LEAST_SHARE = 0.02
K_TRIED = (3, 4, 5, 6)
SEARCH_PAIRS = 10
FIRST_LOOK_PAIRS = 3
"""Who shows less than a pattern at the first look is not looked at again."""
SEARCH_ROWS = 5_000
FRESH_SEED = 1_000_003
"""Far from the seeds of the search, so that no resample is seen twice."""


@dataclass(frozen=True)
class Candidate:
    """One feature set at one number of segments.

    Attributes
    ----------
    ari, jaccard
        Mean adjusted Rand between resamples, and the lowest mean Jaccard of its segments.
    smallest
        Customers in the smallest segment.
    explained
        Share of the variance of log next-period revenue that it explains; None where there is no next period.
    holds
        Whether every segment is stable and large enough.
    """

    feature_set: str
    method: str
    k: int
    ari: float
    jaccard: float
    smallest: int
    explained: float | None
    holds: bool

    def recipe(self, wide: Recipe) -> Recipe:
        """What it is, as a change of the recipe with all features."""
        same = replace(wide, n_segments=self.k)
        if self.feature_set == ALL:
            return same
        return replace(same, feature_set=self.feature_set, method=self.method, n_dimensions=None)

    @property
    def score(self) -> float:
        """What the choice goes by: the weakest segment's stability and the next period's value, equally."""
        return self.jaccard + (self.explained or 0.0)


@dataclass(frozen=True)
class FeatureSetSearch:
    """Which features to segment by, and what that choice is worth on fresh resamples.

    Attributes
    ----------
    chosen
        As it looked when it was chosen.
    wide
        All features at the number of segments that was advised.
    adjusted_ari, adjusted_jaccards
        Selection-adjusted estimates: the stability of the chosen one measured anew, on resamples that the choice did
        not see.
    candidates
        All that were tried, best first.
    """

    chosen: Candidate
    wide: Candidate
    adjusted_ari: float
    adjusted_jaccards: tuple[float, ...]
    candidates: tuple[Candidate, ...] = field(default=(), repr=False)

    @property
    def holds(self) -> bool:
        """Whether every segment is stable by the adjusted estimate."""
        return min(self.adjusted_jaccards) >= STABLE


def least_members(n_units: int) -> int:
    """Customers that a segment needs to be worth a campaign.

    >>> least_members(92), least_members(1_000)
    (5, 20)
    """
    return max(FEWEST_MEMBERS, round(LEAST_SHARE * n_units))


def try_recipe(fits: Fits, recipe: Recipe) -> Candidate:
    """Follow a recipe and measure what it is worth, quickly."""
    made = fits.segment(recipe)
    rows = np.random.default_rng(recipe.seed).permutation(len(made.labels))[:SEARCH_ROWS]
    ari, jaccard = _stability(made, rows, FIRST_LOOK_PAIRS, recipe.seed)
    if jaccard >= PATTERN:
        ari, jaccard = _stability(made, rows, SEARCH_PAIRS, recipe.seed)
    smallest = int(np.bincount(made.labels).min())
    holds = jaccard >= STABLE and smallest >= least_members(len(made.labels))
    explained = explained_by(recipe, fits)
    return Candidate(recipe.feature_set, recipe.method, recipe.n_segments, ari, jaccard, smallest, explained, holds)


def _stability(made: Segmentation, rows: NDArray[np.intp], n_pairs: int, seed: int) -> tuple[float, float]:
    """Adjusted Rand of the whole, and the Jaccard of the weakest segment."""
    found = assess_stability(made.dimensions[rows], made.segmenter, made.labels[rows], n_pairs=n_pairs, seed=seed)
    return found.ari, min(segment.jaccard for segment in found.segments)


def _tried(fits: Fits, recipes: Sequence[Recipe]) -> Iterator[Candidate]:
    for done, recipe in enumerate(recipes, start=1):
        # a feature set may have fewer distinct customers than segments
        with suppress(ParameterError, OrdersError):
            yield try_recipe(fits, recipe)
        if fits.progress:
            fits.progress("trying feature sets", done, len(recipes))


def search_feature_sets(
    fits: Fits, wide: Recipe, *, k_tried: Sequence[int] = K_TRIED, keep_number: bool = False, n_pairs: int = 100
) -> FeatureSetSearch:
    """Find features of the customers whose segments hold.

    Parameters
    ----------
    wide
        All features at once, at the number of segments that was advised. It is kept where it holds, at the number of
        segments that does best.
    k_tried
        Numbers of segments to try for each feature set.
    keep_number
        Whether no other number of segments is tried where the advised one holds: it was asked for, or groups were
        found.
    n_pairs
        Pairs of fresh resamples for the score that is reported.
    """
    tried = [try_recipe(fits, wide)]
    if not (keep_number and tried[0].holds):
        tried += _tried(fits, [replace(wide, n_segments=k) for k in k_tried if k != wide.n_segments])
    if not any(one.holds for one in tried):
        narrow = replace(wide, method="none")
        names = feature_sets_of(fits.table)
        tried += _tried(fits, [replace(narrow, feature_set=name, n_segments=k) for name in names for k in k_tried])
    ranked = sorted(tried, key=lambda one: (one.holds, one.score), reverse=True)
    if not ranked[0].holds:  # nothing holds: then what was advised for all features is as good as any
        ranked.sort(key=lambda one: one is not tried[0])
    chosen = ranked[0]
    made = fits.segment(chosen.recipe(wide))
    seed, progress = wide.seed + FRESH_SEED, fits.progress
    fresh = assess_stability(
        made.dimensions, made.segmenter, made.labels, n_pairs=n_pairs, seed=seed, progress=progress
    )
    jaccards = tuple(segment.jaccard for segment in fresh.segments)
    return FeatureSetSearch(chosen, tried[0], fresh.ari, jaccards, tuple(ranked))
