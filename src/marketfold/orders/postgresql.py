"""Tables of PostgreSQL, streamed as Arrow by its ADBC driver: nothing is written there, and nothing stays open."""

from __future__ import annotations

import os
import re
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from marketfold.decisions import TableRead
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders.copied import CopiedSource, numbered_names, streamed
from marketfold.orders.databases import NamedTable, choose_table
from marketfold.orders.odd_types import BYTES, DURATIONS
from marketfold.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import narwhals as nw

    from marketfold.duckdb_engine import DuckDBEngine
    from marketfold.orders.addresses import TableAddress

_WAIT_SECONDS = 10
"""For a server to answer, where neither the address nor PGCONNECT_TIMEOUT says; libpq would wait for minutes."""
_TABLES = """
SELECT n.nspname::text, c.relname::text, pg_table_is_visible(c.oid), c.relkind <> 'r',
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY 1, 2
"""
_SAME_ORDER = """
SELECT set_config(name, CASE name WHEN 'synchronize_seqscans' THEN 'off' ELSE '0' END, true) FROM pg_catalog.pg_settings
WHERE name IN ('synchronize_seqscans', 'max_parallel_workers_per_gather')
"""
"""Two runs see the rows of a table that has not changed in one order: the numbers of lines are the same."""

_AS_IT_IS = frozenset({"bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar"})
_FINITE = frozenset({"date", "timestamp", "timestamptz"})
"""Types with an infinity, which no order has."""
_ODD = {"bytea": BYTES, "interval": DURATIONS, "time": "times of day", "timetz": "times of day", "record": "records"}
_NO_RIGHT, _NO_PASSWORD = "42501", re.compile(r"password|authentication|pg_hba", re.IGNORECASE)


def open_postgresql(address: TableAddress, engine: DuckDBEngine) -> CopiedSource:
    """A table of a PostgreSQL database.

    Raises
    ------
    SourceNotFoundError
        If there is no such server, database or table.
    OrdersError
        If it may not be read, or it was not said which table.
    """
    with _connected(address) as connection:
        ((database, role),) = _asked(connection, "SELECT current_database()::text, current_user::text")
        found = [(NamedTable(*one), may_read) for *one, may_read in _asked(connection, _TABLES)]
        called = f"the PostgreSQL database {database}"
        readable = [table for table, may_read in found if may_read]
        known = readable if address.table is None else [table for table, _ in found]
        chosen = choose_table(called, known, address)
        if chosen not in readable:
            raise _no_right(chosen.text, database, role)
        columns = _described(connection, chosen)
    read = TableRead("PostgreSQL", database, chosen.text, address.of(chosen.text).text)
    return CopiedSource(_PostgreSQLReader(address, chosen, columns, database), engine, read)


def _no_right(table: str, database: str, role: str) -> OrdersError:
    return OrdersError(
        f"The role {role} may not read {table} of the PostgreSQL database {database}. Let its owner grant it: "
        f"GRANT SELECT ON {table} TO {role}; and USAGE on its schema."
    )


@contextmanager
def _connected(address: TableAddress) -> Iterator[Any]:
    """A connection with one transaction, which only reads; its faults are told without what is secret."""
    import adbc_driver_manager  # noqa: PLC0415  (only for a database)
    import adbc_driver_postgresql.dbapi as driver  # noqa: PLC0415

    where = address.driver_address
    if "connect_timeout=" not in where and "PGCONNECT_TIMEOUT" not in os.environ:
        where += f"{'&' if '?' in where else '?'}connect_timeout={_WAIT_SECONDS}"
    try:
        connection = driver.connect(where)
    except adbc_driver_manager.Error as error:
        raise _not_connected(address, error) from None  # the driver's error may quote the address
    with closing(connection):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection
        except adbc_driver_manager.Error as error:
            raise OrdersError(f"{address.text} cannot be read: {_said(address, error)}.") from error


def _not_connected(address: TableAddress, error: Exception) -> OrdersError:
    said = _said(address, error)
    if _NO_PASSWORD.search(said):
        way = "Say the password in the environment (PGPASSWORD, or a line of ~/.pgpass), and check the user's name."
    else:
        way = "Check the address (postgresql://user@host:5432/database?table=orders), and that the server runs."
    return SourceNotFoundError(f"{address.place} does not let itself be reached: {said}. {way}")


def _said(address: TableAddress, error: Exception) -> str:
    """What the server says, in a line: not the statement, which follows, and nothing secret."""
    first = str(error).partition("\nLINE ")[0].partition("\n\nQuery was")[0].partition(". SQLSTATE")[0]
    first = re.sub(r"^\w+: |\[libpq\] |Failed to \w+( query)?: |could not begin COPY: |ERROR: +|FATAL: +", "", first)
    return address.masked(" ".join(first.split()).strip(" ."))[:300]


def _asked(connection: Any, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


class _Column:
    """How a column is asked for, and read: `cell` in PostgreSQL's SQL, `type` in the engine where it is another."""

    def __init__(self, field: pa.Field) -> None:
        told = field.metadata or {}
        kind = told.get(b"POSTGRESQL:type", b"").decode()
        name = quoted(field.name)
        self.label, self.type, self.odd = field.name, "", _ODD.get(kind)
        if kind.startswith("_") and pa.types.is_list(field.type):
            self.odd = "lists"
        if self.odd:
            self.cell = "NULL::int4"
        elif kind in _AS_IT_IS:
            self.cell = name
        elif kind in _FINITE:
            self.cell = f"CASE WHEN isfinite({name}) THEN {name} END"
        elif kind in {"numeric", "money"}:
            self.cell = f"{name}::numeric::text"
            self.type = _decimal(int(told.get(b"POSTGRESQL:typmod", b"-1"))) if kind == "numeric" else "DOUBLE"
        else:
            self.cell = f"{name}::text"


def _decimal(modifier: int) -> str:
    """The engine's type of `numeric(precision, scale)`; one without, or too long, is read as a float.

    >>> _decimal(((12 << 16) | 2) + 4), _decimal(((38 << 16) | 37) + 4), _decimal(((39 << 16) | 2) + 4), _decimal(-1)
    ('DECIMAL(12, 2)', 'DECIMAL(38, 37)', 'DOUBLE', 'DOUBLE')
    """
    precision, scale = ((modifier - 4) >> 16) & 0xFFFF, (modifier - 4) & 0x7FF
    return f"DECIMAL({precision}, {scale})" if modifier > 0 and scale <= precision <= 38 else "DOUBLE"


def _described(connection: Any, table: NamedTable) -> list[_Column]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table.sql} LIMIT 0")  # noqa: S608  (names are quoted)
        with cursor.fetch_record_batch() as reader:
            return [_Column(field) for field in reader.schema]


class _PostgreSQLReader:
    """A table or view, asked for in one statement on a connection of its own."""

    def __init__(self, address: TableAddress, table: NamedTable, columns: list[_Column], database: str) -> None:
        self.name = f"{table.text} of {database}"
        self.columns = tuple(column.label for column in columns)
        self.odd: Mapping[str, str] = {column.label: column.odd for column in columns if column.odd}
        self._address, self._table, self._asked = address, table, columns

    @contextmanager
    def rows(self, engine: DuckDBEngine, limit: int | None) -> Iterator[nw.LazyFrame[Any]]:
        """The first rows, or all."""
        names = numbered_names(len(self._asked))
        cells = ", ".join(f"{column.cell} AS {name}" for name, column in zip(names, self._asked, strict=True))
        query = f"SELECT {cells} FROM {self._table.sql}" + ("" if limit is None else f" LIMIT {limit}")  # noqa: S608
        types = {name: column.type for name, column in zip(names, self._asked, strict=True) if column.type}
        with _connected(self._address) as connection, connection.cursor() as cursor:
            cursor.execute(_SAME_ORDER)
            cursor.execute(query)
            with (
                cursor.fetch_record_batch() as reader,
                streamed(engine, reader.schema, reader, self._told) as rows,
            ):
                yield engine.cast_columns(rows, types)

    def _told(self, error: Exception) -> OrdersError:
        said = _said(self._address, error)
        return OrdersError(
            f"The connection was lost while {self.name} was read: {said}. Nothing was written; try again when the "
            "server answers."
        )
