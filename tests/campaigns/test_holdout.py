from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from tests.campaigns.cases import Case

from marketfold.campaigns.customers import Customers, condense, members_of, read_customers
from marketfold.campaigns.holdout import (
    Baseline,
    Holdout,
    assign_arms,
    detectable_lift,
    hash_uniform,
    plan_holdout,
    read_baselines,
)
from marketfold.errors import ParameterError
from marketfold.measure.checks import holm

USUAL = Baseline(days=90, periods=10_000, order_rate=0.2, revenue_mean=40.0, revenue_sd=120.0)


def test_the_planned_power_is_the_power_that_comes():
    """A planted lift of the size that was planned for is found in 8 of 10 simulated campaigns."""
    n, held_out = 6_000, 1_500
    lift = detectable_lift(n - held_out, held_out, USUAL, "order_rate")
    rng = np.random.default_rng(0)
    trials = 2_000
    base = rng.binomial(held_out, 0.2, trials) / held_out
    treated = rng.binomial(n - held_out, 0.2 * (1 + lift), trials) / (n - held_out)
    error = np.sqrt(base * (1 - base) / held_out + treated * (1 - treated) / (n - held_out))
    found = int((np.abs(treated - base) / error > stats.norm.ppf(0.975)).sum())
    low, high = stats.binom.interval(0.999, trials, 0.8)
    assert low <= found <= high


@pytest.mark.parametrize("n_tests", [1, 5])
def test_the_planned_power_comes_with_every_segment_judged_together(n_tests: int):
    """Each of several segments has its effect, and Holm's correction is made over all of them, as verdicts do it."""
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


def test_more_customers_or_a_larger_holdout_see_smaller_lifts():
    lifts = [detectable_lift(n - n // 10, n // 10, USUAL, "revenue") for n in (500, 5_000, 50_000)]
    assert lifts == sorted(lifts, reverse=True)
    assert detectable_lift(700, 300, USUAL, "revenue") < detectable_lift(900, 100, USUAL, "revenue")


def test_the_smallest_holdout_that_suffices_is_planned():
    planned = plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.2)
    assert planned.held_out == 1_500  # a twentieth at least, for the revenue that is looked at beside it
    strict = plan_holdout(1, 30_000, USUAL, "order_rate", wanted_lift=0.1)
    assert strict.held_out > 1_500
    assert strict.detectable_lift is not None
    assert strict.detectable_lift <= 0.1
    one_less = detectable_lift(30_000 - strict.held_out + 1, strict.held_out - 1, USUAL, "order_rate")
    assert one_less > 0.1


def test_what_cannot_be_reached_is_said():
    planned = plan_holdout(1, 2_000, USUAL, "order_rate", wanted_lift=0.05)
    assert planned.share == pytest.approx(0.3)
    assert "all that this many customers can show (5 % was wished)" in planned.sentence


@pytest.mark.parametrize(
    ("customers", "baseline", "says"),
    [
        (20, USUAL, "with 20 customers even holding out 30 %"),
        (5_000, None, "nobody here has been observed"),
        (5_000, replace(USUAL, order_rate=0.0, revenue_mean=0.0), "no change at all"),
    ],
)
def test_a_holdout_is_refused_in_words(customers: int, baseline: Baseline | None, says: str):
    planned = plan_holdout(1, customers, baseline, "order_rate", wanted_lift=0.2)
    assert planned.held_out == 0
    assert planned.detectable_lift is None
    assert planned.sentence.startswith("No holdout")
    assert says in planned.sentence


def test_a_lift_of_nothing_cannot_be_asked_for():
    with pytest.raises(ParameterError, match="more than zero"):
        plan_holdout(1, 100, USUAL, "order_rate", wanted_lift=0)


def _with_holdouts(case: Case, share: float) -> tuple[Customers, list[Holdout]]:
    purchases = condense(case.clean, members_of(case.clean, case.ids, case.labels), len(case.profiles))
    customers = read_customers(purchases)
    sizes = np.bincount(customers.labels)
    holdouts = [Holdout(s + 1, int(n), round(share * n), "order_rate", 90, 0.2, 0.2, "") for s, n in enumerate(sizes)]
    return customers, holdouts


def test_the_holdout_is_stratified_by_revenue(shop_case: Case):
    customers, holdouts = _with_holdouts(shop_case, 0.2)
    table = assign_arms(customers, holdouts, salt="0")
    held = np.array(table["arm"].to_pylist()) == "holdout"
    for segment, holdout in enumerate(holdouts):
        who = customers.labels == segment
        assert held[who].sum() == holdout.held_out
        rank = np.argsort(np.argsort(customers.revenue[who], kind="stable"), kind="stable")
        quarter = rank * 4 // who.sum()
        counts = np.bincount(quarter[held[who]], minlength=4)
        assert counts.max() - counts.min() <= 2


def test_the_same_salt_gives_the_same_arms_and_another_others(shop_case: Case):
    customers, holdouts = _with_holdouts(shop_case, 0.2)
    first = assign_arms(customers, holdouts, salt="0")
    assert assign_arms(customers, holdouts, salt="0").equals(first)
    assert not assign_arms(customers, holdouts, salt="1").equals(first)


def test_customers_stay_in_their_arm_in_later_runs(shop_case: Case):
    """Whatever has changed since: revenue, segments, the size of the holdout."""
    customers, holdouts = _with_holdouts(shop_case, 0.2)
    first = assign_arms(customers, holdouts, salt="0")
    rng = np.random.default_rng(1)
    later = replace(
        customers,
        revenue=rng.permutation(customers.revenue),
        labels=rng.permutation(customers.labels),
    )
    larger = [replace(holdout, held_out=round(holdout.held_out * 1.3)) for holdout in holdouts]
    known = first.slice(0, len(first) // 2)  # the other half are new customers
    second = assign_arms(later, larger, salt="0", previous=known)
    before = dict(zip(known["customer_id"].to_pylist(), known["arm"].to_pylist(), strict=True))
    after = dict(zip(second["customer_id"].to_pylist(), second["arm"].to_pylist(), strict=True))
    assert all(after[customer] == arm for customer, arm in before.items())


def test_without_the_earlier_arms_nearly_everybody_stays(shop_case: Case):
    customers, holdouts = _with_holdouts(shop_case, 0.2)
    first = assign_arms(customers, holdouts, salt="0")
    grown = replace(customers, revenue=customers.revenue * np.random.default_rng(0).uniform(1, 1.3, len(customers.ids)))
    second = assign_arms(grown, holdouts, salt="0")
    same = np.mean([a == b for a, b in zip(first["arm"].to_pylist(), second["arm"].to_pylist(), strict=True)])
    assert same > 0.95


def test_hashes_are_uniform_and_stand_for_ever():
    u = hash_uniform([f"C{i}" for i in range(20_000)], "0")
    assert stats.kstest(u, "uniform").pvalue > 0.001
    assert hash_uniform(["C1"], "0")[0] == pytest.approx(0.534175546734852)


def test_baselines_count_periods_without_orders(shop_case: Case):
    purchases = condense(shop_case.clean, members_of(shop_case.clean, shop_case.ids, shop_case.labels), 4)
    customers = read_customers(purchases)
    baselines = read_baselines(purchases, customers, 90)
    by_group = {p.name: b for p, b in zip(shop_case.profiles, baselines, strict=True)}
    rates = [b.order_rate for b in by_group.values() if b]
    assert len(rates) == 4
    assert all(0 < rate < 1 for rate in rates)
    assert max(rates) > 0.8  # resellers order nine times a year
    assert min(rates) < 0.4
    for baseline in baselines:
        assert baseline is not None
        assert math.isfinite(baseline.revenue_sd)


def test_earlier_assignments_need_their_columns(shop_case: Case):
    customers, holdouts = _with_holdouts(shop_case, 0.2)
    with pytest.raises(ParameterError, match="customer_id and arm"):
        assign_arms(customers, holdouts, salt="0", previous=pa.table({"id": ["a"]}))
