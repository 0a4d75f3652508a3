"""When a segment buys, from made-up orders by month."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.campaigns.cases import customers_of

from marketfold.campaigns.timing import (
    MIN_ORDERS,
    PEAK,
    MonthCounts,
    Timing,
    _exposure,
    _inter_purchase_times,
    _next_season,
    _season,
    _season_share,
    count_months,
    time_segments,
)
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine
from marketfold.polars_engine import PolarsEngine

FIRST, LAST = date(2022, 1, 1), date(2024, 12, 31)


def timing_of(by_year: list[list[int]]) -> Timing:
    """Timing of one segment from its orders in each month of three years."""
    gap = (LAST - FIRST).days / 2  # of three days with an order
    customers = customers_of(DuckDBEngine(), [0] * 20, 1, (FIRST, LAST), gap_days=[gap] * 20)
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
    assert counts.orders.shape == (1, 2, 12)
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


@pytest.mark.parametrize(
    ("peaks", "as_of", "begins"),
    [
        ((11, 12), date(2025, 10, 31), date(2025, 11, 1)),
        ((11, 12), date(2025, 11, 1), date(2026, 11, 1)),  # that has begun today
        ((11, 12, 1), date(2025, 6, 1), date(2025, 11, 1)),  # over the turn of the year it is one season
        ((1,), date(2025, 6, 1), date(2026, 1, 1)),
        ((3, 9), date(2025, 6, 1), date(2025, 9, 1)),
        ((3, 9), date(2025, 10, 1), date(2026, 3, 1)),
        ((), date(2025, 6, 1), None),
        (tuple(range(1, 13)), date(2025, 6, 1), None),
    ],
)
def test_the_next_season_begins_with_a_run_of_peaks(peaks: tuple[int, ...], as_of: date, begins: date | None):
    assert _next_season(peaks, as_of) == begins


def made(**known: Any) -> Timing:
    usual = {"months": (1.0,) * 12, "peaks": (), "gap_days": None, "recency_days": None, "season": "all year"}
    return Timing(**usual | {"order_count": 100, "observed_days": 900} | known)


@pytest.mark.parametrize(
    ("known", "away"),
    [
        ({"recency_days": 60.0, "gap_days": (10.0, 30.0, 90.0)}, False),
        ({"recency_days": 61.0, "gap_days": (10.0, 30.0, 90.0)}, True),
        ({"recency_days": 182.0}, False),
        ({"recency_days": 183.0}, True),
        ({"recency_days": None}, False),
        ({"recency_days": 300.0, "peaks": (11,), "season_share": 0.6}, False),  # between two seasons silence is usual
        ({"recency_days": 300.0, "peaks": (11,), "season_share": 0.59}, True),
        ({"recency_days": 300.0, "peaks": (), "season_share": 0.9}, True),
    ],
)
def test_who_stays_away_twice_as_long_as_usual_is_away(known: dict[str, Any], *, away: bool):
    assert made(**known).away is away


@pytest.mark.parametrize(("days", "near"), [(182, True), (183, False)])
def test_a_season_within_half_a_year_is_near(days: int, *, near: bool):
    as_of = date(2025, 1, 1)
    begins = as_of + timedelta(days=days)
    assert made(season_begins_on=begins).season_before(as_of) == (begins if near else None)
    only = made(season_begins_on=begins, peaks=(11,), season_share=0.8)
    assert only.season_before(as_of) == begins
    assert made(season_begins_on=begins).season_before(None) is None
    assert made().season_before(as_of) is None


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
@pytest.mark.parametrize(
    ("gaps", "quartiles"),
    [
        ([float(n) for n in range(10, 19)], None),
        ([float(n) for n in range(10, 20)], (12.25, 14.5, 16.75)),
        ([float(n) for n in range(10, 20)] + [None] * 10, (12.25, 14.5, 16.75)),
        ([float(n) for n in range(10, 20)] + [None] * 400, None),
    ],
)
def test_times_between_orders_are_told_of_ten_who_came_back(
    engine: Engine, gaps: list[float | None], quartiles: tuple[float, ...] | None
):
    (counted,) = customers_of(engine, [0] * len(gaps), 1, gap_days=gaps).of_segments
    assert _inter_purchase_times(counted) == quartiles


def test_a_season_is_three_months_in_a_row_over_the_turn_of_the_year():
    index = np.ones(12)
    index[[11, 0, 1]] = 5.0
    assert _season_share(index) == 15 / 24
    assert _season_share(np.ones(12)) == 0.25


def test_where_seasons_are_sent_for_before_they_begin():
    assert made(peaks=(11, 12), season_share=0.7, months=(1.0,) * 10 + (3.0, 4.0)).advice.startswith(
        "Send three weeks before November begins"
    )
    assert made(peaks=(1, 12), season_share=0.7, months=(3.0,) + (0.5,) * 10 + (4.0,)).advice.startswith(
        "Send three weeks before December begins"
    )


def test_what_a_calendar_takes():
    """Two years of half a thousand days, sixty orders, and more than half who came back."""
    thin = timing_of([months(1), months(1), months(2)])
    assert (thin.order_count, thin.season) == (48, "too few orders")
    assert timing_of([months(1), months(2), months(2)]).season == "all year"


def test_months_count_by_how_much_of_them_was_observed() -> None:
    """From the eleventh of January to the seventh of March of the next year, both of which are days."""
    exposure = _exposure((date(2023, 1, 11), date(2024, 3, 7)))
    assert exposure.tolist() == pytest.approx([1 + 21 / 31, 1 + 29 / 28, 1 + 7 / 31, *[1] * 9])
    assert _exposure((date(2023, 6, 5), date(2023, 6, 5)))[5] == pytest.approx(1 / 30)
