"""Orders that Spark reads: Parquet and tables of its catalogue where they lie; text files once they are split."""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from marketfold.decisions import TableRead
from marketfold.errors import OrdersError, ParameterError, SourceNotFoundError
from marketfold.file_names import ORDER_FILE_NAMES
from marketfold.orders.odd_types import is_bytes
from marketfold.orders.sources import FIRST_LINE, FrameSource, from_spark
from marketfold.schema import SOURCE_LINE
from marketfold.spark import find_session, is_address, runs_here
from marketfold.spark_engine import SPARK, SparkEngine
from marketfold.spark_says import in_words, is_of_spark, told_in_words
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.config import ReadingOptions
    from marketfold.decisions import Decision
    from marketfold.duckdb_engine import DuckDBEngine
    from marketfold.engine import Engine
    from marketfold.orders.addresses import TableAddress
    from marketfold.orders.sources import Prepare, Source

KIND = "Spark"
"""Of a table, as `run.json` says it."""
_TABLE = re.compile(r"(`[^`]+`|\w+)(\.(`[^`]+`|\w+)){0,2}")
_NEAR = 5


def is_elsewhere(given: str, address: TableAddress | None = None) -> bool:
    """Whether it is a table by its name, or files that only a cluster reads; an address of a database is refused.

    >>> is_elsewhere("shop.sales.orders"), is_elsewhere("s3a://shop/orders"), is_elsewhere("orders/*.csv")
    (True, True, False)
    """
    if address is not None:
        raise refuse_kind(address.text, "a database")
    if is_address(given):
        return True
    is_file = os.path.lexists(given) or Path(given).suffix.lower() in ORDER_FILE_NAMES
    return not is_file and _TABLE.fullmatch(given) is not None


def refuse_without_spark(source: object, options: ReadingOptions) -> None:
    """`ParameterError` where a setting of Spark has no use: a master without it, an engine for a table in memory."""
    if options.master is not None and options.engine != "spark":
        raise ParameterError("--master says where Spark runs: give --engine spark with it, or leave it out.")
    kind = getattr(nw.from_native(source, pass_through=True), "implementation", None)
    is_path = isinstance(source, str | Path) or (isinstance(source, list | tuple) and not hasattr(source, "columns"))
    if options.engine == "spark" and not is_path and kind not in SPARK:
        raise ParameterError(
            f"Spark is given files and tables by name, and this is a {type(source).__name__} in memory. Leave out "
            "engine='spark'; or give a PySpark table."
        )


def open_elsewhere(given: str, options: ReadingOptions) -> Source:
    """A table of the catalogue, or Parquet files that the cluster reads, left where they are.

    Raises
    ------
    SourceNotFoundError
        If there is none.
    OrdersError
        If Spark may not read it, or cannot.
    """
    session = find_session(options.master, options.memory_limit, n_bytes=None)
    if is_address(given):
        engine = SparkEngine(given)
        try:
            return FrameSource(given, engine, engine.scan_parquet(session, [given], SOURCE_LINE, FIRST_LINE))
        except OrdersError as error:
            raise OrdersError(f"{error} By an address Spark is given Parquet files.") from error
    try:
        frame = session.table(given)
        _ = frame.columns
    except Exception as error:
        if not is_of_spark(error):
            raise
        if "NOT_FOUND" not in str(error) and "cannot be found" not in str(error):
            raise in_words(error, given) from error
        raise SourceNotFoundError(f"Spark knows no table {given}.{_tables_near(session)}") from error
    native: Any = nw.from_native(frame)
    source = from_spark(native, given)
    source.table = _read_of(session, given)
    return source


def _tables_near(session: Any) -> str:
    """The tables that there are, for who mistyped one; what may not be listed is not."""
    try:
        found = sorted(one.name for one in session.catalog.listTables())
    except Exception as error:
        if not is_of_spark(error):
            raise
        return " Give its whole name, catalog.schema.table."
    if not found:
        return " The current schema has none: give its whole name, catalog.schema.table; or a file that is there."
    more = ", ..." if len(found) > _NEAR else ""
    return f" There are: {', '.join(found[:_NEAR])}{more}. Or give its whole name, catalog.schema.table."


def _read_of(session: Any, given: str) -> TableRead:
    """Which table it is, whatever schema is the current one when it is asked for again."""
    parts = [part.strip("`") for part in re.findall(r"`[^`]+`|\w+", given)]
    with told_in_words(given):
        above = [session.catalog.currentCatalog(), session.catalog.currentDatabase()]
    whole = [*above[: 3 - len(parts)], *parts]
    return TableRead(KIND, ".".join(whole[:-1]), whole[-1], given)


def in_spark(source: Source, paths: Mapping[str, Path], options: ReadingOptions, engine: DuckDBEngine) -> Source:
    """Files of this machine in Spark: Parquet is read by it, text is split by the embedded engine first.

    Raises
    ------
    OrdersError
        If they are of a kind that Spark is not given.
    """
    n_bytes = sum(path.stat().st_size for path in paths.values())
    session = find_session(options.master, options.memory_limit, n_bytes=n_bytes)
    if isinstance(source, FrameSource) and _is_plain(list(paths.values())):
        spark = SparkEngine(source.name)
        places = [path.absolute().as_uri() for path in paths.values()]
        read = FrameSource(source.name, spark, spark.scan_parquet(session, places, SOURCE_LINE, FIRST_LINE))
        read.odd, read.files, read.decisions = source.odd, source.files, source.decisions
        return read
    return HandedSource(source, engine, session)


def refuse_kind(name: str, what: str) -> OrdersError:
    """That Spark is not given files of a kind."""
    taken = listed(["CSV and other text files", "Parquet", "tables by name (catalog.schema.orders)"])
    return OrdersError(
        f"{name} is of {what}, and Spark reads {taken}. Leave out --engine, and the embedded engine reads it."
    )


def _is_plain(paths: list[Path]) -> bool:
    """Whether Spark reads such Parquet as the embedded engine does: no bytes, durations, nanoseconds, names twice."""
    for path in paths:
        schema = pq.read_schema(path)
        kinds = [field.type for field in schema]
        odd = (is_bytes(kind) or pa.types.is_duration(kind) or pa.types.is_time(kind) for kind in kinds)
        fine = (pa.types.is_timestamp(kind) and kind.unit == "ns" for kind in kinds)
        if any(odd) or any(fine) or len({name.casefold() for name in schema.names}) < len(schema.names):
            return False
    return True


class HandedSource:
    """A source that the embedded engine splits and numbers, whose cells Spark reads from then on."""

    typed_days: Mapping[str, frozenset[int]] = MappingProxyType({})
    copies = True
    table: TableRead | None = None

    def __init__(self, source: Source, reader: DuckDBEngine, session: Any) -> None:
        self._source, self._reader, self._session = source, reader, session
        self._spark = SparkEngine(source.name)
        self.engine: Engine = self._spark
        self.name, self.columns = source.name, source.columns
        self.encoding, self.delimiter = source.encoding, source.delimiter

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided about where its table is."""
        return self._source.decisions

    @decisions.setter
    def decisions(self, said: tuple[Decision, ...]) -> None:
        self._source.decisions = said

    def sample(self) -> dict[str, list[object]]:
        """The first values of each column."""
        return self._source.sample()

    def load(self, columns: Mapping[str, str], prepare: Prepare) -> nw.LazyFrame[Any]:
        """The columns asked for, as Parquet in the folder of the reading engine; sent over where Spark is elsewhere."""
        rows = self._source.load(columns, lambda raw: raw)
        if not runs_here(self._session):
            sent = self._spark.from_arrow(self._reader.collect(rows))
            return self._spark.materialise(prepare(sent))
        path = self._reader.folder / f"{uuid.uuid4().hex}.parquet"
        self._reader.write_parquet(rows, path)
        with told_in_words(self.name):
            frame: Any = nw.from_native(self._session.read.parquet(path.as_uri()))
        return self._spark.materialise(prepare(frame))

    def count(self) -> int:
        """Number of rows, those that could not be split included; asked after `load`."""
        return self._source.count()

    def malformed(self) -> pa.Table:
        """Rows that could not be split into fields; asked after `load`."""
        return self._source.malformed()
