"""Segments that were just made, with all that made them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.analysis import CustomersPart, Previous
from marketfold.audiences import export_audiences
from marketfold.errors import ParameterError
from marketfold.frames import InEngine, Table
from marketfold.library.results import ExportedAudiences, export_options, traps_table
from marketfold.library.saved import SavedSegments
from marketfold.library.segments import Segments
from marketfold.progress import shown_progress
from marketfold.report import report_page
from marketfold.runs import (
    Addressed,
    Side,
    facts_of,
    origin_of,
    profiles_table,
    trap_record,
    with_revenue,
    write_run,
)
from marketfold.selection import at_hand
from marketfold.snapshot import Takings
from marketfold.stage_costs import StageClock
from marketfold.unit_tables import segments_table
from marketfold.version import __version__

if TYPE_CHECKING:
    import pyarrow as pa

    from marketfold.analysis import Analysis
    from marketfold.campaigns import CampaignPlan
    from marketfold.config import RunConfig
    from marketfold.model import SegmentModel
    from marketfold.page import ReportPage
    from marketfold.schema import Watched
    from marketfold.selection import Segmentation
    from marketfold.snapshot import Snapshot
    from marketfold.units import FeatureTable


class MadeSegments(InEngine, Segments):
    """Segments in memory; `analysis` has everything that was found on the way."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @property
    def source(self) -> str:
        """From what they were made."""
        return self.analysis.data.facts.name

    @property
    def config(self) -> RunConfig:
        """The settings that they were made with."""
        return self.analysis.run.config

    @property
    def plan(self) -> CampaignPlan:
        """A campaign for each segment."""
        return self.analysis.plan

    @property
    def model(self) -> SegmentModel:
        """What assigns further customers."""
        return self.analysis.model

    @property
    def features(self) -> FeatureTable:
        """What was measured of each customer, in the user's units."""
        return self._everybody.table

    @cached_property
    def _everybody(self) -> Segmentation:
        return at_hand(self.analysis.segmentation)

    @cached_property
    def _rows(self) -> pa.Table:
        return segments_table(self.analysis)

    def to_arrow(self) -> pa.Table:
        """One row for each customer: id, segment (from 1), its name, and all that is known of the customer."""
        return self._rows

    @cached_property
    def profiles(self) -> Table:
        """Everybody, then one row for each segment: its size, money, trust, rule and medians."""
        return Table(profiles_table(self.analysis), "profiles")

    @cached_property
    def traps(self) -> Table:
        """What may be wrong with the segments: severity, code, segments, and a sentence."""
        return traps_table([trap_record(one, self.analysis) for one in self.analysis.segments.traps])

    def save(self, folder: str | Path, *, progress: Watched = True) -> SavedSegments:
        """Write a run folder with report, lists of customers and briefs, whole or not at all; `load` reads it.

        RunFolderError if the folder exists already, or cannot be written.
        """
        with shown_progress(progress, "writing") as told:
            return SavedSegments(write_run(self.analysis, folder, told))

    def export(
        self,
        to: str,
        folder: str | Path | None = None,
        *,
        orders: Any = None,
        progress: Watched = True,
        **options: Any,
    ) -> ExportedAudiences:
        """Write audiences to upload; see `Segments.export`. The orders are those that the segments were made from."""
        if orders is not None:
            raise ParameterError("The orders of these segments are at hand: leave orders out.")
        made, asked = self.analysis, export_options(options)
        people = made.data.table if isinstance(made.data, CustomersPart) else made.data.orders
        known = {one.number: (one.trust, rule) for one, rule in zip(made.segments.profiles, self._rules, strict=True)}
        origin = origin_of(
            self.config,
            name=f"segments in memory, made by Marketfold {__version__}",
            source=self.source,
            sha256=made.data.sha256,
            days=(made.segmentation.table.as_of, self.plan.campaign_days),
        )
        out = Path(folder) if folder else Path(f"audiences-{to}")
        with shown_progress(progress, "export") as told, StageClock(told).stage("export"):
            found = export_audiences(
                people,
                self._assignments(),
                to=to,
                folder=out,
                options=replace(asked, origin=origin),
                about=facts_of(self.plan, known),
            )
        return ExportedAudiences(found, out)

    @property
    def _rules(self) -> list[str | None]:
        rules: list[str | None] = self.profiles.to_arrow()["rule"].to_pylist()[1:]
        return rules

    def as_previous(self) -> Previous:
        """What a new segmentation carries on."""
        rows = self.to_arrow()
        arms = rows.select(["customer_id", "arm"]) if "arm" in rows.column_names else None
        return Previous(self._snapshot(), self.plan, arms)

    def _assignments(self) -> pa.Table:
        rows = self.to_arrow()
        if "arm" not in rows.column_names:
            raise ParameterError(f"These segments are of {self.plan.unit}s: there is nobody to address or to measure.")
        return rows.select(["customer_id", "segment", "arm"])

    def _snapshot(self) -> Snapshot:
        made, reads = self.analysis, self.analysis.data.reads
        kept, known = self._everybody.snapshot(), self.features.has_money
        begins = reads.first_on if made.data.kind == "orders" else None
        taken = Takings(self.features.revenue, self.plan.currency, begins, self.config.cleaning.gross)
        return replace(kept, as_of=self.features.as_of, takings=taken if known else None)

    @cached_property
    def _drawn(self) -> ReportPage:
        return report_page(self.analysis)

    def _page(self) -> ReportPage:
        return self._drawn

    def _side(self) -> Side:
        made = self.analysis.segmentation
        merged = frozenset(n for n, parts in zip(made.numbers, made.made_of, strict=True) if len(parts) > 1)
        own = self.config.features.own_features
        return Side(self._snapshot(), self.features, lambda: self.model, merged, own)

    def _addressed(self) -> Addressed:
        assignments = with_revenue(self._assignments(), self.to_arrow()["revenue_total"])
        of_orders = self.analysis.data.kind == "orders"
        return Addressed(
            assignments, self.analysis.segmentation.table.as_of, self.plan.experiment, self.config, of_orders
        )
