"""The campaigns of a finished run: the audiences to reach, from its own order file, and later what they did."""

from __future__ import annotations

import glob
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from marketfold.audiences import (
    ExportOptions,
    Origin,
    SegmentFacts,
    count_audiences,
    export_audiences,
    platform_named,
)
from marketfold.cleaning import clean_orders
from marketfold.config import RunConfig
from marketfold.customer_tables import read_source
from marketfold.errors import MeasurementError, RunFolderError
from marketfold.experiments import MeasuringOptions, lift_tests, measure_campaigns
from marketfold.json_files import write_json
from marketfold.orders import fingerprint, read_orders
from marketfold.page import write_page
from marketfold.report import audience_account, measurement_page, settings_rows
from marketfold.runs.exported import ACCOUNT, audience_fingerprint
from marketfold.runs.measured import LIFT_TESTS, Measured, is_measured, page_name
from marketfold.runs.read import Run
from marketfold.runs.write import write_table
from marketfold.stage_costs import StageClock

if TYPE_CHECKING:
    from datetime import date

    from marketfold.audiences import AudienceReport, People
    from marketfold.cleaning import CleanOrders
    from marketfold.config import ReadingOptions
    from marketfold.experiments import Measurement
    from marketfold.schema import Progress

DEFAULTS = ExportOptions()


def export_run(
    folder: str | Path,
    to: str,
    options: ExportOptions = DEFAULTS,
    *,
    orders: str | Path | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[AudienceReport, Path]:
    """Write the audiences of a run, from its own order file; their folder is returned, too.

    Parameters
    ----------
    to
        Name of the platform.
    options
        As `export_audiences` takes them: consent, suppression, small audiences.
    orders
        The order file, where it is no longer where the run read it.
    out
        Folder for the audiences; beside the run folder if not given, for nothing personal belongs into a run.
    progress
        Told of each stage.

    Raises
    ------
    RunFolderError
        If the order file is not where the run read it, or is another file than the run read.
    AudienceError
        As `export_audiences` does.
    """
    run = Run.read(folder)
    out = out or audience_folder(run, to)
    clock = StageClock(progress)
    found, about, asked = _people(run, options, orders, clock)
    with clock.stage("export"):
        report = export_audiences(found, run.assignments(), to=to, folder=out, options=asked, about=about)
    write_json(audience_account(report) | {"plan": audience_fingerprint(run)}, out / ACCOUNT)
    return report, out


def count_run(
    folder: str | Path,
    to: str,
    options: ExportOptions = DEFAULTS,
    *,
    orders: str | Path | None = None,
    progress: Progress | None = None,
) -> AudienceReport:
    """Say who would be in the files of `export_run`, and who would not and why; nothing is written."""
    run = Run.read(folder)
    platform_named(to)
    clock = StageClock(progress)
    found, about, asked = _people(run, options, orders, clock)
    with clock.stage("export"):
        return count_audiences(found, run.assignments(), to=to, options=asked, about=about)


def audience_folder(run: Run, to: str) -> Path:
    """Where the audiences of a run for a platform go: beside it, for nothing personal belongs into a run."""
    return run.beside(f"audiences-{platform_named(to).name}")


def _people(
    run: Run, options: ExportOptions, orders: str | Path | None, clock: StageClock
) -> tuple[People, dict[int, SegmentFacts], ExportOptions]:
    """Who is in the run's own order file, what is known of each segment, and what is asked with where it comes from."""
    source = _order_file(run, orders)
    told = {segment["number"]: segment for segment in run.record["segments"]}
    about = {
        one.number: SegmentFacts(
            one.name, one.offer.title, told[one.number]["trust"], told[one.number].get("rule") or ""
        )
        for one in run.plan.campaigns
    }
    with clock.stage("read"):
        found = read_source(source, run.config.reading)
    return found, about, replace(options, origin=_origin(run, source))


def _origin(run: Run, source: Path) -> Origin:
    """What the segments were made from: what run and file are called, and not where they lie."""
    usual = dict(settings_rows(RunConfig().model_dump(mode="json")))
    settings = dict(settings_rows(run.config.model_dump(mode="json")))
    return Origin(
        run=f"{run.home.parent.name}/{run.home.name}, made by Marketfold {run.record['marketfold']}",
        source=source.name,
        sha256=run.record["input"].get("sha256") or "",
        as_of=run.as_of,
        until=run.as_of and run.as_of + timedelta(days=run.plan.campaign_days),
        settings=tuple(f"{name} = {value}" for name, value in settings.items() if usual.get(name) != value),
    )


def _order_file(run: Run, given: str | Path | None) -> Path:
    """The file that the run read: who is in another one is not whom the run speaks of."""
    source = Path(given) if given else where_it_was(run)
    if given is None and not is_there(source):
        message = f"{source} is not there any more, and names and addresses are read from it. Say where with --orders."
        raise RunFolderError(message)
    recorded = run.record["input"].get("sha256")
    if recorded is None and given is None:
        raise RunFolderError(
            f"{run.folder} does not say how its order file is recognised, so {source} may hold the people of another "
            f"shop. If it is the file that was read, say so with --orders {source}."
        )
    if recorded is not None and fingerprint(source) not in {recorded, None}:  # what is not there is refused when read
        raise RunFolderError(
            f"{source} is not the file that {run.folder} was made from, or it was changed since: the customers of "
            "another file are not those of the run. Give the file that was read with --orders; or make a new run from "
            f"this one, with --previous {run.folder} to keep segments, names and holdout, and export that."
        )
    return source


def where_it_was(run: Run) -> Path:
    """The order file that the run read. A path that was relative counts from where it leads to that very file.

    The run was made in a folder above it, as a rule, whatever the folder is from which it is exported. A path without a
    name of its own leads anywhere: `.`, `..` and `**` would be the whole disk from high enough.
    """
    path, recorded = Path(run.record["input"]["path"]), run.record["input"].get("sha256")
    if path.is_absolute() or recorded is None or path.name in {"", ".."} or "**" in path.parts:
        return path
    places = [path, *(folder / path for folder in run.home.parents)]
    return next((one for one in places if is_there(one) and fingerprint(one) == recorded), path)


def is_there(source: Path) -> bool:
    """Whether there is such a file or folder; a pattern is taken for one."""
    return source.exists() or glob.has_magic(str(source))


def measure_run(
    folder: str | Path,
    later_orders: str | Path,
    date_from: date,
    date_to: date,
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Measurement, Path]:
    """Say what the campaigns of a run did, and write it as a page; its records and lift_tests.csv stand beside it.

    Parameters
    ----------
    later_orders
        Orders of all customers that cover the period.
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
    assignments, before = run.assignments(), run.segments["revenue_total"]
    if before.to_numpy().any():
        assignments = assignments.append_column("revenue_before", before)
    if run.as_of and date_from < run.as_of:
        raise MeasurementError(
            f"The period begins on {date_from}, before the day on which the run looked back ({run.as_of}): what was "
            "bought until then has made the segments, so it cannot judge them. Measure from that day on, or segment "
            f"again with --as-of {date_from}."
        )
    clock, experiment = StageClock(progress), run.plan.experiment
    later = _later(run, later_orders, clock)
    with clock.stage("measure"):
        options = MeasuringOptions(seed=run.config.seed)
        measurement = measure_campaigns(assignments, later, date_from, date_to, experiment, options)
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


def _later(run: Run, orders: str | Path, clock: StageClock) -> CleanOrders:
    """Later orders, read and cleaned as those of the run, however many of their lines are set aside."""
    with clock.stage("read"):
        read = read_orders(orders, _reading_of_orders(run))
    with clock.stage("clean"):
        return clean_orders(read, run.config.cleaning.model_copy(update={"allow_mostly_set_aside": True}))


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


def _reading_of_orders(run: Run) -> ReadingOptions:
    """How later orders are read: as those of the run; what was said of a table of customers is not about orders."""
    reading = run.config.reading
    if run.record["input"].get("kind") != "customers":
        return reading
    return reading.model_copy(update={"mapping": {}, "no_role": (), "table": False, "sheet": None, "date_format": None})
