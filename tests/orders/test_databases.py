"""Which table of a database is meant, and what is told of a driver's words."""

from __future__ import annotations

import pytest

from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders.addresses import TableAddress
from marketfold.orders.databases import NamedTable, _said, choose_table

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
