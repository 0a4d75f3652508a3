from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
from openpyxl import load_workbook

from marketfold.runs import customer_files
from marketfold.runs.customer_files import sheet_name, write_customers
from marketfold.runs.plan import change_plan

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from marketfold.runs import Run

ROWS = pa.table(
    {
        "customer_id": ["=1+1", "b"], "segment": [1, 1], "segment_name": ["New [trial]: a/b", "New [trial]: a/b"],
        "revenue_total": [12.5, 3.0], "last_order_on": [date(2024, 5, 3), date(2024, 5, 4)],
        "why_here": ["4 orders", None], "trust": ["slice", "slice"],
    }
)  # fmt: skip


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_customer_is_once_in_each_file_and_on_the_sheet_of_the_segment(run: Run) -> None:
    rows = read_csv(run.folder / "customers.csv")
    assert sorted(row["customer_id"] for row in rows) == sorted(run.segments["customer_id"].to_pylist())
    book = load_workbook(run.folder / "customers.xlsx")
    assert len(book.sheetnames) == len(run.record["segments"]) + 1
    for segment, sheet in zip(run.record["segments"], book.worksheets, strict=False):
        listed = [row["customer_id"] for row in rows if int(row["segment"]) == segment["number"]]
        assert [cell.value for cell in sheet["A"]] == ["Customer", *listed]


def test_numbers_are_numbers_days_are_days_and_no_text_is_a_formula(tmp_path: Path) -> None:
    write_customers(iter([ROWS]), tmp_path, date(2024, 6, 1), "CHF")
    *_, about = (book := load_workbook(tmp_path / "customers.xlsx")).worksheets
    assert ("Currency", "CHF") in list(about.values)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["=1+1", datetime(2024, 5, 3), 12.5, "4 orders", "slice"]
    assert sheet["A2"].data_type == "s"
    assert read_csv(tmp_path / "customers.csv")[0]["customer_id"] == "'=1+1"


def test_a_sheet_may_be_named_by_any_segment() -> None:
    assert sheet_name(12, "New [trial]: a/b\\c?*" + "x" * 40) == "12 New  trial   a b c  " + "x" * 8
    assert not sheet_name(1, "Owners'").endswith("'")


def test_too_many_for_a_workbook_are_in_the_csv_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_customers(iter([ROWS]), tmp_path, None)
    assert (tmp_path / "customers.xlsx").is_file()
    monkeypatch.setattr(customer_files, "MOST_IN_WORKBOOK", 1)
    write_customers(iter([ROWS]), tmp_path, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["customers.csv"]


def test_parts_are_written_below_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_customers(iter([ROWS.slice(0, 1), ROWS.slice(1)]), tmp_path, None)
    assert [row["customer_id"] for row in read_csv(tmp_path / "customers.csv")] == ["'=1+1", "b"]
    assert load_workbook(tmp_path / "customers.xlsx").worksheets[0].max_row == 3
    monkeypatch.setattr(customer_files, "MOST_IN_WORKBOOK", 1)  # the first part fits, both do not
    write_customers(iter([ROWS.slice(0, 1), ROWS.slice(1)]), tmp_path, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["customers.csv"]


def test_a_changed_name_stands_in_the_lists_too(run: Run) -> None:
    change_plan(run.folder, {"1.name": "Our first"})
    assert {row["segment_name"] for row in read_csv(run.folder / "customers.csv") if row["segment"] == "1"} == {
        "Our first"
    }
    assert load_workbook(run.folder / "customers.xlsx").sheetnames[0] == "1 Our first"
