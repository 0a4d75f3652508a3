"""Forms, the workflow, the examples and the list of decisions are what they say, and the host can read them."""

from __future__ import annotations

import os
import re
import runpy
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
HEADS = ["Context", "Decision", "Consequences", "What would change it"]


def read(path: Path) -> Any:
    """What a file in YAML holds; where its library is missing the test is skipped, and fails in CI."""
    if os.environ.get("CI"):
        import yaml  # noqa: PLC0415
    else:
        yaml = pytest.importorskip("yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [form for form in FORMS if form.name != "config.yml"], ids=lambda path: path.name)
def test_a_form_asks_what_it_needs(path: Path):
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    asked = [field for field in form["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in form["body"]} <= {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    assert len({field["id"] for field in asked}) == len(asked)
    assert any(field["validations"]["required"] for field in asked if "validations" in field)
    assert all(field["attributes"]["label"] for field in asked)


def test_the_workflow_runs_what_ci_runs_on_each_python_that_is_promised():
    jobs = read(WORKFLOW)["jobs"]
    assert set(jobs) == {"pinned", "lowest", "newest", "core"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
    assert set(promised) <= set(jobs["pinned"]["strategy"]["matrix"]["python"])
    steps = {name: [step.get("run", "") for step in job["steps"]] for name, job in jobs.items()}
    assert any(run.endswith(".ci/run") for run in steps["pinned"])
    for words in re.findall(r"(?:sh|bash) (\S+)", " ".join(run for runs in steps.values() for run in runs)):
        assert (ROOT / words).is_file(), words
    of_make = re.search(r"-m (pytest .*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert of_make is not None
    assert all(steps[name][-1].endswith(of_make[1]) for name in ("lowest", "newest"))


def test_decisions_are_numbered_and_each_says_what_would_change_it():
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    index = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for path in DECISIONS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: ")
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADS
        assert 10 <= len(text.splitlines()) <= 20
        assert f"({path.name}) | {text.splitlines()[0][8:]} |" in index


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(path), str(tmp_path / "run")])
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out.strip()


def test_every_example_is_listed():
    listed = re.findall(r"\]\((\w+\.py)\)", (ROOT / "examples" / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == [path.name for path in EXAMPLES]
