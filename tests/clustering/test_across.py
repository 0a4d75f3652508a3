from __future__ import annotations

import numpy as np
import pytest

from marketfold.clustering import KMeansSegmenter, across_solutions, split_and_merge
from marketfold.errors import ParameterError


def test_a_split_keeps_both_halves_stable_and_a_mixture_of_equals_has_none():
    before = np.repeat([0, 1], 60)
    split = np.repeat([0, 2, 1], [30, 30, 60])
    across = across_solutions({2: before, 3: split})
    assert across.slsa == ((1.0, 1.0, 1.0),)
    mixed = np.concatenate([np.repeat([0, 2], 30), np.repeat([1, 2], 30)])
    across = across_solutions({2: before, 3: mixed})
    assert across.of(3, 2) == pytest.approx(0.0)
    assert across.of(3, 0) == pytest.approx(1.0)
    assert across.of(2, 0) is None


def test_stability_is_one_minus_entropy_over_log_k():
    before = np.repeat([0, 1, 2], 100)
    after = np.concatenate([np.repeat([0, 3], [70, 30]), np.repeat([1, 3], [90, 10]), np.repeat([2], 100)])
    origins = np.array([30, 10]) / 40
    expected = 1 + (origins * np.log(origins)).sum() / np.log(3)
    assert across_solutions([before, after]).of(4, 3) == pytest.approx(expected)


def test_flows_are_shares_of_all_units_in_the_order_that_crosses_least():
    before = np.repeat([0, 1], 50)
    after = np.repeat([2, 0, 1], [25, 25, 50])
    across = across_solutions([before, after])
    assert across.orders[1][-1] == 1
    assert set(across.orders[1][:2]) == {0, 2}
    assert across.flows[0].sum() == pytest.approx(1.0)
    np.testing.assert_allclose(across.flows[0][1], [0, 0, 0.5])


def test_orders_follow_through_several_solutions():
    rng = np.random.default_rng(0)
    solutions = [np.concatenate([np.arange(k), rng.integers(0, k, 200)])[:200] for k in (2, 3, 5)]
    across = across_solutions(solutions)
    assert across.k == (2, 3, 5)
    assert [sorted(order) for order in across.orders] == [[0, 1], [0, 1, 2], [0, 1, 2, 3, 4]]
    assert all(0 <= value <= 1 for values in across.slsa for value in values)


def test_solutions_of_different_units_are_refused():
    with pytest.raises(ParameterError, match="the same units"):
        across_solutions([np.array([0, 1]), np.array([0, 1, 2])])
    with pytest.raises(ParameterError, match="the same units"):
        across_solutions([])


def test_groups_far_apart_stay_whole_as_their_number_grows():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4, dtype=np.int32), 100)
    X = (10 * rng.normal(size=(4, 3))[labels] + rng.normal(size=(400, 3))).astype(np.float32)
    across = split_and_merge(X, labels, k_max=6)
    assert across.k == (2, 3, 4, 5, 6)
    assert [across.of(4, segment) for segment in range(4)] == [1.0, 1.0, 1.0, 1.0]


def test_the_followed_solutions_go_beyond_those_that_were_made():
    X = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    labels = KMeansSegmenter(8).fit(X).labels_
    across = split_and_merge(X, labels)
    assert across.k == tuple(range(2, 11))
    assert min(min(values) for values in across.slsa) < 0.9  # slices of one cloud are cut anew each time
