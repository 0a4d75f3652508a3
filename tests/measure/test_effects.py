from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from marketfold.errors import ParameterError
from marketfold.measure.checks import check_arms, check_balance, check_ratio, correct, holm
from marketfold.measure.effects import basket_effect, bootstrap_interval, cuped, mean_effect, welch


@pytest.fixture
def spending() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Skewed revenue with many zeros, what came before, and arms."""
    rng = np.random.default_rng(0)
    before = rng.gamma(0.7, 60, 4_000)
    y = (rng.random(4_000) < 0.4) * before * rng.gamma(2, 0.5, 4_000)
    return y, before, rng.random(4_000) < 0.3


def test_welch_is_scipys(spending: tuple[np.ndarray, ...]):
    y, _, held_out = spending
    difference, error, low, high, p_value = welch(y[~held_out], y[held_out], 0.05)
    theirs = stats.ttest_ind(y[~held_out], y[held_out], equal_var=False)
    interval = theirs.confidence_interval(0.95)
    assert p_value == pytest.approx(theirs.pvalue)
    assert (low, high) == pytest.approx((interval.low, interval.high))
    assert difference == pytest.approx(y[~held_out].mean() - y[held_out].mean())
    assert error > 0


def test_the_bootstrap_agrees_with_welch_on_many_customers(spending: tuple[np.ndarray, ...]):
    y, _, held_out = spending
    _, error, low, high, _ = welch(y[~held_out], y[held_out], 0.05)
    boot = bootstrap_interval(y[~held_out], y[held_out], n_resamples=4_000, alpha=0.05, seed=0)
    assert boot == pytest.approx((low, high), abs=0.2 * error)
    assert bootstrap_interval(y[~held_out], y[held_out], n_resamples=4_000, alpha=0.05, seed=0) == boot


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


def test_holm_is_the_textbooks():
    p_values = [0.01, 0.02, 0.03, 0.5]
    assert holm(p_values) == pytest.approx([0.04, 0.06, 0.06, 0.5])
    assert correct(p_values, "bh") == pytest.approx(stats.false_discovery_control(p_values).tolist())
    assert correct([], "holm") == []
    with pytest.raises(ParameterError, match="holm and bh"):
        correct(p_values, "bonferroni")


def test_a_sample_ratio_mismatch_is_an_alarm():
    assert check_ratio(9_000, 1_000, 0.1).passed
    broken = check_ratio(9_000, 1_200, 0.1)
    assert not broken.passed
    assert "lost on the way" in broken.sentence
    assert check_ratio(90, 10, None).passed


def test_customers_lost_on_the_way_show_in_what_they_had_bought_before():
    held_out = np.arange(2_000) < 400
    everybody = np.ones(2_000, dtype=bool)
    assert check_arms(held_out, everybody, 0.2).passed
    lost = everybody & ~(held_out & (np.arange(2_000) % 3 == 0))  # a third of the holdout is not in the export
    broken = check_arms(held_out, lost, 0.2)
    assert not broken.passed
    assert "14.3% are held out where 20.0% were planned" in broken.sentence
    assert "begin with the campaign" in check_arms(held_out, None, 0.2).sentence


def test_an_imbalance_before_the_campaign_is_an_alarm():
    rng = np.random.default_rng(0)
    before = rng.gamma(2, 10, 2_000)
    assert check_balance(before, rng.random(2_000) < 0.3).passed
    uneven = check_balance(before, before < np.quantile(before, 0.3))
    assert not uneven.passed
    assert "had brought more before" in uneven.sentence
    assert check_balance(None, np.array([True, False])).passed
