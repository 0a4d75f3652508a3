"""The tables that every question is asked of: all read lines, the kept lines, one row per order, and a small cube.

Dates travel as whole numbers here (days since 1970-01-01, months as 12 x year + month - 1), because engines disagree
on the type of a truncated date or of a difference between dates, and never on whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.schema import ROLES, SourceFacts, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine

NUMBERS = ("quantity", "unit_price", "list_price", "amount")
CLASSES = ("status", "category", "country", "territory", "state", "deal_size", "currency")
MAX_CLASSES = 200
"""A text column with more values than this is an identifier rather than a class: no cube is built over it."""

OUR_WORDS = {
    "category": "category",
    "list_price": "list price",
    "unit_price": "unit price",
    "deal_size": "deal size",
    "product_id": "product",
    "order_value": "order value",
    "items": "items in the order",
}
_EPOCH_ORDINAL = 719_162  # days from 0001-01-01 to 1970-01-01


def day_number(column: str) -> nw.Expr:
    """Days since 1970-01-01 of a date column, by calendar arithmetic that is the same on every engine."""
    before = nw.col(column).dt.year().cast(nw.Int64) - 1
    leap_days = before // 4 - before // 100 + before // 400
    return before * 365 + leap_days + nw.col(column).dt.ordinal_day().cast(nw.Int64) - 1 - _EPOCH_ORDINAL


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


def collect(engine: Engine, frame: nw.LazyFrame[Any]) -> dict[str, NDArray[Any]]:
    """Bring an aggregate home as one array per column; an empty cell is None in text and NaN among numbers."""
    table = engine.collect(frame)
    return {name: _as_array(table[name]) for name in table.column_names}


def _as_array(column: pa.ChunkedArray) -> NDArray[Any]:
    if pa.types.is_decimal(column.type):  # DuckDB sums whole numbers to decimals
        column = column.cast(pa.int64())
    if column.null_count == len(column) and not pa.types.is_floating(column.type):
        return np.full(len(column), None, dtype=object)
    values: NDArray[Any] = column.to_numpy()
    return values


@dataclass(frozen=True)
class Columns:
    """What is known of the columns before any question is asked.

    Attributes
    ----------
    names
        Columns of the order lines.
    n_read, n_kept
        Lines that were read and lines that count as purchases.
    missing
        Empty cells of each column over all read lines.
    distinct
        Different values of each text column in kept lines.
    stats
        Minimum, maximum, mean, median, 99th percentile and filled cells of each number column in kept lines.
    """

    names: tuple[str, ...]
    n_read: int
    n_kept: int
    missing: dict[str, int]
    distinct: dict[str, int]
    stats: dict[str, dict[str, float]]

    @property
    def numbers(self) -> tuple[str, ...]:
        """Number columns that vary."""
        return tuple(name for name, stats in self.stats.items() if stats["maximum"] > stats["minimum"])


@dataclass(frozen=True)
class Lines:
    """How much there is.

    Attributes
    ----------
    read, kept, returned
        Lines that were read, that count as purchases, and that were cancelled or returned.
    orders, customers
        In kept lines.
    returned_value
        What the returned lines were worth.
    duplicates
        Read lines that repeat another one exactly.
    set_aside
        Lines set aside, by reason.
    """

    read: int
    kept: int
    orders: int
    customers: int
    returned: int
    returned_value: float
    duplicates: int
    set_aside: dict[str, int]


@dataclass(frozen=True)
class Tables:
    """Everything that the questions of this stage are asked of.

    Attributes
    ----------
    lines
        All read lines, those that were set aside included.
    purchases
        Kept lines.
    orders
        One row per order of a customer: customer_id, day, month, revenue, lines, items (where there are quantities).
    cube
        Kept lines, revenue and range of each number for every combination of the class columns.
    classes
        Class columns of the cube.
    currency
        The one currency of all kept lines, if the source says so.
    """

    engine: Engine
    facts: SourceFacts
    lines: nw.LazyFrame[Any]
    purchases: nw.LazyFrame[Any]
    orders: nw.LazyFrame[Any]
    cube: nw.LazyFrame[Any]
    classes: tuple[str, ...]
    columns: Columns
    currency: str | None

    def label(self, column: str) -> str:
        """What the user calls a column: its name in the source, or plain words where it was computed."""
        return label_of(column, self.facts)

    def collect(self, frame: nw.LazyFrame[Any]) -> dict[str, NDArray[Any]]:
        """One array per column of an aggregate."""
        return collect(self.engine, frame)


def label_of(column: str, facts: SourceFacts) -> str:
    """Name of a column in the source, or plain words where there is none."""
    return facts.mapping.get(column) or OUR_WORDS.get(column, column.replace("_", " "))


def _missing(engine: Engine, lines: nw.LazyFrame[Any], names: Sequence[str]) -> tuple[int, dict[str, int]]:
    empty = [nw.col(name).is_null().cast(nw.Int64).sum().alias(name) for name in names]
    row = collect(engine, lines.select(nw.len().alias("n_lines_read"), *empty))
    return int(row["n_lines_read"][0]), {name: int(row[name][0] or 0) for name in names}


def _profile(engine: Engine, purchases: nw.LazyFrame[Any], names: Sequence[str]) -> dict[str, float]:
    """One row about the kept lines; the keys are column__measure."""
    texts = [nw.col(name).n_unique().alias(f"{name}__distinct") for name in (*CLASSES, "product_id") if name in names]
    numbers = []
    for name in NUMBERS:
        if name in names:
            column = nw.col(name)
            numbers += [
                column.min().alias(f"{name}__minimum"),
                column.max().alias(f"{name}__maximum"),
                column.mean().alias(f"{name}__mean"),
                column.median().alias(f"{name}__median"),
                column.quantile(0.99, interpolation="linear").alias(f"{name}__p99"),
                column.count().alias(f"{name}__filled"),
            ]
    row = collect(engine, purchases.select(nw.len().alias("lines"), *texts, *numbers))
    return {key: float(values[0]) for key, values in row.items() if values[0] is not None}


def describe_columns(engine: Engine, lines: nw.LazyFrame[Any], purchases: nw.LazyFrame[Any]) -> Columns:
    """Look once at all read lines and once at the kept ones."""
    names = tuple(name for name in purchases.collect_schema().names() if name in ROLES)
    n_read, missing = _missing(engine, lines, names)
    profile = _profile(engine, purchases, names)
    measures = ("minimum", "maximum", "mean", "median", "p99", "filled")
    stats = {
        name: {measure: profile[f"{name}__{measure}"] for measure in measures}
        for name in NUMBERS
        if profile.get(f"{name}__filled", 0) > 0
    }
    distinct = {key.removesuffix("__distinct"): int(n) for key, n in profile.items() if key.endswith("__distinct")}
    return Columns(names, n_read, int(profile["lines"]), missing, distinct, stats)


def _orders(purchases: nw.LazyFrame[Any], columns: Columns) -> nw.LazyFrame[Any]:
    items = [nw.col("quantity").sum().alias("items")] if "quantity" in columns.stats else []
    return (
        purchases.with_columns(day=day_number("ordered_on"), month=month_number("ordered_on"))
        .group_by("customer_id", "order_id")
        .agg(
            nw.col("day").min(),
            nw.col("month").min(),
            money_sum("amount").alias("revenue"),
            nw.len().alias("lines"),
            *items,
        )
    )


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
    """Compute the orders and the cube once; everything else stays lazy."""
    engine, purchases = clean.engine, clean.purchases
    lines = purchases if clean.lines is None else clean.lines
    columns = describe_columns(engine, lines, purchases)
    classes = tuple(name for name in CLASSES if 0 < columns.distinct.get(name, 0) <= MAX_CLASSES)
    cube = engine.materialise(_cube(purchases, classes, tuple(columns.stats)))
    return Tables(
        engine=engine,
        facts=clean.facts,
        lines=lines,
        purchases=purchases,
        orders=engine.materialise(_orders(purchases, columns)),
        cube=cube,
        classes=classes,
        columns=columns,
        currency=_currency(engine, cube, classes),
    )
