"""What was charged against the list price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from marketfold.exploration.distributions import Bins, nice_step
from marketfold.exploration.quantiles import value_quantiles
from marketfold.schema import exact_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

LIST_PRICE_BINS = 12
DISCOUNT_STEP = 0.05
SHARE_SCALE = 10**9
"""Shares are added as whole billionths."""
MIN_BIN_LINES = 10


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
    columns = tables.columns.stats
    paid = nw.col("amount") / nw.when(nw.col("quantity") > 0).then(nw.col("quantity"))
    if "quantity" in columns and "unit_price" in columns:
        return nw.coalesce(paid, nw.col("unit_price"))
    if "quantity" in columns:
        return paid
    return nw.col("unit_price") if "unit_price" in columns else None


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
