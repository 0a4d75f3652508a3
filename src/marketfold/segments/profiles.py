"""What each segment is: what can be counted of it, and a rule for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.segments.rules import SegmentRule, find_rule
from marketfold.segments.traits import SegmentTraits, find_traits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Trust
    from marketfold.selection import Segmentation


@dataclass(frozen=True, kw_only=True)
class SegmentProfile(SegmentTraits):
    """What one segment is: its traits, and what follows.

    Attributes
    ----------
    number, name
        From 1, by revenue, and kept from an earlier run where the group is the same; short and distinct within a run.
    rule
        A readable rule for the segment; None where there is none.
    trust, jaccard
        The label of its stability, and the mean Jaccard of its best match over resamples; None where not assessed.
    """

    number: int
    name: str
    rule: SegmentRule | None = None
    trust: Trust | None = None
    jaccard: float | None = None


def profile_segments(
    segmentation: Segmentation, seed: int = 0, traits: Sequence[SegmentTraits] | None = None
) -> tuple[SegmentProfile, ...]:
    """Describe every segment in the user's units, beside everybody, in the order of the labels.

    Parameters
    ----------
    segmentation
        With the numbers and names that the profiles are to carry.
    seed
        Of the rows that make and that measure a rule.
    traits
        As `find_traits` gives them, where they are known already.

    Examples
    --------
    >>> import numpy as np
    >>> from marketfold.cleaning import clean_orders
    >>> from marketfold.demo import make_shop
    >>> from marketfold.features import build_features, build_matrix
    >>> from marketfold.orders import read_orders
    >>> from marketfold.segments import number_and_name
    >>> from marketfold.selection import Segmentation
    >>> matrix = build_matrix(build_features(clean_orders(read_orders(make_shop(lines=4_000).lines))))
    >>> quiet = (matrix.table.column("recency_days") > 365).astype(np.int32)
    >>> segmentation, _ = number_and_name(Segmentation.of(matrix, quiet))
    >>> [profile.units for profile in profile_segments(segmentation)] == np.bincount(quiet).tolist()
    True
    """
    stability = segmentation.stability.segments if segmentation.stability else None
    return tuple(
        SegmentProfile(
            **vars(known),
            number=segmentation.numbers[s],
            name=segmentation.names[s],
            rule=find_rule(segmentation.table, segmentation.labels, s, seed),
            trust=segmentation.trust[s],
            jaccard=stability[s].jaccard if stability else None,
        )
        for s, known in enumerate(traits or find_traits(segmentation))
    )
