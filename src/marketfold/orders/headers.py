"""Where the names of the columns stand: in the first row, or below a title, blank rows and the names of groups."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import median
from typing import TYPE_CHECKING

from marketfold.orders.aliases import ALIASES
from marketfold.orders.dates import read_day
from marketfold.orders.names import plain_name
from marketfold.orders.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Sequence

SEARCHED = 60
"""Rows among which the header is looked for."""

_WIDE = 0.6
"""Share of the cells of a usual row that a row of names fills at least."""
_KNOWN = frozenset(
    {plain_name(role) for role in ALIASES}.union(*(tier for tiers in ALIASES.values() for tier in tiers))
)
_RULE = re.compile(r"[|+ \t]*[-=_]{3,}[-=_|+ \t]*")


@dataclass(frozen=True)
class Header:
    """The names of the columns, and the rows that hold them.

    Attributes
    ----------
    first
        Row of the names, from 0; of two rows of names the upper.
    rows
        1, or 2 where names of groups stand above the names of columns.
    names
        One for each column, as they stand there.
    """

    first: int
    rows: int
    names: tuple[str, ...]

    @property
    def body(self) -> int:
        """The first row below, from 0."""
        return self.first + self.rows


def is_rule(line: str) -> bool:
    """Whether a line of text only draws a line, as lists for printers have it.

    >>> is_rule("|------|-----|"), is_rule("|5|-|")
    (True, False)
    """
    return _RULE.fullmatch(line.strip()) is not None


@lru_cache(maxsize=4096)
def _is_name_known(text: str) -> bool:
    return plain_name(text) in _KNOWN


def is_filled(cell: object) -> bool:
    """Whether a cell holds anything."""
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _is_value(cell: object) -> bool:
    """Whether a cell is a number or a day, which no name of a column is."""
    if isinstance(cell, str):
        text = cell.strip()
        return read_number(text) is not None or read_day(text) is not None
    return cell is not None and not isinstance(cell, bool)


class _Shape:
    """What tells a row of names from a title and from a row of values; each is counted when it is asked for."""

    def __init__(self, row: Sequence[object]) -> None:
        self._cells = [cell for cell in row if is_filled(cell)]
        self.filled = len(self._cells)

    @cached_property
    def values(self) -> int:
        """Cells that are numbers or days."""
        return sum(map(_is_value, self._cells))

    @cached_property
    def known(self) -> int:
        """Different names of columns that are known."""
        return len({plain_name(cell) for cell in self._cells if isinstance(cell, str) and _is_name_known(cell)})

    @property
    def is_data(self) -> bool:
        """Whether it is a row of values."""
        return self.values >= 2 or self.values == self.filled > 0


def _place(shapes: Sequence[_Shape]) -> int:
    """The row of names: the first that is wide and known; else the last above the first values that is wide."""
    least = max(2.0, _WIDE * median([shape.filled for shape in shapes if shape.filled]))
    wide = [place for place, shape in enumerate(shapes) if shape.filled >= least]
    known = next((place for place in wide if shapes[place].known >= 3 and not shapes[place].is_data), None)
    if known is not None:
        return known
    names = [place for place in wide if not shapes[place].is_data]
    data = next((place for place in wide if shapes[place].is_data), len(shapes))
    above = [place for place in names if place < data]
    if not above:
        return next(place for place, shape in enumerate(shapes) if shape.filled)
    most = max(shapes[place].known for place in above)
    return above[-1] if most == 0 and data < len(shapes) else next(p for p in above if shapes[p].known == most)


def _texts(row: Sequence[object], width: int) -> list[str]:
    cells = ["" if cell is None else str(cell).strip() for cell in row]
    return cells + [""] * (width - len(cells))


def _join(upper: Sequence[object], lower: Sequence[object]) -> tuple[str, ...]:
    """Names from two rows: the lower one, with its group where it is not alone, and the upper where it is blank."""
    width = max(len(upper), len(lower))
    groups, names = _texts(upper, width), _texts(lower, width)
    often, group, joined = Counter(names), "", []
    for own, name in zip(groups, names, strict=True):
        group = own or group  # the cell of a merged group stands on its first column
        joined.append(own if not name else f"{group} {name}".strip() if often[name] > 1 else name)
    return tuple(joined)


def find_header(rows: Sequence[Sequence[object]], given: int | None = None) -> Header | None:
    """Find the row with the names of the columns among the first rows of a table.

    Parameters
    ----------
    rows
        The first rows with all their cells, blank rows included.
    given
        Row of the names, from 0, where the user has said it.

    Returns
    -------
    Header or None
        None where no row holds anything.

    Examples
    --------
    >>> rows = [["Sales report"], [], ["Order", "Customer", "Date", "Total"], ["1", "C1", "2024-02-13", "9.50"]]
    >>> find_header(rows).first
    2
    """
    shapes = [_Shape(row) for row in rows[:SEARCHED]]
    if given is not None:
        return Header(given, 1, tuple(_texts(rows[given], 0))) if given < len(rows) else None
    if not any(shape.filled for shape in shapes):
        return None
    place = _place(shapes)
    return _with_groups(rows, shapes, place)


def _with_groups(rows: Sequence[Sequence[object]], shapes: Sequence[_Shape], place: int) -> Header:
    """Join the row above or below where the names of the found row alone do not tell the columns apart."""
    names = _texts(rows[place], 0)
    filled = [name for name in names if name]
    if len(set(filled)) < len(filled) or len(filled) < len(names):
        if place and _is_groups(shapes[place - 1]) and shapes[place - 1].filled <= len(names):
            return Header(place - 1, 2, _join(rows[place - 1], rows[place]))
        if place + 1 < len(shapes) and _fills(rows[place], rows[place + 1], shapes[place + 1]):
            return Header(place, 2, _join(rows[place], rows[place + 1]))
    return Header(place, 1, tuple(names))


def _is_groups(shape: _Shape) -> bool:
    return shape.filled >= 2 and not shape.values


def _fills(upper: Sequence[object], lower: Sequence[object], shape: _Shape) -> bool:
    """Whether a row without values names at least two columns that the row above leaves blank."""
    if shape.values or not shape.filled:
        return False
    width = max(len(upper), len(lower))
    pairs = zip(_texts(upper, width), _texts(lower, width), strict=True)
    return sum(bool(name) and not own for own, name in pairs) >= 1 and shape.filled >= 2
