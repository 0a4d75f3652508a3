"""What each segment is: its size, its money, its medians, in what it differs from everybody else, and a rule for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marketfold.frames import terse
from marketfold.segments.described import Described, describe
from marketfold.segments.distinguishing_features import (
    DistinguishingFeature,
    EffectSizes,
    distinguishing_features,
    effect_sizes,
)
from marketfold.segments.rules import SegmentRule, find_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Float64, Trust
    from marketfold.selection import Segmentation


@terse
@dataclass(frozen=True, kw_only=True)
class SegmentTraits:
    """What can be counted of one segment; its name is made from these.

    Attributes
    ----------
    unit_share, revenue_share
        Of all units and of all money, 0 to 1 (0 where there is no money).
    medians, everyone
        Median of each feature in the segment and among all units, in the user's units, of those of whom it is measured;
        NaN where they are too few.
    effects
        Cliff's delta of each feature against the other units, -1 to 1.
    distinguishing
        Features that differ at least by a medium effect, strongest first.
    described
        For each describing column (country, territory, ...) the values that matter.
    labels
        What each feature is called.
    """

    units: int
    unit_share: float
    revenue_total: float
    revenue_share: float
    medians: dict[str, float]
    everyone: dict[str, float]
    effects: dict[str, float] = field(default_factory=dict)
    distinguishing: tuple[DistinguishingFeature, ...] = ()
    described: dict[str, tuple[Described, ...]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def find_traits(segmentation: Segmentation) -> tuple[SegmentTraits, ...]:
    """Count every segment beside everybody, in the order of the labels."""
    table, n_segments = segmentation.table, segmentation.n_segments
    compared = effect_sizes(map(table.shown, table.names), segmentation.labels, n_segments)
    described = describe(table.described, segmentation.labels, n_segments)
    return tuple(_traits(segmentation, compared, described[s], s) for s in range(n_segments))


def _traits(
    segmentation: Segmentation, compared: EffectSizes, described: dict[str, tuple[Described, ...]], s: int
) -> SegmentTraits:
    table, members = segmentation.table, segmentation.members(s)
    revenue, all_revenue = float(table.revenue[members].sum()), float(table.revenue.sum())

    def by_name(values: Float64) -> dict[str, float]:
        return dict(zip(table.names, values.tolist(), strict=True))

    return SegmentTraits(
        units=len(members),
        unit_share=len(members) / len(table),
        revenue_total=round(revenue, 2),
        revenue_share=revenue / all_revenue if all_revenue else 0.0,
        medians=by_name(compared.median[s]),
        everyone=by_name(compared.everyone[s]),
        effects=by_name(compared.effect[s]),
        labels={feature.name: feature.label for feature in table.features},
        distinguishing=distinguishing_features(table, compared, s),
        described=described,
    )


@terse
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
        What it has earned, and the mean Jaccard of its best match among segments that were fitted anew; None where not
        assessed.
    separation, p
        How far apart it is, and the share of shops without groups that show any segment as far apart; None where it
        was not tested.
    """

    number: int
    name: str
    rule: SegmentRule | None = None
    trust: Trust | None = None
    jaccard: float | None = None
    separation: float | None = None
    p: float | None = None


def profile_segments(
    segmentation: Segmentation, random_state: int = 0, traits: Sequence[SegmentTraits] | None = None
) -> tuple[SegmentProfile, ...]:
    """Describe every segment in the user's units, beside everybody, in the order of the labels.

    Parameters
    ----------
    segmentation
        With the numbers and names that the profiles are to carry.
    random_state
        Of the rows that make and that measure a rule.
    traits
        As `find_traits` gives them, where they are known already.

    Examples
    --------
    >>> import numpy as np
    >>> from marketfold import Segmentation, clean, features, make_shop, matrix, read
    >>> from marketfold.segments import number_and_name
    >>> X = matrix(features(clean(read(make_shop(lines=4_000).lines))))
    >>> quiet = (X.table.column("recency_days") > 365).astype(np.int32)
    >>> segmentation, _ = number_and_name(Segmentation.of(X, quiet))
    >>> [profile.units for profile in profile_segments(segmentation)] == np.bincount(quiet).tolist()
    True
    """
    earned = segmentation.tests or (segmentation.stability.segments if segmentation.stability else ())
    return tuple(
        SegmentProfile(
            **vars(known),
            number=segmentation.numbers[s],
            name=segmentation.names[s],
            rule=find_rule(segmentation.table, segmentation.labels, s, random_state),
            trust=segmentation.trust[s],
            jaccard=earned[s].jaccard if earned else None,
            separation=segmentation.tests[s].separation if segmentation.tests else None,
            p=segmentation.tests[s].p if segmentation.tests else None,
        )
        for s, known in enumerate(traits or find_traits(segmentation))
    )
