"""The recipe of a run: which features, which reduction, how many segments, each with the evidence that decided."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from marketfold.errors import ParameterError
from marketfold.frames import terse
from marketfold.reduction import reducer_type
from marketfold.selection.feature_sets import ALL, EXPECTED_SET, feature_sets_of
from marketfold.selection.fits import Recipe
from marketfold.selection.groups import FEWEST_TESTED, choosing_half, seek_groups
from marketfold.selection.search import choosing_part, search_feature_sets, search_same_groups
from marketfold.selection.separated import K_APART, SeekOptions
from marketfold.selection.trust import best_matches
from marketfold.selection.ways import compare_ways, with_dimensions
from marketfold.thresholds import FEWEST_SEGMENTS, STABLE

if TYPE_CHECKING:
    from marketfold.clustering import KChoice
    from marketfold.config import RunConfig
    from marketfold.reduction import Suitability
    from marketfold.selection.compare import ReducerComparison
    from marketfold.selection.fits import Fits
    from marketfold.selection.groups import GroupTest
    from marketfold.selection.null_shops import Null
    from marketfold.selection.search import FeatureSetSearch

COMPARED_UNITS = 50_000
"""Feature sets and reductions are compared on a seeded sample of this many units; k is chosen, and segments made, on
all."""

NumberFrom = Literal["asked", "clusterer", "groups", "search", "curve"]
"""Who decided how many segments there are: the settings, a clusterer of the user's own, the groups that were found, the
search for a useful cut, or the curve of the recipe's space."""
Finding = Literal["groups", "structure", "crowd", "too_few"]


@terse
@dataclass(frozen=True)
class Choice:
    """What was chosen, and why.

    `k_choice` is of the recipe's features as they are, or through the reduction that was asked for, and `number_from`
    says whether its number was taken. `suitability` and `comparison` are None where features or units are too few to
    compare reductions, `groups` where no test could be made, `search` where none was made; where groups were found it
    is of the feature sets that may hold them, at their number.
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
    recipe = _start(fits, config, reducer, clusterer)
    options = _options(fits, recipe, config)
    by_customer = fits.table.unit == "customer"
    groups = _seek(fits, null, options, config.seed) if null and by_customer else None
    advised = fits.choose_k(recipe, k_max).k
    recipe = replace(recipe, n_segments=fixed or advised)
    decided: NumberFrom = "curve"
    search = None
    if groups and groups.groups:
        tested = replace(recipe, feature_set=groups.found.feature_set, n_segments=groups.k)
        search, decided = _search_same(fits, tested, groups, options), "groups"
        recipe = search.chosen.recipe(tested) if search else tested
    elif by_customer and clusterer is None and (search := _search(fits, options, advised, config)):
        recipe, decided = search.chosen.recipe(recipe), "search"
    if clusterer is not None or fixed is not None:
        decided = "asked" if clusterer is None else "clusterer"
    k_choice = fits.choose_k(recipe, k_max)
    comparison, suitability = compare_ways(fits.sample(COMPARED_UNITS, config.seed), recipe, config)
    if comparison:
        recipe = _followed(fits, recipe, comparison, groups)
    return Choice(recipe, k_choice, decided, suitability, comparison, search, groups)


def _options(fits: Fits, recipe: Recipe, config: RunConfig) -> SeekOptions:
    """What the settings leave open: all feature sets where neither they nor the reduction were given."""
    asked = config.features.feature_set != "auto" or recipe.reducer is not None or config.reduction.method != "auto"
    names = (ALL, *feature_sets_of(fits.table)) if not asked and recipe.clusterer is None else (recipe.feature_set,)
    fixed = config.clustering.segments
    return SeekOptions(names, (fixed,) if fixed else K_APART, recipe.geography)


def _seek(fits: Fits, null: Null, options: SeekOptions, seed: int) -> GroupTest | None:
    """Groups by all that shops without groups are measured by too: nothing is expected of their customers."""
    names = tuple(name for name in options.feature_sets if name != EXPECTED_SET)
    return seek_groups(fits.table, null, replace(options, feature_sets=names), seed, fits.progress) if names else None


def _followed(fits: Fits, recipe: Recipe, comparison: ReducerComparison, test: GroupTest | None) -> Recipe:
    """The recipe with the reduction that is taken; one that nobody asked for only where it keeps the groups."""
    taken = comparison.followed(recipe)
    if test is None or not test.groups or comparison.asked or taken is recipe:
        return taken
    return taken if _keeps(fits, taken, test) else recipe


def _keeps(fits: Fits, recipe: Recipe, test: GroupTest) -> bool:
    """Whether each group of the test is among the segments of a recipe."""
    alike = best_matches(test.labels, fits.segment(recipe).labels)[1]
    return bool((alike[list(test.groups)] >= STABLE).all())


def _search_same(fits: Fits, tested: Recipe, test: GroupTest, options: SeekOptions) -> FeatureSetSearch | None:
    """By which features the tested groups are segmented; None where there is nothing to choose by.

    A label rests on the test, which knows nothing of later revenue: so that may choose among all that have the groups.
    """
    if len(options.feature_sets) == 1 or fits.holdout is None:
        return None
    half = choosing_part(fits.table, fits.holdout, choosing_half(len(fits.table), tested.seed), tested.seed)
    same = replace(options, k_tried=(test.k,))
    with suppress(ParameterError):
        return search_same_groups(half, same, tested.feature_set, lambda one: _keeps(fits, one.recipe(tested), test))
    return None


def _search(fits: Fits, options: SeekOptions, advised: int, config: RunConfig) -> FeatureSetSearch | None:
    """The most useful cut by the choosing half; None where half of the customers cannot be told apart so often."""
    chooses = choosing_half(len(fits.table), config.seed)
    with suppress(ParameterError):
        half = choosing_part(fits.table, fits.holdout, chooses, config.seed)
        return search_feature_sets(half, options, advised, fits.progress)
    return None


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
