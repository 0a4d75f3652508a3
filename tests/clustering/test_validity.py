from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn import metrics
from tests.clustering.tables import blobs, noise

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.clustering.fitting import Fit
    from marketfold.schema import Float32, Float64

    Fitted = tuple[Float32, dict[int, Fit]]

from marketfold.clustering.fitting import fit_each, quiet_fits
from marketfold.clustering.labels import adjusted_rand
from marketfold.clustering.null_references import NullReference
from marketfold.clustering.validity import (
    band,
    best_allowed,
    calinski_harabasz,
    davies_bouldin,
    gap_rule,
    geometry,
    nearest,
    resample_agreement,
    silhouettes,
)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    X, _ = blobs(4, 300, 5, seed=0, apart=4.0)
    with quiet_fits(threads=1):
        fits = fit_each(X, range(1, 7), n_starts=3, seed=0)
    return X, {k: fit for k, fit in fits.items() if k > 1}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda X, fits: silhouettes(X, fits)[0], metrics.silhouette_score),
        (calinski_harabasz, metrics.calinski_harabasz_score),
        (davies_bouldin, metrics.davies_bouldin_score),
    ],
)
def test_indices_are_those_of_scikit_learn(fitted: Fitted, ours: Callable[..., Float64], theirs: Callable[..., float]):
    X, fits = fitted
    expected = [theirs(X, fit.labels) for fit in fits.values()]
    np.testing.assert_allclose(ours(X, fits), expected, rtol=2e-3)


def test_sampled_silhouette_lies_within_its_stated_error():
    X, _ = blobs(3, 6_000, 4, seed=1, apart=3.5)
    with quiet_fits(threads=1):
        fits = fit_each(X, range(3, 4), n_starts=3, seed=0)
    sampled, error = silhouettes(X, fits, 800)
    assert abs(sampled[0] - metrics.silhouette_score(X, fits[3].labels)) < 4 * error[0]
    assert 0 < error[0] < 0.02


def test_silhouette_of_a_segment_of_one_is_nought():
    X = np.array([[0], [0.1], [0.2], [9]], np.float32)
    with quiet_fits(threads=1):
        fits = fit_each(X, range(2, 3), n_starts=2, seed=0)
    assert silhouettes(X, fits)[0][0] == pytest.approx(metrics.silhouette_score(X, fits[2].labels))


@pytest.mark.parametrize("seed", range(3))
def test_adjusted_rand_is_that_of_scikit_learn(seed: int):
    rng = np.random.default_rng(seed)
    one, other = (rng.integers(0, top, 100).astype(np.int32) for top in (4, 3))
    other[:50] = one[:50] % 3
    assert adjusted_rand(one, other) == pytest.approx(metrics.adjusted_rand_score(one, other))
    assert adjusted_rand(one, one) == 1.0
    assert adjusted_rand(np.zeros(5, np.int32), np.zeros(5, np.int32)) == 1.0


def test_nearest_centre():
    X, centers = noise(50, 3, 0), noise(4, 3, 1)
    np.testing.assert_array_equal(nearest(X, centers), metrics.pairwise_distances_argmin(X, centers))


def test_resamples_agree_on_groups_and_not_on_noise():
    X, _ = blobs(3, 300, 4, seed=2, uneven=0.0)
    with quiet_fits(threads=1):
        agreement = resample_agreement(X, (3, 6), resamples=4, seed=0)
        chance = resample_agreement(noise(300, 6, 0), (3, 6), resamples=4, seed=0)
    assert agreement[0] > 0.98
    assert agreement[1] < agreement[0]
    assert chance.max() < 0.6


def test_gap_rule_takes_the_first_k_within_one_error_of_the_next():
    assert gap_rule(np.array([0.5, 0.4]), np.array([0.01, 0.01]), [1, 2]) == 1
    assert gap_rule(np.array([0.1, 0.5, 0.505]), np.full(3, 0.01), [1, 2, 3]) == 2
    assert gap_rule(np.array([0.1, 0.5, 0.9]), np.full(3, 0.01), [1, 2, 3]) is None


def test_every_index_prefers_the_groups_that_are_there(fitted: Fitted):
    """The silhouette and Calinski-Harabasz where they are highest, Davies-Bouldin where it is lowest."""
    X, fits = fitted
    rng = np.random.default_rng(0)
    references = {}
    for name in ("shuffled", "cloud"):
        tables = tuple(rng.permuted(X, axis=0) for _ in range(2))
        with quiet_fits(threads=1):
            null = tuple(fit_each(one, range(1, 7), n_starts=1, seed=0) for one in tables)
        references[name] = NullReference(name, tables, null, np.zeros((2, 6)))
    found = {one.name: one for one in geometry(X, fits, references, 2)}
    assert {name: (one.prefers, one.higher_is_better) for name, one in found.items()} == {
        "silhouette": (4, True), "calinski_harabasz": (4, True), "davies_bouldin": (4, False),
    }  # fmt: skip
    values = found["davies_bouldin"].values
    assert min(values) == values[found["davies_bouldin"].k.index(4)]
    assert [len(one.error) for one in found.values()] == [5, 0, 0]


@pytest.mark.parametrize(
    ("values", "k_min", "highest", "expected"),
    [
        ([3.0, 1.0, 3.0], 2, True, 2),
        ([3.0, 1.0, 3.0], 3, True, 4),
        ([1.0, 3.0, 1.0], 2, False, 2),
        ([1.0, 3.0, 1.0], 4, False, 4),
        ([1.0, 3.0, 1.0], 5, True, None),
    ],
)
def test_the_best_allowed_k_is_the_smallest_of_equals(
    values: list[float], k_min: int, highest: bool, expected: int | None
):
    assert best_allowed(np.array(values), (2, 3, 4), k_min, highest=highest) == expected


def test_a_band_is_the_lowest_and_the_highest_of_each_k():
    draws = [np.array([1.0, 5.0]), np.array([2.0, 3.0]), np.array([0.5, 4.0])]
    assert band(draws) == ((0.5, 3.0), (2.0, 5.0))


@pytest.mark.parametrize(
    ("gap", "error", "expected"),
    [
        ([0.5, 0.6, 0.7], [0.0, 0.1, 0.0], 1),  # within just one error of the next
        ([0.5, 0.61, 0.7], [0.0, 0.1, 0.0], None),
        ([0.5, 0.61, 0.7], [0.2, 0.1, 0.09], 2),  # the error is that of the next
        ([0.5], [0.1], None),
    ],
)
def test_the_gap_rule_compares_with_the_next(gap: list[float], error: list[float], expected: int | None):
    assert gap_rule(np.array(gap), np.array(error), range(1, 1 + len(gap))) == expected
