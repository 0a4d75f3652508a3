"""A search for views that hold, with the choice itself paid for.

All features at once describe customers best, and where they give segments that hold they are taken. Where they do not
(with few
customers they seldom do), named sides of the customers are tried at several numbers of segments. Whoever picks the
best of many
flatters it, so the score that is reported is measured anew, on resamples that the choice did not see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import assess_stability
from marketfold.errors import ParameterError
from marketfold.selection.future import explained_share
from marketfold.selection.recipe import Recipe
from marketfold.selection.views import ALL, views_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marketfold.schema import FeatureTable, Progress
    from marketfold.selection.future import LookAhead

HOLDS = 0.75
"""Least mean Jaccard of a segment that is called stable (Hennig 2007)."""
FEWEST_MEMBERS = 5
LEAST_SHARE = 0.02
K_TRIED = (3, 4, 5, 6)
SEARCH_PAIRS = 10
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
    stability = assess_stability(
        made.dimensions[rows], made.segmenter, made.labels[rows], n_pairs=SEARCH_PAIRS, seed=seed
    )
    jaccard = min(segment.jaccard for segment in stability.segments)
    smallest = int(np.bincount(made.labels).min())
    explained = explained_share(recipe.segment(ahead.table).labels, ahead.log_revenue) if ahead else None
    holds = jaccard >= HOLDS and smallest >= least_members(len(made.labels))
    return Candidate(recipe.view, recipe.method, recipe.n_segments, stability.ari, jaccard, smallest, explained, holds)


def _recipes(table: FeatureTable, k_tried: Sequence[int], seed: int) -> Iterator[Recipe]:
    for view in views_of(table):
        for k in k_tried:
            yield Recipe(view, "none", k, seed=seed)


def search_views(
    table: FeatureTable,
    everything: Candidate,
    *,
    ahead: LookAhead | None = None,
    k_tried: Sequence[int] = K_TRIED,
    seed: int = 0,
    n_pairs: int = 100,
    progress: Progress | None = None,
) -> ViewSearch:
    """Find a side of the customers whose segments hold.

    Parameters
    ----------
    table
        The customers.
    everything
        All features at once, already measured: it is kept where it holds.
    ahead
        The customers of an earlier day and what they brought after it.
    k_tried
        Numbers of segments to try for each view.
    n_pairs
        Pairs of fresh resamples for the score that is reported.
    """
    tried = [everything]
    recipes = [] if everything.holds else list(_recipes(table, k_tried, seed))
    for done, recipe in enumerate(recipes, start=1):
        try:
            tried.append(try_recipe(table, recipe, ahead, seed))
        except ParameterError:  # fewer distinct customers in this view than segments
            continue
        finally:
            if progress:
                progress("trying views", done, len(recipes))
    ranked = sorted(tried, key=lambda one: (one.holds, one.score), reverse=True)
    chosen = ranked[0]
    recipe = Recipe(chosen.view, chosen.method, chosen.k, seed=seed)
    made = recipe.segment(table)
    honest = assess_stability(
        made.dimensions, made.segmenter, made.labels, n_pairs=n_pairs, seed=seed + HONEST_SEED, progress=progress
    )
    jaccards = tuple(segment.jaccard for segment in honest.segments)
    return ViewSearch(chosen, honest.ari, jaccards, _verdict(chosen, everything, jaccards, len(tried)), tuple(ranked))


def _verdict(chosen: Candidate, everything: Candidate, jaccards: tuple[float, ...], n_tried: int) -> str:
    if chosen is everything and everything.holds:
        return f"All features at once give {chosen.k} segments that hold, so no narrower view was sought."
    fresh = f"on fresh resamples its weakest segment keeps a Jaccard of {min(jaccards):.2f}"
    if chosen.view == ALL:
        return f"None of {n_tried} recipes gives segments that all hold, so all features are kept; {fresh}."
    outcome = "each segment is stable" if min(jaccards) >= HOLDS else "not every segment is stable"
    return (
        f"All features at once do not hold (weakest Jaccard {everything.jaccard:.2f} at {everything.k} segments). "
        f"Of {n_tried} that were tried, the view '{chosen.view}' with {chosen.k} segments is best; {fresh}: {outcome}."
    )
