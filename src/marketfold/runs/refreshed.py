"""The folder of a run with new orders: its tables, its model as it was, and how far that still fits."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from pyarrow import parquet

from marketfold import words
from marketfold.damage import told_as
from marketfold.errors import RunFolderError
from marketfold.file_names import RUN_FILE
from marketfold.json_files import write_json
from marketfold.model import SegmentLabel
from marketfold.model_files import MODEL_FOLDER
from marketfold.orders import fingerprint
from marketfold.report import added_sentences, model_sentence, refit_sentence, refreshed_data, window_sentences
from marketfold.runs.comparison import PEOPLE_FILE, Side, compare_sides, people_files
from marketfold.runs.folder import staged_folder
from marketfold.runs.kept_lines import LINES_FILE, KeptLines, kept_with
from marketfold.runs.pages import write_report_files
from marketfold.runs.plan_files import write_plan
from marketfold.runs.read import Run, columns_of
from marketfold.runs.record import refreshed_record
from marketfold.runs.write import write_tables
from marketfold.segments import advise_refit
from marketfold.snapshot import Snapshot
from marketfold.whole_files import OWNER_ONLY

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis, DataPart
    from marketfold.runs.grown_lines import GrownLines
    from marketfold.segments import Movement, RefitAdvice
    from marketfold.stage_costs import StageClock

FITTED_ON = "fitted_on.parquet"
"""In the model's folder of a refreshed run: the features of the customers that the model was made of."""


@dataclass(frozen=True)
class Refreshed:
    """What came of new orders.

    Attributes
    ----------
    run
        The folder that was made; the one that was to be refreshed, where nothing was new.
    told
        Whether new segments are due and why, what was added, and doubts; or that nothing was new.
    movement
        Who moved, and what drifted, since the run that was refreshed; None where nothing was new.
    advice
        How far the model still fits; None where nothing was new.
    """

    run: Run
    told: tuple[str, ...]
    movement: Movement | None = None
    advice: RefitAdvice | None = None

    @property
    def is_new(self) -> bool:
        """Whether a folder was made."""
        return self.movement is not None


@dataclass(frozen=True)
class Origin:
    """The run that made the model: its name, how many units it had, how many fitted none, and on which day."""

    run: str
    units: int
    outside: int
    as_of: date | None

    @classmethod
    def of(cls, run: Run) -> Origin:
        """Of a run; itself, where it made its model."""
        told = (run.record.get("refreshed") or {}).get("model")
        if told:
            with told_as(RunFolderError, str(run.folder / RUN_FILE)):
                as_of = date.fromisoformat(told["as_of"]) if told["as_of"] else None
                return cls(str(told["run"]), int(told["units"]), int(told["outside"]), as_of)
        outside = int(np.sum(run.segments["fits_none"].to_numpy()))
        return cls(run.home.name, run.segments.num_rows, outside, run.as_of)

    def to_dict(self) -> dict[str, Any]:
        """As `run.json` holds it."""
        return asdict(self) | {"as_of": self.as_of.isoformat() if self.as_of else None}


def _advice(run: Run, origin: Origin, analysis: Analysis) -> RefitAdvice:
    made = analysis.segmentation
    path = run.folder / MODEL_FOLDER / FITTED_ON
    if path.is_file():
        with told_as(RunFolderError, str(path)):
            names, values, measured = columns_of(parquet.read_table(path))
        ids = np.arange(len(values)).astype(np.str_)
        then = Snapshot(made.unit, ids, np.ones(len(ids), int), {}, names, values, origin.as_of, measured=measured)
    else:
        then = run.snapshot()
    outside = made.segmenter.fits_none(made.dimensions)
    return advise_refit(
        then,
        replace(made.snapshot(), as_of=made.table.as_of),
        (np.arange(origin.units) < origin.outside, outside),
        run.model.names,
    )


def write_refreshed(
    run: Run, kept: KeptLines, grown: GrownLines, analysis: Analysis, clock: StageClock, place: Path
) -> Refreshed:
    """Write what is known of today's customers into a new folder, beside what the run that was refreshed knew."""
    origin = Origin.of(run)
    table = analysis.segmentation.table
    labels = {one.name: one.label for one in table.features}
    with clock.stage("compare"):
        advice = _advice(run, origin, analysis)
    units = words.units_word(table.unit)
    when = f", as of {words.day(origin.as_of)}" if origin.as_of else ""
    told = (
        refit_sentence(advice, table.unit, labels),
        *added_sentences(grown.added, grown.rows),
        model_sentence(origin.run, advice, units, when),
        *window_sentences(table.first_on, _first_purchase(analysis)),
        *grown.doubts,
    )
    with staged_folder(place) as staging:
        with clock.stage("write"):
            write_tables(analysis, staging)
            shutil.move(grown.path, staging / LINES_FILE)
            (staging / LINES_FILE).chmod(OWNER_ONLY)
            _write_model(run, analysis, staging)
            write_plan(analysis.plan, staging, analysis.run.kept_briefs)
            record = refreshed_record(run.record, analysis, told) | {
                "lines": kept_with(kept, grown.rows, grown.source),
                "refreshed": {
                    "run": run.home.name,
                    "window_from": cast("date", table.first_on).isoformat(),
                    "model": origin.to_dict(),
                    "lines": {name: getattr(grown.added, name) for name in ("read", "known", "replaced")},
                    "fit": asdict(advice.fit),
                    "drifted": list(advice.drifted),
                    "refit": advice.refit,
                    "reason": advice.reason,
                },
            }
            kept_now = {"path": str(place / LINES_FILE), "sha256": fingerprint(staging / LINES_FILE)}
            record["input"] |= kept_now
            write_json(record, staging / RUN_FILE)
        with clock.stage("compare"):
            made = Run.read(staging)
            movement = compare_sides(Side.of(run), replace(Side.of(made), model=lambda: None))
        with clock.stage("report"):
            tables = tuple((staging / PEOPLE_FILE).with_suffix(ending) for ending in (".csv", ".xlsx"))
            with people_files(movement, (tables[0], tables[1])) as people:
                data = refreshed_data(analysis, movement, advice, told, (PEOPLE_FILE, people))
                write_report_files(data, staging)
        record["stages"] = [asdict(cost) for cost in clock.costs]
        write_json(record, staging / RUN_FILE)
    return Refreshed(Run.read(place), told, movement, advice)


def _write_model(run: Run, analysis: Analysis, staging: Path) -> None:
    """The model as it was, with the names of the plan and what lines are asked by now; and whom it was made of."""
    made = analysis.segmentation
    labels = tuple(map(SegmentLabel, made.numbers, made.names, made.trust))
    rules = analysis.data.order_rules(run.config.reading)
    replace(run.model, segments=labels, orders=rules).save(staging / MODEL_FOLDER)
    before = run.folder / MODEL_FOLDER / FITTED_ON
    source = before if before.is_file() else run.table_file("features.parquet")
    shutil.copyfile(source, staging / MODEL_FOLDER / FITTED_ON)


def _first_purchase(analysis: Analysis) -> date | None:
    span = cast("DataPart", analysis.data).clean.activity.span
    return span[0] if span else None
