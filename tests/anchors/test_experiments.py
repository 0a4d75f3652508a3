"""Numbers of experiments that others published: those of GrowthBook's own tests, and the power of the t-test."""

from __future__ import annotations

import math

import numpy as np
import pytest

from marketfold.experiments.effects import welch
from marketfold.experiments.permutation import Sums, slope
from marketfold.experiments.power import t_power

NOTHING = np.zeros(())


def arm(total: float, squares: float, n: int) -> Sums:
    """An arm of which no more is known than is added up."""
    count, added, squared = (np.asarray(float(value)) for value in (n, total, squares))
    return Sums(count, added, squared, NOTHING, NOTHING, NOTHING)


def test_welch_from_sums_alone():
    found = welch(arm(2_422.7, 134_698.29, 3_461), arm(1_396.87, 52_377.9767, 3_407))
    assert found.difference == pytest.approx(0.29, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((0.04538, 0.53462), abs=5e-6)
    assert found.p_value == pytest.approx(0.02016, abs=5e-6)


def test_theta_of_cuped():
    before, after = np.array([0.3, 0.5, 0.9, 22.0]), np.array([2.0, 1.0, 5.0, 3.0])
    assert float(slope(Sums.of(after, before))) == pytest.approx(0.01864, abs=5e-6)


def test_power_of_two_samples():
    """One standard deviation apart, 30 in each, two-sided at 5 %: 96.771 %."""
    assert t_power(1.0 / math.sqrt(2 / 30), 58) == pytest.approx(0.96771, abs=5e-6)
