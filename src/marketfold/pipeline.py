"""From a source of orders, or a table of customers, to segments and campaigns: the stages, joined."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from marketfold.analysis import Analysis, ChoicePart, CustomersPart, DataPart, RunPart, SegmentsPart
from marketfold.campaigns import ArmDraw, for_companies, keep_edits, plan_campaigns
from marketfold.cleaning import CleanOrders, clean_orders, orders_of
from marketfold.clustering import assess_stability, split_and_merge
from marketfold.config import load_config
from marketfold.customer_tables import CustomerTable, is_of_table, read_source, refuse_settings_of_orders
from marketfold.errors import OrdersError, ParameterError, TooFewUnitsError
from marketfold.estimators import plain_arrays
from marketfold.exploration import explore
from marketfold.features import LazyFeatureTable, before_day, check_own
from marketfold.grounds import CustomersGround, OrdersGround
from marketfold.orders import Orders, fingerprint
from marketfold.progress import shown_progress
from marketfold.reduction import reducer_type
from marketfold.segments import find_traits, number_and_name, profile_segments
from marketfold.selection import (
    Fits,
    among,
    check_merges,
    choose_recipe,
    choosing_half,
    label_segments,
    merge_alike,
    merge_segments,
    other_solutions,
    repetition,
    score_on_future,
    settle,
    settle_population,
)
from marketfold.stage_costs import StageClock
from marketfold.thresholds import FEWEST_SEGMENTS
from marketfold.units import FeatureTable
from marketfold.words import listed

if TYPE_CHECKING:
    from marketfold.analysis import Previous
    from marketfold.campaigns import CampaignPlan
    from marketfold.config import RunConfig
    from marketfold.grounds import Ground
    from marketfold.schema import Progress, Watched
    from marketfold.selection import FutureScore, Recipe, Segmentation

STABILITY_SEED = 2_000_003
"""Far from the seeds of the search for a feature set, so that the labels rest on resamples that no choice has seen."""


@dataclass(frozen=True)
class _Pipeline:
    """The stages of one run; each reads what those before it made."""

    config: RunConfig
    clock: StageClock
    progress: Progress | None
    previous: Previous | None

    def read(self, source: Any) -> Ground:
        """Read the source; orders are cleaned and explored."""
        config = self.config
        with self.clock.stage("read"):
            read = _opened(source, config)
            sha256 = fingerprint(source)
        name = read.facts.place_of(source)
        if isinstance(read, CustomerTable):
            refuse_settings_of_orders(read, config.features)
            return CustomersGround(CustomersPart(name, read, sha256))
        check_own(config.features.own_features, read.lines.collect_schema().names(), config.features.unit)
        with self.clock.stage("clean"):
            clean = source if isinstance(source, CleanOrders) else clean_orders(read, config.cleaning)
        with self.clock.stage("explore"):
            exploration = explore(clean, random_state=config.seed, progress=self.progress)
        as_of = config.features.as_of
        seen = before_day(clean, as_of) if as_of else clean  # once: what customers did is remembered with it
        return OrdersGround(DataPart(name, read, clean, exploration, sha256), seen, config)

    def segment(self, ground: Ground, reducer: Any, clusterer: Any) -> tuple[Segmentation, ChoicePart]:
        """Measure the units, choose how to segment them, and assess what came of it.

        Of very many units a sample chooses and is assessed; the segments are settled on all, by the engine that
        measured them where they are too many for memory.
        """
        config = self.config
        with ExitStack() as kept:
            with self.clock.stage("features"):
                table = ground.features()
                if isinstance(table, LazyFeatureTable):  # a clusterer of one's own is fitted to all of them
                    table = kept.enter_context(table.held()) if clusterer is None else table.collect()
                if isinstance(table, FeatureTable):
                    _check_enough_units(table, config)
                few = table if isinstance(table, FeatureTable) and clusterer is not None else _sample(table, config)
                sampled = few is not table
                if sampled:
                    _check_enough_in_sample(few, config)
                ground = ground.sample(len(few), config.seed) if sampled else ground
                chooses = choosing_half(len(few), config.seed)
                holdout = ground.holdout(few)
                holdout = holdout.halved(few.ids[chooses]) if holdout else None
                few, holdout, outlook = ground.checked(few, holdout)
                fits = Fits(few, holdout, self.progress)
            with self.clock.stage("choose"):
                choice = choose_recipe(fits, config, null=ground.null(), reducer=reducer, clusterer=clusterer)
            with self.clock.stage("segment"):
                found = fits.segment(choice.recipe)
                choice = replace(choice, recipe=replace(choice.recipe, n_segments=found.n_segments))
                if isinstance(table, LazyFeatureTable):
                    found = settle_population(found, table.known_by(few))
                elif sampled:
                    found = settle(found, replace(table, settings=few.settings))
                made = merge_segments(found, config.clustering.merges)
        with self.clock.stage("stability"):
            tested = among(made, few) if len(made) > len(few) else made
            stability = assess_stability(
                tested.dimensions,
                tested.segmenter,
                tested.parts,
                n_pairs=config.clustering.bootstraps,
                random_state=config.seed + STABILITY_SEED,
                progress=self.progress,
            )
            tested = replace(tested, stability=stability)
            again = repetition(fits, choice.recipe, tested, chooses)
            tested = replace(tested, tests=label_segments(tested, again, choice.groups))
            across = split_and_merge(tested.dimensions, tested.parts, seed=config.seed)
            future = _score_future(fits, choice.recipe, tested)
            solutions = other_solutions(fits, choice.recipe, tested, choice.groups)
            made = replace(made, stability=tested.stability, tests=tested.tests)
        return made, ChoicePart(choice, across, future, outlook, solutions)

    def describe(self, segmentation: Segmentation, ground: Ground) -> tuple[Segmentation, SegmentsPart]:
        """Number and name the segments, say what each is, and look for what may be wrong with them."""
        with self.clock.stage("profile"):
            traits = find_traits(segmentation)
            earlier = self.previous.snapshot if self.previous else None
            companies = for_companies(ground.behind_plan().facts, self.config.campaigns)
            if (found := segmentation.unmerged) is not None:
                segmentation = replace(segmentation, unmerged=number_and_name(found, companies=companies)[0])
            given = self.previous.named_by_hand if self.previous else frozenset()
            segmentation, matches = number_and_name(segmentation, traits, earlier, companies=companies, given=given)
            profiles = profile_segments(segmentation, self.config.seed, traits)
            traps, baseline = ground.traps(segmentation), ground.baseline()
        return segmentation, SegmentsPart(profiles, traps, baseline, matches)

    def plan(self, segmentation: Segmentation, segments: SegmentsPart, ground: Ground) -> CampaignPlan:
        """Plan a campaign for each segment, with what was edited by hand in the earlier run."""
        with self.clock.stage("plan"):
            plan = plan_campaigns(
                segmentation,
                segments.profiles,
                ground.behind_plan(),
                self.config.campaigns,
                draw=ArmDraw(self.config.seed, self.previous.arms if self.previous else None),
                progress=self.progress,
            )
            return keep_edits(self.previous.plan, plan, segments.kept_numbers) if self.previous else plan


@plain_arrays
def segment_market(
    source: Any,
    config: RunConfig | None = None,
    progress: Watched | None = None,
    *,
    previous: Previous | None = None,
    reducer: Any = None,
    clusterer: Any = None,
) -> Analysis:
    """Read orders, clean and explore them, segment the customers and plan a campaign for each segment.

    A table with one row for each customer is recognised by what it holds, and segmented as it is.

    Parameters
    ----------
    source
        A path (CSV, TSV, Excel, Parquet, a folder or a glob) or a pandas, Polars, PyArrow, DuckDB or PySpark table;
        or orders that were read, or read and cleaned.
    config
        Settings; from `marketfold.toml` and the environment if not given.
    progress
        Told of each stage; True shows one line with the step, the share that is done and the time left, on a terminal
        and in a notebook.
    previous
        An earlier run: where a segment is the same group it keeps its number, its name and its hand edits.
    reducer, clusterer
        A scikit-learn transformer and clusterer of your own, as instances, in the place of the reduction and of
        K-means. Copies are fitted, with the run's seed where their `random_state` is None. New customers go to the
        nearest segment mean; such a model cannot be saved.

    Raises
    ------
    OrdersError
        If the source cannot be read, or too much of it is set aside.
    ParameterError
        If a table of customers is given with settings that take orders, or segments are to be merged that are not
        there, or so many that fewer than two are left.
    MissingDependencyError
        If a network is asked for and TensorFlow cannot be imported.
    TooFewUnitsError
        If there are fewer customers than segments.

    Examples
    --------
    >>> from marketfold.config import ClusteringOptions, RunConfig
    >>> from marketfold.demo import make_shop
    >>> config = RunConfig(quick=True, clustering=ClusteringOptions(segments=4, k_max=4, bootstraps=2))
    >>> analysis = segment_market(make_shop(lines=600).lines, config)
    >>> analysis.segmentation.n_segments
    4
    """
    config = config or load_config()
    # What can be refused is refused before the work, not after it.
    if config.clustering.segments and clusterer is None:
        check_merges(config.clustering.merges, config.clustering.segments)
    if reducer is None and config.reduction.method != "auto":
        reducer_type(config.reduction.method).check_available()
    with shown_progress(progress, "analysis") as told:
        stages = _Pipeline(config, StageClock(told), told, previous)
        ground = stages.read(source)
        segmentation, choice = stages.segment(ground, reducer, clusterer)
        segmentation, segments = stages.describe(segmentation, ground)
        plan = stages.plan(segmentation, segments, ground)
    edited = previous.briefs if previous else {}
    briefs = {number: edited[old] for number, old in segments.kept_numbers.items() if old in edited}
    run = RunPart(stages.config, tuple(stages.clock.costs), briefs)
    return Analysis(ground.data, segmentation, choice, segments, plan, run)


def _opened(source: Any, config: RunConfig) -> Orders | CustomerTable:
    """What was read, by now or by an earlier stage."""
    return orders_of(source) or read_source(source, config.reading)


def _sample(table: FeatureTable | LazyFeatureTable, config: RunConfig) -> FeatureTable:
    """The units by which segments are chosen: all where they are not too many."""
    few = config.clustering.choose_among
    if isinstance(table, LazyFeatureTable):
        few = min(few, config.clustering.in_memory)
    return table.sample(few, config.seed)


def _check_enough_units(table: FeatureTable, config: RunConfig) -> None:
    wanted = config.clustering.segments or FEWEST_SEGMENTS
    if len(table) <= wanted:
        n_units, unit = len(table), table.unit.replace("_", " ")
        there = f"There is one {unit}" if n_units == 1 else f"There are {n_units} {unit}s"
        fewer = ", or ask for fewer segments with --segments" if n_units > FEWEST_SEGMENTS else ""
        bought = "" if is_of_table(table.settings) else " with purchases"
        message = f"{there}{bought}, and {wanted} segments need more than that. Give a longer file{fewer}."
        raise TooFewUnitsError(message)


def _check_enough_in_sample(few: FeatureTable, config: RunConfig) -> None:
    wanted = config.clustering.segments or FEWEST_SEGMENTS
    if len(few) <= wanted:
        limits = {"--choose-among": config.clustering.choose_among, "--in-memory": config.clustering.in_memory}
        more = listed([flag for flag, most in limits.items() if most <= len(few)])
        raise TooFewUnitsError(
            f"Segments are chosen by a sample of {len(few)} {few.unit.replace('_', ' ')}s, and {wanted} segments need "
            f"more than that. Ask for fewer segments with --segments, or raise {more}."
        )


def _score_future(fits: Fits, recipe: Recipe, made: Segmentation) -> FutureScore | None:
    if fits.holdout is None:
        return None
    try:
        labels = merge_alike(fits.segment(recipe, fits.holdout.table), made).labels
    except (OrdersError, ParameterError):  # too few differed on the earlier day
        return None
    return score_on_future(fits.holdout, labels, recipe.seed)
