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

from marketfold.schema import MONEY_SCALE, ROLES, day_number, exact_mean, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine

NUMBERS = ("quantity", "unit_price", "list_price", "amount")
CLASSES = ("status", "category", "country", "territory", "state", "deal_size", "currency")
MAX_CLASSES = 200
"""A text column with more values than this is an identifier rather than a class: no cube is built over it."""


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


def value_quantiles(
    frame: nw.LazyFrame[Any], column: str, quantiles: Sequence[float], by: str | None = None
) -> nw.LazyFrame[Any]:
    """Exact quantiles (each 0 to 1) of the filled cells of a column, over all rows or for each value of `by`.

    The engine counts, sorts and spills, and holds no column in memory. Gives columns `by` (a constant `all` without it)
    and `q0`, `q1`, ... in the order of `quantiles`, interpolated.
    """
    group = by or "all"
    rows = frame.filter(~nw.col(column).is_null())
    if by is None:
        rows = rows.with_columns(nw.lit(1).alias(group))
    counted = (
        rows.group_by(group, column)
        .agg(nw.len().cast(nw.Int64).alias("n"))
        .with_columns(
            nw.col("n").cum_sum().over(group, order_by=column).cast(nw.Float64).alias("upto"),
            nw.col("n").sum().over(group).cast(nw.Float64).alias("total"),
        )
    )
    positions = [nw.lit(q) * (nw.col("total") - 1) for q in quantiles]
    # The k-th smallest value (from 0) is the first one up to which more than k rows lie.
    ends: dict[str, nw.Expr] = {}
    for i, position in enumerate(positions):
        for name, bound in (("low", position.floor()), ("high", position.ceil())):
            ends[f"{name}{i}"] = nw.when(nw.col("upto") > bound).then(nw.col(column))
        ends[f"part{i}"] = position - position.floor()
    found = counted.with_columns(**ends).group_by(group).agg(*(nw.col(end).min() for end in ends))
    between = [nw.col(f"high{i}") - nw.col(f"low{i}") for i in range(len(quantiles))]
    values = [(nw.col(f"low{i}") + span * nw.col(f"part{i}")).alias(f"q{i}") for i, span in enumerate(between)]
    return found.select(group, *values)


@dataclass(frozen=True)
class Columns:
    """What is known of the columns before any question is asked.

    `missing` are empty cells of each column over all read lines. Over kept lines, `distinct` has the different values
    of each text column, and `stats` minimum, maximum, mean, median, 99th percentile (`p99`) and filled cells of each
    number column.
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


def count_read(engine: Engine, lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Lines, money and empty cells of all read lines by status, in one pass, since every pass over them is dear."""
    names = [name for name in lines.collect_schema().names() if name in ROLES]
    empty = [nw.col(name).is_null().cast(nw.Int64).sum().alias(f"{name}__empty") for name in names]
    status = nw.col("status") if "status" in names else nw.lit("any")
    cells = [nw.len().alias("lines"), money_sum("amount").alias("revenue"), *empty]
    return engine.materialise(lines.with_columns(status.alias("read_status")).group_by("read_status").agg(*cells))


def describe_number(engine: Engine, purchases: nw.LazyFrame[Any], name: str) -> dict[str, float]:
    """Statistics of one number column; nothing where it is empty throughout."""
    column = nw.col(name)
    measured = purchases.select(
        minimum=column.min(), maximum=column.max(), mean=exact_mean(column), filled=column.count()
    )
    row = {key: values[0] for key, values in collect(engine, measured).items()}
    if not row["filled"]:
        return {}
    quantiles = collect(engine, value_quantiles(purchases, name, (0.5, 0.99)))
    found = {**row, "median": quantiles["q0"][0], "p99": quantiles["q1"][0]}
    return {key: float(value) for key, value in found.items()}


def describe_columns(engine: Engine, read: nw.LazyFrame[Any], purchases: nw.LazyFrame[Any]) -> Columns:
    """Look at the columns of the counted read lines and of the kept ones."""
    counted = [name for name in read.collect_schema().names() if name == "lines" or name.endswith("__empty")]
    sums = collect(engine, read.select(*[nw.col(name).sum() for name in counted]))
    missing = {name.removesuffix("__empty"): int(values[0] or 0) for name, values in sums.items()}
    n_read = missing.pop("lines")
    texts = [name for name in (*CLASSES, "product_id") if name in missing]
    distinct = [nw.col(name).n_unique() for name in texts]
    filled = [nw.col(name).count().alias(f"{name}__filled") for name in texts]
    kept = collect(engine, purchases.select(nw.len().alias("lines"), *distinct, *filled))
    stats = {name: describe_number(engine, purchases, name) for name in NUMBERS if name in missing}
    return Columns(
        names=tuple(missing),
        n_read=n_read,
        n_kept=int(kept["lines"][0]),
        missing=missing,
        distinct={name: int(kept[name][0]) for name in texts if kept[f"{name}__filled"][0]},
        stats={name: found for name, found in stats.items() if found},
    )


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

    `read` are all read lines, those that were set aside included, counted by `read_status`; `orders` has one row per
    order of a customer, from `Activity`: customer_id, day, month, revenue, gap_days; `cube` has kept lines, revenue and
    range of each number for every combination of the class columns `classes`. `currency` is the one of all kept lines,
    if the source says so.
    """

    clean: CleanOrders
    read: nw.LazyFrame[Any]
    purchases: nw.LazyFrame[Any]
    orders: nw.LazyFrame[Any]
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
        ours = "product" if column == "product_id" else column.replace("_", " ")
        return self.clean.facts.mapping.get(column) or ours

    def collect(self, frame: nw.LazyFrame[Any]) -> dict[str, NDArray[Any]]:
        """One array per column of an aggregate."""
        return collect(self.engine, frame)


def build_tables(clean: CleanOrders) -> Tables:
    """Compute the kept lines and the cube once; everything else stays lazy."""
    engine = clean.engine
    purchases = clean.at_hand
    read = count_read(engine, clean.orders.lines)
    columns = describe_columns(engine, read, purchases)
    classes = tuple(name for name in CLASSES if 0 < columns.distinct.get(name, 0) <= MAX_CLASSES)
    sides = ("min", "max")
    ranges = [getattr(nw.col(name), side)().alias(f"{name}__{side}") for name in columns.stats for side in sides]
    cells = [nw.len().alias("lines"), money_sum("amount").alias("revenue"), *ranges]
    cube = engine.materialise(purchases.group_by(*classes).agg(*cells) if classes else purchases.select(*cells))
    orders = clean.activity.orders.select(
        "customer_id",
        "gap_days",
        day=day_number("ordered_on"),
        month=month_number("ordered_on"),
        revenue=nw.col("revenue_scaled") / MONEY_SCALE,
    )
    return Tables(clean, read, purchases, orders, cube, classes, columns, clean.currency)
