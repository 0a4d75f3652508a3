"""When a segment buys, from made-up orders by month."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from marketfold.campaigns.customers import Customers
from marketfold.campaigns.timing import MIN_ORDERS, PEAK, MonthCounts, Timing, _season, count_months, time_segments
from marketfold.engine import DuckDBEngine, Engine, PolarsEngine

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
    orders = np.array(by_year, float)
    by_month, times = orders.sum(axis=0), np.full(12, 1 / 3)
    part = times / 12  # each order is another customer's, whose average month is this
    counts = MonthCounts(
        orders[None], times, by_month[None], (by_month * part)[None], np.array([(by_month * part**2).sum()]),
        np.array([by_month.sum()]),
    )  # fmt: skip
    (found,) = time_segments(customers, counts)
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


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
@pytest.mark.parametrize(("accounts", "peaks"), [(1, ()), (60, (6,))])
def test_a_month_that_one_account_makes_is_no_season_of_the_segment(
    engine: Engine, accounts: int, peaks: tuple[int, ...]
):
    """A hundred customers order twice a year at any time; sixty orders of each June are those of one, or of sixty."""
    rng = np.random.default_rng(5)
    rows = [
        (f"c{who:03}", date(year, int(rng.integers(1, 13)), 10))
        for who in range(100)
        for year in (2022, 2023)
        for _ in "ab"
    ]
    rows += [(f"june{n % accounts:02}", date(year, 6, 1 + n // 3)) for year in (2022, 2023) for n in range(60)]
    rows += [("c000", FIRST), ("c001", date(2023, 12, 31))]
    ids = sorted({who for who, _ in rows})
    number = {who: n for n, who in enumerate(ids)}
    orders = pa.table(
        {
            "customer": [number[who] for who, _ in rows],
            "segment": [0] * len(rows),
            "ordered_on": [day for _, day in rows],
        }
    )

    bought: Any = SimpleNamespace(n_segments=1, orders=engine.from_arrow(orders), engine=engine)
    counts = count_months(bought, (FIRST, date(2023, 12, 31)))
    assert counts.orders.sum() == len(rows)
    assert counts.customers.tolist() == [len(ids)]
    n = np.zeros((len(ids), 12))
    for who, day in rows:
        n[number[who], day.month - 1] += 1
    whole = (n * counts.times).mean(axis=1)
    assert counts.squares[0] == pytest.approx((n**2).sum(axis=0))
    assert counts.products[0] == pytest.approx((n * whole[:, None]).sum(axis=0))
    assert counts.whole_squares[0] == pytest.approx((whole**2).sum())
    season, months, found = _season(counts, 0, 730)
    assert months[5] > PEAK
    assert found == peaks
    assert season == ("seasonal" if peaks else "all year")
