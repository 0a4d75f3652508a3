"""The hook of a run: which reductions are tried on a recipe's features, and what they are found to be worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold.errors import MissingDependencyError
from marketfold.reduction import FEWEST_UNITS, Reconstruction, assess_suitability, reducers_by_cost
from marketfold.selection.compare import ReducerScore, Skipped, compare_reducers
from marketfold.selection.feature_sets import ALL

if TYPE_CHECKING:
    from marketfold.config import RunConfig
    from marketfold.reduction import BaseReducer, Suitability
    from marketfold.selection.compare import ReducerComparison
    from marketfold.selection.fits import Fits, Recipe

FEWEST_FEATURES_TO_REDUCE = 4


def with_dimensions(fits: Fits, recipe: Recipe) -> Recipe:
    """The same with a number of dimensions: what was asked for, or as many as PCA needs."""
    if recipe.n_dimensions is not None:
        return recipe
    return replace(recipe, n_dimensions=fits.reduce(recipe.through("pca")).dimensions.shape[1])


def compare_ways(fits: Fits, recipe: Recipe, config: RunConfig) -> tuple[ReducerComparison | None, Suitability | None]:
    """The reductions of a recipe's features at its number of segments, and whether the features suit one.

    Too few features cannot be reduced: then all features are compared. None where they are too few as well, or the
    units too few to hold some out.
    """
    own, asked = recipe.reducer, config.reduction.method if recipe.reducer is None else recipe.method
    of_own_features = fits.matrix(recipe).values.shape[1] >= FEWEST_FEATURES_TO_REDUCE
    compared = recipe if of_own_features else replace(recipe, feature_set=ALL, n_dimensions=None)
    X = fits.matrix(compared).values
    if X.shape[1] < FEWEST_FEATURES_TO_REDUCE or len(X) < FEWEST_UNITS:
        return None, None
    names, left_out = methods_to_compare(asked, len(X), quick=config.quick)
    methods = names if own is None else [*(name for name in names if name != asked), own]
    compared = with_dimensions(fits, compared)
    comparison = compare_reducers(fits, compared, methods, asked=None if asked == "auto" else asked, left_out=left_out)
    trials = [
        Reconstruction(score.method, score.n_dimensions, score.reconstruction, score.shuffled)
        for score in comparison.tried
        if score.method in names and score.method != "none"
    ]
    suitability = assess_suitability(X, recipe.seed, reconstructions=trials)
    return replace(comparison, of_own_features=of_own_features), suitability


def methods_to_compare(asked: str, n_units: int, *, quick: bool = False) -> tuple[list[str], tuple[ReducerScore, ...]]:
    """Names of the reductions to try, and those that are not tried, with the reason.

    One that takes no unasked trial (`fewest_units` is None) is only tried where it is asked for.
    """
    methods, left_out = [], []
    for reducer in reducers_by_cost():
        if reducer.name == asked:
            reducer.check_available()
        elif reducer.fewest_units is None:
            continue
        elif reducer.stochastic and (why := _why_not(reducer, n_units, quick=quick)):
            left_out.append(ReducerScore(reducer.name, skipped=why))
            continue
        methods.append(reducer.name)
    return methods, tuple(left_out)


def _why_not(reducer: type[BaseReducer], n_units: int, *, quick: bool) -> Skipped | None:
    fewest = reducer.fewest_units or 0
    if n_units < fewest:
        return Skipped("too_few_units", n_units, fewest)
    if quick:
        return Skipped("quick", n_units, fewest)
    try:
        reducer.check_available()
    except MissingDependencyError:
        return Skipped("missing_library", n_units, fewest)
    return None
