"""Figures of the columns: distributions, correlations, single lines, empty cells and discounts."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from marketfold.exploration.distributions import REST
from marketfold.exploration.wording import count, money, percent
from marketfold.figures.theme import ACCENT, HIGHLIGHT, INK, MUTED, PALE, SOFT, new_figure, segment_colour

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

    from marketfold.exploration import Correlations, Discounts, Distribution, LineSample, Missing
    from marketfold.schema import Float64

MOST_COLOURS = 6
WALL = 2.5
"""A last bin that is this many times the tallest other one is cut off, and the figure says so."""


def _value(distribution: Distribution, value: float, currency: str | None) -> str:
    return count(value) if distribution.column == "quantity" else money(value, currency)


def distribution_figure(
    distribution: Distribution, currency: str | None = None, marks: Mapping[float, str] | None = None
) -> go.Figure:
    """A histogram, or one ridge for each group on the same scale, with medians.

    Parameters
    ----------
    marks
        Values to point at on the axis (a cap, a cut), with what to call them.
    """
    d = distribution
    lines = int(d.counts.sum())
    unit = "orders" if d.column == "order_value" else "lines"
    median = _value(d, d.median, currency)
    span = f"from {_value(d, d.minimum, currency)} to {_value(d, d.maximum, currency)}"
    by = f" by {d.by_label}" if d.by else ""
    over = (
        f"; the last bin holds all above {_value(d, float(d.edges[-2]), currency)}" if d.maximum > d.edges[-1] else ""
    )
    share = d.counts / np.maximum(d.counts.sum(axis=1, keepdims=True), 1)
    if len(d.groups) > 1 and _scale(share) < share.max():
        over += "; the last bin is cut off at the top"
    figure = new_figure(
        f"{d.label[:1].upper()}{d.label[1:]}{by}: median {median}",
        subtitle=f"{count(lines)} {unit}, {span}{over}",
        alt=f"Distribution of {d.label}{by} over {count(lines)} {unit}: median {median}, mean "
        f"{_value(d, d.mean, currency)}, {span}.",
        height=340 if len(d.groups) == 1 else 150 + 62 * len(d.groups),
    )
    if len(d.groups) == 1:
        _bars(figure, d, unit)
    else:
        _ridges(figure, d, currency)
    for value, name in (marks or {}).items():
        figure.add_vline(x=value, line={"color": HIGHLIGHT, "width": 1.5, "dash": "dash"})
        figure.add_annotation(
            x=value, y=1, yref="paper", yanchor="bottom", xanchor="center", text=name, font={"color": INK}
        )
    margin = {"t": 44} if marks else {}
    return figure.update_layout(
        showlegend=False, margin=margin, xaxis={"tickformat": "~s" if d.maximum >= 10_000 else ",~g"}
    )


def _bars(figure: go.Figure, distribution: Distribution, unit: str) -> None:
    edges = distribution.edges
    figure.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=distribution.counts[0],
        width=np.diff(edges) * 0.92,
        marker_color=ACCENT,
        customdata=np.column_stack([edges[:-1], edges[1:]]),
        hovertemplate=f"<b>%{{customdata[0]:,}} to %{{customdata[1]:,}}</b><br>%{{y:,}} {unit}<extra></extra>",
    )
    figure.add_vline(x=distribution.median, line={"color": HIGHLIGHT, "width": 2})
    figure.add_annotation(
        x=distribution.median,
        y=1,
        yref="paper",
        yanchor="top",
        xanchor="left",
        xshift=6,
        text="median",
        font={"color": INK},
    )
    figure.update_layout(yaxis={"tickformat": "~s", "nticks": 6}, bargap=0)


def _scale(share: Float64) -> float:
    """Share of a group that a full height stands for; a wall in the last bin may not flatten all the others."""
    inner = float(share[:, :-1].max()) if share.shape[1] > 1 else 0.0
    whole = float(share.max())
    return inner * 1.25 if 0 < inner * WALL < whole else whole


def _ridges(figure: go.Figure, distribution: Distribution, currency: str | None) -> None:
    """One row for each group; heights are the share of the group in a bin, on one scale for all."""
    d = distribution
    share = d.counts / np.maximum(d.counts.sum(axis=1, keepdims=True), 1)
    tallest = _scale(share)
    x = np.repeat(d.edges, 2)[1:-1]
    n = len(d.groups)
    for row, group in enumerate(d.groups):
        base = float(n - 1 - row)
        height = np.minimum(np.repeat(share[row], 2) / tallest, 1) * 0.82
        figure.add_scatter(
            x=[x[0], x[-1]], y=[base, base], mode="lines", line={"color": PALE, "width": 1}, hoverinfo="skip"
        )
        figure.add_scatter(
            x=np.concatenate([[x[0]], x, [x[-1]]]),
            y=np.concatenate([[base], base + height, [base]]),
            mode="lines",
            fill="toself",
            fillcolor=ACCENT if group != REST else SOFT,
            line={"color": ACCENT if group != REST else SOFT, "width": 0},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=(d.edges[:-1] + d.edges[1:]) / 2,
            y=np.full(len(d.edges) - 1, base) + np.minimum(share[row] / tallest, 1) * 0.41,
            mode="markers",
            marker={"opacity": 0, "size": 12, "color": ACCENT},
            customdata=list(
                zip(
                    d.edges[:-1].tolist(),
                    d.edges[1:].tolist(),
                    share[row].tolist(),
                    d.counts[row].tolist(),
                    strict=True,
                )
            ),
            meta=group,
            hovertemplate="<b>%{meta}</b><br>%{customdata[0]:,} to %{customdata[1]:,}: %{customdata[3]:,} lines "
            "(%{customdata[2]:.1%} of the group)<extra></extra>",
        )
        _median_tick(figure, d, row, base, currency)
    names = [f"{group}  ({count(total)})" for group, total in zip(d.groups, d.counts.sum(axis=1), strict=True)]
    figure.update_layout(
        yaxis={
            "tickmode": "array",
            "tickvals": [n - 1 - row + 0.2 for row in range(n)],
            "ticktext": names,
            "showgrid": False,
            "tickfont": {"color": INK},
            "range": [-0.08, n],
        }
    )


def _median_tick(figure: go.Figure, distribution: Distribution, row: int, base: float, currency: str | None) -> None:
    median = float(distribution.medians[row])
    if not np.isfinite(median):
        return
    figure.add_scatter(
        x=[median, median],
        y=[base - 0.06, base + 0.2],
        mode="lines",
        line={"color": HIGHLIGHT, "width": 3},
        meta=f"median of {distribution.groups[row]}: {_value(distribution, median, currency)}",
        hovertemplate="%{meta}<extra></extra>",
    )


def correlation_figure(correlations: Correlations) -> go.Figure:
    """Pearson's r between number columns; the lower half, with its numbers."""
    c = correlations
    n = len(c.columns)
    lower = np.where(np.tril(np.ones((n, n), dtype=bool), -1), c.values, np.nan)[1:, :-1]
    strength = np.abs(np.nan_to_num(lower))
    i, j = np.unravel_index(int(np.argmax(strength)), strength.shape)
    r = float(lower[i, j])
    figure = new_figure(
        f"{c.labels[j]} and {c.labels[i + 1]} go together most (r = {r:.2f})"
        if abs(r) >= 0.3
        else "The numbers hardly go together",
        subtitle=f"Pearson's r over {count(c.n_lines)} lines; 1 and -1 are straight lines, 0 is none",
        alt="Correlations: "
        + "; ".join(f"{c.labels[a]} with {c.labels[b]} {c.values[a, b]:.2f}" for a, b in combinations(range(n), 2)),
        height=150 + 60 * (n - 1),
    )
    figure.add_heatmap(
        z=lower,
        x=list(c.labels[:-1]),
        y=list(c.labels[1:]),
        coloraxis="coloraxis",
        xgap=3,
        ygap=3,
        hoverongaps=False,
        texttemplate="%{z:.2f}",
        hovertemplate="%{y} with %{x}: r = %{z:.3f}<extra></extra>",
    )
    return figure.update_layout(
        coloraxis={"cmin": -1, "cmax": 1, "cmid": 0, "showscale": False},
        xaxis={"tickfont": {"color": INK}, "type": "category"},
        yaxis={"autorange": "reversed", "showgrid": False, "tickfont": {"color": INK}, "type": "category"},
    )


def _in_view(values: Float64) -> tuple[float, float]:
    """Range of an axis that leaves the outermost hundredth to whoever zooms out."""
    low, high = np.nanquantile(values, 0.0), np.nanquantile(values, 0.99)
    room = (high - low) * 0.05 or 1.0
    return float(low - room), float(high + room)


def scatter_matrix_figure(sample: LineSample) -> go.Figure:
    """Each number column against each other, one point for each sampled line, coloured by class where there are few."""
    s = sample
    n = len(s.columns)
    names = s.groups.astype(str)
    groups = sorted({*names.tolist()}, key=lambda group: float(np.nanmedian(s.values[names == group, -1])))
    coloured = 1 < len(groups) <= MOST_COLOURS
    size = len(s.values)
    which = (
        f"{count(size)} lines drawn at random from {count(s.n_lines)}"
        if size < s.n_lines
        else f"all {count(size)} lines"
    )
    figure = new_figure(
        "Each number against each other",
        subtitle=which + (f", coloured by {s.group_label}" if coloured else ""),
        alt=f"Scatter matrix of {', '.join(s.labels)}: {which}.",
        height=110 + 170 * (n - 1),
    )
    parts = (
        [(group, s.groups.astype(str) == group) for group in groups] if coloured else [("", np.ones(size, dtype=bool))]
    )
    for down, across in combinations(range(n), 2):
        axis = across - 1 + down * (n - 1)
        for number, (group, inside) in enumerate(parts, start=1):
            figure.add_scatter(
                x=s.values[inside, down],
                y=s.values[inside, across],
                mode="markers",
                marker={"size": 4, "opacity": 0.55, "color": segment_colour(number) if coloured else ACCENT},
                name=group,
                legendgroup=group,
                showlegend=coloured and (down, across) == (0, 1),
                xaxis=f"x{axis + 1}",
                yaxis=f"y{axis + 1}",
                hovertemplate=f"{s.labels[down]} %{{x:,}}<br>{s.labels[across]} %{{y:,}}<extra>{group}</extra>",
            )
        _place(figure, s, down, across)
    return figure.update_layout(legend={"itemsizing": "constant"}, margin={"t": 40})


def _place(figure: go.Figure, sample: LineSample, down: int, across: int) -> None:
    """Axes of one panel: columns of the matrix share their number below, rows to the left."""
    n = len(sample.columns) - 1
    number = across - 1 + down * n + 1
    width, left = 1 / n, down / n
    bottom = 1 - across / n
    gap = 0.035
    figure.update_layout(
        {
            f"xaxis{number}": {
                "domain": [left + gap, left + width - 0.005],
                "anchor": f"y{number}",
                "range": _in_view(sample.values[:, down]),
                "title": {"text": sample.labels[down] if across == n else ""},
                "showticklabels": across == n,
                "nticks": 5,
                "tickformat": "~s",
                "showgrid": True,
            },
            f"yaxis{number}": {
                "domain": [bottom + gap, bottom + 1 / n - 0.01],
                "anchor": f"x{number}",
                "range": _in_view(sample.values[:, across]),
                "title": {"text": sample.labels[across] if down == 0 else ""},
                "showticklabels": down == 0,
                "nticks": 5,
                "tickformat": "~s",
            },
        }
    )


def missing_figure(missing: Missing) -> go.Figure:
    """Share of empty cells of each column that has any, over all read lines."""
    some = np.flatnonzero(missing.empty)
    full = len(missing.columns) - len(some)
    labels = [missing.labels[i] for i in some]
    shares = missing.empty_share[some]
    figure = new_figure(
        f"{labels[0]} is empty on {percent(float(shares[0]))} of lines",
        subtitle=f"Empty cells of {count(missing.n_lines)} lines read; {full} other columns have none",
        alt="Empty cells: "
        + "; ".join(f"{label} {percent(float(share))}" for label, share in zip(labels, shares, strict=True)),
        height=120 + 34 * len(some),
    )
    figure.add_bar(x=np.ones(len(some)), y=labels, orientation="h", marker_color=PALE, hoverinfo="skip")
    figure.add_bar(
        x=shares,
        y=labels,
        orientation="h",
        marker_color=ACCENT,
        customdata=missing.empty[some],
        hovertemplate="<b>%{y}</b><br>%{customdata:,} empty cells (%{x:.1%})<extra></extra>",
    )
    for label, share in zip(labels, shares, strict=True):
        figure.add_annotation(x=1, y=label, text=percent(float(share)), xanchor="left", xshift=8, font={"color": INK})
    return figure.update_layout(
        showlegend=False,
        barmode="overlay",
        margin={"r": 64},
        xaxis={"visible": False, "range": [0, 1]},
        yaxis={"autorange": "reversed", "showgrid": False, "tickfont": {"color": INK}, "type": "category"},
        bargap=0.4,
    )


def discounts_figure(discounts: Discounts) -> go.Figure:
    """How far below the list price lines are charged, and whether that depends on the list price."""
    d = discounts
    title = "Half of the lines are charged at the list price or more"
    if d.median >= 0.01:
        title = f"Half of the lines are charged at least {percent(d.median)} below the list price"
    figure = new_figure(
        title,
        subtitle=f"Discount as a share of the list price, {count(d.n_lines)} lines; below 0: charged above it",
        alt=f"{title}; mean discount {percent(d.mean)}. {percent(d.given_share)} of lines are charged below it and "
        f"{percent(d.above_share)} above it.",
        height=380,
    )
    middles = (d.edges[:-1] + d.edges[1:]) / 2
    shown = np.flatnonzero(d.counts)
    figure.add_bar(
        x=middles,
        y=d.counts / d.n_lines,
        width=np.diff(d.edges) * 0.9,
        marker_color=[SOFT if middle < 0 else ACCENT for middle in middles],
        customdata=np.column_stack([d.edges[:-1], d.edges[1:], d.counts]),
        hovertemplate="<b>%{customdata[0]:.0%} to %{customdata[1]:.0%} off</b><br>"
        "%{customdata[2]:,} lines<extra></extra>",
    )
    prices = (d.list_price_edges[:-1] + d.list_price_edges[1:]) / 2
    figure.add_scatter(
        x=prices,
        y=d.list_price_discount,
        mode="lines+markers",
        line={"color": HIGHLIGHT, "width": 2.5},
        marker={"size": 7, "color": HIGHLIGHT},
        customdata=np.column_stack([d.list_price_edges[:-1], d.list_price_edges[1:], d.list_price_lines]),
        hovertemplate="<b>list price %{customdata[0]:,} to %{customdata[1]:,}</b><br>%{y:.1%} off on average, "
        "%{customdata[2]:,} lines<extra></extra>",
        xaxis="x2",
        yaxis="y2",
    )
    for text, x in (("Share of lines", 0), ("Mean discount", 0.56)):
        figure.add_annotation(
            text=text, x=x, y=1.0, xref="paper", yref="paper", xanchor="left", yanchor="bottom", font={"color": MUTED}
        )
    low, high = float(d.edges[shown[0]]), float(d.edges[shown[-1] + 1])
    return figure.update_layout(
        showlegend=False,
        bargap=0,
        margin={"t": 44},
        xaxis={
            "domain": [0, 0.46],
            "tickformat": ".0%",
            "range": [low, high],
            "title": {"text": "discount"},
            "nticks": 7,
        },
        yaxis={"tickformat": ".0%", "nticks": 6},
        xaxis2={"domain": [0.56, 1], "anchor": "y2", "title": {"text": "list price"}, "nticks": 6},
        yaxis2={"anchor": "x2", "tickformat": ".0%", "zeroline": True, "zerolinecolor": SOFT, "nticks": 6},
    )
