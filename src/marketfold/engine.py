"""The only file that knows one engine from another.

Stages write one lazy Narwhals expression for each fact. What Narwhals cannot say (keep an intermediate table, bound
the memory, bring a result home as Arrow) is said here, once for each engine: DuckDB, which is embedded and spills to
disk, Polars, and PySpark.
"""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa


class Engine(Protocol):
    """What a stage may ask of an engine."""

    name: str

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Compute a frame once and keep it where the engine keeps tables; a named boundary, to be used sparingly."""
        ...

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a (small) result into this process."""
        ...

    def from_arrow(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Give a local table to the engine, to be joined there."""
        ...

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """Add column `name`, a 64-bit hash of `columns`: equal rows have equal ones, unequal rows nearly never."""
        ...


class DuckDBEngine:
    """Embedded DuckDB on a temporary database of its own: it compresses what it keeps and spills what does not fit."""

    name = "duckdb"

    def __init__(self, memory_limit: str | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="marketfold-", ignore_cleanup_errors=True)
        home = Path(self._folder.name)
        settings: dict[str, Any] = {
            "temp_directory": str(home / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if memory_limit:
            settings["memory_limit"] = memory_limit
        self.connection = duckdb.connect(str(home / "orders.duckdb"), config=settings)

    def relation(self, relation: duckdb.DuckDBPyRelation) -> nw.LazyFrame[Any]:
        """A relation of `connection` as a Narwhals frame."""
        return nw.from_native(relation)

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Compute into a table of the temporary database."""
        name = f"table_{uuid.uuid4().hex}"
        frame.to_native().create(name)
        return self.relation(self.connection.table(name))

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a result home as Arrow."""
        table: pa.Table = frame.to_native().to_arrow_table()
        return table

    def from_arrow(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Read an Arrow table where it lies."""
        return self.relation(self.connection.from_arrow(table))

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """DuckDB's own `hash`."""
        hashed = duckdb.FunctionExpression("hash", *map(duckdb.ColumnExpression, columns)).alias(name)
        return self.relation(frame.to_native().select(duckdb.StarExpression(), hashed))


class PolarsEngine:
    """Polars, for those whose frame is one already."""

    name = "polars"

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Collect and go on lazily."""
        return frame.collect(backend="polars").lazy()

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a result home as Arrow."""
        return frame.collect(backend="polars").to_arrow()

    def from_arrow(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Read an Arrow table."""
        return nw.DataFrame.from_arrow(table, backend="polars").lazy()

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """The hash of a Polars struct."""
        import polars as pl  # noqa: PLC0415  (only where Polars is in use)

        hashed: nw.LazyFrame[Any] = nw.from_native(
            frame.to_native().with_columns(pl.struct(columns).hash().alias(name))
        )
        return hashed


class SparkEngine:
    """PySpark, for those who outgrow one machine."""

    name = "pyspark"

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Cache in the cluster."""
        cached: nw.LazyFrame[Any] = nw.from_native(frame.to_native().cache())
        return cached

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a result home as Arrow."""
        table: pa.Table = frame.to_native().toArrow()
        return table

    def from_arrow(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Send a local table to the cluster."""
        from pyspark.sql import SparkSession  # noqa: PLC0415  (only where Spark is in use)

        session = SparkSession.active()
        sent: nw.LazyFrame[Any] = nw.from_native(session.createDataFrame(table))
        return sent

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """Spark's `xxhash64`."""
        from pyspark.sql import functions  # noqa: PLC0415  (only where Spark is in use)

        hashed: nw.LazyFrame[Any] = nw.from_native(frame.to_native().withColumn(name, functions.xxhash64(*columns)))
        return hashed


def engine_of(frame: nw.LazyFrame[Any]) -> Engine:
    """The engine that already holds a Polars or PySpark frame.

    A DuckDB relation does not say which connection it came from: whoever made the `DuckDBEngine` keeps it.
    """
    engines: dict[nw.Implementation, Callable[[], Engine]] = {
        nw.Implementation.POLARS: PolarsEngine,
        nw.Implementation.PYSPARK: SparkEngine,
    }
    return engines[frame.implementation]()
