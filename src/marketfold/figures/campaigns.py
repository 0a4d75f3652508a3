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
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from marketfold.campaigns import CampaignPlan

ROW = 46
"""Height of one row."""

DECISIONS = {
    "worked": ("The campaign worked", ACCENT, "circle"),
    "did not": ("The campaign did not work", HIGHLIGHT, "x"),
    "cannot tell yet": ("Whether the campaign worked cannot be told yet", SOFT, "circle-open"),
}
"""What is said of a single segment, colour and symbol."""


def _headline(decisions: Sequence[str]) -> str:
    n, worked = len(decisions), sum(decision == "worked" for decision in decisions)
    if n == 1:
        return DECISIONS[decisions[0]][0]
    if worked == 0:
        return f"In none of {n} segments is it proven that the campaign worked"
    return f"The campaign worked in {worked} of {n} segments"


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
    """

    name: str
    decision: str
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan


def effect_figure(rows: Sequence[EffectRow], *, measure: str, coverage: float = 0.95) -> go.Figure:
    """Forest plot: the lift of the campaign in each segment, with its interval, in percent of what is usual.

    Parameters
    ----------
    rows
        One for each segment, in the order to be drawn from above.
    measure
        What was compared.
    coverage
        Of the intervals.

    Examples
    --------
    >>> effect_figure([EffectRow("Regulars", "worked", 0.2, 0.05, 0.35)], measure="revenue").layout.title.text
    'The campaign worked'
    """
    said = {row.name: _row_words(row) for row in rows}
    figure = new_figure(
        _headline([row.decision for row in rows]),
        subtitle=f"Reached less held out, {measure}, % of what is usual; bars are {words.share(coverage)} intervals",
        alt="; ".join(said.values()),
        height=150 + ROW * max(len(rows), 2),
    )
    figure.add_vline(x=0, line={"color": MUTED, "width": 1})
    for decision, (_, colour, symbol) in DECISIONS.items():
        drawn = [row for row in rows if row.decision == decision and math.isfinite(row.effect)]
        ends = [((row.high - row.effect) * 100, (row.effect - row.low) * 100) for row in drawn]
        upper, lower = zip(*ends, strict=True) if ends else ((), ())
        interval = {"type": "data", "array": upper, "arrayminus": lower, "color": colour, "thickness": 2, "width": 0}
        mark = {"color": colour, "size": 11, "symbol": symbol, "line": {"width": 2, "color": colour}}
        if drawn:
            effects, names = [row.effect * 100 for row in drawn], [row.name for row in drawn]
            about = {"text": [said[name] for name in names], "hovertemplate": "%{text}<extra></extra>"}
            look = {"mode": "markers", "marker": mark, "name": decision.capitalize()}
            figure.add_scatter(x=effects, y=names, error_x=interval, **look, **about)
    for row in rows:
        if not math.isfinite(row.effect):
            figure.add_annotation(x=0, y=row.name, text="not measured", xanchor="left", xshift=8, showarrow=False)
    figure.update_yaxes(**NAMES_DOWN, categoryorder="array", categoryarray=[row.name for row in rows])
    return figure.update_xaxes(title={"text": "% of what is usual"}, showgrid=True)


def _row_words(row: EffectRow) -> str:
    if not math.isfinite(row.effect):
        return f"{row.name}: not measured"
    effect, low, high = (f"{value * 100:+.1f} %" for value in (row.effect, row.low, row.high))
    return f"{row.name}: {effect} ({low} to {high}), {row.decision}"


def budget_figure(plan: CampaignPlan) -> go.Figure:
    """How the budget is divided among the campaigns that have some, beside what their customers bring in a year."""
    lines = [(campaign, campaign.budget) for campaign in plan.campaigns if campaign.budget and campaign.budget.amount]
    names, amounts = [campaign.name for campaign, _ in lines], [line.amount or 0.0 for _, line in lines]
    first = amounts.index(max(amounts))
    currency = f", {plan.currency}" if plan.currency else ""
    said = [
        f"{campaign.name}: {line.amount:,.0f} where they bring {line.value_at_stake:,.0f} in a year"
        for campaign, line in lines
    ]
    figure = new_figure(
        f"{words.share(amounts[first] / sum(amounts))} of the money goes to {names[first]}",
        subtitle=f"Budget of each campaign, and what its customers bring in a year{currency}",
        alt="; ".join(said),
        height=150 + ROW * max(len(names), 2),
    )
    stakes = [line.value_at_stake for _, line in lines]
    about = {"text": said, "textposition": "none", "hovertemplate": "%{text}<extra></extra>"}
    add_named_bars(figure, stakes, names, marker={"color": PALE}, name="They bring in a year", **about)
    colours = [segment_colour(campaign.number) for campaign, _ in lines]
    about = {"text": [f"{amount:,.0f}" for amount in amounts], "hovertemplate": "%{y}: %{x:,.0f}<extra></extra>"}
    add_named_bars(figure, amounts, names, marker={"color": colours}, name="Budget", **about)
    figure.update_yaxes(categoryorder="array", categoryarray=names)
    figure.update_layout(barmode="group", showlegend=True)
    return figure.update_xaxes(showgrid=True, rangemode="tozero")
