from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, AgglomerativeClustering
from sklearn.mixture import GaussianMixture

from marketfold.clustering import KMeansSegmenter, OwnSegmenter, assess_stability, make_segmenter
from marketfold.clustering.own import own_fit
from marketfold.errors import ParameterError
from marketfold.schema import Float32


@pytest.fixture(scope="module")
def groups() -> Float32:
    """300 units in three groups of 150, 100 and 50."""
    random = np.random.default_rng(0)
    places = np.repeat([[0, 0], [9, 0], [0, 9]], [150, 100, 50], axis=0)
    return (places + random.normal(size=(300, 2))).astype(np.float32)


OWN = [AgglomerativeClustering(3), GaussianMixture(3, random_state=0)]


@pytest.mark.parametrize("clusterer", OWN, ids=lambda one: type(one).__name__)
class TestOwnClusterer:
    def test_segments_are_numbered_by_size_and_have_means(self, clusterer: Any, groups: Float32) -> None:
        made = make_segmenter(clusterer).fit(groups)
        assert np.bincount(made.labels_).tolist() == [150, 100, 50]
        assert made.n_segments == 3
        np.testing.assert_allclose(made.centers_[2], groups[made.labels_ == 2].mean(axis=0), rtol=1e-5)

    def test_segments_are_numbered_by_revenue_where_it_is_known(self, clusterer: Any, groups: Float32) -> None:
        revenue = np.where(np.arange(300) >= 250, 100.0, 1.0)
        made = make_segmenter(clusterer).fit(groups, revenue=revenue)
        assert np.bincount(made.labels_).tolist() == [50, 150, 100]

    def test_new_units_go_to_the_nearest_mean(self, clusterer: Any, groups: Float32) -> None:
        made = make_segmenter(clusterer).fit(groups)
        new = np.array([[1, 1], [8, 1], [1, 8], [90, 90]], np.float32)
        assert made.predict(new)[:3].tolist() == [0, 1, 2]
        assert made.fits_none(new).tolist() == [False, False, False, True]
        assert made.transform(new).shape == (4, 3)

    def test_stability_asks_the_clusterer_itself(self, clusterer: Any, groups: Float32) -> None:
        made = make_segmenter(clusterer).fit(groups)
        found = assess_stability(groups, made, made.labels_, n_pairs=3)
        assert found.trust == ("slice",) * 3

    def test_is_called_yours(self, clusterer: Any) -> None:
        assert make_segmenter(clusterer).label == f"your {type(clusterer).__name__}"


class Thirds:
    """Cuts units into three by their place in the matrix: nothing that K-means could find."""

    def fit_predict(self, X: Any) -> Any:
        return np.arange(len(X)) * 3 // len(X)


def test_stability_of_what_is_no_group_is_not_that_of_k_means(groups: Float32) -> None:
    made = make_segmenter(Thirds()).fit(groups)
    assert assess_stability(groups, made, made.labels_, n_pairs=3).trust == ("weak",) * 3


class SetsAside(Thirds):
    """The same, and sets units aside where some stand there twice, as in every resample."""

    def fit_predict(self, X: Any) -> Any:
        found = super().fit_predict(X)
        if len(np.unique(X, axis=0)) < len(X):
            found[::10] = -1
        return found


def test_units_that_only_a_resample_sets_aside_are_in_none_of_its_segments(groups: Float32) -> None:
    made = make_segmenter(SetsAside()).fit(groups)
    found = assess_stability(groups, made, made.labels_, n_pairs=3)
    assert found.trust == ("weak",) * 3
    assert np.isfinite(found.jaccards).all()


def test_noise_is_refused(groups: Float32) -> None:
    with pytest.raises(ParameterError, match=r"DBSCAN sets \d+ of 300 units aside as noise \(label -1\)"):
        make_segmenter(DBSCAN(eps=0.4)).fit(groups)


def test_one_segment_is_refused(groups: Float32) -> None:
    with pytest.raises(ParameterError, match="DBSCAN finds one segment in 300 units"):
        make_segmenter(DBSCAN(eps=100)).fit(groups)


@pytest.mark.parametrize("wrong", [AgglomerativeClustering, object(), "kmeans"])
def test_what_cannot_cluster_is_refused(wrong: Any) -> None:
    with pytest.raises(ParameterError, match="cannot segment: wanted an instance with fit_predict"):
        make_segmenter(wrong)


def test_marketfolds_own_is_copied_as_it_is() -> None:
    given = KMeansSegmenter(5)
    made = make_segmenter(given)
    assert type(made) is KMeansSegmenter
    assert made is not given
    assert made.n_segments == 5
    assert not isinstance(made, OwnSegmenter)


def test_one_without_a_seed_gets_that_of_the_run() -> None:
    noise = np.random.default_rng(1).normal(size=(400, 5)).astype(np.float32)
    unseeded = GaussianMixture(6, init_params="random", max_iter=3)
    first, again, other = (make_segmenter(unseeded, seed=seed).fit(noise).labels_ for seed in (4, 4, 5))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()
    assert unseeded.random_state is None


def test_one_with_a_seed_of_its_own_keeps_it() -> None:
    noise = np.random.default_rng(1).normal(size=(400, 5)).astype(np.float32)
    seeded = GaussianMixture(6, init_params="random", max_iter=3, random_state=9)
    first, other = (make_segmenter(seeded, seed=seed).fit(noise).labels_ for seed in (4, 5))
    assert first.tolist() == other.tolist()


class Refuses:
    """Fits nothing."""

    def fit_predict(self, X: Any) -> Any:
        del X
        raise ValueError("never")


class Labels:
    """Gives labels that were given to it."""

    def __init__(self, labels: Any = None) -> None:
        self.labels = labels

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        del deep
        return {"labels": self.labels}

    def fit_predict(self, X: Any) -> Any:
        del X
        return np.asarray(self.labels)


def test_what_cannot_be_fitted_says_to_what():
    X = np.zeros((7, 3), np.float32)
    with pytest.raises(ParameterError, match="Refuses cannot be fitted to 7 units of 3 features: never"):
        own_fit(Refuses(), X)


@pytest.mark.parametrize("labels", [[0, 1], [0.0, 1.0, 1.0], [[0], [1], [1]], [True, False, True]])
def test_labels_are_whole_numbers_one_for_each_unit(labels: Any):
    with pytest.raises(ParameterError, match="gave labels of shape"):
        own_fit(Labels(labels), np.zeros((3, 1), np.float32))


def test_units_that_are_set_aside_are_counted_or_kept():
    X = np.array([[0.0], [1.0], [4.0], [6.0], [100.0]], np.float32)
    with pytest.raises(ParameterError, match="Labels sets 1 of 5 units aside as noise"):
        own_fit(Labels([7, 7, 3, 3, -1]), X)
    found = own_fit(Labels([7, 7, 3, 3, -1]), X, noise=True)
    assert found.labels.tolist() == [1, 1, 0, 0, -1]
    assert found.centers.tolist() == [[5.0], [0.5]]
    assert found.wcss == 2.5
    assert own_fit(Labels([7, 7, 3, 3, 0]), X).labels.tolist() == [2, 2, 1, 1, 0]


def test_where_all_are_set_aside_their_mean_is_nobodys_centre():
    X = np.array([[0.0, 2.0], [1.0, 4.0]], np.float32)
    found = own_fit(Labels([-1, -1]), X, noise=True)
    assert (found.labels.tolist(), found.centers.tolist(), found.wcss) == ([-1, -1], [[0.5, 3.0]], 0.0)
