from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta

import narwhals as nw
import numpy as np
import pytest
from scipy import stats
from tests.experiments.cases import shoppers, steady_shoppers

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine
from marketfold.experiments import Baseline, read_baselines
from marketfold.polars_engine import PolarsEngine

LAST = date(2026, 6, 30)


def _ago(periods: int, days: int = 0) -> date:
    """A day in the period so many before the last one; each has ten days."""
    return LAST - timedelta(days=10 * periods + days)


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
def test_a_customer_counts_from_the_period_after_her_first_order_on(engine: Engine):
    """Worked by hand: the first order made her a customer, so its period says nothing of what customers do."""
    orders = [
        ("a", 0, _ago(3), 1_000.0), ("a", 0, _ago(3, 2), 1_000.0),  # her first period: not looked at
        ("a", 0, _ago(2), 30.0), ("a", 0, _ago(2, 9), 10.0),  # one period with two orders
        ("a", 0, _ago(0), 20.0),
        ("b", 0, _ago(2, 5), 500.0),  # and never again: two periods without an order
        ("c", 1, _ago(0, 3), 70.0),  # came in the last period: nothing is known of her segment
    ]  # fmt: skip
    first, second = read_baselines(shoppers(orders, engine), shoppers(orders, engine), 10)
    assert second is None
    assert first is not None
    revenue = np.array([40.0, 0.0, 20.0, 0.0, 0.0])
    assert (first.days, first.periods) == (10, 5)
    assert first.order_rate == pytest.approx(2 / 5)
    assert first.revenue_mean == pytest.approx(revenue.mean())
    assert first.revenue_sd == pytest.approx(revenue.std())
    assert first.revenue_skew == pytest.approx(stats.skew(revenue))


def test_the_planted_rates_come_back():
    case = steady_shoppers()
    baselines = read_baselines(case, case, 30)
    for baseline, rate in zip(baselines, (0.2, 0.4, 0.6), strict=True):
        assert baseline is not None
        assert baseline.periods == pytest.approx(7 * 400, rel=0.01)
        assert baseline.order_rate == pytest.approx(rate, abs=0.03)
        assert baseline.usual("order_rate") == baseline.order_rate
        assert baseline.usual("revenue") == baseline.revenue_mean > 0
        assert baseline.revenue_sd > 0


def test_of_those_who_are_expected_to_order_the_revenue_varies_as_it_did():
    """Half as many order, and each brings twice as much: the spread of what they bring goes along."""
    rng = np.random.default_rng(0)
    brought = np.where(rng.random(200_000) < 0.4, rng.gamma(2.0, 25.0, 200_000), 0.0)
    past = Baseline(90, 200_000, float((brought > 0).mean()), brought.mean(), brought.std(), float(stats.skew(brought)))
    fewer = 2 * np.where(rng.random(200_000) < 0.5, brought, 0.0)
    ahead = past.expecting(past.order_rate / 2, past.revenue_mean)
    assert (ahead.days, ahead.periods, ahead.forecast) == (90, 200_000, True)
    assert ahead.order_rate == pytest.approx((fewer > 0).mean(), rel=0.02)
    assert ahead.revenue_mean == pytest.approx(fewer.mean(), rel=0.02)
    assert ahead.revenue_sd == pytest.approx(fewer.std(), rel=0.02)
    assert ahead.revenue_skew == pytest.approx(stats.skew(fewer), rel=0.05)
    assert past.expecting(past.order_rate, past.revenue_mean).revenue_skew == pytest.approx(past.revenue_skew)
    nobody = Baseline(90, 10, 0.0, 0.0, 0.0, 0.0)
    assert nobody.expecting(0.1, 5.0) == nobody


def test_of_those_who_are_silent_only_that_time_is_usual():
    orders = [("a", 0, _ago(9), 9.0), ("a", 0, _ago(8), 9.0), ("a", 0, _ago(1), 7.0), ("b", 0, _ago(9), 9.0)]
    orders += [("c", 1, _ago(9), 9.0), ("c", 1, _ago(0), 9.0)]
    case = shoppers(orders)
    (stopped, usual), (whole, _) = (
        read_baselines(case, case, 10, silent=since) for since in ((30.0, None), (None, None))
    )
    assert stopped is not None
    assert whole is not None
    assert usual is not None
    assert (stopped.periods, whole.periods) == (6, 18)
    assert (stopped.order_rate, whole.order_rate) == pytest.approx((1 / 6, 2 / 18))
    assert stopped.revenue_mean == pytest.approx(7 / 6)
    assert usual.periods == 9
    assert (stopped.lately, whole.lately, usual.lately) == (30, None, None)
    (last, _) = read_baselines(case, case, 10, silent=(3.0, None))
    assert last is not None
    assert (last.periods, last.order_rate) == (2, 0)


def test_segments_together_are_as_one():
    case = steady_shoppers()
    one = replace(
        case, labels=np.zeros_like(case.labels), orders=case.orders.with_columns(segment=nw.lit(0)), n_segments=1
    )
    (whole,) = read_baselines(one, one, 30)
    together = Baseline.together([found for found in read_baselines(case, case, 30) if found])
    assert whole is not None
    assert together is not None
    assert asdict(together) == pytest.approx(asdict(replace(whole, fewer_rate=None)))
    assert Baseline.together([]) is None


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
def test_of_a_season_the_earlier_seasons_are_what_is_usual(engine: Engine):
    """All who buy each December order without a campaign, though hardly anyone does on a mean day of the year."""
    orders = [
        (who, 0, date(year, 12, day), 50.0) for year in (2023, 2024, 2025) for who, day in (("a", 5), ("b", 20))
    ] + [("c", 0, date(2025, 11, 20), 50.0), ("d", 0, date(2024, 6, 1), 50.0), ("d", 0, LAST, 50.0)]
    case = shoppers(orders, engine)
    (season,) = read_baselines(case, case, 90, [date(2026, 12, 1)])
    (mean,) = read_baselines(case, case, 90)
    assert season is not None
    assert mean is not None
    # December 2023 made a and b customers and begins before anything was seen; of 2024 and 2025 d orders in neither,
    # and c came in the last
    assert season.periods == 6
    assert season.order_rate == pytest.approx(4 / 6)
    assert season.seasons == ((2, 3), (2, 3))
    assert season.fewer_rate == pytest.approx((1 + 1) / 6)
    assert mean.seasons == ()
    assert mean.order_rate < 0.4


def test_a_season_that_was_not_seen_before_tells_nothing():
    case = shoppers([("a", 0, date(2026, 1, 1), 50.0), ("a", 0, LAST, 50.0)])
    assert read_baselines(case, case, 30, [date(2026, 12, 1)]) == (None,)


SEEN = Baseline(90, 1_000, order_rate=0.2, revenue_mean=10.0, revenue_sd=30.0, revenue_skew=4.0)


@pytest.mark.parametrize(
    ("own", "ahead"),
    [
        (SEEN, (0.0, 5.0)),
        (SEEN, (0.1, 0.0)),
        (SEEN, (0.1, -1.0)),
        (replace(SEEN, order_rate=0.0), (0.1, 5.0)),
        (replace(SEEN, revenue_mean=0.0), (0.1, 5.0)),
        (replace(SEEN, revenue_mean=-1.0), (0.1, 5.0)),
    ],
)
def test_where_nobody_ordered_or_nothing_is_expected_what_is_usual_stays(own: Baseline, ahead: tuple[float, float]):
    assert own.expecting(*ahead) is own


def test_what_is_expected_takes_over_how_orders_vary():
    same = SEEN.expecting(0.2, 10.0)
    assert same == replace(SEEN, forecast=True)
    half = SEEN.expecting(0.1, 5.0)  # half as many order, each for as much
    assert (half.order_rate, half.revenue_mean, half.periods) == (0.1, 5.0, 1_000)
    assert half.powers["square"] == pytest.approx(SEEN.powers["square"] / 2)
    assert half.powers["cube"] == pytest.approx(SEEN.powers["cube"] / 2)
    double = SEEN.expecting(0.2, 20.0)  # as many order, each for twice as much
    assert double.powers["square"] == pytest.approx(SEEN.powers["square"] * 4)
    assert double.powers["cube"] == pytest.approx(SEEN.powers["cube"] * 8)
    assert (double.usual("order_rate"), double.usual("revenue")) == (0.2, 20.0)


def test_segments_together_are_weighed_by_the_periods_that_were_seen():
    other = replace(SEEN, periods=3_000, order_rate=0.1, revenue_mean=2.0)
    both = Baseline.together([SEEN, other])
    assert both is not None
    assert (both.periods, both.order_rate, both.revenue_mean) == (4_000, 0.125, 4.0)
    assert both.powers["square"] == pytest.approx((SEEN.powers["square"] + 3 * other.powers["square"]) / 4)
    assert Baseline.together([]) is None
    assert Baseline.together([Baseline(90, 10, 0.0, 0.0, 0.0, 0.0)]) is None
