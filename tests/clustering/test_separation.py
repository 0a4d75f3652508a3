"""How deep the valley around a segment is: by the line between centres, and by that which tells segments best apart."""

from __future__ import annotations

import numpy as np
import pytest
from tests.clustering.tables import noise

from marketfold.clustering import discriminant_valleys, separations
from marketfold.clustering.separation import _along, _counted, _means, _shallowest, ward_centers


def halves(n_units: int, n_features: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """One cloud, cut where its first feature is 0."""
    X = noise(n_units, n_features, seed)
    return X, (X[:, 0] > 0).astype(np.int32)


def test_two_groups_side_by_side_in_a_long_cloud_have_a_valley_along_the_discriminant_alone():
    rng = np.random.default_rng(0)
    X, group = noise(400, 12, 0), rng.integers(2, size=400).astype(np.int32)
    side = np.where(group, 1, -1)
    length = 12 * X[:, 1] + 6 * side
    X[:, 0], X[:, 1] = length + 2.5 * side + 0.3 * X[:, 0], length  # told apart by the difference of the two
    centers = np.array([X[group == one].mean(axis=0) for one in range(2)])
    assert separations(X, centers)[0].max() < 0.5
    assert discriminant_valleys(X, group).min() > 0.9


@pytest.mark.parametrize("shape", [(60, 25), (280, 25), (2_000, 8)])
def test_slices_of_one_cloud_have_no_valley_whatever_the_features(shape: tuple[int, int]):
    assert max(discriminant_valleys(*halves(*shape, seed)).max() for seed in range(5)) < 0.35


def test_what_says_nothing_in_a_feature_and_lone_segments_do_no_harm():
    X, labels = halves(100, 4, 1)
    X[:, 2] = 0  # the same for everybody
    X[:, 3] = -X[:, 1]  # as shares that add up to one
    assert np.isfinite(discriminant_valleys(X, labels)).all()
    assert discriminant_valleys(X, np.zeros(100, np.int32)).tolist() == [0.0]


ONE_PAIR = np.array([0]), np.array([1])


@pytest.mark.parametrize(
    ("along", "cell"),
    [(-1.0, 0), (-0.99, 0), (-0.9874, 1), (0.0, 80), (0.9999, 159), (1.001, 160), (1.999, 239), (2.5, 239), (-7.0, 0)],
)
def test_a_unit_is_counted_on_the_line_from_one_way_behind_the_first_to_one_beyond_the_second(along: float, cell: int):
    """Eighty cells to a way; who lies beyond either end is counted there."""
    for label in range(2):
        units = _counted(np.array([[along]]), np.array([label], np.int32), ONE_PAIR)
        assert units.shape == (1, 2, 240)
        assert np.argwhere(units).tolist() == [[0, label, cell]]


def test_units_of_other_segments_are_not_counted_between_two():
    pairs = np.triu_indices(3, 1)
    labels = np.array([0, 0, 1, 2], np.int32)
    units = _counted(np.full((4, 3), 0.501), labels, pairs)
    assert units.sum(axis=2).tolist() == [[2, 1], [2, 1], [1, 1]]
    assert (units[:, :, 120].sum(axis=1) == [3, 3, 2]).all()


def test_the_way_between_two_centres_is_one_long_whatever_its_direction():
    centers = np.array([[1, 1], [5, 4]], np.float32)
    X = np.array([[1, 1], [5, 4], [3, 2.5], [1 - 3, 1 + 4], [9, 7]], np.float32)
    straight = _along(X, centers, ONE_PAIR, centers[[1]] - centers[[0]])
    assert straight[:, 0].tolist() == pytest.approx([0, 1, 0.5, 0, 2], abs=1e-6)
    slanted = _along(X, centers, ONE_PAIR, np.array([[1.0, 0.0]]))
    assert slanted[:, 0].tolist() == pytest.approx([0, 1, 0.5, -0.75, 2], abs=1e-6)
    same = np.array([[1, 1], [1, 1]], np.float32)
    assert np.isfinite(_along(same, same, ONE_PAIR, same - same)).all()


def on_the_line(*cells: tuple[int, int, int]) -> np.ndarray:
    """Units of one pair: so many of a segment in a cell."""
    units = np.zeros((1, 2, 240), np.int64)
    for segment, cell, n in cells:
        units[0, segment, cell] = n
    return units


@pytest.mark.parametrize(("first", "second"), [(98, 98), (98, 400), (400, 98), (8, 8), (1, 1)])
def test_an_empty_valley_is_as_deep_as_the_lower_peak_lets_it_be(first: int, second: int):
    """Far apart, nothing of the kernel is left half way: only the two units that are added to valley and peak."""
    units = on_the_line((0, 20, first), (1, 220, second))
    depth = 1 - 2 / (min(first, second) + 2)
    assert _shallowest(units, ONE_PAIR, np.array([first, second])).tolist() == pytest.approx([depth, depth], abs=1e-5)


def test_where_the_medians_stand_the_other_way_round_there_is_no_valley():
    assert _shallowest(on_the_line((0, 200, 9), (1, 40, 9)), ONE_PAIR, np.array([9, 9])).tolist() == [0, 0]
    assert _shallowest(on_the_line((0, 90, 9), (1, 90, 9)), ONE_PAIR, np.array([9, 9])).tolist() == [0, 0]


def test_a_segment_is_as_far_apart_as_from_its_nearest():
    pairs = np.triu_indices(3, 1)
    apart, touching = on_the_line((0, 20, 98), (1, 220, 98)), on_the_line((0, 120, 98), (1, 121, 98))
    depths = _shallowest(np.concatenate([apart, apart, touching]), pairs, np.array([98, 98, 98]))
    assert depths.tolist() == pytest.approx([0.98, 0, 0], abs=1e-5)
    alone = _shallowest(np.concatenate([apart, apart, touching]), pairs, np.array([98, 98, 0]))
    assert alone.tolist() == pytest.approx([0.98, 0.98, 0], abs=1e-5)  # nobody is in the third
    nobody = _shallowest(on_the_line(), ONE_PAIR, np.array([5, 0]))
    assert nobody.tolist() == [0, 0]


def test_means_are_of_the_rows_of_each_and_a_segment_without_rows_keeps_its_centre():
    X = np.array([[1, 2], [3, 6], [5, 5]], np.float32)
    centers = np.array([[9, 9], [8, 8], [7, 7]], np.float32)
    assert _means(X, np.array([0, 0, 2], np.int32), centers).tolist() == [[2, 4], [8, 8], [5, 5]]


def test_wards_tree_is_cut_at_each_number_that_the_rows_allow():
    X = np.array([[0, 0], [0, 1], [9, 0], [9, 1], [9, 1]], np.float32)
    found = ward_centers(X, [1, 2, 3, 4, 6])
    assert list(found) == [1, 2, 3, 4]
    assert sorted(found[2].tolist()) == pytest.approx(np.array([[0, 0.5], [9, 2 / 3]]))
    assert found[1][0].tolist() == pytest.approx([5.4, 0.6])
    assert ward_centers(X[:1], [1]) == {}
    assert list(ward_centers(X[:2], [1, 2])) == [1, 2]
