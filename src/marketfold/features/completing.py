"""Features that are made from what stands beside a table's features, where a model or a feature set asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.features.expected import EXPECTED, with_expected
from marketfold.features.geography import is_place, with_geography

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.units import FeatureTable


def is_made_later(name: str) -> bool:
    """Whether a feature is no measurement of the orders, but is made from the table that has been measured."""
    return is_place(name) or name in EXPECTED


def complete(table: FeatureTable, names: Sequence[str]) -> FeatureTable:
    """The table with those of these features that are made from the rest of it: places, and what is expected.

    Raises
    ------
    ParameterError
        If what is expected is asked for, and nothing is expected of these units.
    """
    lacking = set(names) - set(table.names)
    if lacking & set(EXPECTED):
        table = with_expected(table)
    return with_geography(table, names=names) if any(map(is_place, lacking)) else table
