from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks
from tests.clustering.tables import blobs, ellipse, noise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from marketfold.schema import Float32

from marketfold.clustering import KMeansSegmenter
from marketfold.clustering.fitting import SAMPLE_ROWS
from marketfold.clustering.kmeans import PRIOR_MEMBERS, reaches_of
from marketfold.errors import ModelError, ParameterError

RNG = np.random.default_rng(5)
FRAME = pd.DataFrame(
    RNG.normal(size=(90, 3)) + 7 * np.eye(3)[RNG.integers(3, size=90)], columns=["spend", "visits", "returns"]
)

ROUNDED = {
    "check_sample_weight_equivalence_on_dense_data": "centres are float32: the last digit depends on the order of rows"
}
"""scikit-learn's own K-means is not held to it either."""


@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [KMeansSegmenter()], expected_failed_checks=lambda _: ROUNDED
)
def test_sklearn_estimator_checks(estimator: KMeansSegmenter, check: Callable[[KMeansSegmenter], None]):
    check(estimator)


def test_segments_are_ordered_by_size_and_by_revenue():
    X, member = blobs(3, 300, 4, seed=0)
    by_size = KMeansSegmenter(3).fit(X)
    sizes = np.bincount(by_size.labels_)
    assert list(sizes) == sorted(sizes, reverse=True)
    revenue = np.where(member == np.argmin(np.bincount(member)), 100.0, 1.0)
    by_revenue = KMeansSegmenter(3).fit(X, revenue=revenue)
    assert (by_revenue.labels_[revenue == 100.0] == 0).all()
    money = np.bincount(by_revenue.labels_, weights=revenue)
    assert list(money) == sorted(money, reverse=True)
    assert len(set(zip(by_size.labels_.tolist(), by_revenue.labels_.tolist(), strict=True))) == 3


def test_types_and_agreement_of_labels_centres_and_distances():
    X, _ = blobs(4, 200, 5, seed=1)
    segmenter = KMeansSegmenter(4).fit(X)
    assert segmenter.labels_.dtype == np.int32
    assert segmenter.centers_.dtype == np.float32
    distances = segmenter.transform(X)
    assert distances.dtype == np.float32
    np.testing.assert_array_equal(distances.argmin(axis=1), segmenter.labels_)
    np.testing.assert_array_equal(segmenter.predict(X), segmenter.labels_)
    assert np.square(distances.min(axis=1)).sum() == pytest.approx(segmenter.wcss_, rel=1e-3)


def test_wcss_is_that_of_scikit_learn():
    X, _ = blobs(4, 400, 5, seed=2)
    plain = KMeans(4, n_init=10, random_state=0).fit(X)
    assert KMeansSegmenter(4).fit(X).wcss_ == pytest.approx(plain.inertia_, rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_few_rows_without_groups_come_within_a_third_of_a_percent_of_the_best_of_three_hundred_starts(seed: int):
    X = np.random.default_rng(seed).standard_t(3, size=(92, 10)).astype(np.float32)
    plain = KMeans(3, n_init=300, random_state=0).fit(X)
    worst = max(KMeansSegmenter(3, random_state=random_state).fit(X).wcss_ for random_state in range(3))
    assert worst <= plain.inertia_ * (1 + 1 / 300)  # ten starts alone end up to 3 % above


def test_large_tables_settle_on_all_rows():
    X, member = blobs(3, SAMPLE_ROWS + 5_000, 4, seed=3, apart=14.0)
    segmenter = KMeansSegmenter(3).fit(X)
    assert len(segmenter.labels_) == len(X)
    assert len(set(zip(segmenter.labels_.tolist(), member.tolist(), strict=True))) == 3


def test_fits_none_is_rare_within_and_certain_far_away():
    X, _ = blobs(3, 1_000, 4, seed=4)
    segmenter = KMeansSegmenter(3, reach_quantile=0.99).fit(X)
    assert 0.002 < segmenter.fits_none(X).mean() <= 0.01
    assert segmenter.fits_none(X + 1_000).all()


@pytest.mark.parametrize(
    ("draw", "n_units", "n_features", "sets"),
    [(noise, 92, 25, 60), (ellipse, 92, 5, 60), (noise, 300, 25, 20), (noise, 3_000, 25, 5), (ellipse, 3_000, 5, 5)],
)
def test_one_in_a_hundred_further_customers_fits_none(
    draw: Callable[[int, int, int], Float32], n_units: int, sets: int, n_features: int
):
    fresh, beyond = 6_000 // sets, 0
    for seed in range(sets):
        X = draw(n_units + fresh, n_features, seed)
        beyond += int(KMeansSegmenter(3).fit(X[:n_units]).fits_none(X[n_units:]).sum())
    assert beyond <= binom.ppf(0.999, 6_000, 0.0125)
    assert beyond >= binom.ppf(0.001, 6_000, 0.004)


def test_a_tight_segment_reaches_less_far_than_a_wide_one():
    rng = np.random.default_rng(0)
    tight, wide = 0.1 * rng.standard_normal((200, 3)), 3 * rng.standard_normal((100, 3)) + 40
    segmenter = KMeansSegmenter(2).fit(np.vstack([tight, wide]).astype(np.float32))
    assert segmenter.reaches_[0] < segmenter.reaches_[1]


def test_a_segment_of_one_has_a_reach():
    X = np.vstack([noise(100, 3, 0), np.full((1, 3), 50.0)]).astype(np.float32)
    segmenter = KMeansSegmenter(2).fit(X)
    alone = segmenter.labels_[-1]
    assert (segmenter.labels_ == alone).sum() == 1
    assert segmenter.reaches_[alone] > 0
    assert not segmenter.fits_none(X[-1:] + 0.1).any()


def test_state_survives_json_and_scores_alike(tmp_path: Path):
    X, _ = blobs(3, 200, 4, seed=6)
    segmenter = KMeansSegmenter(3, random_state=7).fit(X)
    settings, arrays = segmenter.to_state()
    np.savez(tmp_path / "model.npz", centers=arrays["centers"], reaches=arrays["reaches"])
    with np.load(tmp_path / "model.npz", allow_pickle=False) as loaded:
        again = KMeansSegmenter.from_state(json.loads(json.dumps(settings)), dict(loaded))
    new = noise(50, 4, 1) * 5
    np.testing.assert_array_equal(again.predict(new), segmenter.predict(new))
    np.testing.assert_array_equal(again.fits_none(new), segmenter.fits_none(new))
    assert again.get_params() == segmenter.get_params()


@pytest.mark.parametrize("damage", ["no centers", "other shape", "not finite", "no settings"])
def test_a_damaged_state_is_a_model_error(damage: str):
    settings, arrays = KMeansSegmenter(3).fit(noise(30, 2, 0)).to_state()
    if damage == "no centers":
        del arrays["centers"]
    elif damage == "other shape":
        arrays["reaches"] = arrays["reaches"][:2]
    elif damage == "not finite":
        arrays["centers"] = np.full_like(arrays["centers"], np.nan)
    else:
        settings = {}
    with pytest.raises(ModelError, match="Run again and save anew"):
        KMeansSegmenter.from_state(settings, arrays)


def test_more_segments_than_distinct_rows_is_an_error_that_says_how_many():
    X = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)
    with pytest.raises(ParameterError, match="4 segments were asked of 30 units of which 3 differ"):
        KMeansSegmenter(4).fit(X)
    assert set(KMeansSegmenter(3).fit(X).labels_) == {0, 1, 2}
    with pytest.raises(ParameterError, match="1 differ"):
        KMeansSegmenter(2).fit(np.ones((40, 3), np.float32))


@pytest.mark.parametrize(
    "setting", [{"n_segments": 0}, {"n_init": 0}, {"max_iter": 0}, {"reach_quantile": 0.0}, {"reach_quantile": 1.1}]
)
def test_settings_out_of_range_are_refused_at_fit(setting: dict[str, float]):
    segmenter = KMeansSegmenter(**setting)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="cannot be used"):
        segmenter.fit(noise(30, 2, 0))


def test_revenue_must_fit_the_rows():
    with pytest.raises(ParameterError, match="revenue must be 30 finite numbers"):
        KMeansSegmenter(2).fit(noise(30, 2, 0), revenue=np.ones(29))


def test_same_seed_same_segments_and_clone():
    X = noise(300, 5, 0)
    first, second = KMeansSegmenter(5, random_state=3).fit(X), KMeansSegmenter(5, random_state=3).fit(X)
    np.testing.assert_array_equal(first.labels_, second.labels_)
    assert clone(first).get_params() == first.get_params()


def test_what_scikit_learns_k_means_has():
    model = KMeansSegmenter(3, random_state=0).fit(FRAME)
    theirs = KMeans(3, random_state=0, n_init=10).fit(FRAME)
    assert model.inertia_ == model.wcss_ == pytest.approx(theirs.inertia_, rel=1e-5)
    assert model.cluster_centers_ is model.centers_
    assert model.score(FRAME) == pytest.approx(theirs.score(FRAME), rel=1e-5)
    named = model.set_output(transform="pandas").transform(FRAME)
    assert named.columns.tolist() == model.get_feature_names_out().tolist() == [f"kmeanssegmenter{i}" for i in range(3)]
    assert named.to_numpy() == pytest.approx(model.distances(FRAME))


def test_weights_count_as_repeated_rows():
    weights = np.where(np.arange(len(FRAME)) < 20, 5, 1)
    weighted = KMeansSegmenter(3).fit(FRAME, sample_weight=weights)
    repeated = KMeansSegmenter(3).fit(FRAME.loc[FRAME.index.repeat(weights)])
    assert weighted.wcss_ == pytest.approx(repeated.wcss_, rel=1e-4)
    assert weighted.centers_ == pytest.approx(repeated.centers_, abs=1e-3)
    assert weighted.score(FRAME, sample_weight=weights) == pytest.approx(-weighted.wcss_, rel=1e-4)
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        KMeansSegmenter(3).fit(FRAME, sample_weight=-weights)


def test_the_number_is_searched_by_its_score():
    found = GridSearchCV(KMeansSegmenter(), {"n_segments": [2, 3]}, cv=3).fit(FRAME)
    assert found.best_params_ == {"n_segments": 3}


def test_how_far_segments_reach_is_measured_in_the_unit_of_the_distances():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [80, 20]).astype(np.int32)
    own = rng.gamma(2, 1.0, 100) * np.where(labels == 0, 1.0, 3.0)
    reach = reaches_of(own, labels, 2, 0.99)
    np.testing.assert_allclose(reaches_of(10 * own, labels, 2, 0.99), 10 * reach, rtol=1e-5)
    assert reach[1] > 2 * reach[0]
    assert reaches_of(np.zeros(100), labels, 2, 0.99).tolist() == [0.0, 0.0]
    lower = reaches_of(own, labels, 2, 0.5)
    assert (lower < reach).all()
    assert 0.4 < np.mean(own <= lower[labels]) < 0.65


@pytest.mark.parametrize(
    ("n", "quantile", "place"), [(199, 0.99, 198), (199, 0.985, 197), (199, 1.0, 199), (20, 0.99, 20)]
)
def test_the_limit_is_the_order_statistic_beyond_which_few_enough_lie(n: int, quantile: float, place: int):
    """Of units 1, 2, ... n away the share that may lie beyond is rounded in favour of those within."""
    own = np.arange(1.0, n + 1)
    labels = np.zeros(n, np.int32)
    squares = np.square(own)
    total = squares.sum()
    pooled = (total - squares) / (n - 1)
    left = (total - squares + PRIOR_MEMBERS * pooled) / (n - 1 + PRIOR_MEMBERS)
    relative = np.sort(own * n / (n - 1) / np.sqrt(left))
    spread = np.sqrt((total + PRIOR_MEMBERS * total / n) / (n + PRIOR_MEMBERS))
    assert reaches_of(own, labels, 1, quantile)[0] == pytest.approx(relative[place - 1] * spread, rel=1e-6)
