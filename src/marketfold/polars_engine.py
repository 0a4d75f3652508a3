"""What `engine.Engine` asks, said for Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.engine import PART_ROWS, frame_of, grouped, with_tails
from marketfold.sampling import digests, hash_uniform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from marketfold.engine import Castable, Made


class PolarsEngine:
    """Polars, for those whose frame is one already."""

    name = "polars"

    def materialise(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Collect and go on lazily."""
        return frame.collect(backend="polars").lazy()

    hold = materialise

    def release(self, frame: nw.LazyFrame[Any]) -> None:
        """Nothing to do: Polars keeps no table but by its name in Python."""

    def collect(self, frame: nw.LazyFrame[Any]) -> pa.Table:
        """Bring a result home as Arrow."""
        return frame.collect(backend="polars").to_arrow()

    def mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made) -> Iterator[pa.Table]:
        """Parts of what Polars holds in memory."""
        rows = self.collect(frame.sort(key) if key else frame)
        for start in range(0, len(rows), PART_ROWS):
            yield function(rows.slice(start, PART_ROWS))

    def keep_mapped(self, frame: nw.LazyFrame[Any], key: str, function: Made, made: pa.Schema) -> nw.LazyFrame[Any]:
        """In memory, as all of Polars is."""
        return self.from_arrow(pa.concat_tables([made.empty_table(), *self.mapped(frame, key, function)]))

    def from_arrow(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """Read an Arrow table."""
        return nw.DataFrame.from_arrow(table, backend="polars").lazy()

    def try_cast(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str], to: Castable) -> nw.LazyFrame[Any]:
        """Add columns by a cast that is not strict."""
        import polars as pl  # noqa: PLC0415  (only where Polars is in use)

        if to == "number":
            casts = [pl.col(old).cast(pl.Float64, strict=False).alias(new) for new, old in columns.items()]
        else:
            casts = [pl.col(old).str.to_date("%Y-%m-%d", strict=False).alias(new) for new, old in columns.items()]
        return frame_of(frame.to_native().with_columns(casts))

    def last_letters(self, frame: nw.LazyFrame[Any], columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        """Add columns as Narwhals cuts them."""
        return with_tails(frame, columns)

    def fingerprint(self, frame: nw.LazyFrame[Any], columns: Sequence[str], name: str) -> nw.LazyFrame[Any]:
        """The hash of a Polars struct."""
        import polars as pl  # noqa: PLC0415  (only where Polars is in use)

        return frame_of(frame.to_native().with_columns(pl.struct(columns).hash().alias(name)))

    def with_digest(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """Hashed here: Polars has no hash that another engine has too."""
        import polars as pl  # noqa: PLC0415  (only where Polars is in use)

        def hashed(ids: pl.Series) -> pl.Series:
            return pl.Series(ids.name, digests(ids, salt), pl.String)

        digest = pl.col(column).map_batches(hashed, return_dtype=pl.String).alias(name)
        return frame_of(frame.to_native().with_columns(digest))

    def numbered(self, frame: nw.LazyFrame[Any], key: str, name: str) -> nw.LazyFrame[Any]:  # noqa: ARG002
        """By their place."""
        return self.hold(frame_of(frame.to_native().with_row_index(name)))

    def with_uniform(self, frame: nw.LazyFrame[Any], column: str, salt: str, name: str) -> nw.LazyFrame[Any]:
        """Drawn here, as digests are."""
        import polars as pl  # noqa: PLC0415  (only where Polars is in use)

        def drawn(ids: pl.Series) -> pl.Series:
            return pl.Series(ids.name, hash_uniform(ids, salt))

        number = pl.col(column).map_batches(drawn, return_dtype=pl.Float64).alias(name)
        return frame_of(frame.to_native().with_columns(number))

    def repeated(self, frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
        """Grouped."""
        return grouped(frame, column)

    def write_parquet(self, frame: nw.LazyFrame[Any], path: Path) -> bool:
        """Streamed by Polars."""
        frame.to_native().sink_parquet(path)
        return True
