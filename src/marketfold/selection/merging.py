"""Segments that somebody wants as one: merged after the choice, and alike in each fit that says what they are worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering import places_alike
from marketfold.errors import ParameterError
from marketfold.thresholds import LEAST_ASKED
from marketfold.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Labels
    from marketfold.selection.segmentation import Segmentation

    Merges = Sequence[Sequence[int]]


def check_merges(merges: Merges, n_segments: int) -> None:
    """`ParameterError` for merges of segments that are not there, or that leave too few."""
    given = " ".join(f"--merge {'+'.join(map(str, one))}" for one in merges)
    if absent := sorted(number for one in merges for number in one if number > n_segments):
        raise ParameterError(
            f"{given} names segment {absent[0]}, and {plural(n_segments, 'segment')} were found, numbered 1 to "
            f"{n_segments} before any is merged. Make the run without --merge to see them."
        )
    left = n_segments - sum(len(one) - 1 for one in merges)
    if left < LEAST_ASKED:
        raise ParameterError(
            f"{given} leaves {plural(left, 'segment')} of {n_segments}, and {LEAST_ASKED} are the fewest there can be. "
            "Merge fewer of them."
        )


def merge_segments(made: Segmentation, merges: Merges) -> Segmentation:
    """Segments of which some are made one, in the order of revenue again; `made` itself where nothing is merged.

    `merges` are numbers from 1 as the segments were found, each once. A segment keeps its number, and a merged one has
    the lowest of its parts, so that a number means the same before and after. ParameterError as `check_merges`.
    """
    if not merges:
        return made
    check_merges(merges, made.n_segments)
    places: Labels = np.arange(made.n_segments, dtype=np.int32)
    for one in merges:
        positions = np.array(sorted(one)) - 1
        places[positions] = positions[0]
    return _merged(made, places)


def merge_alike(other: Segmentation, made: Segmentation) -> Segmentation:
    """Segments of another fit, merged as those of `made` were: each is taken for the one that it shares its units with.

    Units are known by their ids; those that only one of the two has say nothing.
    """
    if made.unmerged is None:
        return other
    _, mine, theirs = np.intersect1d(made.ids, other.ids, assume_unique=True, return_indices=True)
    parts, labels = made.parts[mine], other.labels[theirs]
    return _merged(other, places_alike(made.places, parts, labels, other.n_segments))


def _merged(made: Segmentation, places: Labels) -> Segmentation:
    """Segments of one place made one, those with most revenue (or units) first."""
    _, together = np.unique(places, return_inverse=True)
    weights = made.revenue if made.has_money else made.sizes
    order = np.argsort(-np.bincount(together, weights=weights), kind="stable")
    places = np.argsort(order)[together].astype(np.int32)
    first = [int(np.flatnonzero(places == place)[0]) for place in range(len(order))]
    segmenter = made.segmenter.merged(places)
    return replace(
        made,
        segmenter=segmenter,
        labels=places[made.labels],
        numbers=tuple(made.numbers[one] for one in first),
        names=tuple(made.names[one] for one in first),
        unmerged=made,
    )
