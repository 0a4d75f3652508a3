"""What can be counted of a segment: its size, its money, its medians, and in what it differs from everybody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marketfold.segments.described import Described, describe
from marketfold.segments.distinguishing_features import (
    DistinguishingFeature,
    EffectSizes,
    distinguishing_features,
    effect_sizes,
)

if TYPE_CHECKING:
    from marketfold.schema import Float64
    from marketfold.selection import Segmentation


@dataclass(frozen=True, kw_only=True)
class SegmentTraits:
    """What can be counted of one segment; its name is made from these.

    Attributes
    ----------
    unit_share, revenue_share
        Of all units and of all money, 0 to 1 (0 where there is no money).
    medians, everyone
        Median of each feature in the segment and among all units, in the user's units.
    effects
        Cliff's delta of each feature against the other units, -1 to 1.
    distinguishing
        Features that differ at least by a medium effect, strongest first.
    described
        For each describing column (country, territory, ...) the values that matter.
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


def find_traits(segmentation: Segmentation) -> tuple[SegmentTraits, ...]:
    """Count every segment beside everybody, in the order of the labels."""
    table, n_segments = segmentation.table, segmentation.n_segments
    compared = effect_sizes(table.values, segmentation.labels, n_segments)
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
        medians=by_name(compared.medians[s]),
        everyone=by_name(compared.everyone),
        effects=by_name(compared.effects[s]),
        distinguishing=distinguishing_features(table, compared, s),
        described=described,
    )
