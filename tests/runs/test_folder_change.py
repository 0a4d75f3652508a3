from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from marketfold.errors import RunFolderError
from marketfold.runs import Run
from marketfold.runs.folder import changed_copy, put_back


def folder_in(home: Path) -> Path:
    folder = home / "shop"
    (folder / "sub").mkdir(parents=True)
    for name in ("a", "b", "c", "sub/d"):
        (folder / name).write_text(f"old {name}", "utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_in(tmp_path)


def contents(folder: Path) -> dict[str, str]:
    return {str(one.relative_to(folder)): one.read_text("utf-8") for one in folder.rglob("*") if one.is_file()}


def change(folder: Path) -> None:
    with changed_copy(folder) as copy:
        for name in ("a", "b", "sub/d"):
            (copy / name).write_text(f"new {name}", "utf-8")


def nothing_beside(folder: Path) -> bool:
    return [path.name for path in folder.resolve().parent.iterdir() if path.name.startswith(".")] == []


NEW = {"a": "new a", "b": "new b", "c": "old c", "sub/d": "new sub/d"}


def test_a_link_stays_a_link_to_the_changed_folder(folder: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(folder)
    change(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert contents(folder) == NEW
    assert nothing_beside(folder)


def test_the_folder_in_which_one_stands_is_changed_again_and_again(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)
    change(Path())
    change(Path())
    assert contents(Path()) == NEW
    assert nothing_beside(folder)


@pytest.mark.parametrize("which", range(1, 10))
def test_what_cannot_be_exchanged_is_put_back(folder: Path, monkeypatch: pytest.MonkeyPatch, which: int):
    before, rename, done = contents(folder), Path.rename, []

    def failing(self: Path, target: Path) -> Path:
        done.append(target)
        if len(done) == which:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(RunFolderError, match=r"is as it was: Permission denied"):
        change(folder)
    assert contents(folder) == before
    assert nothing_beside(folder)


def raise_after_a_change(folder: Path, error: Exception) -> None:
    (folder / "a").unlink()
    raise error


def test_an_error_of_the_change_leaves_everything(folder: Path):
    before = contents(folder)
    with pytest.raises(RunFolderError, match="is as it was: No space left"), changed_copy(folder) as copy:
        raise_after_a_change(copy, OSError(28, "No space left on device"))
    with pytest.raises(KeyError), changed_copy(folder) as copy:
        raise_after_a_change(copy, KeyError())
    assert contents(folder) == before
    assert nothing_beside(folder)


def test_of_two_processes_the_second_is_told(folder: Path):
    with changed_copy(folder), pytest.raises(RunFolderError, match="Another process is changing"):
        change(folder)
    change(folder)
    assert contents(folder) == NEW


def test_what_a_dead_process_left_is_put_back_and_cleared_away(folder: Path):
    before, gone = contents(folder), subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    work = folder.with_name(".shop-plan-change")
    (work / "old").mkdir(parents=True)
    (work / "process").write_text(str(gone.pid), "ascii")
    for name in ("a", "sub"):
        (folder / name).rename(work / "old" / name)
    (folder / "a").write_text("half", "utf-8")
    shutil.copytree(folder, folder.with_name(".shop-renewed"))
    (folder.with_name(".shop-renewed") / "run.json").write_text("{}", "utf-8")
    put_back(folder)
    assert contents(folder) == before
    assert nothing_beside(folder)


KILLED = """
import os, signal, sys
from pathlib import Path
from marketfold.runs.folder import changed_copy

def change_until(which, folder):
    rename, done = Path.rename, []

    def killing(self, target):
        if len(done) == which:
            os.kill(os.getpid(), signal.SIGKILL)
        done.append(target)
        return rename(self, target)

    Path.rename = killing
    with changed_copy(folder) as copy:
        for name in ("a", "b", "sub/d", "run.json"):
            (copy / name).write_text("new " + name, "utf-8")
    os._exit(0)

for which, folder in zip(sys.argv[1::2], sys.argv[2::2]):
    child = os.fork()
    if not child:
        change_until(int(which), Path(folder))
    print(-os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Loads the library once; each change is a process of its own, killed before one of its renames."""

POINTS = (0, 1, 4, 7, 8, 10)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """For each point in a change, the folder that a process which was killed there left."""
    folders = {which: folder_in(tmp_path_factory.mktemp(f"killed-{which}")) for which in POINTS}
    for folder in folders.values():
        (folder / "run.json").write_text("old run.json", "utf-8")
    words = [str(word) for pair in folders.items() for word in pair]
    ended = subprocess.run([sys.executable, "-c", KILLED, *words], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [str(int(signal.SIGKILL))] * len(POINTS)
    return folders


@pytest.mark.skipif(os.name != "posix", reason="no such signal here")
@pytest.mark.parametrize("which", POINTS)
def test_a_kill_in_the_middle_is_healed_by_the_next_command_that_reads(
    folder: Path, killed: dict[int, Path], which: int
):
    (folder / "run.json").write_text("old run.json", "utf-8")
    with pytest.raises(RunFolderError, match=r"run\.json is damaged"):  # it is there, and is no record
        Run.read(killed[which])
    assert contents(killed[which]) == contents(folder)
    assert nothing_beside(killed[which])


@pytest.mark.parametrize("what", ["before", "renewed"])
def test_a_whole_folder_that_was_left_takes_its_name_again(folder: Path, what: str):
    (folder / "run.json").write_text("old run.json", "utf-8")
    before = contents(folder)
    folder.rename(folder.with_name(f".shop-{what}"))
    with pytest.raises(RunFolderError, match=r"run\.json is damaged"):
        Run.read(folder)
    assert contents(folder) == before
    assert nothing_beside(folder)


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="nothing is forbidden here")
def test_a_place_that_cannot_be_written_to_is_said(folder: Path):
    folder.parent.chmod(0o500)
    try:
        with pytest.raises(RunFolderError, match=r"cannot be written to \(Permission denied\)"):
            change(folder)
    finally:
        folder.parent.chmod(0o700)
