"""Countries as columns, for those who ask that geography shapes segments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.features.sums import DESCRIBING
from marketfold.schema import Feature, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PLACES = 12
_OTHER = "other"


def _name(column: str, place: str) -> str:
    return f"{column}_{place}_share"


def _features(column: str, places: Sequence[str]) -> tuple[Feature, ...]:
    return tuple(
        Feature(_name(column, place), f"{column} is {place}", "share", "geography", column) for place in places
    )


def _commonest(values: np.ndarray) -> list[str]:
    """The places with most units, and `other` where there are more."""
    known = [str(value) for value in values if value is not None]
    places, counts = np.unique(np.array(known, dtype=object).astype(str), return_counts=True)
    order = np.lexsort((places, -counts))
    ordered = [str(places[place]) for place in order if places[place] != _OTHER]
    return ordered[:MOST_PLACES] + ([_OTHER] if len(known) < len(values) or len(ordered) > MOST_PLACES else [])


def with_geography(table: FeatureTable, names: Sequence[str] | None = None) -> FeatureTable:
    """The table with a column for each of its commonest countries and territories, 1 where the unit is there.

    Parameters
    ----------
    table
        With `described` columns.
    names
        Exactly these columns of geography, as a saved model needs them.
    """
    columns, features = [table.values], list(table.features)
    for column in DESCRIBING[:2]:
        values = table.described.get(column)
        if values is None:
            continue
        start, end = f"{column}_", "_share"
        asked = [name[len(start) : -len(end)] for name in names or () if name.startswith(start)]
        places = _commonest(values) if names is None else asked
        text = np.array([_OTHER if value is None else str(value) for value in values])
        listed = [place for place in places if place != _OTHER]
        for place in places:
            here = ~np.isin(text, listed) if place == _OTHER else text == place
            columns.append(here.astype(np.float64)[:, None])
        features += _features(column, places)
    return replace(table, values=np.hstack(columns), features=tuple(features))
