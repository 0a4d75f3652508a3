"""The fingerprint of a source: whether a file is still the one that a run read."""

from __future__ import annotations

import glob
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.file_names import is_passed_over
from marketfold.orders.addresses import table_address
from marketfold.orders.packing import files_below

if TYPE_CHECKING:
    from marketfold.orders.addresses import TableAddress


_LOGS = (".wal", "-wal")
"""What DuckDB and SQLite write beside a file before they write into it."""


def fingerprint(source: object) -> str | None:
    """SHA-256 of a file, or of those of a folder, a pattern or a list in the order of their paths; None of no file.

    That of a table is the one of its database file; a server has none.

    The names of the files do not count: a file that was moved has the same fingerprint.
    """
    address = table_address(source) if isinstance(source, str) else None
    if address is not None:
        return _of_database(address)
    given = source if isinstance(source, list | tuple) and source else [source]
    paths = [Path(one).expanduser() for one in given if isinstance(one, str | os.PathLike)]
    if len(paths) < len(given):
        return None
    return _together(sorted({file for path in paths for file in _files(path)}))


def _of_database(address: TableAddress) -> str | None:
    """Of the file, whichever of its tables is meant, with what is not yet written into it; None of a server."""
    path = Path(address.place).expanduser()
    logs = [path.with_name(path.name + ending) for ending in _LOGS]
    return _together([path, *(log for log in logs if log.exists() and log.stat().st_size)]) if address.is_file else None


def _together(files: list[Path]) -> str | None:
    try:
        digests = [_digest(file) for file in files]
    except OSError:
        return None
    if len(digests) < 2:
        return digests[0] if digests else None
    return hashlib.sha256("".join(digests).encode("ascii")).hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        inside = [file for _, file in files_below(path)]
    else:
        names = glob.glob(str(path), recursive=True) if glob.has_magic(str(path)) else []  # noqa: PTH207
        inside = [Path(name) for name in names if not is_passed_over(Path(Path(name).name))]
    return sorted(file for file in inside if file.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
