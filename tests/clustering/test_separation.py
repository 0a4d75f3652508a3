"""How deep the valley around a segment is: by the line between centres, and by that which tells segments best apart."""

from __future__ import annotations

import numpy as np
import pytest
from tests.clustering.tables import noise

from marketfold.clustering import discriminant_valleys, separations


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
