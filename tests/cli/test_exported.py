from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import parquet
from tests.conftest import SHOP_LINES

from marketfold.audiences import ExportOptions
from marketfold.cli.exported import print_audiences
from marketfold.demo import make_shop
from marketfold.json_files import read_json, write_json
from marketfold.runs import Run, export_run


def test_an_export_says_which_file_is_for_whom_each_warning_once_and_how_to_measure(
    own_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    orders = tmp_path / "orders.parquet"
    parquet.write_table(make_shop(SHOP_LINES).lines, orders)
    record = read_json(own_run / "run.json")
    record["input"] |= {"sha256": None}  # it was made from a table in memory
    write_json(record, own_run / "run.json")
    monkeypatch.setenv("COLUMNS", "140")
    report, folder = export_run(own_run, "google", ExportOptions(), orders=orders)
    print_audiences(report, folder, own_run)
    lines = capsys.readouterr().out.splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    plan = Run.read(own_run).plan
    assert [row[0] for row in rows] == [f"{one.number}. {one.name}" for one in plan.campaigns]
    assert [row[1] for row in rows] == [f"{one.written} of {one.customers}" for one in report.audiences]
    files = {row[2] for row in rows if not row[2].startswith("none: ")}
    assert files == {path.name for path in folder.glob("*.csv")} != set()
    written = next(one for one in report.audiences if one.files)
    about = (folder / f"{Path(written.files[0]).stem}_about.txt").read_text(encoding="utf-8")
    rule = record["segments"][written.segment - 1]["rule"]
    for said in (
        f"in short: {rule}.",
        "clustering.segments = 3",
        f"{own_run.parent.name}/run, made by",
        "orders.parquet",
    ):
        assert said in about
    assert str(tmp_path) not in about
    assert sum("Google wants their consent" in line for line in lines) == 1
    assert lines[-1].startswith(
        f"After the campaign: marketfold measure {own_run} LATER_ORDERS --from 2026-07-01 --to "
    )
