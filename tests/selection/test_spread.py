"""How numbers spread between customers and within each, against the textbook and against what was drawn."""

from __future__ import annotations

import numpy as np
import pytest

from marketfold.selection.spread import Spread, censored_spread, spread_of

OWNER = np.array([0, 0, 1, 1, 1, 2])
VALUES = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 4.0], [7.0, 4.0], [9.0, 7.0], [11.0, 1.0]])


def test_variance_components_are_those_of_the_analysis_of_variance():
    """Of three customers with two, three and one row: sums of squares by hand, five degrees of freedom in all."""
    found = spread_of(VALUES, OWNER, 3)
    one = VALUES[:, 0]
    groups = [one[owner == OWNER] for owner in range(3)]
    within = sum(((group - group.mean()) ** 2).sum() for group in groups) / (6 - 3)
    among = sum(len(group) * (group.mean() - one.mean()) ** 2 for group in groups) / (3 - 1)
    rows_each = (6 - (4 + 9 + 1) / 6) / (3 - 1)
    assert found.mean.tolist() == VALUES.mean(axis=0).tolist()
    assert found.within[0, 0] == pytest.approx(within) == pytest.approx(10 / 3)
    assert found.between[0, 0] == pytest.approx((among - within) / rows_each)
    assert found.within.shape == found.between.shape == (2, 2)
    assert found.within[0, 1] == pytest.approx((-2 * -1 + 0 + 2 * 2) / 3)


def test_of_one_row_each_nothing_lies_within():
    found = spread_of(VALUES[:3, :1], np.array([0, 1, 2]), 3)
    assert (found.within.tolist(), found.between.tolist()) == ([[0]], [[4]])  # the variance of 1, 3 and 5


def test_what_is_drawn_spreads_as_it_was_measured():
    spread = Spread(np.array([5.0, -1.0]), np.array([[4.0, 1.0], [1.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]]))
    owner = np.repeat(np.arange(4_000), 3)
    drawn = spread.draw(owner, 4_000, np.random.default_rng(0))
    again = spread_of(drawn, owner, 4_000)
    assert drawn.shape == (12_000, 2)
    assert again.mean == pytest.approx(spread.mean, abs=0.1)
    assert again.between == pytest.approx(spread.between, abs=0.2)
    assert again.within == pytest.approx(spread.within, abs=0.1)


def test_what_is_below_zero_by_chance_spreads_nobody():
    spread = Spread(np.array([5.0]), np.array([[-0.3]]), np.array([[1.0]]))
    drawn = spread.draw(np.repeat(np.arange(500), 4), 500, np.random.default_rng(1))
    assert spread_of(drawn, np.repeat(np.arange(500), 4), 500).between[0, 0] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("mean", [0.5, 1.0, -0.5])
def test_of_what_only_shows_above_zero_the_whole_is_found_again(mean: float):
    """Tobin: a normal number with customers and rows of one size, of which less than zero shows as zero."""
    owner = np.repeat(np.arange(5_000), 4)
    spread = Spread(np.array([mean]), np.array([[0.5]]), np.array([[0.5]]))
    shown = np.maximum(spread.draw(owner, 5_000, np.random.default_rng(2))[:, 0], 0.0)
    found = censored_spread(shown, owner, 5_000)
    assert found.mean[0] == pytest.approx(mean, abs=0.05)
    assert found.between[0, 0] + found.within[0, 0] == pytest.approx(1, abs=0.05)
    assert 0.3 < found.between[0, 0] < 0.55


def test_what_hardly_ever_is_zero_is_not_cut_off():
    owner = np.repeat(np.arange(50), 4)
    values = np.random.default_rng(3).normal(10, 1, 200)
    values[0] = 0.0  # of 200 one, which is fewer than a hundredth
    found, plain = censored_spread(values, owner, 50), spread_of(values[:, None], owner, 50)
    assert (found.mean.tolist(), found.within.tolist()) == (plain.mean.tolist(), plain.within.tolist())
    values[1] = 0.0
    assert censored_spread(values, owner, 50).mean[0] != pytest.approx(values.mean(), abs=1e-9)
    nothing = censored_spread(np.zeros(8), np.repeat(np.arange(2), 4), 2)
    assert (nothing.mean.tolist(), nothing.within.tolist()) == ([0], [[0]])
