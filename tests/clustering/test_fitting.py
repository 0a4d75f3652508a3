"""Steps of the search for good centres, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import kmeans_plusplus

from marketfold.clustering.fitting import FINALISTS, Fit, _finalists, merged, starting_centers
from marketfold.schema import Float32


def fit(centers: list[float], sizes: list[int], wcss: float = 1.0) -> Fit:
    """Segments of these sizes along a line."""
    column: Float32 = np.array(centers, dtype=np.float32)[:, None]
    return Fit(column, np.repeat(np.arange(len(sizes)), sizes).astype(np.int32), wcss, 1)


@pytest.mark.parametrize(
    ("centers", "sizes", "left"),
    [
        ([0.0, 1.0, 10.0], [5, 5, 5], [10.0, 0.5]),
        ([0.0, 1.0, 10.0], [3, 1, 5], [10.0, 0.25]),
        # Ward: joining two large ones costs 50, the lone one further off is let in for less than 4
        ([0.0, 1.0, 3.0], [100, 100, 1], [0.0, (100 * 1 + 3) / 101]),
    ],
)
def test_the_two_that_cost_least_to_join_become_one_at_their_common_mean(
    centers: list[float], sizes: list[int], left: list[float]
):
    assert merged(fit(centers, sizes))[:, 0].tolist() == pytest.approx(left)


def test_the_same_solution_again_is_no_finalist():
    twice = [fit([0.0, 1.0], [2, 2], wcss) for wcss in (10.0, 10.0001, 11.0, 12.0)]
    kept = [one.wcss for one in _finalists(twice)]
    assert len(kept) == FINALISTS
    assert kept == [10.0, 11.0]
    assert [one.wcss for one in _finalists([fit([0.0], [2], 0.0), fit([0.0], [2], 3.0)])] == [0.0, 3.0]


@pytest.mark.parametrize(("n_rows", "n_dimensions", "n_segments", "decimals"), [
    (5, 2, 5, 6), (12, 1, 8, 0), (280, 5, 15, 6), (3, 2, 1, 6), (40, 2, 3, 0), (2_000, 4, 10, 6),
])  # fmt: skip
def test_starts_are_those_of_scikit_learn(n_rows: int, n_dimensions: int, n_segments: int, decimals: int):
    drawn = np.random.default_rng(0).normal(size=(n_rows, n_dimensions)) + 50
    X = drawn.round(decimals).astype(np.float32)
    theirs = [kmeans_plusplus(X, n_segments, random_state=seed)[0] for seed in (3, 0, 7)]
    assert starting_centers(X, n_segments, [3, 0, 7]).tolist() == np.array(theirs).tolist()
