"""A segment gets a name of the user's own, everywhere in its run folder at once."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow.compute as pc
from pyarrow import csv, parquet

from marketfold.campaigns import edited_briefs, write_briefs
from marketfold.csv_files import write_csv
from marketfold.errors import ParameterError
from marketfold.json_files import read_json, write_json
from marketfold.model import SETTINGS_FILE
from marketfold.runs.folder import staged_folder
from marketfold.runs.pages import refresh_page
from marketfold.runs.read import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from marketfold.campaigns import CampaignPlan

LONGEST_NAME = 80


def rename_segment(folder: str | Path, number: int, name: str) -> str:
    """Rename a segment in tables, model, plan, briefs and report; the old name is returned.

    Raises
    ------
    ParameterError
        If there is no such segment, or the name is empty, too long or taken.
    """
    run = Run.read(folder)
    name = " ".join(name.split())
    names = {segment["number"]: segment["name"] for segment in run.record["segments"]}
    _check(number, name, names)
    with _edited_copy(run.folder) as staging:
        _edit_json(staging / "run.json", lambda record: _rename_in(record["segments"], number, name))
        _edit_json(staging / "model" / SETTINGS_FILE, lambda model: _rename_in(model["segments"], number, name))
        _edit_json(staging / "plan.json", lambda plan: _rename_in(plan["campaigns"], number, name))
        _rename_tables(run, staging, number, name)
        plan = Run.read(staging).plan
        _write_briefs_anew(plan, staging)
        refresh_page(staging, plan)
    return str(names[number])


def _check(number: int, name: str, names: dict[int, str]) -> None:
    if number not in names:
        known = ", ".join(f"{n} ({one})" for n, one in names.items())
        message = f"There is no segment {number} in this run. There are: {known}."
        raise ParameterError(message)
    if not name or len(name) > LONGEST_NAME:
        message = f"A name needs 1 to {LONGEST_NAME} characters; got {len(name)}."
        raise ParameterError(message)
    if any(other == name for n, other in names.items() if n != number):
        message = f"Another segment is called {name!r} already. Choose a name of its own."
        raise ParameterError(message)


@contextmanager
def _edited_copy(folder: Path) -> Iterator[Path]:
    """A copy of a folder to edit, which takes the folder's place when all went well."""
    renewed, before = (folder.with_name(f".{folder.name}-{what}") for what in ("renewed", "before"))
    with staged_folder(renewed) as staging:
        shutil.copytree(folder, staging, dirs_exist_ok=True)
        yield staging
    folder.rename(before)
    renewed.rename(folder)
    shutil.rmtree(before)


def _edit_json(path: Path, edit: Callable[[Any], None]) -> None:
    content = read_json(path)
    edit(content)
    write_json(content, path)


def _rename_in(entries: list[dict[str, Any]], number: int, name: str) -> None:
    for entry in entries:
        if entry["number"] == number:
            entry["name"] = name


def _rename_tables(run: Run, staging: Path, number: int, name: str) -> None:
    table = run.segments
    renamed = pc.if_else(pc.equal(table["segment"], number), name, table["segment_name"])
    table = table.set_column(table.column_names.index("segment_name"), "segment_name", renamed)
    parquet.write_table(table, staging / "segments.parquet")
    write_csv(table, staging / "segments.csv")
    path = staging / "profiles.csv"
    empty = csv.ConvertOptions(null_values=[""], strings_can_be_null=True)
    profiles = csv.read_csv(path, convert_options=empty)
    names = pc.if_else(pc.fill_null(pc.equal(profiles["segment"], number), fill_value=False), name, profiles["name"])
    write_csv(profiles.set_column(profiles.column_names.index("name"), "name", names), path)


def _write_briefs_anew(plan: CampaignPlan, staging: Path) -> None:
    kept = edited_briefs(staging)
    shutil.rmtree(staging / "campaigns")
    write_briefs(plan, staging, kept)
