"""What the campaigns of a finished run did, by the orders of all customers that came later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from marketfold.cleaning import clean_orders
from marketfold.errors import MeasurementError, RunFolderError
from marketfold.experiments import MeasuringOptions, lift_tests, measure_campaigns
from marketfold.json_files import write_json
from marketfold.orders import is_elsewhere, read_orders, table_address
from marketfold.page import write_page
from marketfold.report import measurement_page
from marketfold.runs.exported import audience_fingerprint
from marketfold.runs.measured import LIFT_TESTS, Measured, is_measured, page_name
from marketfold.runs.read import Run
from marketfold.runs.table_files import write_table
from marketfold.stage_costs import StageClock

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from marketfold.cleaning import CleanOrders
    from marketfold.config import ReadingOptions, RunConfig
    from marketfold.experiments import Experiment, Measurement
    from marketfold.schema import Progress


@dataclass(frozen=True)
class Addressed:
    """Whom campaigns addressed, and what was planned: what later orders are held against.

    `assignments` has `customer_id`, `segment`, `arm` and, where money is known, `revenue_before`.
    """

    assignments: pa.Table
    as_of: date | None
    experiment: Experiment
    config: RunConfig
    of_orders: bool = True

    @classmethod
    def of(cls, run: Run) -> Self:
        """The customers of a run folder."""
        assignments = with_revenue(run.assignments(), run.segments["revenue_total"])
        of_orders = run.record["input"].get("kind") != "customers"
        return cls(assignments, run.as_of, run.plan.experiment, run.config, of_orders)


def with_revenue(assignments: pa.Table, revenue: pa.ChunkedArray) -> pa.Table:
    """Assignments with what each customer had brought before, where any money is known."""
    known = bool(revenue.to_numpy().any())
    return assignments.append_column("revenue_before", revenue) if known else assignments


def measure_addressed(addressed: Addressed, later: Any, period: tuple[date, date], clock: StageClock) -> Measurement:
    """What campaigns did in a period, its first and its last day, by later orders; errors as `measure_run`."""
    first, as_of = period[0], addressed.as_of
    if as_of and first < as_of:
        raise MeasurementError(
            f"The period begins on {first}, before the day on which the run looked back ({as_of}): what was "
            "bought until then has made the segments, so it cannot judge them. Measure from that day on, or segment "
            f"again with --as-of {first}."
        )
    clean = _later(addressed, later, clock)
    with clock.stage("measure"):
        options = MeasuringOptions(seed=addressed.config.seed)
        return measure_campaigns(addressed.assignments, clean, *period, addressed.experiment, options)


def measure_run(
    folder: str | Path,
    later_orders: Any,
    date_from: date,
    date_to: date,
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Measurement, Path]:
    """Say what the campaigns of a run did, and write it as a page; its records and lift_tests.csv stand beside it.

    Parameters
    ----------
    later_orders
        Orders of all customers that cover the period, as `read_orders` takes them.
    date_from, date_to
        First and last day of the period.
    out
        The page; in the run folder if not given.
    progress
        Told of each stage.

    Raises
    ------
    MeasurementError
        If the period begins before the run looked back, and as `measure_campaigns` does.
    RunFolderError
        If lift_tests.csv is there and is another table, or the records of the page would take another file's place.
    """
    run = Run.read(folder)
    clock, experiment = StageClock(progress), run.plan.experiment
    measurement = measure_addressed(Addressed.of(run), later_orders, (date_from, date_to), clock)
    page = out or run.folder / f"{page_name(date_from, date_to)}.html"
    beside, records = page.with_name(LIFT_TESTS), page.with_suffix(".json")
    if records == page or (records.exists() and not is_measured(records)):
        raise RunFolderError(f"{records} is where the records of the page go. Name another page with --out.")
    tests = _with_other_periods(lift_tests(measurement, experiment), beside, measurement)
    with clock.stage("report"):
        record = measurement_page(measurement, str(folder))
        write_page(record, page)
        again = [result.ask_again_on for result in measurement.segments if result.ask_again_on]
        kept = Measured(date_from, date_to, min(again, default=None), audience_fingerprint(run), record)
        write_json(kept, records, indent=None)
        write_table(tests, beside)
    return measurement, page


def _later(addressed: Addressed, orders: Any, clock: StageClock) -> CleanOrders:
    """Later orders, read and cleaned as those of the run, however many of their lines are set aside."""
    with clock.stage("read"):
        read = read_orders(orders, _reading_of_orders(addressed, orders))
    with clock.stage("clean"):
        return clean_orders(read, addressed.config.cleaning.model_copy(update={"allow_mostly_set_aside": True}))


def _with_other_periods(table: pa.Table, path: Path, measurement: Measurement) -> pa.Table:
    """Lift tests with those of other periods that were written before: a marketing-mix model takes them all."""
    if not path.exists():
        return table
    try:
        earlier = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=table.schema))
        earlier = earlier.select(table.column_names)
    except (pa.ArrowException, KeyError, OSError) as error:
        raise RunFolderError(f"{path} is no table of lift tests. Move it away, and measure again.") from error
    begun, ended = (pc.equal(earlier[day], getattr(measurement, day)) for day in ("date_from", "date_to"))
    return pa.concat_tables([earlier.filter(pc.invert(pc.and_(begun, ended))), table])


def _reading_of_orders(addressed: Addressed, orders: Any) -> ReadingOptions:
    """How later orders are read: as those of the run; what was said of a table of customers is not about orders."""
    reading = addressed.config.reading
    by_name = isinstance(orders, str) and table_address(orders) is None and is_elsewhere(orders)
    if not by_name:  # a file or a database, whatever read those of the run
        reading = reading.built_in()
    if addressed.of_orders:
        return reading
    return reading.model_copy(update={"mapping": {}, "no_role": (), "table": False, "sheet": None, "date_format": None})
