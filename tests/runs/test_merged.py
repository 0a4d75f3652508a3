"""A run some of whose segments are one as somebody asked: what it writes, and what is made of it later."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from pyarrow import csv
from tests.conftest import EXAMPLES
from typer.testing import CliRunner

from marketfold.cli.app import app
from marketfold.config import load_config
from marketfold.runs import Run, make_run, read_page

SALES = str(EXAMPLES / "sales.csv")
SETTINGS = {
    "quick": True,
    "features": {"feature_set": "value"},
    "reduction": {"method": "none"},
    "clustering": {"segments": 4, "k_max": 5, "bootstraps": 2, "merge": ["4+2"]},
}


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(SALES, load_config(SETTINGS), tmp_path_factory.mktemp("merged") / "run")


def test_the_record_says_what_was_merged_and_of_what_the_evidence_speaks(merged: Run):
    schema = json.loads(files("marketfold.runs").joinpath("run.schema.json").read_text("utf-8"))
    jsonschema.validate(json.loads((merged.folder / "run.json").read_text("utf-8")), schema)
    made_of = {one["number"]: one["made_of"] for one in merged.record["segments"]}
    assert made_of == {1: [1], 2: [2, 4], 3: [3]}
    assert merged.record["choose_k"]["k"] == 4
    said = merged.record["choose_k"]["merged"]
    assert said.startswith("As you asked, segments 2 (")
    assert said.endswith("is of the four before that.")
    assert said in read_page(merged.folder).named().lead
    assert merged.config.clustering.merges == ((2, 4),)


def test_scoring_the_same_orders_gives_the_segments_of_the_run(merged: Run, tmp_path: Path):
    shown = CliRunner().invoke(app, ["score", str(merged.folder), SALES, "--out", str(tmp_path / "scored.csv")])
    assert shown.exit_code == 0, shown.output
    scored, made = csv.read_csv(tmp_path / "scored.csv"), csv.read_csv(merged.folder / "segments.csv")
    for name in ("customer_id", "segment", "segment_name", "distance", "confidence", "fits_none"):
        assert scored[name].equals(made[name]), name


def test_its_settings_and_its_own_run_as_the_previous_one_repeat_it(merged: Run, tmp_path: Path):
    again = make_run(SALES, merged.config, tmp_path / "again", merged)
    assert (again.folder / "segments.csv").read_bytes() == (merged.folder / "segments.csv").read_bytes()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--merge", "1+5"], "names segment 5, and 4 segments were found"),
        (["--merge", "1+2", "--merge", "3+4+1"], "names a segment twice: give each number once, as in --merge 1+2+3+4"),
        (["--merge", "1+2+3+4"], "leaves 1 segment of 4, and 2 are the fewest"),
        (["--merge", "2+2"], "two or more different numbers of segments, as in 1+3"),
        (["--merge", "2"], "two or more different numbers of segments, as in 1+3"),
    ],
)
def test_what_cannot_be_merged_ends_with_two_and_leaves_nothing(given: list[str], said: str, tmp_path: Path):
    out = tmp_path / "run"
    shown = CliRunner().invoke(app, ["run", SALES, "--segments", "4", *given, "--out", str(out)])
    assert f"{shown.output}{shown.exception}".count(said) == 1
    assert not out.exists()
