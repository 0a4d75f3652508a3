"""What each segment is: its size, its money, its medians, in what it differs from everybody else, and a rule for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.frames import terse
from marketfold.segments.described import Described, describe, describe_counts
from marketfold.segments.distinguishing_features import (
    DistinguishingFeature,
    EffectSizes,
    distinguishing_features,
    effect_sizes,
    speaks,
)
from marketfold.segments.rules import SegmentRule, find_rule
from marketfold.units import measured_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64, Trust
    from marketfold.selection import Population, Segmentation


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
    """Count every segment beside everybody, in the order of the labels.

    Where the rows are a sample, effects are its own; sizes, money, medians, means and what describes are of all units.
    """
    table, n_segments = segmentation.table, segmentation.n_segments
    compared = effect_sizes(map(table.shown, table.names), segmentation.labels, n_segments)
    if segmentation.population is not None:
        compared = _of_all(compared, segmentation, segmentation.population)
        described = describe_counts(_counted(segmentation, segmentation.population), segmentation.sizes)
    else:
        described = describe(table.described, segmentation.labels, n_segments)
    return tuple(_traits(segmentation, compared, described[s], s) for s in range(n_segments))


def _of_all(compared: EffectSizes, segmentation: Segmentation, population: Population) -> EffectSizes:
    """With the medians and means of all units, where the sample's say enough."""
    names, places = segmentation.table.names, segmentation.places
    middles = population.middles([population.shown(name) for name in names], places)
    total, known = np.split(segmentation.sums(measured_values), 2, axis=1)

    def mean(total: Float64, known: Float64) -> Float64:
        return total / np.maximum(known, 1)

    of_all = {
        "median": middles.median,
        "everyone": np.tile(middles.everyone, (len(total), 1)),
        "others": middles.others,
        "mean": mean(total, known),
        "others_mean": mean(total.sum(axis=0) - total, known.sum(axis=0) - known),
    }
    sizes = segmentation.sizes[:, None]
    here, elsewhere = speaks(known, sizes), speaks(known.sum(axis=0) - known, sizes.sum() - sizes)
    spoken = {"median": here, "mean": here, "others": elsewhere, "others_mean": elsewhere}
    spoken["everyone"] = np.tile(speaks(known.sum(axis=0), sizes.sum()), (len(known), 1))
    return replace(compared, **{name: np.where(spoken[name], found, np.nan) for name, found in of_all.items()})


def _counted(segmentation: Segmentation, population: Population) -> dict[str, tuple[list[str], NDArray[np.int64]]]:
    """Of each describing column the values, and how many units of each segment have each."""
    found = {}
    for place, name in enumerate(segmentation.table.described):
        counts = population.counts(place, segmentation.places)
        values = sorted(set(counts["value"].to_pylist()))
        whole = np.zeros((segmentation.n_segments, len(values)), dtype=np.int64)
        columns = np.searchsorted(np.array(values, dtype=np.str_), np.array(counts["value"].to_pylist(), dtype=np.str_))
        whole[counts["segment"].to_numpy(), columns] = counts["n"].to_numpy()
        found[name] = values, whole
    return found


def _traits(
    segmentation: Segmentation, compared: EffectSizes, described: dict[str, tuple[Described, ...]], s: int
) -> SegmentTraits:
    table, sizes, money = segmentation.table, segmentation.sizes, segmentation.revenue
    revenue, all_revenue = float(money[s]), float(money.sum())

    def by_name(values: Float64) -> dict[str, float]:
        return dict(zip(table.names, values.tolist(), strict=True))

    return SegmentTraits(
        units=int(sizes[s]),
        unit_share=int(sizes[s]) / segmentation.n_units,
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
