from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from scipy import stats

from marketfold.experiments import Effect, Raw
from marketfold.experiments.effects import basket_effect, effect_of, welch
from marketfold.experiments.permutation import ArmDraws, Sums

PINNED = (-1.1682922965, 1.5418171794, -4.1920144417, 1.8554298487, 0.4486968906)
"""Difference, error, interval and p-value of the skewed spending, as they were before SciPy computed them."""


def effect(
    y: np.ndarray,
    held_out: np.ndarray,
    x: np.ndarray | None = None,
    *,
    alpha: float = 0.05,
    seed: int = 0,
    n_draws: int = 1_999,
) -> Effect:
    """The effect on one outcome, as a measurement finds it."""
    ((found, drawn),) = ArmDraws(held_out, n_draws, seed).arms(y, x=np.zeros(len(y)) if x is None else x)
    return effect_of(found, drawn, float(y.mean()), alpha)


@pytest.fixture
def spending() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Skewed revenue with many zeros, what came before, and arms."""
    rng = np.random.default_rng(0)
    before = rng.gamma(0.7, 60, 4_000)
    y = (rng.random(4_000) < 0.4) * before * rng.gamma(2, 0.5, 4_000)
    return y, before, rng.random(4_000) < 0.3


def test_welch_gives_the_textbooks_numbers(spending: tuple[np.ndarray, ...]):
    """Written out, with the degrees of freedom of Welch (1947), and pinned."""
    y, _, held_out = spending
    found = welch(Sums.of(y[~held_out]), Sums.of(y[held_out]))
    parts = np.array([y[arm].var(ddof=1) / arm.sum() for arm in (~held_out, held_out)])
    freedom = parts.sum() ** 2 / (parts**2 / (np.array([(~held_out).sum(), held_out.sum()]) - 1)).sum()
    half = stats.t.ppf(0.975, freedom) * np.sqrt(parts.sum())
    assert found.difference == pytest.approx(y[~held_out].mean() - y[held_out].mean(), abs=1e-12)
    assert found.error == pytest.approx(np.sqrt(parts.sum()), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((found.difference - half, found.difference + half), abs=1e-12)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.difference) / found.error, freedom), abs=1e-12)
    assert astuple(found)[2:7] == pytest.approx(PINNED, abs=1e-9)


def test_arms_in_which_everybody_is_alike_are_compared_too():
    same, other = Sums.of(np.full(5, 2.0)), Sums.of(np.full(4, 1.0))
    assert astuple(welch(same, same))[2:7] == (0.0, 0.0, 0.0, 0.0, 1.0)
    assert astuple(welch(same, other))[2:7] == (1.0, 0.0, 1.0, 1.0, 0.0)
    spread = welch(Sums.of(np.array([1.0, 2.0, 3.0, 4.0])), other)  # only one arm has a spread
    assert spread.low < spread.difference == 1.5 < spread.high
    assert 0 < spread.p_value < 1


def test_on_many_customers_the_draws_agree_with_welch():
    rng = np.random.default_rng(0)
    y, held_out = rng.normal(50, 10, 4_000), np.arange(4_000) < 1_200
    known = welch(Sums.of(y[~held_out]), Sums.of(y[held_out]))
    found = effect(y, held_out)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.1 * known.error)
    assert found.p_value == pytest.approx(known.p_value, abs=0.03)
    assert effect(y, held_out) == found


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_the_interval_leaves_zero_out_where_the_p_value_says_so(alpha: float):
    """Raw and adjusted, on small and skewed arms: the page never shows one and says the other."""
    rng, beyond = np.random.default_rng(3), 0
    for trial in range(200):
        before = rng.gamma(1.0, 20.0, 60)
        y, held_out = (rng.random(60) < 0.6) * (before + rng.lognormal(1.0, 1.5, 60)), np.arange(60) < 18
        found = effect(y, held_out, before, alpha=alpha, seed=trial, n_draws=199)
        beyond += found.p_value <= alpha
        assert (found.p_value <= alpha) == (not found.low <= 0 <= found.high)
    assert beyond > 0


def test_cuped_narrows_the_interval_and_moves_nothing_on_average(spending: tuple[np.ndarray, ...]):
    y, before, held_out = spending
    plain, adjusted = effect(y, held_out), effect(y, held_out, before)
    assert adjusted.variance_kept < 0.9
    assert adjusted.error == pytest.approx(plain.error * np.sqrt(adjusted.variance_kept), rel=0.02)
    assert adjusted.treated == plain.treated  # means are shown as observed
    assert adjusted.raw == Raw(plain.difference, plain.low, plain.high)
    differences = []
    rng = np.random.default_rng(1)
    for _ in range(300):
        arms = rng.random(len(y)) < 0.3
        differences.append(effect(y, arms, before, n_draws=8).difference)
    assert abs(np.mean(differences)) < 3 * np.std(differences) / np.sqrt(300)


def test_cuped_does_not_eat_the_effect():
    rng = np.random.default_rng(0)
    before = rng.gamma(2, 10, 2_000)
    held_out = before < np.median(before)  # the worst imbalance that there can be
    y = before + 5.0 * ~held_out
    found = effect(y, held_out, before, n_draws=8)
    assert found.difference == pytest.approx(5.0)
    assert found.variance_kept == pytest.approx(0, abs=1e-12)


def test_a_covariate_that_says_nothing_is_left_alone():
    y, arms = np.array([1.0, 2.0, 3.0, 5.0]), np.array([True, True, False, False])
    assert effect(y, arms, np.ones(4)).variance_kept == 1.0
    assert effect(y, arms, np.ones(4)) == effect(y, arms)


def test_too_few_customers_give_no_effect():
    assert basket_effect(np.ones(4), np.zeros(4), np.array([True, True, False, False])) is None


def test_the_basket_covers_its_truth():
    """95 % intervals of a ratio of sums hold the true ratio in about 95 % of 400 samples."""
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        held_out = np.arange(600) < 200
        orders = rng.poisson(1.5, 600).astype(float)
        revenue = orders * np.where(held_out, 50.0, 60.0) + np.sqrt(orders) * rng.normal(0, 20, 600)
        effect = basket_effect(revenue, orders, held_out)
        assert effect is not None
        covered += effect.low <= 10.0 <= effect.high
    low, high = stats.binom.interval(0.999, 400, 0.95)
    assert low <= covered <= high
