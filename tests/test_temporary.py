from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from marketfold.errors import RunFolderError
from marketfold.temporary import YOUNGEST, claimed, make_folder, sweep, working_folder

HOLD = """
import sys, time
from pathlib import Path
from marketfold.cli import _end_cleanly_when_asked
from marketfold.temporary import claimed, working_folder
_end_cleanly_when_asked()
home = Path(sys.argv[1])
with claimed(home / "run"), working_folder(".run-", home) as folder:
    (folder / "ids.csv").write_text("a@example.com")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def other_process(home: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process that works on a run in a folder, and where."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout as out:
        return process, home / out.readline().strip()


def made_old(path: Path) -> Path:
    then = time.time() - 2 * YOUNGEST
    os.utime(path, (then, then))
    return path


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_needs_is_not(tmp_path: Path):
    process, folder = other_process(tmp_path)
    try:
        made_old(folder)
        sweep(tmp_path, ".run-")
        assert (folder / "ids.csv").exists()
        with pytest.raises(RunFolderError, match="Another run is writing"), claimed(tmp_path / "run"):
            pass
    finally:
        process.kill()
        process.wait()
    assert folder.exists()
    made_old(folder)
    with claimed(tmp_path / "run"), working_folder(".run-", tmp_path):
        assert not folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_is_asked_to_end_leaves_nothing(tmp_path: Path):
    process, folder = other_process(tmp_path)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert not folder.exists()


@pytest.mark.parametrize("name", [".run-settings", ".run-abcdefgh", ".other-abcdefgh.partial", ".run-a.partial", "x"])
def test_what_is_not_ours_stays(tmp_path: Path, name: str):
    made_old_one = tmp_path / name
    made_old_one.mkdir()
    made_old(made_old_one)
    sweep(tmp_path, ".run-")
    assert made_old_one.exists()


def test_a_young_folder_is_not_swept(tmp_path: Path):
    folder, lock = make_folder(".run-", tmp_path)
    assert lock is not None
    os.close(lock)
    sweep(tmp_path, ".run-")
    assert folder.exists()
    made_old(folder)
    sweep(tmp_path, ".run-")
    assert not folder.exists()


def test_a_link_is_never_followed(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    link = tmp_path / ".run-abcdefgh.partial"
    link.symlink_to(tmp_path / "mine")
    os.utime(link, (0, 0), follow_symlinks=False)
    sweep(tmp_path, ".run-")
    assert (tmp_path / "mine").exists()
