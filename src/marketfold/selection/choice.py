"""The recipe of a run: which features, which reduction, how many segments, each with the evidence that decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marketfold.reduction import assess_suitability
from marketfold.reduction.autoencoder import AUTOENCODERS
from marketfold.reduction.suitability import FEWEST_UNITS as FEWEST_TO_ASSESS
from marketfold.selection.compare import Skipped, compare_reducers, skipped
from marketfold.selection.feature_sets import ALL
from marketfold.selection.fits import Recipe
from marketfold.selection.search import K_TRIED, search_feature_sets
from marketfold.thresholds import FEWEST_SEGMENTS

if TYPE_CHECKING:
    from marketfold.clustering import KChoice
    from marketfold.config import RunConfig
    from marketfold.reduction import Reducer, Suitability
    from marketfold.schema import Float32
    from marketfold.selection.compare import ReducerComparison, ReducerScore
    from marketfold.selection.fits import Fits
    from marketfold.selection.search import FeatureSetSearch

FEWEST_UNITS_FOR_NETWORK = 1_000
"""Below this a network is not tried unasked: it would have more weights than the customers have values to teach it."""
FEWEST_FEATURES_TO_REDUCE = 4
COMPARED_UNITS = 50_000
"""Feature sets and reductions are compared on a seeded sample of this many units; k is chosen, and segments made, on
all."""


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
        The feature sets that were tried; None where the feature set or the reduction was given.
    """

    recipe: Recipe
    k_choice: KChoice
    suitability: Suitability | None = None
    comparison: ReducerComparison | None = None
    search: FeatureSetSearch | None = None


def choose_recipe(fits: Fits, config: RunConfig) -> Choice:
    """Choose features, reduction and number of segments, as far as the settings leave them open.

    Parameters
    ----------
    fits
        All units, and the customers of an earlier day with what they brought after it. It remembers what was fitted,
        so that what is made by the recipe afterwards costs nothing more.
    """
    fixed, k_max = config.clustering.segments, config.clustering.k_max
    recipe = _start(config)
    advised = fits.choose_k(recipe, k_max)
    recipe = replace(recipe, n_segments=fixed or advised.k)
    few = fits.sample(COMPARED_UNITS, config.seed)
    comparison, suitability = _compare(few, recipe, config)
    if comparison:
        reduces = comparison.taken != "none"
        recipe = replace(recipe, method=comparison.taken, n_dimensions=comparison.n_dimensions if reduces else None)
        if reduces and fixed is None:
            recipe = replace(recipe, n_segments=few.choose_k(recipe, k_max).k)
    search = _search(few, recipe, config, settled=fixed is not None or advised.answer == "groups")
    if search:
        recipe = replace(recipe, n_segments=search.chosen.k)
        if search.chosen.feature_set != ALL:
            recipe = replace(
                recipe, feature_set=search.chosen.feature_set, method=search.chosen.method, n_dimensions=None
            )
    return Choice(recipe, fits.choose_k(recipe, k_max), suitability, comparison, search)


def _start(config: RunConfig) -> Recipe:
    """What was asked for, and where nothing was, all features as they are."""
    asked = config.features.feature_set
    return Recipe(
        feature_set=ALL if asked == "auto" else asked,
        method="none",
        n_segments=config.clustering.segments or FEWEST_SEGMENTS,
        n_dimensions=config.reduction.n_dimensions,
        geography=config.features.geography,
        seed=config.seed,
    )


def _compare(fits: Fits, recipe: Recipe, config: RunConfig) -> tuple[ReducerComparison | None, Suitability | None]:
    """The reductions at equal dimensions, and whether the features suit one; nothing for a handful of features."""
    X, asked = fits.matrix(recipe).values, config.reduction.method
    if X.shape[1] < FEWEST_FEATURES_TO_REDUCE:
        return None, None
    methods, left_out = _methods_to_compare(asked, len(X))
    if recipe.n_dimensions is None:  # as many as PCA needs
        pca = fits.reduce(replace(recipe, method="pca"))
        recipe = replace(recipe, n_dimensions=pca.dimensions.shape[1])
    comparison = compare_reducers(fits, recipe, methods, asked=None if asked == "auto" else asked, left_out=left_out)

    def fit(method: str, n_dimensions: int, rows: Float32) -> Reducer:
        return fits.reducer(replace(recipe, method=method, n_dimensions=n_dimensions), rows)

    suitability = None
    if len(X) >= FEWEST_TO_ASSESS:
        networks = [method for method in methods if method in AUTOENCODERS]
        suitability = assess_suitability(
            X, recipe.seed, recipe.n_dimensions, also=networks, progress=fits.progress, fit=fit
        )
    return comparison, suitability


def _methods_to_compare(asked: str, n_units: int) -> tuple[list[str], tuple[ReducerScore, ...]]:
    """Names of the reductions to try, and those that are not tried, with the reason."""
    methods = ["none", "pca"]
    if asked not in {"auto", *methods}:
        return [*methods, asked], ()
    if asked != "auto":
        return methods, ()
    if n_units < FEWEST_UNITS_FOR_NETWORK:
        return methods, (skipped("autoencoder", Skipped("too_few_units", n_units, FEWEST_UNITS_FOR_NETWORK)),)
    return [*methods, "autoencoder"], ()


def _search(fits: Fits, recipe: Recipe, config: RunConfig, *, settled: bool) -> FeatureSetSearch | None:
    """All features where they hold, otherwise those that do; nothing to search where one or the other was given."""
    open_question = config.features.feature_set == "auto" and config.reduction.method == "auto"
    if not open_question or fits.table.unit != "customer":
        return None
    fixed = config.clustering.segments
    k_tried = (fixed,) if fixed else K_TRIED
    return search_feature_sets(fits, recipe, k_tried=k_tried, settled=settled, n_pairs=config.clustering.bootstraps)
