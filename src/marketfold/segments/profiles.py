"""What each segment is: what can be counted of it, a rule for it, and who is typical of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.segments.rules import SegmentRule, find_rule
from marketfold.segments.traits import SegmentTraits, find_traits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float32, Trust
    from marketfold.selection import Segmentation

CHUNK = 65_536
"""Rows whose distances are held at once."""
TYPICAL = 5
"""Typical units that a profile points at."""


@dataclass(frozen=True, kw_only=True)
class SegmentProfile(SegmentTraits):
    """What one segment is: its traits, and what follows.

    Attributes
    ----------
    number
        From 1, by revenue; kept from an earlier run where the group is the same.
    name
        Short, plain, distinct within a run.
    rule
        A readable rule for the segment; None where there is none.
    typical
        Row numbers (never ids) of the units nearest the centre, nearest first.
    trust, jaccard
        The label of its stability, and the mean Jaccard of its best match over resamples; None where not assessed.
    """

    number: int
    name: str
    rule: SegmentRule | None = None
    typical: tuple[int, ...] = ()
    trust: Trust | None = None
    jaccard: float | None = None


def _own_distances(segmentation: Segmentation) -> Float32:
    """Euclidean distance of each unit to its own centre, shape (n_units,)."""
    space, labels, centers = segmentation.dimensions, segmentation.labels, segmentation.segmenter.centers_
    distances = np.empty(len(space), dtype=np.float32)
    for start in range(0, len(space), CHUNK):
        rows = slice(start, start + CHUNK)
        distances[rows] = np.linalg.norm(space[rows] - centers[labels[rows]], axis=1)
    return distances


def _typical(distances: Float32, members: NDArray[np.intp]) -> tuple[int, ...]:
    """Row numbers of the nearest members; the lower row first where distances are equal."""
    n = min(TYPICAL, len(members))
    reach = np.partition(distances[members], n - 1)[n - 1]
    near = members[distances[members] <= reach]
    return tuple(int(row) for row in near[np.lexsort((near, distances[near]))][:n])


def profile_segments(
    segmentation: Segmentation, seed: int = 0, traits: Sequence[SegmentTraits] | None = None
) -> tuple[SegmentProfile, ...]:
    """Describe every segment in the user's units, beside everybody.

    Parameters
    ----------
    segmentation
        With the numbers and names that the profiles are to carry.
    seed
        Of the rows that make and that measure a rule.
    traits
        As `find_traits` gives them, where they are known already.

    Returns
    -------
    tuple of SegmentProfile
        In the order of the labels.

    Examples
    --------
    >>> from marketfold.cleaning import clean_orders
    >>> from marketfold.demo import make_shop
    >>> from marketfold.features import build_features, build_matrix
    >>> from marketfold.orders import read_orders
    >>> from marketfold.segments import number_and_name
    >>> from marketfold.selection import Segmentation
    >>> matrix = build_matrix(build_features(clean_orders(read_orders(make_shop(lines=4_000).lines))))
    >>> quiet = matrix.table.column("recency_days") > 365
    >>> segmentation, _ = number_and_name(Segmentation.of(matrix, quiet.astype(np.int32)))
    >>> segments = profile_segments(segmentation)
    >>> segments[1].units == int(quiet.sum())
    True
    """
    distances = _own_distances(segmentation)
    stability = segmentation.stability.segments if segmentation.stability else None
    return tuple(
        SegmentProfile(
            **vars(known),
            number=segmentation.numbers[s],
            name=segmentation.names[s],
            rule=find_rule(segmentation.table, segmentation.labels, s, seed),
            typical=_typical(distances, segmentation.members(s)),
            trust=segmentation.trust[s],
            jaccard=stability[s].jaccard if stability else None,
        )
        for s, known in enumerate(traits or find_traits(segmentation))
    )
