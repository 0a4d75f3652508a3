"""What was chosen in the studio is repeated outside it, by the command it prints and by the settings it hands out."""

from __future__ import annotations

import html
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import EXAMPLES
from tests.end_to_end.conftest import command_line
from tests.studio.conftest import served
from tests.studio.visitor import Visitor

from marketfold.studio import Studio

SETTINGS = {
    "quick": True,
    "seed": 3,
    "clustering": {"segments": 4, "bootstraps": 5, "k_max": 5},
    "reduction": {"method": "none"},
    "reading": {"mapping": {"category": "DEALSIZE"}, "no_role": ["MSRP"], "null_values": ["n/a %d"]},
    "cleaning": {"gross": True},
}


@dataclass(frozen=True)
class Made:
    """A run that was made in a studio that is still open."""

    visitor: Visitor
    key: str
    segments: bytes

    def shown(self, page: str) -> str:
        return self.visitor.get(f"/p/{self.key}/{page}").text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    root = tmp_path_factory.mktemp("studio")
    source = Path(shutil.copy(EXAMPLES / "sales.csv", root))
    opened = Studio.open(root)
    with served(opened):
        visitor = Visitor(opened.address, root).enter()
        project = visitor.workspace.create(source.name, source, SETTINGS)
        visitor.post(f"/p/{project.key}/run", revision="0")
        (job,) = (one for one in visitor.wait_for_jobs() if one.kind == "run")
        assert job.state == "done", job.message
        run = visitor.workspace.path(visitor.workspace.project(project.key).run or "")
        yield Made(visitor, project.key, (run / "segments.csv").read_bytes())


def run(words: list[str], folder: Path) -> bytes:
    """Who is in which segment of a run that a command makes in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert command_line(patch, *words[1:], "--out", "again", "--quiet") == 0
    return (folder / "again" / "segments.csv").read_bytes()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with the order file and nothing else."""
    shutil.copy(EXAMPLES / "sales.csv", tmp_path)
    return tmp_path


def test_by_the_command_that_it_prints(made: Made, elsewhere: Path):
    shown = re.search(r'<pre class="command"[^>]*><code>(.*?)</code>', made.shown("data"), re.DOTALL)
    assert shown
    assert run(shlex.split(html.unescape(shown[1])), elsewhere) == made.segments


def test_by_the_settings_that_it_hands_out(made: Made, elsewhere: Path):
    (elsewhere / "marketfold.toml").write_text(made.shown("marketfold.toml"), "utf-8")
    assert run(["marketfold", "run", "sales.csv"], elsewhere) == made.segments
