"""Cells that are empty, and columns that the source does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.schema import REQUIRED, ROLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

WANTED = ("quantity", "product_id", "category", "country", "list_price", "status")
"""Columns whose absence takes a question away, in the order in which they are missed."""


@dataclass(frozen=True)
class Missing:
    """Empty cells over all read lines, of each role that the source offers, most empty first, shape (n_columns,).

    `absent` are roles that would have answered a question and that no column was found for.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    empty: NDArray[np.int64]
    n_lines: int
    absent: tuple[str, ...]

    @property
    def empty_share(self) -> Float64:
        """Share of empty cells, 0 to 1, shape (n_columns,)."""
        return np.asarray(self.empty / max(self.n_lines, 1), dtype=np.float64)


def find_missing(tables: Tables) -> Missing:
    """Empty cells of every column over all read lines; costs nothing, they were counted with the first look."""
    mapped = tables.clean.facts.mapping
    columns = [name for name in tables.columns.names if name in mapped and not ROLES[name].personal]
    columns.sort(key=lambda name: (-tables.columns.missing[name], list(ROLES).index(name)))
    absent = tuple(name for name in WANTED if name not in tables.columns.names and name not in REQUIRED)
    labels = tuple(tables.label(name) for name in columns)
    empty = np.array([tables.columns.missing[name] for name in columns], dtype=np.int64)
    return Missing(tuple(columns), labels, empty, tables.columns.n_read, absent)
