from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.segments.shops import shop

from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.reduction import PCAReducer
from marketfold.selection import (
    REFITS,
    Fits,
    Lead,
    Recipe,
    ReducerScore,
    Segmentation,
    choose_recipe,
    compare_reducers,
)
from marketfold.selection.compare import (
    ReducerComparison,
    Skipped,
    WayMap,
    _drawn,
    _leads,
    _refitted,
    _Tried,
    jaccards_of,
)
from marketfold.selection.foretelling import SquaredErrors, errors_of_groups
from marketfold.selection.ways import methods_to_compare

ALL_FEATURES = Recipe("all", "none", 4, n_dimensions=5)


@pytest.fixture(scope="module")
def fits() -> Fits:
    return Fits(build_features(clean_orders(read_orders(make_shop(4_000).lines))))


def test_reductions_are_judged_in_the_original_space(fits: Fits):
    comparison = compare_reducers(fits, ALL_FEATURES, ["none", "pca"])
    none, pca = comparison.scores
    assert (none.n_dimensions, pca.n_dimensions) == (fits.matrix(ALL_FEATURES).values.shape[1], 5)
    # in a space of its own PCA would always look tighter; here it cannot beat K-means on the space itself by much
    assert pca.calinski_harabasz <= none.calinski_harabasz * 1.02


def test_the_ways_are_shown_with_agreement_maps_and_refits(fits: Fits):
    comparison = compare_reducers(fits, ALL_FEATURES, ["none", "pca"])
    none, pca = comparison.tried
    assert np.diag(np.array(comparison.agreement)).tolist() == [1.0, 1.0]
    assert comparison.agreement[0][1] == comparison.agreement[1][0] < 1.01
    assert none.reconstruction == none.shuffled == pytest.approx(1)
    assert pca.shuffled < pca.reconstruction < 1
    for score in comparison.tried:
        assert score.drawn is not None
        assert score.drawn.points.shape == (len(score.drawn.labels), 2)
        assert set(score.drawn.labels.tolist()) <= set(range(4))
    assert len(comparison.features) == none.n_dimensions
    assert not comparison.by_future


def test_a_reduction_is_fitted_anew_in_each_resample(fits: Fits, monkeypatch: pytest.MonkeyPatch):
    seen: list[bytes] = []
    real = PCAReducer.fit

    def spy(self: PCAReducer, X: Any, y: None = None, **more: Any) -> PCAReducer:
        seen.append(np.asarray(X).tobytes())
        return real(self, X, y, **more)

    monkeypatch.setattr(PCAReducer, "fit", spy)
    compare_reducers(Fits(fits.table), ALL_FEATURES, ["pca"])
    assert len(set(seen)) >= REFITS


def test_segments_that_come_out_again_have_jaccards_of_one_and_lost_ones_of_nought():
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert jaccards_of(labels, labels[::-1], 3).tolist() == [1, 1, 1]
    assert jaccards_of(labels[:4], labels[:4], 3).tolist() == [1, 1, 0]


def tried(method: str, errors: SquaredErrors | None = None, **figures: Any) -> _Tried:
    weakest = figures.pop("weakest", np.full(REFITS, 0.8))
    return _Tried(ReducerScore(method, silhouette=0.3), made=None, weakest=weakest, errors=errors, **figures)  # type: ignore[arg-type]


def missing(share: float, seed: int, n_units: int = 2_000) -> SquaredErrors:
    """What a forecast misses that foretells about such a share."""
    mean = np.ones(n_units)
    return SquaredErrors(mean * (1 - share) + np.random.default_rng(seed).normal(size=n_units) * 0.3, mean)


def test_a_lead_is_clear_where_it_is_large_and_sure():
    small, large = tried("none", missing(0.2, 0)), tried("pca", missing(0.3, 1))
    best, leads = _leads([small, large])
    assert best == "pca"
    assert leads["none"].value == pytest.approx(0.1, abs=0.03)
    assert leads["none"].clear
    _, unsure = _leads([tried("none", missing(0.2, 0, 12)), tried("pca", missing(0.3, 1, 12))])
    assert not any(lead.clear for lead in unsure.values())


def test_worthless_reductions_are_seldom_taken_for_the_simplest():
    outcomes = [np.random.default_rng(seed) for seed in range(300)]
    clear = 0
    for random in outcomes:
        y = random.normal(size=46)
        none, other = (errors_of_groups(random.integers(3, size=46).astype(np.int32), y) for _ in range(2))
        lead, error = other.lead_over(none)
        clear += Lead(lead, error).clear
    assert clear <= 0.06 * len(outcomes)


def test_without_a_next_period_stability_and_silhouette_decide():
    shaky = tried("none", weakest=np.linspace(0.4, 0.6, REFITS))
    best, leads = _leads([shaky, tried("pca", weakest=np.full(REFITS, 0.9))])
    assert best == "pca"
    assert leads["none"].clear
    best, leads = _leads([tried("none"), tried("pca")])
    assert (best, leads["pca"].value) == ("none", 0)


@pytest.mark.parametrize(
    ("asked", "n_units", "tried", "left_out"),
    [
        ("auto", 59, ["none", "pca"], {"autoencoder": "too_few_units"}),
        ("auto", 60, ["none", "pca", "autoencoder"], {}),
        ("none", 5_000, ["none", "pca", "autoencoder"], {}),
        ("pca", 5_000, ["none", "pca", "autoencoder"], {}),
        ("autoencoder", 50, ["none", "pca", "autoencoder"], {}),
        ("autoencoder-tied", 50, ["none", "pca", "autoencoder-tied"], {"autoencoder": "too_few_units"}),
        ("FastICA", 5_000, ["none", "pca", "autoencoder"], {}),
    ],
)
def test_a_network_is_tried_where_it_is_asked_for_or_can_be_taught(
    asked: str, n_units: int, tried: list[str], left_out: dict[str, str]
):
    methods, scores = methods_to_compare(asked, n_units)
    assert methods == tried
    assert {score.method: score.skipped.code for score in scores if score.skipped} == left_out


def test_a_quick_run_trains_no_network_but_the_one_that_is_asked_for():
    methods, (score,) = methods_to_compare("auto", 5_000, quick=True)
    assert methods == ["none", "pca"]
    assert score.skipped is not None
    assert score.skipped.code == "quick"
    assert methods_to_compare("autoencoder", 5_000, quick=True) == (["none", "pca", "autoencoder"], ())


@pytest.mark.usefixtures("short_training")
def test_every_run_of_sixty_customers_on_compares_three_ways_and_trains_a_network_that_fits_the_data():
    table = build_features(clean_orders(read_orders(make_shop(3_000).lines)))
    assert len(table) >= 60
    config = RunConfig(clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2))
    comparison = choose_recipe(Fits(table), config).comparison
    assert comparison is not None
    assert [score.method for score in comparison.tried] == ["none", "pca", "autoencoder"]
    network: Any = comparison.tried[2].fitted
    assert network.network_.architecture.n_weights <= comparison.n_units * len(comparison.features)
    assert np.array(comparison.agreement).shape == (3, 3)


def test_too_few_features_are_compared_on_all_and_segmented_as_they_are():
    table = build_features(clean_orders(read_orders(make_shop(2_000).lines)))
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="timing"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    fits = Fits(table)
    choice = choose_recipe(fits, config)
    assert fits.matrix(choice.recipe).values.shape[1] < 4
    assert choice.comparison is not None
    assert not choice.comparison.of_own_features
    assert len(choice.comparison.features) > 4
    assert (choice.comparison.taken, choice.recipe.method) == ("none", "none")


@pytest.mark.usefixtures("short_training")
def test_a_reduction_that_was_asked_for_is_made_whatever_the_rule_says():
    table = build_features(clean_orders(read_orders(make_shop(2_000).lines)))
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="all"),
        reduction=ReductionOptions(method="autoencoder-tied", n_dimensions=2),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    choice = choose_recipe(Fits(table), config)
    assert choice.recipe.method == "autoencoder-tied"
    assert choice.comparison is not None
    assert (choice.comparison.asked, choice.comparison.taken) == ("autoencoder-tied", "autoencoder-tied")
    assert {score.skipped.code for score in choice.comparison.scores if score.skipped} <= {"quick", "too_few_units"}
    assert choice.comparison.chosen in {score.method for score in choice.comparison.tried}


def test_refits_are_compared_with_each_other_and_never_with_themselves(fits: Fits):
    """Where nothing is there to be found again, two resamples agree on hardly anything."""
    X = np.random.default_rng(0).normal(size=(100, 20)).astype(np.float32)
    agreed, found = _refitted(X, np.arange(100, dtype=np.int32) % 8, Recipe("all", "none", 8), fits)
    assert found.shape == (REFITS, 8)
    assert 0 < agreed < 0.25


def test_a_score_is_shown_and_compared_by_its_figures():
    """Its map and the reduction itself are neither: what is learned is large, and two fits are two objects."""
    bare = ReducerScore("pca", 2)
    drawn = WayMap(np.zeros((1, 2), np.float32), np.zeros(1, np.int32))
    full = ReducerScore("pca", 2, drawn=drawn, fitted=PCAReducer(2))
    assert (repr(full), full) == (repr(bare), bare)
    assert bare != ReducerScore("pca", 3)


def test_a_comparison_without_a_next_period_is_not_by_the_future():
    scores = (ReducerScore("none"), ReducerScore("pca", skipped=Skipped("quick", 100, 0)))
    comparison = ReducerComparison(scores, "none", None, 3, 2)
    assert not comparison.by_future
    assert comparison.tried == scores[:1]
    assert comparison.taken == "none"
    assert replace(comparison, asked="pca").taken == "pca"
    assert replace(comparison, chosen="pca", of_own_features=False).taken == "none"
    assert replace(comparison, chosen="pca").followed(ALL_FEATURES) == replace(
        ALL_FEATURES.through("pca"), n_dimensions=2
    )
    assert replace(comparison, chosen="pca", asked="pca").followed(ALL_FEATURES) is ALL_FEATURES


@pytest.mark.parametrize(
    ("reference", "solution", "jaccards"),
    [
        ([0, 0, 1, 1], [0, 0, 0, 0], [0.5, 0.5]),
        ([0, 0, 0, 0], [0, 0, 0, 1], [0.75, 0]),
        ([0, 0, 0, 1], [1, 1, 1, 1], [0.75, 0.25]),
        ([1, 1, 1, 1], [0, 0, 1, 1], [0, 0.5]),
    ],
)
def test_a_segment_is_held_against_its_best_match(reference: list[int], solution: list[int], jaccards: list[float]):
    assert jaccards_of(np.array(reference), np.array(solution), 2).tolist() == jaccards


def test_a_map_has_the_numbers_of_the_taken_way():
    matrix, labels = shop()
    three = labels.copy()
    three[40:60] = 2
    taken = Segmentation.of(matrix, three)
    turned = np.array([1, 2, 0], np.int32)[three]
    turned[0] = 0  # one has gone elsewhere, and is shown as there
    other = Segmentation.of(matrix, turned)
    ways = [_Tried(ReducerScore("none", silhouette=0.3), made, np.ones(REFITS), None) for made in (other, taken)]
    shown = _drawn(ways[0], ways[1], seed=0).drawn
    assert shown is not None
    assert shown.labels.tolist() == [2, *three[1:].tolist()]
    assert shown.points.shape == (100, 2)
    assert np.square(shown.points - shown.points.mean(axis=0)).sum(axis=0).tolist() == pytest.approx(
        sorted(np.linalg.svd(matrix.values - matrix.values.mean(axis=0))[1] ** 2)[:-3:-1], rel=1e-3
    )


def test_a_way_of_one_dimension_is_drawn_on_a_line():
    matrix, labels = shop()
    made = replace(Segmentation.of(matrix, labels), dimensions=matrix.values[:, :1])
    way = _Tried(ReducerScore("none", silhouette=0.3), made, np.ones(REFITS), None)
    shown = _drawn(way, way, seed=0).drawn
    assert shown is not None
    assert shown.points.shape == (100, 2)
    assert not shown.points[:, 1].any()
    assert np.abs(shown.points[:, 0]) == pytest.approx(np.abs(matrix.values[:, 0]), abs=1e-4)


@pytest.mark.parametrize(
    ("mine", "theirs", "silhouettes", "expected"),
    [
        # resamples are 0.1, 0.3 and 0.2 better, the silhouette 0.05: half of both, and half the error of the mean
        ([0.6, 0.8, 0.7], [0.5, 0.5, 0.5], (0.45, 0.40), ((0.2 + 0.05) / 2, 0.1 / 2 / 3**0.5)),
        ([0.5, 0.5], [0.7, 0.7], (0.2, 0.3), (-0.15, 0.0)),
    ],
)
def test_a_lead_is_the_mean_of_what_comes_out_again_and_of_the_silhouette(
    mine: list[float], theirs: list[float], silhouettes: tuple[float, float], expected: tuple[float, float]
):
    def tried(weakest: list[float], silhouette: float) -> _Tried:
        made: Any = None
        return _Tried(ReducerScore("none", silhouette=silhouette), made, np.array(weakest), None)

    one, other = tried(mine, silhouettes[0]), tried(theirs, silhouettes[1])
    lead = one.lead_over(other)
    assert (lead.value, lead.error) == pytest.approx(expected)
    assert other.lead_over(one).value == pytest.approx(-expected[0])
