"""What `engine.Engine` asks, said for embedded DuckDB."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import uuid
import weakref
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import ARROW
from pyarrow import parquet

from marketfold.engine import PART_ROWS, SQL_TYPES, frame_of, grouped
from marketfold.errors import EngineError, OrdersError
from marketfold.sampling import hash_uniform
from marketfold.sql_text import literal, quoted, verbatim
from marketfold.temporary import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import narwhals as nw

    from marketfold.engine import Castable, Made

_BATCH = 1_000_000
OWN_DATABASE = "marketfold_engine"
"""Name of the engine's own database in DuckDB's SQL, which no other file is likely to have."""
_MOST_SORTED = 2**25
"""So many fingerprints are sorted in this process; twice their 8 bytes each is half a gigabyte."""


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")


def _clear(folder: Path, lock: int | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if lock is not None:
        os.close(lock)


@contextmanager
def _room(scanned: Sequence[Path] = ()) -> Iterator[None]:
    """Say plainly that disk or memory ran out, or that a file scanned lazily is damaged; other errors are bugs."""
    try:
        yield
    except duckdb.Error as error:
        if isinstance(error, duckdb.OutOfMemoryException) or "No space left" in str(error):
            message = (
                f"There is no room for the work: {_first_line(error)}. Free space in the temporary folder (TMPDIR "
                "names another), or raise --memory-limit."
            )
            raise EngineError(message) from error
        if scanned and type(error) in {duckdb.Error, duckdb.InvalidInputException, duckdb.IOException}:
            said = re.split(r"[\"']", _first_line(error))[0].strip(" :")
            message = f"{scanned[0].name} is damaged within, or was changed while it was read ({said}). Write it again."
            raise OrdersError(message) from error
        raise


@contextmanager
def _half_way() -> Iterator[None]:
    """The same of what is said by way of Arrow."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise EngineError(
            f"The work ended half-way: {_first_line(error)}. Free space in the temporary folder (TMPDIR names "
            "another), or raise --memory-limit."
        ) from error


def _next_batch(reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
    """The next part of what DuckDB has sorted."""
    with _half_way():
        return next(iter(reader), None)


@dataclass(frozen=True)
class CsvLayout:
    """How a well-formed text file is separated and quoted; an escape of None doubles the quote."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    header: bool = True


class DuckDBEngine:
    """Embedded DuckDB on a temporary database of its own: it compresses what it keeps and spills what does not fit.

    Attributes
    ----------
    connection
        To that database.
    folder
        Where it lies; gone with the engine.
    scanned
        Files that are read lazily: what is damaged within them is seen at any later step.
    """

    name = "duckdb"

    def __init__(self, memory_limit: str | None = None) -> None:
        home, self._lock = make_folder("marketfold-")
        # Gone with the engine, and at exit at the latest; a TemporaryDirectory would warn that it was not closed.
        weakref.finalize(self, _clear, home, self._lock)
        settings: dict[str, Any] = dict.fromkeys(("autoinstall_known_extensions", "autoload_known_extensions"), False)
        settings |= {"temp_directory": str(home / "spill")} | ({"memory_limit": memory_limit} if memory_limit else {})
        self.folder = home
        self.scanned: Sequence[Path] = ()
        self._kept: dict[str, Any] = {}
        try:
            self.connection = duckdb.connect(str(home / f"{OWN_DATABASE}.duckdb"), config=settings)
        except duckdb.Error as error:
            message = f"The embedded engine cannot start: {_first_line(error)}. A memory limit is written as 2GB."
            raise EngineError(message) from error
        # A time with a zone falls on the same day on every machine.
        self.connection.execute("SET TimeZone = 'UTC'")
        # Progress is told by the stages, never by the engine on standard output. In a notebook without ipywidgets the
        # bar is off, and DuckDB refuses to be told so.
        if self.connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() != [(False,)]:
            with suppress(duckdb.Error):
                self.connection.execute("SET enable_progress_bar = false")

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Compute into a table of the temporary database."""
        return self._keep(self._table(frame))

    def hold(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Compute into a temporary table, which DuckDB does not compress; it spills like any other."""
        name = f"held_{uuid.uuid4().hex}"
        with _room(self.scanned):
            self.connection.execute(f"CREATE TEMP TABLE {name} AS {frame.to_native().sql_query()}").fetchall()
        return self._keep(name)

    def release(self, frame: nw.LazyFrame[Any]) -> None:
        """Drop the table: until then its memory, or its place on the disk, is taken."""
        native = frame.to_native()
        name = native.alias  # all that was made of it has the same, but is another object
        if self._kept.get(name) is native:
            del self._kept[name]
            self.connection.execute(f"DROP TABLE {quoted(name)}")

    def _keep(self, name: str) -> nw.LazyFrame[Any]:
        self._kept[name] = self.connection.table(name)
        return frame_of(self._kept[name])

    def _table(self, frame: nw.LazyFrame[Any]) -> str:
        name = f"table_{uuid.uuid4().hex}"
        with _room(self.scanned):
            frame.to_native().create(name)
        return name

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a result home as Arrow."""
        with _room(self.scanned):
            table: pa.Table = frame.to_native().to_arrow_table()
        return table

    def mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made) -> Iterator[pa.Table]:
        """Sorted by DuckDB, which spills, and read in parts."""
        with _room(self.scanned):
            reader = (frame.sort(key) if key else frame).to_native().to_arrow_reader(PART_ROWS)
        try:
            while (batch := _next_batch(reader)) is not None:
                yield function(pa.Table.from_batches([batch]))
        finally:
            reader.close()  # until then the connection answers nothing else

    def keep_mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made, made: pa.Schema) -> nw.LazyFrame[Any]:
        """By way of a file: while DuckDB is being read it takes nothing in."""
        path = self.folder / f"{uuid.uuid4().hex}.parquet"
        try:
            with _half_way(), parquet.ParquetWriter(path, made, compression="lz4") as file:
                for part in self.mapped(frame, key, function):
                    file.write_table(part)
            return self.materialise(frame_of(self.connection.read_parquet(str(path))))
        finally:
            path.unlink(missing_ok=True)

    def from_arrow(self, table: pa.Table | pa.RecordBatchReader) -> nw.LazyFrame[Any]:
        """Read an Arrow table where it lies, or the batches of a reader, once."""
        return frame_of(self.connection.from_arrow(table))

    def try_cast(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str], to: Castable) -> nw.LazyFrame[Any]:
        """Add columns by TRY_CAST."""
        casts = [f"TRY_CAST({quoted(old)} AS {SQL_TYPES[to]}) AS {quoted(new)}" for new, old in columns.items()]
        return frame_of(frame.to_native().project(", ".join(["*", *casts])))

    def last_letters(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        """Add columns by a function of the text alone, which DuckDB asks once of each text in a dictionary."""
        letters = [f"substring({quoted(old)}, -1, 1) AS {quoted(new)}" for new, old in columns.items()]
        return frame_of(frame.to_native().project(", ".join(["*", *letters])))

    def scan_csv(self, path: Path, columns: Sequence[str], layout: CsvLayout) -> nw.LazyFrame[Any]:
        """A well-formed UTF-8 file as text columns, named as given and not by the file."""
        options = {
            "auto_detect": "false",
            "header": str(layout.header).lower(),
            "delim": literal(layout.delimiter),
            "quote": literal(layout.quote),
            "escape": literal(layout.escape or layout.quote),
            "compression": "'none'",  # whatever the name ends in
            "columns": "{" + ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns) + "}",
        }
        listed = ", ".join(f"{name} = {value}" for name, value in options.items())
        return frame_of(self.connection.sql(f"SELECT * FROM read_csv({verbatim(path)}, {listed})"))  # noqa: S608

    def scan_parquet(self, paths: Sequence[Path], row_number: str, first: int) -> nw.LazyFrame[Any]:
        """Parquet files as one lazy table with the number of each row, from `first` through all files in their order.

        Of one file the number is that of DuckDB and one constant: as such, and no other, rows asked for by their number
        are found without reading those before them.
        """
        self.scanned = paths
        files = "[" + ", ".join(verbatim(path) for path in paths) + "]"
        rows = self.connection.sql(f"SELECT num_rows FROM parquet_file_metadata({files})")  # noqa: S608  (names are quoted)
        offsets = list(itertools.accumulate((first, *(n for (n,) in rows.fetchall()))))
        shift = f"[{', '.join(map(str, offsets))}][file_index::BIGINT + 1]" if len(paths) > 1 else str(first)
        number = f"(file_row_number + {shift})::BIGINT AS {quoted(row_number)}"
        table = f"read_parquet({files}, union_by_name = true, binary_as_string = true)"
        return frame_of(self.connection.sql(f"SELECT {number}, * FROM {table}"))  # noqa: S608

    def cast_columns(self, frame: nw.LazyFrame[Any], types: Mapping[str, str]) -> nw.LazyFrame[Any]:
        """Columns in types of DuckDB's, null where a cell does not fit."""
        casts = [f"TRY_CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in types.items()]
        return frame_of(frame.to_native().project(f"* REPLACE ({', '.join(casts)})")) if casts else frame

    def bytes_in_parquet(self, paths: Sequence[Path], columns: Sequence[str]) -> list[str]:
        """Those of some columns of bytes in Parquet files that are not text throughout."""
        if not columns:
            return []
        files = "[" + ", ".join(verbatim(path) for path in paths) + "]"
        asked = ", ".join(f"bool_or({one} IS NOT NULL AND TRY(decode({one})) IS NULL)" for one in map(quoted, columns))
        (found,) = self.connection.sql(f"SELECT {asked} FROM read_parquet({files}, union_by_name = true)").fetchall()  # noqa: S608
        return [column for column, odd in zip(columns, found, strict=True) if odd]

    def materialise_numbered(self, frame: nw.LazyFrame[Any], row_number: str, first: int) -> nw.LazyFrame[Any]:
        """Compute into a table, and number its rows in the order of their source."""
        numbered = f"SELECT (rowid + {first})::BIGINT AS {quoted(row_number)}, * FROM {self._table(frame)}"  # noqa: S608
        return frame_of(self.connection.sql(numbered))

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """DuckDB's own `hash`."""
        hashed = duckdb.FunctionExpression("hash", *map(duckdb.ColumnExpression, columns)).alias(name)
        return frame_of(frame.to_native().select(duckdb.StarExpression(), hashed))

    def with_digest(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """DuckDB's own `md5`."""
        digest = f"md5({literal(salt)} || {quoted(column)}) AS {quoted(name)}"
        return frame_of(frame.to_native().project(f"*, {digest}"))

    def numbered(self, frame: nw.LazyFrame[Any], key: str, name: str) -> nw.LazyFrame[Any]:  # noqa: ARG002
        """In any order, by four bytes: tables of millions of rows have them, and fingerprints take twice as many."""
        number = f"(row_number() OVER ())::UINTEGER AS {quoted(name)}"
        return self.hold(frame_of(frame.to_native().project(f"*, {number}")))

    def with_uniform(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """By a function of ours, held at once: DuckDB says much when the process ends with one still known to it."""

        def drawn(ids: pa.ChunkedArray) -> pa.Array:
            return pa.array(hash_uniform(ids.to_pylist(), salt))

        function = f"uniform_{uuid.uuid4().hex}"
        self.connection.create_function(function, drawn, ["VARCHAR"], "DOUBLE", type=ARROW)
        try:
            return self.hold(frame_of(frame.to_native().project(f"*, {function}({quoted(column)}) AS {quoted(name)}")))
        finally:
            self.connection.remove_function(function)

    def repeated(self, frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
        """Sorted here, which is several times as fast as to group what is nearly all different; many are grouped."""
        parts, rows = [np.empty(0, np.uint64)], 0
        with _room(self.scanned):
            for batch in frame.select(column).to_native().to_arrow_reader(_BATCH):
                parts.append(batch.column(0).to_numpy(zero_copy_only=False))
                rows += batch.num_rows
                if rows > _MOST_SORTED:
                    return grouped(frame, column)
        values = np.concatenate(parts)
        parts.clear()
        values.sort()
        return self.from_arrow(pa.table({column: np.unique(values[1:][values[1:] == values[:-1]])}))

    def write_parquet(self, frame: nw.LazyFrame[Any], path: Path) -> bool:
        """Streamed by DuckDB."""
        with _room(self.scanned):
            frame.to_native().write_parquet(str(path), compression="zstd")
        return True
