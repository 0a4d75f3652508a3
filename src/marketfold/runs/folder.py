"""Folders that appear whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.errors import RunFolderError

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = Path("runs")


def next_free_folder(name: str) -> Path:
    """A folder under `runs/` that does not exist yet: the name itself, or with the next number behind it."""
    folder, number = RUNS / name, 2
    while folder.exists():
        folder, number = RUNS / f"{name}-{number}", number + 1
    return folder


def refuse_existing(folder: Path) -> None:
    """Refuse a folder that exists: a run never writes over another.

    Raises
    ------
    RunFolderError
        If it exists.
    """
    if folder.exists():
        message = f"{folder} exists already, and a run never writes over anything. Name another folder with --out."
        raise RunFolderError(message)


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Write beside the final name, and take that name when all is written; after a failure nothing is left.

    Raises
    ------
    RunFolderError
        If the folder exists, or cannot be written.
    """
    refuse_existing(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        message = f"{folder} cannot be made ({error.strerror}). Name a folder that you may write to with --out."
        raise RunFolderError(message) from error
    try:
        yield staging
        staging.chmod(0o755)  # mkdtemp makes it private
        staging.rename(folder)
    except OSError as error:
        if isinstance(error, RunFolderError):
            raise
        message = f"{folder} could not be written ({error.strerror or error}). Free space or name another with --out."
        raise RunFolderError(message) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
