from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from marketfold.cleaning import clean_orders
from marketfold.clustering import choose_k
from marketfold.config import ClusteringOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.reduction import AutoencoderReducer
from marketfold.report import number_decision
from marketfold.selection import Fits, choose_cutoff, choose_recipe, choosing_half, hold_out_future

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.cleaning import CleanOrders
    from marketfold.units import FeatureTable

SHORT = ClusteringOptions(k_max=4, bootstraps=2)


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return build_features(clean_orders(read_orders(make_shop(2_000).lines)))


def spied(calls: list[Any], real: Callable[..., Any]) -> Callable[..., Any]:
    """The real function, with a note of the matrix of each call."""

    def spy(*args: Any, **settings: Any) -> Any:
        calls.append(args[-1])
        return real(*args, **settings)

    return spy


def test_k_is_chosen_on_all_units_though_reductions_are_compared_on_a_sample(
    table: FeatureTable, monkeypatch: pytest.MonkeyPatch
):
    chosen_on: list[Any] = []
    monkeypatch.setattr("marketfold.selection.choice.COMPARED_UNITS", 30)
    monkeypatch.setattr("marketfold.selection.fits.choose_k", spied(chosen_on, choose_k))
    config = RunConfig(clustering=SHORT, reduction=ReductionOptions(method="pca", n_dimensions=2))
    assert len(table) > 30
    choice = choose_recipe(Fits(table), config)
    assert [X.shape for X in chosen_on] == [(len(table), 2)]  # in the space that was asked for
    assert choice.number_from == "search"
    assert choice.search is not None
    assert choice.recipe.n_segments == choice.search.chosen.k


@pytest.mark.usefixtures("short_training")
def test_no_training_is_repeated_on_the_same_rows_where_there_are_more_units_than_are_compared(
    monkeypatch: pytest.MonkeyPatch,
):
    trained: list[Any] = []
    monkeypatch.setattr("marketfold.selection.choice.COMPARED_UNITS", 60)
    monkeypatch.setattr(AutoencoderReducer, "fit", spied(trained, AutoencoderReducer.fit))
    clean = clean_orders(read_orders(make_shop(4_000).lines))
    config = RunConfig(clustering=SHORT, reduction=ReductionOptions(method="autoencoder", n_dimensions=2))
    span = clean.activity.span
    cutoff = choose_cutoff(*span) if span else None
    assert cutoff is not None
    fits = Fits(build_features(clean), hold_out_future(clean, cutoff, config.features))
    assert fits.holdout is not None
    assert len(fits.holdout.table) > 60
    recipe = choose_recipe(fits, config).recipe
    fits.segment(recipe)
    fits.segment(recipe, fits.holdout.table)
    # a sample now and on the earlier day, to compare; all units now, and on the earlier day
    assert len(trained) == 4
    assert len({matrix.tobytes() for matrix in trained}) == 4


def test_a_clusterer_of_ones_own_decides_its_number_and_nobody_is_said_to_have_asked(table: FeatureTable):
    fits = Fits(table)
    choice = choose_recipe(fits, RunConfig(quick=True, clustering=SHORT), clusterer=GaussianMixture(5))
    made = fits.segment(choice.recipe)
    assert (choice.number_from, made.n_segments) == ("clusterer", 5)
    choice = replace(choice, recipe=replace(choice.recipe, n_segments=made.n_segments))
    assert number_decision(choice, "customer").startswith(
        "5 segments were made. Your GaussianMixture decides itself how many. "
    )


def test_a_number_that_was_asked_for_is_said_so(table: FeatureTable):
    config = RunConfig(quick=True, clustering=SHORT.model_copy(update={"segments": 6}))
    choice = choose_recipe(Fits(table), config)
    assert choice.number_from == "asked"
    assert number_decision(choice, "customer").startswith("6 segments were made. That many were asked for.")


@dataclass
class Few:
    """Keeps the first columns; a dataclass that compares by value cannot be hashed."""

    n_columns: int = 2

    def fit(self, X: Any) -> Few:  # noqa: ARG002
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X)[:, : self.n_columns]


@dataclass
class Halves:
    """Cuts at the median of the first column."""

    column: int = 0

    def fit_predict(self, X: Any) -> Any:
        return (X[:, self.column] > np.median(X[:, self.column])).astype(int)


def test_nothing_is_chosen_otherwise_where_those_kept_aside_buy_otherwise(clean_sales: CleanOrders):
    table, config = build_features(clean_sales), RunConfig(quick=True, clustering=SHORT)
    assert clean_sales.activity.span is not None
    cutoff = choose_cutoff(*clean_sales.activity.span)
    assert cutoff is not None
    known = hold_out_future(clean_sales, cutoff, config.features)
    assert known is not None
    holdout = known.halved(table.ids[choosing_half(len(table), config.seed)])
    revenue, last = holdout.next_revenue.copy(), holdout.evaluation
    revenue[last] = np.random.default_rng(1).permutation(revenue[last]) * 50
    one, other = (
        choose_recipe(Fits(table, held), config) for held in (holdout, replace(holdout, next_revenue=revenue))
    )
    assert (one.recipe, one.search, one.number_from) == (other.recipe, other.search, other.number_from)
    assert one.comparison is not None
    assert other.comparison is not None
    assert one.comparison.by_future
    assert (one.comparison.taken, one.comparison.leads) == (other.comparison.taken, other.comparison.leads)
    assert [score.explained for score in one.comparison.tried] != [score.explained for score in other.comparison.tried]


def test_parts_of_ones_own_need_not_be_hashable(table: FeatureTable):
    fits = Fits(table)
    two = choose_recipe(fits, RunConfig(quick=True, clustering=SHORT), reducer=Few(), clusterer=Halves())
    made = fits.segment(two.recipe)
    assert made is fits.segment(two.recipe)
    assert (made.dimensions.shape[1], made.n_segments) == (2, 2)
    three = replace(two.recipe, reducer=Few(3))
    assert fits.segment(three).dimensions.shape[1] == 3
