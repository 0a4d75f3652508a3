"""Countries and territories as columns: the commonest, the rest as one, and those that a saved model asks for."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from marketfold.features import plain_formulas
from marketfold.features.fitted_statistics import FittedStatistics
from marketfold.features.geography import MOST_PLACES, with_geography
from marketfold.units import Feature, FeatureTable


def table(**described: list[str | None]) -> FeatureTable:
    n = len(next(iter(described.values())))
    ids = np.array([f"C{i:03}" for i in range(n)])
    feature = Feature("order_count", "orders", "count", "value")
    columns = {name: np.array(values, dtype=object) for name, values in described.items()}
    return FeatureTable("customer", ids, np.ones((n, 1)), (feature,), np.ones(n), date(2024, 1, 1), described=columns)


@pytest.mark.parametrize("column", ["country", "territory"])
def test_each_place_is_a_column_with_one_where_the_unit_is_there(column: str):
    made = with_geography(table(**{column: ["Spain", "Italy", "Spain", None]}))
    assert made.names == ("order_count", f"{column}_Spain_share", f"{column}_Italy_share", f"{column}_other_share")
    assert made.values[:, 1:].T.tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]


def test_rare_places_are_one_column():
    places: list[str | None] = [f"P{place:02}" for place in range(MOST_PLACES + 3) for _ in range(20 - place)]
    made = with_geography(table(country=places))
    assert len(made.names) == 1 + MOST_PLACES + 1
    assert made.names[-1] == "country_other_share"
    assert made.values[:, -1].sum() == sum(20 - place for place in range(MOST_PLACES, MOST_PLACES + 3))


def test_a_saved_model_has_its_own_columns_whatever_is_common_now():
    names = ("country_Malta_share", "country_other_share")
    made = with_geography(table(country=["Spain", "Malta", None]), names)
    assert made.names == ("order_count", *names)
    assert made.values[:, 1:].T.tolist() == [[0, 1, 0], [1, 0, 1]]


@pytest.mark.parametrize("column", ["country", "territory"])
def test_in_plain_pandas_a_place_is_the_same_column(column: str):
    """As a notebook of a run writes it, over a frame of units."""
    places = ["Spain", "Italy", None, "Malta"]
    names = (f"{column}_Spain_share", f"{column}_Malta_share", f"{column}_other_share")
    made = with_geography(table(**{column: places}), names)
    settings = FittedStatistics(date(2024, 1, 1), date(2025, 1, 1)).to_settings()
    formulas = plain_formulas("customer", names, settings)
    units = pd.DataFrame({column: places})
    for place, name in enumerate(names, start=1):
        value = eval(formulas[name], {"units": units})  # noqa: S307  (our own)
        assert value.tolist() == made.values[:, place].tolist()
