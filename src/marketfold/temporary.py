"""Folders and files that are there only while a process works: locked while it lives, and swept away when it is dead.

Locks are `flock`, which a process loses when it ends, however it ends. Where there is none (Windows, some networks),
nothing is swept.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.errors import RunFolderError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTIAL = ".partial"
"""Ends every name, so that nothing of a person's own is taken for ours."""
YOUNGEST = 60.0
"""Seconds: one that was made just now may not be locked yet."""
RANDOM = r"[a-z0-9_]{8}"


def locked(path: Path) -> int | None:
    """Lock a file or folder for as long as this process lives, or until the number that is returned is closed.

    None where another process holds it. `OSError` where it cannot be opened or locked at all.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        os.close(handle)
        raise
    return handle


def is_alive(process: int) -> bool:
    """Whether a process still runs; taken for granted where asking could end it."""
    try:
        if os.name == "posix":
            os.kill(process, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True


def sweep(home: Path, prefix: str) -> None:
    """Clear away what processes left in a folder that ended before they could; never what a living one works on."""
    if sys.platform == "win32":
        return
    ours = re.compile(rf"{re.escape(prefix)}{RANDOM}(\.\w+)?{re.escape(PARTIAL)}")
    with suppress(OSError):
        for path in [path for path in home.iterdir() if ours.fullmatch(path.name)]:
            with suppress(OSError):
                about = path.lstat()
                if about.st_uid == os.getuid() and time.time() - about.st_mtime > YOUNGEST and not path.is_symlink():
                    _clear(path)


def _clear(path: Path) -> None:
    handle = locked(path)
    if handle is None:
        return
    try:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def make_folder(prefix: str, home: Path | None = None) -> tuple[Path, int | None]:
    """Make a private folder, in the folder for temporary files if no other is given, and sweep away dead ones.

    It stays locked while the number that comes with it is open.
    """
    home = home or Path(tempfile.gettempdir())
    sweep(home, prefix)
    made = Path(tempfile.mkdtemp(prefix=prefix, suffix=PARTIAL, dir=home))
    with suppress(OSError):
        return made, locked(made)
    return made, None


@contextmanager
def working_folder(prefix: str, home: Path | None = None) -> Iterator[Path]:
    """A private folder while something is written; what is still in it is gone afterwards."""
    made, lock = make_folder(prefix, home)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if lock is not None:
            os.close(lock)


@contextmanager
def claimed(folder: Path, busy: str = "") -> Iterator[None]:
    """Let no other process make a folder while this one works on what goes into it.

    `RunFolderError` if another one does; `busy` says so in other words.
    """
    if sys.platform == "win32":
        yield
        return
    place = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"marketfold-{os.getuid()}-{place}.lock"
    handle, other = None, False
    with suppress(OSError):
        path.touch(mode=0o600)
        handle = locked(path)
        other = handle is None
    if other:
        raise RunFolderError(
            busy or f"Another run is writing {folder} now. Wait for it, or name another folder with --out."
        )
    try:
        yield
    finally:
        if handle is not None:
            path.unlink(missing_ok=True)
            os.close(handle)
