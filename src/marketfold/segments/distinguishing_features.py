"""What stands out in a segment: effect sizes, corrected for the many comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from marketfold.schema import Measure  # noqa: TC001  (plans are read back by it)
from marketfold.segments.phrases import Large, difference_text
from marketfold.thresholds import FEWEST_MEMBERS, MEASURED_SHARE, SIGNIFICANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64, Labels
    from marketfold.units import FeatureTable

    Owner = NDArray[np.unsignedinteger[Any]]

MEDIUM_EFFECT = 0.33
"""|Cliff's delta| from which a difference is called medium (Romano et al. 2006, who give 0.147, 0.33 and 0.474)."""

ORDERS = "order_count"
LARGE = "large_deal_share"

MOSTLY = 0.5
"""Share of a segment, and of the others, of which a feature must be measured before the two are compared by it."""


@dataclass(frozen=True)
class DistinguishingFeature:
    """A feature in which a segment differs from everybody else.

    Attributes
    ----------
    median, everyone, others
        Median of the segment, of all units, and of all units outside the segment.
    effect
        Cliff's delta, -1 to 1: how much likelier a unit of the segment is to lie above one of the others than below.
    p_value
        Mann-Whitney, corrected over all features and segments (Benjamini and Hochberg). The segments were made from
        these very features, so it guards against naming noise; it does not prove that the segment exists.
    mean, others_mean
        Averages, which speak where medians hide the difference.
    topic
        Features of one topic say one thing.
    large
        What counts as large, where the feature is a share of that.
    """

    name: str
    label: str
    measure: Measure
    median: float
    everyone: float
    effect: float
    p_value: float
    others: float = 0.0
    mean: float = 0.0
    others_mean: float = 0.0
    topic: str | None = None
    large: Large | None = None


@dataclass(frozen=True)
class EffectSizes:
    """Every feature of every segment against the other units, in the user's units; see `DistinguishingFeature`.

    Arrays of shape (n_segments, n_features); each row of `everyone` is the same. Medians and means are of those units
    of which the feature is measured, NaN where these are too few to speak of; the effect is 0 where it is not measured
    of most units on either side.
    """

    median: Float64
    everyone: Float64
    effect: Float64
    p_value: Float64
    others: Float64
    mean: Float64
    others_mean: Float64


def _tied_ranks(ordered: Float64) -> tuple[Float64, float]:
    """Mean ranks from 1 of values already in order, and the tie term sum(t^3 - t)."""
    n = len(ordered)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    ties = np.diff(np.append(starts, n))
    ranks = np.repeat(starts + (ties + 1) / 2, ties)
    sizes = ties.astype(np.float64)
    return ranks, float(np.sum(sizes**3 - sizes))


def _middle(ordered: Float64, places: NDArray[np.intp]) -> float:
    """Median of the values at `places`, which are sorted positions in sorted values."""
    n = len(places)
    return float((ordered[places[(n - 1) // 2]] + ordered[places[n // 2]]) / 2)


def _middle_of_others(ordered: Float64, places: NDArray[np.intp]) -> float:
    """Median of the values that are not at `places`: the j-th of them lies behind as many members as precede it."""
    n = len(ordered) - len(places)
    if n == 0:
        return _middle(ordered, places)
    before = places - np.arange(len(places))
    at = [j + int(np.searchsorted(before, j, side="right")) for j in ((n - 1) // 2, n // 2)]
    return float((ordered[at[0]] + ordered[at[1]]) / 2)


def _mann_whitney(u: Float64, sizes: Float64, n: int, tie_term: float) -> tuple[Float64, Float64]:
    """Cliff's delta and the two-sided p-value by the normal approximation with ties and continuity."""
    others = n - sizes
    pairs = np.maximum(sizes * others, 1.0)
    spread = np.sqrt(pairs / 12 * ((n + 1) - tie_term / max(n * (n - 1), 1)))
    excess = np.maximum(np.abs(u - sizes * others / 2) - 0.5, 0.0)
    z = np.divide(excess, spread, out=np.zeros_like(u), where=spread > 0)
    effect = np.where(others > 0, 2 * u / pairs - 1, 0.0)
    return effect, np.minimum(2 * scipy.stats.norm.sf(z), 1.0)


def effect_sizes(columns: Iterable[Float64], labels: Labels, n_segments: int) -> EffectSizes:
    """Compare each segment with the units outside it, ranking each feature once for all segments.

    The columns of features, each of shape (n_units,), are in the user's units, NaN where not measured; of the labels
    from 0 each is used.

    Examples
    --------
    >>> table = effect_sizes([np.array([1.0, 2.0, 3.0, 9.0])], np.array([0, 0, 1, 1], dtype=np.int32), 2)
    >>> table.median[:, 0].tolist(), table.effect[:, 0].tolist()
    ([1.5, 6.0], [-1.0, 1.0])
    """
    # radix-sorted by NumPy
    narrow: Owner = labels.astype(np.uint8 if n_segments <= np.iinfo(np.uint8).max else np.uint16)
    sizes = np.bincount(labels, minlength=n_segments)
    compared = [_compared(column, narrow, sizes) for column in columns]
    found = {name: np.array([one[name] for one in compared]).T.reshape(n_segments, -1) for name in _COMPARED}
    p_values = found["p_value"]
    corrected = scipy.stats.false_discovery_control(p_values, axis=None) if p_values.size else p_values
    return EffectSizes(**found | {"p_value": np.asarray(corrected, dtype=np.float64).reshape(p_values.shape)})


_COMPARED = tuple(EffectSizes.__dataclass_fields__)


def speaks(n_measured: Any, n_units: Any) -> Any:
    """Whether so many of a number of units, all or a handful and a tenth of them, may stand for it."""
    return n_measured >= np.minimum(np.maximum(FEWEST_MEMBERS, MEASURED_SHARE * n_units), n_units)


def _compared(column: Float64, owner: Owner, all_sizes: NDArray[np.intp]) -> dict[str, Float64]:
    """One feature of each segment against the other units, by the names of `EffectSizes`, p-values uncorrected."""
    n_segments = len(all_sizes)
    known = ~np.isnan(column)
    if not known.all():
        column, owner = column[known], owner[known]
    order = np.argsort(column)
    ordered, owner = column[order], owner[order]
    sizes = np.bincount(owner, minlength=n_segments).astype(np.float64)
    n, rest = len(ordered), len(ordered) - sizes
    told, others_told = speaks(sizes, all_sizes), speaks(rest, known.size - all_sizes)
    ranks, tie_term = _tied_ranks(ordered)
    u = np.bincount(owner, weights=ranks, minlength=n_segments) - sizes * (sizes + 1) / 2
    effect, p_value = _mann_whitney(u, sizes, n, tie_term)
    most = (sizes >= MOSTLY * all_sizes) & (rest >= MOSTLY * (known.size - all_sizes)) & told & others_told
    total = np.bincount(owner, weights=ordered, minlength=n_segments)
    groups = np.split(np.argsort(owner, kind="stable"), np.cumsum(sizes).astype(int)[:-1])
    spoken = list(zip(groups, told, others_told, strict=True))
    return {
        "median": np.array([_middle(ordered, places) if said else np.nan for places, said, _ in spoken]),
        "everyone": np.full(n_segments, _middle(ordered, np.arange(n)) if speaks(n, known.size) else np.nan),
        "effect": np.where(most, effect, 0.0),
        "p_value": np.where(most, p_value, 1.0),
        "others": np.array([_middle_of_others(ordered, places) if said else np.nan for places, _, said in spoken]),
        "mean": np.where(told, total / np.maximum(sizes, 1), np.nan),
        "others_mean": np.where(others_told, (total.sum() - total) / np.maximum(rest, 1), np.nan),
    }


def distinguishing_features(
    table: FeatureTable, compared: EffectSizes, segment: int
) -> tuple[DistinguishingFeature, ...]:
    """Features in which a segment (from 0) differs at least by a medium effect, strongest first."""
    effects = compared.effect[segment]
    found = [
        j
        for j in range(len(table.features))
        if abs(effects[j]) >= MEDIUM_EFFECT and compared.p_value[segment, j] < SIGNIFICANCE
    ]
    found.sort(key=lambda j: (-round(abs(float(effects[j])), 6), j))
    every = []
    for j in found:
        feature = table.features[j]
        known: dict[str, Any] = {name: float(values[segment, j]) for name, values in vars(compared).items()}
        known |= {"topic": feature.topic, "large": Large.of(table.settings) if feature.name == LARGE else None}
        every.append(DistinguishingFeature(feature.name, feature.label, feature.measure, **known))
    return tuple(feature for feature in every if difference_text(feature, table.unit))


def most_telling(features: Sequence[DistinguishingFeature], n: int) -> tuple[DistinguishingFeature, ...]:
    """The first n that say something new: of those with one order the first order is the last, and its worth is all.

    A feature of an earlier one's topic, or whose medians and averages are those of an earlier one in the same measure,
    says it again.
    """
    new: dict[tuple[str, ...], DistinguishingFeature] = {}
    for feature in features:
        if feature.topic:
            new.setdefault((feature.topic,), feature)
            continue
        numbers = feature.median, feature.others, feature.mean, feature.others_mean
        new.setdefault((feature.measure, *(f"{number:.6g}" for number in numbers)), feature)
    return tuple(new.values())[:n]
