"""What was charged against the list price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from marketfold.exploration.distributions import nice_step
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

    Attributes
    ----------
    edges
        Borders of the discount bins, shape (n_bins + 1,); the outer bins hold what lies beyond.
    counts
        Lines, shape (n_bins,).
    list_price_edges
        Borders of the list-price bins, shape (n_price_bins + 1,).
    list_price_lines, list_price_discount
        Lines and mean discount of each list-price bin, shape (n_price_bins,).
    n_lines
        Kept lines with a list price above 0 and a price.
    mean, median
        Over these lines.
    given_share, above_share
        Share of these lines charged at least 1 % below, and at least 1 % above the list price, 0 to 1.
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


def _discounted(tables: Tables, charged: nw.Expr) -> nw.LazyFrame[Any]:
    return (
        tables.purchases.filter(nw.col("list_price") > 0)
        .with_columns(discount=1 - charged / nw.col("list_price"))
        .filter(~nw.col("discount").is_null())
        .select("list_price", "discount")
    )


def _bin(column: str, first: float, step: float, n: int) -> nw.Expr:
    return ((nw.col(column) - first) / step + 1e-9).floor().clip(0, n - 1).cast(nw.Int64)


def _histogram(tables: Tables, frame: nw.LazyFrame[Any], edges: Float64) -> NDArray[np.int64]:
    n = len(edges) - 1
    place = _bin("discount", float(edges[0]), DISCOUNT_STEP, n)
    rows = tables.collect(frame.with_columns(bin=place).group_by("bin").agg(nw.len().alias("n")))
    counts = np.zeros(n, dtype=np.int64)
    counts[rows["bin"].astype(np.int64)] = rows["n"]
    return counts


def _by_list_price(tables: Tables, frame: nw.LazyFrame[Any]) -> tuple[Float64, NDArray[np.int64], Float64]:
    stats = tables.columns.stats["list_price"]
    low, high = max(stats["minimum"], 0.0), max(stats["p99"], stats["minimum"] + 1e-6)
    step = nice_step(high - low, LIST_PRICE_BINS)
    first = np.floor(low / step) * step
    edges = first + step * np.arange(int(np.ceil((high - first) / step + 1e-9)) + 1)
    n = len(edges) - 1
    place = _bin("list_price", float(first), step, n)
    rows = tables.collect(
        frame.with_columns(bin=place)
        .group_by("bin")
        .agg(nw.len().alias("n"), exact_mean(nw.col("discount"), SHARE_SCALE).alias("discount"))
    )
    at = rows["bin"].astype(np.int64)
    lines, mean = np.zeros(n, dtype=np.int64), np.full(n, np.nan)
    lines[at], mean[at] = rows["n"], rows["discount"]
    return np.round(edges, 10), lines, np.where(lines >= MIN_BIN_LINES, mean, np.nan)


def compare_with_list_price(tables: Tables) -> Discounts | None:
    """Discounts over kept lines; None without a list price or without a price."""
    charged = _charged(tables)
    if "list_price" not in tables.columns.stats or charged is None:
        return None
    frame = _discounted(tables, charged)
    off = nw.col("discount")
    row = tables.collect(
        frame.select(
            nw.len().alias("n"),
            exact_mean(off, SHARE_SCALE).alias("mean"),
            off.min().alias("low"),
            (off >= 0.01).cast(nw.Float64).mean().alias("given"),
            (off <= -0.01).cast(nw.Float64).mean().alias("above"),
        )
    )
    if int(row["n"][0]) == 0:
        return None
    median = float(tables.collect(value_quantiles(frame, "discount", (0.5,)))["q0"][0])
    low = max(-1.0, np.floor(float(row["low"][0]) / DISCOUNT_STEP) * DISCOUNT_STEP)
    edges = np.round(np.arange(round(min(low, 0.0) / DISCOUNT_STEP), round(1 / DISCOUNT_STEP) + 1) * DISCOUNT_STEP, 4)
    list_price_edges, lines, by_price = _by_list_price(tables, frame)
    return Discounts(
        edges=edges,
        counts=_histogram(tables, frame, edges),
        list_price_edges=list_price_edges,
        list_price_lines=lines,
        list_price_discount=by_price,
        n_lines=int(row["n"][0]),
        mean=float(row["mean"][0]),
        median=median,
        given_share=float(row["given"][0]),
        above_share=float(row["above"][0]),
    )
