from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import norm, spearmanr
from sklearn.cluster import KMeans
from tests.clustering.tables import blobs, ellipse

if TYPE_CHECKING:
    from marketfold.clustering.null_references import Maker
    from marketfold.schema import Float32

from marketfold.clustering.fitting import quiet_fits
from marketfold.clustering.null_references import _normal_scores, box, cloud, draw_null_reference, shuffled


def sorted_columns(X: Float32) -> Float32:
    return np.sort(X, axis=0)


def test_shuffled_keeps_columns_and_loses_correlations():
    X = ellipse(800, 3, 0)
    other = shuffled(X, np.random.default_rng(0))
    np.testing.assert_array_equal(sorted_columns(other), sorted_columns(X))
    off = np.abs(np.corrcoef(other.T) - np.eye(3))
    assert off.max() < 0.12


def test_normal_scores_have_one_spread_whatever_the_columns_have():
    """The middles of as many parts of the normal as there are rows, ties at the middle of theirs."""
    X = np.array([[1.0, 5, 7], [2, 5, 7], [400, 9, 7], [3, 9, 7]], np.float32)
    scores = _normal_scores(X)
    ranks = norm.ppf([0.125, 0.375, 0.875, 0.625])
    np.testing.assert_allclose(scores[:, 0], ranks / np.std(ranks))
    np.testing.assert_allclose(scores[:, 1], [-1, -1, 1, 1])
    assert scores[:, 2].tolist() == [0, 0, 0, 0]


def test_cloud_keeps_columns_and_rank_correlations():
    X = np.exp(ellipse(2_000, 3, 1) / 2)
    other = cloud(X, np.random.default_rng(0))
    np.testing.assert_array_equal(sorted_columns(other), sorted_columns(X))
    np.testing.assert_allclose(spearmanr(other).statistic, spearmanr(X).statistic, atol=0.06)


def test_cloud_of_groups_has_no_groups():
    X, member = blobs(4, 1_000, 6, seed=0)
    with quiet_fits(threads=1):
        drawn = draw_null_reference(X, cloud, "cloud", range(1, 6), draws=3, seed=0)
    total = np.square(X - X.mean(axis=0)).sum()
    centers = np.array([X[member == group].mean(axis=0) for group in range(4)])
    real = np.square(X - centers[member]).sum()
    assert (drawn.log_wcss[:, 3] > np.log(real / total) + 0.3).all()


@pytest.mark.parametrize("make", [shuffled, cloud, box])
def test_few_rows_without_groups_are_fitted_as_closely_as_by_twenty_starts(make: Maker):
    X = ellipse(92, 2, 3)
    with quiet_fits(threads=1):
        drawn = draw_null_reference(X, make, "", range(1, 16), draws=4, seed=0)
    for k in (8, 15):
        plain = [KMeans(k, n_init=20, random_state=0).fit(table).inertia_ for table in drawn.tables]
        ours = [fits[k].wcss for fits in drawn.fits]
        assert np.log(np.divide(ours, plain)).mean() < 0.03  # a gap counts from 0.12 on; centres carried over gave 0.1


def test_box_lies_along_the_principal_axes():
    X = ellipse(1_000, 2, 2)
    other = box(X, np.random.default_rng(0))
    mean = X.mean(axis=0)
    axes = np.linalg.eigh(np.cov((X - mean).T))[1]
    along, drawn = (X - mean) @ axes, (other - mean) @ axes
    assert (drawn.min(axis=0) >= along.min(axis=0) - 1e-3).all()
    assert (drawn.max(axis=0) <= along.max(axis=0) + 1e-3).all()
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.1


@pytest.mark.parametrize("make", [shuffled, cloud, box])
def test_references_bear_constant_and_single_columns(make: Maker):
    for X in (np.ones((30, 2), np.float32), np.arange(30, dtype=np.float32)[:, None]):
        assert np.isfinite(make(X, np.random.default_rng(0))).all()
