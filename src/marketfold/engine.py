"""What the stages ask of an engine, whichever it is, and what engines share.

Stages write one lazy Narwhals expression for each fact. What Narwhals cannot say (keep an intermediate table, bound
the memory, bring a result home as Arrow) is said once for each engine, in a file of its own: `duckdb_engine` (embedded,
spills to disk), `polars_engine` and `spark_engine`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import narwhals as nw
import pyarrow as pa

from marketfold.frames import InEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    Made = Callable[[pa.Table], pa.Table]

Castable = Literal["number", "date"]
PART_ROWS = 100_000
"""Of what is mapped at a time: some tens of megabytes of features."""
SQL_TYPES: dict[Castable, str] = {"number": "DOUBLE", "date": "DATE"}


def frame_of(native: Any) -> nw.LazyFrame[Any]:
    """A lazy table of an engine, to be asked as those of all others."""
    frame: nw.LazyFrame[Any] = nw.from_native(native)
    return frame


def with_tails(frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """With the last letters of columns (new name: text column), as Narwhals cuts them."""
    return frame.with_columns(*(nw.col(old).str.tail(1).alias(new) for new, old in columns.items()))


def grouped(frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """The values that stand in a column more than once, by grouping it."""
    return frame.group_by(column).agg(nw.len().alias("_alike")).filter(nw.col("_alike") > 1).select(column)


class Engine(Protocol):
    """What a stage may ask of an engine."""

    name: str

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Compute a frame once and keep it where the engine keeps tables; a named boundary, to be used sparingly.

        What is kept already may be given back itself.
        """

    def hold(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """The same for what is small or soon released, and perhaps at once: packing takes longer than it saves."""
        ...

    def release(self, frame: nw.LazyFrame[Any]) -> None:
        """Let go of what `materialise` or `hold` gave, once all that is made of it is at home, or kept and `asked`.

        Some engines make what they keep only when it is first asked, and would then make this anew. What was let go
        before stays so.
        """
        ...

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a (small) result into this process."""

    def mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made) -> Iterator[pa.Table]:
        """What a function makes of a frame, a part of it at a time; the engine is asked nothing else meanwhile.

        Parts are in the order of the column `key`, and within this process; where the engine has others, the function
        is sent there, and what it makes comes home in any order. Without a column they are in the order of the frame,
        which everywhere is that in which it was sorted.
        """
        ...

    def keep_mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made, made: pa.Schema) -> nw.LazyFrame[Any]:
        """What a function makes of a frame, as `mapped`, kept as `materialise` keeps it; `made` is its schema."""
        ...

    def from_arrow(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Give a local table to the engine, to be joined there."""

    def try_cast(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str], to: Castable) -> nw.LazyFrame[Any]:
        """Add columns (new name: text column) that are null where the text does not fit the type."""

    def last_letters(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        """Add columns (new name: text column) with the last character of each text."""

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """Add column `name`, a 64-bit hash of `columns`: equal rows have equal ones, unequal rows nearly never."""

    def with_digest(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """Add column `name`, the text that `sampling.digests` gives for a text column: the same on every engine."""
        ...

    def numbered(self, frame: nw.LazyFrame[Any], key: str, name: str) -> nw.LazyFrame[Any]:
        """Hold a frame with column `name`, a number for each row, by which others are grouped sooner than by its key.

        The column `key` has no value twice, and no number stands twice, or where it is a fingerprint nearly never.
        """
        ...

    def with_uniform(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """Add column `name`, the number that `sampling.hash_uniform` gives for a text column; it may be held.

        No engine has that hash of its own, so each has it made by Python, a part of the rows at a time.
        """
        ...

    def repeated(self, frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
        """Each value of a column, of fingerprints, that stands there more than once; it may be held."""
        ...

    def write_parquet(self, frame: nw.LazyFrame[Any], path: Path) -> bool:
        """Write a frame as one file in the order of its rows, and say so; False where the engine writes none here."""
        ...


def parts_of(engine: Engine, frame: nw.LazyFrame[Any]) -> Iterator[pa.Table]:
    """Bring a frame home some rows at a time, in their order; one part without rows where there are none.

    The engine is asked nothing else until the last part has come.
    """
    parts = engine.mapped(frame, "", as_it_is)
    first = next(parts, None)
    yield engine.collect(frame.head(0)) if first is None else first
    yield from parts


def asked(engine: Engine, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """What an engine keeps, which some make only when it is first asked: it is there now, whatever is released."""
    engine.collect(frame.select(nw.len()))
    return frame


def as_it_is(rows: pa.Table) -> pa.Table:
    """Nothing made of rows: they come home themselves."""
    return rows


@dataclass(frozen=True)
class EngineTable(InEngine):
    """A table that stays where its engine keeps it, as it may be too large to come home."""

    engine: Engine
    frame: nw.LazyFrame[Any]

    def collect(self) -> pa.Table:
        """All rows, sorted by the first column; texts are `string`, whatever the engine has."""
        rows = self.engine.collect(self.frame.sort(self.frame.collect_schema().names()[0]))
        kinds = [(one.name, pa.string() if _is_text(one.type) else one.type) for one in rows.schema]
        return rows.cast(pa.schema(kinds))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
