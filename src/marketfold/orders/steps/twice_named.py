"""Columns of one name, of which one is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.decisions import Decision

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead


def doubt_twice_named(read: LinesRead) -> LinesRead:
    """Warn where the column of a role has a namesake with other cells; the reading numbers the later ones."""
    given = set(read.options.mapping.values())
    for column in dict.fromkeys(read.mapping.values()):
        other = f"{column} (2)"
        if column in given or other not in read.sample or read.sample[other] == read.sample[column]:
            continue
        roles = tuple(role for role, name in read.mapping.items() if name == column)
        read = read.decided(Decision("column_twice", (column,), numbers={"other": f"'{other}'", "role": roles[0]}))
    return read
