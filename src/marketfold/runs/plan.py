"""The plan of a run, shown and changed: everything in the run folder that is made from it is made anew, at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from marketfold.campaigns import assign_anew, change_parts, check_drafts, divide_anew, divided_alike, follow
from marketfold.csv_files import write_csv
from marketfold.damage import told_as
from marketfold.errors import ParameterError, RunFolderError
from marketfold.file_names import RUN_FILE
from marketfold.json_files import read_json, write_json
from marketfold.model_files import MODEL_FOLDER, SETTINGS_FILE
from marketfold.runs.customer_files import write_customers
from marketfold.runs.folder import changed_copy
from marketfold.runs.pages import refresh_page
from marketfold.runs.plan_files import delete_briefs, edited_briefs, write_plan
from marketfold.runs.read import Run
from marketfold.unit_tables import list_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.campaigns import CampaignPlan

Names = dict[int, str]


def read_plan(folder: str | Path) -> CampaignPlan:
    """The plan of a run, with what was edited in plan.json and in the briefs.

    Raises
    ------
    RunFolderError
        If it is not a run folder, or its plan is damaged.
    """
    return Run.read(folder).plan


def change_plan(folder: str | Path, changes: Mapping[str, object]) -> CampaignPlan:
    """Change the plan of a run, and make briefs, messages, tables and page anew from it; all of it or nothing.

    Parameters
    ----------
    changes
        New value of each part, by its path: `2.offer.title`, `3.holdout.share`, `budget.total`. With none, everything
        is made anew from plan.json and the briefs as they stand, and the budget is divided by them.

    Raises
    ------
    ParameterError
        Naming every path that does not exist and every value that cannot be; nothing is changed then.
    RunFolderError
        If the folder cannot be changed, or another process is changing it; nothing is changed then either.

    Examples
    --------
    >>> change_plan("runs/shop", {"2.offer.title": "Free tasting"})  # doctest: +SKIP
    """
    read_plan(folder)  # refused before anything is copied
    with changed_copy(Path(folder)) as staging:
        run = Run.read(folder)
        before = run.plan
        after = follow(_with_arms(run, change_parts(before, changes)))
        if not changes or after.assignments is not None or not divided_alike(before, after):
            after = divide_anew(after)
        check_drafts(after)
        by_hand = {campaign.number for campaign in after.campaigns if campaign.text_by_hand}
        kept = {number: text for number, text in edited_briefs(run.folder).items() if number in by_hand}
        delete_briefs(staging)
        write_plan(after, staging, kept)
        names = {campaign.number: campaign.name for campaign in after.campaigns}
        renamed = names != {segment["number"]: segment["name"] for segment in run.record["segments"]}
        if renamed:
            _write_names(staging, names)
        if renamed or after.assignments is not None:
            _write_segments(run, staging, names, after.assignments)
        refresh_page(staging, after)
    return after


def rename_segment(folder: str | Path, number: int, name: str) -> str:
    """Rename a segment in tables, model, plan, briefs and report; the old name is returned.

    Raises
    ------
    ParameterError
        If there is no such segment, or the name is empty, too long or taken.
    """
    names = {campaign.number: campaign.name for campaign in read_plan(folder).campaigns}
    change_plan(folder, {f"{number}.name": name})
    return names[number]


def _with_arms(run: Run, plan: CampaignPlan) -> CampaignPlan:
    """The plan with arms for as many as it holds out, however the number came into it."""
    if "arm" in run.segments.column_names:
        return assign_anew(plan, run.segments)
    if any(campaign.held_out for campaign in plan.campaigns):
        raise ParameterError(f"The run segments {run.record['unit']}s, not customers: nobody of it can be held out.")
    return plan


def _write_names(staging: Path, names: Names) -> None:
    """The names in `run.json`, in the model where one could be saved, and in the profiles."""
    for path in (staging / RUN_FILE, staging / MODEL_FOLDER / SETTINGS_FILE):
        if not path.is_file():
            continue  # a reducer or a clusterer of one's own has no model on disk
        with told_as(RunFolderError, path.name):
            content = read_json(path)
            for segment in content["segments"]:
                segment["name"] = names[segment["number"]]
            write_json(content, path)
    profiles = staging / "profiles.csv"
    empty = csv.ConvertOptions(null_values=[""], strings_can_be_null=True)
    with told_as(RunFolderError, profiles.name):
        write_csv(_named(csv.read_csv(profiles, convert_options=empty), "name", names), profiles)


def _named(table: pa.Table, column: str, names: Names) -> pa.Table:
    """A table whose rows carry the names of their segments; a row of no segment keeps its own."""
    places = pc.index_in(table["segment"], pa.array(names, table["segment"].type))
    named = pc.coalesce(pa.array(names.values(), pa.string()).take(places.combine_chunks()), table[column])
    return table.set_column(table.column_names.index(column), column, named)


def _write_segments(run: Run, staging: Path, names: Names, arms: pa.Table | None) -> None:
    """The names, and the arms where they were drawn again, in the tables of the segments."""
    table = _named(run.segments, "segment_name", names)
    if arms is not None:
        places = pc.index_in(table["customer_id"], arms["customer_id"].combine_chunks())
        arm = arms["arm"].combine_chunks().take(places.combine_chunks())
        table = table.set_column(table.column_names.index("arm"), "arm", arm)
    parquet.write_table(table, staging / "segments.parquet")
    write_csv(table, staging / "segments.csv")
    if "customer_id" in table.column_names:
        write_customers(list_parts(table), staging, run.as_of, run.plan.currency)
