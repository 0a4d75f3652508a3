"""Figures of campaigns: what each did, and how the budget was divided."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    MUTED,
    NAMES_DOWN,
    PALE,
    SOFT,
    add_named_bars,
    new_figure,
    segment_colour,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from marketfold.campaigns import CampaignPlan

ROW = 46
"""Height of one row."""

DECISIONS = {
    "worked": (ACCENT, "circle"),
    "did not": (HIGHLIGHT, "x"),
    "cannot tell yet": (SOFT, "circle-open"),
}
"""Colour and symbol of what is said of a single segment."""
SEGMENT_LABEL = 24
"""Letters in a line of a row's name: a phone has room for the bars beside it."""


@dataclass(frozen=True)
class EffectRow:
    """One segment of `effect_figure`.

    Attributes
    ----------
    name
        Of the segment.
    decision
        "worked", "did not" or "cannot tell yet".
    effect, low, high
        Difference between reached and held out, and its interval; NaN is drawn as words only.
    judged_by
        What was compared, where rows differ in that.
    """

    name: str
    decision: str
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    judged_by: str = ""


def effect_figure(rows: Sequence[EffectRow], *, title: str, measure: str, coverage: float = 0.95) -> go.Figure:
    """Forest plot: the lift of the campaign in each segment, with its interval, in percent of what is usual.

    Parameters
    ----------
    rows
        One for each segment, in the order to be drawn from above.
    title
        What is said of them together.
    measure
        What was compared.
    coverage
        Of the intervals.

    Examples
    --------
    >>> figure = effect_figure([EffectRow("Regulars", "worked", 0.2, 0.05, 0.35)], title="It worked", measure="revenue")
    >>> figure.layout.meta["alt"]
    'Regulars: +20.0 % (+5.0 % to +35.0 %), worked'
    """
    said = {row.name: _row_words(row) for row in rows}
    figure = new_figure(
        title,
        subtitle=f"Reached less held out, {measure}, % of what is usual; bars are {words.share(coverage)} intervals",
        alt="; ".join(said.values()),
        height=150 + ROW * max(len(rows), 2),
    )
    figure.add_vline(x=0, line={"color": MUTED, "width": 1})
    for decision, (colour, symbol) in DECISIONS.items():
        drawn = [row for row in rows if row.decision == decision and math.isfinite(row.effect)]
        ends = [((row.high - row.effect) * 100, (row.effect - row.low) * 100) for row in drawn]
        upper, lower = zip(*ends, strict=True) if ends else ((), ())
        interval = {"type": "data", "array": upper, "arrayminus": lower, "color": colour, "thickness": 2, "width": 0}
        mark = {"color": colour, "size": 11, "symbol": symbol, "line": {"width": 2, "color": colour}}
        if drawn:
            effects, names = [row.effect * 100 for row in drawn], [_label(row) for row in drawn]
            about = {"text": [said[row.name] for row in drawn], "hovertemplate": "%{text}<extra></extra>"}
            look = {"mode": "markers", "marker": mark, "name": decision.capitalize()}
            figure.add_scatter(x=effects, y=names, error_x=interval, **look, **about)
    for row in rows:
        if not math.isfinite(row.effect):
            figure.add_annotation(x=0, y=_label(row), text="not measured", xanchor="left", xshift=8, showarrow=False)
    figure.update_yaxes(**NAMES_DOWN, categoryorder="array", categoryarray=[_label(row) for row in rows])
    return figure.update_xaxes(title={"text": "% of what is usual"}, showgrid=True)


def _label(row: EffectRow) -> str:
    return wrapped(row.name, SEGMENT_LABEL)


def _row_words(row: EffectRow) -> str:
    if not math.isfinite(row.effect):
        return f"{row.name}: not measured"
    effect, low, high = (words.signed(value, words.exact_share) for value in (row.effect, row.low, row.high))
    by = f" by {row.judged_by}" if row.judged_by else ""
    return f"{row.name}: {effect} ({low} to {high}){by}, {row.decision}"


def budget_figure(plan: CampaignPlan) -> go.Figure:
    """How the budget is divided among the campaigns that have some, beside what each can move."""
    lines = [(campaign, campaign.budget) for campaign in plan.campaigns if campaign.budget and campaign.budget.amount]
    names, amounts = [campaign.name for campaign, _ in lines], [line.amount or 0.0 for _, line in lines]
    first = amounts.index(max(amounts))
    said = [
        f"{campaign.name}: {words.money(line.amount or 0.0, plan.currency)} for "
        f"{words.money(line.value_at_stake, plan.currency)} that it can move"
        for campaign, line in lines
    ]
    figure = new_figure(
        f"{words.share(amounts[first] / sum(amounts))} of the money goes to {names[first]}",
        subtitle="Budget, and what one order more from as many as order anyway would bring",
        alt="; ".join(said),
        height=150 + ROW * max(len(names), 2),
    )
    stakes = [line.value_at_stake for _, line in lines]
    about = {"text": said, "textposition": "none", "hovertemplate": "%{text}<extra></extra>"}
    add_named_bars(figure, stakes, names, marker={"color": PALE}, name="Can be moved", **about)
    colours = [segment_colour(campaign.number) for campaign, _ in lines]
    told = [words.money(amount, plan.currency) for amount in amounts]
    about = {"text": told, "hovertemplate": "%{y}: %{text}<extra></extra>"}
    add_named_bars(figure, amounts, names, marker={"color": colours}, name="Budget", **about)
    figure.update_yaxes(categoryorder="array", categoryarray=names)
    figure.update_layout(barmode="group", showlegend=True)
    return figure.update_xaxes(showgrid=True, rangemode="tozero")
