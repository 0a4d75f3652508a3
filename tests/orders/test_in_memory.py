"""Sources that are no file and no frame: columns, batches, datasets, several paths; and addresses that are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import csv, dataset

from marketfold.cleaning import clean_orders
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders import fingerprint, read_orders

LINES = "order_id,customer_id,ordered_on,amount\n" + "".join(
    f"{i},C{i % 5},2024-0{i % 9 + 1}-1{i % 9},{i % 7 + 1}.50\n" for i in range(40)
)


@pytest.fixture
def table(tmp_path: Path) -> pa.Table:
    (tmp_path / "orders.csv").write_text(LINES, encoding="utf-8")
    return csv.read_csv(tmp_path / "orders.csv")


def amounts(source: object) -> list[float]:
    read = read_orders(source)
    found: list[float] = read.engine.collect(read.lines.sort("source_line"))["amount"].to_pylist()
    return found


SOURCES: dict[str, Callable[[pa.Table], object]] = {
    "dictionary": lambda table: table.to_pydict(),
    "batch": lambda table: table.combine_chunks().to_batches()[0],
    "reader": lambda table: table.to_reader(),
    "dataset": dataset.dataset,
}


@pytest.mark.parametrize("kind", SOURCES)
def test_what_arrow_and_python_hold_is_read_as_the_file_is(kind: str, table: pa.Table, tmp_path: Path):
    assert amounts(SOURCES[kind](table)) == amounts(tmp_path / "orders.csv")


def test_a_dataset_of_several_files_is_one_table(table: pa.Table, tmp_path: Path):
    dataset.write_dataset(table, tmp_path / "parts", format="parquet", max_rows_per_file=15, max_rows_per_group=15)
    assert sorted(amounts(dataset.dataset(tmp_path / "parts"))) == sorted(amounts(table))


def test_several_paths_are_one_table_each_once(tmp_path: Path):
    head, *rows = LINES.splitlines(keepends=True)
    for name, part in (("one.csv", rows[:25]), ("two.csv", rows[25:])):
        (tmp_path / name).write_text(head + "".join(part), encoding="utf-8")
    paths: list[Any] = [tmp_path / "one.csv", str(tmp_path / "two.csv"), tmp_path / "one.csv"]
    read = read_orders(paths)
    assert read.facts.lines == 40
    assert read.facts.name == "2 files"
    assert fingerprint(paths) == fingerprint(paths[:2]) is not None
    with pytest.raises(SourceNotFoundError, match=r"no file three\.csv"):
        read_orders([*paths, tmp_path / "three.csv"])


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"amount": [1, 2], "customer_id": ["A"]}, "different lengths: amount 2, customer_id 1"),
        ({"amount": 3}, "column 'amount' of the dictionary is a int: wanted a list"),
        ({"amount": "3"}, "is a str"),
    ],
)
def test_columns_that_are_no_table_are_refused(columns: dict[str, Any], says: str):
    with pytest.raises(OrdersError, match=says):
        read_orders(columns)


def test_columns_of_mixed_types_are_read_as_texts():
    mixed = {
        "order_id": [1, "2b"],
        "customer_id": ["A", None],
        "ordered_on": ["2024-01-31"] * 2,
        "amount": [1.5, "2.5"],
    }
    assert amounts(mixed) == [1.5, 2.5]


@pytest.mark.parametrize(
    "address",
    ["s3://bucket/x.parquet", "https://shop.example/a.csv", "gs://b/x.csv", Path("s3://b/x")],
)
def test_addresses_are_refused_with_a_way_out(address: str | Path):
    for source in (address, [address]):
        with pytest.raises(SourceNotFoundError, match=r"only files of this machine are read.*give the table in Python"):
            read_orders(source)
    with pytest.raises(SourceNotFoundError, match="its path is wanted"):
        read_orders("file:///x.csv")


def test_a_connection_says_how_a_table_of_it_is_given():
    with pytest.raises(OrdersError, match=r'connection\.table\("orders"\)'):
        read_orders(duckdb.connect())
    with pytest.raises(OrdersError, match=r"A set cannot be read as orders\. Give a path or several, a dictionary"):
        read_orders({"a.csv"})


def test_lines_are_taken_as_a_frame_without_anybodys_name():
    columns = {"order_id": [1, 2], "customer_id": ["A", "B"], "ordered_on": ["2024-01-31"] * 2, "amount": [3, 4]}
    read = read_orders(columns | {"email": ["a@shop.example", "b@shop.example"]})
    frame = read.to_pandas()
    assert frame["amount"].tolist() == [3, 4]
    assert "email" not in frame.columns
    assert clean_orders(read).to_pandas()["customer_id"].tolist() == ["A", "B"]
