"""Figures of the columns among themselves: correlations, single lines, empty cells."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold import words
from marketfold.figures.theme import ACCENT, INK, NAMES_DOWN, PALE, add_cells, add_note, new_figure, segment_colour

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from marketfold.exploration import Correlations, Dependence, LineSample, Missing
    from marketfold.schema import Float64

MOST_COLOURS = 6


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
        subtitle=f"Pearson's r over {words.count(c.n_lines)} lines; 1 and -1 are straight lines, 0 is none",
        alt="Correlations: "
        + "; ".join(f"{c.labels[a]} with {c.labels[b]} {c.values[a, b]:.2f}" for a, b in combinations(range(n), 2)),
        height=150 + 60 * (n - 1),
    )
    about = {"texttemplate": "%{z:.2f}", "hovertemplate": "%{y} with %{x}: r = %{z:.3f}<extra></extra>"}
    add_cells(figure, lower, c.labels[:-1], c.labels[1:], **about)
    return figure.update_layout(
        coloraxis={"cmin": -1, "cmax": 1, "cmid": 0, "showscale": False},
        xaxis={"tickfont": {"color": INK}, "type": "category"},
        yaxis=NAMES_DOWN,
    )


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
    add_cells(figure, other * 100, d.labels, d.labels, **about)
    return figure.update_layout(
        coloraxis={"cmin": -100, "cmax": 100, "cmid": 0, "showscale": False},
        xaxis={"side": "top", "tickfont": {"color": INK}, "type": "category", "showgrid": False, "tickangle": -35},
        yaxis=NAMES_DOWN,
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
    which = _which_lines(size, s.n_lines)
    figure = new_figure(
        "Each number against each other",
        subtitle=which + (f", coloured by {s.group_label}" if coloured else ""),
        alt=f"Scatter matrix of {', '.join(s.labels)}: {which}.",
        height=max(340, 110 + 170 * (n - 1)),
    )
    parts = [(group, names == group) for group in groups] if coloured else [("", np.ones(size, dtype=bool))]
    for down, across in combinations(range(n), 2):
        axis = across - 1 + down * (n - 1)
        for number, (group, inside) in enumerate(parts, start=1):
            hover = f"{s.labels[down]} %{{x:,}}<br>{s.labels[across]} %{{y:,}}<extra>{group}</extra>"
            mark = {"size": 4, "opacity": 0.55, "color": segment_colour(number) if coloured else ACCENT}
            named = {"name": group, "legendgroup": group, "showlegend": coloured and (down, across) == (0, 1)}
            place = {"xaxis": f"x{axis + 1}", "yaxis": f"y{axis + 1}", "mode": "markers", "marker": mark}
            points = {"x": s.values[inside, down], "y": s.values[inside, across]}
            figure.add_scatter(**points, **place, **named, hovertemplate=hover)
        _place(figure, s, down, across)
    return figure.update_layout(legend={"itemsizing": "constant"}, margin={"t": 40})


def _place(figure: go.Figure, sample: LineSample, down: int, across: int) -> None:
    """Axes of one panel: columns of the matrix share their number below, rows to the left."""

    def axis(column: int, *, named: bool) -> dict[str, Any]:
        title = {"text": sample.labels[column] if named else ""}
        view = {"range": _in_view(sample.values[:, column]), "nticks": 5, "tickformat": "~s"}
        return {**view, "title": title, "showticklabels": named}

    n = len(sample.columns) - 1
    number = across - 1 + down * n + 1
    width, left = 1 / n, down / n
    bottom = 1 - across / n
    gap = 0.035
    figure.update_layout(
        {
            f"xaxis{number}": {
                **axis(down, named=across == n),
                "domain": [left + gap, left + width - 0.005],
                "anchor": f"y{number}",
                "showgrid": True,
            },
            f"yaxis{number}": {
                **axis(across, named=down == 0),
                "domain": [bottom + gap, bottom + 1 / n - 0.01],
                "anchor": f"x{number}",
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
        f"{labels[0]} is empty on {words.share(float(shares[0]))} of lines",
        subtitle=f"Empty cells of {words.count(missing.n_lines)} lines read; {full} other columns have none",
        alt="Empty cells: "
        + "; ".join(f"{label} {words.share(float(share))}" for label, share in zip(labels, shares, strict=True)),
        height=120 + 34 * len(some),
    )
    figure.add_bar(x=np.ones(len(some)), y=labels, orientation="h", marker_color=PALE, hoverinfo="skip")
    hover = "<b>%{y}</b><br>%{customdata:,} empty cells (%{x:.1%})<extra></extra>"
    about = {"customdata": missing.empty[some], "hovertemplate": hover}
    figure.add_bar(x=shares, y=labels, orientation="h", marker_color=ACCENT, **about)
    for label, share in zip(labels, shares, strict=True):
        add_note(figure, words.share(float(share)), 1, label, xanchor="left", xshift=8)
    return figure.update_layout(
        showlegend=False,
        barmode="overlay",
        margin={"r": 64},
        xaxis={"visible": False, "range": [0, 1]},
        yaxis=NAMES_DOWN,
        bargap=0.4,
    )
