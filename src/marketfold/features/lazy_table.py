"""The features of units that stay with the engine which holds their orders, until they are asked for."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold.errors import OrdersError, ParameterError
from marketfold.features.completing import complete
from marketfold.features.expected import SETTING, fit_outlook
from marketfold.features.geography import keep_columns
from marketfold.features.own import OWN, check_values, steady
from marketfold.frames import InEngine
from marketfold.sampling import salted
from marketfold.schema import UNIT_ID, day_number_of
from marketfold.spark_engine import SparkEngine
from marketfold.thresholds import MEASURED_SHARE
from marketfold.units import FeatureTable, History, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from marketfold.engine import Engine
    from marketfold.schema import Float64, Ids, Unit
    from marketfold.units import Feature

# Ids are kept in a fixed-width array: one cell of ten million letters would make every row as wide.
LONGEST_ID = 1_000
REVENUE_COLUMN = "_revenue"
HISTORY_COLUMNS = ("_first_day", "_last_day", "_order_days", "_repeat_money")
"""Of customers: first and last day with an order as day numbers, days with one, and money of all but the first."""


@dataclass(frozen=True)
class UnitRows:
    """What the columns are of rows that an engine measured: from rows, all or some, to a table of their units.

    Attributes
    ----------
    measured
        Features with a column of their name.
    names
        Features that a table is to have, as a saved model needs them; None for all that mean something of enough units.
    described
        Columns that describe.
    settings
        `FeatureTable.settings`, without what customers are expected by where that is still to be fitted.
    """

    unit: Unit
    measured: tuple[Feature, ...]
    as_of: date
    settings: dict[str, str]
    described: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """Column of the ids."""
        return UNIT_ID[self.unit]

    @property
    def is_known(self) -> bool:
        """Whether a unit is measured alike whatever others stand beside it: all is given that is taken from many."""
        return self.names is not None and (self.unit != "customer" or SETTING in self.settings)

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the rows, in their order."""
        history = HISTORY_COLUMNS if self.unit == "customer" else ()
        return (self.key, *self.described, REVENUE_COLUMN, *history, *(one.name for one in self.measured))

    def example(self) -> pa.Table:
        """Rows as the engine gives them, of one made-up unit: what is made of it has the columns of all others."""
        texts = {self.key: ["1"]} | {name: [""] for name in self.described}
        return pa.table({name: texts.get(name, [1.0]) for name in self.columns})

    def table(self, rows: pa.Table) -> FeatureTable:
        """Units sorted by id (order lines by number).

        Raises
        ------
        OrdersError
            If an id is too long to be one.
        ParameterError
            If a feature of one's own gives no finite number for somebody, or nothing can be expected that is asked for.
        """
        order = pc.sort_indices(rows.column(self.key)).to_numpy()
        ids = _ids(rows.column(self.key).cast(pa.string()))[order]
        revenue = rows.column(REVENUE_COLUMN).to_numpy()[order]
        described = {name: texts_of(rows.column(name))[order] for name in self.described}
        history = None
        if self.unit == "customer":
            of_days = [rows.column(name).to_numpy()[order] for name in HISTORY_COLUMNS]
            history = _history(*of_days, as_of_day=day_number_of(self.as_of))
        batches = rows.select([one.name for one in self.measured]).to_batches()
        del rows  # of which a batch is let go once it stands among the values: both would be twice the memory
        values = _values(batches, len(order), len(self.measured))
        for place, feature in enumerate(self.measured):
            column = values[:, place][order]
            values[:, place] = steady(column) if feature.aspect == OWN else column
        expected = {} if history is None or SETTING in self.settings else {SETTING: fit_outlook(history).to_setting()}
        built = FeatureTable(
            unit=self.unit,
            ids=ids,
            values=values,
            features=self.measured,
            revenue=revenue,
            as_of=self.as_of,
            left_out=self.left_out,
            described=described,
            settings=self.settings | expected,
            history=history,
        )
        check_values(built, first=self.names is None)
        return _without_rare(built) if self.names is None else keep_columns(complete(built, self.names), self.names)


@dataclass(frozen=True, repr=False)
class LazyFeatureTable(InEngine):
    """One row per unit, measured by the engine whenever it is asked for, once where it is `held`.

    What comes home is a `FeatureTable`.

    Attributes
    ----------
    frame
        A row per unit, with the columns that `rows` reads.
    kept
        What the engine keeps, of one that is `held`.

    Examples
    --------
    >>> from marketfold import clean, features, make_shop, read
    >>> from marketfold.features import plan_features
    >>> orders = clean(read(make_shop(lines=2_000).lines))
    >>> known = features(orders)
    >>> lazy = plan_features(orders, names=known.names, settings=known.settings)
    >>> len(lazy) == len(known), lazy.sample(20).ids.tolist() == known.sample(20).ids.tolist()
    (True, True)
    >>> sum(len(part) for part in lazy.mapped(lambda table: table.to_arrow())) == len(known)
    True
    """

    engine: Engine
    frame: nw.LazyFrame[Any]
    rows: UnitRows
    kept: nw.LazyFrame[Any] | None = None

    def __len__(self) -> int:
        return int(self.engine.collect(self.frame.select(nw.len()))[0][0].as_py())

    def __repr__(self) -> str:
        return f"<LazyFeatureTable: {len(self.rows.measured)} features of each {self.rows.unit}, on {self.engine.name}>"

    def collect(self) -> FeatureTable:
        """All units, with the errors of `UnitRows.table`."""
        return self.rows.table(self.engine.collect(self.frame))

    @contextmanager
    def held(self) -> Iterator[LazyFeatureTable]:
        """The same, measured once (by Spark when first asked) and kept until the end of the block, or `release`."""
        kept = self.engine.materialise(self.frame)
        table = replace(self, frame=kept, kept=kept)
        try:
            yield table
        except BaseException:
            with suppress(Exception):  # what broke off is told, and not what an engine says that is perhaps gone
                table.release()
            raise
        table.release()

    def release(self) -> None:
        """Let go of what is kept, of which all that is made must have been asked; nothing where it was let go."""
        if self.kept is not None:
            self.engine.release(self.kept)

    def known_by(self, few: FeatureTable) -> LazyFeatureTable:
        """All units measured as a sample of them was: its features, and what its customers are expected by."""
        here = {one.name: one for one in self.rows.measured}
        measured = tuple(here[name] for name in few.names if name in here)
        rows = replace(self.rows, measured=measured, settings=few.settings, left_out={}, names=few.names)
        return replace(self, frame=self.frame.select(*rows.columns), rows=rows)

    def sample(self, n_units: int, random_state: int = 0) -> FeatureTable:
        """The units whom `FeatureTable.sample` draws, which alone come home.

        What is not given by a model is taken from them: which features mean something of enough units, and what is
        expected of customers.

        ParameterError where `n_units` is below 1.
        """
        if n_units < 1:
            raise ParameterError(f"A sample has 1 unit or more; got n_units={n_units}.")
        hashed = self.engine.with_digest(self.frame, self.rows.key, salted(random_state), "_digest")
        return self.rows.table(self.engine.collect(hashed.sort("_digest").head(n_units).drop("_digest")))

    def mapped(self, function: Callable[[FeatureTable], pa.Table]) -> Iterator[pa.Table]:
        """What a function makes of the units, a part of them at a time; meanwhile the engine is asked nothing else.

        Where the engine has other machines the function is sent to them, and what it makes comes home. Parts are in the
        order of the ids where one machine has them all. Where a model does not give all that is taken from many units
        (`UnitRows.is_known`), there is one part; Polars has all in memory whatever the parts.
        """
        if not self.rows.is_known:
            yield function(self.collect())
            return
        yield from self.engine.mapped(self.frame, self.rows.key, partial(_of_rows, function, self.rows))

    def keep(self, function: Callable[[FeatureTable], pa.Table], made: pa.Schema) -> nw.LazyFrame[Any]:
        """What a function makes of the units, kept by their engine; `made` is its schema.

        ParameterError if a part of the units is not measured as all are (`UnitRows.is_known`).
        """
        if not self.rows.is_known:
            raise ParameterError("It is not known by what these units are to be measured: give names and settings.")
        return self.engine.keep_mapped(self.frame, self.rows.key, partial(_of_rows, function, self.rows), made)

    def written(self, function: Callable[[FeatureTable], pa.Table], place: str) -> nw.LazyFrame[Any]:
        """What a function makes of the units, written by Spark where it keeps tables; to be read from there.

        `place` is a table by its name, or an address for a folder of Parquet files. Errors are those of
        `SparkEngine.write_mapped`; ParameterError if the orders are not Spark's, or the model lacks what is expected.
        """
        if not isinstance(self.engine, SparkEngine):
            raise ParameterError(
                f"{place} ends neither in .csv nor in .parquet, and Spark, which alone writes tables and addresses, "
                "does not have these orders. Name a file with --out, or give --engine spark."
            )
        if not self.rows.is_known:
            raise ParameterError("The model does not say what its customers are expected by. Make the run again.")
        made = function(self.rows.table(self.rows.example())).schema
        return self.engine.write_mapped(self.frame, partial(_of_rows, function, self.rows), made, place)


def _of_rows(function: Callable[[FeatureTable], pa.Table], columns: UnitRows, rows: pa.Table) -> pa.Table:
    return function(columns.table(rows))


def _values(batches: list[pa.RecordBatch], n_rows: int, n_columns: int) -> Float64:
    """Batches below each other, columns together in memory; the list is empty afterwards."""
    values, stop = np.empty((n_rows, n_columns), order="F"), n_rows
    while batches:
        batch = batches.pop()
        for place, column in enumerate(batch.columns):
            values[stop - len(batch) : stop, place] = column.to_numpy(zero_copy_only=False)
        stop -= len(batch)
    return values


def _ids(column: pa.ChunkedArray) -> Ids:
    longest = pc.max(pc.utf8_length(column)).as_py()
    if longest is not None and longest > LONGEST_ID:
        raise OrdersError(
            f"An id has {longest:,} letters, more than {LONGEST_ID:,}. "
            "Map customer_id or order_id to another column, or look for an unclosed quote in the file."
        )
    return np.asarray(column.to_pylist(), dtype=np.str_)


def _without_rare(table: FeatureTable) -> FeatureTable:
    """The table without the features that mean something of so few units that what stands in would be most of them.

    The table that is given is used up.
    """
    rare = {}
    for feature in table.features:
        n_measured = int(table.measured(feature.name).sum())
        if n_measured < MEASURED_SHARE * len(table):
            rare[feature.name] = f"it means something of {n_measured:,} of {len(table):,} {table.unit}s only"
    if not rare:
        return table
    kept = [place for place, name in enumerate(table.names) if name not in rare]
    for place, before in enumerate(kept):  # in their place: the table was made here, and is large
        table.values[:, place] = table.values[:, before]
    features = tuple(table.features[place] for place in kept)
    return replace(table, values=table.values[:, : len(kept)], features=features, left_out=table.left_out | rare)


def _history(first: Float64, last: Float64, order_days: Float64, repeat_money: Float64, *, as_of_day: int) -> History:
    repeats = order_days - 1
    money = np.maximum(repeat_money, 0.0) / np.maximum(repeats, 1)
    return History(repeats, last - first, as_of_day - first, money)
