"""Lines and revenue of each status, country, product line and product, of each month and quarter of the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np

from marketfold import words
from marketfold.exploration.over_time import whole_years
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
    """Lines and revenue of the values of one column (a role, by the user's `label`), most lines first.

    Shapes are (n_names,), and a name is None where the cell is empty. `n_values`, `lines_total` and `revenue_total`
    are of the whole column, values beyond the named ones included. `scope` is which lines are counted.
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
    """An average month or quarter of the year: means per year, shape (12,) or (4,).

    Only whole years are averaged: an incomplete one would favour the months it has.
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
    names = top[column].astype(object)
    if column == "product_id":
        titles = tables.clean.product_titles([name for name in names if name is not None])
        names = np.array([name and words.titled(name, titles.get(name)) for name in names], dtype=object)
    return Counts(
        column=column,
        label=tables.label(column),
        scope=SCOPES.get(column, "kept"),
        names=names,
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
    years = over_time.month_starts.astype("datetime64[Y]").astype(np.int64) + 1970
    full = whole_years(years[over_time.month_whole])
    if not full:
        return ()
    inside = over_time.month_whole & np.isin(years, full)
    orders, revenue = (
        values[inside].reshape(-1, 12).mean(axis=0) for values in (over_time.month_orders, over_time.month_revenue)
    )
    by_quarter = orders.reshape(4, 3).sum(axis=1), revenue.reshape(4, 3).sum(axis=1)
    return (
        Calendar("month", full, words.MONTHS, orders, revenue),
        Calendar("quarter", full, ("Q1", "Q2", "Q3", "Q4"), *by_quarter),
    )
