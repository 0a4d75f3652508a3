from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from tests.clustering.tables import blobs, noise

if TYPE_CHECKING:
    from marketfold.schema import Float32, Float64, Labels

from marketfold.clustering import KMeansSegmenter, assess_stability, trust_of
from marketfold.clustering.fitting import SAMPLE_ROWS, quiet_fits
from marketfold.clustering.stability import _assessed, _reference, best_jaccards
from marketfold.errors import ParameterError


def test_groups_come_out_again_and_slices_of_a_cloud_do_not():
    X, _ = blobs(4, 400, 5, seed=0)
    found = assess_stability(X, KMeansSegmenter(4).fit(X), n_pairs=10)
    assert found.ari > 0.98
    assert found.trust == ("slice",) * 4
    assert all(segment.jaccard >= 0.85 and segment.slsw > 0.95 for segment in found.segments)
    slices = assess_stability(noise(400, 8, 0), 5, n_pairs=10)
    assert slices.ari < 0.6
    assert "slice" not in slices.trust


def test_a_stable_and_an_arbitrary_segment_are_told_apart():
    rng = np.random.default_rng(0)
    apart = rng.standard_normal((150, 6)) + 25
    X = np.vstack([rng.standard_normal((450, 6)), apart]).astype(np.float32)
    found = assess_stability(X, KMeansSegmenter(4).fit(X), n_pairs=15)
    sure = KMeansSegmenter(4).fit(X).labels_[-1]
    assert found.segments[sure].trust == "slice"
    assert min(segment.jaccard for segment in found.segments) < 0.7


def test_thresholds_are_those_of_clusterboot():
    assert [trust_of(value) for value in (0.59, 0.7499, 0.75, 0.9)] == ["weak", "weak", "slice", "slice"]


def test_jaccard_and_slsw_by_the_definition():
    reference = np.array([0, 0, 0, 1, 1, 1])
    other = np.array([5, 5, 1, 1, 1, 1])
    np.testing.assert_allclose(best_jaccards(reference, other, 2), [2 / 3, 3 / 4])
    assert np.isnan(best_jaccards(reference, other, 3)[2])


def test_slsw_agrees_with_a_plain_computation():
    X, _ = blobs(3, 120, 3, seed=3, apart=3.0)
    labels = KMeansSegmenter(3).fit(X).labels_
    found = assess_stability(X, 3, labels, n_pairs=40)
    with quiet_fits(threads=1):
        plain = [plain_slsw(X, labels, np.random.default_rng([9, pair])) for pair in range(40)]
    np.testing.assert_allclose([one.slsw for one in found.segments], np.mean(plain, axis=0), atol=0.05)


def plain_slsw(X: Float32, labels: Labels, rng: np.random.Generator) -> Float64:
    best = []
    for _ in range(2):
        again = KMeans(3, n_init=3, random_state=0).fit(X[rng.integers(len(X), size=len(X))]).predict(X)
        table = [
            [np.mean((labels == m) & (again == n)) / np.mean((labels == m) | (again == n)) for n in range(3)]
            for m in range(3)
        ]
        best.append(np.max(table, axis=1))
    return np.asarray(np.mean(best, axis=0))


def test_shapes_seeds_and_progress():
    X = noise(100, 3, 0)
    told: list[tuple[str, int, int]] = []
    first = assess_stability(
        X, 3, n_pairs=4, random_state=1, progress=lambda what, done, total: told.append((what, done, total))
    )
    assert told == [("stability", done, 4) for done in range(1, 5)]
    assert first.jaccards.shape == (8, 3)
    assert first.rows == 100
    second = assess_stability(X, 3, n_pairs=4, random_state=1)
    np.testing.assert_array_equal(first.jaccards, second.jaccards)
    assert not np.array_equal(first.jaccards, assess_stability(X, 3, n_pairs=4, random_state=2).jaccards)


def test_large_tables_are_resampled_to_twenty_thousand_rows():
    X, _ = blobs(3, SAMPLE_ROWS + 2_000, 3, seed=1)
    found = assess_stability(X, KMeansSegmenter(3).fit(X), n_pairs=2)
    assert found.rows == SAMPLE_ROWS
    assert found.ari > 0.98
    assert found.n_units == len(X)


def test_duplicated_customers_and_a_resample_with_fewer_distinct_rows():
    X = np.vstack([np.zeros((40, 2)), np.full((1, 2), 9.0), np.full((1, 2), -9.0)]).astype(np.float32)
    found = assess_stability(X, 3, n_pairs=10)
    assert found.segments[0].trust == "slice"
    assert all(np.isfinite(segment.jaccard) for segment in found.segments)
    assert found.segments[1].jaccard < 1.0  # a segment of one is lost whenever it is not drawn


def test_a_feature_that_is_constant_in_most_resamples():
    X, _ = blobs(3, 90, 3, seed=2)
    rare = np.zeros((90, 1), np.float32)
    rare[0] = 1.0
    assert assess_stability(np.hstack([X, rare]), 3, n_pairs=5).trust == ("slice",) * 3


def test_what_cannot_be_asked_is_refused():
    X = noise(20, 2, 0)
    with pytest.raises(ParameterError, match="1 differ"):
        assess_stability(np.ones((20, 2), np.float32), 2)
    with pytest.raises(ParameterError, match="n_pairs must be 1 or more"):
        assess_stability(X, 2, n_pairs=0)
    with pytest.raises(ParameterError, match="labels must be 20 numbers"):
        assess_stability(X, 2, np.zeros(19, np.int32))
    with pytest.raises(ParameterError, match="labels must be 20 numbers"):
        assess_stability(X, 2, np.full(20, 2, np.int32))


@pytest.mark.parametrize("labels", [[0, 1, 0, 1], [-1, 0, 1, 1], [0, 0, 0, 0], [-1, -1, -1, 0]])
def test_labels_are_segments_or_noise(labels: list[int]):
    X = np.arange(8, dtype=np.float32).reshape(4, 2)
    found = _reference(X, KMeansSegmenter(2), labels)
    assert found.tolist() == labels
    assert found.dtype == np.int32


@pytest.mark.parametrize("labels", [[0, 1, 2, 1], [-2, 0, 1, 1], [-1, -1, -1, -1], [0, 1, 0], [[0], [1], [0], [1]]])
def test_labels_that_are_no_segments_are_refused(labels: list[int]):
    X = np.arange(8, dtype=np.float32).reshape(4, 2)
    shape = np.shape(labels)
    told = f"labels must be 4 numbers from 0 to 1, or -1 for noise; got shape {shape}."
    with pytest.raises(ParameterError, match=re.escape(told)):
        _reference(X, KMeansSegmenter(2), labels)


@pytest.mark.parametrize("n", [2, 3])
def test_a_clusterer_of_ones_own_has_as_many_segments_as_its_labels(n: int):
    X, labels = blobs(n, 60, 2, seed=0)
    made, reference = _assessed(X, GaussianMixture(n, random_state=0), labels, 0)
    assert made.n_segments == n
    assert reference.tolist() == labels.tolist()


def test_one_segment_alone_is_not_assessed():
    X, _ = blobs(2, 60, 2, seed=0)
    with pytest.raises(ParameterError, match="finds 1 segments in 60 units: two are needed"):
        _assessed(X, GaussianMixture(2, random_state=0), np.zeros(60, np.int32), 0)


def test_a_number_of_segments_is_fitted_with_the_seed():
    X, _ = blobs(3, 60, 2, seed=0)
    made, reference = _assessed(X, np.int64(3), None, 11)
    assert (made.n_segments, made.random_state) == (3, 11)
    assert sorted(np.bincount(reference).tolist()) == [20, 20, 20]
