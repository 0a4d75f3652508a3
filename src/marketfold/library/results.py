"""What came of setting segments beside others or beside later orders: a frame, figures, and a page."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from marketfold.audiences import ExportOptions
from marketfold.errors import ParameterError, closest
from marketfold.frames import Framed, Table, table_html
from marketfold.library.figures import OnPage
from marketfold.report import comparison_page, measurement_page, movement_sentences, movement_title
from marketfold.runs import PEOPLE_FILE, people_table

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.audiences import AudienceReport
    from marketfold.experiments import Measurement
    from marketfold.page import ReportPage
    from marketfold.segments import Movement
    from marketfold.units import Feature


class Comparison(OnPage):
    """What happened between two segmentations; as a frame, one row for each unit that came, left, moved or came back.

    Attributes
    ----------
    movement
        Everything that was found: moves, drift, money, whether the earlier model still fits.
    """

    def __init__(self, movement: Movement, features: tuple[Feature, ...]) -> None:
        self.movement, self._features = movement, features

    def to_arrow(self) -> pa.Table:
        """Id, event, segment before and after, revenue between, last order."""
        return people_table(self.movement)

    def _page(self) -> ReportPage:
        return comparison_page(self.movement, self._features, (PEOPLE_FILE, self.to_arrow().num_rows))

    def __str__(self) -> str:
        labels = {one.name: one.label for one in self._features}
        return "\n".join([movement_title(self.movement), *movement_sentences(self.movement, labels)])

    def __repr__(self) -> str:
        kept = self.movement
        return f"<Comparison: {kept.shared:,} {kept.unit}s in both, {kept.stayed_share:.0%} in the same segment>"

    def _repr_html_(self) -> str:
        return table_html([(one,) for one in str(self).splitlines()], left=True)


class MeasuredCampaigns(OnPage):
    """What campaigns did; as a frame, one row for each segment.

    Attributes
    ----------
    measurement
        Everything that was found.
    """

    def __init__(self, measurement: Measurement) -> None:
        self.measurement = measurement

    def to_arrow(self) -> pa.Table:
        """Segment, name, decision, reason, what it was judged by, the difference with its interval, p."""
        rows = [
            {
                "segment": one.segment,
                "segment_name": one.name,
                "decision": one.decision,
                "reason": one.reason,
                "judged_by": one.primary,
                "treated_count": one.n_treated,
                "holdout_count": one.n_holdout,
                "difference": one.main.difference if one.main else None,
                "difference_low": one.main.low if one.main else None,
                "difference_high": one.main.high if one.main else None,
                "p_adjusted": one.p_adjusted if one.main else None,
            }
            for one in self.measurement.segments
        ]
        return pa.Table.from_pylist(rows)

    def _page(self) -> ReportPage:
        return measurement_page(self.measurement)

    def __repr__(self) -> str:
        told = self.measurement
        worked = len(told.worked)
        return f"<MeasuredCampaigns from {told.date_from} to {told.date_to}: {worked} of {len(told.segments)} worked>"

    def _repr_html_(self) -> str:
        return self.measurement._repr_html_()


class ExportedAudiences(Framed):
    """Audiences that were written; as a frame, one row for each segment: how many, and why others were left out.

    Attributes
    ----------
    folder
        Where the files are.
    account
        How consent was established, and everything else that was noted.
    """

    def __init__(self, account: AudienceReport, folder: Path) -> None:
        self.account, self.folder = account, folder

    @property
    def files(self) -> tuple[Path, ...]:
        """What was written for each audience."""
        return tuple(self.folder / name for name in self.account.files)

    def to_arrow(self) -> pa.Table:
        """Segment, customers, those held out, without consent, suppressed, written."""
        counted = ("segment", "customers", "held_out", "without_consent", "nothing_to_match", "suppressed", "written")
        rows = [asdict(one) for one in self.account.audiences]
        return pa.table({name: [row[name] for row in rows] for name in counted})

    def __repr__(self) -> str:
        written = sum(one.written for one in self.account.audiences)
        return f"<ExportedAudiences for {self.account.to}: {written:,} customers, in {self.folder}>"

    def _repr_html_(self) -> str:
        return Table(self.to_arrow(), "audiences")._repr_html_()


def export_options(given: dict[str, Any]) -> ExportOptions:
    """The options of an export by their names; ParameterError where there is none of that name."""
    known = [one.name for one in fields(ExportOptions) if one.name != "origin"]
    for name in given:
        if name not in known:
            raise ParameterError(f"An export has no option {name}; {closest(name, known)}")
    return ExportOptions(**given)


def traps_table(records: list[dict[str, Any]]) -> Table:
    """Traps as `run.json` has them, one row for each."""
    names = ("severity", "code", "sentence")
    columns = {name: pa.array([one[name] for one in records], pa.string()) for name in names}
    for name, kind in (("segments", pa.int64()), ("columns", pa.string())):
        columns[name] = pa.array([list(one[name]) for one in records], pa.list_(kind))
    return Table(pa.table(columns), "traps")
