"""From a source of orders to segments and campaigns: the stages, joined."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.campaigns import keep_edits, plan_campaigns
from marketfold.cleaning import clean_orders
from marketfold.clustering import assess_stability, split_and_merge
from marketfold.config import RunConfig, load_config
from marketfold.errors import OrdersError, ParameterError, TooFewUnitsError
from marketfold.exploration import explore
from marketfold.features import before_day, build_features, purchase_span
from marketfold.model import SegmentLabel, SegmentModel
from marketfold.orders import read_orders
from marketfold.reduction import reducer_type
from marketfold.segments import (
    Snapshot,
    cluster_the_usual_way,
    columns_of_lines,
    customers_of_units,
    find_traps,
    match_segments,
    profile_segments,
)
from marketfold.selection import choose_cut, choose_recipe, look_ahead, revenue_from, score_on_future
from marketfold.stage_costs import StageClock

if TYPE_CHECKING:
    import pyarrow as pa

    from marketfold.campaigns import CampaignPlan
    from marketfold.cleaning import CleanOrders
    from marketfold.clustering import AcrossSolutions, Stability
    from marketfold.exploration import Exploration
    from marketfold.orders import Orders
    from marketfold.schema import FeatureTable, Labels, Progress
    from marketfold.segments import Match, SegmentProfile, Trap, UsualWay
    from marketfold.selection import Choice, FutureScore, LookAhead, Recipe, Segmented
    from marketfold.stage_costs import StageCost

FEWEST_SEGMENTS = 3
"""The mission asks for at least three distinct groups."""
STABILITY_SEED = 2_000_003
"""Far from the seeds of the search for a view, so that the labels rest on resamples that no choice has seen."""


@dataclass(frozen=True)
class Previous:
    """An earlier run, as far as a new one carries it on.

    Attributes
    ----------
    snapshot
        Who was in which segment.
    plan
        The campaigns, hand edits included.
    arms
        `customer_id` and `arm`: who was held out stays held out.
    briefs
        Briefs that were edited by hand, by segment number.
    """

    snapshot: Snapshot
    plan: CampaignPlan
    arms: pa.Table | None = None
    briefs: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Analysis:
    """Everything that one run found.

    Attributes
    ----------
    config
        The settings it was made with.
    source
        The path as it was given, or the kind of the table.
    orders, clean, exploration
        What was read, what was kept, and what a person should know about it.
    table
        All features of every unit, in the user's units.
    segmented
        The view, the reduction and the segmenter, fitted, and the label of each unit.
    choice
        The recipe of these segments, with the evidence that decided for it.
    stability
        Of the segments that were made.
    across
        How segments split and merge as their number grows.
    future
        What the segments of an earlier day said about the revenue after it; None where the orders are too short.
    traps
        What may be wrong with these segments.
    profiles, plan
        What each segment is, and what to do about it.
    warnings
        What a reader must know, the weightiest first.
    stages
        What each stage cost.
    matches
        What became of the segments of an earlier run; empty without one.
    usual
        What published analyses would find in the same order lines; None where the run is not about lines.
    kept_briefs
        Briefs of the earlier run that were edited by hand and whose segment is there again, by number.
    """

    config: RunConfig
    source: str
    orders: Orders
    clean: CleanOrders
    exploration: Exploration
    table: FeatureTable
    segmented: Segmented
    choice: Choice
    stability: Stability
    across: AcrossSolutions
    future: FutureScore | None
    traps: tuple[Trap, ...]
    profiles: tuple[SegmentProfile, ...]
    plan: CampaignPlan
    warnings: tuple[str, ...]
    stages: tuple[StageCost, ...]
    matches: tuple[Match, ...] = ()
    usual: UsualWay | None = None
    kept_briefs: dict[int, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        n_units = len(self.table.ids)
        return f"<Analysis of {self.clean.facts.name}: {n_units:,} {self.table.unit}s, {len(self.profiles)} segments>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{p.number}</td><td>{escape(p.name)}</td><td>{p.units:,}</td><td>{p.revenue_share:.0%}</td>"
            f"<td>{p.trust or ''}</td><td>{escape(p.rule.words if p.rule else '')}</td></tr>"
            for p in self.profiles
        )
        heads = ("", "segment", f"{self.table.unit}s", "of revenue", "trust", "rule")
        notes = "".join(f"<li>{escape(text)}</li>" for text in self.warnings)
        return f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{rows}</table><ul>{notes}</ul>"

    @property
    def labels(self) -> Labels:
        """Segment of each unit, from 0."""
        return self.segmented.labels

    @property
    def model(self) -> SegmentModel:
        """What assigns new customers to these segments."""
        made = self.segmented
        return SegmentModel(
            unit=self.table.unit,
            features=made.matrix.table.features,
            scaler=made.matrix.scaler,
            reducer=made.reducer,
            segmenter=made.segmenter,
            segments=tuple(SegmentLabel(p.number, p.name, p.trust) for p in self.profiles),
            settings=self.table.settings,
        )


def segment_market(
    source: Any,
    config: RunConfig | None = None,
    progress: Progress | None = None,
    *,
    previous: Previous | None = None,
    reducer: Any = None,
    clusterer: Any = None,
) -> Analysis:
    """Read orders, clean and explore them, segment the customers and plan a campaign for each segment.

    Parameters
    ----------
    source
        A path (CSV, TSV, Excel, Parquet, a folder or a glob) or a pandas, Polars, PyArrow, DuckDB or PySpark table.
    config
        Settings; from `marketfold.toml` and the environment if not given.
    progress
        Told of each stage.
    previous
        An earlier run: where a segment is the same group it keeps its number, its name and its hand edits.
    reducer, clusterer
        A scikit-learn transformer and clusterer of your own, as instances, in the place of the reduction and of
        K-means. Copies are fitted. New customers go to the nearest segment mean; such a model cannot be saved.

    Raises
    ------
    OrdersError
        If the source cannot be read as orders, or too much of it is set aside.
    TooFewUnitsError
        If there are fewer customers than segments.

    Examples
    --------
    >>> from marketfold.config import ClusteringOptions, RunConfig
    >>> from marketfold.demo import make_shop
    >>> config = RunConfig(clustering=ClusteringOptions(segments=4, bootstraps=5))
    >>> analysis = segment_market(make_shop(lines=4_000).lines, config)
    >>> len(analysis.profiles)
    4
    """
    config = config or load_config()
    clock = StageClock(progress)
    with clock.stage("read"):
        orders = read_orders(source, config.reading)
    with clock.stage("clean"):
        clean = clean_orders(orders, config.cleaning)
    with clock.stage("explore"):
        exploration = explore(clean, seed=config.seed, progress=progress)
    with clock.stage("features"):
        seen = before_day(clean, config.features.as_of) if config.features.as_of else clean
        table = build_features(seen, config.features)
        _check_enough_units(table, config)
        ahead = _look_ahead(seen, config)
    with clock.stage("choose"):
        choice = choose_recipe(table, ahead, config, progress, reducer=reducer, clusterer=clusterer)
    with clock.stage("segment"):
        segmented = choice.recipe.segment(table, progress)
        choice = replace(choice, recipe=replace(choice.recipe, n_segments=segmented.segmenter.n_segments))
    with clock.stage("stability"):
        stability = _stability(segmented, config, progress)
        across = split_and_merge(segmented.dimensions, segmented.labels, seed=config.seed)
        future = _score_future(choice.recipe, ahead, config.seed)
    with clock.stage("profile"):
        profiles = profile_segments(
            segmented.matrix,
            segmented.labels,
            table=table,
            space=segmented.dimensions,
            centers=segmented.segmenter.centers_,
            trust=stability.trust,
            jaccard=tuple(segment.jaccard for segment in stability.segments),
            seed=config.seed,
        )
        matches = _match(previous, table, segmented.labels, profiles)
        if matches:
            profiles = tuple(
                replace(profile, number=match.number, name=match.name)
                for profile, match in zip(profiles, matches, strict=True)
            )
        traps = find_traps(
            segmented.matrix,
            segmented.labels,
            table=table,
            customers=customers_of_units(seen, table),
            columns=columns_of_lines(seen, table),
            numbers=[profile.number for profile in profiles],
            **_aftermath(clean, table),
        )
        usual = _usual_way(orders, config)
    same = {match.number: match.earlier for match in matches if match.earlier is not None}
    with clock.stage("plan"):
        plan = plan_campaigns(
            profiles,
            seen,
            table.ids,
            segmented.labels,
            config.campaigns,
            unit=table.unit,
            as_of=table.as_of,
            seed=config.seed,
            previous=previous.arms if previous else None,
            progress=progress,
        )
        if previous:
            plan = keep_edits(previous.plan, plan, same)
    return Analysis(
        config=config,
        source=str(source) if isinstance(source, str | os.PathLike) else orders.facts.name,
        orders=orders,
        clean=clean,
        exploration=exploration,
        table=table,
        segmented=segmented,
        choice=choice,
        stability=stability,
        across=across,
        future=future,
        traps=traps,
        profiles=profiles,
        plan=plan,
        warnings=_warnings(clean, choice, profiles, traps, usual),
        stages=tuple(clock.costs),
        matches=matches,
        usual=usual,
        kept_briefs={n: previous.briefs[old] for n, old in same.items() if old in previous.briefs} if previous else {},
    )


def _match(
    previous: Previous | None, table: FeatureTable, labels: Labels, profiles: tuple[SegmentProfile, ...]
) -> tuple[Match, ...]:
    """Which of the earlier run's segments each new one is."""
    if previous is None:
        return ()
    names = {profile.number: profile.name for profile in profiles}
    return match_segments(
        previous.snapshot, Snapshot(table.unit, table.ids, labels.astype(np.int_) + 1, names, table.names, table.values)
    )


def _check_enough_units(table: FeatureTable, config: RunConfig) -> None:
    wanted = config.clustering.segments or FEWEST_SEGMENTS
    if len(table.ids) <= wanted:
        n_units, unit = len(table.ids), table.unit.replace("_", " ")
        there = f"There is one {unit}" if n_units == 1 else f"There are {n_units} {unit}s"
        fewer = ", or ask for fewer segments with --segments" if n_units > FEWEST_SEGMENTS else ""
        message = f"{there} with purchases, and {wanted} segments need more than that. Give a longer file{fewer}."
        raise TooFewUnitsError(message)


def _look_ahead(clean: CleanOrders, config: RunConfig) -> LookAhead | None:
    """The customers of an earlier day, where the orders are long enough and the question is about customers."""
    span = purchase_span(clean) if config.features.unit == "customer" else None
    cut = choose_cut(*span) if span else None
    ahead = look_ahead(clean, cut, config.features) if cut else None
    return ahead.halved(config.seed) if ahead else None


def _aftermath(clean: CleanOrders, table: FeatureTable) -> dict[str, Any]:
    """What came after the as-of day, where it is known: no feature may know of it."""
    last = purchase_span(clean)
    if table.unit != "customer" or last is None or last[1] < table.as_of:
        return {}
    return {"future_revenue": revenue_from(clean, table)}


def _usual_way(orders: Orders, config: RunConfig) -> UsualWay | None:
    """What published analyses do with such lines, beside what this run did; None where it is not about lines."""
    if config.features.unit != "order_line":
        return None
    asked = config.reduction.method
    network = asked if asked != "auto" and reducer_type(asked).stochastic else None
    return cluster_the_usual_way(orders, network=network, seed=config.seed)


def _stability(segmented: Segmented, config: RunConfig, progress: Progress | None) -> Stability:
    return assess_stability(
        segmented.dimensions,
        segmented.segmenter,
        segmented.labels,
        n_pairs=config.clustering.bootstraps,
        seed=config.seed + STABILITY_SEED,
        progress=progress,
    )


def _score_future(recipe: Recipe, ahead: LookAhead | None, seed: int) -> FutureScore | None:
    if ahead is None:
        return None
    try:
        labels = recipe.segment(ahead.table).labels
    except (OrdersError, ParameterError):  # too few differed on the earlier day
        return None
    return score_on_future(ahead, labels, seed)


def _warnings(
    clean: CleanOrders,
    choice: Choice,
    profiles: tuple[SegmentProfile, ...],
    traps: tuple[Trap, ...],
    usual: UsualWay | None,
) -> tuple[str, ...]:
    """What a reader must know, the weightiest first."""
    found = [*clean.report.warnings, *clean.facts.notes]
    if choice.k_choice.answer != "groups":
        found.insert(0, choice.gist)
    weak = [str(profile.number) for profile in profiles if profile.trust == "weak"]
    if weak:
        found.insert(0, f"Do not trust {len(weak)} of the segments, they do not come out again: {', '.join(weak)}.")
    others = [
        f"What published analyses do with such lines finds nothing new. {one.sentence}"
        for one in (usual.found if usual else ())
        if one.restates
    ]
    return tuple(dict.fromkeys([*found, *(trap.sentence for trap in traps), *others]))
