"""What order lines can come from, seen alike: names of columns, a sample, and a lazy table of the columns asked for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.orders.odd_types import BYTES, DURATIONS, cells_of, is_bytes, odd_kind, plain_column, refuse_odd
from marketfold.orders.several import as_in_first, file_decisions, refuse_lacking
from marketfold.orders.splitting import MALFORMED_SCHEMA
from marketfold.polars_engine import PolarsEngine
from marketfold.schema import SOURCE_LINE
from marketfold.spark_engine import SparkEngine
from marketfold.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from marketfold.decisions import Decision, TableRead
    from marketfold.duckdb_engine import DuckDBEngine
    from marketfold.engine import Engine

    Prepare = Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]

SAMPLE_ROWS = 1000
FIRST_LINE = 2
"""Row of the first order line, as a spreadsheet numbers it below the header."""


class Source(Protocol):
    """A file or frame that holds order lines.

    Attributes
    ----------
    name
        File name without its folder, or the kind of the frame.
    columns
        Names of the columns, each different.
    engine
        The engine that reads it.
    encoding, delimiter
        Of a text file.
    decisions
        What was decided about where its table is.
    typed_days
        For a column of a workbook with days beside texts: the `source_line`s whose cell is a day and no text.
    copies
        Whether `load` computes a table of its own, so that work done in `prepare` is done once.
    table
        Which table of a database it is; None of all else.
    """

    name: str
    columns: tuple[str, ...]
    engine: Engine
    encoding: str | None
    delimiter: str | None
    decisions: tuple[Decision, ...]
    typed_days: Mapping[str, frozenset[int]]
    copies: bool
    table: TableRead | None

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        ...

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """The columns asked for (new name: column of the source) and `source_line`, prepared."""
        ...

    def count(self) -> int:
        """Number of rows, those that could not be split included; asked after `load`."""
        ...

    def malformed(self) -> pa.Table:
        """Rows that could not be split into fields; asked after `load`."""
        ...


class FrameSource:
    """A table that an engine already holds; nothing is copied."""

    encoding: str | None = None
    delimiter: str | None = None
    decisions: tuple[Decision, ...] = ()
    typed_days: Mapping[str, frozenset[int]] = MappingProxyType({})
    copies = False
    table: TableRead | None = None

    def __init__(self, name: str, engine: Engine, frame: nw.LazyFrame[Any], rows: int | None = None) -> None:
        self.name = name
        self.engine = engine
        self._frame = frame
        self._rows = rows
        schema = frame.collect_schema()
        self._names = {label: label for label in schema.names() if label != SOURCE_LINE}
        self.columns = tuple(self._names)
        self._kinds = dict(schema)
        self.odd = {label: kind for label in self.columns if (kind := odd_kind(schema[label]))}
        self.files: Mapping[str, Sequence[str]] = {}

    def rename(self, labels: Sequence[str]) -> FrameSource:
        """Show the columns under other names: an engine may not tell `Name` from `name`."""
        self.odd = {label: self.odd[old] for label, old in zip(labels, self._names, strict=True) if old in self.odd}
        self._names = dict(zip(labels, self._names.values(), strict=True))
        self.columns = tuple(self._names)
        return self

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        cells = {label: name for label, name in self._names.items() if label not in self.odd}
        chosen = [cells_of(name, self._kinds[name]) for name in cells.values()]
        table = self.engine.collect(self._frame.head(SAMPLE_ROWS).select(nw.col(SOURCE_LINE), *chosen))
        blank: list[object] = [None] * table.num_rows
        return {label: table[cells[label]].to_pylist() if label in cells else blank for label in self._names}

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """The columns asked for, lazily.

        Raises
        ------
        OrdersError
            If one of them holds no cells, or lacks in one of several files.
        """
        refuse_odd(self.name, self.odd, columns)
        refuse_lacking(self.files, columns)
        names = {name: self._names[label] for name, label in columns.items()}
        chosen = [cells_of(old, self._kinds[old]).alias(name) for name, old in names.items()]
        return prepare(self._frame.select(nw.col(SOURCE_LINE), *chosen))

    def count(self) -> int:
        """Number of rows."""
        if self._rows is None:
            self._rows = int(self.engine.collect(self._frame.select(nw.len().alias("n")))["n"][0].as_py())
        return self._rows

    def malformed(self) -> pa.Table:
        """No row: a table has no rows of other widths."""
        return MALFORMED_SCHEMA.empty_table()


class RelationSource:
    """A relation of somebody else's DuckDB connection, whose rows are streamed into ours."""

    name = "DuckDB relation"
    encoding: str | None = None
    delimiter: str | None = None
    decisions: tuple[Decision, ...] = ()
    typed_days: Mapping[str, frozenset[int]] = MappingProxyType({})
    copies = True
    table: TableRead | None = None

    def __init__(self, relation: duckdb.DuckDBPyRelation, engine: DuckDBEngine) -> None:
        self.engine: Engine = engine
        self._duckdb = engine
        self._relation = relation
        self._count: int
        self.columns = tuple(relation.columns)

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        table = self._relation.limit(SAMPLE_ROWS).to_arrow_table()
        return {label: table.column(label).to_pylist() for label in self.columns}

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """Stream the columns asked for into a table."""
        chosen = ", ".join(f"{quoted(label)} AS {quoted(name)}" for name, label in columns.items())
        rows = self._duckdb.from_arrow(self._relation.project(chosen).to_arrow_reader())
        schema = rows.collect_schema()
        refuse_odd(self.name, {columns[name]: kind for name in schema if (kind := odd_kind(schema[name]))}, columns)
        rows = rows.select(*(cells_of(name, schema[name]) for name in schema))
        table = self._duckdb.materialise_numbered(prepare(rows), SOURCE_LINE, FIRST_LINE)
        self._count = int(self.engine.collect(table.select(nw.len().alias("n")))["n"][0].as_py())
        return table

    def count(self) -> int:
        """Number of rows."""
        return self._count

    def malformed(self) -> pa.Table:
        """No row: a table has no rows of other widths."""
        return MALFORMED_SCHEMA.empty_table()


def unique_labels(names: Sequence[object]) -> list[str]:
    """Column names as text, each different, none empty."""
    seen: dict[str, int] = {}
    labels = []
    for place, name in enumerate(names, start=1):
        label = str(name).strip() if name is not None else ""
        label = label or f"column {place}"
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return labels


def from_table(name: str, table: pa.Table, engine: DuckDBEngine, lines: pa.Array | None = None) -> FrameSource:
    """An Arrow table, read where it lies; `lines` numbers its rows where they do not follow one header."""
    labels = unique_labels(table.column_names)
    lines = pa.array(np.arange(FIRST_LINE, table.num_rows + FIRST_LINE, dtype=np.int64)) if lines is None else lines
    columns = [lines, *(plain_column(column) for column in table.columns)]
    numbered = pa.table(columns, names=[SOURCE_LINE, *(f"c{i}" for i in range(table.num_columns))])
    return FrameSource(name, engine, engine.from_arrow(numbered), table.num_rows).rename(labels)


def from_parquet(name: str, paths: Mapping[str, Path], engine: DuckDBEngine) -> FrameSource:
    """Parquet files, by their names, as one lazy scan.

    Raises
    ------
    OrdersError
        If they are different tables.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415  (only for Parquet)

    schemas = {file: pq.read_schema(path) for file, path in paths.items()}
    files = list(paths.values())
    frame = engine.scan_parquet(files, SOURCE_LINE, FIRST_LINE)
    source = FrameSource(name, engine, frame)
    if len(files) == 1:
        _take_names(source, next(iter(schemas.values())).names)
    else:
        # the engine joins them in any case, too
        names = as_in_first([schema.names for schema in schemas.values()], str.casefold)
        source.files = {file: list(own.values()) for file, own in zip(schemas, names, strict=True)}
        source.decisions = file_decisions(source.files)
    kinds = {field.name: field.type for schema in schemas.values() for field in schema}
    source.odd |= {label: DURATIONS for label, kind in kinds.items() if pa.types.is_duration(kind)}
    binary = [label for label, kind in kinds.items() if is_bytes(kind)]
    source.odd |= dict.fromkeys(engine.bytes_in_parquet(files, binary), BYTES)
    return source


def _take_names(source: FrameSource, names: Sequence[str]) -> None:
    """Call the columns as the file does: the engine does not tell `amount` from `Amount`, and renames one of them."""
    if len({name.casefold() for name in names}) < len(names) == len(source.columns):
        source.rename(unique_labels(names))


def from_polars(frame: nw.LazyFrame[Any]) -> FrameSource:
    """A Polars frame, which stays one."""
    native = frame.to_native().drop(SOURCE_LINE, strict=False).with_row_index(SOURCE_LINE, offset=FIRST_LINE)
    numbered = nw.from_native(native).with_columns(nw.col(SOURCE_LINE).cast(nw.Int64))
    return FrameSource("Polars frame", PolarsEngine(), numbered)


def from_spark(frame: nw.LazyFrame[Any], name: str = "PySpark frame") -> FrameSource:
    """A PySpark frame, which stays in its cluster."""
    engine = SparkEngine(name)
    return FrameSource(name, engine, engine.number_rows(frame, SOURCE_LINE, FIRST_LINE))
