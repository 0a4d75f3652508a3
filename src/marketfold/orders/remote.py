"""Addresses that lead off this machine: Marketfold reads local files, and asks no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marketfold.errors import SourceNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
_SHOWN = 80


def refuse_remote(names: Iterable[str | Path]) -> None:
    """`SourceNotFoundError` where one is an address and no path.

    >>> refuse_remote(["orders.csv"])
    """
    for name in names:
        found = _SCHEME.match(str(name))
        if found is None:
            continue
        what = "is an address, and only files of this machine are read: no network is asked"
        if found[1].lower() == "file":
            what = "is an address of a file, and its path is wanted"
        way = "Copy the file here; or load it with pandas, Polars or DuckDB, and give the table in Python."
        raise SourceNotFoundError(f"{str(name)[:_SHOWN]} {what}. {way}")
