"""Figures of distributions: how numbers are spread, by class, and what was charged against the list price."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.exploration import REST
from marketfold.figures.theme import ACCENT, HIGHLIGHT, INK, PALE, SOFT, add_note, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

    from marketfold.exploration import Discounts, Distribution
    from marketfold.schema import Float64

DECADES = 2
"""A logarithmic axis over more of them has room for 1, 10, 100 only."""
WALL = 2.5
"""A last bin that is this many times the tallest other one is cut off, and the figure says so."""


def _value(distribution: Distribution, value: float, currency: str | None) -> str:
    return words.count(value) if distribution.column == "quantity" else words.money(value, currency)


def _name(distribution: Distribution) -> str:
    """Our own words begin a title with a capital; the name of a column stays as the user wrote it."""
    return "Order value" if distribution.column == "order_value" else distribution.label


def distribution_figure(
    distribution: Distribution, currency: str | None = None, marks: Mapping[float, str] | None = None
) -> go.Figure:
    """A histogram, or one ridge for each group on the same scale, with medians.

    The marks are values to point at on the axis (a cap, a cut), with what to call them.
    """
    d = distribution
    figure = _titled(d, currency)
    if len(d.groups) == 1:
        _bars(figure, d)
    else:
        _ridges(figure, d, currency)
    figure.update_layout(showlegend=False, xaxis={"tickformat": "~s" if d.maximum >= 10_000 else ",~g"})
    if d.log:
        wide = math.log10(d.edges[-1] / d.edges[0]) > DECADES
        figure.update_xaxes(type="log", dtick=1 if wide else "D2", tickangle=0)
    if marks:
        figure.update_layout(margin={"t": 44})
    for value, name in (marks or {}).items():
        figure.add_vline(x=value, line={"color": HIGHLIGHT, "width": 1.5, "dash": "dash"})
        add_note(figure, name, _along(d, value), yanchor="bottom")
    return figure


def _along(distribution: Distribution, value: float) -> float:
    """Place of an annotation on the axis; on a logarithmic one plotly.js wants the logarithm."""
    return math.log10(value) if distribution.log else value


def _unit(distribution: Distribution) -> str:
    return "orders" if distribution.column == "order_value" else "lines"


def _named_edges(distribution: Distribution) -> tuple[Float64, Float64]:
    """Lower and upper border of each bin as a reader is told them: items come in whole numbers."""
    low, high = distribution.edges[:-1], distribution.edges[1:]
    return (np.ceil(low), np.floor(high)) if distribution.column == "quantity" else (low, high)


def _shares(distribution: Distribution) -> Float64:
    """Share of each group in each bin, shape (n_groups, n_bins)."""
    shares: Float64 = distribution.counts / np.maximum(distribution.counts.sum(axis=1, keepdims=True), 1)
    return shares


def _titled(distribution: Distribution, currency: str | None) -> go.Figure:
    d = distribution
    what = f"{words.count(d.counts.sum())} {_unit(d)}"
    median, mean = _value(d, d.median, currency), _value(d, d.mean, currency)
    span = f"from {_value(d, d.minimum, currency)} to {_value(d, d.maximum, currency)}"
    by = f" by {d.by_label}" if d.by else ""
    notes = ""
    if d.maximum > d.edges[-1]:
        notes += f"; the last bin holds all from {_value(d, float(_named_edges(d)[0][-1]), currency)} on"
    if len(d.groups) > 1 and _scale(_shares(d)) < _shares(d).max():
        notes += "; the last bin is cut off at the top"
    if d.log:
        notes += "; each step of the axis multiplies"
    return new_figure(
        f"{_name(d)}{by}: median {median}",
        subtitle=f"{what}, {span}{notes}",
        alt=f"Distribution of {d.label}{by} over {what}: median {median}, mean {mean}, {span}.",
        height=340 if len(d.groups) == 1 else 150 + 62 * len(d.groups),
    )


def _bars(figure: go.Figure, distribution: Distribution) -> None:
    edges, counts = distribution.edges, distribution.counts[0]
    hover = (
        f"<b>%{{customdata[0]:,.4~g}} to %{{customdata[1]:,.4~g}}</b><br>%{{y:,}} {_unit(distribution)}<extra></extra>"
    )
    about = {"customdata": np.column_stack([edges[:-1], edges[1:]]), "hovertemplate": hover}
    if distribution.log:  # bars on a logarithmic axis are as wide as plotly.js likes
        x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(counts, 2), [0]])
        area = {"fill": "tozeroy", "fillcolor": ACCENT, "line": {"color": ACCENT, "width": 0}}
        figure.add_scatter(x=x, y=y, mode="lines", hoverinfo="skip", **area)
        unseen = {"opacity": 0, "size": 12, "color": ACCENT}
        figure.add_scatter(x=np.sqrt(edges[:-1] * edges[1:]), y=counts, mode="markers", marker=unseen, **about)
    else:
        middles, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges) * 0.92
        figure.add_bar(x=middles, y=counts, width=widths, marker_color=ACCENT, **about)
    figure.add_vline(x=distribution.median, line={"color": HIGHLIGHT, "width": 2})
    beside = {"yanchor": "top", "xanchor": "left", "xshift": 6}
    add_note(figure, "median", _along(distribution, distribution.median), **beside)
    figure.update_layout(yaxis={"tickformat": "~s", "nticks": 6, "rangemode": "tozero"}, bargap=0)


def _scale(share: Float64) -> float:
    """Share of a group that a full height stands for; a wall in the last bin may not flatten all the others."""
    inner = float(share[:, :-1].max()) if share.shape[1] > 1 else 0.0
    whole = float(share.max())
    return inner * 1.25 if 0 < inner * WALL < whole else whole


def _ridges(figure: go.Figure, distribution: Distribution, currency: str | None) -> None:
    """One row for each group; heights are the share of the group in a bin, on one scale for all."""
    d = distribution
    share = _shares(d)
    tallest = _scale(share)
    n = len(d.groups)
    for row in range(n):
        base, height = float(n - 1 - row), np.minimum(share[row] / tallest, 1) * 0.82
        _ridge(figure, d, row, base, height)
        _median_tick(figure, d, row, base, currency)
    names = [f"{group}  ({words.count(total)})" for group, total in zip(d.groups, d.counts.sum(axis=1), strict=True)]
    ticks = {"tickmode": "array", "tickvals": [n - 1 - row + 0.2 for row in range(n)], "ticktext": names}
    figure.update_layout(yaxis={**ticks, "showgrid": False, "tickfont": {"color": INK}, "range": [-0.08, n]})


def _ridge(figure: go.Figure, distribution: Distribution, row: int, base: float, height: Float64) -> None:
    """Ground line, filled steps, and unseen markers that carry the numbers of each bin."""
    d, group = distribution, distribution.groups[row]
    colour, edges = (SOFT if group == REST else ACCENT), d.edges
    ground = {"color": PALE, "width": 1}
    figure.add_scatter(x=edges[[0, -1]], y=[base, base], mode="lines", line=ground, hoverinfo="skip")
    steps = np.concatenate([[base], base + np.repeat(height, 2), [base]])
    area = {"mode": "lines", "fill": "toself", "fillcolor": colour, "line": {"color": colour, "width": 0}}
    figure.add_scatter(x=np.repeat(edges, 2), y=steps, hoverinfo="skip", **area)
    middles = np.sqrt(edges[:-1] * edges[1:]) if d.log else (edges[:-1] + edges[1:]) / 2
    about = {"customdata": np.column_stack([*_named_edges(d), d.counts[row], _shares(d)[row]]), "meta": group}
    hover = (
        "<b>%{meta}</b><br>%{customdata[0]:,.4~g} to %{customdata[1]:,.4~g}: %{customdata[2]:,} lines "
        "(%{customdata[3]:.1%} of the group)<extra></extra>"
    )
    unseen = {"mode": "markers", "marker": {"opacity": 0, "size": 12, "color": colour}}
    figure.add_scatter(x=middles, y=base + height / 2, hovertemplate=hover, **unseen, **about)


def _median_tick(figure: go.Figure, distribution: Distribution, row: int, base: float, currency: str | None) -> None:
    median = float(distribution.medians[row])
    if not np.isfinite(median):
        return
    said = f"median of {distribution.groups[row]}: {_value(distribution, median, currency)}"
    line = {"mode": "lines", "line": {"color": HIGHLIGHT, "width": 3}}
    hover = "%{meta}<extra></extra>"
    figure.add_scatter(x=[median, median], y=[base - 0.06, base + 0.2], meta=said, hovertemplate=hover, **line)


def discounts_figure(discounts: Discounts) -> go.Figure:
    """How far below the list price lines are charged, and whether that depends on the list price."""
    d = discounts
    title = "Half of the lines are charged at the list price or more"
    if d.median >= 0.01:
        title = f"Half of the lines are charged at least {words.share(d.median)} below the list price"
    figure = new_figure(
        title,
        subtitle=f"Discount as a share of the list price, {words.count(d.n_lines)} lines; below 0: charged above it",
        alt=f"{title}; mean discount {words.share(d.mean)}. {words.share(d.given_share)} of lines are "
        "charged below it and "
        f"{words.share(d.above_share)} above it.",
        height=380,
    )
    middles = (d.edges[:-1] + d.edges[1:]) / 2
    shown = np.flatnonzero(d.counts)
    hover = "<b>%{customdata[0]:.0%} to %{customdata[1]:.0%} off</b><br>%{customdata[2]:,} lines<extra></extra>"
    about = {"customdata": np.column_stack([d.edges[:-1], d.edges[1:], d.counts]), "hovertemplate": hover}
    colours = [SOFT if middle < 0 else ACCENT for middle in middles]
    figure.add_bar(x=middles, y=d.counts / d.n_lines, width=np.diff(d.edges) * 0.9, marker_color=colours, **about)
    prices = (d.list_price_edges[:-1] + d.list_price_edges[1:]) / 2
    line = {"mode": "lines+markers", "line": {"color": HIGHLIGHT, "width": 2.5}, "xaxis": "x2", "yaxis": "y2"}
    hover = (
        "<b>list price %{customdata[0]:,} to %{customdata[1]:,}</b><br>%{y:.1%} off on average, "
        "%{customdata[2]:,} lines<extra></extra>"
    )
    bins = np.column_stack([d.list_price_edges[:-1], d.list_price_edges[1:], d.list_price_lines])
    about = {"customdata": bins, "hovertemplate": hover, "marker": {"size": 7, "color": HIGHLIGHT}}
    figure.add_scatter(x=prices, y=d.list_price_discount, **line, **about)
    above = {"y": 1.0, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    for text, x in (("Share of lines", 0), ("Mean discount", 0.56)):
        figure.add_annotation(text=text, x=x, **above)
    low, high = float(d.edges[shown[0]]), float(d.edges[shown[-1] + 1])
    few_ticks = {"nticks": 5, "tickangle": 0}
    return figure.update_layout(
        showlegend=False,
        bargap=0,
        margin={"t": 44},
        xaxis={
            **few_ticks,
            "domain": [0, 0.46],
            "tickformat": ".0%",
            "range": [low, high],
            "title": {"text": "discount"},
        },
        yaxis={"tickformat": ".0%", "nticks": 6},
        xaxis2={**few_ticks, "domain": [0.56, 1], "anchor": "y2", "title": {"text": "list price"}},
        yaxis2={"anchor": "x2", "tickformat": ".0%", "zeroline": True, "zerolinecolor": SOFT, "nticks": 6},
    )
