from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration.geography import Geography, _degrees, locate, middle_of, middles, places
from marketfold.exploration.tables import build_tables
from marketfold.orders import read_orders

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


def located(countries: list[str | None]) -> Geography | None:
    n = len(countries)
    lines = {
        "order_id": [str(number) for number in range(n)],
        "customer_id": [f"K{number % 2}" for number in range(n)],
        "ordered_on": ["2024-01-15"] * n,
        "amount": [1.0 + number for number in range(n)],
        "country": countries,
    }
    return locate(build_tables(clean_orders(read_orders(pa.table(lines)))))


def test_a_name_that_is_no_country_has_no_place_and_an_empty_cell_is_none():
    found = located(["France", "Atlantis", "France", None, "Peru"])  # 1, 2, 3, 4 and 5 of money
    assert found is not None
    assert (found.label, found.names, found.iso3) == ("country", ("Peru", "France", "Atlantis"), ("PER", "FRA", ""))
    assert found.revenue.tolist() == [5, 4, 2]
    assert found.revenue_share == pytest.approx([5 / 11, 4 / 11, 2 / 11])
    assert (found.lines.tolist(), found.customers.tolist()) == ([1, 2, 1], [1, 1, 1])
    places_told = list(zip(found.latitude, found.longitude, strict=True))
    assert places_told[:2] == [middle_of("PE"), middle_of("FR")]
    assert np.isnan(places_told[2]).all()
    assert np.isnan(middle_of("??")).all()


def test_of_countries_with_as_much_money_the_first_by_name_is_told_first():
    found = located(["Peru", "Oman", "Chad", "Peru"])  # 5, 2 and 3
    assert found is not None
    assert found.names == ("Peru", "Chad", "Oman")
    found = located(["Peru", "Peru", "Chad"])  # 3 and 3
    assert found is not None
    assert found.names == ("Chad", "Peru")


def test_one_country_has_all_of_the_revenue():
    found = located(["Chad", None])
    assert found is not None
    assert found.revenue_share.tolist() == [1.0]


def test_empty_countries_are_no_map():
    assert located([None, ""]) is None
