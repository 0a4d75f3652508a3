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
    from numpy.typing import NDArray

    from marketfold.analysis import Analysis
    from marketfold.page import Part
    from marketfold.schema import Float64
    from marketfold.selection import OutlookCheck


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
    columns, currency = expected_columns(analysis.segmentation.table), analysis.data.currency
    profiles = analysis.segments.profiles
    numbered = np.array(analysis.segmentation.numbers)[analysis.labels]
    chosen = [numbered == profile.number for profile in profiles]
    ahead = [f"{what}, {_ahead(days)}" for what in ("Orders", "Revenue") for days in HORIZONS]
    labels = (*(ahead if fits else ()), *(("Still customers",) if fits else ()), "Twice the usual gap")
    rows = tuple(
        (profile.name, *_cells(columns, here, currency, fits=fits))
        for profile, here in zip(profiles, chosen, strict=True)
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


def _cells(
    columns: dict[str, Float64], here: NDArray[np.bool_], currency: str | None, *, fits: bool
) -> tuple[str, ...]:
    """Sums of what is expected of some customers, the mean chance of their being there, and how many are overdue."""
    waited = columns["overdue_ratio"][here]
    known = waited[np.isfinite(waited)]
    late = (
        f"{words.count(int((known > OVERDUE_AT).sum()))} of {words.count(len(known))}" if len(known) else words.MISSING
    )
    if not fits:
        return (late,)
    orders = [words.count(float(columns[f"expected_orders_{days}d"][here].sum())) for days in HORIZONS]
    value = [
        words.money(float(columns[f"expected_value_{days}d"][here].sum()), currency, short=True) for days in HORIZONS
    ]
    alive = columns["alive_chance"][here]
    there = words.share(float(np.nanmean(alive))) if np.isfinite(alive).any() else words.MISSING
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
