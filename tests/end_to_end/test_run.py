from __future__ import annotations

import filecmp
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv, parquet
from sklearn.metrics import adjusted_rand_score
from tests.end_to_end.conftest import LITTLE, Command

from marketfold.analysis import Analysis
from marketfold.config import ClusteringOptions, FeatureOptions, RunConfig, from_flags
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.runs import Run, write_run
from marketfold.runs.plan import change_plan
from marketfold.schema import Unit

FILES = {
    "report.html", "page.json", "segments.csv", "segments.parquet", "features.parquet", "profiles.csv",
    "set_aside.csv", "run.json", "plan.json", "model", "campaigns", "customers.csv", "customers.xlsx", "lines.parquet",
}  # fmt: skip
RUN_SCHEMA = json.loads(files("marketfold.runs").joinpath("run.schema.json").read_text("utf-8"))
FULL = RunConfig(clustering=ClusteringOptions(bootstraps=5, k_max=6))
"""As `run_folder` is made."""
FEW = ("--quick", "--reduction=none", "--segments=3", "--k-max=4", "--bootstraps=2")
"""Flags for a table of customers, of which a run is made soonest: where it is not asked what is in it."""
GIVEN = RunConfig.model_validate(from_flags(list(LITTLE)))
"""Where it is not asked how the segments were found."""


@pytest.fixture(scope="module")
def few_lines() -> pa.Table:
    return make_shop(800).lines


def record_of(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return record


def test_a_run_folder_is_whole(run_folder: Path):
    assert {path.name for path in run_folder.iterdir()} == FILES
    assert not [path for path in run_folder.parent.iterdir() if path.name.startswith(".")]


def test_run_json_follows_its_schema(run_folder: Path):
    jsonschema.validate(record_of(run_folder), RUN_SCHEMA)


def test_every_key_of_the_schema_says_what_it_means():
    assert all(part.get("description") for part in RUN_SCHEMA["properties"].values())


def test_every_customer_has_one_segment_and_the_sizes_agree(run_folder: Path):
    segments = parquet.read_table(run_folder / "segments.parquet")
    record = record_of(run_folder)
    assert len(set(segments["customer_id"].to_pylist())) == len(segments)
    for one in record["segments"]:
        assert pc.sum(pc.equal(segments["segment"], one["number"])).as_py() == one["units"]
    assert sum(one["revenue_total"] for one in record["segments"]) == pytest.approx(record["ledger"]["net"]["money"])


def test_each_segment_has_a_brief_and_a_trust_label(run_folder: Path):
    record = record_of(run_folder)
    assert len(record["segments"]) >= 3
    assert len(list((run_folder / "campaigns").glob("*.md"))) == len(record["segments"])
    assert {one["trust"] for one in record["segments"]} <= {"group", "slice", "weak"}


def test_the_ledger_reconciles_with_the_file_of_what_was_set_aside(run_folder: Path):
    record = record_of(run_folder)
    aside = csv.read_csv(run_folder / "set_aside.csv")
    lines = record["ledger"]["lines"]
    assert len(aside) == sum(lines["set_aside"].values()) == lines["read"] - lines["kept"]
    money = record["ledger"]["money"]
    assert money["kept"] + sum(money["set_aside"].values()) == pytest.approx(money["read"], abs=0.005)


def test_the_same_seed_gives_the_same_folder_byte_for_byte(run_folder: Path, tmp_path: Path, shop_file: Path):
    """By the command, networks and all, and in Python."""
    one, other = run_folder, write_run(segment_market(shop_file, FULL), tmp_path / "other").folder
    for path in (path for path in one.rglob("*") if path.is_file()):
        twin = other / path.relative_to(one)
        if path.name == "run.json":
            first, second = record_of(one), record_of(other)
            assert [s["name"] for s in first.pop("stages")] == [s["name"] for s in second.pop("stages")]
            for score in (*first["reduction"]["compared"], *second["reduction"]["compared"]):
                score.pop("seconds")
            assert first == second
        elif path.name not in {"report.html", "page.json"}:  # they tell the seconds of each stage
            assert filecmp.cmp(path, twin, shallow=False), path.name


def test_the_planted_groups_are_found_at_default_settings():
    shop = make_shop(8_000)
    analysis = segment_market(shop.lines, RunConfig(clustering=ClusteringOptions(bootstraps=5)))
    planted = dict(zip(shop.truth["customer_id"].to_pylist(), shop.truth["group"].to_pylist(), strict=True))
    truth = [planted[one] for one in analysis.segmentation.ids.tolist()]
    assert adjusted_rand_score(truth, analysis.labels) >= 0.9


def test_an_existing_folder_is_never_written_over(marketfold: Command, shop_file: Path, tmp_path: Path):
    (tmp_path / "taken").mkdir()
    ended = marketfold("run", shop_file, "--out", "taken")
    assert ended.code == 2
    assert "exists already" in ended.err
    assert list((tmp_path / "taken").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error(marketfold: Command, shop_file: Path, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    ended = marketfold("run", shop_file, "--out", "file/run")
    assert ended.code == 2
    assert "--out" in ended.err


def test_a_failure_while_writing_leaves_nothing(analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def disk_is_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("marketfold.runs.write.write_report_files", disk_is_full)
    with pytest.raises(OSError, match="No space left"):
        write_run(analysis, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_nothing(tmp_path: Path, examples: Path):
    program = (
        "import sys, _thread, marketfold.runs.write as w\n"
        "from marketfold.cli import main\n"
        "w.write_report_files = lambda *_: _thread.interrupt_main() or __import__('time').sleep(5)\n"
        f"sys.argv = ['marketfold', 'run', {str(examples / 'shoppers.csv')!r}, '--out', 'run', '-q', *{FEW!r}]\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600
    )
    assert ended.returncode == 130
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_json_on_standard_output(marketfold: Command, examples: Path):
    ended = marketfold("run", examples / "shoppers.csv", "--json", *FEW)
    told = json.loads(ended.out)
    assert ended.code == 0
    assert told["choose_k"]["k"] == 3
    assert Path(told["folder"], "report.html").is_file()


def test_inspect_writes_nothing(marketfold: Command, shop_file: Path, tmp_path: Path):
    ended = marketfold("inspect", shop_file)
    assert ended.code == 0
    assert "customer_id" in ended.out
    assert list(tmp_path.iterdir()) == []


def test_hostile_ids_come_back_and_run_no_formula(tmp_path: Path, few_lines: pa.Table):
    hostile = ["=1+1", "a,b", 'say "hi"', "new\nline", "😀", "-5", "@x"]
    ids = sorted({one for one in few_lines["customer_id"].to_pylist() if one})
    renamed = dict(zip(ids, hostile, strict=False))
    column = pa.array([renamed.get(one, one) for one in few_lines["customer_id"].to_pylist()])
    index = few_lines.schema.get_field_index("customer_id")
    run = write_run(segment_market(few_lines.set_column(index, "customer_id", column), GIVEN), tmp_path / "run")
    assert set(hostile) <= set(run.segments["customer_id"].to_pylist())
    shown = csv.read_csv(
        run.folder / "segments.csv",
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(column_types={"customer_id": pa.string()}),
    )
    assert {"'=1+1", "'-5", "'@x", "a,b", 'say "hi"', "new\nline"} <= set(shown["customer_id"].to_pylist())


@pytest.mark.parametrize("unit", ["order", "order_line"])
def test_orders_and_lines_can_be_segmented_too(tmp_path: Path, few_lines: pa.Table, unit: Unit):
    config = GIVEN.model_copy(update={"features": FeatureOptions(unit=unit)})
    run = write_run(segment_market(few_lines, config), tmp_path / "run")
    jsonschema.validate(run.record, RUN_SCHEMA)
    assert run.record["unit"] == unit
    assert Run.read(run.folder).model.unit == unit
    change_plan(run.folder, {"1.name": "Our first"})
    assert not list(run.folder.glob("customers.*"))  # nobody is on a list
