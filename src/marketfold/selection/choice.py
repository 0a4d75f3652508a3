"""The recipe of a run: which features, which reduction, how many segments, each with the evidence that decided."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from marketfold.errors import MissingDependencyError, ParameterError
from marketfold.reduction import FEWEST_UNITS, assess_suitability, reducer_type, reducers_by_cost
from marketfold.selection.compare import ReducerScore, Skipped, compare_reducers
from marketfold.selection.feature_sets import ALL, feature_sets_of
from marketfold.selection.fits import Recipe
from marketfold.selection.groups import FEWEST_TESTED, K_APART, SeekOptions, choosing_half, seek_groups
from marketfold.selection.search import choosing_part, search_feature_sets
from marketfold.selection.trust import best_matches
from marketfold.thresholds import FEWEST_SEGMENTS, STABLE

if TYPE_CHECKING:
    from marketfold.clustering import KChoice
    from marketfold.config import RunConfig
    from marketfold.reduction import BaseReducer, Reducer, Suitability
    from marketfold.schema import Float32
    from marketfold.selection.compare import ReducerComparison
    from marketfold.selection.fits import Fits
    from marketfold.selection.groups import GroupTest
    from marketfold.selection.null_shops import Null
    from marketfold.selection.search import FeatureSetSearch

FEWEST_FEATURES_TO_REDUCE = 4
COMPARED_UNITS = 50_000
"""Feature sets and reductions are compared on a seeded sample of this many units; k is chosen, and segments made, on
all."""

NumberFrom = Literal["asked", "clusterer", "groups", "search", "curve"]
"""Who decided how many segments there are: the settings, a clusterer of the user's own, the groups that were found, the
search for a useful cut, or the curve of the recipe's space."""
Finding = Literal["groups", "structure", "crowd", "too_few"]


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why.

    `k_choice` is of the recipe's own space, and `number_from` says whether its number was taken. `suitability` and
    `comparison` are None where the features are too few to reduce, `groups` where no test could be made, `search` where
    groups were found or none was made.
    """

    recipe: Recipe
    k_choice: KChoice
    number_from: NumberFrom
    suitability: Suitability | None = None
    comparison: ReducerComparison | None = None
    search: FeatureSetSearch | None = None
    groups: GroupTest | None = None

    @property
    def finding(self) -> Finding:
        """What the customers are: groups, more than one cloud without a number that stands out, or one crowd."""
        if self.groups is not None and self.groups.groups:
            return "groups"
        if self.k_choice.answer == "too_few" or (self.groups is None and self.k_choice.n_units < FEWEST_TESTED):
            return "too_few"
        return "crowd" if self.k_choice.answer == "no_structure" else "structure"


def choose_recipe(
    fits: Fits, config: RunConfig, *, null: Null | None = None, reducer: Any = None, clusterer: Any = None
) -> Choice:
    """Choose features, reduction and number of segments, as far as the settings leave them open.

    Groups are sought first, and held against what `null` draws; where there are none, the most useful cut is taken.
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
    options = _options(fits, recipe, config)
    by_customer = fits.table.unit == "customer"
    groups = seek_groups(fits.table, null, options, config.seed, fits.progress) if null and by_customer else None
    advised = fits.choose_k(recipe, k_max).k
    number = groups.k if groups and groups.groups else fixed or advised
    recipe = replace(recipe, n_segments=number)
    comparison, suitability = _compare(fits.sample(COMPARED_UNITS, config.seed), recipe, config)
    if comparison:
        recipe = recipe if reducer is not None else recipe.through(comparison.taken)
        recipe = replace(recipe, n_dimensions=None if comparison.taken == "none" else comparison.n_dimensions)
    decided: NumberFrom = "curve"
    search = None
    if groups and groups.groups:
        recipe, decided = _with_groups(fits, recipe, groups, asked=_reduction_asked(recipe, config)), "groups"
    elif by_customer and clusterer is None and (search := _search(fits, options, advised, config)):
        recipe, decided = search.chosen.recipe(recipe), "search"
    elif fixed is None:
        recipe = replace(recipe, n_segments=fits.choose_k(recipe, k_max).k)
    if clusterer is not None or fixed is not None:
        decided = "asked" if clusterer is None else "clusterer"
    return Choice(recipe, fits.choose_k(recipe, k_max), decided, suitability, comparison, search, groups)


def _options(fits: Fits, recipe: Recipe, config: RunConfig) -> SeekOptions:
    """What the settings leave open: all feature sets where neither they nor the reduction were given."""
    open_sets = config.features.feature_set == "auto" and not _reduction_asked(recipe, config)
    names = (ALL, *feature_sets_of(fits.table)) if open_sets and recipe.clusterer is None else (recipe.feature_set,)
    fixed = config.clustering.segments
    return SeekOptions(names, (fixed,) if fixed else K_APART, recipe.geography)


def _reduction_asked(recipe: Recipe, config: RunConfig) -> bool:
    return recipe.reducer is not None or config.reduction.method != "auto"


def _with_groups(fits: Fits, recipe: Recipe, test: GroupTest, *, asked: bool) -> Recipe:
    """The recipe that was tested; a reduction that nobody asked for is taken where its segments keep the groups."""
    plain = replace(recipe, feature_set=test.found.feature_set, n_segments=test.k)
    if asked or recipe.clusterer is not None:
        return plain
    unreduced = replace(plain.through("none"), n_dimensions=None)
    if plain.feature_set != recipe.feature_set or recipe.method == "none":
        return unreduced
    kept = best_matches(test.labels, fits.segment(plain).labels)[1][list(test.groups)] >= STABLE
    return plain if kept.all() else unreduced


def _search(fits: Fits, options: SeekOptions, advised: int, config: RunConfig) -> FeatureSetSearch | None:
    """The most useful cut by the choosing half; None where half of the customers cannot be told apart so often."""
    chooses = choosing_half(len(fits.table), config.seed)
    with suppress(ParameterError):
        half = choosing_part(fits.table, fits.holdout, chooses, config.seed)
        return search_feature_sets(half, options, advised, fits.progress)
    return None


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
