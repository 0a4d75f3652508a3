"""What one run found, in six parts, and what it carries on from an earlier one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal

import pyarrow as pa

from marketfold.cleaning import OrderRules, ReadTotals
from marketfold.decisions import in_currency
from marketfold.engine import parts_of
from marketfold.errors import ParameterError
from marketfold.frames import table_html, terse
from marketfold.words import share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.campaigns import CampaignPlan
    from marketfold.cleaning import CleanOrders
    from marketfold.clustering import AcrossSolutions, Stability
    from marketfold.config import ReadingOptions, RunConfig
    from marketfold.customer_tables import CustomerTable
    from marketfold.decisions import Decision, SourceFacts
    from marketfold.diagnostics import LiteratureBaseline, Trap
    from marketfold.exploration import Exploration
    from marketfold.model import SegmentModel
    from marketfold.orders import Orders
    from marketfold.schema import Labels, Ledger
    from marketfold.segments import SegmentMatch, SegmentProfile
    from marketfold.selection import Choice, FutureScore, GroupTest, OutlookCheck, Segmentation, Solution
    from marketfold.snapshot import Snapshot
    from marketfold.stage_costs import StageCost


@terse
@dataclass(frozen=True)
class Previous:
    """An earlier run, as far as a new one carries it on: its campaigns, and its briefs edited by hand by number.

    `arms` has `customer_id` and `arm`: who was held out stays held out.
    """

    snapshot: Snapshot
    plan: CampaignPlan
    arms: pa.Table | None = None
    briefs: dict[int, str] = field(default_factory=dict)

    @property
    def named_by_hand(self) -> frozenset[int]:
        """Numbers of the segments that somebody named, in that run or in the one before it."""
        campaigns = self.plan.campaigns
        return frozenset(one.number for one in campaigns if "name" in {*one.edited, *one.kept})


@terse
@dataclass(frozen=True)
class DataPart:
    """From which orders: the path as given or the kind of the table, and what was read, kept and seen in them.

    `sha256` is the fingerprint of the file; None where it was none. `explored` is None where nobody looked.
    What every kind of source has (facts, ledger, decisions, currency) `CustomersPart` has by the same names.
    """

    source: str
    orders: Orders
    clean: CleanOrders
    explored: Exploration | None
    sha256: str | None = None
    kind: ClassVar[Literal["orders", "customers"]] = "orders"

    @property
    def exploration(self) -> Exploration:
        """What was seen in them; ParameterError where nobody looked, as of lines that were added to a run."""
        if self.explored is None:
            raise ParameterError(f"The lines of {self.facts.name} were not explored: explore(clean) does it.")
        return self.explored

    @property
    def facts(self) -> SourceFacts:
        """How the source was read."""
        return self.clean.facts

    @property
    def ledger(self) -> Ledger:
        """What was read, kept and set aside."""
        return self.clean.report.ledger

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided where the source could be read in more than one way."""
        return in_currency((*self.facts.decisions, *self.clean.report.decisions), self.currency)

    @property
    def warned(self) -> tuple[Decision, ...]:
        """What may be wrong with what was read."""
        return tuple(one for one in self.decisions if one.kind.way == "warned")

    @property
    def currency(self) -> str | None:
        """Of the money columns, where one is known."""
        return self.clean.currency

    @property
    def reads(self) -> ReadTotals:
        """Totals over all lines that were read."""
        return self.clean.report.reads

    @property
    def money(self) -> float | None:
        """What the units brought in all; None where that is not known."""
        return self.ledger.money_net

    def order_rules(self, reading: ReadingOptions) -> OrderRules:
        """What was asked of each line, given how the source was read."""
        return OrderRules.of(self.clean, reading)

    def set_aside(self) -> pa.Table:
        """Every row that was set aside, by its number in the source, with its reason."""
        return pa.concat_tables(self.set_aside_parts())

    def set_aside_parts(self) -> Iterator[pa.Table]:
        """The same, some rows at a time; one part where there are none."""
        return parts_of(self.clean.engine, self.clean.set_aside.sort("source_line"))


@terse
@dataclass(frozen=True)
class CustomersPart:
    """From which table of customers: what `DataPart` has of orders, without the orders themselves."""

    source: str
    table: CustomerTable
    sha256: str | None = None
    kind: ClassVar[Literal["orders", "customers"]] = "customers"

    @property
    def facts(self) -> SourceFacts:
        """How the source was read."""
        return self.table.facts

    @property
    def ledger(self) -> Ledger:
        """Rows that were read, kept and set aside; no money."""
        return self.table.ledger

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided where the source could be read in more than one way."""
        return in_currency(self.facts.decisions, self.currency)

    @property
    def warned(self) -> tuple[Decision, ...]:
        """What may be wrong with what was read."""
        return tuple(one for one in self.decisions if one.kind.way == "warned")

    @property
    def currency(self) -> str | None:
        """As it was given: no column of such a table says it."""
        return self.facts.currency

    @property
    def reads(self) -> ReadTotals:
        """Rows and customers; there are no orders, and no days of them."""
        return ReadTotals(self.ledger.lines_read, None, len(self.table.features), None, None, self.money)

    @property
    def money(self) -> float | None:
        """What the customers brought in all; None where that is not known."""
        features = self.table.features
        return round(float(features.revenue.sum()), 2) if features.has_money else None

    def order_rules(self, reading: ReadingOptions) -> None:
        """None: there are no order lines."""

    def set_aside(self) -> pa.Table:
        """Every row that was set aside, by its number in the source, with its reason."""
        return self.table.set_aside

    def set_aside_parts(self) -> Iterator[pa.Table]:
        """The same, in one part."""
        yield self.table.set_aside

    @property
    def orders(self) -> Orders:
        """A table of customers has none."""
        raise _no_orders(self.facts.name)

    @property
    def clean(self) -> CleanOrders:
        """A table of customers has no orders to clean."""
        raise _no_orders(self.facts.name)

    @property
    def exploration(self) -> Exploration:
        """A table of customers has no orders to explore."""
        raise _no_orders(self.facts.name)


def _no_orders(name: str) -> ParameterError:
    return ParameterError(f"{name} is a table of customers: there are no orders behind this analysis.")


@terse
@dataclass(frozen=True)
class ChoicePart:
    """Why these segments and no others: the recipe with its evidence, and how segments split and merge as k grows.

    `solutions` are what other numbers of segments would give.
    `future` is what the segments of an earlier day said of the revenue after it; None where the orders are too short.
    `outlook` is what was expected of each customer on that day, beside what came; None where nothing was.
    """

    evidence: Choice
    across: AcrossSolutions
    future: FutureScore | None
    outlook: OutlookCheck | None = None
    solutions: tuple[Solution, ...] = ()

    @property
    def groups(self) -> GroupTest | None:
        """How the groups were told from shops without any; None where they were not."""
        return self.evidence.groups


@terse
@dataclass(frozen=True)
class ChosenBefore:
    """The segments are those of an earlier run's model, and why they are these stands there: `run` is its name."""

    run: str
    groups: ClassVar[None] = None

    @property
    def evidence(self) -> Choice:
        """It is the earlier run's."""
        raise self._elsewhere()

    @property
    def across(self) -> AcrossSolutions:
        """It is the earlier run's."""
        raise self._elsewhere()

    @property
    def future(self) -> FutureScore | None:
        """It is the earlier run's."""
        raise self._elsewhere()

    @property
    def outlook(self) -> OutlookCheck | None:
        """It is the earlier run's."""
        raise self._elsewhere()

    @property
    def solutions(self) -> tuple[Solution, ...]:
        """They are the earlier run's."""
        raise self._elsewhere()

    def _elsewhere(self) -> ParameterError:
        return ParameterError(f"These segments were chosen in the run {self.run}: its folder says why.")


@terse
@dataclass(frozen=True)
class SegmentsPart:
    """What the segments are, in the order of the labels, and what may be wrong with them.

    Attributes
    ----------
    baseline
        What published analyses would find in the same order lines; None where the run is not about lines.
    matches
        What became of the segments of an earlier run; empty without one.
    """

    profiles: tuple[SegmentProfile, ...]
    traps: tuple[Trap, ...]
    baseline: LiteratureBaseline | None = None
    matches: tuple[SegmentMatch, ...] = ()

    @property
    def kept_numbers(self) -> dict[int, int]:
        """Number in this run to number in the earlier one, of the segments that are the same group."""
        return {match.number: match.earlier for match in self.matches if match.earlier is not None}


@terse
@dataclass(frozen=True)
class RunPart:
    """How the run went: settings, costs of each stage, and hand-edited briefs of the earlier run that still hold."""

    config: RunConfig
    stages: tuple[StageCost, ...]
    kept_briefs: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Analysis:
    """Everything that one run found.

    From which orders, which unit is in which segment and why, what the segments are, what to do about each, and how the
    run went.
    """

    data: DataPart | CustomersPart
    segmentation: Segmentation
    choice: ChoicePart
    segments: SegmentsPart
    plan: CampaignPlan
    run: RunPart

    @property
    def labels(self) -> Labels:
        """Segment of each unit of the segmentation, from 0."""
        return self.segmentation.labels

    @property
    def model(self) -> SegmentModel:
        """What assigns new customers to these segments."""
        return replace(self.segmentation.model(), orders=self.data.order_rules(self.run.config.reading))

    @property
    def sampled_units(self) -> int | None:
        """Units by which the segments were chosen and tested, where they were a sample; None where they were all."""
        n_units = self.choice.evidence.k_choice.n_units
        return n_units if n_units < self.segmentation.n_units else None

    @property
    def stability(self) -> Stability:
        """Of the segments that were made; every run assesses them."""
        if self.segmentation.stability is None:
            message = "The segments of this analysis were not assessed; give the segmentation its `stability`."
            raise ParameterError(message)
        return self.segmentation.stability

    def __repr__(self) -> str:
        made = self.segmentation
        name = self.data.facts.name
        return f"<Analysis of {name}: {made.n_units:,} {made.unit}s, {made.n_segments} segments>"

    def _repr_html_(self) -> str:
        found = self.segments.profiles
        rows = ((p.number, p.name, f"{p.units:,}", share(p.revenue_share), p.trust or "") for p in found)
        return table_html(rows, ("", "segment", f"{self.segmentation.unit}s", "of revenue", "trust"))
