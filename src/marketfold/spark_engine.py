"""What `engine.Engine` asks, said for PySpark."""

from __future__ import annotations

import atexit
import itertools
import json
import weakref
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import pyarrow as pa

from marketfold.engine import SQL_TYPES, as_it_is, frame_of, grouped, with_tails
from marketfold.sampling import hash_uniform
from marketfold.spark import ask_once, is_address, is_remote, refuse_passing_table
from marketfold.spark_says import is_too_much_at_once, told_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from marketfold.engine import Castable, Made

SPARK = (nw.Implementation.PYSPARK, nw.Implementation.PYSPARK_CONNECT)


class _Leaf(NamedTuple):
    """What is cached as a plan of one step: the frame by which it is asked, what is cached, and where Java has it."""

    asked: Any
    cached: Any
    builder: Any


@dataclass(eq=False)
class _Kept:
    """A frame as it was given, and its leaf where Spark lets itself be asked for one; else it is cached itself."""

    given: Any
    leaf: _Leaf | None = None

    @property
    def asked(self) -> Any:
        """The frame by which it is asked."""
        return self.leaf.asked if self.leaf else self.given

    def give_back(self) -> None:
        """Take it from memory, also where somebody cleared all caches before, and a later question filled this anew."""
        try:
            (self.leaf.cached if self.leaf else self.given).unpersist()
        finally:
            if self.leaf:
                self.leaf.builder.clearCache(False)  # noqa: FBT003  (Java knows no names)


_let_go: deque[_Kept] = deque()
"""What nobody asks for any more. Who collects garbage may do so in the middle of another question to Spark."""


_living: weakref.WeakSet[SparkEngine] = weakref.WeakSet()


@cache
def _release_at_exit() -> None:
    """By Spark Connect the cluster outlives this process, and would keep what it was told to."""

    def release() -> None:
        for engine in list(_living):
            _let_go.extend(engine.kept)
        with suppress(Exception):  # as below
            for one in _let_go:
                ask_once(one.given.sparkSession)
        release_caches()

    atexit.register(release)


def release_caches() -> None:
    """Give back what nobody asks for any more: before each question, and when somebody says so."""
    with suppress(Exception):  # the cluster may be gone, and its caches with it
        while _let_go:
            _let_go.popleft().give_back()


_NAME = "marketfold"
"""Of what is cached, in plans and in Spark's pages."""
PIECE_BYTES = 1 << 20
"""Most bytes of a cell that comes home: Java holds it several times over while it makes of it what Python reads."""


class SparkEngine:
    """PySpark, for those who outgrow one machine; what it keeps in the cluster goes with the next question after it.

    `source` is what messages call the orders that it reads, `kept` what it has cached.
    """

    name = "pyspark"

    def __init__(self, source: str = "the orders") -> None:
        self.source = source
        self.kept: list[_Kept] = []
        weakref.finalize(self, _let_go.extend, self.kept).atexit = False
        _living.add(self)

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Cache in the cluster when it is first asked; where Spark plans as it goes all but the last stage is made now.

        An equal frame that somebody else cached is then made once more.
        """
        release_caches()
        native = frame.to_native()
        for one in self.kept:
            if native is one.asked or native is one.given:
                return frame_of(one.asked)
        with told_in_words(self.source):
            kept = _Kept(native, _cache(native))
        self.kept.append(kept)
        if is_remote(native.sparkSession):
            _release_at_exit()
        return frame_of(kept.asked)

    def hold(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The same, and at once where Spark plans as it goes.

        Only of what is there does it know how few rows there are, and sends them to the many lines that they are joined
        with; of what is still to come it does not, and sends the lines to them.
        """
        held = self.materialise(frame)
        native = held.to_native()
        with told_in_words(self.source):
            if _plans_as_it_goes(native.sparkSession):
                native.count()
        return held

    def release(self, frame: nw.LazyFrame[Any]) -> None:
        """Give its place in the cluster back at once."""
        native = frame.to_native()
        for place, one in enumerate(self.kept):
            if one.asked is native:
                _let_go.append(self.kept.pop(place))
                break
        release_caches()

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a result home as Arrow; what Spark may not send at once comes in parts."""
        release_caches()
        with told_in_words(self.source):
            try:
                return frame.to_native().toArrow()
            except Exception as error:
                if not is_too_much_at_once(error):
                    raise
        return pa.concat_tables(self.mapped(frame, "", as_it_is))

    def mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made) -> Iterator[pa.Table]:  # noqa: ARG002
        """By `mapInArrow`; what is made comes home packed, a part of the cluster's at a time."""
        release_caches()
        with told_in_words(self.source):
            made = frame.to_native().mapInArrow(_each(partial(_packed, function)), "piece binary, is_last boolean")
            rows = _coming_home(made)
        pieces = []
        while (row := self._next(rows)) is not None:
            pieces.append(row["piece"])
            if row["is_last"]:
                yield pa.ipc.open_stream(b"".join(pieces)).read_all()
                pieces = []

    def keep_mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made, made: pa.Schema) -> nw.LazyFrame[Any]:  # noqa: ARG002
        """By `mapInArrow`, and cached."""
        from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415  (only where Spark is in use)

        with told_in_words(self.source):
            return self.materialise(frame_of(frame.to_native().mapInArrow(_each(function), from_arrow_schema(made))))

    def write_mapped(self, frame: nw.LazyFrame[Any], function: Made, made: pa.Schema, place: str) -> nw.LazyFrame[Any]:
        """Write what a function makes of a frame where the cluster keeps tables, a file for each part; read from there.

        Parameters
        ----------
        made
            Of what the function makes.
        place
            A table by its name, or an address for a folder of Parquet files.

        Raises
        ------
        RunFolderError
            If something is there already, or it cannot be written.
        ParameterError
            If the table would be gone with the session.
        """
        from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415  (only where Spark is in use)

        release_caches()
        with told_in_words(place, writing=True):
            rows = frame.to_native().mapInArrow(_each(function), from_arrow_schema(made))
            session = rows.sparkSession
            if is_address(place):
                rows.write.parquet(place)
                return frame_of(session.read.parquet(place))
            refuse_passing_table(session, place)
            rows.write.saveAsTable(place)
            return frame_of(session.table(place))

    def _next(self, parts: Iterator[Any]) -> Any:
        with told_in_words(self.source):
            return next(parts, None)

    def from_arrow(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Send a local table to the cluster."""
        from pyspark.sql import SparkSession  # noqa: PLC0415  (only where Spark is in use)

        with told_in_words(self.source):
            # in one piece: of several, some of which are empty, Spark has lost rows
            return frame_of(SparkSession.active().createDataFrame(table.combine_chunks()))

    def try_cast(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str], to: Castable) -> nw.LazyFrame[Any]:
        """Add columns by `try_cast`."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415  (only where Spark is in use)

        # A backtick in a name is doubled, as Spark's own SQL wants it.
        casts = {
            new: F.expr(f"try_cast(`{old.replace('`', '``')}` AS {SQL_TYPES[to]})") for new, old in columns.items()
        }
        return frame_of(frame.to_native().withColumns(casts))

    def number_rows(self, frame: nw.LazyFrame[Any], row_number: str, first: int) -> nw.LazyFrame[Any]:
        """Number the rows through all partitions in their order; counts the rows of each partition to do so."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415  (only where Spark is in use)

        # The upper 31 bits of the id are the partition, the lower 33 the place in it.
        place = F.monotonically_increasing_id()
        part = F.shiftright(place, 33)
        starts = self._starts(frame.to_native(), part.cast("string"), F.count(F.lit(1)), first)
        number = place.bitwiseAND(F.lit((1 << 33) - 1)) + starts[part.cast("string")]
        return frame_of(frame.to_native().withColumn(row_number, number.cast("bigint")))

    def scan_parquet(self, session: Any, paths: Sequence[str], row_number: str, first: int) -> nw.LazyFrame[Any]:
        """Parquet files as one lazy table, its rows numbered through all files in the order of their paths."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415  (only where Spark is in use)

        with told_in_words(self.source):
            frame = session.read.option("mergeSchema", "true").parquet(*paths)
            file, row = F.col("_metadata.file_path"), F.col("_metadata.row_index")
            start = self._starts(frame, file, F.max(row) + 1, first)[file]
            return frame_of(frame.select(F.coalesce(row + start, F.lit(first)).cast("bigint").alias(row_number), "*"))

    def _starts(self, frame: Any, part: Any, size: Any, first: int) -> Any:
        """From each part of a table to the number of its first row: one constant, however many parts there are."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415  (only where Spark is in use)

        with told_in_words(self.source):
            counted = frame.groupBy(part.alias("part")).agg(size.alias("size")).collect()
        sizes = {row["part"]: row["size"] for row in counted}
        order = sorted(sizes, key=lambda one: (len(one), one) if one.isdigit() else (0, one))
        starts = dict(zip(order, itertools.accumulate((first, *(sizes[one] for one in order))), strict=False))
        return F.from_json(F.lit(json.dumps(starts)), "map<string,bigint>")

    def last_letters(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        """Add columns as Narwhals cuts them."""
        return with_tails(frame, columns)

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """Spark's `xxhash64`."""
        from pyspark.sql import functions  # noqa: PLC0415  (only where Spark is in use)

        return frame_of(frame.to_native().withColumn(name, functions.xxhash64(*columns)))

    def with_digest(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """Spark's own `md5`."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415  (only where Spark is in use)

        return frame_of(frame.to_native().withColumn(name, F.md5(F.concat(F.lit(salt), F.col(column)))))

    def numbered(self, frame: nw.LazyFrame[Any], key: str, name: str) -> nw.LazyFrame[Any]:
        """By fingerprints of the key: a part that is lost is computed anew, and must have the numbers it had."""
        return self.hold(self.fingerprint(frame, (key,), name))

    def with_uniform(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """By `mapInArrow`, where the rows are."""
        from pyspark.sql.types import DoubleType, StructField, StructType  # noqa: PLC0415  (only where Spark is in use)

        native = frame.to_native()
        with told_in_words(self.source):
            made = StructType([*native.schema.fields, StructField(name, DoubleType())])
            return frame_of(native.mapInArrow(_each(partial(_with_uniform, column, salt, name)), made))

    def repeated(self, frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
        """Grouped, and held."""
        return self.hold(grouped(frame, column))

    def write_parquet(self, frame: nw.LazyFrame[Any], path: Path) -> bool:  # noqa: ARG002
        """Nothing: where a cluster writes is not where this process does."""
        return False


def _plans_as_it_goes(session: Any) -> bool:
    return str(session.conf.get("spark.sql.adaptive.enabled", "true")).lower() == "true"


def _cache(frame: Any) -> _Leaf | None:
    """Cache a frame under a name, and give it as a plan of one step; None where Spark only caches.

    With every question Spark walks through all that a frame was made of, through what is cached as well, and of a run
    that walk took longer than the answers; and where what is cached has no name it writes all that out to make one.
    Where Spark plans as it goes it writes it out after each stage, too, each level twice, and of what is cached within
    it twice again: there the rows are cached that the frame computes, which have no plan, and whose number Spark knows
    when they are there. PySpark has no word for any of this.
    """
    session, kind = frame.sparkSession, type(frame)
    with _as_far_as_java_answers():
        java, plan = session._jsparkSession, frame._jdf.queryExecution()  # noqa: SLF001
        settings, caches = java.sessionState().conf(), java.sharedState().cacheManager()
        datasets, name = session._jvm.org.apache.spark.sql.classic.Dataset, session._jvm.scala.Some(_NAME)  # noqa: SLF001
        rows = frame
        if _plans_as_it_goes(session):
            schema = plan.analyzed().schema()
            rows = kind(java.internalCreateDataFrame(plan.toRdd(), schema, False), session)  # noqa: FBT003  (no stream)
        with _let_go_where_it_breaks_off(rows):
            caches.cacheQuery(rows._jdf, name, settings.defaultCacheStorageLevel())  # noqa: SLF001
            step = caches.lookupCachedData(rows._jdf).get().cachedRepresentation()  # noqa: SLF001
            return _Leaf(kind(datasets.ofRows(java, step), session), rows, step.cacheBuilder())
    with _let_go_where_it_breaks_off(frame):
        frame.cache()
    return None


@contextmanager
def _let_go_where_it_breaks_off(frame: Any) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _let_go.append(_Kept(frame))
        raise


@contextmanager
def _as_far_as_java_answers() -> Iterator[None]:
    """Pass over what Spark does not let itself be asked for: by Connect, where Java is guarded, or in another version.

    What fails there is told.
    """
    from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError  # noqa: PLC0415  (only where Spark is in use)

    try:
        yield
    except (AttributeError, NotImplementedError):
        pass
    except Py4JError as error:
        if isinstance(error, (Py4JJavaError, Py4JNetworkError)):
            raise


def _coming_home(frame: Any) -> Any:
    """Rows a part at a time, by way of an RDD where Spark lets itself be asked for one.

    What a frame's own iterator asks it asks when its query has ended, and Spark 4.3 keeps the answers to that for ever
    (`DAGScheduler.activeQueryToJobs`): the lists of a run of 5 million customers filled 2 GB of Java.
    """
    with _as_far_as_java_answers():
        return frame.rdd.toLocalIterator(prefetchPartitions=True)
    return frame.toLocalIterator(prefetchPartitions=True)


def _each(function: Made) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What a function makes of each batch."""

    def make(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.num_rows:
                yield from function(pa.Table.from_batches([batch])).to_batches()

    return make


def _with_uniform(column: str, salt: str, name: str, rows: pa.Table) -> pa.Table:
    return rows.append_column(name, pa.array(hash_uniform(rows[column].to_pylist(), salt)))


def _packed(function: Made, rows: pa.Table) -> pa.Table:
    """What a function makes of rows as cells of bytes: whatever its columns are, Spark has these."""
    made, sink = function(rows), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, made.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        stream.write_table(made)
    packed = sink.getvalue()
    starts = range(0, packed.size, PIECE_BYTES)
    pieces = [packed[start : start + PIECE_BYTES].to_pybytes() for start in starts]
    return pa.table({"piece": pieces, "is_last": [start == starts[-1] for start in starts]})
