"""Numbers and names, given once: those of an earlier run where a segment is the same group, new ones elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold.segments.matching import match_segments
from marketfold.segments.names import name_segments
from marketfold.segments.traits import find_traits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.segments.matching import SegmentMatch
    from marketfold.segments.traits import SegmentTraits
    from marketfold.selection import Segmentation
    from marketfold.snapshot import Snapshot


def number_and_name(
    segmentation: Segmentation, traits: Sequence[SegmentTraits] | None = None, earlier: Snapshot | None = None
) -> tuple[Segmentation, tuple[SegmentMatch, ...]]:
    """Give segments the numbers and names that they keep from here on.

    Parameters
    ----------
    segmentation
        Numbered by revenue.
    traits
        As `find_traits` gives them, where they are known already.
    earlier
        A run whose numbers and names are kept where a segment is the same group.

    Returns
    -------
    tuple
        The segmentation with its numbers and names, and what became of the earlier run's segments; the latter is empty
        without one.
    """
    names = name_segments(traits or find_traits(segmentation), segmentation.unit)
    named = replace(segmentation, names=names)
    if earlier is None:
        return named, ()
    matches = match_segments(earlier, named.snapshot())
    numbers, names = zip(*((match.number, match.name) for match in matches), strict=True)
    return replace(named, numbers=numbers, names=names), matches
