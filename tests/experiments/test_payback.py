from __future__ import annotations

import numpy as np
import pytest
from tests.experiments.cases import simulate

from marketfold.experiments import Experiment, Gain, MeasuringOptions, Payback, SegmentDesign, compare_arms
from marketfold.experiments.payback import earned

QUICK = MeasuringOptions(n_draws=199)


def test_the_discount_is_taken_off_what_all_of_those_reached_bought():
    """Ten order anyway and four because of it, at 100 less 10 %; the goods of an order cost 70 (worked by hand)."""
    paid = np.array([90.0] * 14 + [0.0] * 6)
    kept = earned(paid, np.zeros(20, dtype=bool), 0.3, 0.1)
    assert kept.sum() == pytest.approx(14 * (90 - 70))
    without = earned(np.full(10, 100.0), np.ones(10, dtype=bool), 0.3, 0.1)
    extra = 4 * 100 * (0.3 - 0.1) - 10 * 100 * 0.1  # Blattberg and Neslin's incremental profit
    assert kept.sum() - without.sum() == pytest.approx(extra)


def test_profit_is_what_was_earned_more_less_the_cost():
    outcomes = simulate(np.random.default_rng(0), 1, 4_000, 0.4)
    design = SegmentDesign("All", "revenue", cost=1_000.0)
    (result,) = compare_arms(outcomes, Experiment({1: design}, margin=0.4), QUICK)
    assert result.payback is not None
    gain = 0.4 * result.gained.amount - 1_000.0
    assert result.payback.profit.amount == pytest.approx(gain)
    assert result.payback.profit.low == pytest.approx(0.4 * result.gained.low - 1_000.0)
    assert result.payback.return_on_cost == pytest.approx(gain / 1_000.0)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.0, 9.0, "paid"), (0.5, 0.9, "paid"), (-9.0, -1.0, "did not pay"), (-0.9, -0.5, "did not pay"),
        (-1.0, 9.0, "cannot tell"), (0.0, 9.0, "cannot tell"), (-9.0, 0.0, "cannot tell"), (-9.0, 0.5, "cannot tell"),
    ],
)  # fmt: skip
def test_the_verdict_goes_by_the_interval(low: float, high: float, verdict: str):
    assert Payback(10.0, Gain((low + high) / 2, low, high)).verdict == verdict


def test_nothing_is_reckoned_where_margin_or_cost_is_not_known():
    outcomes = simulate(np.random.default_rng(0), 1, 400, 0.4)
    for experiment in (
        Experiment({1: SegmentDesign("All", cost=5.0)}),
        Experiment({1: SegmentDesign("All")}, margin=0.4),
    ):
        assert compare_arms(outcomes, experiment, QUICK)[0].payback is None
    assert Payback(0.0, Gain(1.0, 0.5, 2.0)).return_on_cost is None


@pytest.mark.parametrize(("discount", "left"), [(0.0, 40.0), (0.1, 30 / 0.9), (0.4, 0.0), (0.5, -20.0), (1.0, 0.0)])
def test_what_is_left_of_what_those_reached_paid(discount: float, left: float):
    """Of 100 paid at a margin of 0.4; who gets everything as a gift pays nothing."""
    assert earned(np.array([100.0, 100.0]), np.array([False, True]), 0.4, discount) == pytest.approx([left, 40.0])
