"""Merging segments by a click on a card: what it makes of the settings, and how it is taken back."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from html import unescape
from pathlib import Path

import pytest
from tests.conftest import EXAMPLES
from tests.studio.runs import at
from tests.studio.test_repeated import run
from tests.studio.visitor import Visitor

from marketfold.config import load_config
from marketfold.runs import Run, compare_into, make_run, read_comparison
from marketfold.studio.workspace import Project

FOUR = {"quick": True, "clustering": {"segments": 4, "bootstraps": 2, "k_max": 5}, "reduction": {"method": "none"}}


def _merges(visitor: Visitor, project: Project) -> object:
    return visitor.workspace.project(project.key).settings.get("clustering", {}).get("merge")


def _post(visitor: Visitor, project: Project, rest: str, **form: str) -> int:
    revision = str(visitor.workspace.project(project.key).revision)
    return visitor.post(at(project, rest), **{"revision": revision} | form).status


def _record(project: Project, visitor: Visitor, **changes: object) -> None:
    path = visitor.workspace.path(project.run or "") / "run.json"
    record = json.loads(path.read_text("utf-8"))
    record["segments"] = [one | changes for one in record["segments"]]
    path.write_text(json.dumps(record), "utf-8")


def test_a_click_changes_the_settings_and_marks_the_station(visitor: Visitor, project: Project):
    shown = visitor.get(at(project))
    assert shown.text.count(f'action="{at(project)}/merge"') == 3
    assert "Take apart" not in shown.text
    assert _post(visitor, project, "/merge", segment="3", **{"with": "1"}) == 303
    assert _merges(visitor, project) == ["1+3"]
    told = visitor.get(at(project)).words
    assert "Which segments are made one has changed since the run: each card says what becomes of it" in told
    assert "Will be one with 3 (" in told
    assert "3 segments, made with other settings" in told
    assert f'action="{at(project)}/merge"' not in visitor.get(at(project)).text  # two are left, and no fewer can be
    assert "--merge 1+3" in unescape(visitor.get(f"/p/{project.key}/data").text)
    assert 'merge = ["1+3"]' in visitor.get(f"/p/{project.key}/marketfold.toml").text
    stale = visitor.post(at(project, "/apart"), revision=str(project.revision), segment="1")
    assert stale.status == 409
    assert _post(visitor, project, "/apart", segment="1") == 303
    assert _merges(visitor, project) is None
    assert "Made with other settings" not in visitor.get(at(project)).words


def test_what_the_file_merges_is_taken_apart_too(visitor: Visitor, project: Project):
    (visitor.root / "marketfold.toml").write_text('[clustering]\nmerge = ["1+2"]\n')
    assert "Will be one with 2 (" in visitor.get(at(project)).words
    assert _post(visitor, project, "/apart", segment="2") == 303
    assert _merges(visitor, project) == []
    assert "Will be one" not in visitor.get(at(project)).words


@pytest.mark.parametrize("form", [{"segment": "1", "with": "1"}, {"segment": "9", "with": "1"}, {"segment": "1"},
                                  {"segment": "1" * 20, "with": "x"}, {}])  # fmt: skip
def test_what_cannot_be_merged_is_refused(visitor: Visitor, project: Project, form: dict[str, str]):
    assert _post(visitor, project, "/merge", **form) == 422
    assert _merges(visitor, project) is None


def test_too_few_may_not_be_left(visitor: Visitor, project: Project):
    assert _post(visitor, project, "/merge", segment="1", **{"with": "2"}) == 303
    assert _post(visitor, project, "/merge", segment="1", **{"with": "3"}) == 422
    assert _merges(visitor, project) == ["1+2"]


def test_another_number_forgets_what_was_merged(visitor: Visitor, project: Project):
    assert _post(visitor, project, "/merge", segment="1", **{"with": "2"}) == 303
    assert _post(visitor, project, "/use", name="clustering.segments", value="4") == 303
    assert _merges(visitor, project) is None
    told = visitor.get(at(project))
    assert "To merge segments, find them again first" in told.words
    assert f'action="{at(project)}/merge"' not in told.text
    assert _post(visitor, project, "/merge", segment="1", **{"with": "2"}) == 422


def test_another_file_is_not_merged_by_numbers_of_this_one(visitor: Visitor, project: Project):
    assert _post(visitor, project, "/merge", segment="1", **{"with": "2"}) == 303
    shutil.copy(EXAMPLES / "sales.csv", visitor.root)
    assert visitor.post(f"/p/{project.key}/copy", path="sales.csv").status == 303
    (copied,) = (one for one in visitor.workspace.projects() if one.source == "sales.csv")
    assert copied.settings["clustering"] == project.settings["clustering"]


@pytest.mark.parametrize("made_of", [["x"], [0], 3, None, [[1]]])
def test_a_damaged_run_is_refused(visitor: Visitor, project: Project, made_of: object):
    _record(project, visitor, made_of=made_of)
    assert visitor.get(at(project)).status == 422
    assert _post(visitor, project, "/merge", segment="1", **{"with": "2"}) == 422


def test_the_form_of_the_settings_keeps_each_merge_apart(visitor: Visitor, project: Project):
    assert _post(visitor, project, "/settings", **{"clustering.merge": "1+2\n3+4"}) in {303, 422}
    assert '<textarea id="set-' in visitor.get(at(project)).text


def test_merged_by_clicks_and_repeated_outside(visitor: Visitor, tmp_path_factory: pytest.TempPathFactory):
    source = Path(shutil.copy(EXAMPLES / "shoppers.csv", visitor.root))
    project = visitor.workspace.create(source.name, source, FOUR)
    earlier = make_run(str(source), load_config(FOUR), visitor.root / "runs" / "shoppers")
    visitor.workspace.change(project.key, None, run=visitor.workspace.told(earlier.home))
    for segment, other in (("3", "1"), ("4", "1")):
        assert _post(visitor, project, "/merge", segment=segment, **{"with": other}) == 303
    visitor.post(f"/p/{project.key}/run", revision=str(visitor.workspace.project(project.key).revision))
    assert [job.message for job in visitor.wait_for_jobs() if job.state != "done"] == []
    made = Run.read(visitor.workspace.path(visitor.workspace.project(project.key).run or ""))
    assert [one["made_of"] for one in made.record["segments"]] == [[1, 3, 4], [2]]
    told = visitor.get(at(project)).words
    assert "Made of 3 segments, as you asked." in told
    assert "4 segments, three of them made one. So this run has 2; here they are before that." in told
    assert "As you asked, segments 1 (" in told
    assert "Made with other settings" not in told
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(source, elsewhere)
    page = visitor.get(f"/p/{project.key}/data").text
    command = re.search(r'<pre class="command"[^>]*><code>(.*?)</code>', page, re.DOTALL)
    assert command
    words = shlex.split(unescape(command[1]))
    previous = words[words.index("--previous") + 1]
    shutil.copytree(visitor.root / previous, elsewhere / previous)
    compare_into(visitor.root / previous, made.folder, elsewhere / "compared")
    compared = read_comparison(elsewhere / "compared")
    assert compared.title == "Nobody changed segment but by hand: segments were made one, or taken apart"
    assert "made one, or taken apart, by hand: from 3 (" in compared.warnings[0]
    assert run(words, elsewhere) == (made.folder / "segments.csv").read_bytes()
    (elsewhere / "marketfold.toml").write_text(visitor.get(f"/p/{project.key}/marketfold.toml").text, "utf-8")
    assert load_config(None, elsewhere) == made.config
