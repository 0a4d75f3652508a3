from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from marketfold.cli.app import app
from marketfold.errors import RunFolderError
from marketfold.runs import Run

if TYPE_CHECKING:
    from marketfold.analysis import Analysis

OLD: dict[str, Any] = {
    "marketfold": "0.1.0", "seed": 0, "unit": "customer", "as_of": "2026-07-01", "input": {"path": "orders.csv"},
    "view": {"name": "all"}, "usual_way": None, "segments": [{"number": 1, "name": "Regulars", "units": 40}],
    "configuration": {"seed": 0, "features": {"unit": "customer", "view": "auto"}},
}  # fmt: skip
"""What an early version wrote, shortened: no `feature_set`, and settings that are called otherwise today."""

LATER = ["--from", "2026-07-01", "--to", "2026-09-28"]


@pytest.fixture
def old_run(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps(OLD), encoding="utf-8")
    (folder / "report.html").write_text("<!doctype html><title>Old</title>", encoding="utf-8")
    (folder / "plan.json").write_text("[]", encoding="utf-8")
    return folder


@pytest.mark.parametrize("given", [".", "../shop", "./", "..", "inner/.."])
def test_what_goes_beside_a_run_is_not_in_it(given: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "shop" / "inner").mkdir(parents=True)
    shutil.copy(made / "run.json", tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop" / "inner" if given == ".." else tmp_path / "shop")
    run = Run.read(given)
    monkeypatch.chdir(tmp_path)
    assert run.beside("audiences-google") == tmp_path / "shop-audiences-google"


def test_a_run_of_an_early_version_is_refused_with_its_version_and_what_to_do(old_run: Path):
    with pytest.raises(RunFolderError) as refused:
        Run.read(old_run)
    for words in (
        "written by an earlier Marketfold (0.1.0)",
        "has no feature_set",
        "Make the run again from its order file",
    ):
        assert words in str(refused.value)


@pytest.mark.parametrize(
    "words",
    [
        ["report", "RUN"],
        ["plan", "RUN"],
        ["plan", "RUN", "--set", "1.name=Guests"],
        ["rename", "RUN", "1", "Guests"],
        ["score", "RUN", "ORDERS"],
        ["export", "RUN"],
        ["learn", "RUN"],
        ["figures", "RUN", "--to", "csv"],
        ["measure", "RUN", "ORDERS", *LATER],
        ["compare", "RUN", "RUN"],
        ["run", "ORDERS", "--previous", "RUN"],
    ],
    ids=" ".join,
)
def test_every_command_refuses_such_a_run_and_leaves_it_as_it_is(
    words: list[str], old_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    orders = tmp_path / "orders.csv"
    orders.write_text("customer_id,ordered_on,amount\n1,2026-07-02,5\n2,2026-07-03,6\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    places = {"RUN": str(old_run), "ORDERS": str(orders)}
    shown = CliRunner().invoke(app, [places.get(word, word) for word in words])
    assert isinstance(shown.exception, RunFolderError), shown.output
    assert "Make the run again" in str(shown.exception)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("text", ["[]", "{}", '{"segments": []}'])
def test_a_folder_whose_run_json_is_something_else_is_no_run(text: str, tmp_path: Path):
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"run\.json is not what marketfold run writes"):
        Run.read(tmp_path)


def test_a_damaged_run_json_is_said_to_be_damaged(tmp_path: Path):
    (tmp_path / "run.json").write_text('{"marketfold": "0.2', encoding="utf-8")
    with pytest.raises(RunFolderError, match="damaged"):
        Run.read(tmp_path)


def test_a_folder_that_is_absent_or_no_run_is_told_apart(tmp_path: Path):
    with pytest.raises(RunFolderError, match="does not exist"):
        Run.read(tmp_path / "none")
    with pytest.raises(RunFolderError, match=r"no run\.json"):
        Run.read(tmp_path)


def test_what_was_found_is_read_back(made: Path, analysis: Analysis) -> None:
    run = Run.read(made)
    assert run.config == analysis.run.config
    assert run.as_of == analysis.segmentation.table.as_of
    assert [campaign.name for campaign in run.plan.campaigns] == [one.name for one in analysis.plan.campaigns]
    assert run.report.is_file()
    assert run.assignments().column_names == ["customer_id", "segment", "arm"]
    assert run.model.assign(analysis.segmentation.table).labels.tolist() == analysis.labels.tolist()


def test_a_snapshot_holds_what_a_later_run_is_matched_with(made: Path, analysis: Analysis) -> None:
    found, expected = Run.read(made).snapshot(), analysis.segmentation.snapshot()
    assert found.unit == expected.unit
    assert found.ids.tolist() == expected.ids.tolist()
    assert found.numbers.tolist() == expected.numbers.tolist()
    assert found.names == expected.names
    assert found.features == expected.features
    assert found.values is not None
    assert expected.values is not None
    assert found.values.tobytes() == expected.values.tobytes()


def test_a_run_shows_itself_and_no_customer(made: Path, analysis: Analysis) -> None:
    run = Run.read(str(made))
    shown = run._repr_html_()
    assert repr(run) == f"<Run {made}: {analysis.segmentation.n_segments} segments>"
    assert all(f"<td>{profile.units:,}</td>" in shown for profile in analysis.segments.profiles)
    assert not [one for one in analysis.segmentation.ids.tolist() if f">{one}<" in shown]


def test_a_table_that_is_gone_is_said(run: Run) -> None:
    (run.folder / "segments.parquet").unlink()
    with pytest.raises(RunFolderError, match=r"segments\.parquet cannot be read"):
        _ = run.segments
