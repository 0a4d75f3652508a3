"""What each segment has earned: group, slice or weak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import assess_stability, cross_table, jaccards, trust_of
from marketfold.errors import OrdersError, ParameterError
from marketfold.frames import terse
from marketfold.sampling import sample_rows
from marketfold.selection.merging import merge_alike
from marketfold.thresholds import STABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64, Labels, Trust
    from marketfold.selection.fits import Fits, Recipe
    from marketfold.selection.groups import GroupTest
    from marketfold.selection.segmentation import Segmentation

    Mask = NDArray[np.bool_]

FEWEST_ASIDE = 100
"""Customers in the half whose resamples say whether segments come out again; with fewer, resamples are of all."""
ASIDE_ROWS = 5_000
REPEATED_PAIRS = 25


@terse
@dataclass(frozen=True)
class SegmentTest:
    """What one segment has earned.

    Attributes
    ----------
    trust
        `weak`: it does not come out again. `slice`: it does, and so does a slice of any crowd. `group`: and it is
        further apart from the others than the same procedure finds in shops without groups, at 5 % for all segments
        and the whole search together.
    jaccard
        Mean Jaccard of its best match among segments that were fitted anew, 0 to 1 (Hennig 2007).
    unseen
        Whether they were fitted to a half of the customers that had no part in the other fit; otherwise to resamples
        of all.
    separation, p
        How far apart it is, 0 to 1, and the share of shops without groups that show any segment as
        far apart; None where it is no segment of the test.
    """

    trust: Trust
    jaccard: float
    unseen: bool
    separation: float | None = None
    p: float | None = None


def best_matches(own: Labels, other: Labels, n_own: int | None = None) -> tuple[NDArray[np.intp], Float64]:
    """For each of our segments the most alike of others of the same units, and their Jaccard, shape (n_own,).

    Of a segment without any of these units nothing is alike; `n_own` is told where the last may be without.

    >>> best_matches(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 1]))
    (array([1, 0]), array([0.66666667, 0.5       ]))
    """
    alike = jaccards(cross_table(own, other, (n_own or int(own.max()) + 1, int(other.max()) + 1)))
    return alike.argmax(axis=1), alike.max(axis=1)


def repetition(fits: Fits, recipe: Recipe, made: Segmentation, chooses: Mask) -> Float64 | None:
    """Jaccard of each segment across halves of the customers, shape (n_segments,).

    The recipe is followed on the choosing half and on resamples of the other, and the two are compared on the other;
    what the choosing half's segments earn is carried to those of all customers that they match. Where segments were
    merged they are merged alike in the half and in each resample. None where the half that was kept aside is too small,
    or the recipe cannot be followed on a half.
    """
    seen, aside = np.flatnonzero(chooses), np.flatnonzero(~chooses)
    if len(aside) < FEWEST_ASIDE:
        return None
    seen, aside = (rows[sample_rows(len(rows), ASIDE_ROWS, recipe.seed)] for rows in (seen, aside))
    try:
        half = merge_alike(fits.segment(recipe, fits.table.take(seen)), made)
    except (OrdersError, ParameterError):
        return None
    few = np.sort(np.concatenate([seen, aside]))
    placed = half.reducer.transform(half.matrix.transform(fits.table.take(few)))
    parts, kept = half.segmenter.nearest_centers(placed), ~chooses[few]
    found = assess_stability(
        placed[kept],
        half.segmenter,
        parts[kept],
        n_pairs=REPEATED_PAIRS,
        random_state=recipe.seed,
        progress=fits.progress,
    )
    match, alike = best_matches(made.labels[few], half.segmenter.places_[parts], made.n_segments)
    again = np.array([segment.jaccard for segment in found.segments])
    carried: Float64 = np.minimum(alike, again[match])
    return carried


def label_segments(made: Segmentation, again: Float64 | None, test: GroupTest | None) -> tuple[SegmentTest, ...]:
    """The label of each segment; `again` is its Jaccard across halves, where they are large enough."""
    own = [segment.jaccard for segment in made.stability.segments] if made.stability else [0.0] * made.n_segments
    jaccard = own if again is None else again.tolist()
    unseen = again is not None
    if test is None:
        return tuple(SegmentTest(trust_of(one), one, unseen) for one in jaccard)
    places = tested_places(made.labels, test.labels, made.n_segments)
    return tuple(
        SegmentTest(trust, one, unseen)
        if place is None
        else SegmentTest(trust, one, unseen, test.separations[place], test.p_values[place])
        for one, place, trust in zip(jaccard, places, earned(jaccard, places, test.groups), strict=True)
    )


def tested_places(labels: Labels, tested: Labels, n_segments: int) -> tuple[int | None, ...]:
    """Which segment of a test each of ours is, by their Jaccard; None where it is none of them, or has no unit here."""
    match, alike = best_matches(labels, tested, n_segments)
    return tuple(place if how >= STABLE else None for place, how in zip(match.tolist(), alike.tolist(), strict=True))


def earned(jaccards: Sequence[float], places: Sequence[int | None], groups: Sequence[int]) -> tuple[Trust, ...]:
    """The label of each segment: what comes out again is a group where the test found one in its place."""
    return tuple(
        "group" if trust_of(one) == "slice" and place in groups else trust_of(one)
        for one, place in zip(jaccards, places, strict=True)
    )
