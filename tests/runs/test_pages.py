from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from marketfold.errors import RunFolderError
from marketfold.runs import Run, named_page, read_page, refresh_page, rename_segment, render_run


def test_the_page_that_was_written_is_rendered_again_byte_for_byte(run: Run):
    written = run.report.read_bytes()
    assert render_run(run.folder) == run.report
    assert run.report.read_bytes() == written
    assert render_run(run.folder).read_bytes() == written


def test_a_report_that_is_gone_comes_back_from_its_records(run: Run):
    written = run.report.read_bytes()
    run.report.unlink()
    assert render_run(run.folder).read_bytes() == written


def test_the_names_stand_in_one_place(run: Run):
    names = {one["number"]: one["name"] for one in run.record["segments"]}
    assert read_page(run.folder).names == names
    text = (run.folder / "page.json").read_text("utf-8")
    assert all(text.count(f'"{name}"') == 1 for name in names.values())


def test_an_edited_plan_reaches_the_report(run: Run):
    first, *others = run.plan.campaigns
    edited = dataclasses.replace(first, name="Our friends", aim_title="Delight", goal="Send them tea.")
    refresh_page(run.folder, dataclasses.replace(run.plan, campaigns=(edited, *others)))
    html = run.report.read_text("utf-8")
    assert html.count("Our friends") > 10
    assert first.name not in html
    assert "What to do: delight</span>Send them tea." in html
    assert '<span class="brief-aim">Delight</span>' in html


@pytest.mark.parametrize("content", ["", "{}", "[" * 10_000, json.dumps({"names": {}, "page": {"title": 3}})])
@pytest.mark.parametrize("use", [read_page, render_run, lambda folder: rename_segment(folder, 1, "Other")])
def test_a_damaged_page_is_said_and_nothing_is_changed(content: str, use: Any, run: Run):
    (run.folder / "page.json").write_text(content)
    before = run.report.read_bytes()
    with pytest.raises(RunFolderError, match=r"page\.json is damaged"):
        use(run.folder)
    assert run.report.read_bytes() == before
    assert Run.read(run.folder).record == run.record


def test_a_run_without_its_page_is_said(run: Run):
    (run.folder / "page.json").unlink()
    with pytest.raises(RunFolderError, match=r"page\.json cannot be read"):
        render_run(run.folder)


def test_the_page_is_read_with_the_names_in_one_go_as_in_two(run: Run):
    rename_segment(run.folder, 1, "Those who would need a label of more than one line in every figure")
    assert named_page(run.folder) == read_page(run.folder).named()
