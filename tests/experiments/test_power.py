from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from marketfold.experiments import Baseline, Effect, detectable_lift
from marketfold.experiments.power import _amounts, _arms, _growth, more_customers, needed_z, t_power

USUAL = Baseline(days=90, periods=10_000, order_rate=0.2, revenue_mean=40.0, revenue_sd=120.0, revenue_skew=6.4)


def test_more_customers_or_a_larger_holdout_see_smaller_lifts():
    lifts = [detectable_lift(n - n // 10, n // 10, USUAL, "revenue") for n in (500, 5_000, 50_000)]
    assert lifts == sorted(lifts, reverse=True)
    assert detectable_lift(700, 300, USUAL, "revenue") < detectable_lift(900, 100, USUAL, "revenue")


def test_where_nothing_is_skewed_the_simulation_is_the_textbooks():
    """With n = 2 (z sd / d)^2 customers an arm, a small difference d of two means is seen with the power of z."""
    even = Baseline(90, 10_000, order_rate=1.0, revenue_mean=40.0, revenue_sd=8.0, revenue_skew=0.0)
    n = 2 * ((1.959964 + 0.841621) * 8.0 / 0.4) ** 2
    assert detectable_lift(n, n, even, "revenue") == pytest.approx(0.01, rel=0.03)


def test_skew_costs_power_and_a_lift_brings_spread():
    """The normal approximation, which knows of neither, promises to show less than half of what is truly lost."""
    z = 1.959964 + 0.841621
    simple = z * 3 * math.sqrt(1 / 2_100 + 1 / 900)
    even = replace(USUAL, revenue_skew=2.2)
    assert simple < detectable_lift(2_100, 900, even, "revenue") < detectable_lift(2_100, 900, USUAL, "revenue")


def test_nothing_is_seen_where_nothing_is_bought_or_nobody_is_held_out():
    nothing = Baseline(90, 10, 0.0, 0.0, 0.0, 0.0)
    assert math.isinf(detectable_lift(10, 10, nothing, "revenue"))
    assert math.isinf(detectable_lift(10, 10, nothing, "order_rate"))
    assert math.isinf(detectable_lift(10, 0, USUAL, "order_rate"))
    assert math.isinf(detectable_lift(3, 1, USUAL, "order_rate"))


def test_with_so_many_more_the_difference_sought_would_be_seen():
    effect = Effect(11.0, 10.0, 1.0, 0.6, -0.2, 2.2, 0.1)
    more = more_customers(effect, 1_000, 0.5, 0.05)
    assert more is not None
    errors = [0.5 / (effect.error * math.sqrt(1_000 / n)) for n in (1_000 + more, 1_000 + more - 2)]
    enough, short = (t_power(error, 998 + more) for error in errors)
    assert short < 0.8 <= enough + 1e-9
    assert more_customers(Effect(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), 1_000, 0.0, 0.05) is None
    assert more_customers(effect, 1_000, 2.0, 0.05) == 0  # these are enough for a difference as large


def test_how_many_more_does_not_follow_the_luck_of_the_draw():
    found = [Effect(10 + d, 10.0, d, 0.6, d - 1.2, d + 1.2, 0.5) for d in (-0.4, 0.0, 0.4, 1.0)]
    assert len({more_customers(effect, 1_000, 0.5, 0.05) for effect in found}) == 1


@pytest.mark.parametrize("skew", [6.4, 9.0, 2.2])
def test_simulated_customers_bring_as_much_as_unevenly_and_as_seldom_as_the_segment(skew: float):
    amounts, chances = _amounts(replace(USUAL, revenue_skew=skew))
    assert chances.sum() == pytest.approx(1)
    assert (amounts[0], chances[0]) == (0.0, pytest.approx(1 - USUAL.order_rate))
    mean = chances @ amounts
    sd = np.sqrt(chances @ (amounts - mean) ** 2)
    assert mean == pytest.approx(USUAL.revenue_mean)
    assert sd == pytest.approx(USUAL.revenue_sd)
    assert chances @ (amounts - mean) ** 3 / sd**3 == pytest.approx(skew, rel=0.02)


def test_where_all_who_order_bring_the_same_there_are_two_amounts():
    same = Baseline(90, 100, order_rate=0.25, revenue_mean=10.0, revenue_sd=10 * 3**0.5, revenue_skew=2 / 3**0.5)
    amounts, chances = _amounts(same)
    assert (amounts.tolist(), chances.tolist()) == ([0.0, pytest.approx(40.0)], [0.75, 0.25])


def test_simulated_arms_vary_as_customers_do_however_few():
    means, variances = _arms(USUAL, 5, seed=3)
    assert np.mean(means) == pytest.approx(USUAL.revenue_mean, rel=0.05)
    assert np.var(means) * 5 == pytest.approx(USUAL.revenue_sd**2, rel=0.2)
    assert np.mean(variances) == pytest.approx(USUAL.revenue_sd**2, rel=0.2)
    assert (variances >= 0).all()


@pytest.mark.parametrize(("alpha", "freedom"), [(0.05, 58.0), (0.1, 10.0), (0.01, 1.0)])
def test_without_an_effect_a_test_finds_one_as_often_as_it_errs(alpha: float, freedom: float):
    assert t_power(0.0, freedom, alpha) == pytest.approx(alpha)
    assert t_power(2.0, freedom, alpha) == pytest.approx(t_power(-2.0, freedom, alpha))
    assert t_power(2.0, freedom, alpha) > alpha


def test_how_many_standard_errors_are_seen_is_the_textbooks():
    assert needed_z(0.05, 0.8) == pytest.approx(1.959964 + 0.841621, abs=1e-5)
    assert needed_z(0.1, 0.5) == pytest.approx(1.644854, abs=1e-5)
    assert needed_z() == needed_z(0.05, 0.8)


@pytest.mark.parametrize(("n_treated", "n_holdout"), [(900, 100), (100, 900), (2, 2_000), (5_000, 5_000)])
def test_a_lift_of_orders_is_seen_from_its_own_standard_errors_on(n_treated: int, n_holdout: int):
    """The arm that is reached varies as customers do who order so much more often."""
    lift = detectable_lift(n_treated, n_holdout, USUAL, "order_rate") * 0.2
    seen = math.sqrt(0.2 * 0.8 / n_holdout + (0.2 + lift) * (0.8 - lift) / n_treated)
    assert lift == pytest.approx(needed_z() * seen)
    alike = detectable_lift(n_treated, n_holdout, USUAL, "order_rate", alpha=0.01, power=0.9) * 0.2
    assert lift < alike


@pytest.mark.parametrize(
    ("rate", "n", "seen"), [(0.2, 2, True), (0.5, 2, False), (0.5, 1, False), (0.0, 90, False), (1.0, 90, False)]
)
def test_no_more_than_all_can_order(rate: float, n: int, *, seen: bool):
    """Of two held out at a rate of 0.2 all would have to order; at 0.5 even that is chance."""
    baseline = replace(USUAL, order_rate=rate)
    assert math.isfinite(detectable_lift(1_000, n, baseline, "order_rate")) is seen
    assert math.isfinite(detectable_lift(n, 1_000, baseline, "order_rate")) is (seen or (rate == 0.5 and n == 2))


@pytest.mark.parametrize(
    "baseline", [replace(USUAL, revenue_mean=0.0), replace(USUAL, revenue_sd=0.0), replace(USUAL, order_rate=0.0)]
)
def test_no_lift_of_revenue_is_seen_where_none_is_brought(baseline: Baseline):
    assert math.isinf(detectable_lift(500, 500, baseline, "revenue"))


@pytest.mark.parametrize("skew", [0.0005, 0.5, 2.2, 40.0])
def test_a_log_normal_has_the_skew_that_is_asked_for(skew: float):
    grown = _growth(skew)
    assert (grown + 2) * math.sqrt(grown - 1) == pytest.approx(max(skew, 0.001))


@pytest.mark.parametrize(("n_customers", "sought"), [(100, 0.5), (1_000, 0.5), (1_000, 1.6), (3, 2.0), (40, 0.1)])
def test_no_fewer_customers_would_do(n_customers: int, sought: float):
    effect = Effect(11.0, 10.0, 1.0, 0.6, -0.2, 2.2, 0.1)
    more = more_customers(effect, n_customers, sought, 0.05)
    assert more is not None
    assert more >= 1

    def power(customers: int) -> float:
        errors = sought / 0.6 * math.sqrt(customers / n_customers)
        return t_power(errors, max(customers - 2, 1), 0.05)

    assert power(n_customers + more) >= 0.8 - 1e-9
    assert power(n_customers + more - 1) < 0.8


@pytest.mark.parametrize(("error", "sought"), [(0.6, 0.0), (0.6, -1.0), (0.0, 1.0)])
def test_no_number_of_customers_helps_where_nothing_is_sought_or_bought(error: float, sought: float):
    assert more_customers(Effect(11.0, 10.0, 1.0, error, -0.2, 2.2, 0.1), 1_000, sought, 0.05) is None
