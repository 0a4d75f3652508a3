"""What is known of the columns before any question is asked, and how an aggregate comes home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.exploration.quantiles import value_quantiles
from marketfold.schema import ROLES, exact_mean, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

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


def count_read(engine: Engine, lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Lines, money and empty cells of all read lines by status, in one pass, since every pass over them is dear."""
    names = [name for name in lines.collect_schema().names() if name in ROLES]
    empty = [nw.col(name).is_null().cast(nw.Int64).sum().alias(f"{name}__empty") for name in names]
    status = nw.col("status") if "status" in names else nw.lit("any")
    cells = [nw.len().alias("lines"), money_sum("amount").alias("revenue"), *empty]
    return engine.materialise(lines.with_columns(status.alias("read_status")).group_by("read_status").agg(*cells))


def _missing(engine: Engine, read: nw.LazyFrame[Any]) -> tuple[int, dict[str, int]]:
    counted = [name for name in read.collect_schema().names() if name == "lines" or name.endswith("__empty")]
    row = collect(engine, read.select(*[nw.col(name).sum() for name in counted]))
    sums = {name: int(values[0] or 0) for name, values in row.items()}
    return sums.pop("lines"), {name.removesuffix("__empty"): n for name, n in sums.items()}


def describe_number(engine: Engine, purchases: nw.LazyFrame[Any], name: str) -> dict[str, float]:
    """Statistics of one number column; nothing where it is empty throughout."""
    column = nw.col(name)
    measured = purchases.select(
        column.min().alias("minimum"),
        column.max().alias("maximum"),
        exact_mean(column).alias("mean"),
        column.count().alias("filled"),
    )
    row = {key: values[0] for key, values in collect(engine, measured).items()}
    if not row["filled"]:
        return {}
    quantiles = collect(engine, value_quantiles(purchases, name, (0.5, 0.99)))
    found = {**row, "median": quantiles["q0"][0], "p99": quantiles["q1"][0]}
    return {key: float(value) for key, value in found.items()}


def _distinct(engine: Engine, purchases: nw.LazyFrame[Any], names: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Kept lines, and the different values of each text column that is not empty throughout."""
    texts = [name for name in (*CLASSES, "product_id") if name in names]
    cells = [
        cell for name in texts for cell in (nw.col(name).n_unique(), nw.col(name).count().alias(f"{name}__filled"))
    ]
    row = collect(engine, purchases.select(nw.len().alias("lines"), *cells))
    return int(row["lines"][0]), {name: int(row[name][0]) for name in texts if row[f"{name}__filled"][0]}


def describe_columns(engine: Engine, read: nw.LazyFrame[Any], purchases: nw.LazyFrame[Any]) -> Columns:
    """Look at the columns of the counted read lines and of the kept ones."""
    n_read, missing = _missing(engine, read)
    names = tuple(missing)
    n_kept, distinct = _distinct(engine, purchases, names)
    stats = {name: describe_number(engine, purchases, name) for name in NUMBERS if name in names}
    filled = {name: values for name, values in stats.items() if values}
    return Columns(names, n_read, n_kept, missing, distinct, filled)
