"""Columns of other types: read alike from Parquet, Arrow, Polars and DuckDB, or refused by name."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from marketfold.errors import OrdersError
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from pathlib import Path

PLAIN: dict[str, Any] = {
    "order_id": ["1", "2"],
    "customer_id": ["a", "b"],
    "ordered_on": [dt.date(2024, 1, 1)] * 2,
    "amount": [1.0, 2.0],
}
READ = {
    "nulls": ("category", pa.nulls(2), [None, None]),
    "dictionary": ("customer_id", pa.array(["x", "y"]).dictionary_encode(), ["x", "y"]),
    "dictionary of nulls": ("category", pa.array([None, None], pa.string()).dictionary_encode(), [None, None]),
    "half floats": ("amount", pa.array([1.5, 2.5], pa.float16()), [1.5, 2.5]),
    "wide decimals": ("amount", pa.array([Decimal("1.50"), None], pa.decimal256(50, 2)), [1.5, None]),
    "bytes of text": ("customer_id", pa.array(["é".encode(), b"b"], pa.binary()), ["é", "b"]),
    "truth": ("customer_id", pa.array([True, False]), ["true", "false"]),
}
REFUSED = {
    "lists": ("amount", pa.array([[1.0], [2.0]]), "holds lists"),
    "records": ("customer_id", pa.array([{"a": 1}, {"a": 2}]), "holds records"),
    "durations": ("amount", pa.array([1, 2], pa.duration("s")), "holds lengths of time"),
    "times": ("ordered_on", pa.array([dt.time(1), dt.time(2)]), "holds times of day"),
    "bytes": ("customer_id", pa.array([b"\xffC0", b"a"], pa.binary()), "holds bytes that are no text"),
    "keys": ("customer_id", pa.array([[("k", 1)], [("l", 2)]], pa.map_(pa.string(), pa.int8())), "holds lists"),
}


def sources(column: str, values: pa.Array, folder: Path) -> dict[str, Any]:
    table = pa.table(PLAIN | {column: values})
    pq.write_table(table, folder / "orders.parquet")
    return {"parquet": folder / "orders.parquet", "arrow": table, "relation": duckdb.from_arrow}


@pytest.mark.parametrize("kind", list(READ))
def test_types_that_are_read(tmp_path: Path, kind: str) -> None:
    column, values, expected = READ[kind]
    given = sources(column, values, tmp_path)
    for source in (given["parquet"], given["arrow"]):
        orders = read_orders(source)
        assert orders.engine.collect(orders.lines.sort("source_line"))[column].to_pylist() == expected


@pytest.mark.parametrize("kind", list(REFUSED))
def test_types_that_are_refused(tmp_path: Path, kind: str) -> None:
    column, values, says = REFUSED[kind]
    given = sources(column, values, tmp_path)
    frames = [] if kind == "keys" else [pl.DataFrame(given["arrow"]), duckdb.from_arrow(given["arrow"])]
    for source in (given["parquet"], given["arrow"], *frames):
        with pytest.raises(OrdersError, match=f"The column '{column}' of .* {says}, which cannot be read as {column}"):
            read_orders(source)


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("amount", pa.nulls(2), "'amount' is blank on the first 2 lines"),
        ("customer_id", pa.array([1e20, 2.0]), r"scientific notation on 1 lines, 1 different \(1e\+20\)"),
    ],
)
def test_values_that_say_nothing_are_asked_about(tmp_path: Path, column: str, values: pa.Array, says: str) -> None:
    given = sources(column, values, tmp_path)
    for source in (given["parquet"], given["arrow"]):
        with pytest.raises(OrdersError, match=says):
            read_orders(source)


def test_an_odd_column_that_nobody_asks_for(tmp_path: Path) -> None:
    given = sources("notes", pa.array([["x"], ["y"]]), tmp_path)
    for source in (given["parquet"], given["arrow"], pl.DataFrame(given["arrow"]), duckdb.from_arrow(given["arrow"])):
        orders = read_orders(source)
        assert orders.facts.lines == 2
        assert orders.unmapped() is None


def test_nulls_of_other_frames() -> None:
    table = pa.table(PLAIN | {"category": pa.nulls(2)})
    for source in (pl.DataFrame(table), duckdb.from_arrow(table)):
        orders = read_orders(source)
        assert orders.engine.collect(orders.lines)["category"].to_pylist() == [None, None]


def test_names_that_differ_in_case_alone_are_asked_about(tmp_path: Path) -> None:
    given = sources("Amount", pa.array([3.0, 4.0]), tmp_path)
    for source in (given["parquet"], given["arrow"]):
        with pytest.raises(OrdersError, match=r"'amount' \(3\.00\) and 'Amount' \(7\.00\) can both be amount"):
            read_orders(source)
