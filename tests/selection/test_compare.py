from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.reduction import make_reducer
from marketfold.selection import Fits, Recipe, ReducerScore, Skipped, choose_recipe, compare_reducers
from marketfold.selection.choice import methods_to_compare
from marketfold.selection.compare import held_out_reconstruction, simplest_not_worse

if TYPE_CHECKING:
    from marketfold.schema import Float32

ALL_FEATURES = Recipe("all", "none", 4, n_dimensions=5)


@pytest.fixture(scope="module")
def fits() -> Fits:
    return Fits(build_features(clean_orders(read_orders(make_shop(4_000).lines))))


def given_back(X: Float32, method: str, n_dimensions: int) -> float:
    return held_out_reconstruction(X, lambda rows: make_reducer(method, n_dimensions).fit(rows))


def test_no_reduction_gives_everything_back(fits: Fits):
    assert given_back(fits.matrix(ALL_FEATURES).values, "none", 3) == pytest.approx(1.0)


def test_pca_gives_more_back_with_more_dimensions(fits: Fits):
    few, more = (given_back(fits.matrix(ALL_FEATURES).values, "pca", n) for n in (2, 8))
    assert 0 < few < more < 1


def test_what_comes_back_is_a_share_of_the_variance_and_not_of_the_distance_from_nought():
    X = np.random.default_rng(0).standard_normal((500, 4)).astype(np.float32)
    centred, shifted = (given_back(values, "pca", 2) for values in (X, X + 50))
    assert centred == pytest.approx(0.5, abs=0.1)
    assert shifted == pytest.approx(centred, abs=0.01)


def test_reductions_are_judged_in_the_original_space(fits: Fits):
    comparison = compare_reducers(fits, ALL_FEATURES, ["none", "pca"])
    none, pca = comparison.scores
    assert (none.n_dimensions, pca.n_dimensions) == (fits.matrix(ALL_FEATURES).values.shape[1], 5)
    # in a space of its own PCA would always look tighter; here it cannot beat K-means on the space itself by much
    assert pca.calinski_harabasz <= none.calinski_harabasz * 1.02


TOO_FEW = ReducerScore("autoencoder", skipped=Skipped("too_few_units", 92, 1_000))
SCORE = ReducerScore("none", 9, 1.0, 0.3, 100.0, 0.9, 0.8, 0.20, 0.1)


def test_the_simplest_is_taken_when_the_rest_is_no_better():
    rival = replace(SCORE, method="pca", explained=0.215)
    assert simplest_not_worse([SCORE, rival]) == "none"


def test_a_reduction_that_explains_much_more_is_taken():
    rival = replace(SCORE, method="pca", explained=0.25)
    assert simplest_not_worse([SCORE, rival]) == "pca"


def test_without_a_next_period_stability_and_silhouette_decide():
    plain = replace(SCORE, explained=None, jaccard=0.5)
    rival = replace(SCORE, method="pca", explained=None, jaccard=0.9)
    assert simplest_not_worse([plain, rival]) == "pca"


def test_what_was_not_tried_is_not_taken():
    assert simplest_not_worse([SCORE, TOO_FEW]) == "none"
    assert np.isnan(TOO_FEW.silhouette)


@pytest.mark.parametrize(
    ("asked", "n_units", "tried", "left_out"),
    [
        ("auto", 999, ["none", "pca"], {"autoencoder": "too_few_units"}),
        ("auto", 1_000, ["none", "pca", "autoencoder"], {}),
        ("none", 5_000, ["none", "pca"], {}),
        ("pca", 5_000, ["none", "pca"], {}),
        ("autoencoder", 50, ["none", "pca", "autoencoder"], {}),
        ("autoencoder-tied", 50, ["none", "pca", "autoencoder-tied"], {}),
        ("FastICA", 5_000, ["none", "pca"], {}),
    ],
)
def test_a_network_is_tried_where_it_is_asked_for_or_can_be_taught(
    asked: str, n_units: int, tried: list[str], left_out: dict[str, str]
):
    methods, scores = methods_to_compare(asked, n_units)
    assert methods == tried
    assert {score.method: score.skipped.code for score in scores if score.skipped} == left_out


def test_a_reduction_that_was_asked_for_is_made_whatever_the_rule_says():
    table = build_features(clean_orders(read_orders(make_shop(2_000).lines)))
    config = RunConfig(
        features=FeatureOptions(feature_set="all"),
        reduction=ReductionOptions(method="autoencoder-tied", n_dimensions=2),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    choice = choose_recipe(Fits(table), config)
    assert choice.recipe.method == "autoencoder-tied"
    assert choice.comparison is not None
    assert (choice.comparison.asked, choice.comparison.taken) == ("autoencoder-tied", "autoencoder-tied")
    assert choice.comparison.chosen in {score.method for score in choice.comparison.tried}
