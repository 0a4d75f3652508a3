"""The same orders from every kind of table."""

from __future__ import annotations

import datetime as dt
import operator
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError, ParameterError
from marketfold.orders import Orders, inspect_orders, read_orders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLE = pa.table(
    {
        "InvoiceNo": ["A1", "A1", "A2", None],
        "InvoiceDate": ["2/24/2003 0:00", "2/24/2003 0:00", "05/07/2003 00:00", "31.12.2999"],
        "CustomerID": [17850.0, 17850.0, float("nan"), 12.0],
        "Quantity": [1, 2, -3, 4],
        "UnitPrice": ["$1,234.50", "(2.00)", " 3 ", "free"],
        "Total": [1.0, float("inf"), None, 4.5],
        "Email": ["a@example.org", None, "c@example.org", "d@example.org"],
        "Consent": [True, False, None, True],
    }
)
EXPECTED: list[dict[str, Any]] = [
    {"source_line": 2, "order_id": "A1", "customer_id": "17850", "ordered_on": dt.date(2003, 2, 24), "quantity": 1.0,
     "unit_price": 1234.5, "amount": 1.0},
    {"source_line": 3, "order_id": "A1", "customer_id": "17850", "ordered_on": dt.date(2003, 2, 24), "quantity": 2.0,
     "unit_price": -2.0, "amount": None},
    {"source_line": 4, "order_id": "A2", "customer_id": None, "ordered_on": dt.date(2003, 5, 7), "quantity": -3.0,
     "unit_price": 3.0, "amount": None},
    {"source_line": 5, "order_id": None, "customer_id": "12", "ordered_on": None, "quantity": 4.0,
     "unit_price": None, "amount": 4.5},
]  # fmt: skip

KINDS: dict[str, tuple[Callable[[pa.Table], Any], str]] = {
    "pandas": (lambda table: table.to_pandas(), "duckdb"),
    "arrow": (lambda table: table, "duckdb"),
    "duckdb": (duckdb.from_arrow, "duckdb"),
    "polars": (pl.DataFrame, "polars"),
    "polars lazy": (lambda table: pl.LazyFrame(pl.DataFrame(table)), "polars"),
}


def rows_of(orders: Orders) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orders.engine.collect(orders.lines.sort("source_line")).to_pylist()
    return rows


@pytest.mark.parametrize("kind", list(KINDS))
def test_frames_give_the_same_lines(kind: str) -> None:
    make, engine = KINDS[kind]
    orders = read_orders(make(TABLE))
    assert rows_of(orders) == EXPECTED
    assert orders.engine.name == engine
    assert orders.facts.lines == 4
    assert orders.facts.encoding is None
    assert orders.facts.extra_columns == ("Consent",)
    people = orders.engine.collect(orders.personal("Consent").sort("source_line"))
    assert people["email"].to_pylist() == ["a@example.org", None, "c@example.org", "d@example.org"]
    assert [str(value).lower() for value in people["Consent"].to_pylist()] == ["true", "false", "none", "true"]


@pytest.mark.spark
def test_spark_gives_the_same_lines(spark: Any) -> None:
    frame = spark.createDataFrame(TABLE).repartitionByRange(2, "Quantity")
    orders = read_orders(frame)
    found = rows_of(orders)
    assert [row.pop("source_line") for row in found] == [2, 3, 4, 5]
    expected = [{name: value for name, value in row.items() if name != "source_line"} for row in EXPECTED]
    assert sorted(found, key=operator.itemgetter("quantity")) == sorted(expected, key=operator.itemgetter("quantity"))
    assert orders.engine.name == "pyspark"
    assert orders.facts.lines == 4


def test_columns_that_differ_in_case_only() -> None:
    table = pa.table([["c1"], ["2024-01-31"], ["7"], ["x"], ["y"]], names=["Customer", "Date", "Total", "Note", "NOTE"])
    orders = read_orders(table)
    assert orders.facts.extra_columns == ("Note", "NOTE")
    people = orders.engine.collect(orders.personal("NOTE"))
    assert people["NOTE"].to_pylist() == ["y"]


def test_pandas_columns_of_mixed_types() -> None:
    frame = pd.DataFrame(
        {"customer": [17850, "x7", None], "when": pd.to_datetime(["2024-01-31"] * 3), "Total": ["1", 2.5, None]}
    )
    orders = read_orders(frame, ReadingOptions(mapping={"ordered_on": "when"}))
    assert [row["customer_id"] for row in rows_of(orders)] == ["17850", "x7", None]
    assert [row["amount"] for row in rows_of(orders)] == [1.0, 2.5, None]


def test_time_with_a_zone_is_the_day_on_its_own_clock() -> None:
    late = dt.datetime(2024, 1, 31, 23, 30, tzinfo=dt.UTC)
    when = pa.array([late], pa.timestamp("us", tz="Asia/Tokyo"))
    orders = read_orders(pa.table({"customer": ["a"], "date": when, "total": [1.0]}))
    assert rows_of(orders)[0]["ordered_on"] == dt.date(2024, 2, 1)


def test_days_out_of_reason_are_unreadable() -> None:
    days = [dt.date(1899, 12, 31), dt.date(2024, 1, 31), dt.date(2999, 1, 1)]
    table = pa.table({"customer": ["a"] * 3, "date": days, "total": [1.0] * 3})
    for frame in (table, pl.DataFrame(table)):
        assert [row["ordered_on"] for row in rows_of(read_orders(frame))] == [None, dt.date(2024, 1, 31), None]


def test_parquet_file_folder_and_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    pq.write_table(TABLE.slice(0, 2), folder / "a.parquet")
    pq.write_table(TABLE.slice(2), folder / "b.parquet")
    pq.write_table(TABLE, tmp_path / "all.parquet")
    for source in (tmp_path / "all.parquet", folder, str(folder / "*.parquet"), tmp_path / "**" / "?.parquet"):
        orders = read_orders(source)
        assert rows_of(orders) == EXPECTED
        assert orders.facts.lines == 4


def test_parquet_whose_names_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    name = TABLE.column_names[0].encode()
    pq.write_table(TABLE, path)
    path.write_bytes(path.read_bytes().replace(name, b"\xa1" + name[1:]))
    with pytest.raises(OrdersError, match=r"orders\.parquet cannot be read as Parquet"):
        read_orders(path)


def test_parquet_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    pq.write_table(TABLE, path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(OrdersError, match=r"orders\.parquet cannot be read as Parquet"):
        read_orders(path)


def test_parquet_damaged_within(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    lines = [f"{n * 7919 % 1_000_003}" for n in range(3000)]
    pq.write_table(pa.table({"customer": lines, "date": ["2024-01-01"] * 3000, "total": lines}), path)
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(range(60))
    path.write_bytes(content)
    with pytest.raises(OrdersError, match=r"orders\.parquet is damaged within"):
        inspect_orders(path)


def test_parquet_damaged_among_its_last_numbers(tmp_path: Path) -> None:
    """Which are asked for the first time when all lines are kept at once."""
    path = tmp_path / "orders.parquet"
    days = [dt.date(2024, 1, 1)] * 3000
    numbers = {"total": [n * 7919 % 1_000_003 / 100 for n in range(3000)]}
    table = pa.table({"customer": [f"c{n}" for n in range(3000)], "date": days} | numbers)
    pq.write_table(table, path, row_group_size=1000)
    last = pq.read_metadata(path).row_group(2).column(2)
    content = bytearray(path.read_bytes())
    start = last.dictionary_page_offset
    content[start : start + last.total_compressed_size] = bytes(255 for _ in range(last.total_compressed_size))
    path.write_bytes(content)
    with pytest.raises(OrdersError, match=r"orders\.parquet is damaged within"):
        read_orders(path)


@pytest.mark.parametrize("sheet", [None, "Orders"])
def test_workbook(tmp_path: Path, sheet: str | None) -> None:
    path = tmp_path / "orders.xlsx"
    frame = pd.DataFrame(
        {
            "Order": [1001, 1002],
            "Customer No": ["00017", "00018"],
            "Date": pd.to_datetime(["2024-01-31", "2024-02-13"]),
            "Total": [9.5, 1200.0],
            "Zip": ["01069", None],
        }
    )
    with pd.ExcelWriter(path) as book:
        frame.to_excel(book, sheet_name="Orders", index=False)
        frame.head(0).to_excel(book, sheet_name="Empty", index=False)
    orders = read_orders(path, ReadingOptions(sheet=sheet))
    assert rows_of(orders) == [
        {
            "source_line": 2,
            "order_id": "1001",
            "customer_id": "00017",
            "ordered_on": dt.date(2024, 1, 31),
            "amount": 9.5,
        },
        {
            "source_line": 3,
            "order_id": "1002",
            "customer_id": "00018",
            "ordered_on": dt.date(2024, 2, 13),
            "amount": 1200.0,
        },
    ]
    assert orders.engine.collect(orders.personal())["postal_code"].to_pylist() == ["01069", None]
    with pytest.raises(OrdersError, match=r"no sheet 'Sales'.*'Orders', 'Empty'"):
        read_orders(path, ReadingOptions(sheet="Sales"))
    with pytest.raises(OrdersError, match="no row below its header"):
        read_orders(path, ReadingOptions(sheet="Empty"))


def test_what_is_no_source() -> None:
    with pytest.raises(OrdersError, match="A set cannot be read as orders"):
        read_orders({1})


def test_unknown_extra_column_names_the_closest() -> None:
    with pytest.raises(ParameterError, match="Closest: 'Consent'"):
        read_orders(TABLE).personal("consent_given")
    with pytest.raises(ParameterError, match="'Email' cannot be read beside email"):
        read_orders(TABLE).personal("Email")


def test_columns_of_our_own_lines_come_back() -> None:
    lines = read_orders(TABLE).engine.collect(read_orders(TABLE).lines)
    for frame in (lines, pl.DataFrame(lines).with_columns(row=1)):
        assert rows_of(read_orders(frame)) == EXPECTED


def test_numbers_beside_texts_with_a_decimal_comma_are_inspected() -> None:
    table = pa.table({"customer": ["a", "b"], "date": ["13.02.2024"] * 2, "quantity": [1, 2], "total": ["9,50", "1,5"]})
    found = inspect_orders(table)
    assert (found.amount_total, found.decimals, found.unreadable) == (11.0, {"amount": ","}, {})


@pytest.mark.parametrize("blank", ["\n", "\r\n", "\u200b", " ", "\u00a0", "\t"])
def test_blanks_around_an_id_make_no_other_customer(blank: str) -> None:
    ids = ["Acme", f"Acme{blank}", f"{blank}Acme", "Café", f"Café{blank}"]
    table = pa.table({"customer": ids, "date": ["2024-02-13"] * 5, "total": [1.0] * 5})
    for frame in (table, pl.DataFrame(table)):
        orders = read_orders(frame)
        assert set(orders.engine.collect(orders.lines)["customer_id"].to_pylist()) == {"Acme", "Café"}


@pytest.mark.parametrize(
    "untidy",
    ["x", "Acme ", " Acme", "Acme\n", "Acme\u00a0", "\ufeffAcme", "Acme\u200b", "", "7.0", "Acm\u00e9", "~"],
)
def test_one_untidy_id_among_tidy_ones_is_tidied(untidy: str, tmp_path: Path) -> None:
    ids = ["Acme"] * 4 + [untidy, None]
    table = pa.table({"customer": ids, "date": ["2024-02-13"] * 6, "total": [1.0] * 6})
    pq.write_table(table, tmp_path / "orders.parquet")
    tidy = {"": None, "7.0": "7"}.get(untidy, untidy.strip(" \n\u00a0\ufeff\u200b"))
    for source in (tmp_path / "orders.parquet", table, pl.DataFrame(table)):
        orders = read_orders(source)
        lines = orders.engine.collect(orders.lines).sort_by("source_line")
        assert lines["customer_id"].to_pylist() == ["Acme"] * 4 + [tidy, None]


@pytest.mark.parametrize("as_frame", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "arrow"])
def test_a_frame_without_a_line_is_refused(as_frame: Callable[[dict[str, list[str]]], object]) -> None:
    empty: dict[str, list[str]] = {"order_id": [], "customer_id": [], "ordered_on": [], "amount": []}
    with pytest.raises(OrdersError, match="holds no order line"):
        read_orders(as_frame(empty))
