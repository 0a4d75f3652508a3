"""A DuckDB database of somebody else, read where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.duckdb_engine import OWN_DATABASE
from marketfold.sql_text import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from marketfold.duckdb_engine import DuckDBEngine

_TAKEN = {OWN_DATABASE, "system", "temp"}


class AttachedDatabase:
    """A database file that an engine reads; while the engine lives nobody else can write to it.

    It is called as DuckDB calls it when it is opened by itself, and searched after the engine's own: so a view finds
    the tables that it names, with their schema and database or without.
    """

    def __init__(self, path: Path, engine: DuckDBEngine) -> None:
        name = path.name.partition(".")[0]
        self._name = "attached" if name.casefold() in _TAKEN or not name else name
        self._connection = engine.connection
        place = literal(str(path.absolute()))
        self._connection.execute(f"ATTACH {place} AS {quoted(self._name)} (TYPE duckdb, READ_ONLY)")
        searched = f"{OWN_DATABASE}.main,{quoted(self._name)}.main"
        self._connection.execute(f"SET search_path = {literal(searched)}")
        engine.scanned = [path]

    def tables(self) -> list[tuple[str, str, bool]]:
        """Schema and name of each table and view, and whether it is a view."""
        found = self._connection.execute(
            "SELECT schema_name, table_name, false FROM duckdb_tables() WHERE database_name = $1 AND NOT internal "
            "UNION ALL SELECT schema_name, view_name, true FROM duckdb_views() WHERE database_name = $1 "
            "AND NOT internal ORDER BY ALL",
            [self._name],
        )
        return found.fetchall()

    def table(self, schema: str, name: str) -> nw.LazyFrame[Any]:
        """A table or view."""
        return self._asked(f"SELECT * FROM {self._place(schema, name)}")  # noqa: S608  (names are quoted)

    def numbered(
        self, schema: str, name: str, columns: Mapping[str, str], row_number: str, first: int
    ) -> nw.LazyFrame[Any]:
        """Columns (new name: column) of a table, lazily, with the number of each row.

        That is the row's own, the same whichever columns are asked for; rows that were deleted leave gaps.
        """
        number = f"(rowid + {first})::BIGINT AS {quoted(row_number)}"
        chosen = ", ".join(f"{quoted(old)} AS {quoted(new)}" for new, old in columns.items())
        return self._asked(f"SELECT {number}, {chosen} FROM {self._place(schema, name)}")  # noqa: S608  (names are quoted)

    def _place(self, schema: str, name: str) -> str:
        return ".".join(map(quoted, (self._name, schema, name)))

    def _asked(self, query: str) -> nw.LazyFrame[Any]:
        frame: nw.LazyFrame[Any] = nw.from_native(self._connection.sql(query))
        return frame
