"""A statement in layers: each is a named common table expression that reads the one before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from marketfold.warehouse.expressions import column, name_of
from marketfold.warehouse.reserved import RESERVED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREFIX = "mf_"
"""Begins the name of each layer, so that none is called as a table of the warehouse."""


@dataclass
class Layers:
    """Layers as they are added, the first first."""

    made: dict[str, exp.Query] = field(default_factory=dict)

    def add(self, name: str, query: exp.Query) -> str:
        """Add a layer and give back its whole name."""
        whole = PREFIX + name
        self.made[whole] = query
        return whole

    def statement(self, query: exp.Select) -> exp.Select:
        """A query over the layers, with all of them before it."""
        for name, layer in self.made.items():
            query = query.with_(name, as_=layer, copy=False)
        return query


def select(cells: Mapping[str, exp.Expr], source: str | exp.Expr) -> exp.Select:
    """Cells, each under its name, from a layer or a table."""
    named = [exp.alias_(cell, name_of(name)) if _called(cell) != name else cell for name, cell in cells.items()]
    return exp.select(*named, copy=False).from_(source)


def _called(cell: exp.Expr) -> str:
    return cell.name if isinstance(cell, exp.Column) else ""


def feature_columns(names: Sequence[str]) -> dict[str, str]:
    """The column of each feature: letters, digits and underscores, which every warehouse takes, each once.

    >>> feature_columns(["Order"])
    {'Order': 'feature_order'}
    >>> feature_columns(["order_count", "category_Classic Cars_share", "category_classic_cars_share"])["order_count"]
    'order_count'
    """
    taken, found = {"customer_id", "unmatched_returns", "as_of_day"}, {}
    for place, name in enumerate(names, start=1):
        plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
        if not plain or plain[0].isdigit() or plain in RESERVED:
            plain = f"feature_{plain}".strip("_")
        found[name] = plain if plain not in taken else f"{plain}_{place}_of_{len(names)}"
        taken.add(found[name])
    return found


def columns(names: Sequence[str], table: str | None = None) -> dict[str, exp.Expr]:
    """Columns of a layer under their own names."""
    return {name: column(name, table) for name in names}
