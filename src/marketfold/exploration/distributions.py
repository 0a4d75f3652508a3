"""How quantities, prices and amounts are spread, over all kept lines and by class; binned where the lines are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from marketfold.exploration.tables import NUMBERS, describe_number, value_quantiles
from marketfold.frames import terse
from marketfold.schema import exact_mean

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

LIST_PRICE_BINS = 12
DISCOUNT_STEP = 0.05
SHARE_SCALE = 10**9
"""Shares are added as whole billionths."""
MIN_BIN_LINES = 10


@terse
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


def _distribution(
    tables: Tables, column: str, by: str = "", names: Sequence[str] = (), medians: Mapping[str, float] | None = None
) -> Distribution:
    """Of one column, for each of the named values of a class column and for the rest, or for all as one group."""
    of_orders = column == "order_value"
    frame = tables.orders.select(order_value=nw.col("revenue")) if of_orders else tables.purchases
    stats = describe_number(tables.engine, frame, column) if of_orders else tables.columns.stats[column]
    bins = _bins(stats, whole_numbers=column == "quantity")
    group = nw.lit("all orders" if of_orders else "all lines")
    if by:
        known = nw.col(by).is_in(list(names)).fill_null(value=False)
        group = nw.when(known).then(nw.col(by)).otherwise(nw.lit(REST))
    filled = frame.filter(~nw.col(column).is_null()).with_columns(bin=bins.place(column), group=group)
    rows = tables.collect(filled.group_by("group", "bin").agg(nw.len().alias("n")))
    found = {str(value) for value in rows["group"]}
    groups = [name for name in names if name in found] + sorted(found - set(names))
    counts = np.zeros((len(groups), len(bins.edges) - 1), dtype=np.int64)
    for name, position, n in zip(rows["group"], rows["bin"], rows["n"], strict=True):
        counts[groups.index(str(name)), int(position)] += int(n)
    unknown = np.nan if by else stats["median"]
    return Distribution(
        column=column,
        label=tables.label(column),
        by=by,
        by_label=tables.label(by) if by else "",
        groups=tuple(groups),
        edges=bins.edges,
        counts=counts,
        medians=np.array([(medians or {}).get(name, unknown) for name in groups]),
        log=bins.log,
        **{key: stats[key] for key in ("minimum", "median", "mean", "maximum")},
    )


def distribute(tables: Tables) -> tuple[Distribution, ...]:
    """Histograms of the order value and of every number column that varies, by each class column that there is."""
    columns = [name for name in NUMBERS if name in tables.columns.numbers]
    classes = [by for by in GROUPED_BY if by in tables.classes and tables.columns.distinct[by] > 1]
    found = [_distribution(tables, "order_value")]
    if not classes:
        found += [_distribution(tables, column) for column in columns]
    for by in classes:
        names = _largest(tables, by)
        named = tables.purchases.filter(nw.col(by).is_in(names))
        middle = {column: tables.collect(value_quantiles(named, column, (0.5,), by)) for column in columns}
        medians = {column: dict(zip(rows[by], rows["q0"], strict=True)) for column, rows in middle.items()}
        if by == "deal_size":  # a size has an order of its own
            names.sort(key=lambda name: medians.get("amount", {}).get(name, 0.0))
        found += [_distribution(tables, column, by, names, medians[column]) for column in columns]
    return tuple(found)


@dataclass(frozen=True)
class Discounts:
    """Discount as a share of the list price: 0.2 is a fifth off, below 0 is above the list price.

    What was charged is amount / quantity where both are known (a capped or rounded price column would deceive), else
    the unit price.

    All is over the `n_lines` kept lines with a list price above 0 and a price. Shapes are (n_bins + 1,) and (n_bins,)
    for discounts, whose outer bins hold what lies beyond, and (n_price_bins + 1,) and (n_price_bins,) for list prices,
    each with its mean discount. `given_share` and `above_share`, 0 to 1, are lines charged at least 1 % below, and at
    least 1 % above the list price.
    """

    edges: Float64
    counts: NDArray[np.int64]
    list_price_edges: Float64
    list_price_lines: NDArray[np.int64]
    list_price_discount: Float64
    n_lines: int
    mean: float
    median: float
    given_share: float
    above_share: float


def _charged(tables: Tables) -> nw.Expr | None:
    paid = nw.col("amount") / nw.when(nw.col("quantity") > 0).then(nw.col("quantity"))
    prices = {"quantity": paid, "unit_price": nw.col("unit_price")}
    known = [price for column, price in prices.items() if column in tables.columns.stats]
    return nw.coalesce(*known) if known else None


def _by_bin(tables: Tables, frame: nw.LazyFrame[Any], column: str, edges: Float64) -> tuple[NDArray[np.int64], Float64]:
    """Lines, and mean discount (NaN without a line), of each bin of a column."""
    place = Bins(edges).place(column)
    off = exact_mean(nw.col("discount"), SHARE_SCALE).alias("discount")
    rows = tables.collect(frame.with_columns(bin=place).group_by("bin").agg(nw.len().alias("n"), off))
    at = rows["bin"].astype(np.int64)
    lines, mean = np.zeros(len(edges) - 1, dtype=np.int64), np.full(len(edges) - 1, np.nan)
    lines[at], mean[at] = rows["n"], rows["discount"]
    return lines, mean


def _by_list_price(tables: Tables, frame: nw.LazyFrame[Any]) -> tuple[Float64, NDArray[np.int64], Float64]:
    stats = tables.columns.stats["list_price"]
    low, high = max(stats["minimum"], 0.0), max(stats["p99"], stats["minimum"] + 1e-6)
    step = nice_step(high - low, LIST_PRICE_BINS)
    first = np.floor(low / step) * step
    edges = first + step * np.arange(int(np.ceil((high - first) / step + 1e-9)) + 1)
    lines, mean = _by_bin(tables, frame, "list_price", edges)
    return np.round(edges, 10), lines, np.where(lines >= MIN_BIN_LINES, mean, np.nan)


def compare_with_list_price(tables: Tables) -> Discounts | None:
    """Discounts over kept lines; None without a list price or without a price."""
    charged = _charged(tables)
    if "list_price" not in tables.columns.stats or charged is None:
        return None
    priced = tables.purchases.filter(nw.col("list_price") > 0)
    discounted = priced.with_columns(discount=1 - charged / nw.col("list_price"))
    frame = discounted.filter(~nw.col("discount").is_null()).select("list_price", "discount")
    off = nw.col("discount")
    given, above = (side.cast(nw.Float64).mean() for side in (off >= 0.01, off <= -0.01))
    mean = exact_mean(off, SHARE_SCALE)
    row = tables.collect(frame.select(n=nw.len(), mean=mean, low=off.min(), given=given, above=above))
    if int(row["n"][0]) == 0:
        return None
    median = float(tables.collect(value_quantiles(frame, "discount", (0.5,)))["q0"][0])
    low = max(-1.0, np.floor(float(row["low"][0]) / DISCOUNT_STEP) * DISCOUNT_STEP)
    edges = np.round(np.arange(round(min(low, 0.0) / DISCOUNT_STEP), round(1 / DISCOUNT_STEP) + 1) * DISCOUNT_STEP, 4)
    list_price_edges, lines, by_price = _by_list_price(tables, frame)
    return Discounts(
        edges=edges,
        counts=_by_bin(tables, frame, "discount", edges)[0],
        list_price_edges=list_price_edges,
        list_price_lines=lines,
        list_price_discount=by_price,
        n_lines=int(row["n"][0]),
        mean=float(row["mean"][0]),
        median=median,
        given_share=float(row["given"][0]),
        above_share=float(row["above"][0]),
    )
