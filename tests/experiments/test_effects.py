from __future__ import annotations

import tracemalloc
from dataclasses import astuple

import numpy as np
import pytest
from scipy import stats

from marketfold.experiments.effects import basket_effect, bootstrap_interval, cuped, mean_effect, welch

PINNED = (-1.1682922965, 1.5418171794, -4.1920144417, 1.8554298487, 0.4486968906)
"""Difference, error, interval and p-value of the skewed spending, as they were before SciPy computed them."""


@pytest.fixture
def spending() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Skewed revenue with many zeros, what came before, and arms."""
    rng = np.random.default_rng(0)
    before = rng.gamma(0.7, 60, 4_000)
    y = (rng.random(4_000) < 0.4) * before * rng.gamma(2, 0.5, 4_000)
    return y, before, rng.random(4_000) < 0.3


def _customers(n: int, total: float, squares: float) -> np.ndarray:
    """Any customers with these sums: as many at the same distance above the mean as below it, and the odd one on it."""
    mean, pairs = total / n, n // 2
    distance = np.sqrt((squares - total**2 / n) / (2 * pairs))
    return np.concatenate([np.full(pairs, mean - distance), np.full(pairs, mean + distance), np.full(n % 2, mean)])


def test_welch_gives_the_published_numbers():
    """Sums of two arms with their difference, interval and p-value, as GrowthBook's tests have them."""
    treated, holdout = _customers(3_461, 2_422.7, 134_698.29), _customers(3_407, 1_396.87, 52_377.9767)
    assert (treated.sum(), (holdout**2).sum()) == pytest.approx((2_422.7, 52_377.9767))
    found = welch(treated, holdout)
    assert found.difference == pytest.approx(0.29, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((0.04538, 0.53462), abs=5e-6)
    assert found.p_value == pytest.approx(0.02016, abs=5e-6)


def test_welch_gives_the_textbooks_numbers(spending: tuple[np.ndarray, ...]):
    """Written out, with the degrees of freedom of Welch (1947), and pinned."""
    y, _, held_out = spending
    found = welch(y[~held_out], y[held_out])
    parts = np.array([y[arm].var(ddof=1) / arm.sum() for arm in (~held_out, held_out)])
    freedom = parts.sum() ** 2 / (parts**2 / (np.array([(~held_out).sum(), held_out.sum()]) - 1)).sum()
    half = stats.t.ppf(0.975, freedom) * np.sqrt(parts.sum())
    assert found.difference == pytest.approx(y[~held_out].mean() - y[held_out].mean(), abs=1e-12)
    assert found.error == pytest.approx(np.sqrt(parts.sum()), abs=1e-12)
    assert (found.low, found.high) == pytest.approx((found.difference - half, found.difference + half), abs=1e-12)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.difference) / found.error, freedom), abs=1e-12)
    assert astuple(found)[2:7] == pytest.approx(PINNED, abs=1e-9)


def test_arms_in_which_everybody_is_alike_are_compared_too():
    same, other = np.full(5, 2.0), np.full(4, 1.0)
    assert astuple(welch(same, same))[2:7] == (0.0, 0.0, 0.0, 0.0, 1.0)
    assert astuple(welch(same, other))[2:7] == (1.0, 0.0, 1.0, 1.0, 0.0)
    spread = welch(np.array([1.0, 2.0, 3.0, 4.0]), other)  # only one arm has a spread
    assert spread.low < spread.difference == 1.5 < spread.high
    assert 0 < spread.p_value < 1


def test_the_bootstrap_agrees_with_welch_on_many_customers(spending: tuple[np.ndarray, ...]):
    y, _, held_out = spending
    _, error, low, high, _ = astuple(welch(y[~held_out], y[held_out], 0.05))[2:7]
    boot = bootstrap_interval(y[~held_out], y[held_out], n_resamples=4_000, alpha=0.05, seed=0)
    assert boot == pytest.approx((low, high), abs=0.2 * error)
    assert bootstrap_interval(y[~held_out], y[held_out], n_resamples=4_000, alpha=0.05, seed=0) == boot


def test_the_bootstrap_is_the_percentile_interval_within_chance(spending: tuple[np.ndarray, ...]):
    """Against resampled means written out: the quantiles of 4,000 draws differ by chance, some 0.06 errors each."""
    y, _, held_out = spending
    rng = np.random.default_rng(5)
    treated, holdout = y[~held_out], y[held_out]
    differences = [
        rng.choice(treated, len(treated)).mean() - rng.choice(holdout, len(holdout)).mean() for _ in range(4_000)
    ]
    boot = bootstrap_interval(treated, holdout, n_resamples=4_000, alpha=0.05, seed=0)
    error = float(np.std(differences))
    assert boot == pytest.approx(tuple(np.quantile(differences, (0.025, 0.975))), abs=4 * 0.06 * error)
    assert all(np.isnan(bootstrap_interval(treated, holdout, n_resamples=0, alpha=0.05, seed=0)))


def test_the_bootstrap_of_a_million_customers_fits_into_memory():
    y = np.random.default_rng(0).gamma(1.0, 50.0, 1_000_000)
    tracemalloc.start()
    bootstrap_interval(y[:900_000], y[900_000:], n_resamples=12, alpha=0.05, seed=0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 150_000_000


def test_cuped_narrows_the_interval_and_moves_nothing_on_average(spending: tuple[np.ndarray, ...]):
    y, before, held_out = spending
    plain, adjusted = mean_effect(y, held_out), mean_effect(y, held_out, before)
    assert plain is not None
    assert adjusted is not None
    assert adjusted.variance_kept < 0.9
    assert adjusted.error == pytest.approx(plain.error * np.sqrt(adjusted.variance_kept), rel=0.02)
    assert adjusted.treated == plain.treated  # means are shown as observed
    differences = []
    rng = np.random.default_rng(1)
    for _ in range(300):
        arms = rng.random(len(y)) < 0.3
        effect = mean_effect(y, arms, before)
        assert effect is not None
        differences.append(effect.difference)
    assert abs(np.mean(differences)) < 3 * np.std(differences) / np.sqrt(300)


def test_cuped_does_not_eat_the_effect():
    rng = np.random.default_rng(0)
    before = rng.gamma(2, 10, 2_000)
    held_out = before < np.median(before)  # the worst imbalance that there can be
    y = before + 5.0 * ~held_out
    adjusted, kept = cuped(y, before, held_out)
    assert adjusted[~held_out].mean() - adjusted[held_out].mean() == pytest.approx(5.0)
    assert kept == pytest.approx(0, abs=1e-12)


def test_a_covariate_that_says_nothing_is_left_alone():
    y = np.array([1.0, 2.0, 3.0, 4.0])
    arms = np.array([True, True, False, False])
    assert cuped(y, np.ones(4), arms)[1] == 1.0
    assert cuped(y, None, arms)[0] is y


def test_too_few_customers_give_no_effect():
    assert mean_effect(np.ones(3), np.array([True, False, False])) is None
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
