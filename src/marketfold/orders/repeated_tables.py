"""Sheets and files whose rows stand in another one too: all orders beside those of each month, a copy of a file."""

from __future__ import annotations

import hashlib
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    Cells = Sequence[Any]

FEWEST_ROWS = 3
"""Fewer rows may be those of another table by chance."""
MOST_SPARSE = 0.1
"""Share of rows with few cells above which they are lines like the others."""


def rows_within(tables: Sequence[Mapping[str, Cells]], labels: Collection[str]) -> dict[int, int]:
    """Tables of which every row stands in a larger one too, or in an equal one before it.

    Parameters
    ----------
    tables
        Columns of each table, by label.
    labels
        Columns to compare; a few rows with half as many cells as most have, such as totals, are not looked at.

    Returns
    -------
    Place of each such table, and of the table that has its rows.

    Examples
    --------
    >>> year = {"id": [1, 2, 3, 4], "day": ["a", "b", "c", "d"]}
    >>> rows_within([year, {"id": [1, 2, 3], "day": ["a", "b", "c"]}], ["id", "day"])
    {1: 0}
    """
    counted = [_rows(table, labels) for table in tables]
    sizes = [rows.total() for rows in counted]
    larger = sorted(range(len(tables)), key=lambda place: (-sizes[place], place))
    within: dict[int, int] = {}
    for rank, place in enumerate(larger):
        wholes = [other for other in larger[:rank] if other not in within and counted[place] <= counted[other]]
        if wholes and sizes[place] >= FEWEST_ROWS:
            within[place] = wholes[0]
    return dict(sorted(within.items()))


def _rows(table: Mapping[str, Cells], labels: Collection[str]) -> Counter[tuple[Any, ...]]:
    columns = [table[label] for label in labels if label in table]
    rows = list(zip(*columns, strict=True))
    filled = [sum(cell is not None and cell != "" for cell in row) for row in rows]
    usual = median(filled) if filled else 0
    lines = [row for row, cells in zip(rows, filled, strict=True) if 2 * cells > usual]
    return Counter(lines if len(rows) - len(lines) <= 1 + MOST_SPARSE * len(rows) else rows)


def same_files(paths: Mapping[str, Path]) -> dict[str, str]:
    """Files that are, byte for byte, another one of those given; the name of each and that of the one to read.

    Only files of one size are read for it.
    """
    sizes = Counter(path.stat().st_size for path in paths.values())
    seen: dict[tuple[int, bytes], str] = {}
    copies = {}
    for name in sorted(paths, key=lambda name: (len(name), name)):  # `orders (1).csv` is the copy of `orders.csv`
        size = paths[name].stat().st_size
        if sizes[size] > 1:
            with paths[name].open("rb") as file:
                first = seen.setdefault((size, hashlib.file_digest(file, "sha256").digest()), name)
            if first != name:
                copies[name] = first
    return copies
