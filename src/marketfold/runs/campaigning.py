"""What is done with a finished run's campaigns: audiences to upload, and what the campaigns did."""

from __future__ import annotations

import glob
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.campaigns import export_audiences
from marketfold.cleaning import clean_orders
from marketfold.errors import MeasurementError, RunFolderError
from marketfold.measure import measure_campaigns, write_measurement
from marketfold.orders import read_orders
from marketfold.runs.read import Run

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from marketfold.campaigns import AudienceReport
    from marketfold.campaigns.platforms import Platform
    from marketfold.measure import Measurement


def _assignments(run: Run) -> pa.Table:
    if "arm" not in run.segments.column_names:
        message = (
            f"{run.folder} segments {run.record['unit']}s, not customers: there is nobody to address or to measure."
        )
        raise RunFolderError(message)
    return run.segments.select(["customer_id", "segment", "arm"])


def audience_folder(folder: str | Path, to: Platform) -> Path:
    """Where the audiences of a run go unless another place is named: beside it, for nothing personal is in a run."""
    folder = Path(folder)
    return folder.parent / f"{folder.resolve().name}-audiences-{to}"


def export_run(
    folder: str | Path, to: Platform, *, orders: str | Path | None = None, out: Path | None = None, **how: Any
) -> AudienceReport:
    """Write the audiences of a run, from its own order file.

    Parameters
    ----------
    folder
        The run folder.
    to
        The platform.
    orders
        The order file, where it is no longer where the run read it.
    out
        Folder for the audiences; beside the run folder if not given, for nothing personal belongs into a run.
    how
        As `export_audiences` takes it: consent, suppression, small audiences.

    Raises
    ------
    RunFolderError
        If the order file is not where the run read it.
    AudienceError
        As `export_audiences` does.
    """
    run = Run.read(folder)
    source = Path(orders or run.record["input"]["path"])
    if orders is None and not (source.exists() or glob.has_magic(str(source))):
        message = f"{source} is not there any more, and names and addresses are read from it. Say where with --orders."
        raise RunFolderError(message)
    out = out or audience_folder(run.folder, to)
    trust = {segment["number"]: segment["trust"] for segment in run.record["segments"]}
    orders_again = read_orders(source, run.config.reading)
    report = export_audiences(orders_again, _assignments(run), to=to, folder=out, trust=trust, **how)
    account = json.dumps(report.to_dict(), indent=1, ensure_ascii=False)
    (out / "export.json").write_text(account + "\n", encoding="utf-8")
    return report


def measure_run(
    folder: str | Path, later_orders: str | Path, date_from: date, date_to: date, out: Path | None = None
) -> tuple[Measurement, Path]:
    """Say what the campaigns of a run did, and write it as a page.

    Parameters
    ----------
    folder
        The run folder.
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
    assignments = _assignments(run)
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
    before = run.segments.select(["customer_id", "revenue_total"]).rename_columns(["customer_id", "revenue"])
    measurement = measure_campaigns(
        assignments, later, date_from, date_to, before=before, plan=run.plan, seed=config.seed
    )
    page = out or run.folder / f"measured_{date_from}_{date_to}.html"
    return measurement, write_measurement(measurement, page)
