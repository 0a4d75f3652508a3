from __future__ import annotations

import math

import pytest

from marketfold.experiments import Baseline, Effect, detectable_lift
from marketfold.experiments.design import more_customers, needed_z

USUAL = Baseline(days=90, periods=10_000, order_rate=0.2, revenue_mean=40.0, revenue_sd=120.0)


def test_more_customers_or_a_larger_holdout_see_smaller_lifts():
    lifts = [detectable_lift(n - n // 10, n // 10, USUAL, "revenue") for n in (500, 5_000, 50_000)]
    assert lifts == sorted(lifts, reverse=True)
    assert detectable_lift(700, 300, USUAL, "revenue") < detectable_lift(900, 100, USUAL, "revenue")


def test_the_formula_is_the_textbooks():
    """With n = 2 (z sd / d)^2 customers an arm, a difference d of two means is seen with the power of z."""
    n = 2 * ((1.959964 + 0.841621) * 120.0 / 8.0) ** 2
    assert detectable_lift(n, n, USUAL, "revenue") == pytest.approx(8.0 / 40.0, rel=1e-6)


def test_nothing_is_seen_where_nothing_is_bought_or_nobody_is_held_out():
    nothing = Baseline(90, 10, 0.0, 0.0, 0.0)
    assert math.isinf(detectable_lift(10, 10, nothing, "revenue"))
    assert math.isinf(detectable_lift(10, 10, nothing, "order_rate"))
    assert math.isinf(detectable_lift(10, 0, USUAL, "order_rate"))
    assert math.isinf(detectable_lift(3, 1, USUAL, "order_rate"))


def test_with_so_many_more_the_same_effect_would_be_seen():
    """Errors shrink with the root of the customers, down to where the effect is as many of them as the power asks."""
    effect = Effect(11.0, 10.0, 1.0, 0.6, -0.2, 2.2, 0.1)
    more = more_customers(effect, 1_000, 0.5, 0.05)
    assert more is not None
    error = effect.error * math.sqrt(1_000 / (1_000 + more))
    assert effect.difference / error == pytest.approx(needed_z(0.05), rel=1e-3)
    assert more_customers(Effect(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), 1_000, 0.0, 0.05) is None
