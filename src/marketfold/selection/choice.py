"""The recipe of a run: which features, which reduction, how many segments, each with the evidence that decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from marketfold.errors import MissingDependencyError
from marketfold.reduction import FEWEST_UNITS, assess_suitability, reducer_type, reducers_by_cost
from marketfold.selection.compare import ReducerScore, Skipped, compare_reducers
from marketfold.selection.feature_sets import ALL
from marketfold.selection.fits import Recipe
from marketfold.selection.search import K_TRIED, search_feature_sets
from marketfold.thresholds import FEWEST_SEGMENTS

if TYPE_CHECKING:
    from marketfold.clustering import KChoice
    from marketfold.config import RunConfig
    from marketfold.reduction import BaseReducer, Reducer, Suitability
    from marketfold.schema import Float32
    from marketfold.selection.compare import ReducerComparison
    from marketfold.selection.fits import Fits
    from marketfold.selection.search import FeatureSetSearch

FEWEST_FEATURES_TO_REDUCE = 4
COMPARED_UNITS = 50_000
"""Feature sets and reductions are compared on a seeded sample of this many units; k is chosen, and segments made, on
all."""

NumberFrom = Literal["asked", "clusterer", "search", "curve"]
"""Who decided how many segments there are: the settings, a clusterer of the user's own, the search for a feature set,
or the curve of the recipe's space."""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why.

    `k_choice` is of the recipe's own space, and `number_from` says whether its number was taken. `suitability` and
    `comparison` are None where the features are too few to reduce, `search` where the feature set or the reduction was
    given.
    """

    recipe: Recipe
    k_choice: KChoice
    number_from: NumberFrom
    suitability: Suitability | None = None
    comparison: ReducerComparison | None = None
    search: FeatureSetSearch | None = None


def choose_recipe(fits: Fits, config: RunConfig, *, reducer: Any = None, clusterer: Any = None) -> Choice:
    """Choose features, reduction and number of segments, as far as the settings leave them open.

    `fits` remembers what was fitted, so that what is made by the recipe afterwards costs nothing more. A `reducer` and
    a `clusterer` of one's own, as instances, are taken whatever the rules say; how many segments the clusterer finds
    is known when the recipe is followed.

    Raises
    ------
    MissingDependencyError
        If a network is asked for and TensorFlow cannot be imported.
    """
    fixed, k_max = config.clustering.segments, config.clustering.k_max
    recipe = _start(config, reducer, clusterer)
    advised = fits.choose_k(recipe, k_max)
    recipe = replace(recipe, n_segments=fixed or advised.k)
    few = fits.sample(COMPARED_UNITS, config.seed)
    comparison, suitability = _compare(few, recipe, config)
    if comparison:
        recipe = recipe if reducer is not None else recipe.through(comparison.taken)
        recipe = replace(recipe, n_dimensions=None if comparison.taken == "none" else comparison.n_dimensions)
        if comparison.taken != "none" and fixed is None:
            recipe = replace(recipe, n_segments=fits.choose_k(recipe, k_max).k)
    search = _search(few, recipe, config, keep_number=fixed is not None or advised.answer == "groups")
    if search:
        recipe = search.chosen.recipe(recipe)
    decided: NumberFrom = "search" if search else "curve"
    if clusterer is not None or fixed is not None:
        decided = "asked" if clusterer is None else "clusterer"
    return Choice(recipe, fits.choose_k(recipe, k_max), decided, suitability, comparison, search)


def _start(config: RunConfig, reducer: Any, clusterer: Any) -> Recipe:
    """What was asked for, and where nothing was, all features as they are."""
    asked = config.features.feature_set
    recipe = Recipe(
        feature_set=ALL if asked == "auto" else asked,
        method="none",
        n_segments=config.clustering.segments or FEWEST_SEGMENTS,
        n_dimensions=config.reduction.n_dimensions,
        geography=config.features.geography,
        seed=config.seed,
        clusterer=clusterer,
    )
    return recipe if reducer is None else recipe.through(reducer)


def _compare(fits: Fits, recipe: Recipe, config: RunConfig) -> tuple[ReducerComparison | None, Suitability | None]:
    """The reductions at equal dimensions, and whether the features suit one; nothing for a handful of features."""
    X, own = fits.matrix(recipe).values, recipe.reducer
    asked = config.reduction.method if own is None else recipe.method
    if X.shape[1] < FEWEST_FEATURES_TO_REDUCE:
        return None, None
    methods, left_out = methods_to_compare(asked, len(X))
    if recipe.n_dimensions is None:  # as many as PCA needs
        pca = fits.reduce(recipe.through("pca"))
        recipe = replace(recipe, n_dimensions=pca.dimensions.shape[1])
    compared = methods if own is None else [*(name for name in methods if name != asked), own]
    comparison = compare_reducers(fits, recipe, compared, asked=None if asked == "auto" else asked, left_out=left_out)

    def fit(method: str, n_dimensions: int, rows: Float32) -> Reducer:
        return fits.reducer(replace(recipe.through(method), n_dimensions=n_dimensions), rows)

    if len(X) < FEWEST_UNITS:
        return comparison, None
    networks, progress = [method for method in methods if reducer_type(method).stochastic], fits.progress
    return comparison, assess_suitability(
        X, recipe.seed, recipe.n_dimensions, also=networks, progress=progress, fit=fit
    )


def methods_to_compare(asked: str, n_units: int) -> tuple[list[str], tuple[ReducerScore, ...]]:
    """Names of the reductions to try, and those that are not tried, with the reason.

    What starts from random weights is only tried where it is asked for, or where nothing is asked for and it can be.
    """
    methods, left_out = [], []
    for reducer in reducers_by_cost():
        if reducer.name == asked:
            reducer.check_available()
        elif reducer.stochastic and (asked != "auto" or reducer.fewest_units is None):
            continue
        elif reducer.stochastic and (why := _why_not(reducer, n_units)):
            left_out.append(ReducerScore(reducer.name, skipped=why))
            continue
        methods.append(reducer.name)
    return methods, tuple(left_out)


def _why_not(reducer: type[BaseReducer], n_units: int) -> Skipped | None:
    fewest = reducer.fewest_units or 0
    if n_units < fewest:
        return Skipped("too_few_units", n_units, fewest)
    try:
        reducer.check_available()
    except MissingDependencyError:
        return Skipped("missing_library", n_units, fewest)
    return None


def _search(fits: Fits, recipe: Recipe, config: RunConfig, *, keep_number: bool) -> FeatureSetSearch | None:
    """All features where they hold, otherwise those that do; nothing to search where one or the other was given."""
    asked = {config.features.feature_set, config.reduction.method} != {"auto"}
    if asked or recipe.clusterer is not None or recipe.reducer is not None or fits.table.unit != "customer":
        return None
    fixed, n_pairs = config.clustering.segments, config.clustering.bootstraps
    k_tried = (fixed,) if fixed else K_TRIED
    return search_feature_sets(fits, recipe, k_tried=k_tried, keep_number=keep_number, n_pairs=n_pairs)
