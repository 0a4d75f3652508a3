"""Lines and revenue of each status, country, product line and product; empty cells, and columns that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np

from marketfold import words
from marketfold.schema import REQUIRED, ROLES, money_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

Scope = Literal["read", "kept"]
MOST = 50
"""Values that are kept by name; the totals cover the rest."""

SCOPES: dict[str, Scope] = {"status": "read"}
"""A status is what cleaning goes by, so it is counted over all read lines; the rest over lines that were bought."""

COUNTED = ("status", "category", "country", "territory", "state", "deal_size", "product_id")


WANTED = ("quantity", "product_id", "category", "country", "list_price", "status")
"""Columns whose absence takes a question away, in the order in which they are missed."""


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


@dataclass(frozen=True)
class Missing:
    """Cells that are empty or unreadable over all read lines, most of them first, shape (n_columns,).

    Of each role that the source offers and that is not personal: those columns are read for lists alone.

    `absent` are roles that would have answered a question and that no column was found for.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    empty: NDArray[np.int64]
    n_lines: int
    absent: tuple[str, ...]

    @property
    def empty_share(self) -> Float64:
        """Share of such cells, 0 to 1, shape (n_columns,)."""
        return np.asarray(self.empty / max(self.n_lines, 1), dtype=np.float64)


def find_missing(tables: Tables) -> Missing:
    """Cells without a value in every column over all read lines; they were counted with the first look."""
    mapped = tables.clean.facts.mapping
    columns = [name for name in tables.columns.names if name in mapped and not ROLES[name].personal]
    columns.sort(key=lambda name: (-tables.columns.missing[name], list(ROLES).index(name)))
    absent = tuple(name for name in WANTED if name not in tables.columns.names and name not in REQUIRED)
    labels = tuple(tables.label(name) for name in columns)
    empty = np.array([tables.columns.missing[name] for name in columns], dtype=np.int64)
    return Missing(tuple(columns), labels, empty, tables.columns.n_read, absent)
