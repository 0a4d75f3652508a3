from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from tests.clustering.tables import blobs, noise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.schema import Float32, Float64

from marketfold.clustering import ElbowCurve, find_knee
from marketfold.clustering.elbow import SENSITIVITIES, _never_worse, as_curve, sweep
from marketfold.clustering.fitting import FEW_ROWS, Fit, lloyd, quiet_fits


def wcss_curve(X: Float32, k_range: Sequence[int], **settings: Any) -> ElbowCurve:
    return as_curve(sweep(X, k_range, **settings))


def plain_wcss(X: Float32, k_range: range, n_init: int) -> Float64:
    with quiet_fits(threads=1):  # threads that wait for one another cost most of the time here
        return np.array([KMeans(k, n_init=n_init, random_state=k).fit(X).inertia_ for k in k_range])


@pytest.mark.parametrize("make", [lambda: noise(400, 6, 0), lambda: blobs(6, 400, 6, 0)[0]])
def test_curve_is_no_worse_than_ten_starts_at_each_k_and_never_rises(make: Callable[[], Float32]):
    X = make()
    curve = wcss_curve(X, range(1, 11))
    plain = plain_wcss(X, range(1, 11), n_init=10)
    excess = np.array(curve.wcss) / plain - 1
    assert excess.mean() < 0.003
    assert excess.max() < 0.01
    assert (np.diff(curve.wcss) <= 0).all()


def test_coarse_to_fine_starts_come_out_as_good_on_many_rows():
    X, _ = blobs(5, 2 * FEW_ROWS, 8, seed=1, apart=3.0)
    curve = wcss_curve(X, range(1, 8))
    plain = plain_wcss(X, range(1, 8), n_init=5)
    excess = np.array(curve.wcss) / plain - 1
    assert excess.max() < 0.003
    assert excess.mean() < 0.001
    assert (np.diff(curve.wcss) <= 0).all()


def test_knee_of_a_bent_curve_holds_at_every_sensitivity_and_a_line_has_none():
    X, _ = blobs(4, 400, 5, seed=0, apart=12.0, uneven=0.0)
    knee = wcss_curve(X, range(1, 11)).knee
    assert knee.k == 4
    assert knee.agreement == 1.0
    assert set(knee.at) == set(SENSITIVITIES)
    assert find_knee([1, 2, 3, 4], [4.0, 3.0, 2.0, 1.0]).k is None
    assert find_knee([1, 2], [4.0, 1.0]).k is None
    assert find_knee([1, 2, 3], [0.0, 0.0, 0.0]).k is None


def test_noise_has_a_knee_too_which_is_why_an_elbow_alone_is_no_evidence():
    knees = [wcss_curve(noise(200, 5, seed), range(1, 11), n_starts=3).knee.k for seed in range(5)]
    assert all(knee is not None for knee in knees)


def test_k_beyond_the_distinct_rows_is_left_out():
    X = np.repeat(np.eye(4, dtype=np.float32), 5, axis=0)
    curve = wcss_curve(X, range(1, 8))
    assert curve.k == (1, 2, 3, 4)
    assert curve.wcss[-1] == pytest.approx(0.0, abs=1e-9)


def test_few_distinct_rows_among_many():
    X = np.zeros((3 * FEW_ROWS, 2), np.float32)
    X[:FEW_ROWS, 0], X[0, 1] = 5.0, 30.0
    curve = wcss_curve(X, range(1, 6))
    assert curve.k == (1, 2, 3)
    assert curve.wcss[-1] == pytest.approx(0.0, abs=1e-3)


def test_all_alike_gives_one_point():
    assert wcss_curve(np.ones((20, 3), np.float32), range(1, 5)).points() == [{"k": 1, "wcss": 0.0}]


def test_progress_is_told_of_every_k():
    told: list[tuple[str, int, int]] = []
    wcss_curve(noise(50, 2, 0), range(1, 5), progress=lambda what, done, total: told.append((what, done, total)))
    assert told == [("elbow", done, 4) for done in range(1, 5)]


def test_same_seed_same_curve():
    X = noise(2 * FEW_ROWS, 4, 0)
    assert wcss_curve(X, range(1, 5), seed=3) == wcss_curve(X, range(1, 5), seed=3)


def test_one_segment_more_is_never_worse():
    """Where a fit of more segments came out worse, the row that fewer serve worst has a centre of its own."""
    X = np.array([[0.0], [0.1], [5.0], [5.1], [50.0]], np.float32)
    with quiet_fits():
        two = lloyd(X, np.array([[2.5], [50.0]], np.float32), steps=20)
        worse = Fit(np.zeros((3, 1), np.float32), np.zeros(5, np.int32), two.wcss + 1, 1)
    better = _never_worse(X, worse, two)
    assert better.wcss < two.wcss
    assert len(better.centers) == 3
    assert _never_worse(X, better, two) is better
    even = Fit(two.centers, two.labels, two.wcss, 1)
    assert _never_worse(X, even, two) is even


@pytest.mark.parametrize(
    ("wcss", "k"),
    [([9.0, 4.0], None), ([9.0, 2.0, 1.9, 1.8, 1.7], 2), ([9.0, 9.0, 9.0], None), ([9.0, 9.5, 9.0], None)],
)
def test_a_curve_that_does_not_fall_has_no_knee(wcss: list[float], k: int | None):
    knee = find_knee(range(1, len(wcss) + 1), wcss)
    assert knee.k == k
    if k is None:
        assert knee.agreement == 1.0
