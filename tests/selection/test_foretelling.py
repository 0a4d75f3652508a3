from __future__ import annotations

import numpy as np
import pytest

from marketfold.selection import explained_share
from marketfold.selection.foretelling import (
    BLOCKS,
    SquaredErrors,
    bootstrapped,
    errors_of,
    errors_of_groups,
    folds_of,
    interval,
)


def test_nothing_is_explained_by_groups_that_do_not_differ():
    assert explained_share(np.array([0, 1, 0, 1], np.int32), np.array([1.0, 1.0, 3.0, 3.0])) == 0.0


def test_a_constant_outcome_has_nothing_to_explain():
    assert explained_share(np.array([0, 1], np.int32), np.array([2.0, 2.0])) == 0.0


def made_up(n_units: int, n_groups: int, effect: float, seed: int = 0):
    """Groups by lot, and an outcome in which the first of them lies higher."""
    random = np.random.default_rng(seed)
    groups = random.integers(n_groups, size=n_units).astype(np.int32)
    return groups, random.normal(size=n_units) + effect * (groups == 0)


def test_each_unit_is_foretold_the_mean_of_its_group_in_the_other_folds():
    groups, outcome = made_up(57, 4, 1.0)
    folds = folds_of(57)
    errors = errors_of_groups(groups, outcome)
    for unit in range(57):
        others = folds != folds[unit]
        own = others & (groups == groups[unit])
        assert errors.own[unit] == pytest.approx((outcome[unit] - outcome[own].mean()) ** 2)
        assert errors.mean[unit] == pytest.approx((outcome[unit] - outcome[others].mean()) ** 2)


def test_a_group_of_one_is_foretold_the_mean_of_the_others():
    groups = np.r_[np.zeros(30, np.int32), 1].astype(np.int32)
    errors = errors_of_groups(groups, np.arange(31.0))
    assert errors.own[-1] == pytest.approx(errors.mean[-1])


@pytest.mark.parametrize("n_groups", [3, 25])
def test_groups_by_lot_foretell_nothing_however_many_they_are(n_groups: int):
    shares = [errors_of_groups(*made_up(100, n_groups, 0.0, seed)).explained for seed in range(40)]
    in_sample = [explained_share(*made_up(100, n_groups, 0.0, seed)) for seed in range(40)]
    assert np.mean(shares) < 0.0 < np.mean(in_sample)
    assert np.mean(in_sample) == pytest.approx((n_groups - 1) / 99, abs=0.03)


def test_a_forecast_of_everything_explains_all_and_a_constant_outcome_nothing():
    outcome = np.arange(40.0)
    assert errors_of(outcome, outcome, folds_of(40)).explained == 1.0
    assert errors_of_groups(np.zeros(40, np.int32), np.ones(40)).explained == 0.0
    assert bootstrapped([errors_of_groups(np.zeros(40, np.int32), np.ones(40))], 0).any() == 0


@pytest.mark.parametrize("n_units", [300, 3 * BLOCKS])
def test_the_bootstrap_is_as_wide_as_the_spread_over_fresh_units(n_units: int):
    shares = [errors_of_groups(*made_up(n_units, 3, 1.0, seed)).explained for seed in range(60)]
    draws = bootstrapped([errors_of_groups(*made_up(n_units, 3, 1.0, 99))], 0)
    assert draws.std() == pytest.approx(np.std(shares), rel=0.35)
    found = interval(0.2, draws)
    assert found.low < draws.mean() < found.high


def test_a_lead_is_paired_and_its_error_that_of_a_ratio():
    groups, outcome = made_up(400, 3, 1.0)
    mine, other = errors_of_groups(groups, outcome), errors_of_groups(groups[::-1].copy(), outcome)
    lead, error = mine.lead_over(other)
    assert lead == pytest.approx(mine.explained - other.explained)
    draws = bootstrapped([mine, other], 0)
    assert error == pytest.approx(np.std(draws[:, 0] - draws[:, 1]), rel=0.15)
    assert mine.lead_over(mine) == (0.0, 0.0)
    nothing = SquaredErrors(np.zeros(3), np.zeros(3))
    assert nothing.lead_over(nothing) == (0.0, 0.0)
