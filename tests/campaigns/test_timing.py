"""When a segment buys, from made-up orders by month."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from marketfold.campaigns.customers import Customers
from marketfold.campaigns.timing import MIN_ORDERS, PEAK, Timing, time_segments

FIRST, LAST = date(2022, 1, 1), date(2024, 12, 31)


def timing_of(by_year: list[list[int]]) -> Timing:
    """Timing of one segment from its orders in each month of three years."""
    n = 20
    days = np.full(n, np.datetime64(LAST))
    customers = Customers(
        ids=np.array([f"c{i:02}" for i in range(n)]),
        labels=np.zeros(n, np.int32),
        order_count=np.full(n, 3.0),
        line_count=np.full(n, 3.0),
        order_days=np.full(n, 3.0),
        revenue=np.full(n, 10.0),
        first_on=np.full(n, np.datetime64(FIRST)),
        last_on=days,
        category_count=None,
        observed=(FIRST, LAST),
        as_of=date(2025, 1, 1),
        n_segments=1,
    )
    rows = [(0, 2022 + y, m + 1, n) for y, months in enumerate(by_year) for m, n in enumerate(months)]
    segment, year, month, orders = zip(*rows, strict=True)
    (found,) = time_segments(customers, pa.table({"segment": segment, "year": year, "month": month, "orders": orders}))
    return found


def months(usual: int, **peaks: int) -> list[int]:
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    return [peaks.get(name, usual) for name in names]


@pytest.mark.parametrize("times", [1, 40])
def test_a_peak_is_a_season_only_where_chance_cannot_make_it(times: int):
    """Half as much again in one month, each year: of 74 orders it is chance, of forty times as many it is not."""
    found = timing_of([[n * times for n in months(2, jun=3)]] * 3)
    assert sum(months(2, jun=3)) * 3 >= MIN_ORDERS
    assert found.months[5] >= PEAK
    if times == 1:
        assert found.peaks == ()
        assert found.season_share is None
        assert found.season == "all year"
    else:
        assert found.peaks == (6,)
        assert found.season == "seasonal"


@pytest.mark.parametrize(
    "years",
    [
        [months(20), months(0, jan=12), months(0)],
        [months(0), months(0), months(0, may=20, jun=20, jul=20, aug=20, sep=20, oct=20, nov=20, dec=20)],
        [months(20), months(1), months(1)],
    ],
    ids=["left", "came late", "a trickle"],
)
def test_customers_of_one_year_have_no_calendar_however_long_the_shop_has_been_open(years: list[list[int]]):
    found = timing_of(years)
    assert (found.season, found.months, found.peaks, found.season_share) == ("one year", (), (), None)


def test_a_segment_of_two_years_has_a_calendar():
    found = timing_of([months(20), months(20), months(0)])
    assert found.season == "all year"
    assert len(found.months) == 12


def test_what_happened_once_is_no_season():
    assert timing_of([months(20, nov=300), months(20), months(20)]).peaks == ()
    assert timing_of([months(20, nov=80)] * 3).peaks == (11,)
