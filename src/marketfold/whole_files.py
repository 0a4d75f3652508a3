"""A file that appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.errors import RunFolderError
from marketfold.temporary import PARTIAL, locked, sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

MODE, OWNER_ONLY = 0o666, 0o600


@contextmanager
def whole_file(path: Path, mode: int = MODE) -> Iterator[Path]:
    """Write beside the final name, and take that name when all is written; what stood there stays until then.

    `mode` is who may read and write it, less what the process's umask takes away. `RunFolderError` if the file cannot
    be written; nothing is left of it then.
    """
    try:
        _refuse_other_kinds(path)
        sweep(path.parent, ".marketfold-")
        handle, name = tempfile.mkstemp(prefix=".marketfold-", suffix=f"{path.suffix}{PARTIAL}", dir=path.parent)
        lock = _lock(handle, Path(name))
    except RunFolderError:
        raise
    except OSError as error:
        raise _cannot(path, error) from error
    staging = Path(name)
    try:
        yield staging
        staging.chmod(mode & ~_umask())  # mkstemp makes it private
        staging.replace(path)
    except RunFolderError:
        raise
    except OSError as error:
        raise _cannot(path, error) from error
    finally:
        staging.unlink(missing_ok=True)
        if lock is not None:
            os.close(lock)


def _refuse_other_kinds(path: Path) -> None:
    if path.exists() and not path.is_file():
        raise RunFolderError(f"{path} is a folder or a device. Name another file with --out.")


def _lock(handle: int, staging: Path) -> int | None:
    os.close(handle)
    with suppress(OSError):
        return locked(staging)
    return None


def _cannot(path: Path, error: OSError) -> RunFolderError:
    return RunFolderError(f"{path} cannot be written ({error.strerror or error}). Name another file with --out.")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def write_whole(text: str, path: Path) -> None:
    """Write a text in UTF-8, its lines ended by a line feed; `RunFolderError` if it cannot be written."""
    with whole_file(path) as staging:
        staging.write_text(text, encoding="utf-8", newline="\n")
