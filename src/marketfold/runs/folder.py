"""Folders that appear, or are changed, whole or not at all, and by one process at a time."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.errors import MarketfoldError, RunFolderError
from marketfold.file_names import RUN_FILE, RUNS
from marketfold.temporary import is_alive, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

WORK, PROCESS, NEW, OLD = ".{}-plan-change", "process", "new", "old"


def next_free_folder(name: str) -> Path:
    """A folder under `runs/` that does not exist yet: the name itself, or with the next number behind it."""
    folder, number = RUNS / name, 2
    while folder.exists():
        folder, number = RUNS / f"{name}-{number}", number + 1
    return folder


def refuse_existing(folder: Path) -> None:
    """`RunFolderError` where a folder exists, for a run never writes over another, or where none can be made."""
    try:
        there = folder.exists()
        if not there:
            _try_to_make(folder)
    except OSError as error:
        raise RunFolderError(f"{folder} cannot be made ({error.strerror}). Name another folder with --out.") from error
    if there:
        message = f"{folder} exists already, and a run never writes over anything. Name another folder with --out."
        raise RunFolderError(message)


def _try_to_make(folder: Path) -> None:
    """Make a folder of nearly its name in the nearest folder there is, and take it away: `OSError` if it cannot be."""
    home = next(path for path in (folder.absolute(), *folder.absolute().parents)[1:] if path.exists())
    missing = folder.absolute().relative_to(home).parts
    for name in dict.fromkeys((max(missing, key=lambda part: len(os.fsencode(part))), missing[-1])):
        Path(tempfile.mkdtemp(prefix=f".{name}-", dir=home)).rmdir()


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Write beside the final name, and take that name when all is written; after a failure nothing is left.

    `RunFolderError` if the folder exists, or cannot be written.
    """
    refuse_existing(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging, lock = make_folder(f".{folder.name}-", folder.parent)
    except OSError as error:
        message = f"{folder} cannot be made ({error.strerror}). Name a folder that you may write to with --out."
        raise RunFolderError(message) from error
    try:
        yield staging
        staging.chmod(0o755)  # mkdtemp makes it private
        staging.rename(folder)
    except RunFolderError:
        raise
    except OSError as error:
        message = f"{folder} could not be written ({error.strerror or error}). Free space or name another with --out."
        raise RunFolderError(message) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if lock is not None:
            os.close(lock)


@contextmanager
def changed_copy(folder: Path) -> Iterator[Path]:
    """A copy of a folder to change, whose files take the place of the folder's when all went well.

    Copy and lock are one folder beside it, `.NAME-plan-change`. The folder itself stays (shells and other programs may
    stand in it, links may lead to it): its entries are exchanged, and put back where one of them cannot be.
    `RunFolderError` if another process changes the folder, or it cannot be changed; it is as it was then.
    """
    put_back(folder)
    folder = folder.resolve()
    work = _lock(folder)
    try:
        (work / PROCESS).write_text(str(os.getpid()), encoding="ascii")
        new = work / NEW
        shutil.copytree(folder, new, ignore_dangling_symlinks=True)
        yield new
        _exchange(folder, work)
    except MarketfoldError:
        raise
    except OSError as error:
        raise RunFolderError(
            f"{folder} could not be changed, and is as it was: {_reason(error)}. The change is prepared beside it, "
            f"in {folder.parent}: there must be room for a copy of the run, and you must be allowed to write."
        ) from error
    finally:
        if not (work / OLD).exists():  # or else it holds what could not be put back
            shutil.rmtree(work, ignore_errors=True)


def _reason(error: OSError) -> str:
    return error.strerror or (str(error.args[0]) if error.args else type(error).__name__)


def _lock(folder: Path) -> Path:
    """Make the folder in which the change is prepared: only one process can."""
    work = folder.with_name(WORK.format(folder.name))
    try:
        work.mkdir(0o700)  # ids of customers are in it
    except FileExistsError as error:
        first = f"move what is in {work / OLD} back into it, and " if (work / OLD).is_dir() else ""
        raise RunFolderError(
            f"Another process is changing {folder}; nothing was changed. Try again when it has ended; if there is "
            f"none, {first}delete {work}."
        ) from error
    except OSError as error:
        raise RunFolderError(
            f"{folder} cannot be changed: the change is prepared beside it, and {folder.parent} cannot be written to "
            f"({_reason(error)}). Copy the run to a folder that you may write to."
        ) from error
    return work


def put_back(folder: Path) -> None:
    """Put back and clear away what a process left that ended in a change; `RunFolderError` where that cannot be."""
    folder = folder.resolve()
    for what in ("before", "renewed"):
        earlier = folder.with_name(f".{folder.name}-{what}")
        if (earlier / RUN_FILE).is_file():
            _settle_earlier(earlier, folder)
    work = folder.with_name(WORK.format(folder.name))
    try:
        process = int((work / PROCESS).read_text("ascii"))
    except (OSError, ValueError):
        return
    if is_alive(process):
        return
    mine = work.with_name(f"{work.name}-{os.getpid()}")
    try:
        work.rename(mine)  # of two processes that find it, one gets it
        if (mine / OLD).is_dir():
            for entry in sorted((mine / OLD).iterdir()):
                _remove(folder / entry.name)
                entry.rename(folder / entry.name)
    except OSError as error:
        raise RunFolderError(
            f"{folder} was left in the middle of a change, and could not be put back ({_reason(error)}): what is "
            f"missing in it is in {mine / OLD}. Move it back by hand."
        ) from error
    shutil.rmtree(mine, ignore_errors=True)


def _settle_earlier(earlier: Path, folder: Path) -> None:
    """What a process left that changed whole folders: the folder where none has its name, else no longer needed."""
    try:
        if folder.exists():
            shutil.rmtree(earlier, ignore_errors=True)
        else:
            earlier.rename(folder)
    except OSError as error:
        raise RunFolderError(
            f"{folder} is not there, and {earlier} could not take its place ({_reason(error)})."
        ) from error


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _exchange(folder: Path, work: Path) -> None:
    """Exchange the entries of a folder for the new ones; where one cannot be, all are put back."""
    new, old = work / NEW, work / OLD
    old.mkdir()
    moves: list[tuple[Path, Path]] = []
    try:
        for name in sorted(path.name for path in new.iterdir()):
            for source, target in ((folder / name, old / name), (new / name, folder / name)):
                if os.path.lexists(source):
                    source.rename(target)
                    moves.append((source, target))
        old.rename(work / "done")
    except OSError as error:
        _put_back(moves, folder, old, error)
        old.rmdir()
        raise


def _put_back(moves: list[tuple[Path, Path]], folder: Path, old: Path, cause: OSError) -> None:
    try:
        for source, target in reversed(moves):
            target.rename(source)
    except OSError as error:
        raise RunFolderError(
            f"{folder} could not be changed ({_reason(cause)}), nor could it be put back ({_reason(error)}): what is "
            f"missing in it is in {old}. Move it back by hand."
        ) from error
