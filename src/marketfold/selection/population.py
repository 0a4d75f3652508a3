"""All units of segments that a sample chose: they stay with the engine that measured them, each with its segment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.clustering import sums_by
from marketfold.features import complete, keep_columns
from marketfold.frames import InEngine
from marketfold.schema import UNIT_ID
from marketfold.selection.exact_quantiles import SEGMENT, exact_quantiles
from marketfold.units import value_column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from marketfold.engine import Engine
    from marketfold.schema import Float64, Labels
    from marketfold.selection.segmentation import Segmentation
    from marketfold.units import FeatureTable

PART = "part"
"""Column of the place of the centre that a unit is nearest to."""
EXPECTED_COLUMN = "expected_value_365d"
"""Column of what is expected of a unit, by which lists are ordered; absent where nothing is."""


@dataclass(frozen=True)
class Middles:
    """Medians of columns, NaN where nothing is known; of shape (n_segments, n_columns), of everybody (n_columns,)."""

    median: Float64
    others: Float64
    everyone: Float64


@dataclass(frozen=True, repr=False)
class Population(InEngine):
    """All units of segments whose own rows are a sample of them.

    Attributes
    ----------
    frame
        A row per unit: `FeatureTable.to_rows`, `part`, and what is expected of it.
    like
        A table without rows, with the columns of these.
    sizes, revenue
        Units of each part, and what they brought, shape (n_parts,).
    """

    engine: Engine
    frame: nw.LazyFrame[Any]
    like: FeatureTable
    sizes: Labels
    revenue: Float64

    def __len__(self) -> int:
        return int(self.sizes.sum())

    def __repr__(self) -> str:
        return f"<Population: {len(self):,} {self.like.unit}s, on {self.engine.name}>"

    @property
    def key(self) -> str:
        """Column of the ids."""
        return UNIT_ID[self.like.unit]

    def collect(self) -> FeatureTable:
        """All units, in the order of their ids, in memory."""
        return self.like.of_rows(self.engine.collect(self.frame.sort(self.key)))

    def assigned(self, places: Labels) -> nw.LazyFrame[Any]:
        """Each unit's id and `segment`, of the place that its part has."""
        return self.frame.select(self.key, recoded(PART, places).alias(SEGMENT))

    def sums(self, function: Callable[[FeatureTable], Float64], places: Labels) -> Float64:
        """As `Segmentation.sums`."""
        n_segments = int(places.max()) + 1
        asked = self.frame.drop(self.key).with_columns(nw.lit("").alias(self.key))  # ids are long, and say nothing here
        counted = self.engine.mapped(asked, "", partial(_summed, function, self.like, places, n_segments))
        return np.array(reduce(np.add, (np.array(one["sums"].to_pylist()) for one in counted)))

    def mapped(
        self, function: Callable[[FeatureTable, pa.Table], pa.Table], beside: nw.LazyFrame[Any] | None = None
    ) -> Iterator[pa.Table]:
        """What a function makes of units and their rows, some at a time, in the order of the ids.

        `beside` has ids and further columns, which then are among the rows.
        """
        rows = self.frame if beside is None else self.frame.join(beside, on=self.key, how="left")
        yield from self.engine.mapped(rows.sort(self.key), "", partial(_with_table, function, self.like))

    def column(self, feature: str) -> nw.Expr:
        """Column of a feature."""
        return nw.col(value_column(self.like.names.index(feature)))

    def shown(self, feature: str) -> nw.Expr:
        """Column of a feature, null where it is not `FeatureTable.measured`."""
        least = self.like.features[self.like.names.index(feature)].least_history
        known = [nw.col(f"history_{part}") >= days for part, days in least.items()]
        column = self.column(feature)
        return nw.when(nw.all_horizontal(*known, ignore_nulls=False)).then(column) if known else column

    def middles(self, columns: Sequence[nw.Expr], places: Labels) -> Middles:
        """Exact medians of columns in each segment, among all others, and of everybody; nulls are not counted."""
        own = np.eye(int(places.max()) + 1, dtype=np.bool_)
        groups = np.concatenate([own, ~own, np.ones((1, len(own)), dtype=np.bool_)])
        named = {f"value_{j}": column for j, column in enumerate(columns)}
        rows = self.frame.select(recoded(PART, places).alias(SEGMENT), **named)
        found = exact_quantiles(self.engine, rows, groups, (0.5,))[:, :, 0]
        return Middles(found[: len(own)], found[len(own) : -1], found[-1])

    def quantiles(self, column: nw.Expr, shares: Sequence[float]) -> tuple[float, ...]:
        """Exact quantiles of a column over all units, by linear interpolation."""
        rows = self.frame.select(nw.lit(0).alias(SEGMENT), value=column)
        everybody = np.ones((1, 1), dtype=np.bool_)
        found: list[float] = exact_quantiles(self.engine, rows, everybody, tuple(shares))[0, 0].tolist()
        return tuple(found)

    def counts(self, place: int, places: Labels) -> pa.Table:
        """Units by `segment` and value of a describing column, `n` of them, without empty cells."""
        column = nw.col(f"described_{place}")
        rows = self.frame.filter(~column.is_null()).select(recoded(PART, places).alias(SEGMENT), value=column)
        return self.engine.collect(rows.group_by("segment", "value").agg(n=nw.len()))

    def first(self, column: str, n_rows: int, places: Labels) -> pa.Table:
        """The rows of the first units of each segment by a column, the largest first."""

        def of_segment(segment: int) -> pa.Table:
            own = self.frame.filter(recoded(PART, places) == segment)
            ranked = own.sort(column, self.key, descending=[True, False], nulls_last=True)
            return self.engine.collect(ranked.head(n_rows))

        # one after the other: of many in one question Spark does not come to the end of planning it
        return pa.concat_tables(map(of_segment, range(int(places.max()) + 1)))


def recoded(column: str, values: Labels) -> nw.Expr:
    """For each whole number in a column the value at that place; by halves, as no question may nest too deep."""

    def within(first: int, end: int) -> nw.Expr:
        if end - first == 1:
            return nw.lit(int(values[first]))
        middle = (first + end) // 2
        return nw.when(nw.col(column) < middle).then(within(first, middle)).otherwise(within(middle, end))

    return within(0, len(values)).cast(nw.Int64)


def _summed(
    function: Callable[[FeatureTable], Float64], like: FeatureTable, places: Labels, n_segments: int, rows: pa.Table
) -> pa.Table:
    values, labels = function(like.of_rows(rows)), places[rows[PART].to_numpy()]
    sums = sums_by(labels, values, n_segments)
    return pa.table({"sums": pa.array(sums.tolist(), pa.list_(pa.float64()))})


def _with_table(function: Callable[[FeatureTable, pa.Table], pa.Table], like: FeatureTable, rows: pa.Table) -> pa.Table:
    return function(like.of_rows(rows), rows)


def among(made: Segmentation, table: FeatureTable) -> Segmentation:
    """The same segments, in the same order, of the units of another table such as a sample."""
    few = measured_again(made, table)
    labels = made.segmenter.predict(few.dimensions)
    return replace(few, labels=labels, unmerged=among(made.unmerged, table) if made.unmerged is not None else None)


def at_hand(made: Segmentation) -> Segmentation:
    """The same segments with all units in memory, however many they are."""
    if made.population is None:
        return made
    return replace(among(made.blank(), made.population.collect()), stability=made.stability)


def measured_again(made: Segmentation, table: FeatureTable) -> Segmentation:
    """Another table of units on the scale and in the dimensions of these; the labels are still theirs."""
    wide, names = complete(table, made.table.names), made.matrix.names
    kept = keep_columns(complete(wide, names), names)
    values = made.matrix.transform(kept)
    matrix = replace(made.matrix, values=values, table=kept)
    return replace(made, table=wide, matrix=matrix, dimensions=made.reducer.transform(values))
