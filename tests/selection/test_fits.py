from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market
from marketfold.reduction import AutoencoderReducer
from marketfold.selection import Fits, Recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.units import FeatureTable

RECIPE = Recipe("value", "pca", 3, n_dimensions=2)


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return build_features(clean_orders(read_orders(make_shop(2_000).lines)))


def spied(calls: list[Any], real: Callable[..., Any]) -> Callable[..., Any]:
    """The real function, with a note of each call."""

    def spy(*args: Any, **settings: Any) -> Any:
        calls.append(args)
        return real(*args, **settings)

    return spy


@pytest.mark.usefixtures("short_training")
def test_one_run_with_a_network_builds_five_matrices_and_trains_five_times_at_most(monkeypatch: pytest.MonkeyPatch):
    built: list[Any] = []
    trained: list[Any] = []
    monkeypatch.setattr("marketfold.selection.fits.build_matrix", spied(built, build_matrix))
    monkeypatch.setattr(AutoencoderReducer, "fit", spied(trained, AutoencoderReducer.fit))
    config = RunConfig(
        reduction=ReductionOptions(method="autoencoder", n_dimensions=2),
        clustering=ClusteringOptions(k_max=4, bootstraps=2),
    )
    analysis = segment_market(make_shop(4_000).lines, config)
    assert analysis.choice.evidence.recipe.method == "autoencoder"
    assert analysis.choice.future is not None  # the customers of the earlier day were segmented too
    assert 1 <= len(built) <= 5
    assert 1 <= len(trained) <= 5
    contents = {matrix.tobytes() for _, matrix, *_ in trained}
    assert len(contents) == len(trained)


def test_k_enters_no_reduction(table: FeatureTable):
    fits = Fits(table)
    three, four = fits.segment(RECIPE), fits.segment(replace(RECIPE, n_segments=4))
    assert three.dimensions is four.dimensions
    assert len(np.unique(four.labels)) == 4


def test_what_was_made_is_given_again(table: FeatureTable):
    fits = Fits(table)
    assert fits.segment(RECIPE) is fits.segment(RECIPE)
    assert fits.choose_k(RECIPE, 5) is fits.choose_k(replace(RECIPE, n_segments=5), 5)


@pytest.mark.parametrize(
    "other", [{"feature_set": "basket"}, {"method": "none"}, {"n_dimensions": 1}, {"seed": 1}, {"geography": True}]
)
def test_another_space_is_made_anew(table: FeatureTable, other: dict[str, Any]):
    fits = Fits(table)
    assert fits.reduce(RECIPE) is not fits.reduce(replace(RECIPE, **other))


def test_equal_rows_are_recognised_by_their_content(table: FeatureTable):
    fits = Fits(table)
    X = fits.matrix(RECIPE).values
    assert fits.reducer(RECIPE, X) is fits.reducer(RECIPE, X.copy())
    assert fits.reducer(RECIPE, X) is fits.reduce(RECIPE).reducer
    assert fits.reducer(RECIPE, X) is not fits.reducer(RECIPE, X[1:])


def test_a_sample_of_all_is_all_and_a_smaller_one_shares_the_memory(table: FeatureTable):
    fits = Fits(table)
    whole, few = fits.sample(len(table.ids), 0), fits.sample(30, 0)
    assert whole.segment(RECIPE) is fits.segment(RECIPE)
    assert len(few.segment(RECIPE).labels) == 30
    assert few.segment(RECIPE, table) is fits.segment(RECIPE)
