"""The recipe of a run: which view, which reduction, how many segments, each with the evidence that decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from marketfold.clustering import choose_k
from marketfold.errors import MissingDependencyError, OrdersError
from marketfold.features import build_matrix
from marketfold.reduction import (
    FEWEST_UNITS,
    PCAReducer,
    assess_suitability,
    label_of,
    make_reducer,
    reducer_type,
    reducers_by_cost,
)
from marketfold.selection.compare import Skipped, compare_reducers, skipped
from marketfold.selection.recipe import Recipe
from marketfold.selection.search import K_TRIED, search_views
from marketfold.selection.views import ALL, sampled_rows, select_view, take_units

if TYPE_CHECKING:
    from marketfold.clustering import KChoice
    from marketfold.config import RunConfig
    from marketfold.features import FeatureMatrix
    from marketfold.reduction import KnownReducer, Suitability
    from marketfold.schema import FeatureTable, Progress
    from marketfold.selection.compare import ReducerComparison, ReducerScore
    from marketfold.selection.future import LookAhead
    from marketfold.selection.search import ViewSearch

FEWEST_SEGMENTS = 3
"""The mission asks for at least three distinct groups."""
FEWEST_FEATURES_TO_REDUCE = 4
VARIANCE_KEPT = 0.9
COMPARED_UNITS = 50_000
"""Views and reductions are compared on a seeded sample of this many units; k is chosen, and segments made, on all."""


@dataclass(frozen=True)
class Choice:
    """What was chosen, and why.

    Attributes
    ----------
    recipe
        To be followed on all units.
    k_choice
        The advised number of segments in the recipe's own space, with its evidence.
    suitability
        Whether the features suit a reduction; None where there are too few of them.
    comparison
        The reductions beside each other; None where there was nothing to reduce.
    search
        The views that were tried; None where the view or the reduction was given.
    """

    recipe: Recipe
    k_choice: KChoice
    suitability: Suitability | None = None
    comparison: ReducerComparison | None = None
    search: ViewSearch | None = None

    @property
    def verdict(self) -> str:
        """What is said of the number of segments, and why another was made than the curve advises."""
        return self._and_why(self.k_choice.verdict)

    @property
    def gist(self) -> str:
        """The same without the numbers."""
        return self._and_why(self.k_choice.gist)

    def _and_why(self, said: str) -> str:
        made = self.recipe.n_segments
        if made == self.k_choice.k:
            return said
        why = self.search.verdict if self.search else "That many were asked for."
        return f"{made} segments were made. {why} Of itself the curve says this: {said}"


def choose_recipe(
    table: FeatureTable,
    ahead: LookAhead | None,
    config: RunConfig,
    progress: Progress | None = None,
    *,
    reducer: Any = None,
    clusterer: Any = None,
) -> Choice:
    """Choose view, reduction and number of segments, as far as the settings leave them open.

    Parameters
    ----------
    table
        All features of the units.
    ahead
        The customers of an earlier day and what they brought after it; None where the orders are too short.
    reducer, clusterer
        A transformer and a clusterer of one's own, as instances. They are taken whatever the rules say; how many
        segments the clusterer finds is known when the recipe is followed.

    Raises
    ------
    MissingDependencyError
        If a network is asked for and TensorFlow cannot be imported.
    """
    asked = config.features.view
    recipe = Recipe(
        view=ALL if asked == "auto" else asked,
        method="none" if reducer is None else make_reducer(reducer).name,
        n_segments=config.clustering.segments or FEWEST_SEGMENTS,
        n_dimensions=config.reduction.n_dimensions,
        geography=config.features.geography,
        seed=config.seed,
        reducer=reducer,
        clusterer=clusterer,
    )
    k_choice = _choose_k(recipe, table, config, progress)
    choice = Choice(replace(recipe, n_segments=config.clustering.segments or k_choice.k), k_choice)
    few = take_units(table, sampled_rows(len(table.ids), COMPARED_UNITS, config.seed))
    ahead = ahead.sample(COMPARED_UNITS, config.seed) if ahead else None
    matrix = build_matrix(select_view(few, recipe.view), geography=recipe.geography)
    if matrix.values.shape[1] >= FEWEST_FEATURES_TO_REDUCE:
        choice = _with_reduction(choice, matrix, few, ahead, config, progress)
    open_to_views = config.reduction.method == "auto" and reducer is None and clusterer is None
    if asked == "auto" and open_to_views and table.unit == "customer":
        choice = _with_search(choice, few, ahead, config, progress)
    if choice.recipe != replace(recipe, n_segments=choice.recipe.n_segments):
        choice = replace(choice, k_choice=_choose_k(choice.recipe, table, config, progress))
    return choice


def _choose_k(recipe: Recipe, table: FeatureTable, config: RunConfig, progress: Progress | None) -> KChoice:
    dimensions = recipe.reduce(table)[2]
    return choose_k(
        dimensions, k_max=config.clustering.k_max, k_min=FEWEST_SEGMENTS, seed=config.seed, progress=progress
    )


def _with_reduction(
    choice: Choice,
    matrix: FeatureMatrix,
    table: FeatureTable,
    ahead: LookAhead | None,
    config: RunConfig,
    progress: Progress | None,
) -> Choice:
    """Compare the reductions at equal dimensions, take the one asked for or the simplest that is not worse."""
    asked = config.reduction.method
    n_dimensions = config.reduction.n_dimensions or PCAReducer(VARIANCE_KEPT).fit(matrix.values).n_dimensions_
    own = choice.recipe.reducer
    methods, left_out = methods_to_compare(asked if own is None else choice.recipe.method, len(matrix.values))
    known = _known(choice.recipe, ahead)
    comparison = compare_reducers(
        matrix,
        methods if own is None else [*(name for name in methods if name != choice.recipe.method), own],
        k=choice.recipe.n_segments,
        n_dimensions=n_dimensions,
        ahead=ahead if known else None,
        ahead_matrix=known,
        seed=config.seed,
        progress=progress,
    )
    comparison = replace(comparison, scores=comparison.scores + left_out)
    if asked != "auto" or own is not None:
        name = asked if own is None else choice.recipe.method
        by_rule = f"The segments were made with {label_of(name)}, as asked. Left to the rule: {comparison.verdict}"
        comparison = replace(comparison, verdict=by_rule, asked=name)
    method = comparison.taken
    recipe = replace(choice.recipe, method=method, n_dimensions=None if method == "none" else n_dimensions)
    if method != "none" and config.clustering.segments is None:
        recipe = replace(recipe, n_segments=_choose_k(recipe, table, config, progress).k)
    return Choice(recipe, choice.k_choice, _suitability(matrix, methods, n_dimensions, config, progress), comparison)


def _suitability(
    matrix: FeatureMatrix, methods: list[str], n_dimensions: int, config: RunConfig, progress: Progress | None
) -> Suitability | None:
    """Whether the features suit a reduction, shown with every network that this run tries; None for a few units."""
    if len(matrix.values) < FEWEST_UNITS:
        return None
    networks = [method for method in methods if reducer_type(method).stochastic]
    return assess_suitability(matrix.values, config.seed, n_dimensions, also=networks, progress=progress)


def _known(recipe: Recipe, ahead: LookAhead | None) -> FeatureMatrix | None:
    """The customers of the earlier day, scaled; None where nothing told them apart then."""
    if ahead is None:
        return None
    try:
        return build_matrix(select_view(ahead.table, recipe.view), geography=recipe.geography)
    except OrdersError:
        return None


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
            left_out.append(skipped(reducer.name, why))
            continue
        methods.append(reducer.name)
    return methods, tuple(left_out)


def _why_not(reducer: type[KnownReducer], n_units: int) -> Skipped | None:
    fewest = reducer.fewest_units or 0
    if n_units < fewest:
        return Skipped("too_few_units", n_units, fewest)
    try:
        reducer.check_available()
    except MissingDependencyError:
        return Skipped("missing_library", n_units, fewest)
    return None


def _with_search(
    choice: Choice, table: FeatureTable, ahead: LookAhead | None, config: RunConfig, progress: Progress | None
) -> Choice:
    """Keep all features where they hold; otherwise the view that does, with its own number of segments."""
    fixed = config.clustering.segments
    search = search_views(
        table,
        choice.recipe,
        ahead=ahead,
        k_tried=(fixed,) if fixed else K_TRIED,
        settled=fixed is not None or choice.k_choice.answer == "groups",
        n_pairs=config.clustering.bootstraps,
        progress=progress,
    )
    taken = search.chosen
    recipe = replace(choice.recipe, n_segments=taken.k)
    if taken.view == ALL:
        return replace(choice, recipe=recipe, search=search)
    recipe = replace(recipe, view=taken.view, method=taken.method, n_dimensions=None)
    return replace(choice, recipe=recipe, search=search)
