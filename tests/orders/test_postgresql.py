"""How columns of PostgreSQL are asked for, and what is told of its words, without a server."""

from __future__ import annotations

import pyarrow as pa
import pytest

from marketfold.orders.addresses import TableAddress
from marketfold.orders.databases import NamedTable
from marketfold.orders.odd_types import BYTES, DURATIONS
from marketfold.orders.postgresql import _Column, _decimal, _no_right, _not_connected, _PostgreSQLReader, _said

ADDRESS = TableAddress("PostgreSQL", "postgresql://ann@db.example/shop", "orders", secrets=("secret",))


def column(kind: str, of: pa.DataType | None = None, modifier: int | None = None) -> _Column:
    told = {b"POSTGRESQL:type": kind.encode()} | ({b"POSTGRESQL:typmod": str(modifier).encode()} if modifier else {})
    return _Column(pa.field("a b", of or pa.string(), metadata=told))


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("int4", '"a b"'),
        ("varchar", '"a b"'),
        ("date", 'CASE WHEN isfinite("a b") THEN "a b" END'),
        ("timestamptz", 'CASE WHEN isfinite("a b") THEN "a b" END'),
        ("numeric", '"a b"::numeric::text'),
        ("money", '"a b"::numeric::text'),
        ("uuid", '"a b"::text'),
        ("", '"a b"::text'),
        ("_mood", '"a b"::text'),  # a type of a user whose name begins as those of lists do
    ],
)
def test_each_type_is_asked_for_as_the_engine_can_read_it(kind: str, cell: str):
    found = column(kind)
    assert (found.label, found.cell, found.odd) == ("a b", cell, None)
    assert found.type == ("DOUBLE" if kind in {"numeric", "money"} else "")


@pytest.mark.parametrize(
    ("kind", "odd"),
    [("bytea", BYTES), ("interval", DURATIONS), ("time", "times of day"), ("record", "records"), ("_int4", "lists")],
)
def test_what_is_no_cell_of_a_table_is_left_blank(kind: str, odd: str):
    found = column(kind, pa.list_(pa.int32()))
    assert (found.odd, found.cell, found.type) == (odd, "NULL::int4", "")


def numeric(precision: int, scale: int) -> int:
    return ((precision << 16) | scale) + 4


@pytest.mark.parametrize(
    ("modifier", "kind"),
    [
        (numeric(12, 2), "DECIMAL(12, 2)"),
        (numeric(1, 0), "DECIMAL(1, 0)"),
        (numeric(38, 38), "DECIMAL(38, 38)"),
        (numeric(39, 2), "DOUBLE"),
        (numeric(3, 5), "DOUBLE"),  # more places than figures, as PostgreSQL has and the engine has not
        (numeric(10, 2047), "DOUBLE"),
        (-1, "DOUBLE"),
    ],
)
def test_a_number_keeps_its_precision_where_the_engine_has_it(modifier: int, kind: str):
    assert _decimal(modifier) == kind
    assert column("numeric", modifier=modifier).type == kind
    assert column("money", modifier=modifier).type == "DOUBLE"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('ERROR:  relation "x" does not exist\nLINE 1: SELECT secret', 'relation "x" does not exist'),
        ("[libpq] Failed to connect: FATAL:  no\n such user.", "no such user"),
        ("INVALID: Failed to execute query: gone\n\nQuery was: SELECT 1. SQLSTATE: 42", "gone"),
        ("gone. SQLSTATE: 42501", "gone"),
        ("password secret is wrong", "password *** is wrong"),
        ("x" * 400, "x" * 300),
        ("", ""),
    ],
)
def test_a_servers_words_are_one_line_without_the_statement_and_the_password(words: str, told: str):
    assert _said(ADDRESS, Exception(words)) == told


def test_what_to_do_depends_on_whether_the_password_is_what_lacks():
    for words, way in (
        ("FATAL: password authentication failed", "PGPASSWORD"),
        ("no pg_hba.conf entry", "PGPASSWORD"),
        ("connection refused", "that the server runs"),
    ):
        said = str(_not_connected(ADDRESS, Exception(words)))
        assert said.startswith("postgresql://ann@db.example/shop does not let itself be reached")
        assert way in said
        assert "secret" not in said
    assert "GRANT SELECT ON orders TO ann;" in str(_no_right("orders", "shop", "ann"))


def test_a_table_shows_its_columns_and_which_have_no_cells():
    columns = [column("int4"), column("bytea")]
    columns[1].label = "picture"
    reader = _PostgreSQLReader(ADDRESS, NamedTable("sales", "orders", is_default=False), columns, "shop")
    assert (reader.name, reader.columns, reader.odd) == ("sales.orders of shop", ("a b", "picture"), {"picture": BYTES})
    assert "while sales.orders of shop was read: gone." in str(reader._told(Exception("gone")))
