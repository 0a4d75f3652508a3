"""A table in memory, of any library, as a source of order lines."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pyarrow as pa

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import OrdersError
from marketfold.orders.copied import CopiedSource, ExpressionReader
from marketfold.orders.sources import RelationSource, from_polars, from_spark, from_table
from marketfold.spark_engine import SPARK

if TYPE_CHECKING:
    from marketfold.config import ReadingOptions
    from marketfold.orders.sources import Source

KINDS = "a path or several, a dictionary of columns, or a pandas, Polars, PyArrow, DuckDB, PySpark or Ibis table"


def open_table(source: Any, options: ReadingOptions) -> Source:
    """Open a table of any library; `OrdersError` where it is none."""
    if streamed := _streamed(source, options):
        return streamed
    if isinstance(source, duckdb.DuckDBPyConnection):
        raise OrdersError('A DuckDB connection holds many tables. Give one of them, as in connection.table("orders").')
    if (arrow := _as_arrow(source)) is not None:
        return from_table(arrow[0], arrow[1], DuckDBEngine(options.memory_limit))
    try:
        frame = nw.from_native(source)
    except TypeError as error:
        raise OrdersError(f"A {type(source).__name__} cannot be read as orders. Give {KINDS}.") from error
    if frame.implementation is nw.Implementation.POLARS:
        return from_polars(frame.lazy())
    if frame.implementation in SPARK:
        return from_spark(frame)
    if frame.implementation is nw.Implementation.DUCKDB:
        return open_table(frame.to_native(), options)
    return _local(frame, DuckDBEngine(options.memory_limit))


def _streamed(source: Any, options: ReadingOptions) -> Source | None:
    """What another engine holds, a relation of DuckDB or an expression of Ibis; None of all else."""
    if isinstance(source, duckdb.DuckDBPyRelation):
        return RelationSource(source, DuckDBEngine(options.memory_limit))
    if callable(getattr(source, "to_pyarrow_batches", None)):
        return CopiedSource(ExpressionReader(source), DuckDBEngine(options.memory_limit))
    return None


def _local(frame: Any, engine: DuckDBEngine) -> Source:
    """A frame whose rows are in this process, for the embedded engine."""
    if frame.implementation is nw.Implementation.PANDAS:
        return from_table("pandas frame", _from_pandas(frame.to_native()), engine)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pyarrow")
    return from_table("Arrow table", frame.to_arrow(), engine)


def _as_arrow(source: Any) -> tuple[str, pa.Table] | None:
    """What Arrow holds otherwise than as a table, and a dictionary, by what they are called; None of all else."""
    if isinstance(source, Mapping):
        return "dictionary", _from_columns(source)
    if isinstance(source, pa.RecordBatch):
        return "Arrow batch", pa.Table.from_batches([source])
    if isinstance(source, pa.RecordBatchReader):
        return "Arrow reader", source.read_all()
    dataset = sys.modules.get("pyarrow.dataset")  # whoever has one has loaded it; it takes a gigabyte of addresses
    return ("Arrow dataset", source.to_table()) if dataset and isinstance(source, dataset.Dataset) else None


def _from_columns(columns: Mapping[Any, Any]) -> pa.Table:
    """Columns by name, each a sequence, all of one length."""
    arrays = {str(name): _as_column(str(name), values) for name, values in columns.items()}
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} {length:,}" for name, length in list(lengths.items())[:8])
        raise OrdersError(f"The columns of the dictionary have different lengths: {shown}. Give a cell for each row.")
    return pa.table(arrays)


def _as_column(name: str, values: Any) -> pa.Array:
    if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
        message = f"The column {name!r} of the dictionary is a {type(values).__name__}: wanted a list or an array."
        raise OrdersError(message)
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # of mixed types
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _from_pandas(frame: Any) -> pa.Table:
    """A pandas frame as Arrow; a column of mixed types is taken as text."""
    columns = []
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        try:
            columns.append(pa.chunked_array([pa.Array.from_pandas(column)]))
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
            texts = column.map(str).where(column.notna(), None)
            columns.append(pa.chunked_array([pa.Array.from_pandas(texts, type=pa.string())]))
    return pa.table(columns, names=[str(name) for name in frame.columns])
