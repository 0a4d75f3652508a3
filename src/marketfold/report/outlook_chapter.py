"""What to expect of the customers, whether that came true before, and who is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.features import HORIZONS, OVERDUE_AT, Outlook, expected_columns, outlook_of
from marketfold.page import Calendar, CalendarRow, Column, Fold, Section, TablePart, numbers
from marketfold.report.evidence_chapters import of_sample
from marketfold.report.sentences.campaigns import season
from marketfold.report.sentences.outlook import outlook_sentence
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.analysis import Analysis
    from marketfold.page import Part
    from marketfold.schema import Float64
    from marketfold.selection import OutlookCheck
    from marketfold.units import FeatureTable


def outlook_chapter(analysis: Analysis) -> Section | None:
    """What each segment is expected to bring, who is overdue, and what was expected before; None without orders.

    None, too, where nobody ordered on a second day.
    """
    table, check = analysis.segmentation.table, analysis.choice.outlook
    outlook = outlook_of(table)
    if outlook is None or table.history is None or not table.history.repeats.any():
        return None
    lead = outlook_sentence(outlook, check, analysis.data.currency)
    fits = isinstance(outlook, Outlook)
    table_of_segments = _segments_table(analysis, fits=fits)
    parts: tuple[Part, ...] = (
        (table_of_segments,) if fits else (Fold(say("outlook_table", "late"), (table_of_segments,)),)
    )
    if check:
        came_true: tuple[Part, ...] = (*of_sample(analysis), _check_table(check, analysis.data.currency))
        parts = (*parts, Fold(say("outlook_table", "came true"), came_true))
    return Section("outlook", "What is ahead", (*_calendar(analysis), *parts), lead, "Ahead")


def _calendar(analysis: Analysis) -> tuple[Part, ...]:
    """The months in which each segment buys; nothing where no season can be told of any."""
    campaigns = analysis.plan.campaigns
    if not any(campaign.timing.months for campaign in campaigns):
        return ()
    rows = tuple(
        CalendarRow(one.number, one.name, one.timing.months, "" if one.timing.months else season(one.timing))
        for one in campaigns
    )
    return (Calendar(say("calendar", "title"), rows, say("calendar", "caption")),)


def _segments_table(analysis: Analysis, *, fits: bool) -> TablePart:
    profiles, currency = analysis.segments.profiles, analysis.data.currency
    sums = analysis.segmentation.sums(_expected)
    ahead = [f"{what}, {_ahead(days)}" for what in ("Orders", "Revenue") for days in HORIZONS]
    labels = (*(ahead if fits else ()), *(("Still customers",) if fits else ()), "Twice the usual gap")
    rows = tuple(
        (profile.name, *_cells(own.tolist(), currency, fits=fits)) for profile, own in zip(profiles, sums, strict=True)
    )
    notes = ("still", "overdue") if fits else ("overdue",)
    return TablePart(
        key="outlook-segments",
        title="What each segment is expected to bring" if fits else "",
        caption=say("outlook_table", "segments") if fits else "",
        columns=(Column("Segment"), *numbers(*labels)),
        rows=rows,
        segments=tuple(profile.number for profile in profiles),
        note=" ".join(say("outlook_table", code, times=OVERDUE_AT) for code in notes),
    )


def _ahead(days: int) -> str:
    return "a year" if days == 365 else f"{days} days"


def _expected(table: FeatureTable) -> Float64:
    """What `_cells` reads of each customer: whether it is known how late, and whether overdue; chances, where known.

    Then the orders and the value that are expected, by `HORIZONS`.
    """
    columns = expected_columns(table)
    waited, alive = columns["overdue_ratio"], columns["alive_chance"]
    late = [np.isfinite(waited), np.isfinite(waited) & (waited > OVERDUE_AT)]
    there = [np.isfinite(alive), np.nan_to_num(alive)]
    ahead = [columns[f"expected_{what}_{days}d"] for what in ("orders", "value") for days in HORIZONS]
    return np.column_stack([*late, *there, *ahead]).astype(np.float64)


def _cells(sums: Sequence[float], currency: str | None, *, fits: bool) -> tuple[str, ...]:
    """Sums of what is expected of some customers, the mean chance of their being there, and how many are overdue."""
    n_known, n_overdue, n_chances, chances, *ahead = sums
    late = f"{words.count(n_overdue)} of {words.count(n_known)}" if n_known else words.MISSING
    if not fits:
        return (late,)
    orders = [words.count(one) for one in ahead[: len(HORIZONS)]]
    value = [words.money(one, currency, short=True) for one in ahead[len(HORIZONS) :]]
    there = words.share(chances / n_chances) if n_chances else words.MISSING
    return (*orders, *value, there, late)


def _check_table(check: OutlookCheck, currency: str | None) -> TablePart:
    rows = tuple(
        (
            words.count(place),
            words.count(group.units),
            *(words.decimal(value) for value in (group.expected_orders, group.seen_orders)),
            *(words.money(value, currency) for value in (group.expected_value, group.seen_value)),
        )
        for place, group in enumerate(check.groups, start=1)
    )
    return TablePart(
        key="outlook-check",
        caption=say("outlook_table", "check", cutoff=check.cutoff, days=check.horizon_days),
        columns=numbers(
            "Group", "Customers", "Orders expected", "Orders that came", "Revenue expected", "Revenue that came"
        ),
        rows=rows,
        note=say("outlook_table", "models"),
    )
