"""The tables that every question is asked of: all read lines, the kept lines, one row per order, and a small cube.

Dates travel as whole numbers here (days since 1970-01-01, months as 12 x year + month - 1), because engines disagree
on the type of a truncated date or of a difference between dates, and never on whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from marketfold.exploration.columns import CLASSES, MAX_CLASSES, NUMBERS, Columns, collect, count_read, describe_columns
from marketfold.schema import MONEY_SCALE, SOURCE_LINE, day_number, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine

OUR_WORDS = {
    "category": "category",
    "list_price": "list price",
    "unit_price": "unit price",
    "deal_size": "deal size",
    "product_id": "product",
    "order_value": "order value",
}


def month_number(column: str) -> nw.Expr:
    """12 x year + month - 1 of a date column."""
    return nw.col(column).dt.year().cast(nw.Int64) * 12 + nw.col(column).dt.month().cast(nw.Int64) - 1


def as_dates(days: NDArray[Any]) -> NDArray[np.datetime64]:
    """Day numbers as dates."""
    return np.asarray(days, dtype=np.int64).astype("datetime64[D]")


def month_starts(months: NDArray[Any]) -> NDArray[np.datetime64]:
    """First day of each month number.

    >>> month_starts(np.array([24036])).tolist()
    [datetime.date(2003, 1, 1)]
    """
    return (np.asarray(months, dtype=np.int64) - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")


@dataclass(frozen=True)
class Tables:
    """Everything that the questions of this stage are asked of.

    Attributes
    ----------
    read
        All read lines, those that were set aside included, counted by `read_status`.
    purchases
        Kept lines.
    orders
        One row per order of a customer, from `Activity`: customer_id, day, month, revenue, gap_days.
    customers
        One row per customer, as `Activity.customers`.
    cube
        Kept lines, revenue and range of each number for every combination of the class columns.
    classes
        Class columns of the cube.
    currency
        The one currency of all kept lines, if the source says so.
    """

    clean: CleanOrders
    read: nw.LazyFrame[Any]
    purchases: nw.LazyFrame[Any]
    orders: nw.LazyFrame[Any]
    customers: nw.LazyFrame[Any]
    cube: nw.LazyFrame[Any]
    classes: tuple[str, ...]
    columns: Columns
    currency: str | None

    @property
    def engine(self) -> Engine:
        """Holds the frames."""
        return self.clean.engine

    def label(self, column: str) -> str:
        """What the user calls a column: its name in the source, or plain words where it was computed."""
        return self.clean.facts.mapping.get(column) or OUR_WORDS.get(column, column.replace("_", " "))

    def collect(self, frame: nw.LazyFrame[Any]) -> dict[str, NDArray[Any]]:
        """One array per column of an aggregate."""
        return collect(self.engine, frame)


def _cube(purchases: nw.LazyFrame[Any], classes: Sequence[str], numbers: Sequence[str]) -> nw.LazyFrame[Any]:
    ranges = [getattr(nw.col(name), side)().alias(f"{name}__{side}") for name in numbers for side in ("min", "max")]
    cells = [nw.len().alias("lines"), money_sum("amount").alias("revenue"), *ranges]
    return purchases.group_by(*classes).agg(*cells) if classes else purchases.select(*cells)


def _currency(engine: Engine, cube: nw.LazyFrame[Any], classes: Sequence[str]) -> str | None:
    if "currency" not in classes:
        return None
    named = collect(engine, cube.select("currency").unique())["currency"]
    return str(named[0]) if len(named) == 1 and named[0] is not None else None


def build_tables(clean: CleanOrders) -> Tables:
    """Compute the kept lines and the cube once; everything else stays lazy."""
    engine = clean.engine
    # Kept lines are asked some twenty questions: they are judged once, and only the columns in question are kept.
    asked = (SOURCE_LINE, "order_id", "customer_id", "ordered_on", "product_id", *NUMBERS, *CLASSES)
    purchases = engine.materialise(clean.purchases.select(*[name for name in asked if name in clean.columns]))
    read = count_read(engine, clean.orders.lines)
    columns = describe_columns(engine, read, purchases)
    classes = tuple(name for name in CLASSES if 0 < columns.distinct.get(name, 0) <= MAX_CLASSES)
    cube = engine.materialise(_cube(purchases, classes, tuple(columns.stats)))
    orders = clean.activity.orders.select(
        "customer_id",
        "gap_days",
        day=day_number("ordered_on"),
        month=month_number("ordered_on"),
        revenue=nw.col("revenue_scaled") / MONEY_SCALE,
    )
    return Tables(
        clean=clean,
        read=read,
        purchases=purchases,
        orders=orders,
        customers=clean.activity.customers,
        cube=cube,
        classes=classes,
        columns=columns,
        currency=_currency(engine, cube, classes),
    )
