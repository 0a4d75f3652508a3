"""An analysis becomes a folder, and its tables."""

from __future__ import annotations

import math
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from marketfold.analysis import DataPart
from marketfold.arrays import row_chunks
from marketfold.csv_files import write_csv
from marketfold.file_names import RUN_FILE
from marketfold.json_files import write_json
from marketfold.model_files import MODEL_FOLDER
from marketfold.progress import shown_progress
from marketfold.report import report_data
from marketfold.runs.customer_files import write_customers
from marketfold.runs.folder import staged_folder
from marketfold.runs.kept_lines import write_lines
from marketfold.runs.pages import write_report_files
from marketfold.runs.plan_files import write_plan
from marketfold.runs.read import FILLED, Run
from marketfold.runs.record import run_record, segment_facts
from marketfold.runs.table_files import write_parts
from marketfold.stage_costs import StageClock
from marketfold.unit_tables import UnitRecords, list_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marketfold.analysis import Analysis
    from marketfold.schema import Watched
    from marketfold.selection import Segmentation
    from marketfold.units import FeatureTable


def write_run(analysis: Analysis, folder: str | Path, progress: Watched | None = None) -> Run:
    """Write a run folder, whole or not at all.

    A run with a reducer or a clusterer of one's own has no `model` folder, for those cannot be saved. `progress` is
    told of each stage; True shows one line of how far it is, on a terminal and in a notebook.

    Raises
    ------
    RunFolderError
        If the folder exists or cannot be written; nothing is left then.
    """
    folder = Path(folder)
    with shown_progress(progress, "writing") as told, staged_folder(folder) as staging:
        clock = StageClock(told)
        with clock.stage("write"):
            write_tables(analysis, staging)
            kept = write_lines(analysis.data, staging) if isinstance(analysis.data, DataPart) else None
            if analysis.model.can_be_saved:
                analysis.model.save(staging / MODEL_FOLDER)
            write_plan(analysis.plan, staging, analysis.run.kept_briefs)
        with clock.stage("report"):
            write_report_files(report_data(analysis, in_folder=True), staging)
        record = run_record(analysis) | {"lines": kept}
        record["stages"] += [asdict(cost) for cost in clock.costs]
        write_json(record, staging / RUN_FILE)
    return Run.read(folder)


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Write who is in which segment, the features, the profiles, and what was set aside."""
    made, written = analysis.segmentation, folder / "segments.parquet"
    write_parts(UnitRecords(analysis).parts(), folder / "segments.csv", written)
    if made.unit == "customer":  # their list has another order, for which it takes all rows
        write_customers(list_parts(written), folder, made.table.as_of, analysis.data.currency)
    write_parts(feature_parts(made), folder / "features.parquet")
    write_csv(profiles_table(analysis), folder / "profiles.csv")
    write_parts(analysis.data.set_aside_parts(), folder / "set_aside.csv")


def feature_parts(made: Segmentation) -> Iterator[pa.Table]:
    """`features.parquet`: every measured feature in the user's units, row for row with `segments.parquet`, no ids.

    Null where a feature is not measured; what the matrix took there stands in a column of its own. Each column says in
    its metadata what it is called (`label`) and how it is written (`measure`). Some units at a time.
    """
    table, n_units = made.table, made.n_units
    filled = tuple(name for name, n_measured in made.measured_counts.items() if n_measured < n_units)
    fields = [
        pa.field(one.name, pa.float64(), metadata={"label": one.label, "measure": one.measure})
        for one in table.features
    ]
    schema = pa.schema([*fields, *(pa.field(f"{FILLED}{name}", pa.float64()) for name in filled)])
    if made.population is not None:
        return made.population.mapped(partial(_features_of, schema, filled))
    parts = (table.take(np.arange(rows.start, rows.stop)) for rows in row_chunks(len(table)))
    return (_features_of(schema, filled, part) for part in parts)


def _features_of(schema: pa.Schema, filled: Sequence[str], some: FeatureTable, rows: object = None) -> pa.Table:  # noqa: ARG001
    shown = [pa.array(some.shown(name), from_pandas=True) for name in some.names]
    return pa.table([*shown, *(pa.array(some.column(name)) for name in filled)], schema=schema)


def profiles_table(analysis: Analysis) -> pa.Table:
    """`profiles.csv`: everybody, then one row per segment; medians in the user's units."""
    profiles = analysis.segments.profiles
    known = analysis.segmentation.has_money
    money = round(float(analysis.segmentation.revenue.sum()), 2) if known else None
    everyone = dict.fromkeys(segment_facts(profiles[0], analysis)) | {
        "name": "everybody", "units": analysis.segmentation.n_units, "unit_share": 1.0, "revenue_total": money,
        "revenue_share": 1.0 if known else None,
    }  # fmt: skip
    rows = [_beside(segment_facts(profile, analysis), profile.medians) for profile in profiles]
    table = pa.Table.from_pylist([_beside(everyone, profiles[0].everyone), *rows])
    return table.rename_columns(["segment", *table.column_names[1:]])


def _beside(facts: dict[str, Any], medians: dict[str, float]) -> dict[str, Any]:
    """Facts of a segment, then its medians; that of a feature whose name is a fact's says that it is a median."""
    known = {name: None if math.isnan(value) else value for name, value in medians.items()}
    return facts | {f"{name}_median" if name in facts else name: value for name, value in known.items()}
