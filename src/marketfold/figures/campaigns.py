"""Figures of campaigns: what each did, how the budget was divided, and when a segment buys."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.figures.theme import ACCENT, HIGHLIGHT, INK, MUTED, PALE, SOFT, new_figure, segment_colour

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    import plotly.graph_objects as go

    Scale = Literal["money", "points", "percent"]

ROW = 46
"""Height of one row."""

DECISION_COLOURS = {"worked": ACCENT, "did not": HIGHLIGHT, "cannot tell yet": SOFT}
SYMBOLS = {"worked": "circle", "did not": "x", "cannot tell yet": "circle-open"}


def _said(value: float, scale: Scale) -> str:
    if scale == "money":
        return f"{value:+,.2f}"
    return f"{value * 100:+.1f} {'points' if scale == 'points' else '%'}"


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _headline(decisions: Sequence[str]) -> str:
    n, worked = len(decisions), sum(decision == "worked" for decision in decisions)
    if n == 1:
        return {"worked": "The campaign worked", "did not": "The campaign did not work"}.get(
            decisions[0], "Whether the campaign worked cannot be told yet"
        )
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


def effect_figure(
    rows: Sequence[EffectRow],
    *,
    scale: Scale = "money",
    measure: str = "revenue per customer",
    currency: str | None = None,
    coverage: float = 0.95,
) -> go.Figure:
    """Forest plot: the effect of the campaign in each segment, with its interval.

    Parameters
    ----------
    rows
        One for each segment, in the order to be drawn from above.
    scale
        `money`; `points` for differences of shares (0 to 1), drawn in percentage points; `percent` for lifts (0.1 is a
        tenth more than is usual), which lets segments of different size be compared.
    measure
        What was compared.
    currency
        Of money.
    coverage
        Of the intervals.

    Examples
    --------
    >>> figure = effect_figure([EffectRow("Regulars", "worked", 2.0, 0.5, 3.5)])
    >>> figure.layout.title.text
    'The campaign worked'
    """
    factor = 1.0 if scale == "money" else 100.0
    unit = {"points": "percentage points", "percent": "% of what is usual"}.get(scale, currency or "")
    subtitle = f"Reached less held out, {measure}{f', {unit}' if unit else ''}; bars are {coverage:.0%} intervals"
    height = 150 + ROW * max(len(rows), 2)
    alt = "; ".join(_row_words(row, scale) for row in rows)
    figure = new_figure(_headline([row.decision for row in rows]), subtitle=subtitle, alt=alt, height=height)
    figure.add_vline(x=0, line={"color": MUTED, "width": 1})
    for decision, colour in DECISION_COLOURS.items():
        drawn = [row for row in rows if row.decision == decision and math.isfinite(row.effect)]
        if drawn:
            figure.add_scatter(
                x=[row.effect * factor for row in drawn],
                y=[row.name for row in drawn],
                error_x={
                    "type": "data",
                    "array": [(row.high - row.effect) * factor for row in drawn],
                    "arrayminus": [(row.effect - row.low) * factor for row in drawn],
                    "color": colour,
                    "thickness": 2,
                    "width": 0,
                },
                mode="markers",
                marker={
                    "color": colour,
                    "size": 11,
                    "symbol": SYMBOLS[decision],
                    "line": {"width": 2, "color": colour},
                },
                name=decision.capitalize(),
                text=[_row_words(row, scale) for row in drawn],
                hovertemplate="%{text}<extra></extra>",
            )
    for row in rows:
        if not math.isfinite(row.effect):
            figure.add_annotation(x=0, y=row.name, text="not measured", xanchor="left", xshift=8, showarrow=False)
    names = [row.name for row in reversed(rows)]
    figure.update_yaxes(categoryorder="array", categoryarray=names, showgrid=False, tickfont={"color": INK})
    return figure.update_xaxes(title={"text": _upper_first(unit)}, showgrid=True)


def _row_words(row: EffectRow, scale: Scale) -> str:
    if not math.isfinite(row.effect):
        return f"{row.name}: not measured"
    interval = f"{_said(row.low, scale)} to {_said(row.high, scale)}"
    return f"{row.name}: {_said(row.effect, scale)} ({interval}), {row.decision}"


def budget_figure(
    numbers: Sequence[int],
    names: Sequence[str],
    amounts: Sequence[float],
    values: Sequence[float],
    *,
    currency: str | None = None,
) -> go.Figure:
    """How the budget is divided, beside what is at stake.

    Parameters
    ----------
    numbers, names
        Of the segments.
    amounts
        Money given to each campaign.
    values
        Value at stake in each segment.
    currency
        Of both.

    Examples
    --------
    >>> budget_figure([1, 2], ["Regulars", "Lapsed"], [750, 250], [9_000, 3_000]).layout.title.text
    '75 % of the money goes to Regulars'
    """
    total = float(sum(amounts)) or 1.0
    first = int(np.argmax(amounts))
    unit = f", {currency}" if currency else ""
    rows = zip(names, amounts, values, strict=True)
    said = [f"{name}: {amount:,.0f} for {value:,.0f} at stake" for name, amount, value in rows]
    figure = new_figure(
        f"{amounts[first] / total * 100:.0f} % of the money goes to {names[first]}",
        subtitle=f"Budget of each campaign, and what is at stake in a year{unit}",
        alt="; ".join(said),
        height=150 + ROW * max(len(names), 2),
    )
    figure.add_bar(
        y=list(names), x=list(values), orientation="h", marker={"color": PALE}, name="At stake", text=said,
        textposition="none", hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.add_bar(
        y=list(names), x=list(amounts), orientation="h", name="Budget", text=[f"{amount:,.0f}" for amount in amounts],
        marker={"color": [segment_colour(number) for number in numbers]}, textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: %{x:,.0f}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(barmode="group", showlegend=True)
    figure.update_yaxes(categoryorder="array", categoryarray=list(names)[::-1], showgrid=False, tickfont={"color": INK})
    return figure.update_xaxes(showgrid=True, rangemode="tozero")
