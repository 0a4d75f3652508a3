from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyarrow import csv

from marketfold.errors import ParameterError, RunFolderError
from marketfold.json_files import read_json, write_json
from marketfold.page import tables_of
from marketfold.runs import Run, read_page, write_pictures


def tables(folder: Path):
    return [table for section in read_page(folder).named().sections for table in tables_of(section.parts)]


def test_every_table_of_the_report_becomes_a_file(made: Path, tmp_path: Path):
    names = write_pictures(made, "csv", tmp_path / "tables")
    assert names == tuple(f"{table.key}.csv" for table in tables(made))
    assert {path.name for path in (tmp_path / "tables").iterdir()} == set(names)


def test_a_table_holds_what_the_report_shows_with_the_names_of_the_segments(made: Path, tmp_path: Path):
    write_pictures(made, "csv", tmp_path / "tables", only=("medians", "stability-table"))
    medians = csv.read_csv(tmp_path / "tables" / "medians.csv")
    named = [f"{one['number']}. {one['name']}" for one in Run.read(made).record["segments"]]
    assert medians.column_names == ["Feature", *named, "Everyone"]
    stability = csv.read_csv(tmp_path / "tables" / "stability-table.csv")
    assert stability["Segment"].to_pylist() == [one["name"] for one in Run.read(made).record["segments"]]


def test_columns_of_one_name_are_told_apart(made: Path, tmp_path: Path):
    run = Path(shutil.copytree(made, tmp_path / "run"))
    shown = read_json(run / "page.json")
    (ledger,) = (part for one in shown["page"]["sections"] for part in one["parts"] if part.get("key") == "ledger")
    for column in ledger["columns"]:
        column["label"] = "came"
    write_json(shown, run / "page.json")
    write_pictures(run, "csv", tmp_path / "tables", only=("ledger",))
    names = csv.read_csv(tmp_path / "tables" / "ledger.csv").column_names
    assert names == ["came", *(f"came ({place})" for place in range(2, len(names) + 1))]


def test_progress_hears_each_file(made: Path, tmp_path: Path):
    heard: list[tuple[str, int, int]] = []
    names = write_pictures(
        made, "csv", tmp_path / "tables", only=("ledger", "medians"), progress=lambda *one: heard.append(one)
    )
    assert names == ("ledger.csv", "medians.csv")
    assert heard == [("draw", 1, 2), ("draw", 2, 2)]


def test_what_the_report_has_not_is_said_and_nothing_is_written(made: Path, tmp_path: Path):
    with pytest.raises(ParameterError, match=r"has no nothing\. There are: budget, map-2d"):
        write_pictures(made, "svg", tmp_path / "out", only=("nothing",))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_run(tmp_path: Path):
    with pytest.raises(RunFolderError):
        write_pictures(tmp_path, "csv", tmp_path / "out")
