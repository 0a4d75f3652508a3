from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.exploration.geography import _degrees, middle_of, middles, places

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Exploration


def test_every_country_of_the_sales_is_on_the_map(sales: Exploration, sales_kept: pd.DataFrame):
    found = sales.geography
    assert found is not None
    assert len(found.names) == sales_kept["COUNTRY"].nunique()
    assert "" not in found.iso3
    assert np.isfinite(found.latitude).all()
    by = sales_kept.groupby("COUNTRY")
    assert dict(zip(found.names, found.revenue, strict=True)) == pytest.approx(by["SALES"].sum().to_dict())
    customers = dict(zip(found.names, found.customers.tolist(), strict=True))
    assert customers == by["CUSTOMERNAME"].nunique().to_dict()


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"), [("US", 39, -98), ("SG", 1.3, 103.85), ("NO", 61, 9), ("PH", 14.6, 121)]
)
def test_places_are_where_the_countries_are(code: str, latitude: float, longitude: float):
    assert middle_of(code) == pytest.approx((latitude, longitude), abs=1)


def test_hand_written_middles_lie_near_a_place_of_that_country():
    """A slip in a sign or a swapped pair lies half a world away."""
    for code, (latitude, longitude) in middles().items():
        near = min(max(abs(latitude - a), abs(longitude - b)) for a, b in places()[code])
        assert near < 20, code


def test_without_countries_there_is_no_map(purchases: Exploration):
    assert purchases.geography is None


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("+4042", 40.7), ("-4042", -40.7), ("+404200", 40.7), ("-0740023", -74.0), ("+10630", 106.5), ("+1063000", 106.5)],
)
def test_places_are_written_in_degrees_and_minutes(text: str, degrees: float):
    assert _degrees(text) == pytest.approx(degrees)
