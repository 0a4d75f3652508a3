"""Which table of a database is meant, and what is told of a driver's words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders.addresses import TableAddress
from marketfold.orders.databases import NamedTable, _said, _sqlite_fault, choose_table, open_database, table_names

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.orders.addresses import DatabaseKind

KINDS: tuple[DatabaseKind, DatabaseKind] = ("SQLite", "DuckDB")

ORDERS, SHOP, OLD = (
    NamedTable("main", "orders"),
    NamedTable("shop", "Orders", is_default=False),
    NamedTable("main", "old"),
)
TABLES = (ORDERS, SHOP, OLD)


def chosen(*tables: NamedTable, name: str | None = None) -> NamedTable:
    return choose_table("shop.db", tables, TableAddress("SQLite", "shop.db", name))


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("orders", ORDERS),
        ("Orders", SHOP),
        ("main.orders", ORDERS),
        ("shop.Orders", SHOP),
        ('"shop"."Orders"', SHOP),
        ("SHOP.ORDERS", SHOP),
        ("OLD", OLD),
    ],
)
def test_a_table_is_found_as_written_quoted_or_in_another_case(name: str, table: NamedTable):
    assert chosen(*TABLES, name=name) is table


def test_the_only_table_needs_no_name_and_a_name_in_another_case_must_be_of_one():
    assert chosen(OLD) is OLD
    with pytest.raises(SourceNotFoundError, match=r"There is no table 'ORDERS' in shop\.db\. Near it"):
        chosen(*TABLES, name="ORDERS")
    with pytest.raises(OrdersError, match="holds no table that can be read"):
        chosen()


def test_of_many_tables_twenty_are_named():
    tables = [NamedTable("main", f"t{number}") for number in range(22)]
    with pytest.raises(OrdersError) as told:
        chosen(*tables)
    said = str(told.value)
    assert said.startswith("shop.db holds 22 tables: 't0', 't1'")
    assert "'t19' and 2 more. Say which one has the orders: 'shop.db?table=t0', or --sheet NAME." in said
    with pytest.raises(OrdersError, match=r"holds 20 tables: .* and 't19'\. Say"):
        chosen(*tables[:20])


def test_a_table_that_is_not_there_is_told_with_those_near_it():
    with pytest.raises(SourceNotFoundError, match=r"Near it is 'orders': 'shop.db\?table=orders'\."):
        chosen(ORDERS, NamedTable("main", "b"), name="ordes")
    with pytest.raises(SourceNotFoundError, match=r"Near it are 'orders' and 'old'"):
        chosen(ORDERS, OLD, name="xyz")  # of nothing alike the first


def test_a_table_outside_the_default_schema_is_called_with_it():
    assert (ORDERS.text, SHOP.text, SHOP.sql) == ("orders", "shop.Orders", '"shop"."Orders"')


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One shop in a file of SQLite and in one of DuckDB: a table with cells of several kinds, and a view of it."""
    folder = tmp_path_factory.mktemp("databases")
    rows = [(1, 1.5, "a", 7, None), (2, 2.0, None, "x", None)]
    table = "CREATE TABLE orders (n INTEGER, money {real}, text TEXT, mixed {any}, picture BLOB)"
    with closing(sqlite3.connect(folder / "shop.sqlite")) as lite:
        lite.execute(table.format(real="REAL", any=""))
        lite.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
        lite.execute("UPDATE orders SET picture = x'ff' WHERE n = 1")
        lite.execute("CREATE VIEW seen AS SELECT n, money FROM orders")
        lite.commit()
    with duckdb.connect(folder / "shop.duckdb") as duck:
        duck.execute(table.format(real="DOUBLE", any="VARCHAR"))
        duck.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?)", [[str(x) if x == 7 else x for x in row] for row in rows]
        )
        duck.execute("CREATE VIEW seen AS SELECT n, money FROM orders")
    return folder / "shop.sqlite", folder / "shop.duckdb"


def test_the_tables_of_a_file_are_named(files: tuple[Path, Path]):
    lite, duck = files
    assert table_names(lite, "SQLite", DuckDBEngine()) == ("orders", "seen")
    assert table_names(duck, "DuckDB", DuckDBEngine()) == ("orders", "seen")


@pytest.mark.parametrize("table", ["orders", "seen"])
def test_a_table_and_a_view_of_each_kind_are_read(files: tuple[Path, Path], table: str):
    for path, kind in zip(files, KINDS, strict=True):
        source = open_database(path, kind, table, DuckDBEngine())
        assert source.table is not None
        assert (source.table.table, source.count()) == (table, 2)
        shown = source.sample()
        assert shown["n"] == [1, 2]
        assert shown["money"] == [1.5, 2.0]
        loaded = source.engine.collect(source.load({"m": "money"}, lambda raw: raw)).to_pylist()
        assert [(row["source_line"], row["m"]) for row in loaded] == [(2, 1.5), (3, 2.0)]
        if table == "orders":
            assert shown["text"] == ["a", None]
            assert shown["mixed"] == ["7", "x"]  # of several kinds it is text
    with pytest.raises(OrdersError, match="2 tables: 'orders' and 'seen'"):
        open_database(files[0], "SQLite", None, DuckDBEngine())


def test_a_column_of_bytes_is_no_text(files: tuple[Path, Path]):
    source = open_database(files[0], "SQLite", "orders", DuckDBEngine())
    assert source.sample()["picture"] == [None, None]
    with pytest.raises(OrdersError, match=r"'picture' of .* holds bytes that are no text"):
        source.load({"amount": "picture"}, lambda raw: raw)


def test_a_damaged_file_is_told(tmp_path: Path):
    (tmp_path / "a.sqlite").write_bytes(b"SQLite format 3\0" + b"\1" * 200)
    with pytest.raises(OrdersError, match=r"a\.sqlite cannot be read as an SQLite database"):
        table_names(tmp_path / "a.sqlite", "SQLite", DuckDBEngine())
    (tmp_path / "a.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\1" * 200)
    with pytest.raises(OrdersError, match=r"a\.duckdb cannot be opened as a DuckDB database"):
        table_names(tmp_path / "a.duckdb", "DuckDB", DuckDBEngine())


def test_a_file_that_is_open_here_or_locked_is_told(files: tuple[Path, Path]):
    with duckdb.connect(files[1]), pytest.raises(OrdersError, match=r"is open (in this very program|for writing)"):
        table_names(files[1], "DuckDB", DuckDBEngine())
    assert "is locked: another program" in str(_sqlite_fault("a.db", Exception("database is locked")))
    assert "is locked: another program" in str(_sqlite_fault("a.db", Exception("busy")))
    assert "is damaged" in str(_sqlite_fault("a.db", Exception("malformed")))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("No such table. \nand a trace", "No such table"),
        ('Cannot open "/home/ann/shop.duckdb" now.', "Cannot open shop.duckdb now"),
        (r"Cannot open 'C:\data\shop.duckdb'", "Cannot open shop.duckdb"),
        ('Table "orders" is gone', 'Table "orders" is gone'),
        ("", ""),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_drivers_words_are_one_line_without_folders(words: str, told: str):
    assert _said(Exception(words)) == told
