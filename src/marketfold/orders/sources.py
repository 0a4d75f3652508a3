"""What order lines can come from, seen alike: names of columns, a sample, and a lazy table of the columns asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.engine import PolarsEngine, SparkEngine, quoted
from marketfold.orders.splitting import MALFORMED_SCHEMA
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from marketfold.engine import DuckDBEngine, Engine

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
    copies
        Whether `load` computes a table of its own, so that work done in `prepare` is done once.
    """

    name: str
    columns: tuple[str, ...]
    engine: Engine
    encoding: str | None
    delimiter: str | None
    copies: bool

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
    copies = False

    def __init__(self, name: str, engine: Engine, frame: nw.LazyFrame[Any], rows: int | None = None) -> None:
        self.name = name
        self.engine = engine
        self._frame = frame
        self._rows = rows
        self._names = {label: label for label in frame.collect_schema().names() if label != SOURCE_LINE}
        self.columns = tuple(self._names)

    def rename(self, labels: Sequence[str]) -> FrameSource:
        """Show the columns under other names: an engine may not tell `Name` from `name`."""
        self._names = dict(zip(labels, self._names.values(), strict=True))
        self.columns = tuple(self._names)
        return self

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        table = self.engine.collect(self._frame.head(SAMPLE_ROWS))
        return {label: table.column(name).to_pylist() for label, name in self._names.items()}

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """The columns asked for, lazily."""
        chosen = [nw.col(self._names[label]).alias(name) for name, label in columns.items()]
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
    copies = True

    def __init__(self, relation: duckdb.DuckDBPyRelation, engine: DuckDBEngine) -> None:
        self.engine: Engine = engine
        self._duckdb = engine
        self._relation = relation
        self._count = 0
        self.columns = tuple(relation.columns)

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        table = self._relation.limit(SAMPLE_ROWS).to_arrow_table()
        return {label: table.column(label).to_pylist() for label in self.columns}

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """Stream the columns asked for into a table."""
        chosen = ", ".join(f"{quoted(label)} AS {quoted(name)}" for name, label in columns.items())
        rows = self._duckdb.from_arrow(self._relation.project(chosen).to_arrow_reader())
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


def from_table(name: str, table: pa.Table, engine: DuckDBEngine) -> FrameSource:
    """An Arrow table, read where it lies."""
    labels = unique_labels(table.column_names)
    lines = pa.array(np.arange(FIRST_LINE, table.num_rows + FIRST_LINE, dtype=np.int64))
    columns = [lines, *(_local_times(column) for column in table.columns)]
    numbered = pa.table(columns, names=[SOURCE_LINE, *(f"c{i}" for i in range(table.num_columns))])
    return FrameSource(name, engine, engine.from_arrow(numbered), table.num_rows).rename(labels)


def _local_times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A time with a zone as its own clock showed it: the order's day is the day where it was placed."""
    import pyarrow.compute as pc  # noqa: PLC0415  (slow to import)

    if pa.types.is_timestamp(column.type) and column.type.tz:
        return pc.local_timestamp(column)
    return column


def from_parquet(name: str, paths: Sequence[Path], engine: DuckDBEngine) -> FrameSource:
    """Parquet files as one lazy scan."""
    frame = engine.scan_parquet(paths, SOURCE_LINE).with_columns(nw.col(SOURCE_LINE) + FIRST_LINE)
    return FrameSource(name, engine, frame)


def from_polars(frame: nw.LazyFrame[Any]) -> FrameSource:
    """A Polars frame, which stays one."""
    native = frame.to_native().drop(SOURCE_LINE, strict=False).with_row_index(SOURCE_LINE, offset=FIRST_LINE)
    numbered = nw.from_native(native).with_columns(nw.col(SOURCE_LINE).cast(nw.Int64))
    return FrameSource("Polars frame", PolarsEngine(), numbered)


def from_spark(frame: nw.LazyFrame[Any]) -> FrameSource:
    """A PySpark frame, which stays in its cluster."""
    engine = SparkEngine()
    return FrameSource("PySpark frame", engine, engine.number_rows(frame, SOURCE_LINE, FIRST_LINE))
