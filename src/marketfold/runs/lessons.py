"""The lessons on the units of a run, or of the demo shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.cleaning import clean_orders
from marketfold.damage import told_as
from marketfold.demo import make_shop
from marketfold.errors import ModelError, RunFolderError
from marketfold.features import build_features
from marketfold.learn import LessonData, LossHistory, RunFacts, write_learn_page
from marketfold.orders import read_orders
from marketfold.runs.pages import LESSONS_FILE, named_page, render_run
from marketfold.runs.read import Run
from marketfold.stage_costs import StageClock

if TYPE_CHECKING:
    from marketfold.schema import Progress


def write_lessons(
    folder: str | Path | None, page: Path | None = None, progress: Progress | None = None, report: str | None = None
) -> Path:
    """Write the lessons of a run folder, or of the demo shop if none is given; where they are is returned.

    Parameters
    ----------
    page
        Where they go; if not given into the run folder, whose report then leads to them.
    progress
        Told of each stage.
    report
        Address of the report; if not given it is linked where it lies beside the lessons.
    """
    clock = StageClock(progress)
    run = Run.read(folder) if folder else None
    page = page or (run.folder if run else Path()) / LESSONS_FILE
    data = lessons_of_run(run, report or _report_beside(run, page)) if run else _lessons_of_demo(clock)
    with clock.stage("write"):
        write_learn_page(data, page)
        if run and page.absolute().parent == run.home:
            render_run(run.folder)
    return page


def lessons_of_run(run: Run, report: str = "") -> LessonData:
    """What the lessons of a run are made from; `report` is the address of its report as they link to it.

    Raises
    ------
    RunFolderError
        If the run's features are gone or damaged.
    """
    record, seen = run.record, run.snapshot()
    with told_as(RunFolderError, str(run.folder / "features.parquet")):
        if seen.values is None or not np.isfinite(seen.values).all():
            raise ValueError("a number is missing")
    facts = RunFacts(
        unit=seen.unit,
        n_segments=len(record["segments"]),
        seed=record["seed"],
        currency=run.plan.currency,
        wcss=tuple(point["wcss"] for point in record["choose_k"]["curve"]),
        shaping=tuple(record["features"]["shaping"]),
        history=history_of(run.model.reducer) if run.has_model else None,
        source=Path(record["input"]["path"]).name,
        report=report,
        chapters=tuple(section.key for section in named_page(run.folder).sections) if report else (),
        record=record,
    )
    data = LessonData.of(seen.values, run.described_features, facts)
    return data.with_segments(seen.numbers, run.segments["revenue_total"].to_numpy())


def _report_beside(run: Run, page: Path) -> str:
    """The report as a page in the same folder, or in the one above, links to it; empty for any other place."""
    place = page.absolute().parent
    if place == run.home:
        return run.report.name
    return f"{run.home.name}/{run.report.name}" if place == run.home.parent else ""


def history_of(reducer: Any) -> LossHistory | None:
    """Loss of each epoch of a network; None where there is none, or no rows were kept aside."""
    history: dict[str, Any] = getattr(reducer, "history_", {})
    with told_as(ModelError, "The model's history of losses"):
        if not history.get("validation_loss"):
            return None
        widths = reducer.network_.architecture.encoder_widths
        loss, held_out = (tuple(map(float, history[name])) for name in ("loss", "validation_loss"))
        return LossHistory(loss, held_out, (*widths, *widths[-2::-1]))


def _lessons_of_demo(clock: StageClock) -> LessonData:
    with clock.stage("read"):
        orders = read_orders(make_shop().lines)
    with clock.stage("clean"):
        clean = clean_orders(orders)
    with clock.stage("features"):
        table = build_features(clean)
    return LessonData.of(table.values, table.features, RunFacts(n_segments=4, source="the demo shop"))
