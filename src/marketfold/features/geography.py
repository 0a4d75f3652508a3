"""Countries as columns, for those who ask that geography shapes segments."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError
from marketfold.units import Feature, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST_PLACES = 12
DESCRIBING = ("country", "territory", "state")
"""Columns that describe a unit; only those of `SHAPING` can shape segments, for those who ask for it."""
SHAPING = DESCRIBING[:2]
_OTHER = "other"
_END = "_share"


def is_place(name: str) -> bool:
    """Whether a feature is the share of one country or territory."""
    return name.endswith(_END) and name.startswith(tuple(f"{column}_" for column in SHAPING))


def place_of(name: str) -> tuple[str, str | None]:
    """Column and place that such a feature is the share of; the place is None for all others.

    >>> place_of("country_Spain_share"), place_of("territory_other_share")
    (('country', 'Spain'), ('territory', None))
    """
    column = next(column for column in SHAPING if name.startswith(f"{column}_"))
    place = name[len(column) + 1 : -len(_END)]
    return column, None if place == _OTHER else place


def keep_columns(table: FeatureTable, names: Collection[str]) -> FeatureTable:
    """The table restricted to some of its features, in the order of `names`.

    Raises
    ------
    ParameterError
        Naming every feature that the table does not have.
    """
    if tuple(names) == table.names:
        return table
    missing = [name for name in names if name not in table.names]
    if missing:
        gone = ", ".join(missing)
        raise ParameterError(f"The units have no {gone}. Read the orders with the columns that these are made of.")
    places = [table.names.index(name) for name in names]
    return replace(table, values=table.values[:, places], features=tuple(table.features[place] for place in places))


def _commonest(values: np.ndarray) -> list[str]:
    """The places with most units, and `other` where there are more."""
    counts = Counter(str(value) for value in values if value is not None)
    ordered = sorted(counts.keys() - {_OTHER}, key=lambda place: (-counts[place], place))
    more = counts.total() < len(values) or len(ordered) > MOST_PLACES
    return ordered[:MOST_PLACES] + ([_OTHER] if more else [])


def with_geography(table: FeatureTable, names: Sequence[str] | None = None) -> FeatureTable:
    """The table with a column for each of its commonest countries and territories, 1 where the unit is there.

    With `names` exactly these columns of geography, as a saved model needs them.
    """
    columns, features = [table.values], list(table.features)
    for column in SHAPING:
        if (values := table.described.get(column)) is None:
            continue
        start = f"{column}_"
        asked = [name[len(start) : -len(_END)] for name in names or () if is_place(name) and name.startswith(start)]
        places = _commonest(values) if names is None else asked
        text = np.array([_OTHER if value is None else str(value) for value in values])
        listed = [place for place in places if place != _OTHER]
        for place in places:
            here = ~np.isin(text, listed) if place == _OTHER else text == place
            columns.append(here.astype(np.float64)[:, None])
            features.append(Feature(f"{start}{place}{_END}", f"{column} is {place}", "share", "geography", column))
    return replace(table, values=np.hstack(columns), features=tuple(features))
