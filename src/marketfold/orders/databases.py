"""Tables of database files: DuckDB's are read where they lie, SQLite's through Python's own reader."""

from __future__ import annotations

import difflib
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from marketfold import words
from marketfold.decisions import TableRead
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders.addresses import TableAddress
from marketfold.orders.attached import AttachedDatabase
from marketfold.orders.copied import CopiedSource, numbered_names, streamed
from marketfold.orders.odd_types import BYTES
from marketfold.orders.sources import FIRST_LINE, FrameSource
from marketfold.schema import SOURCE_LINE
from marketfold.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import narwhals as nw

    from marketfold.duckdb_engine import DuckDBEngine
    from marketfold.orders.addresses import DatabaseKind

MOST_NAMES = 20
_BATCH_ROWS = 20_000


@dataclass(frozen=True)
class NamedTable:
    """A table or view; `is_default` where its name says which one it is, without its schema."""

    schema: str
    name: str
    is_default: bool = True
    is_view: bool = False

    @property
    def text(self) -> str:
        """Its name as it is given."""
        return self.name if self.is_default else f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """Its name in SQL."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def choose_table(database: str, tables: Sequence[NamedTable], address: TableAddress) -> NamedTable:
    """The table that was asked for, or the only one.

    A name fits as it is written, then as SQL would quote it, then in another case, if only one fits.

    Raises
    ------
    SourceNotFoundError
        If none fits, with the names near it.
    OrdersError
        If there is none, or it was not said which.
    """
    names = [table.text for table in tables]
    if not tables:
        raise OrdersError(f"{database} holds no table that can be read.")
    if address.table is None:
        if len(tables) == 1:
            return tables[0]
        shown = words.listed([repr(name) for name in names[:MOST_NAMES]])
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        raise OrdersError(
            f"{database} holds {len(names)} tables: {shown}{more}. Say which one has the orders: "
            f"'{address.of(names[0]).text}', or --sheet NAME."
        )
    asked = address.table
    for wanted in (asked, _unquoted(asked)):
        if found := [table for table in tables if wanted in {table.text, f"{table.schema}.{table.name}"}]:
            return found[0]
    for found in (
        [table for table in tables if table.name == asked],
        [table for table in tables if asked.casefold() in {table.name.casefold(), table.text.casefold()}],
    ):
        if len(found) == 1:
            return found[0]
    near = difflib.get_close_matches(asked, names, n=3, cutoff=0.5) or names[:3]
    raise SourceNotFoundError(
        f"There is no table {asked!r} in {database}. Near it {'is' if len(near) == 1 else 'are'} "
        f"{words.listed([repr(name) for name in near])}: '{address.of(near[0]).text}'."
    )


def _unquoted(name: str) -> str:
    """`"a"."b"` as a.b."""
    return re.sub(r'"((?:[^"]|"")*)"', lambda found: found[1].replace('""', '"'), name)


def open_database(
    path: Path, kind: DatabaseKind, table: str | None, engine: DuckDBEngine
) -> FrameSource | CopiedSource:
    """A table of a database file.

    Raises
    ------
    SourceNotFoundError
        If it holds no such table.
    OrdersError
        If it is damaged, in use or empty, or it was not said which of its tables.
    """
    address = TableAddress(kind, str(path), table)
    if kind == "SQLite":
        tables = _sqlite_tables(path)
        chosen = choose_table(path.name, tables, address)
        return CopiedSource(_SQLiteReader(path, chosen), engine, _read(path, kind, chosen))
    database = _attach(path, engine)
    chosen = choose_table(path.name, _tables(database), address)
    name = f"{chosen.text} of {path.name}"
    try:
        labels = database.table(chosen.schema, chosen.name).collect_schema().names()
    except duckdb.Error as error:  # a view of what is not there
        raise OrdersError(f"{name} cannot be read: {_said(error)}.") from error
    read = _read(path, kind, chosen)
    if chosen.is_view or "rowid" in map(str.casefold, labels):
        return CopiedSource(_ViewReader(name, chosen, tuple(labels), database), engine, read)
    columns = dict(zip(numbered_names(len(labels)), labels, strict=True))
    lines = database.numbered(chosen.schema, chosen.name, columns, SOURCE_LINE, FIRST_LINE)
    source = FrameSource(name, engine, lines).rename(labels)
    source.table = read
    return source


def table_names(path: Path, kind: DatabaseKind, engine: DuckDBEngine) -> tuple[str, ...]:
    """The tables and views of a database file, as they can be asked for; `OrdersError` as `open_database` does."""
    tables = _sqlite_tables(path) if kind == "SQLite" else _tables(_attach(path, engine))
    return tuple(table.text for table in tables)


def _read(path: Path, kind: DatabaseKind, table: NamedTable) -> TableRead:
    return TableRead(kind, path.name, table.text, TableAddress(kind, str(path), table.text).text)


def _tables(database: AttachedDatabase) -> list[NamedTable]:
    return [NamedTable(schema, name, schema == "main", is_view) for schema, name, is_view in database.tables()]


def _attach(path: Path, engine: DuckDBEngine) -> AttachedDatabase:
    try:
        return AttachedDatabase(path, engine)
    except duckdb.Error as error:
        said = str(error)
        if "already attached" in said or "already open" in said:
            message = (
                f"{path.name} is open in this very program, and DuckDB opens a file once. Close that connection, or "
                'give the table through it: connection.table("orders").'
            )
        elif "lock" in said:
            holder = re.search(r"\(PID \d+\)", said)
            message = (
                f"{path.name} is open for writing in another program{f' {holder[0]}' if holder else ''}, and DuckDB "
                "lets nobody read it meanwhile. Close it there; or copy the file, and give the copy."
            )
        else:
            message = (
                f"{path.name} cannot be opened as a DuckDB database: it is damaged, cut short, encrypted, or of a "
                f"version that is not known ({_said(error)})."
            )
        raise OrdersError(message) from error


def _said(error: Exception) -> str:
    """What a driver says, in a line without folders."""
    first = (str(error).splitlines() or [""])[0]
    return re.sub(r'["\'][^"\']*[/\\]([^"\'/\\]*)["\']', r"\1", first).strip(" .")[:300]


class _ViewReader:
    """A view of a DuckDB database, whose rows have no number of their own."""

    def __init__(self, name: str, view: NamedTable, columns: tuple[str, ...], database: AttachedDatabase) -> None:
        self.name, self.columns = name, columns
        self.odd: Mapping[str, str] = {}
        self._view, self._database = view, database

    @contextmanager
    def rows(self, engine: DuckDBEngine, limit: int | None) -> Iterator[nw.LazyFrame[Any]]:  # noqa: ARG002
        """The first rows, or all."""
        frame = self._database.table(self._view.schema, self._view.name)
        names = dict(zip(self.columns, numbered_names(len(self.columns)), strict=True))
        try:
            yield (frame if limit is None else frame.head(limit)).rename(names)
        except duckdb.Error as error:
            raise OrdersError(f"{self.name} cannot be read: {_said(error)}.") from error


def _sqlite(path: Path) -> sqlite3.Connection:
    # the engine reads the rows on a thread of its own
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


def _sqlite_tables(path: Path) -> list[NamedTable]:
    asked = "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
    try:
        with closing(_sqlite(path)) as connection:
            found = connection.execute(asked).fetchall()
    except sqlite3.Error as error:
        raise _sqlite_fault(path.name, error) from error
    return [NamedTable("main", name, is_view=bool(view)) for name, view in found if not name.startswith("sqlite_")]


def _sqlite_fault(name: str, error: Exception) -> OrdersError:
    if "locked" in str(error) or "busy" in str(error):
        return OrdersError(
            f"{name} is locked: another program is writing to it. Wait until it is done; or give a copy of the file."
        )
    return OrdersError(
        f"{name} cannot be read as an SQLite database: it is damaged, or changed meanwhile ({_said(error)})."
    )


_NUMBERS: dict[frozenset[str], tuple[pa.DataType, str]] = {
    frozenset({"integer"}): (pa.int64(), "{}"),
    frozenset({"real"}): (pa.float64(), "{}"),
    frozenset({"integer", "real"}): (pa.float64(), "CAST({} AS REAL)"),
}


class _SQLiteReader:
    """A table or view of SQLite, where each cell has a type of its own: a column is read as what all its cells are."""

    def __init__(self, path: Path, table: NamedTable) -> None:
        self.name = f"{table.text} of {path.name}"
        self._path, self._table = path, table
        try:
            with closing(_sqlite(path)) as connection:
                found = connection.execute(f"SELECT * FROM {table.sql} LIMIT 0").description  # noqa: S608  (quoted)
                self.columns = tuple(name for name, *_ in found)
                self._kinds = self._kinds_in(connection)
        except sqlite3.Error as error:
            raise _sqlite_fault(self.name, error) from error
        self.odd: Mapping[str, str] = {
            column: BYTES for column, kinds in zip(self.columns, self._kinds, strict=True) if "blob" in kinds
        }

    def _kinds_in(self, connection: sqlite3.Connection) -> list[frozenset[str]]:
        """What the cells of each column are, of all rows."""
        asked = ", ".join(f"group_concat(DISTINCT typeof({quoted(column)}))" for column in self.columns)
        (found,) = connection.execute(f"SELECT {asked} FROM {self._table.sql}").fetchall()  # noqa: S608  (quoted)
        return [frozenset((kinds or "").split(",")) - {"null", ""} for kinds in found]

    @contextmanager
    def rows(self, engine: DuckDBEngine, limit: int | None) -> Iterator[nw.LazyFrame[Any]]:
        """The first rows, or all."""
        types, cells = [], []
        for column, kinds in zip(self.columns, self._kinds, strict=True):
            kind, cell = _NUMBERS.get(kinds, (pa.string(), "CAST({} AS TEXT)"))
            types.append(kind)
            cells.append("NULL" if column in self.odd else cell.format(quoted(column)))
        schema = pa.schema(list(zip(numbered_names(len(types)), types, strict=True)))
        asked = f"SELECT {', '.join(cells)} FROM {self._table.sql}"  # noqa: S608  (quoted)
        with closing(_sqlite(self._path)) as connection:
            connection.text_factory = bytes
            batches = self._batches(connection, asked if limit is None else f"{asked} LIMIT {limit}", schema)
            with streamed(engine, schema, batches, lambda error: _sqlite_fault(self.name, error)) as rows:
                yield rows

    def _batches(self, connection: sqlite3.Connection, asked: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        cursor = connection.execute(asked)
        while rows := cursor.fetchmany(_BATCH_ROWS):
            columns = zip(self.columns, zip(*rows, strict=True), schema.types, strict=True)
            yield pa.record_batch([self._array(*column) for column in columns], schema=schema)

    def _array(self, column: str, cells: Sequence[Any], kind: pa.DataType) -> pa.Array:
        if kind != pa.string():
            return pa.array(cells, kind)
        try:
            return pa.array(cells, pa.binary()).cast(kind)
        except pa.ArrowInvalid as error:
            raise OrdersError(
                f"The column {column!r} of {self.name} holds text that is not UTF-8. Write the table to CSV (.mode csv "
                "in sqlite3), whose encoding is found."
            ) from error
