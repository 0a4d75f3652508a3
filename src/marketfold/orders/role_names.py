"""How surely the name of a column means a role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marketfold.orders.aliases import ALIASES
from marketfold.orders.names import plain_name

if TYPE_CHECKING:
    from collections.abc import Callable

    Rank = Callable[[str, str], int | None]
    """How surely a column's name means a role, as `sureness`."""

_ASIDE = re.compile(r"\([^)]*\)")
_LINES = re.compile(r"(?i)lines?\b|positionen|zeilen|lignes|l[ií]neas|righe|regels|linhas|items?\b")


def _of_line(column: str) -> tuple[str, ...]:
    """The names of a column of an order's lines, which Odoo and others write as `Order Lines/Subtotal`."""
    table, sign, name = column.rpartition("/")
    if not sign or not _LINES.search(table):
        return ()
    return f"line{plain_name(name)}", plain_name(name)


def sureness(role: str, column: str) -> int | None:
    """How surely a column name means a role: 0 is the surest, None is not at all."""
    names = dict.fromkeys((plain_name(column), plain_name(_ASIDE.sub("", column))), 0)
    names |= {name: place for place, name in enumerate(names)} | dict.fromkeys(_of_line(column), 0)
    for name, penalty in names.items():
        if not name:
            continue
        if name == plain_name(role):
            return penalty
        for rank, aliases in enumerate(ALIASES.get(role, ()), start=1):
            if name in aliases:
                return rank + penalty
    return None
