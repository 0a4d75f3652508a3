"""Names, texts and paths as DuckDB's SQL writes them; the first two as PostgreSQL and SQLite do, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def quoted(name: str) -> str:
    """A column name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def verbatim(path: Path) -> str:
    """A path in DuckDB's SQL that names one file: DuckDB would take `*`, `?` and `[` for a pattern.

    >>> from pathlib import Path
    >>> verbatim(Path("orders[1].csv"))
    "'orders[[]1].csv'"
    """
    return literal(re.sub(r"[*?[]", r"[\g<0>]", str(path)))
