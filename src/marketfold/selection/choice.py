"""The recipe of a run: which features, which reduction, how many segments, each with the evidence that decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from marketfold.reduction import reducer_type
from marketfold.selection.feature_sets import ALL
from marketfold.selection.fits import Recipe
from marketfold.selection.search import K_TRIED, search_feature_sets
from marketfold.selection.ways import compare_ways, with_dimensions
from marketfold.thresholds import FEWEST_SEGMENTS

if TYPE_CHECKING:
    from marketfold.clustering import KChoice
    from marketfold.config import RunConfig
    from marketfold.reduction import Suitability
    from marketfold.selection.compare import ReducerComparison
    from marketfold.selection.fits import Fits
    from marketfold.selection.search import FeatureSetSearch

COMPARED_UNITS = 50_000
"""Feature sets and reductions are compared on a seeded sample of this many units; k is chosen, and segments made, on
all."""

NumberFrom = Literal["asked", "clusterer", "search", "curve"]
"""Who decided how many segments there are: the settings, a clusterer of the user's own, the search for a feature set,
or the curve of the recipe's space."""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why.

    `k_choice` is of the recipe's features as they are, or through the reduction that was asked for, and `number_from`
    says whether its number was taken. `suitability` and `comparison` are None where features or units are too few to
    compare reductions, `search` where the feature set or the reduction was given.
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
    recipe = _start(fits, config, reducer, clusterer)
    advised = fits.choose_k(recipe, k_max)
    recipe = replace(recipe, n_segments=fixed or advised.k)
    few = fits.sample(COMPARED_UNITS, config.seed)
    search = _search(few, recipe, config, keep_number=fixed is not None or advised.answer == "groups")
    if search:
        recipe = search.chosen.recipe(recipe)
    decided: NumberFrom = "search" if search else "curve"
    if clusterer is not None or fixed is not None:
        decided = "asked" if clusterer is None else "clusterer"
    k_choice = fits.choose_k(recipe, k_max)
    comparison, suitability = compare_ways(few, recipe, config)
    if comparison:
        recipe = comparison.followed(recipe)
    return Choice(recipe, k_choice, decided, suitability, comparison, search)


def _start(fits: Fits, config: RunConfig, reducer: Any, clusterer: Any) -> Recipe:
    """What was asked for, and where nothing was, all features as they are."""
    asked, method = config.features.feature_set, config.reduction.method
    recipe = Recipe(
        feature_set=ALL if asked == "auto" else asked,
        method="none",
        n_segments=config.clustering.segments or FEWEST_SEGMENTS,
        n_dimensions=config.reduction.n_dimensions,
        geography=config.features.geography,
        seed=config.seed,
        clusterer=clusterer,
    )
    if reducer is not None:
        return recipe.through(reducer)
    if method in {"auto", "none"}:
        return recipe
    reducer_type(method).check_available()
    return with_dimensions(fits, recipe).through(method)


def _search(fits: Fits, recipe: Recipe, config: RunConfig, *, keep_number: bool) -> FeatureSetSearch | None:
    """All features where they hold, otherwise those that do; nothing to search where one or the other was given."""
    asked = {config.features.feature_set, config.reduction.method} != {"auto"}
    if asked or recipe.clusterer is not None or recipe.reducer is not None or fits.table.unit != "customer":
        return None
    fixed, n_pairs = config.clustering.segments, config.clustering.bootstraps
    k_tried = (fixed,) if fixed else K_TRIED
    return search_feature_sets(fits, recipe, k_tried=k_tried, keep_number=keep_number, n_pairs=n_pairs)
