from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.features import FeatureMatrix, build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.selection import ReducerScore, Skipped, choose_recipe, compare_reducers
from marketfold.selection.choice import methods_to_compare
from marketfold.selection.compare import held_out_reconstruction, simplest_not_worse, skipped


@pytest.fixture(scope="module")
def matrix() -> FeatureMatrix:
    return build_matrix(build_features(clean_orders(read_orders(make_shop(4_000).lines))))


def test_no_reduction_gives_everything_back(matrix: FeatureMatrix):
    assert held_out_reconstruction(matrix.values, "none", 3) == pytest.approx(1.0)


def test_pca_gives_more_back_with_more_dimensions(matrix: FeatureMatrix):
    few, more = (held_out_reconstruction(matrix.values, "pca", n) for n in (2, 8))
    assert 0 < few < more < 1


def test_reductions_are_judged_in_the_original_space(matrix: FeatureMatrix):
    comparison = compare_reducers(matrix, ["none", "pca"], k=4, n_dimensions=5)
    none, pca = comparison.scores
    assert (none.n_dimensions, pca.n_dimensions) == (matrix.values.shape[1], 5)
    # in a space of its own PCA would always look tighter; here it cannot beat K-means on the space itself by much
    assert pca.calinski_harabasz <= none.calinski_harabasz * 1.02


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
    left_out = skipped("autoencoder", Skipped("too_few_units", 92, 1_000))
    assert simplest_not_worse([SCORE, left_out]) == "none"
    assert np.isnan(left_out.silhouette)


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


def test_a_reduction_that_was_asked_for_is_made_and_the_verdict_says_so():
    table = build_features(clean_orders(read_orders(make_shop(2_000).lines)))
    config = RunConfig(
        features=FeatureOptions(view="all"),
        reduction=ReductionOptions(method="autoencoder-tied", n_dimensions=2),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    choice = choose_recipe(table, None, config)
    assert choice.recipe.method == "autoencoder-tied"
    assert choice.comparison is not None
    assert choice.comparison.verdict.startswith("The segments were made with the tied autoencoder, as asked. Left to")
