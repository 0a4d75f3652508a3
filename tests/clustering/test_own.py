from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import DBSCAN, AgglomerativeClustering
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

from marketfold.clustering import KMeansSegmenter, OwnSegmenter, assess_stability, make_segmenter
from marketfold.clustering.own import OwnSweep, own_fit
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


class Given:
    """Finds what it was given."""

    def __init__(self, labels: Any, n_clusters: int = 2) -> None:
        self.labels = labels
        self.n_clusters = n_clusters

    def fit_predict(self, X: Any) -> Any:  # noqa: ARG002
        return np.asarray(self.labels)


FOUR = np.array([[0, 0], [0, 2], [8, 0], [9, 9]], np.float32)


def test_segments_are_counted_from_nought_and_the_sum_of_squares_is_of_those_within() -> None:
    fit = own_fit(Given([7, 7, 3, 3]), FOUR)
    assert fit.labels.tolist() == [1, 1, 0, 0]
    assert fit.centers.tolist() == [[8.5, 4.5], [0, 1]]
    assert fit.wcss == pytest.approx(2 + 41)
    aside = own_fit(Given([-1, 0, 0, 4]), FOUR, noise=True)
    assert aside.labels.tolist() == [-1, 0, 0, 1]
    assert aside.centers.tolist() == [[4, 1], [9, 9]]
    assert aside.wcss == pytest.approx(34)
    nobody = own_fit(Given([-1] * 4), FOUR, noise=True)
    assert nobody.centers.tolist() == [[4.25, 2.75]]
    assert (nobody.wcss, nobody.labels.tolist()) == (0, [-1] * 4)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0, 1, 1], r"labels of shape \(3,\) and type int64 for 4 units"),
        ([0.0, 1.0, 1.0, 0.0], r"labels of shape \(4,\) and type float64 for 4 units"),
        ([[0], [1], [1], [0]], r"labels of shape \(4, 1\)"),
        ([-1, 0, 1, -1], "sets 2 of 4 units aside"),
    ],
)
def test_labels_that_are_none_are_refused(labels: Any, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        own_fit(Given(labels), FOUR)


def test_labels_may_be_unsigned_and_begin_at_nought() -> None:
    assert own_fit(Given(np.array([0, 1, 1, 0], np.uint8)), FOUR).labels.tolist() == [0, 1, 1, 0]


def test_weights_and_no_clusterer_are_told_apart(groups: Float32) -> None:
    with pytest.raises(ParameterError, match="your GaussianMixture is fitted without weights"):
        make_segmenter(GaussianMixture(3)).fit(groups, sample_weight=np.ones(300))
    made = make_segmenter(None, 4, seed=6)
    assert (type(made), made.n_segments, made.random_state) == (KMeansSegmenter, 4, 6)
    assert make_segmenter().n_segments == 3


def test_a_sweep_has_each_number_that_the_rows_allow_and_tells_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    own = OwnSweep(AgglomerativeClustering())
    fits = own.fits(np.vstack([FOUR, FOUR]), range(1, 8), 0, lambda *step: told.append(step))
    assert list(fits) == [1, 2, 3, 4]
    assert told == [("elbow", done, 4) for done in (1, 2, 3, 4)]
    assert fits[1].centers.tolist() == [[4.25, 2.75]]
    assert fits[1].labels.tolist() == [0] * 8
    assert fits[1].wcss == pytest.approx(2 * np.square(FOUR - FOUR.mean(axis=0)).sum())
    assert [len(fits[k].centers) for k in (2, 3, 4)] == [2, 3, 4]
    assert fits[4].wcss == 0
    again = own.solutions_anew(np.vstack([FOUR, FOUR]), [2, 4], [0])
    assert set(again) == {2, 4}
    assert again[2][:4].tolist() == again[2][4:].tolist()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (AgglomerativeClustering, "is a class: give an instance, as in AgglomerativeClustering()"),
        (DBSCAN(), "cannot be tried at each number"),
        (Thirds(), "cannot be tried at each number"),
        (PCA(2), "cannot be tried at each number"),  # it has n_components, and finds no segments
    ],
)
def test_what_cannot_be_told_a_number_is_not_swept(wrong: Any, said: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(said)):
        OwnSweep(wrong)


class Refuses:
    """Fits nothing."""

    def fit_predict(self, X: Any) -> Any:
        del X
        raise ValueError("never")


def test_what_cannot_be_fitted_says_to_what():
    X = np.zeros((7, 3), np.float32)
    with pytest.raises(ParameterError, match="Refuses cannot be fitted to 7 units of 3 features: never"):
        own_fit(Refuses(), X)
