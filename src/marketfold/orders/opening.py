"""Recognise what was given: a path, a folder, a pattern, or a frame of any library."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pyarrow as pa

from marketfold.engine import DuckDBEngine
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders.sources import FrameSource, RelationSource, from_parquet, from_polars, from_spark, from_table
from marketfold.orders.text_files import TextSource
from marketfold.orders.workbooks import read_workbook

if TYPE_CHECKING:
    from marketfold.config import ReadingOptions
    from marketfold.orders.sources import Source

WORKBOOKS = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"})
PARQUET = frozenset({".parquet", ".pq", ".parq"})
_PARQUET_MARK = b"PAR1"
_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def open_source(source: object, options: ReadingOptions) -> Source:
    """Open what was given as a source of order lines; one that is open already is given back.

    Raises
    ------
    SourceNotFoundError
        If there is no such file.
    OrdersError
        If it cannot hold order lines.
    """
    if isinstance(source, TextSource | FrameSource | RelationSource):
        return source
    if isinstance(source, str | Path):
        return _open_path(Path(source).expanduser(), options)
    if isinstance(source, duckdb.DuckDBPyRelation):
        return RelationSource(source, DuckDBEngine(options.memory_limit))
    return _open_frame(source, options)


def _open_frame(source: Any, options: ReadingOptions) -> Source:
    try:
        frame = nw.from_native(source)
    except TypeError as error:
        message = (
            f"A {type(source).__name__} cannot be read as orders. "
            "Give a path, or a pandas, Polars, PyArrow, DuckDB or PySpark table."
        )
        raise OrdersError(message) from error
    if frame.implementation is nw.Implementation.POLARS:
        return from_polars(frame.lazy())
    if frame.implementation in {nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT}:
        return from_spark(frame)
    if frame.implementation is nw.Implementation.DUCKDB:
        return open_source(frame.to_native(), options)
    engine = DuckDBEngine(options.memory_limit)
    if frame.implementation is nw.Implementation.PANDAS:
        return from_table("pandas frame", _from_pandas(frame.to_native()), engine)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pyarrow")
    return from_table("Arrow table", frame.to_arrow(), engine)


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


def _open_path(path: Path, options: ReadingOptions) -> Source:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in PARQUET)
        if not found:
            message = f"The folder {path.name} holds no Parquet file. Give a file, or a folder of .parquet files."
            raise OrdersError(message)
        return _open_parquet(path.name, found, options)
    if not path.exists():
        return _open_pattern(path, options)
    if not path.is_file():
        message = (
            f"{path.name} is no regular file but a device, a pipe or a socket, which may never end. Write what it "
            "gives into a file, and give that."
        )
        raise OrdersError(message)
    try:
        with path.open("rb") as file:
            mark = file.read(4)
    except OSError as error:
        message = f"{path.name} cannot be opened: {error.strerror}."
        raise OrdersError(message) from error
    if not mark:
        message = f"{path.name} is empty. Give a file with a header and at least one order line."
        raise OrdersError(message)
    if mark == _PARQUET_MARK or path.suffix.lower() in PARQUET:
        return _open_parquet(path.name, [path], options)
    if path.suffix.lower() in WORKBOOKS or mark in _WORKBOOK_MARKS:
        return from_table(path.name, read_workbook(path, options.sheet), DuckDBEngine(options.memory_limit))
    return TextSource(path, options, DuckDBEngine(options.memory_limit))


def _open_pattern(path: Path, options: ReadingOptions) -> Source:
    """A pattern such as `orders/*.parquet`."""
    names = glob.glob(str(path), recursive=True) if glob.has_magic(str(path)) else []  # noqa: PTH207  (** and absolute)
    found = [Path(name) for name in sorted(names)]
    if not found:
        near = sorted(other.name for other in path.parent.glob(f"{path.stem[:4]}*"))[:3] if path.parent.is_dir() else []
        hint = f" Near it are {', '.join(near)}." if near else ""
        message = f"There is no file {path.name} in that place.{hint} Check the path."
        raise SourceNotFoundError(message)
    if len(found) == 1:
        return _open_path(found[0], options)
    others = [file.name for file in found if file.suffix.lower() not in PARQUET]
    if others:
        message = (
            f"{path.name} names {len(found)} files, and {others[0]} is not Parquet. Several files must be Parquet."
        )
        raise OrdersError(message)
    return _open_parquet(path.name, found, options)


def _open_parquet(name: str, paths: list[Path], options: ReadingOptions) -> Source:
    try:
        return from_parquet(name, paths, DuckDBEngine(options.memory_limit))
    except duckdb.Error as error:
        message = (
            f"{name} cannot be read as Parquet: it is damaged, cut short, or something else ({_first_line(error)})."
        )
        raise OrdersError(message) from error


def _first_line(error: Exception) -> str:
    """What DuckDB says, without its folder names and advice."""
    return str(error).splitlines()[0].split("'")[0].strip(" :.")
