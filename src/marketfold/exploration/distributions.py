"""How quantities, prices and amounts are spread, over all kept lines and by class; binned where the lines are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from marketfold.exploration.quantiles import value_quantiles
from marketfold.exploration.tables import NUMBERS, describe_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

GROUPED_BY = ("deal_size", "category")
MOST_GROUPS = 7
TARGET_BINS = 40
REST = "other"
SKEWED, PER_DECADE = 10, 8
"""Where the 99th percentile is this many times the median, bins grow: so many to a power of ten."""


@dataclass(frozen=True)
class Distribution:
    """A histogram of one number column (`order_value` is the revenue of an order), split by a class column.

    Attributes
    ----------
    by, by_label
        Class column of the groups and the user's name for it; empty where there is one group only.
    groups
        Values of the class column, most lines first (deal sizes: smallest amount first), a rest summed as one.
    edges
        Borders of the bins, shape (n_bins + 1,); a value belongs to the bin whose lower border it reaches, and the
        first and last bin also hold what lies beyond them. Half a unit below the whole number for counts of items.
    counts
        Lines (orders for `order_value`), shape (n_groups, n_bins).
    medians
        Of each group, shape (n_groups,); NaN for the rest. The other statistics are over everything.
    log
        Whether the bins grow by a constant factor, as they do where the largest values are far above the median.
    """

    column: str
    label: str
    by: str
    by_label: str
    groups: tuple[str, ...]
    edges: Float64
    counts: NDArray[np.int64]
    medians: Float64
    minimum: float
    median: float
    mean: float
    maximum: float
    log: bool = False


def nice_step(span: float, n_bins: int) -> float:
    """The 1, 2, 2.5 or 5 times a power of ten that divides a span into at most `n_bins` bins.

    >>> nice_step(100, 40)
    2.5
    """
    raw = span / n_bins
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= raw * (1 - 1e-9))


@dataclass(frozen=True)
class Bins:
    """Borders of bins, and the bin of a value as the engine computes it; the outer bins hold what lies beyond."""

    edges: Float64
    log: bool = False

    def place(self, column: str) -> nw.Expr:
        """Number of the bin, from 0."""
        # The nudge keeps 0.3 in the bin that starts at 0.3, whatever 0.3 / 0.1 is in binary.
        value, first, second = nw.col(column), float(self.edges[0]), float(self.edges[1])
        if self.log:
            position = (value.log(10) - math.log10(first)) / (math.log10(second) - math.log10(first))
        else:
            position = (value - first) / (second - first)
        return (position + 1e-9).floor().clip(0, len(self.edges) - 2).cast(nw.Int64)


def _bins(stats: dict[str, float], *, whole_numbers: bool) -> Bins:
    """Borders on round numbers from the minimum to the 99th percentile; the long tail falls into the last bin."""
    low, high, top = stats["minimum"], max(stats["p99"], stats["minimum"]), stats["maximum"]
    if low > 0 and high > SKEWED * stats["median"]:
        decades = math.floor(math.log10(low) * PER_DECADE), math.ceil(math.log10(top) * PER_DECADE + 1e-9)
        return Bins(10 ** (np.arange(decades[0], decades[1] + 1) / PER_DECADE), log=True)
    high = top if top <= low + 1.5 * (high - low) else high
    if high <= low:
        return Bins(np.array([low, low + 1.0]))
    step = nice_step(high - low, TARGET_BINS)
    if whole_numbers:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.floor(high / step + 1e-9) + 1
    edges = np.round(np.arange(first, last + 1) * step, 10)
    return Bins(edges - 0.5 if whole_numbers else edges)


def _largest(tables: Tables, by: str) -> list[str]:
    kept = tables.cube.filter(~nw.col(by).is_null())
    rows = tables.collect(kept.group_by(by).agg(nw.col("lines").sum()).sort("lines", by, descending=[True, False]))
    names = [str(name) for name in rows[by]]
    return names if len(names) <= MOST_GROUPS else names[: MOST_GROUPS - 1]


def _medians(tables: Tables, column: str, by: str, names: Sequence[str]) -> dict[str, float]:
    named = tables.purchases.filter(nw.col(by).is_in(list(names)))
    rows = tables.collect(value_quantiles(named, column, (0.5,), by))
    return {str(name): float(value) for name, value in zip(rows[by], rows["q0"], strict=True)}


def _counted(rows: dict[str, NDArray[Any]], groups: Sequence[str], n_bins: int) -> NDArray[np.int64]:
    counts = np.zeros((len(groups), n_bins), dtype=np.int64)
    place = {name: number for number, name in enumerate(groups)}
    for group, position, n in zip(rows["group"], rows["bin"], rows["n"], strict=True):
        counts[place[str(group)], int(position)] += int(n)
    return counts


@dataclass(frozen=True)
class _Split:
    """Class column of the groups with its values and their medians, or the name of the one group."""

    by: str = ""
    names: Sequence[str] = ()
    medians: Mapping[str, float] = field(default_factory=dict)
    whole: str = "all lines"


def _distribution(
    tables: Tables, frame: nw.LazyFrame[Any], column: str, stats: dict[str, float], split: _Split
) -> Distribution:
    bins = _bins(stats, whole_numbers=column == "quantity")
    known = nw.col(split.by).is_in(list(split.names)).fill_null(value=False) if split.by else None
    group = nw.lit(split.whole) if known is None else nw.when(known).then(nw.col(split.by)).otherwise(nw.lit(REST))
    filled = frame.filter(~nw.col(column).is_null()).with_columns(bin=bins.place(column), group=group)
    rows = tables.collect(filled.group_by("group", "bin").agg(nw.len().alias("n")))
    found = {str(value) for value in rows["group"]}
    groups = [name for name in split.names if name in found] + sorted(found - set(split.names))
    unknown = np.nan if split.by else stats["median"]
    return Distribution(
        column=column,
        label=tables.label(column),
        by=split.by,
        by_label=tables.label(split.by) if split.by else "",
        groups=tuple(groups),
        edges=bins.edges,
        counts=_counted(rows, groups, len(bins.edges) - 1),
        medians=np.array([split.medians.get(name, unknown) for name in groups]),
        minimum=stats["minimum"],
        median=stats["median"],
        mean=stats["mean"],
        maximum=stats["maximum"],
        log=bins.log,
    )


def distribute(tables: Tables) -> tuple[Distribution, ...]:
    """Histograms of the order value and of every number column that varies, by each class column that there is."""
    columns = [name for name in NUMBERS if name in tables.columns.numbers]
    classes = [by for by in GROUPED_BY if by in tables.classes and tables.columns.distinct[by] > 1]
    orders = tables.orders.select(order_value=nw.col("revenue"))
    stats = describe_number(tables.engine, orders, "order_value")
    found = [_distribution(tables, orders, "order_value", stats, _Split(whole="all orders"))]
    for by in classes or [""]:
        names = _largest(tables, by) if by else []
        medians = {column: _medians(tables, column, by, names) if by else {} for column in columns}
        if by == "deal_size":  # a size has an order of its own
            names.sort(key=lambda name: medians["amount"].get(name, 0.0) if "amount" in medians else 0.0)
        found += [
            _distribution(
                tables, tables.purchases, column, tables.columns.stats[column], _Split(by, names, medians[column])
            )
            for column in columns
        ]
    return tuple(found)
