from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from marketfold.csv_files import neutralise, neutralised, write_csv

if TYPE_CHECKING:
    from pathlib import Path

RISKY = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", "|x", "%0a"]
HARMLESS = ["A-1", "", "+18005550100", "tea = water", "'quoted"]


@pytest.mark.parametrize("text", [*RISKY, *HARMLESS])
def test_a_cell_and_a_column_are_guarded_alike(text: str):
    guarded = neutralised(text)
    assert neutralise(pa.chunked_array([[text]])).to_pylist() == [guarded]
    assert (guarded == f"'{text}") == (text in RISKY)


def test_numbers_and_gaps_stand_as_they_are(tmp_path: Path):
    table = pa.table({"text": ["=x", None], "number": [-1.5, None]})
    write_csv(table, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as lines:
        assert list(csv.reader(lines)) == [["text", "number"], ["'=x", "-1.5"], ["", ""]]


def test_columns_of_one_name_are_each_written_and_guarded(tmp_path: Path):
    table = pa.Table.from_arrays([pa.array(["=x"]), pa.array(["=y"])], names=["came", "came"])
    write_csv(table, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as lines:
        assert list(csv.reader(lines)) == [["came", "came"], ["'=x", "'=y"]]
