"""A search for views that hold, with the choice itself paid for.

All features at once describe customers best, and where they give segments that hold they are taken. Where they do not
(with few
customers they seldom do), named sides of the customers are tried at several numbers of segments. Whoever picks the
best of many
flatters it, so the score that is reported is measured anew, on resamples that the choice did not see.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import assess_stability
from marketfold.errors import OrdersError, ParameterError
from marketfold.selection.future import explained_by
from marketfold.selection.views import ALL, views_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import FeatureTable, Progress
    from marketfold.selection.future import LookAhead
    from marketfold.selection.recipe import Recipe
    from marketfold.selection.segmentation import Segmentation

HOLDS = 0.75
"""Least mean Jaccard of a segment that is called stable (Hennig 2007)."""
FEWEST_MEMBERS = 5
LEAST_SHARE = 0.02
K_TRIED = (3, 4, 5, 6)
SEARCH_PAIRS = 10
FIRST_LOOK_PAIRS = 3
HOPELESS = 0.6
"""A mean Jaccard that is not to be trusted (Hennig 2007); who shows it at the first look is not looked at again."""
SEARCH_ROWS = 5_000
HONEST_SEED = 1_000_003
"""Far from the seeds of the search, so that no resample is seen twice."""


@dataclass(frozen=True)
class Candidate:
    """One view at one number of segments.

    Attributes
    ----------
    view, method, k
        The recipe.
    ari
        Mean adjusted Rand between resamples.
    jaccard
        The lowest mean Jaccard of its segments.
    smallest
        Customers in the smallest segment.
    explained
        Share of the variance of log next-period revenue that it explains; None where there is no next period.
    holds
        Whether every segment is stable and large enough.
    """

    view: str
    method: str
    k: int
    ari: float
    jaccard: float
    smallest: int
    explained: float | None
    holds: bool

    @property
    def score(self) -> float:
        """What the choice goes by: the weakest segment's stability and the next period's value, equally."""
        return self.jaccard + (self.explained or 0.0)


@dataclass(frozen=True)
class ViewSearch:
    """Which side of the customers to segment by, and what that choice is worth on fresh resamples.

    Attributes
    ----------
    chosen
        As it looked when it was chosen.
    honest_ari, honest_jaccards
        The same measured anew, on resamples that the choice did not see.
    candidates
        All that were tried, best first.
    verdict
        What was found, in words.
    """

    chosen: Candidate
    honest_ari: float
    honest_jaccards: tuple[float, ...]
    verdict: str
    candidates: tuple[Candidate, ...] = field(default=(), repr=False)

    @property
    def holds(self) -> bool:
        """Whether every segment is stable under the honest estimate."""
        return min(self.honest_jaccards) >= HOLDS


def least_members(n_units: int) -> int:
    """Customers that a segment needs to be worth a campaign.

    >>> least_members(92), least_members(1_000)
    (5, 20)
    """
    return max(FEWEST_MEMBERS, round(LEAST_SHARE * n_units))


def try_recipe(table: FeatureTable, recipe: Recipe, ahead: LookAhead | None, seed: int) -> Candidate:
    """Follow a recipe and measure what it is worth, quickly."""
    made = recipe.segment(table)
    rows = np.random.default_rng(seed).permutation(len(made.labels))[:SEARCH_ROWS]
    ari, jaccard = _stability(made, rows, FIRST_LOOK_PAIRS, seed)
    if jaccard >= HOPELESS:
        ari, jaccard = _stability(made, rows, SEARCH_PAIRS, seed)
    smallest = int(np.bincount(made.labels).min())
    explained = explained_by(recipe, ahead) if ahead else None
    holds = jaccard >= HOLDS and smallest >= least_members(len(made.labels))
    return Candidate(recipe.view, recipe.method, recipe.n_segments, ari, jaccard, smallest, explained, holds)


def _stability(made: Segmentation, rows: NDArray[np.intp], n_pairs: int, seed: int) -> tuple[float, float]:
    """Adjusted Rand of the whole, and the Jaccard of the weakest segment."""
    found = assess_stability(made.dimensions[rows], made.segmenter, made.labels[rows], n_pairs=n_pairs, seed=seed)
    return found.ari, min(segment.jaccard for segment in found.segments)


def _tried(
    table: FeatureTable, recipes: Sequence[Recipe], ahead: LookAhead | None, progress: Progress | None
) -> Iterator[Candidate]:
    for done, recipe in enumerate(recipes, start=1):
        # a view may have fewer distinct customers than segments
        with suppress(ParameterError, OrdersError):
            yield try_recipe(table, recipe, ahead, recipe.seed)
        if progress:
            progress("trying views", done, len(recipes))


def search_views(
    table: FeatureTable,
    wide: Recipe,
    *,
    ahead: LookAhead | None = None,
    k_tried: Sequence[int] = K_TRIED,
    settled: bool = False,
    n_pairs: int = 100,
    progress: Progress | None = None,
) -> ViewSearch:
    """Find a side of the customers whose segments hold.

    Parameters
    ----------
    table
        The customers.
    wide
        All features at once, at the number of segments that was advised. It is kept where it holds, at the number of
        segments that does best.
    ahead
        The customers of an earlier day and what they brought after it.
    k_tried
        Numbers of segments to try for each view.
    settled
        Whether the advised number is one of groups that are there; then no other is tried where it holds.
    n_pairs
        Pairs of fresh resamples for the score that is reported.
    """
    tried = [try_recipe(table, wide, ahead, wide.seed)]
    if not (settled and tried[0].holds):
        others = [replace(wide, n_segments=k) for k in k_tried if k != wide.n_segments]
        tried += _tried(table, others, ahead, progress)
    if not any(one.holds for one in tried):
        narrow = [replace(wide, view=view, method="none", n_segments=k) for view in views_of(table) for k in k_tried]
        tried += _tried(table, narrow, ahead, progress)
    ranked = sorted(tried, key=lambda one: (one.holds, one.score), reverse=True)
    if not ranked[0].holds:  # nothing holds: then what was advised for all features is as good as any
        ranked.sort(key=lambda one: (one.view, one.k) != (wide.view, wide.n_segments))
    chosen = ranked[0]
    made = replace(wide, view=chosen.view, method=chosen.method, n_segments=chosen.k).segment(table)
    honest = assess_stability(
        made.dimensions, made.segmenter, made.labels, n_pairs=n_pairs, seed=wide.seed + HONEST_SEED, progress=progress
    )
    jaccards = tuple(segment.jaccard for segment in honest.segments)
    return ViewSearch(chosen, honest.ari, jaccards, _verdict(chosen, tried[0], jaccards, len(tried)), tuple(ranked))


def _rather(chosen: Candidate, wide: Candidate) -> str:
    if not wide.holds:
        return f"The {wide.k} that the curve advises do not (weakest Jaccard {wide.jaccard:.2f})"
    if chosen.explained is None or wide.explained is None:
        return f"They come out again more surely than the {wide.k} that the curve advises"
    return (
        f"They explain {chosen.explained:.0%} of the differences in later revenue, the {wide.k} that the curve advises "
        f"{wide.explained:.0%}"
    )


def _verdict(chosen: Candidate, wide: Candidate, jaccards: tuple[float, ...], n_tried: int) -> str:
    fresh = f"on fresh resamples its weakest segment keeps a Jaccard of {min(jaccards):.2f}"
    if chosen.holds and chosen is wide:
        return f"All features at once give {chosen.k} segments that hold ({fresh}), so no narrower view was sought."
    if chosen.holds and chosen.view == ALL:
        return (
            f"All features at once give {chosen.k} segments that hold ({fresh}). {_rather(chosen, wide)}, and no "
            "narrower view was sought."
        )
    if not chosen.holds:
        return f"None of {n_tried} recipes gives segments that all hold, so all features are kept; {fresh}."
    outcome = "each segment is stable" if min(jaccards) >= HOLDS else "not every segment is stable"
    return (
        f"All features at once do not hold (weakest Jaccard {wide.jaccard:.2f} at {wide.k} segments). "
        f"Of {n_tried} that were tried, the view '{chosen.view}' with {chosen.k} segments is best; {fresh}: {outcome}."
    )
