from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from marketfold.experiments import Baseline, Effect, detectable_lift
from marketfold.experiments.power import _amounts, _arms, more_customers, t_power

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
