"""Lines and revenue of each status, country, product line and product, of each month and quarter of the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np

from marketfold import words
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.exploration.over_time import OverTime
    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

Scope = Literal["read", "kept"]
MOST = 50
"""Values that are kept by name; the totals cover the rest."""

SCOPES: dict[str, Scope] = {"status": "read"}
"""A status is what cleaning goes by, so it is counted over all read lines; the rest over lines that were bought."""

COUNTED = ("status", "category", "country", "territory", "state", "deal_size", "product_id")


@dataclass(frozen=True)
class Counts:
    """Lines and revenue of the values of one column, most lines first.

    Attributes
    ----------
    column
        Role of the column.
    label
        What the user calls it.
    scope
        Whether all read lines are counted or those that were kept.
    names
        Values, shape (n_names,); None where the cell is empty.
    lines, revenue
        Of each value, shape (n_names,).
    n_values, lines_total, revenue_total
        Of the whole column, values beyond the named ones included.
    """

    column: str
    label: str
    scope: Scope
    names: NDArray[np.object_]
    lines: NDArray[np.int64]
    revenue: Float64
    n_values: int
    lines_total: int
    revenue_total: float

    @property
    def line_share(self) -> Float64:
        """Share of all lines, 0 to 1, shape (n_names,)."""
        return np.asarray(self.lines / max(self.lines_total, 1), dtype=np.float64)

    @property
    def revenue_share(self) -> Float64:
        """Share of all revenue, 0 to 1, shape (n_names,)."""
        return np.asarray(self.revenue / (self.revenue_total or 1.0), dtype=np.float64)


@dataclass(frozen=True)
class Calendar:
    """An average month or quarter of the year.

    Attributes
    ----------
    years
        The whole years that are averaged: an incomplete year would favour the months it has.
    orders, revenue
        Mean per year, shape (12,) or (4,).
    """

    unit: Literal["month", "quarter"]
    years: tuple[int, ...]
    names: tuple[str, ...]
    orders: Float64
    revenue: Float64


def _grouped(tables: Tables, column: str) -> nw.LazyFrame[Any]:
    """Lines and revenue of each value: from what is counted already where the column is in it, else from the lines."""
    if SCOPES.get(column) == "read":
        return tables.read.select(nw.col("read_status").alias(column), "lines", "revenue")
    if column in tables.classes:
        return tables.cube.group_by(column).agg(nw.col("lines").sum(), money_sum("revenue").alias("revenue"))
    counted = tables.purchases.group_by(column).agg(nw.len().alias("lines"), money_sum("amount").alias("revenue"))
    return tables.engine.materialise(counted)


def _count(tables: Tables, column: str) -> Counts:
    grouped = _grouped(tables, column)
    totals = tables.collect(
        grouped.select(nw.len().alias("values"), nw.col("lines").sum(), money_sum("revenue").alias("revenue"))
    )
    top = tables.collect(grouped.sort("lines", column, descending=[True, False], nulls_last=True).head(MOST))
    return Counts(
        column=column,
        label=tables.label(column),
        scope=SCOPES.get(column, "kept"),
        names=top[column].astype(object),
        lines=top["lines"].astype(np.int64),
        revenue=top["revenue"].astype(np.float64),
        n_values=int(totals["values"][0]),
        lines_total=int(totals["lines"][0]),
        revenue_total=float(totals["revenue"][0]),
    )


def count_values(tables: Tables) -> tuple[Counts, ...]:
    """Counts of every text column that the source offers and that is not empty throughout."""
    return tuple(_count(tables, column) for column in COUNTED if tables.columns.distinct.get(column, 0) > 0)


def count_calendar(over_time: OverTime) -> tuple[Calendar, ...]:
    """An average month and quarter of the year, over whole years; none without a whole year."""
    months = over_time.month_starts.astype("datetime64[M]").astype(np.int64)[over_time.month_whole]
    years = months // 12
    full = [year for year in np.unique(years) if (years == year).sum() == 12]
    if not full:
        return ()
    inside = np.isin(years, full)
    orders = over_time.month_orders[over_time.month_whole][inside].reshape(len(full), 12).mean(axis=0)
    revenue = over_time.month_revenue[over_time.month_whole][inside].reshape(len(full), 12).mean(axis=0)
    named = tuple(int(year) + 1970 for year in full)
    by_quarter = orders.reshape(4, 3).sum(axis=1), revenue.reshape(4, 3).sum(axis=1)
    return (
        Calendar("month", named, words.MONTHS, orders, revenue),
        Calendar("quarter", named, ("Q1", "Q2", "Q3", "Q4"), *by_quarter),
    )
