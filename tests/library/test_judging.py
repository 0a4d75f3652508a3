"""Arrays, frames and our matrices, and clusterers of other libraries, in every function that takes a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.cluster import HDBSCAN, AgglomerativeClustering
from sklearn.decomposition import FactorAnalysis
from sklearn.mixture import GaussianMixture

from marketfold.clustering import KMeansSegmenter, assess_stability, choose_k
from marketfold.errors import ParameterError
from marketfold.library.judging import (
    NOISE,
    as_matrix,
    compare_reducers,
    find_traps,
    profile_segments,
    segmentation,
)
from marketfold.reduction import PCAReducer, assess_suitability

RNG = np.random.default_rng(3)
GROUP = RNG.integers(3, size=150)
VALUES = (RNG.normal(size=(150, 3)) + 8 * np.eye(3)[GROUP]).astype(np.float32)
VALUES[:5] = RNG.uniform(-60, 60, size=(5, 3))
"""Three groups, and five units far from all."""
NOISY: Any = GROUP.copy()
NOISY[:5] = -1

FRAME = pd.DataFrame(VALUES, columns=["spend", "visits", "returns"])
POLARS = pl.from_pandas(FRAME)
KINDS: list[Any] = [VALUES, FRAME, POLARS, POLARS.lazy(), pa.Table.from_pandas(FRAME), as_matrix(FRAME)]


@pytest.mark.parametrize("X", KINDS, ids=lambda one: type(one).__name__)
def test_every_kind_of_matrix_gives_the_same(X: Any):
    assert choose_k(X, k_max=5).curve == choose_k(VALUES, k_max=5).curve
    assert assess_stability(X, 3, n_pairs=2).ari == assess_stability(VALUES, 3, n_pairs=2).ari
    assert assess_suitability(X).effective_rank == assess_suitability(VALUES).effective_rank
    told = [(one.number, one.units) for one in profile_segments(X, GROUP)]
    assert told == [(place + 1, int(size)) for place, size in enumerate(np.bincount(GROUP))]
    assert [trap.code for trap in find_traps(X, GROUP)] == [trap.code for trap in find_traps(VALUES, GROUP)]


@pytest.mark.parametrize("X", [FRAME, pl.from_pandas(FRAME), as_matrix(FRAME)], ids=lambda one: type(one).__name__)
def test_estimators_take_each(X: Any):
    assert KMeansSegmenter(3).fit(X).wcss_ == pytest.approx(KMeansSegmenter(3).fit(VALUES).wcss_)
    assert PCAReducer(2).fit_transform(X) == pytest.approx(PCAReducer(2).fit_transform(VALUES), abs=1e-5)


def test_columns_without_numbers_are_named():
    with pytest.raises(ParameterError, match=r"columns 'customer_id' of the frame hold no numbers\. Leave them out"):
        choose_k(FRAME.assign(customer_id="A"))
    with pytest.raises(ParameterError, match=r"shape \(150,\)"):
        assess_stability(VALUES[:, 0], 3)


def test_reducers_are_compared_on_a_frame_and_may_be_of_another_library():
    compared = compare_reducers(FRAME, ["none", "pca", FactorAnalysis(2)], n_segments=3, n_dimensions=2)
    assert [one.method for one in compared.scores] == ["none", "pca", "FactorAnalysis"]
    assert compared.features == ("spend", "visits", "returns")


@pytest.mark.parametrize("clusterer", [GaussianMixture(), AgglomerativeClustering()])
def test_another_clusterer_is_tried_at_each_number(clusterer: Any):
    choice = choose_k(VALUES[5:], k_max=5, clusterer=clusterer)
    assert (choice.k, choice.answer) == (3, "groups")
    assert choice.curve.k == (1, 2, 3, 4, 5)
    least = choose_k(VALUES[5:], k_max=5).curve.wcss
    assert all(own >= one * 0.999 for own, one in zip(choice.curve.wcss, least, strict=True))


def test_one_that_finds_the_number_itself_says_where_it_is_assessed():
    with pytest.raises(ParameterError, match=r"cannot be tried at each number.*assess_stability"):
        choose_k(VALUES, clusterer=HDBSCAN(copy=True))


def test_noise_is_in_no_segment_that_is_assessed():
    clusterer = HDBSCAN(min_cluster_size=15, copy=True)
    labels = clusterer.fit_predict(VALUES)
    assert (labels == -1).any()
    found = assess_stability(VALUES, clusterer, n_pairs=3)
    assert len(found.segments) == labels.max() + 1
    assert all(one.jaccard > 0.6 for one in found.segments)
    alike = assess_stability(VALUES, GaussianMixture(3), NOISY, n_pairs=3)
    assert len(alike.segments) == 3
    with pytest.raises(ParameterError, match="finds 0 segments"):
        assess_stability(VALUES, HDBSCAN(min_cluster_size=140, copy=True), n_pairs=2)


def test_noise_is_described_as_such():
    profiles = profile_segments(FRAME, NOISY)
    assert (profiles[-1].name, profiles[-1].units, profiles[-1].number) == (NOISE, 5, 4)
    assert [one.units for one in profiles[:3]] == [int((place == NOISY).sum()) for place in range(3)]
    assert isinstance(find_traps(FRAME, NOISY), tuple)


def test_labels_may_count_from_one_or_be_words():
    assert segmentation(FRAME, GROUP + 1).numbers == (1, 2, 3)
    assert segmentation(FRAME, np.where(GROUP == 2, 7, GROUP + 1)).numbers == (1, 2, 7)
    words = segmentation(FRAME, np.array(["often", "new", "gone"])[GROUP])
    assert words.names == ("gone", "new", "often")
    with pytest.raises(ParameterError, match=r"150 rows, and labels of shape \(3,\)"):
        segmentation(FRAME, [0, 1, 2])


def test_a_matrix_that_was_scaled_elsewhere_is_assigned_as_it_is():
    made = segmentation(FRAME, GROUP)
    assert made.model().assign(made.table).labels.tolist() == [
        int(one) for one in np.linalg.norm(VALUES[:, None] - made.segmenter.centers_[None], axis=2).argmin(axis=1)
    ]
