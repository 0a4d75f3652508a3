"""Exports of every shape are read as they are, or the doubt is said: held against a count that knows no reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bench.fuzz import FAULTS, damaged, read_export
from bench.shop_exports import make_export

if TYPE_CHECKING:
    from pathlib import Path

WHOLE, DAMAGED = range(100), range(200, 250)
DIALECTS = (
    {"container": "text", "delimiter": "\t"},
    {"container": "text", "encoding": "utf-16", "delimiter": ";"},
    {"container": "text", "quoting": "all", "line_end": "\r\n"},
    {"container": "text", "blank_lines": "yes"},
    {"container": "gz"},
    {"container": "zip"},
    {"container": "two files"},
    {"container": "two sheets"},
    {"container": "xlsx"},
    {"container": "parquet"},
    {"columns": "shuffled"},
    {"day": "%d.%m.%Y %H:%M:%S"},
    {"decimal": ",", "delimiter": ";", "thousands": "yes", "currency": "after"},
)
PLAIN = {
    "container": "text", "encoding": "utf-8", "delimiter": ",", "quoting": "minimal", "line_end": "\n",
    "blank_lines": "no", "columns": "as usual", "day": "%Y-%m-%d", "decimal": ".", "thousands": "no",
    "currency": "no", "title": "no", "total_row": "no", "repeated_header": "no",
}  # fmt: skip


@pytest.mark.parametrize("seed", WHOLE)
def test_an_export_is_read_right_or_the_doubt_is_said(seed: int, tmp_path: Path) -> None:
    export = make_export(seed, tmp_path)
    outcome, said = read_export(export.path, export.truth)
    assert outcome not in FAULTS, (said, export.traits)


@pytest.mark.parametrize("seed", DAMAGED)
def test_a_damaged_export_ends_in_words(seed: int, tmp_path: Path) -> None:
    outcome, said = read_export(damaged(make_export(seed, tmp_path), seed), None)
    assert outcome not in FAULTS, said


@pytest.mark.parametrize("change", DIALECTS, ids=lambda change: " ".join(map(str, change.values())).strip() or "tab")
def test_the_same_lines_written_another_way_are_read_the_same(change: dict[str, str], tmp_path: Path) -> None:
    plain = make_export(11, tmp_path / "plain", **PLAIN)
    other = make_export(11, tmp_path / "other", **PLAIN | change)
    assert plain.truth == other.truth
    assert [read_export(one.path, one.truth)[0] for one in (plain, other)] == ["right", "right"]
