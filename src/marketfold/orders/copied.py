"""What is read once into the engine: a table that lies elsewhere, and is another one the next time it is asked.

Rows of a database have no order of their own, and personal columns are joined to the lines by the number of the row: so
all reading after the first goes to one copy, in the engine's temporary database, which goes with the process.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import pyarrow as pa

from marketfold.errors import OrdersError
from marketfold.orders.odd_types import BYTES, DURATIONS, is_bytes, plain_column
from marketfold.orders.sources import FIRST_LINE, SAMPLE_ROWS, FrameSource, unique_labels
from marketfold.orders.splitting import MALFORMED_SCHEMA
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    import narwhals as nw

    from marketfold.decisions import Decision, TableRead
    from marketfold.duckdb_engine import DuckDBEngine
    from marketfold.engine import Engine
    from marketfold.orders.sources import Prepare


class TableReader(Protocol):
    """A table that lies elsewhere.

    Attributes
    ----------
    name
        How it is called in messages.
    columns
        Names of the columns, each different.
    odd
        What each column without cells holds.
    """

    name: str
    columns: tuple[str, ...]
    odd: Mapping[str, str]

    def rows(self, engine: DuckDBEngine, limit: int | None) -> AbstractContextManager[nw.LazyFrame[Any]]:
        """Its first rows, or all, in columns `c0`, `c1`, ... in the order of `columns`; read once, within the context.

        Raises
        ------
        OrdersError
            In the context, where it can be read no further.
        """
        ...


class CopiedSource:
    """A table that lies elsewhere, of which one copy is made when its lines are asked for."""

    encoding: str | None = None
    delimiter: str | None = None
    decisions: tuple[Decision, ...] = ()
    typed_days: Mapping[str, frozenset[int]] = MappingProxyType({})
    copies = False

    def __init__(self, reader: TableReader, engine: DuckDBEngine, table: TableRead | None = None) -> None:
        self.name, self.columns, self.table = reader.name, reader.columns, table
        self.engine: Engine = engine
        self._duckdb, self._reader = engine, reader
        self._copy: FrameSource | None = None

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        if self._copy is not None:
            return self._copy.sample()
        with self._reader.rows(self._duckdb, SAMPLE_ROWS) as rows:
            first = self._duckdb.materialise_numbered(rows, SOURCE_LINE, FIRST_LINE)
        return self._seen(first).sample()

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """The columns asked for, of the copy."""
        return self._copied().load(columns, prepare)

    def count(self) -> int:
        """Number of rows."""
        return self._copied().count()

    def malformed(self) -> pa.Table:
        """No row: a table has no rows of other widths."""
        return MALFORMED_SCHEMA.empty_table()

    def _copied(self) -> FrameSource:
        if self._copy is None:
            with self._reader.rows(self._duckdb, None) as rows:
                lines = self._duckdb.materialise_numbered(rows, SOURCE_LINE, FIRST_LINE)
            self._copy = self._seen(lines)
        return self._copy

    def _seen(self, lines: nw.LazyFrame[Any]) -> FrameSource:
        seen = FrameSource(self.name, self._duckdb, lines).rename(self.columns)
        seen.odd |= self._reader.odd
        return seen


@contextmanager
def streamed(
    engine: DuckDBEngine,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    told: Callable[[Exception], OrdersError],
) -> Iterator[nw.LazyFrame[Any]]:
    """Batches as a lazy table, to be read once; what stops them is told, and not as the engine words it."""
    failures: list[Exception] = []

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except Exception as error:  # whatever a driver raises must pass through the engine first
            failures.append(error)
            raise

    try:
        yield engine.from_arrow(pa.RecordBatchReader.from_batches(schema, watched()))
    except duckdb.Error as error:
        if not failures:
            raise
        failure = failures[0]
        raise failure if isinstance(failure, OrdersError) else told(failure) from error


def numbered_names(count: int) -> list[str]:
    """Names of columns that no engine confuses: it may not tell `Amount` from `amount`."""
    return [f"c{place}" for place in range(count)]


class ExpressionReader:
    """An Ibis table expression: what its backend gives, in batches of Arrow."""

    name = "Ibis table"

    def __init__(self, expression: Any) -> None:
        self._expression = expression
        with self._batches(1) as reader:
            schema = reader.schema
        self.columns = tuple(unique_labels(schema.names))
        odd = {label: _odd(field.type) for label, field in zip(self.columns, schema, strict=True)}
        self.odd: Mapping[str, str] = {label: what for label, what in odd.items() if what}

    @contextmanager
    def rows(self, engine: DuckDBEngine, limit: int | None) -> Iterator[nw.LazyFrame[Any]]:
        """The first rows, or all; a column without cells is blank."""
        with self._batches(limit) as reader:
            blank = [label in self.odd for label in self.columns]
            empty = _plain(pa.Table.from_batches([], reader.schema), blank)
            plain = (
                batch
                for one in reader
                for batch in _plain(pa.Table.from_batches([one]), blank).cast(empty.schema).to_batches()
            )
            with streamed(engine, empty.schema, plain, self._told) as rows:
                yield rows

    @contextmanager
    def _batches(self, limit: int | None) -> Iterator[pa.RecordBatchReader]:
        asked = self._expression if limit is None else self._expression.limit(limit)
        try:
            reader = asked.to_pyarrow_batches()
        except Exception as error:  # each backend has errors of its own
            raise self._told(error) from error
        try:
            yield reader
        finally:
            reader.close()

    def _told(self, error: Exception) -> OrdersError:
        said = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
        return OrdersError(
            f"The {self.name} could not be read: {said}. Nothing was kept of it; mend that, and try again."
        )


def _odd(kind: pa.DataType) -> str | None:
    if is_bytes(kind):
        return BYTES
    return DURATIONS if pa.types.is_duration(kind) or pa.types.is_interval(kind) else None


def _plain(table: pa.Table, blank: list[bool]) -> pa.Table:
    """A table in types that the engine knows."""
    columns = [
        pa.chunked_array([pa.nulls(table.num_rows)]) if is_blank else plain_column(column)
        for column, is_blank in zip(table.columns, blank, strict=True)
    ]
    return pa.table(columns, names=numbered_names(len(columns)))
