"""What the campaigns of a finished run did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.cleaning import clean_orders
from marketfold.errors import MeasurementError
from marketfold.experiments import MeasuringOptions, measure_campaigns
from marketfold.orders import read_orders
from marketfold.report import write_measurement
from marketfold.runs.read import Run

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from marketfold.experiments import Measurement


def measure_run(
    folder: str | Path, later_orders: str | Path, date_from: date, date_to: date, out: Path | None = None
) -> tuple[Measurement, Path]:
    """Say what the campaigns of a run did, and write it as a page.

    Parameters
    ----------
    later_orders
        Orders of all customers that cover the period.
    date_from, date_to
        First and last day of the period.
    out
        The page; in the run folder if not given.

    Raises
    ------
    MeasurementError
        If the period begins before the run looked back, and as `measure_campaigns` does.
    """
    run = Run.read(folder)
    assignments = run.assignments().append_column("revenue_before", run.segments["revenue_total"])
    if date_from < run.as_of:
        message = (
            f"The period begins on {date_from}, before the day on which the run looked back ({run.as_of}): what was "
            "bought until then has made the segments, so it cannot judge them. Measure from that day on, or segment "
            f"again with --as-of {date_from}."
        )
        raise MeasurementError(message)
    config = run.config
    cleaning = config.cleaning.model_copy(update={"allow_mostly_set_aside": True})
    later = clean_orders(read_orders(later_orders, config.reading), cleaning)
    options = MeasuringOptions(seed=config.seed)
    measurement = measure_campaigns(assignments, later, date_from, date_to, run.plan.experiment, options)
    page = out or run.folder / f"measured_{date_from}_{date_to}.html"
    return measurement, write_measurement(measurement, page)
