from __future__ import annotations

import re

import pytest

from marketfold.errors import ParameterError
from marketfold.runs import Run, read_page, rename_segment

TABLES = ("segments.csv", "profiles.csv", "run.json", "plan.json")


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", '{"segment": 1}', '"', "\N{BALLOON}", "n" * 80, "The", "5 % off", "\\1"],
    ids=["markup", "reference", "quote", "emoji", "long", "word", "percent", "pattern"],
)
def test_a_new_name_and_the_old_one_again_leave_everything_as_it_was(name: str, run: Run):
    before = {path: (run.folder / path).read_bytes() for path in ("report.html", "page.json", *TABLES)}
    records = read_page(run.folder).page
    old = rename_segment(run.folder, 1, name)
    assert read_page(run.folder).names[1] == name
    assert re.sub(" ?Edited by hand: name[.]", "", repr(read_page(run.folder).page)) == repr(records)
    assert "<script>alert" not in run.report.read_text("utf-8")
    assert rename_segment(run.folder, 1, old) == name
    assert {path: (run.folder / path).read_bytes() for path in before} == before


def test_a_segment_may_take_the_name_that_another_has_given_up(run: Run):
    first, second = (one["name"] for one in run.record["segments"][:2])
    rename_segment(run.folder, 1, "For a moment")
    rename_segment(run.folder, 2, first)
    rename_segment(run.folder, 1, second)
    assert [read_page(run.folder).names[number] for number in (1, 2)] == [second, first]
    assert [one["name"] for one in Run.read(run.folder).record["segments"][:2]] == [second, first]


def test_the_name_of_another_segment_is_refused_and_nothing_is_changed(run: Run):
    before = run.report.read_bytes()
    with pytest.raises(ParameterError, match=r"called .* already"):
        rename_segment(run.folder, 1, run.record["segments"][1]["name"])
    assert run.report.read_bytes() == before


def test_an_edit_of_the_plan_reaches_the_page_with_the_name(run: Run):
    path = run.folder / "plan.json"
    first = run.plan.campaigns[0]
    path.write_text(path.read_text("utf-8").replace(first.goal, "Send them tea."), encoding="utf-8")
    rename_segment(run.folder, 1, "Our friends")
    assert "Send them tea." in run.report.read_text("utf-8")
