"""What was chosen in the studio is repeated outside it, by the command it prints and by the settings it hands out."""

from __future__ import annotations

import html
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import EXAMPLES
from tests.studio.visitor import Visitor

SETTINGS = {
    "quick": True,
    "seed": 3,
    "clustering": {"segments": 4, "bootstraps": 5},
    "reading": {"mapping": {"category": "DEALSIZE"}, "no_role": ["MSRP"], "null_values": ["n/a %d"]},
    "cleaning": {"gross": True},
}


@pytest.fixture
def made(visitor: Visitor) -> tuple[str, bytes]:
    """The key of a project whose run was made in the studio, and the run's segments."""
    source = Path(shutil.copy(EXAMPLES / "sales.csv", visitor.root))
    project = visitor.workspace.create(source.name, source, SETTINGS)
    visitor.post(f"/p/{project.key}/run", revision="0")
    (job,) = (one for one in visitor.wait_for_jobs() if one.kind == "run")
    assert job.state == "done", job.message
    run = visitor.workspace.path(visitor.workspace.project(project.key).run or "")
    return project.key, (run / "segments.csv").read_bytes()


def run(words: list[str], folder: Path) -> bytes:
    subprocess.run([sys.executable, "-m", *words, "--out", "again", "--quiet"], cwd=folder, check=True)
    return (folder / "again" / "segments.csv").read_bytes()


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the order file and nothing else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(EXAMPLES / "sales.csv", folder)
    return folder


def test_by_the_command_that_it_prints(visitor: Visitor, made: tuple[str, bytes], elsewhere: Path):
    key, segments = made
    shown = re.search(r'<pre class="command"[^>]*><code>(.*?)</code>', visitor.get(f"/p/{key}/data").text, re.DOTALL)
    assert shown
    command = shlex.split(html.unescape(shown[1]))
    assert run(command, elsewhere) == segments


def test_by_the_settings_that_it_hands_out(visitor: Visitor, made: tuple[str, bytes], elsewhere: Path):
    key, segments = made
    (elsewhere / "marketfold.toml").write_text(visitor.get(f"/p/{key}/marketfold.toml").text, "utf-8")
    assert run(["marketfold", "run", "sales.csv"], elsewhere) == segments
