from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from marketfold.errors import ParameterError
from marketfold.experiments.checks import check_balance, check_ratio, correct, holm


def test_holm_is_the_textbooks():
    p_values = [0.01, 0.02, 0.03, 0.5]
    assert holm(p_values) == pytest.approx([0.04, 0.06, 0.06, 0.5])
    assert correct(p_values, "bh") == pytest.approx(stats.false_discovery_control(p_values).tolist())
    assert correct([], "holm") == []
    with pytest.raises(ParameterError, match="holm and bh"):
        correct(p_values, "bonferroni")  # type: ignore[arg-type]


def _arms(n_treated: int, n_holdout: int) -> tuple[np.ndarray, np.ndarray]:
    """That many customers in each arm, all of them known from before."""
    return np.arange(n_treated + n_holdout) < n_holdout, np.ones(n_treated + n_holdout, dtype=bool)


def test_a_sample_ratio_mismatch_is_an_alarm():
    assert check_ratio(*_arms(9_000, 1_000), 0.1).passed
    broken = check_ratio(*_arms(9_000, 1_200), 0.1)
    assert not broken.passed
    assert broken.found == "mismatch"
    assert (broken.value, broken.planned) == pytest.approx((1_200 / 10_200, 0.1))
    assert broken.p_value == pytest.approx(stats.chisquare([9_000, 1_200], [9_180, 1_020]).pvalue)
    assert check_ratio(*_arms(90, 10), None).found == "size unknown"
    assert check_ratio(*_arms(90, 10), None).passed


def test_customers_lost_on_the_way_show_in_what_they_had_bought_before():
    held_out = np.arange(2_000) < 400
    everybody = np.ones(2_000, dtype=bool)
    assert check_ratio(held_out, everybody, 0.2).passed
    lost = everybody & ~(held_out & (np.arange(2_000) % 3 == 0))  # a third of the holdout is not in the export
    broken = check_ratio(held_out, lost, 0.2)
    assert not broken.passed
    assert (broken.value, broken.planned) == pytest.approx((266 / 1_866, 0.2))
    assert check_ratio(held_out, None, 0.2).found == "list as planned"
    assert check_ratio(held_out, None, 0.5).found == "mismatch"


def test_an_imbalance_before_the_campaign_is_an_alarm():
    rng = np.random.default_rng(0)
    before = rng.gamma(2, 10, 2_000)
    assert check_balance(before, rng.random(2_000) < 0.3).passed
    uneven = check_balance(before, before < np.quantile(before, 0.3))
    assert not uneven.passed
    assert uneven.value > 1
    unknown = check_balance(None, np.array([True, False]))
    assert unknown.passed
    assert unknown.found == "past unknown"


@pytest.mark.parametrize(
    ("planned", "found"), [(None, "size unknown"), (0.0, "size unknown"), (1.0, "size unknown"), (0.999, "mismatch")]
)
def test_a_share_that_is_no_share_plans_nothing(planned: float | None, found: str):
    assert check_ratio(*_arms(90, 10), planned).found == found
    assert check_ratio(np.zeros(0, bool), None, 0.1).found == "size unknown"


@pytest.mark.parametrize("few", [0, 1])
def test_of_one_customer_nothing_before_is_known(few: int):
    before, held_out = np.arange(20.0), np.arange(20) < few
    assert check_balance(before, held_out).found == "past unknown"
    assert check_balance(before, ~held_out).found == "past unknown"
    assert check_balance(before, np.arange(20) < 2).found == "unlike"


def test_a_difference_is_unlike_where_it_is_large_and_no_chance():
    """In standard deviations: 0.1 of them matter, on many customers; of few as much is chance."""
    spread = np.tile([-1.0, 1.0], 10_000)
    for shift, found in ((0.0999, "alike"), (0.1001, "unlike"), (-0.1001, "unlike")):
        before = np.concatenate([spread + shift * spread.std(ddof=1), spread])
        check = check_balance(before, np.arange(40_000) >= 20_000)
        assert check.found == found
        assert check.value == pytest.approx(shift, abs=1e-4)
    few = np.concatenate([spread[:40] + 0.3, spread[:40]])
    assert check_balance(few, np.arange(80) >= 40).found == "alike"
    assert check_balance(np.ones(40), np.arange(40) < 20).found == "alike"
