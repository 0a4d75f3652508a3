"""Two runs side by side: a page without a person on it, and beside it the people who moved."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa

from marketfold.audiences import EXCEL_ROWS, Notes, fill_workbook
from marketfold.csv_files import write_csv
from marketfold.errors import ParameterError
from marketfold.formulas import read_formula
from marketfold.page import PageData, write_page
from marketfold.report import about_people, comparison_page
from marketfold.runs.folder import staged_folder
from marketfold.runs.read import Run
from marketfold.schema import UNIT_ID
from marketfold.segments import EVENTS, compare_runs
from marketfold.snapshot import check_comparable
from marketfold.stage_costs import StageClock
from marketfold.units import FeatureTable
from marketfold.whole_files import OWNER_ONLY, whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from marketfold.model import SegmentModel
    from marketfold.page import ReportPage
    from marketfold.schema import Progress
    from marketfold.segments import Movement
    from marketfold.snapshot import Snapshot
    from marketfold.units import Feature

PEOPLE_FILE, COMPARISON_FILE = "moved.csv", "comparison.json"


def compare_run_folders(
    earlier: str | Path, later: str | Path, page: Path, progress: Progress | None = None
) -> Movement:
    """Compare two run folders and write the comparison as a page, and beside it who moved, as moved.csv and moved.xlsx.

    Only their owner can read the two files of people; no id stands on the page. `progress` is told of each stage.

    Raises
    ------
    ParameterError
        If the runs segment different units, have different features, or the later one looks back from an earlier day;
        or if the page is called as one of the files beside it.
    RunFolderError
        If one of them is no run folder, or a file cannot be written.
    """
    table, workbook = (page.with_name(PEOPLE_FILE).with_suffix(ending) for ending in (".csv", ".xlsx"))
    if page in {table, workbook}:
        raise ParameterError(f"{page} is where the people who moved are written. Name another page with --out.")
    clock = StageClock(progress)
    movement, features = _compared(earlier, later, clock)
    with clock.stage("write"), people_files(movement, (table, workbook)) as people:
        write_page(comparison_page(movement, features, (PEOPLE_FILE, people)), page)
    return movement


def compare_into(earlier: str | Path, later: str | Path, folder: Path, progress: Progress | None = None) -> None:
    """Compare two run folders as `compare_run_folders` does, and keep the page as records, from which it is rendered.

    `folder` must not exist; `read_comparison` reads the records.
    """
    clock = StageClock(progress)
    movement, features = _compared(earlier, later, clock)
    tables = (folder / PEOPLE_FILE, (folder / PEOPLE_FILE).with_suffix(".xlsx"))
    with clock.stage("write"), staged_folder(folder) as staging:
        beside = (staging / tables[0].name, staging / tables[1].name)
        with people_files(movement, beside) as people:
            PageData(comparison_page(movement, features, (PEOPLE_FILE, people)), {}).save(staging / COMPARISON_FILE)


def read_comparison(folder: Path) -> ReportPage:
    """The page of a comparison; `RunFolderError` where its records are gone or damaged."""
    return PageData.load_named(folder / COMPARISON_FILE)


@dataclass(frozen=True)
class Side:
    """One of two that are compared: who was in which segment, all features, and the model where there is one.

    `model` reads it when it is asked for, for only that of the earlier one is; `merged` has the numbers of the segments
    that somebody made of several, and `formulas` what features of somebody's own were measured by.
    """

    snapshot: Snapshot
    features: FeatureTable
    model: Callable[[], SegmentModel | None]
    merged: frozenset[int]
    formulas: Mapping[str, str]

    @classmethod
    def of(cls, run: Run) -> Self:
        """A run folder."""
        merged = frozenset(number for number, parts in run.made_of.items() if len(parts) > 1)
        own = run.config.features.own_features
        return cls(run.snapshot(), run_features(run), lambda: run.model if run.has_model else None, merged, own)

    def outside(self, model: SegmentModel | None) -> NDArray[np.bool_] | None:
        """Which units lie beyond the reach of every segment of a model; None where it measures other things.

        None as well without a model: a run with a reducer or a clusterer of one's own keeps none.
        """
        measured = model is not None and set(model.names) <= set(self.features.names)
        return model.assign(self.features).fits_none if model and measured else None


def compare_sides(before: Side, after: Side) -> Movement:
    """What happened between two segmentations; errors as `compare_run_folders`."""
    for name in before.formulas.keys() & after.formulas.keys():
        if read_formula(before.formulas[name]).measured != read_formula(after.formulas[name]).measured:
            raise ParameterError(
                f"{name} is measured by another formula in each, so what changed in it cannot be told. Make the later "
                "segments with the earlier formula, or call the new one otherwise."
            )
    labels = {one.name: one.label for side in (before, after) for one in side.features.features}
    check_comparable(before.snapshot, after.snapshot, features=True, labels=labels)
    model = before.model()
    then, now = before.outside(model), after.outside(model)
    return compare_runs(
        before.snapshot,
        after.snapshot,
        outside_then=then,
        outside_now=now,
        merged_then=before.merged,
        merged_now=after.merged,
    )


def _compared(earlier: str | Path, later: str | Path, clock: StageClock) -> tuple[Movement, tuple[Feature, ...]]:
    with clock.stage("read"):
        before, after = Side.of(Run.read(earlier)), Side.of(Run.read(later))
    with clock.stage("compare"):
        return compare_sides(before, after), after.features.features


@contextmanager
def people_files(movement: Movement, beside: tuple[Path, Path]) -> Iterator[int]:
    """Who moved as a table and a workbook, there together with what is written meanwhile; how many they are."""
    table, workbook = beside
    people, about = people_table(movement), about_people(movement, PEOPLE_FILE, EXCEL_ROWS)
    with whole_file(table, OWNER_ONLY) as rows, whole_file(workbook, OWNER_ONLY) as copy:
        write_csv(people, rows)
        with copy.open("wb") as file:
            fill_workbook(file, table.parent, _lines(people), Notes("Moved", about, movement.later_on))
        yield people.num_rows


def people_table(movement: Movement) -> pa.Table:
    """One row for each unit that came, left, moved, came back or went quiet, those first who say most."""
    who, between = movement.journeys, movement.basis == "between"
    events, money = who.events, who.brought_after - who.brought_before
    place = {event: number for number, event in enumerate(EVENTS)}
    rank = np.array([place[event] for event in events.tolist()], dtype=np.int64)
    order = np.lexsort((-np.maximum(who.brought_before, who.brought_after), rank))
    rows = order[events[order] != EVENTS[-1]]
    names = [
        dict(zip(movement.earlier_numbers, movement.earlier_names, strict=True)),
        dict(zip(movement.later_numbers, movement.later_names, strict=True)),
    ]
    columns = {
        UNIT_ID[movement.unit]: pa.array(who.ids[rows].tolist(), pa.string()),
        "event": pa.array(events[rows].tolist(), pa.string()),
    }
    for when, numbers, called in zip(("before", "after"), (who.before, who.after), names, strict=True):
        own = [number or None for number in numbers[rows].tolist()]
        columns[f"segment_{when}"] = pa.array(own, pa.int64())
        columns[f"segment_{when}_name"] = pa.array([called[number] if number else None for number in own], pa.string())
    known = who.after[rows] > 0  # of who is gone it is not known what came since
    columns["revenue_between"] = pa.array(money[rows].round(2), mask=~known if between else np.ones(len(rows), bool))
    columns["last_order_on"] = pa.array(who.last_on[rows], pa.date32())
    return pa.table(columns)


def _lines(people: pa.Table) -> Iterator[list[str | float]]:
    """Headers, then as many rows as a sheet holds: numbers as numbers, days as texts that sort."""
    yield list(people.column_names)
    for row in people.slice(0, EXCEL_ROWS).to_pylist():
        yield [
            value if isinstance(value, int | float) else "" if value is None else str(value) for value in row.values()
        ]


def run_features(run: Run) -> FeatureTable:
    """The features as the run measured them."""
    kept = run.snapshot()
    assert kept.values is not None  # noqa: S101  (a run keeps them)
    return FeatureTable(
        unit=kept.unit,
        ids=kept.ids,
        values=kept.values,
        features=run.described_features,
        revenue=run.segments["revenue_total"].to_numpy(),
        as_of=run.as_of,
    )
