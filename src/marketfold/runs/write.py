"""An analysis becomes a folder."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow import parquet

from marketfold.csv_files import write_csv
from marketfold.json_files import write_json
from marketfold.report import report_data
from marketfold.runs.folder import staged_folder
from marketfold.runs.pages import write_report_files
from marketfold.runs.plan_files import write_plan
from marketfold.runs.read import Run
from marketfold.runs.record import run_record
from marketfold.runs.sample import save_sample
from marketfold.runs.tables import features_table, profiles_table, segments_table
from marketfold.stage_costs import StageClock

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.schema import Progress


def write_run(analysis: Analysis, folder: str | Path, progress: Progress | None = None) -> Run:
    """Write a run folder, whole or not at all.

    A run with a reducer or a clusterer of one's own has no `model` folder, for those cannot be saved.

    Raises
    ------
    RunFolderError
        If the folder exists or cannot be written; nothing is left then.
    """
    folder, clock = Path(folder), StageClock(progress)
    with staged_folder(folder) as staging:
        with clock.stage("write"):
            _write_tables(analysis, staging)
            if analysis.model.can_be_saved:
                analysis.model.save(staging / "model")
                save_sample(analysis, staging / "model")
            write_plan(analysis.plan, staging, analysis.run.kept_briefs)
        with clock.stage("report"):
            write_report_files(report_data(analysis), staging)
        record = run_record(analysis)
        record["stages"] += [asdict(cost) for cost in clock.costs]
        write_json(record, staging / "run.json")
    return Run.read(folder)


def _write_tables(analysis: Analysis, folder: Path) -> None:
    segments = segments_table(analysis)
    write_csv(segments, folder / "segments.csv")
    parquet.write_table(segments, folder / "segments.parquet")
    parquet.write_table(features_table(analysis), folder / "features.parquet")
    write_csv(profiles_table(analysis), folder / "profiles.csv")
    aside = analysis.data.clean.engine.collect(analysis.data.clean.set_aside.sort("source_line"))
    write_csv(aside, folder / "set_aside.csv")
