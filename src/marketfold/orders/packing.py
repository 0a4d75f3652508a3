"""Text that lies packed (gz, bz2, xz, zst, zip), and standard input: known by content, unpacked within a limit."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import sys
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa

from marketfold import words
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.file_names import is_passed_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

_MARKS = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst", b"PK\x03\x04": "zip"}
_OPEN: dict[str, Callable[[Path], Any]] = {
    "gz": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
    "zst": lambda path: pa.input_stream(str(path), compression="zstd"),
}
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException, RuntimeError)
_BLOCK = 4 << 20
MOST_TIMES = 200
"""How many times larger than packed a text may be, beyond `ALWAYS`: orders seldom shrink to a hundredth."""
ALWAYS = 256 << 20
_SPARE = 512 << 20
"""Bytes of the temporary folder that unpacking leaves free."""


def packed_as(path: Path) -> str | None:
    """How a file is packed, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(8)
    return next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)


def members_of(path: Path) -> list[str]:
    """Names of the files within a zip archive that may be tables: no folders, nothing hidden.

    Raises
    ------
    OrdersError
        If the archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = [name for name in archive.namelist() if not name.endswith("/")]
    except _DAMAGED as error:
        raise _damaged(path.name) from error
    return [name for name in files if not any(is_passed_over(Path(part)) for part in Path(name).parts)]


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files in a folder and the folders within it that may be tables, each with its path from there.

    OSError if one of these folders may not be looked into.
    """

    def fail(error: OSError) -> None:
        raise error

    for home, folders, names in os.walk(folder, onerror=fail):  # which does not follow links to folders
        folders[:] = [name for name in folders if not is_passed_over(Path(name))]
        for name in names:
            path = Path(home, name)
            if path.exists() and not is_passed_over(path.relative_to(folder)):
                yield str(path.relative_to(folder)), path


@dataclass(frozen=True)
class TextFile:
    """A text file as it lies on disk, packed or not.

    Attributes
    ----------
    name
        How it is called in messages.
    path
        The file on disk.
    kind
        How it is packed; None for plain text.
    member
        Its name within a zip archive.
    folder
        Where it is unpacked to, and deleted again when it has been read.
    """

    name: str
    path: Path
    kind: str | None = None
    member: str = ""
    folder: Path = Path()

    def stamp(self) -> tuple[int, int]:
        """What tells that the file is still the one that was opened."""
        try:
            status = self.path.stat()
        except FileNotFoundError as error:
            raise SourceNotFoundError(f"{self.name} is no longer where it was read.") from error
        return status.st_size, status.st_mtime_ns

    @contextmanager
    def at_hand(self) -> Iterator[Path]:
        """The file as plain text; a packed one is unpacked for as long as it is wanted."""
        if self.kind is None:
            yield self.path
            return
        copy = self.folder / f"unpacked-{uuid4().hex}"
        try:
            self._unpack(copy)
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    def _unpack(self, copy: Path) -> None:
        limit = max(ALWAYS, MOST_TIMES * self.path.stat().st_size)
        try:
            if self.kind == "zip":
                with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as packed:
                    copy_within(packed, copy, limit, self.name)
            else:
                with _OPEN[self.kind or ""](self.path) as packed:
                    copy_within(packed, copy, limit, self.name)
        except _DAMAGED as error:
            raise _damaged(self.name) from error


def copy_within(packed: IO[bytes], copy: Path, limit: int | None, name: str) -> None:
    """Copy a stream to a file, no more than a limit and what there is room for.

    Raises
    ------
    OrdersError
        If there is more.
    """
    room, written = shutil.disk_usage(copy.parent).free - _SPARE, 0
    with copy.open("wb") as out:
        while block := packed.read(_BLOCK):
            written += len(block)
            if limit is not None and written > limit:
                raise OrdersError(
                    f"{name} is more than {words.count(limit >> 20)} MB when it is unpacked, which no table of orders "
                    "of its size is. Unpack it yourself and give the text file, if you trust it."
                )
            if written > room:
                raise OrdersError(
                    f"There is no room for {name} in the temporary folder: it is more than {words.count(room >> 20)} "
                    "MB. Free space there (TMPDIR names another)."
                )
            out.write(block)


def spool_input(folder: Path) -> Path:
    """Standard input as a file in a folder.

    Raises
    ------
    OrdersError
        If it is a terminal, or there is no room for it.
    """
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        raise OrdersError(
            "- stands for standard input, which is a terminal here. Give a file, or a pipe: `cat orders.csv | ...`."
        )
    copy = folder / "standard-input"
    copy_within(sys.stdin.buffer, copy, None, "Standard input")
    return copy


def _damaged(name: str) -> OrdersError:
    return OrdersError(f"{name} cannot be unpacked: it is damaged, cut short, or locked by a password.")
