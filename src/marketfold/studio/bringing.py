"""How order files come into the studio: streamed from the browser to disk, or picked below the root."""

from __future__ import annotations

import errno
import re
import shutil
import threading
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from starlette.concurrency import run_in_threadpool

from marketfold.errors import EngineError, MarketfoldError, OrdersError
from marketfold.file_names import ORDER_FILE_NAMES, RUN_FILE, is_passed_over
from marketfold.temporary import working_folder
from marketfold.whole_files import OWNER_ONLY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from marketfold.studio.workspace import Workspace

UPLOADS = "uploads"
"""Folder below the root of what was dropped."""
MOST_SHOWN = 500
"""Entries of one folder in the picker."""
_LONGEST = 120
_NO_NAME = frozenset('<>:"/\\|?*')
_STAGED = ".marketfold-"
_naming = threading.Lock()


def file_name(given: str) -> str:
    r"""A name that any system takes for a file, whatever a browser says that a file is called.

    >>> file_name("../../etc/pass:wd"), file_name("C:\\Orders\\May 2026.xlsx"), file_name("..")
    ('passwd', 'May 2026.xlsx', 'orders')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(sign for sign in last if sign.isprintable() and sign not in _NO_NAME).strip(" .~-")
    path = Path(plain or "orders")
    stem = path.stem.encode()[:_LONGEST].decode("utf-8", "ignore").strip(" .")
    return f"{stem or 'orders'}{path.suffix if len(path.suffix.encode()) < 16 else ''}"


async def receive(stream: AsyncIterator[bytes], folder: Path, name: str) -> Path:
    """Write what arrives into a file of a folder, under a name that no other has; it is there whole or not at all.

    Raises
    ------
    OrdersError
        If nothing arrives.
    EngineError
        If it cannot be written.
    """
    name = file_name(name)
    with _staged(folder, name) as staging:
        with staging.open("wb") as file:
            async for chunk in stream:
                await run_in_threadpool(file.write, chunk)
            size = file.tell()
        if not size:
            raise OrdersError(f"{name} is empty. Bring a file with a header and at least one order line.")
        return _take_name(staging, folder)


def keep(content: BinaryIO, folder: Path, name: str) -> Path:
    """Write a file that has arrived with a form as `receive` writes one that arrives alone; `EngineError` as there."""
    with _staged(folder, file_name(name)) as staging:
        with staging.open("wb") as file:
            shutil.copyfileobj(content, file)
        return _take_name(staging, folder)


@contextmanager
def _staged(folder: Path, name: str) -> Iterator[Path]:
    """Where a file is written before it takes its place, in a private folder that is cleared away."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with working_folder(_STAGED, folder) as private:
            yield private / name
    except OSError as error:
        if isinstance(error, MarketfoldError):
            raise
        raise _not_kept(name, error) from error


def _take_name(staging: Path, folder: Path) -> Path:
    path, number = folder / staging.name, 2
    with _naming:
        while path.exists() or path.is_symlink():
            path, number = folder / f"{staging.stem}-{number}{staging.suffix}", number + 1
        staging.chmod(OWNER_ONLY)  # people may be in it
        staging.rename(path)
    return path


def _not_kept(name: str, error: OSError) -> EngineError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    way = "Free some space, and bring it again." if full else "Look whether you may write there."
    return EngineError(f"{name} could not be kept: {error.strerror or error}. {way} Nothing of it was left.")


@dataclass(frozen=True)
class Entry:
    """A file or folder of the picker: its name, and its path below the root."""

    name: str
    path: str
    is_folder: bool
    n_bytes: int = 0


@dataclass(frozen=True)
class Folder:
    """What can be picked in a folder.

    Attributes
    ----------
    path
        Below the root; empty for the root itself.
    above
        Name and path of each folder on the way to it.
    entries
        Folders before files; no more than `MOST_SHOWN`.
    more
        How many are not among them.
    """

    path: str
    above: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    more: int = 0

    @property
    def is_source(self) -> bool:
        """Whether it holds files that may be read together as one table."""
        return bool(self.path) and sum(not one.is_folder for one in self.entries) > 1


def folder_below(workspace: Workspace, text: str) -> Folder:
    """What of a folder below the root can be picked: folders, and files that may hold orders."""
    home = workspace.below(text) if text else workspace.root
    if not home.is_dir():
        home = home.parent
    found = [entry for path in home.iterdir() if (entry := _entry(workspace, path)) is not None]
    found.sort(key=lambda one: (not one.is_folder, one.name.casefold()))
    parts = home.relative_to(workspace.root).parts
    above = tuple(Entry(part, "/".join(parts[: place + 1]), is_folder=True) for place, part in enumerate(parts))
    return Folder("/".join(parts), above, tuple(found[:MOST_SHOWN]), max(len(found) - MOST_SHOWN, 0))


def _entry(workspace: Workspace, path: Path) -> Entry | None:
    """None for what is hidden, leads out of the root, or is a run or no table."""
    if is_passed_over(path):
        return None
    try:
        told = path.relative_to(workspace.root).as_posix()
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(workspace.root):
            return None
        if path.is_dir():
            return None if (path / RUN_FILE).exists() else Entry(path.name, told, is_folder=True)
        if path.suffix.lower() not in ORDER_FILE_NAMES or not path.is_file():
            return None
        told.encode()
        return Entry(path.name, told, is_folder=False, n_bytes=path.stat().st_size)
    except (OSError, RuntimeError, ValueError):  # a link to nothing, a name that is no text
        return None
