from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats
from tests.experiments.cases import Shoppers, shoppers

from marketfold.errors import ParameterError
from marketfold.experiments import (
    Baseline,
    Experiment,
    MeasuringOptions,
    Outcomes,
    Primary,
    SegmentDesign,
    as_assigned,
    compare_arms,
    detectable_lift,
    plan_holdout,
)
from marketfold.experiments.checks import holm
from marketfold.experiments.design import plan_tenth
from marketfold.polars_engine import PolarsEngine

USUAL = Baseline(days=90, periods=10_000, order_rate=0.2, revenue_mean=40.0, revenue_sd=120.0, revenue_skew=6.4)


def _crowd(rng: np.random.Generator, n: int) -> Shoppers:
    brought = enumerate(rng.gamma(1.0, 50.0, n).tolist())
    return shoppers([(f"C{i:05d}", 0, date(2026, 1, 1), one) for i, one in brought], PolarsEngine())


@pytest.mark.parametrize("primary", ["order_rate", "revenue"])
def test_the_planned_power_is_the_power_that_comes(primary: Primary):
    """Sized, assigned and judged by the real code, a lift of the planned size is found in 8 of 10 campaigns.

    150 campaigns; the tolerance is the 99.9 % binomial interval of 80 %, some eleven points to either side.
    """
    rate = 0.4  # two in five order, for an amount of gamma(2, 20)
    usual = Baseline(90, 10_000, order_rate=rate, revenue_mean=16.0, revenue_sd=704.0**0.5, revenue_skew=2.083)
    planned = plan_holdout(1, 2_500, usual, primary, wanted_lift=0.2)
    lift = planned.detectable_lift
    assert lift is not None
    experiment = Experiment({1: SegmentDesign("All", primary, planned.share)})
    rng = np.random.default_rng(9)
    customers, trials, found = _crowd(rng, 2_500), 150, 0
    for trial in range(trials):
        held_out = customers.arms([planned], str(trial))["arm"].to_numpy() == "holdout"
        chance = np.where(held_out | (primary == "revenue"), rate, rate * (1 + lift))
        orders = (rng.random(2_500) < chance).astype(np.float64)
        revenue = orders * rng.gamma(2.0, 20.0, 2_500)
        if primary == "revenue":
            revenue *= np.where(held_out, 1.0, 1 + lift)
        outcomes = Outcomes(np.ones(2_500, np.int64), held_out, revenue, orders, None)
        (result,) = compare_arms(outcomes, experiment, MeasuringOptions(n_draws=399))
        found += result.decision == "worked"
    low, high = stats.binom.interval(0.999, trials, 0.8)
    assert low <= found <= high


@pytest.mark.parametrize("n_tests", [1, 5])
def test_the_planned_power_comes_with_every_segment_judged_together(n_tests: int):
    """Each of several segments has its effect, and Holm's correction is made over all of them, as decisions do it."""
    planned = plan_holdout(1, 9_000, USUAL, "order_rate", wanted_lift=0.2, n_tests=n_tests)
    lift, n = planned.detectable_lift, planned.held_out
    assert lift is not None
    rng = np.random.default_rng(0)
    trials, reached = 1_000, 9_000 - n
    base = rng.binomial(n, 0.2, (trials, n_tests)) / n
    effects = np.where(np.arange(n_tests) == 0, lift, 0.0)  # the others have none: the hardest case for the one
    treated = rng.binomial(reached, 0.2 * (1 + effects), (trials, n_tests)) / reached
    error = np.sqrt(base * (1 - base) / n + treated * (1 - treated) / reached)
    p = 2 * stats.norm.sf(np.abs(treated - base) / error)
    found = sum(holm(row.tolist())[0] <= 0.05 for row in p)
    assert found >= stats.binom.ppf(0.001, trials, 0.8)


def test_more_segments_need_larger_holdouts():
    sizes = [plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.1, n_tests=n).held_out for n in (1, 3, 6)]
    assert sizes == sorted(set(sizes))


def test_the_smallest_holdout_that_suffices_is_planned():
    planned = plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.2)
    assert planned.held_out == 1_500  # a twentieth at least, for the revenue that is looked at beside it
    strict = plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.1)
    assert strict.held_out > 1_500
    assert strict.sizing == "enough"
    assert strict.detectable_lift is not None
    assert strict.detectable_lift <= 0.1
    one_less = detectable_lift(30_000 - strict.held_out + 1, strict.held_out - 1, USUAL, "order_rate")
    assert one_less > 0.1


def test_a_wish_that_is_out_of_reach_is_noted():
    planned = plan_holdout(1, 2_000, USUAL, "order_rate", wanted_lift=0.05)
    assert planned.share == pytest.approx(0.3)
    assert planned.sizing == "all there is"
    assert planned.detectable_lift is not None
    assert planned.detectable_lift > planned.wanted_lift == 0.05


@pytest.mark.parametrize(
    ("customers", "baseline", "sizing", "shows"),
    [
        (20, USUAL, "too few", True),
        (5_000, None, "never observed", False),
        (5_000, replace(USUAL, order_rate=0.0, revenue_mean=0.0), "nobody back", False),
    ],
)
def test_a_holdout_that_shows_nothing_is_refused(
    customers: int, baseline: Baseline | None, sizing: str, *, shows: bool
):
    planned = plan_holdout(1, customers, baseline, "order_rate", wanted_lift=0.2)
    assert planned.held_out == 0
    assert planned.detectable_lift is None
    assert planned.sizing == sizing
    assert (planned.best_lift is not None) == shows


def test_arms_that_are_kept_make_another_holdout():
    planned = plan_holdout(1, 9_000, USUAL, "order_rate", wanted_lift=0.2)
    assert as_assigned(planned, planned.held_out, USUAL) is planned
    more = as_assigned(planned, planned.held_out + 500, USUAL)
    assert more.sizing == "kept"
    assert (more.held_out, more.planned) == (planned.held_out + 500, planned.held_out)
    assert more.detectable_lift == detectable_lift(9_000 - more.held_out, more.held_out, USUAL, "order_rate")
    few = as_assigned(planned, 49, USUAL)  # one in five orders: fewer than ten of them
    assert (few.sizing, few.detectable_lift) == ("kept", None)
    assert as_assigned(planned, 900, None).detectable_lift is None
    assert as_assigned(planned, 2_000, USUAL, sizing="set") == replace(as_assigned(planned, 2_000, USUAL), sizing="set")


def test_a_lift_of_nothing_cannot_be_asked_for():
    with pytest.raises(ParameterError, match="more than zero"):
        plan_holdout(1, 100, USUAL, "order_rate", wanted_lift=0)


@pytest.mark.parametrize(("customers", "held_out"), [(33, 0), (34, 10), (100, 10), (104, 10), (106, 11), (1_000, 100)])
def test_where_nothing_is_known_a_tenth_is_held_out_and_ten_at_least(customers: int, held_out: int):
    """Nobody where ten are more than three tenths."""
    planned = plan_tenth(3, customers, "revenue", wanted_lift=0.2)
    assert (planned.held_out, planned.planned, planned.days) == (held_out, held_out, 0)
    assert planned.sizing == ("a tenth" if held_out else "no tenth")


def test_as_many_are_held_out_as_give_a_verdict_of_ten_orders():
    """One in five orders: fifty customers of a holdout, even where fewer would show the lift."""
    planned = plan_holdout(1, 900, USUAL, "order_rate", wanted_lift=0.9)
    assert (planned.held_out, planned.sizing) == (50, "enough")
    few = plan_holdout(1, 166, USUAL, "order_rate", wanted_lift=0.9)
    assert (few.held_out, few.sizing) == (0, "too few")  # three tenths are 49


def test_what_a_holdout_forgoes_is_the_lift_that_was_wished():
    planned = plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.2)
    assert planned.forgone == planned.held_out * USUAL.revenue_mean * 0.2
    assert plan_tenth(1, 300, "revenue", wanted_lift=0.2).forgone is None
    assert plan_tenth(1, 0, "revenue", wanted_lift=0.2).share == 0.0
