"""Figures of the columns: how numbers are spread, what was charged, what goes together, single lines, empty cells."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold import words
from marketfold.exploration import REST
from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    INK,
    NAMES_DOWN,
    PALE,
    PALER,
    SOFT,
    add_cells,
    add_correlation_cells,
    add_note,
    add_panel_name,
    each_share,
    new_figure,
    segment_colour,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

    from marketfold.exploration import Correlations, Dependence, Discounts, Distribution, LineSample, Missing
    from marketfold.schema import Float64

MOST_COLOURS = 6
DECADES = 2
"""A logarithmic axis over more of them has room for 1, 10, 100 only."""
WALL = 2.5
"""A last bin that is this many times the tallest other one is cut off, and the figure says so."""


def in_its_unit(distribution: Distribution, value: float, currency: str | None) -> str:
    """A value of the column as text: money, or how many."""
    return words.count(value) if distribution.column == "quantity" else words.money(value, currency)


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
    median, mean = in_its_unit(d, d.median, currency), in_its_unit(d, d.mean, currency)
    span = f"from {in_its_unit(d, d.minimum, currency)} to {in_its_unit(d, d.maximum, currency)}"
    by = f" by {d.by_label}" if d.by else ""
    # Our own words begin a title with a capital; the name of a column stays as the user wrote it.
    name = "Order value" if d.column == "order_value" else d.label
    notes = ""
    if d.maximum > d.edges[-1]:
        notes += f"; the last bin holds all from {in_its_unit(d, float(_named_edges(d)[0][-1]), currency)} on"
    if len(d.groups) > 1 and _scale(_shares(d)) < _shares(d).max():
        notes += "; the last bin is cut off at the top"
    if d.log:
        notes += "; each step of the axis multiplies"
    return new_figure(
        f"{name}{by}: median {median}",
        subtitle=f"{what}, {span}{notes}",
        alt=f"Distribution of {d.label}{by} over {what}: median {median}, mean {mean}, {span}.",
        height=340 if len(d.groups) == 1 else 150 + 62 * len(d.groups),
    )


def _bars(figure: go.Figure, distribution: Distribution) -> None:
    edges, counts = distribution.edges, distribution.counts[0]
    span = "<b>%{customdata[0]:,.4~g} to %{customdata[1]:,.4~g}</b>"
    hover = f"{span}<br>%{{y:,}} {_unit(distribution)}<extra></extra>"
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
    d, n, share = distribution, len(distribution.groups), _shares(distribution)
    tallest = _scale(share)
    for row in range(n):
        base, height = float(n - 1 - row), np.minimum(share[row] / tallest, 1) * 0.82
        _ridge(figure, d, row, base, height)
        if np.isfinite(median := float(d.medians[row])):
            hover, said = "%{meta}<extra></extra>", f"median of {d.groups[row]}: {in_its_unit(d, median, currency)}"
            line = {"mode": "lines", "line": {"color": HIGHLIGHT, "width": 3}, "hovertemplate": hover}
            figure.add_scatter(x=[median, median], y=[base - 0.06, base + 0.2], meta=said, **line)
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


def discounts_figure(discounts: Discounts) -> go.Figure:
    """How far below the list price lines are charged, and whether that depends on the list price."""
    d = discounts
    title = "Half of the lines are charged at the list price or more"
    if d.median >= 0.01:
        title = f"Half of the lines are charged at least {words.share(d.median)} below the list price"
    figure = new_figure(
        title,
        subtitle=f"Discount as a share of the list price, {words.count(d.n_lines)} lines; below 0: charged above it",
        alt=f"{title}; mean discount {words.share(d.mean)}. {words.share(d.given_share)} of lines are charged at least "
        f"1 % below it and {words.share(d.above_share)} at least 1 % above.",
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
    for text, x in (("Share of lines", 0), ("Mean discount", 0.56)):
        add_panel_name(figure, text, x, 1.0, yanchor="bottom")
    seen = {"tickformat": ".0%", "range": [float(d.edges[shown[0]]), float(d.edges[shown[-1] + 1])]}
    few_ticks, shares = {"nticks": 5, "tickangle": 0}, {"tickformat": ".0%", "nticks": 6}
    return figure.update_layout(
        showlegend=False,
        bargap=0,
        margin={"t": 44},
        xaxis={**few_ticks, **seen, "domain": [0, 0.46], "title": {"text": "discount"}},
        yaxis=shares,
        xaxis2={**few_ticks, "domain": [0.56, 1], "anchor": "y2", "title": {"text": "list price"}},
        yaxis2={**shares, "anchor": "x2", "zeroline": True, "zerolinecolor": SOFT},
    )


def correlation_figure(correlations: Correlations) -> go.Figure:
    """Pearson's r between number columns; the lower half, with its numbers."""
    c = correlations
    n = len(c.columns)
    lower = np.where(np.tril(np.ones((n, n), dtype=bool), -1), c.values, np.nan)[1:, :-1]
    strength = np.abs(np.nan_to_num(lower))
    i, j = np.unravel_index(int(np.argmax(strength)), strength.shape)
    r = float(lower[i, j])
    most = f"{c.labels[j]} and {c.labels[i + 1]} go together most (r = {r:.2f})"
    each = (f"{c.labels[a]} with {c.labels[b]} {c.values[a, b]:.2f}" for a, b in combinations(range(n), 2))
    figure = new_figure(
        most if abs(r) >= 0.3 else "The numbers hardly go together",
        subtitle=f"Pearson's r over {words.count(c.n_lines)} lines; 1 and -1 are straight lines, 0 is none",
        alt=f"Correlations: {'; '.join(each)}",
        height=150 + 60 * (n - 1),
    )
    hover = "%{y} with %{x}: r = %{z:.3f}<extra></extra>"
    add_correlation_cells(figure, lower, c.labels[:-1], c.labels[1:], hovertemplate=hover)
    return figure.update_xaxes(tickfont={"color": INK}, type="category")


def _which_lines(n_shown: int, n_lines: int, lines: str = "lines") -> str:
    shown = words.count(n_shown)
    return f"{shown} lines drawn at random from {words.count(n_lines)}" if n_shown < n_lines else f"all {shown} {lines}"


def dependence_figure(dependence: Dependence) -> go.Figure:
    """How much of a class column is known once another is, in percent; 100 is without exception."""
    d = dependence
    n = len(d.labels)
    other = np.where(np.eye(n, dtype=bool), np.nan, d.values)
    known = [(d.labels[i], d.labels[j]) for i, j in np.argwhere(other == 1).tolist()]
    lines = _which_lines(d.n_lines, d.n_kept, "kept lines")
    figure = new_figure(
        f"{known[0][0]} is known once {known[0][1]} is" if known else "No column follows from another",
        subtitle=f"Share of the column on the left that the one above tells, in %; {lines}",
        alt=f"What one column tells of another, on {lines}. "
        + ("Known without exception: " + "; ".join(f"{a} from {b}" for a, b in known) + "." if known else ""),
        height=170 + 34 * n,
    )
    about = {"texttemplate": "%{z:.0f}", "hovertemplate": "%{x} tells %{z:.1f} % of %{y}<extra></extra>"}
    add_cells(figure, other * 100, d.labels, d.labels, PALER * 100, textfont={"color": INK}, **about)
    return figure.update_xaxes(side="top", tickfont={"color": INK}, type="category", showgrid=False, tickangle=-35)


def scatter_matrix_figure(sample: LineSample) -> go.Figure:
    """Each number column against each other, one point for each sampled line, coloured by class where there are few."""
    s, n, names = sample, len(sample.columns), sample.groups.astype(str)
    groups = sorted({*names.tolist()}, key=lambda group: float(np.nanmedian(s.values[names == group, -1])))
    coloured, size = 1 < len(groups) <= MOST_COLOURS, len(s.values)
    which = _which_lines(size, s.n_lines)
    figure = new_figure(
        "Each number against each other",
        subtitle=which + (f", coloured by {s.group_label}" if coloured else ""),
        alt=f"Scatter matrix of {', '.join(s.labels)}: {which}.",
        height=max(340, 110 + 170 * (n - 1)),
    )
    parts = [(group, names == group) for group in groups] if coloured else [("", np.ones(size, dtype=bool))]
    for down, across in combinations(range(n), 2):
        axis = across + down * (n - 1)
        for number, (group, inside) in enumerate(parts, start=1):
            hover = f"{s.labels[down]} %{{x:,}}<br>{s.labels[across]} %{{y:,}}<extra>{group}</extra>"
            mark = {"size": 4, "opacity": 0.55, "color": segment_colour(number) if coloured else ACCENT}
            named = {"name": group, "legendgroup": group, "showlegend": coloured and (down, across) == (0, 1)}
            place = {"xaxis": f"x{axis}", "yaxis": f"y{axis}", "mode": "markers", "marker": mark}
            points = {"x": s.values[inside, down], "y": s.values[inside, across]}
            figure.add_scatter(**points, **place, **named, hovertemplate=hover)
        _place(figure, s, down, across)
    return figure.update_layout(legend={"itemsizing": "constant"}, margin={"t": 40})


def _place(figure: go.Figure, sample: LineSample, down: int, across: int) -> None:
    """Axes of one panel: columns of the matrix share their number below, rows to the left."""

    def axis(column: int, *, named: bool) -> dict[str, Any]:
        low, high = np.nanquantile(sample.values[:, column], [0.0, 0.99])  # the rest is there for whoever zooms out
        room = (high - low) * 0.05 or 1.0
        view = {"range": [float(low - room), float(high + room)], "nticks": 5, "tickformat": "~s"}
        return {**view, "title": {"text": sample.labels[column] if named else ""}, "showticklabels": named}

    n, gap = len(sample.columns) - 1, 0.035
    number, left, bottom = across + down * n, down / n, 1 - across / n
    below = {"domain": [left + gap, left + 1 / n - 0.005], "anchor": f"y{number}", "showgrid": True}
    beside = {"domain": [bottom + gap, bottom + 1 / n - 0.01], "anchor": f"x{number}"}
    axes = {"x": axis(down, named=across == n) | below, "y": axis(across, named=down == 0) | beside}
    figure.update_layout({f"{side}axis{number}": look for side, look in axes.items()})


def missing_figure(missing: Missing) -> go.Figure:
    """Share of cells without a value in each column that has any, over all read lines."""
    some = np.flatnonzero(missing.empty)
    full = len(missing.columns) - len(some)
    labels, shares = [missing.labels[i] for i in some], missing.empty_share[some]
    figure = new_figure(
        f"{labels[0]} is empty or unreadable on {words.share(shares[0])} of lines",
        subtitle=f"Of {words.count(missing.n_lines)} lines read; {full} other columns have a value on each. "
        "Columns about persons, such as addresses, were not read for this",
        alt=f"Empty or unreadable cells: {each_share(labels, shares)}",
        height=120 + 34 * len(some),
    )
    figure.add_bar(x=np.ones(len(some)), y=labels, orientation="h", marker_color=PALE, hoverinfo="skip")
    hover = "<b>%{y}</b><br>%{customdata:,} cells (%{x:.1%})<extra></extra>"
    about = {"customdata": missing.empty[some], "hovertemplate": hover}
    figure.add_bar(x=shares, y=labels, orientation="h", marker_color=ACCENT, **about)
    for label, share in zip(labels, shares, strict=True):
        add_note(figure, words.share(share), 1, label, xanchor="left", xshift=8)
    return figure.update_layout(
        showlegend=False,
        barmode="overlay",
        margin={"r": 64},
        xaxis={"visible": False, "range": [0, 1]},
        yaxis=NAMES_DOWN,
        bargap=0.4,
    )
