"""What each number of segments would give, beside the one that was made."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import adjusted_rand, cross_table, jaccards, nearest, quiet_fits
from marketfold.errors import OrdersError, ParameterError
from marketfold.frames import terse
from marketfold.sampling import sample_rows
from marketfold.selection.search import centers_of, repeated
from marketfold.selection.temporal_holdout import earlier_labels
from marketfold.selection.trust import earned, tested_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Trust
    from marketfold.selection.fits import Fits, Recipe
    from marketfold.selection.groups import GroupTest
    from marketfold.selection.segmentation import Segmentation

K_SHOWN = tuple(range(2, 11))
SHOWN_ROWS = 5_000


@terse
@dataclass(frozen=True)
class Solution:
    """The customers in so many segments, from the largest to the smallest.

    Attributes
    ----------
    shares
        Of all units that each segment has, 0 to 1.
    most_alike, alike
        Position of the segment of the run that each shares most units with, and their Jaccard.
    within
        Share of the units of each that are in that segment of the run.
    trust
        What each has earned: as tested where it matches a segment of the test, otherwise by resamples alone.
    explained
        Share of later (log) revenue that it foretells, cross-validated, of units that no choice has seen, as
        `FutureScore.segments` is; None where there is no later period.
    ari
        Agreement with the segments of the run: 1 is the same, 0 chance (adjusted Rand index).
    """

    k: int
    shares: tuple[float, ...]
    most_alike: tuple[int, ...]
    alike: tuple[float, ...]
    within: tuple[float, ...]
    trust: tuple[Trust, ...]
    explained: float | None
    ari: float


def _explained(fits: Fits, recipe: Recipe, k_range: Sequence[int]) -> dict[int, float]:
    """What each number foretells of those whose later revenue no choice has seen; of the run's, its own segments do."""
    holdout = fits.holdout
    if holdout is None:
        return {}
    with suppress(OrdersError, ParameterError):  # on an early day too few may have differed
        X = fits.reduce(recipe, holdout.table).dimensions
        settled = centers_of(X, k_range, recipe.seed)
        earlier = {k: nearest(X, one) for k, one in settled.items()}
        if (own := earlier_labels(recipe, fits)) is not None:
            earlier[recipe.n_segments] = own
        return {k: holdout.errors_at_last(labels).explained for k, labels in earlier.items()}
    return {}


def other_solutions(fits: Fits, recipe: Recipe, made: Segmentation, test: GroupTest | None) -> tuple[Solution, ...]:
    """From two to ten segments in the space of a recipe, on a sample where there are many units.

    Where segments were merged, its number is of them before that, and they are held against those that were made.
    Empty for a clusterer of the user's own, which decides itself how many there are.
    """
    if recipe.clusterer is not None:
        return ()
    rows = sample_rows(len(made), SHOWN_ROWS, recipe.seed)
    X, own, parts = made.dimensions[rows], made.labels[rows], made.parts[rows]
    k_made = recipe.n_segments
    with quiet_fits(threads=1):
        centers = centers_of(X, K_SHOWN, recipe.seed)
        if k_made in centers:
            centers[k_made] = made.segmenter.centers_
        explained, again = _explained(fits, recipe, tuple(centers)), repeated(X, centers, recipe.seed)
    found = []
    for k, one in centers.items():
        labels = parts if k == k_made else nearest(X, one)
        if k == k_made and made.unmerged is None:
            trust = tuple(label or "weak" for label in made.trust)
        else:
            places = tested_places(labels, test.labels[rows], k) if test else (None,) * k
            trust = earned(again[k].tolist(), places, test.groups if test else ())
        shared = cross_table(labels, own, (k, made.n_segments))  # these rows may have missed a tiny one
        match = shared.argmax(axis=1)
        alike = jaccards(shared)[np.arange(len(shared)), match]
        sizes = np.bincount(labels, minlength=k)
        order = np.argsort(-sizes, kind="stable").tolist()
        shares = sizes / len(labels)
        within = np.bincount(labels[own == match[labels]], minlength=k) / np.maximum(sizes, 1)
        found.append(
            Solution(
                k=k,
                shares=tuple(float(shares[s]) for s in order),
                most_alike=tuple(int(match[s]) for s in order),
                alike=tuple(float(alike[s]) for s in order),
                within=tuple(float(within[s]) for s in order),
                trust=tuple(trust[s] for s in order),
                explained=explained.get(k),
                ari=adjusted_rand(labels, own),
            )
        )
    return tuple(found)
