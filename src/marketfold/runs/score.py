"""New orders, known segments: of any number of customers, a part of them at a time."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from marketfold.cleaning import CleanOrders, clean_orders, orders_of
from marketfold.config import OF_THE_ENGINE, load_config
from marketfold.customer_tables import is_of_table, measure_again
from marketfold.errors import ParameterError
from marketfold.features import plan_features
from marketfold.file_names import RUN_FILE
from marketfold.model import SegmentModel
from marketfold.orders import is_elsewhere, read_orders
from marketfold.runs.read import Run
from marketfold.runs.score_doubts import check_amounts, check_ids, score_doubts
from marketfold.runs.table_files import ENDINGS, TABLE_FILES, write_table
from marketfold.schema import UNIT_ID
from marketfold.spark import is_address
from marketfold.stage_costs import StageClock
from marketfold.unit_tables import assignment_table, with_outlook

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from marketfold.config import RunConfig
    from marketfold.features import LazyFeatureTable
    from marketfold.schema import Progress
    from marketfold.units import FeatureTable


@dataclass
class ScoreCounts:
    """How many units were given each segment (by number and name), how many of all fit none, and where they are.

    `doubts` are sentences: why the segments may be others than the model would have found.
    """

    place: str = ""
    segments: Counter[tuple[int, str]] = field(default_factory=Counter)
    fits_none: int = 0
    doubts: tuple[str, ...] = ()

    @property
    def n_units(self) -> int:
        """How many there are."""
        return self.segments.total()

    def counted(self, rows: pa.Table) -> pa.Table:
        """Rows of scores as they are, counted."""
        grouped = rows.group_by(["segment", "segment_name"]).aggregate([([], "count_all"), ("fits_none", "sum")])
        self.add(grouped.rename_columns({"count_all": "n", "fits_none_sum": "fits_none"}))
        return rows

    def add(self, by_segment: pa.Table) -> None:
        """Add what was counted of each segment: `n` units, and how many of them fit none."""
        for one in by_segment.to_pylist():
            self.segments[one["segment"], one["segment_name"]] += one["n"]
            self.fits_none += one["fits_none"]


def score_orders(
    model: SegmentModel | str | Path, source: Any, config: RunConfig | None = None, progress: Progress | None = None
) -> pa.Table:
    """Give the customers of an order file the segments of an earlier run.

    Parameters
    ----------
    model
        A model, or the path of a run or model folder.
    source
        Orders, as `read_orders` takes them; for a model of a table of customers, a table with the same columns.
    config
        Settings for reading and cleaning; those of the run if not given, where `model` is a run folder.
    progress
        Told of each stage.

    Returns
    -------
    pyarrow.Table
        The columns of `segments.csv` as far as they are about the assignment and about what is expected of each
        customer, by the models that the run fitted.
    """
    config = config or scoring_config(model)
    model = model if isinstance(model, SegmentModel) else SegmentModel.load(model)
    parts = list(_scores(model, source, config, progress, ScoreCounts()))
    rows = pa.concat_tables(parts)
    if UNIT_ID["order_line"] in rows.column_names:
        return rows.take(pc.sort_indices(rows[UNIT_ID["order_line"]].cast(pa.int64())))
    return rows.sort_by(rows.column_names[0])


def write_scores(
    model: SegmentModel | str | Path,
    source: Any,
    out: str | Path,
    config: RunConfig | None = None,
    progress: Progress | None = None,
) -> ScoreCounts:
    """Write what `score_orders` gives, with no more than a part of the customers in memory.

    `out` is a file (.csv, .parquet), in which they stand in the order of their ids unless the engine has them on
    several machines; or, where Spark has the orders, a table by its name or an address for a folder of Parquet files,
    which the cluster writes. Errors are those of `score_orders`, `write_table` and `LazyFeatureTable.written`.
    """
    config = config or scoring_config(model)
    model = model if isinstance(model, SegmentModel) else SegmentModel.load(model)
    where = str(out)
    if not is_address(where) and (Path(out).suffix in TABLE_FILES or is_of_table(model.settings)):
        counts = ScoreCounts(str(Path(out).absolute()))
        with closing(_scores(model, source, config, progress, counts)) as scores:
            write_table(map(counts.counted, scores), Path(out))
        return counts
    _refuse_place(where, in_memory=not isinstance(source, str | Path), by_spark=config.reading.engine == "spark")
    counts, clock = ScoreCounts(where), StageClock(progress)
    lazy, _ = _planned(model, source, config, clock, counts)
    with clock.stage("assign"):
        written = lazy.written(partial(_scored, model), where)
        grouped = written.group_by("segment", "segment_name")
        counts.add(lazy.engine.collect(grouped.agg(nw.len().alias("n"), nw.col("fits_none").cast(nw.Int64).sum())))
    return counts


def _refuse_place(where: str, *, in_memory: bool, by_spark: bool) -> None:
    """Refuse before the work what is neither a file of ours nor a place of Spark's."""
    if not is_elsewhere(where) or not (by_spark or in_memory):
        raise ParameterError(f"{where} {ENDINGS} A table's name or an address takes --engine spark.")
    if is_address(where) and Path(where).suffix not in {"", ".parquet"}:
        raise ParameterError(f"At an address Spark writes a folder of Parquet files: end {where} otherwise.")


def _scores(
    model: SegmentModel, source: Any, config: RunConfig, progress: Progress | None, counts: ScoreCounts
) -> Generator[pa.Table]:
    """Rows of scores, of some units at a time; doubts of them are told to `counts`."""
    clock = StageClock(progress)
    if is_of_table(model.settings):
        with clock.stage("read"):
            table = measure_again(source, config.reading, model.settings)
        if config.features.as_of:
            raise ParameterError("This model is of a table of customers, which has no --as-of: leave it out.")
        with clock.stage("assign"):
            yield assignment_table(model, model.assign(table))
        return
    lazy, clean = _planned(model, source, config, clock, counts)
    done, total = 0, clean.activity.n_customers if progress and model.unit == "customer" else 0
    for part in lazy.mapped(partial(_scored, model)):
        done += len(part)
        if progress and total:
            progress("assign", min(done, total), total)
        yield part


def _planned(
    model: SegmentModel, source: Any, config: RunConfig, clock: StageClock, counts: ScoreCounts
) -> tuple[LazyFeatureTable, CleanOrders]:
    """The units of a source, as a model wants them measured, and its orders; doubts are told to `counts`."""
    with clock.stage("read"):
        given = orders_of(source)
        orders = given or read_orders(source, config.reading)
        check_amounts(model, orders)
        if given is None:
            check_ids(model, orders, config.reading)
    with clock.stage("clean"):
        clean = source if isinstance(source, CleanOrders) else clean_orders(orders, config.cleaning)
    with clock.stage("features"):
        options = config.features.model_copy(update={"unit": model.unit})
        lazy = plan_features(clean, options, names=model.names, settings=model.settings)
    counts.doubts = score_doubts(model, clean, lazy.rows, config)
    return lazy, clean


def _scored(model: SegmentModel, table: FeatureTable) -> pa.Table:
    return with_outlook(assignment_table(model, model.assign(table)), table)


def scoring_config(
    model: SegmentModel | str | Path, reading: dict[str, Any] | None = None, as_of: date | None = None
) -> RunConfig:
    """How orders are read and cleaned for a model: as its run did, where that is known.

    Parameters
    ----------
    model
        A run folder knows its settings; a model by itself does not.
    reading
        What is read otherwise than in the run, such as `mapping` or `date_format`.
    as_of
        Day on which features look back; after the last of the new orders if not given.
    """
    folder = None if isinstance(model, SegmentModel) else Path(model)
    config = Run.read(folder).config if folder and (folder / RUN_FILE).is_file() else load_config()
    changed = config.model_dump() | {"features": config.features.model_dump() | {"as_of": as_of}}
    # other orders lie elsewhere
    here = {name: value for name, value in changed["reading"].items() if name not in OF_THE_ENGINE}
    return load_config(changed | {"reading": here | (reading or {})})
