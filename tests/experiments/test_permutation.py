from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from scipy import stats

from marketfold.experiments.effects import effect_of
from marketfold.experiments.permutation import MOST_UNITS, ArmDraws, Difference, Sums, chance, critical, difference


def test_what_is_added_up_tells_what_the_customers_tell():
    """CUPED written out as a regression on arm and past, and Welch's error of what is left."""
    rng = np.random.default_rng(0)
    before, held_out = rng.gamma(1.0, 50.0, 500), np.arange(500) < 150
    y = 0.5 * before + rng.normal(0, 10, 500) + 4.0 * ~held_out
    found = difference(Sums.of(y[~held_out], before[~held_out]), Sums.of(y[held_out], before[held_out]))
    design = np.column_stack([np.ones(500), ~held_out, before])
    beta, *_ = np.linalg.lstsq(design, y, rcond=None)
    assert float(found.size) == pytest.approx(beta[1])
    left = y - beta[2] * before
    parts = [left[arm].var(ddof=1) / arm.sum() for arm in (held_out, ~held_out)]
    assert float(found.error) == pytest.approx(np.sqrt(sum(parts)))
    assert float(found.t) == pytest.approx(beta[1] / np.sqrt(sum(parts)))


@pytest.mark.parametrize(("held", "n"), [(1, 3), (2, 3), (1, 40), (39, 40)])
def test_each_draw_holds_out_as_many_as_were_held_out(held: int, n: int):
    draws = ArmDraws(np.arange(n) < held, n_draws=50, seed=1)
    (_, (treated, holdout)) = draws.arms(np.arange(n, dtype=np.float64), x=np.zeros(n))[0]
    assert (set(np.asarray(holdout.n).tolist()), set(np.asarray(treated.n).tolist())) == ({held}, {n - held})


def test_the_draws_are_all_the_ways_to_hold_out_as_many():
    """Against every one of the 210 ways to hold 4 of 10 customers out."""
    y = np.array([0.0, 0.0, 0.0, 1.0, 2.0, 2.5, 4.0, 7.0, 12.0, 40.0])
    held_out = np.isin(np.arange(10), [0, 3, 4, 6])
    ((found, drawn),) = ArmDraws(held_out, 20_000, seed=0).arms(y, x=np.zeros(10))
    every = []
    for who in itertools.combinations(range(10), 4):
        arm = np.isin(np.arange(10), who)
        every.append(float(difference(Sums.of(y[~arm]), Sums.of(y[arm])).t))
    observed = float(difference(*found).t)
    exact = 2 * min(np.mean(np.array(every) >= observed - 1e-9), np.mean(np.array(every) <= observed + 1e-9))
    assert chance(difference(*found), difference(*drawn)) == pytest.approx(exact, abs=0.02)
    assert np.unique(difference(*drawn).t.round(6)).size == np.unique(np.round(every, 6)).size


@pytest.mark.parametrize("n", [MOST_UNITS // 2, 10 * MOST_UNITS + 37])
def test_handfuls_of_customers_are_drawn_like_customers(n: int):
    """Mean and spread of the drawn differences are those of random arms, and as many are held out."""
    rng = np.random.default_rng(1)
    y, held_out = rng.lognormal(0, 1, n), np.arange(n) < round(0.3 * n)
    ((_, (treated, holdout)),) = ArmDraws(held_out, 8_000, seed=0).arms(y, x=np.zeros(n))
    assert holdout.n.mean() == pytest.approx(held_out.sum(), rel=1e-3)
    assert (treated.n + holdout.n == n).all()
    drawn = difference(treated, holdout)
    spread = np.sqrt(y.var(ddof=1) * (1 / held_out.sum() + 1 / (~held_out).sum()))
    assert drawn.size.std() == pytest.approx(spread, rel=0.05)
    assert abs(drawn.size.mean()) < 0.05 * spread


def test_where_nothing_was_done_it_works_no_oftener_than_it_may():
    """The case that Welch gets wrong most: 6 of 60 held out, very unequal amounts, and many who do not order."""
    rng, trials, alarms, by_welch = np.random.default_rng(2), 1_000, 0, 0
    held_out = np.arange(60) < 6
    for trial in range(trials):
        y = (rng.random(60) < 0.6) * rng.lognormal(0, 1.5, 60)
        ((found, drawn),) = ArmDraws(held_out, 199, seed=trial).arms(y, x=np.zeros(60))
        effect = effect_of(found, drawn, float(y.mean()))
        alarms += effect.low > 0
        welch = stats.ttest_ind(y[~held_out], y[held_out], equal_var=False, alternative="greater")
        by_welch += bool(welch.pvalue < 0.025)
    assert alarms <= stats.binom.ppf(0.999, trials, 0.025)
    assert by_welch > stats.binom.ppf(0.999, trials, 0.025)


def test_as_many_draws_lie_beyond_the_limits_as_may():
    t = np.random.default_rng(0).normal(size=3_999)
    low, high = critical(Difference(t, np.ones(3_999), np.ones(3_999)), 0.05)
    assert (t > high).sum() == (t < low).sum() == 99  # with the arms themselves 100 of 4,000


def test_arms_without_any_spread_have_limits_all_the_same():
    alike = difference(Sums.of(np.full(4, 2.0)), Sums.of(np.full(3, 1.0)))
    assert float(alike.error) == 0.0
    assert np.isfinite(alike.t)
    assert float(alike.t) > 100


def test_a_million_customers_fit_into_memory():
    y = np.random.default_rng(0).gamma(1.0, 50.0, 1_000_000)
    tracemalloc.start()
    ArmDraws(np.arange(1_000_000) < 100_000, 99, seed=0).arms(y, x=np.zeros(1_000_000))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 250_000_000


@pytest.mark.parametrize(("t", "p"), [(-1, 0.02), (0, 0.04), (1, 0.06), (49, 1.0), (97, 0.06), (98, 0.04), (99, 0.02)])
def test_a_difference_is_as_rare_as_those_that_are_drawn_at_least_as_far_out(t: int, p: float):
    """Among 99 draws from 0 to 98, of which each is met once."""
    drawn, one = np.arange(99.0), np.ones(99)
    assert chance(Difference(np.array(float(t)), one[0], one[0]), Difference(drawn, one, one)) == pytest.approx(p)
