"""A disk that is full: what is refused, what is left of it, and that the studio goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.studio.test_command import Running, running
from tests.studio.visitor import Visitor

pytestmark = pytest.mark.skipif(os.name != "posix", reason="mounts of POSIX")
ROOM = 8_000_000
SETTINGS = {"quick": True, "clustering": {"segments": 3, "bootstraps": 2, "k_max": 4}, "reduction": {"method": "none"}}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    options = f"size={ROOM},uid={os.getuid()},gid={os.getgid()}"
    wanted = ["mount", "-t", "tmpfs", "-o", options, "marketfold-test", str(place)]
    as_root = next((sudo for sudo in ([], ["sudo", "-n"]) if _can([*sudo, *wanted])), None)
    if as_root is None:
        pytest.skip("Nobody here may mount a disk of its own.")
    yield place
    subprocess.run([*as_root, "umount", "--lazy", str(place)], check=True)


def _can(command: list[str]) -> bool:
    return bool(shutil.which(command[0])) and subprocess.run(command, capture_output=True, check=False).returncode == 0


def fill(disk: Path, leave: int) -> Path:
    """A file that takes all of the room but so many bytes."""
    filler = disk / "filler.bin"
    free = os.statvfs(disk)
    with filler.open("wb") as file:
        file.write(b"x" * max(free.f_bavail * free.f_frsize - leave, 0))
    return filler


def entered(studio: Running) -> Visitor:
    return studio.visitor.enter()


def upload(visitor: Visitor, name: str, content: bytes) -> str:
    headers = {"Origin": f"http://{visitor.host}", "HX-Request": "true"}
    answer = visitor.ask("POST", f"/upload?name={name}", content, headers)
    assert answer.status in {200, 204}
    return answer.text or answer.headers["hx-redirect"]


def test_a_file_for_which_there_is_no_room_is_refused_and_nothing_of_it_is_left(disk: Path, examples: Path):
    orders = (examples / "sales.csv").read_bytes()
    with running(disk) as studio:
        visitor = entered(studio)
        told = upload(visitor, "large.csv", orders * (2 * ROOM // len(orders)))
        assert "refusal" in told
        assert "large.csv could not be kept: No space left on device. Free some space, and bring it again." in told
        assert list((disk / "uploads").iterdir()) == []
        assert visitor.get("/").status == 200
        assert upload(visitor, "sales.csv", orders) == "/p/sales/data"
        (job,) = visitor.wait_for_jobs()
        assert (job.kind, job.state) == ("look", "done")


def test_a_run_for_which_there_is_no_room_fails_whole_and_is_made_when_there_is(disk: Path, examples: Path):
    shutil.copy(examples / "shoppers.csv", disk)
    with running(disk) as studio:
        visitor = entered(studio)
        project = visitor.workspace.create("shoppers", disk / "shoppers.csv", SETTINGS)
        filler = fill(disk, leave=200_000)
        visitor.post(f"/p/{project.key}/run", revision=str(project.revision))
        (job,) = visitor.wait_for_jobs()
        assert (job.kind, job.state) == ("run", "failed")
        assert "No space left on device" in job.message
        assert [path.name for path in (disk / "runs").iterdir()] == []
        shown = visitor.get(f"/p/{project.key}/segments")
        assert shown.status == 200
        assert "No space left on device" in shown.text
        assert "Start again" in shown.text
        filler.unlink()
        visitor.post(f"/jobs/{job.ident}/again")
        newest = visitor.wait_for_jobs()[0]
        assert newest.state == "done", newest.message
        assert (disk / "runs" / project.key / "run.json").is_file()


def test_with_no_room_at_all_every_page_is_there_and_what_is_asked_is_refused(disk: Path, examples: Path):
    shutil.copy(examples / "sales.csv", disk)
    with running(disk) as studio:
        visitor = entered(studio)
        project = visitor.workspace.create("sales", disk / "sales.csv", SETTINGS)
        filler = fill(disk, leave=0)
        for place in ("data", "segments", "cleaning", "campaigns", "result", "learn", "report"):
            assert visitor.get(f"/p/{project.key}/{place}").status == 200
        refused = visitor.post(f"/p/{project.key}/run", revision=str(project.revision))
        assert refused.status in {422, 507}
        assert "No space left on device" in refused.text
        assert visitor.workspace.project(project.key).settings == SETTINGS
        assert visitor.jobs.all() == []
        filler.unlink()
        again = str(visitor.workspace.project(project.key).revision)
        assert visitor.post(f"/p/{project.key}/again", revision=again).status == 303
        (job,) = visitor.wait_for_jobs()
        assert job.state == "done"
