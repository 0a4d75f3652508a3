"""Figures of the choice of k and of stability: the elbow, the validity indices, and whether segments come out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from plotly.subplots import make_subplots

from marketfold import words
from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    INK,
    MUTED,
    ON_DARK_FILL,
    PALE,
    SEQUENTIAL,
    SOFT,
    add_note,
    add_threshold,
    dotted,
    new_figure,
    segment_colour,
    segment_symbol,
    share_axis,
    wrapped,
)
from marketfold.thresholds import HIGHLY_STABLE, STABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from marketfold.clustering import AcrossSolutions, KChoice, Stability, ValidityIndex

AGAIN = {True: "comes out again", False: "does not"}
INDEX_WORDS = {
    "silhouette": "Silhouette \N{UPWARDS ARROW}",
    "calinski_harabasz": "Calinski-Harabasz \N{UPWARDS ARROW}",
    "davies_bouldin": "Davies-Bouldin \N{DOWNWARDS ARROW}",
    "gap": "Gap statistic \N{UPWARDS ARROW}",
    "stability": "Bootstrap stability \N{UPWARDS ARROW}",
}
SHUFFLED, CLOUD = "column-shuffled data", "one cloud with the same correlations"
DASHED = {"color": SOFT, "width": 2, "dash": "dash"}
THINNEST_FLOW = 0.01
LEAST_JACCARD = 0.5
"""Where the axis begins at the latest: below it segments have nothing in common with their match."""
ONE_ORIGIN = "from one<br>segment"
JUST_BELOW = 0.005
"""Below this share a WCSS is written as no lower."""
LABEL_WIDTH = 20
"""Letters in a line of an axis label with a segment's name."""


def _band(
    figure: go.Figure, k: Sequence[int], low: Sequence[float], high: Sequence[float], name: str, **place: object
) -> None:
    """A filled range without an outline."""
    figure.add_scatter(
        x=[*k, *reversed(k)], y=[*high, *reversed(low)], fill="toself", fillcolor=PALE, line={"width": 0}, mode="lines",
        name=name, hoverinfo="skip", **place,
    )  # fmt: skip


def _taken(figure: go.Figure, k: int, **place: object) -> None:
    figure.add_vline(x=k, line=dotted(HIGHLIGHT, 1.5), **place)


def _elbow_words(choice: KChoice, taken: int, why: str) -> str:
    """What was taken and why, and where the elbow is."""
    knee = choice.curve.knee.k
    title = f"{taken} segments were taken{f', {why}' if why else ''}"
    if knee is None:
        return f"{title}; the curve has no elbow"
    same = sum(curve.knee.k == knee for curve in choice.shuffled)
    tail = f", as in {same} of {len(choice.shuffled)} shuffled copies" if same else ""
    return f"{title}; the elbow is at {knee}{' too' if knee == taken else ''}{tail}"


def _ring(figure: go.Figure, k: int, value: float, name: str, size: int, **place: object) -> None:
    mark = {"size": size, "symbol": "circle-open", "color": HIGHLIGHT, "line": {"width": 3}}
    figure.add_scatter(x=[k], y=[value], mode="markers", marker=mark, name=name, hoverinfo="skip", **place)


def _k_axis(figure: go.Figure) -> go.Figure:
    return figure.update_xaxes(title={"text": "number of segments k"}, dtick=1)


def elbow_figure(choice: KChoice, taken: int | None = None, why: str = "") -> go.Figure:
    """WCSS for each k with its knee, beside the same curve of column-shuffled data: what they share is no evidence.

    `taken` is the number of segments that were made, the advised one where none is given; `why` ends the title's first
    half.
    """
    curve, taken = choice.curve, taken or choice.k
    title = _elbow_words(choice, taken, why)
    total = curve.wcss[0] or 1.0
    shares = [value / total for value in curve.wcss]
    figure = new_figure(
        title,
        subtitle="Within-cluster sum of squares (WCSS) as a share of that at k = 1, by number of segments k",
        alt=f"{title}. WCSS falls from 100 % at k = 1 to {words.share(shares[-1])} at k = {curve.k[-1]}.",
        height=430,
    )
    if choice.shuffled:
        table = np.array([one.wcss for one in choice.shuffled]) / total
        _band(figure, curve.k, table.min(axis=0).tolist(), table.max(axis=0).tolist(), SHUFFLED)
        figure.add_scatter(
            x=curve.k, y=table.mean(axis=0), mode="lines", line=DASHED,
            name=f"{SHUFFLED}, mean", hovertemplate="k = %{x}: shuffled %{y:.1%}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=curve.k, y=shares, mode="lines+markers", line={"color": ACCENT, "width": 3}, marker={"size": 7},
        name="the data", customdata=curve.wcss,
        hovertemplate="k = %{x}: %{y:.1%}<br>WCSS %{customdata:,.1f}<extra></extra>",
    )  # fmt: skip
    if (knee := curve.knee).k is not None:
        share = shares[curve.k.index(knee.k)]
        _ring(figure, knee.k, share, "elbow", 16, showlegend=False)
        beside = {"xanchor": "left", "yanchor": "bottom", "xshift": 12, "yshift": 4}
        add_note(figure, f"elbow (in {words.share(knee.agreement)} of tries)", knee.k, share, **beside)
    if taken in curve.k:
        _taken(figure, taken)
        add_note(figure, f"taken: k = {taken}", taken, xanchor="left", xshift=5)
    room = [curve.k[0] - 0.5, curve.k[-1] + 0.5]  # or the words at the elbow would push the axis out on a phone
    return _k_axis(figure).update_xaxes(range=room).update_yaxes(share_axis(1), rangemode="tozero")


def _draw_index(figure: go.Figure, index: ValidityIndex, taken: int, row: int, col: int) -> None:
    place = {"row": row, "col": col, "showlegend": row == col == 1}
    if index.low:
        _band(figure, index.k, index.low, index.high, SHUFFLED, **place)
    if index.cloud_low:
        middle = (np.array(index.cloud_low) + np.array(index.cloud_high)) / 2
        figure.add_scatter(
            x=index.k, y=middle, mode="lines", line=DASHED,
            name=CLOUD, hovertemplate="k = %{x}: cloud %{y:.3g}<extra></extra>", **place,
        )  # fmt: skip
    error = {"type": "data", "array": index.error, "thickness": 1, "width": 0} if index.error else None
    figure.add_scatter(
        x=index.k, y=index.values, mode="lines+markers", line={"color": ACCENT, "width": 2.5}, marker={"size": 5},
        error_y=error, name="the data", hovertemplate="k = %{x}: %{y:.3g}<extra></extra>", **place,
    )  # fmt: skip
    if index.prefers in index.k:
        _ring(figure, index.prefers, index.at(index.prefers), "prefers this k", 14, **place)
    if taken in index.k:
        _taken(figure, taken, row=row, col=col)


def indices_figure(choice: KChoice, taken: int | None = None) -> go.Figure:
    """Each index at each k beside its band on shuffled data, small multiples; a ring marks the k that it prefers.

    `taken` is the number of segments that were made, the advised one where none is given.
    """
    indices, taken = list(choice.indices.values()), taken or choice.k
    agree = sum(index.prefers == taken for index in indices)
    counted = f"{words.number_word(agree).capitalize()} of {words.number_word(len(indices))} indices"
    title = f"{counted} {'prefers' if agree == 1 else 'prefer'} k = {taken}"
    votes = "; ".join(f"{index.label} " + (f"k = {index.prefers}" if index.prefers else "none") for index in indices)
    frame = new_figure(
        title,
        subtitle="Each index by number of segments; arrow: which way is better, ring: preferred, dotted line: taken",
        alt=f"{title}. They prefer: {votes}.",
        height=620,
    )
    figure = make_subplots(
        rows=2, cols=3, subplot_titles=[INDEX_WORDS[index.name] for index in indices], vertical_spacing=0.16,
        horizontal_spacing=0.07, figure=frame,
    )  # fmt: skip
    for place, index in enumerate(indices):
        _draw_index(figure, index, taken, place // 3 + 1, place % 3 + 1)
    figure.update_annotations(font={"size": 13, "color": INK})
    return figure.update_layout(legend={"y": -0.06, "yanchor": "top"})


def _gap_words(choice: KChoice, taken: int) -> str:
    """How far below one cloud the WCSS lies where the segments were made, and where it lies furthest below."""
    gap = choice.gaps["cloud"]

    def lower(k: int) -> str:
        share = 1 - float(np.exp(-gap.values[gap.k.index(k)]))
        return f"{words.share(share)} below" if share >= JUST_BELOW else "not below"

    title = f"At k = {taken} the WCSS is {lower(taken)} that of one cloud"
    shows = choice.answer in {"groups", "weak"} and choice.shows_at != taken
    return f"{title}, and at k = {choice.shows_at} {lower(choice.shows_at)}" if shows else title


def gap_figure(choice: KChoice, taken: int | None = None) -> go.Figure:
    """How far the WCSS, as a share of that at k = 1, lies below that of three kinds of data without groups.

    Groups lie clearly below all three.

    `taken` is the number of segments that were made, the advised one where none is given, or it was not tried.
    """
    taken = taken if taken in choice.curve.k else choice.k
    kinds = {"shuffled": SHUFFLED, "cloud": CLOUD, "box": "a uniform box"}
    colours = {"shuffled": SOFT, "cloud": ACCENT, "box": segment_colour(3)}
    title = _gap_words(choice, taken)
    lines = []
    figure = new_figure(
        title,
        subtitle="How much lower the WCSS, as a share of that at k = 1, is than that of data without groups; "
        "bars: two standard errors",
        height=430,
    )
    reach = [0.0]
    for name, gap in choice.gaps.items():
        lower, spread = 1 - np.exp(-gap.values), 2 * np.exp(-gap.values) * gap.errors
        share = lower[gap.k.index(taken)]
        reach += [*(lower - spread), *(lower + spread)]
        lines.append(f"{words.share(share) if share >= JUST_BELOW else 'not'} lower than {kinds[name]}")
        figure.add_scatter(
            x=gap.k, y=lower, mode="lines+markers", name=f"than {kinds[name]}", marker={"size": 6},
            line={"color": colours[name], "width": 2.5, "dash": {"shuffled": "dash"}.get(name, "solid")},
            error_y={"type": "data", "array": spread, "thickness": 1, "width": 0},
            hovertemplate=f"k = %{{x}}: %{{y:.1%}} lower than {kinds[name]}<extra></extra>",
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": MUTED, "width": 1})
    _taken(figure, taken)
    figure.update_layout(meta={"alt": f"{title}. At k = {taken} the WCSS is " + ", ".join(lines) + "."})
    return _k_axis(figure).update_yaxes(share_axis(max(reach), min(reach)))


def stability_figure(stability: Stability, names: Sequence[str] = ()) -> go.Figure:
    """How surely each segment comes out again: Jaccard of its best match over the resamples, beside the thresholds.

    The names are in the order of the segments; where none are given, numbers stand alone.
    """
    segments = stability.segments
    numbers = [one.number for one in segments]
    labels = [f"{number} {name}" for number, name in zip(numbers, names, strict=True)] if names else []
    labels = labels or [f"Segment {number}" for number in numbers]
    again = sum(one.jaccard >= STABLE for one in segments)
    title = f"{again} of {len(segments)} segments come out again in resamples of all"
    each = [
        f"{label} {one.jaccard:.2f}, {AGAIN[one.jaccard >= STABLE]}"
        for label, one in zip(labels, segments, strict=True)
    ]
    figure = new_figure(
        title,
        subtitle=f"Jaccard with the best match in {2 * stability.n_pairs} resamples: mean (mark), middle 90 % (bar); "
        f"adjusted Rand of the whole {stability.ari:.2f}",
        alt=f"{title}. Mean Jaccard: {'; '.join(each)}. Adjusted Rand of the whole {stability.ari:.2f}.",
        height=230 + 44 * len(segments),
        label_width=LABEL_WIDTH,
    )
    low, high = np.quantile(stability.jaccards, [0.05, 0.95], axis=0)
    for place, (label, one) in enumerate(zip(labels, segments, strict=True)):
        row = wrapped(label, LABEL_WIDTH)
        figure.add_scatter(
            x=[low[place], high[place]], y=[row, row], mode="lines", line={"color": PALE, "width": 12},
            hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=[one.jaccard], y=[row], mode="markers", cliponaxis=False,
            marker={"size": 13, "color": segment_colour(one.number), "symbol": segment_symbol(one.number)},
            hovertemplate=f"{label}<br>Jaccard %{{x:.3f}}<br>SLSw {one.slsw:.3f}<extra></extra>",
        )  # fmt: skip
        add_note(figure, f"{one.jaccard:.2f}", 1.02, row, xref="paper", xanchor="left")
    # The middle one stands above the others, which would lie on it.
    add_threshold(figure, STABLE, f"comes out again {STABLE:g}<br> ", xanchor="center")
    add_threshold(figure, HIGHLY_STABLE, f"surely {HIGHLY_STABLE:g}", xanchor="left")
    return figure.update_layout(
        showlegend=False,
        xaxis={"range": [min(LEAST_JACCARD, float(low.min()) - 0.05), 1.01], "title": {"text": "Jaccard"}},
        yaxis={"autorange": "reversed", "showgrid": False},
        margin={"r": 88, "t": 130},
    )


def _node_heights(n_segments: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.linspace(1.0, 0.0, n_segments) if n_segments > 1 else np.array([0.5])


def _flow_lines(across: AcrossSolutions) -> dict[int, tuple[list[float | None], list[float | None]]]:
    """Line pieces by width in pixels, so that a handful of traces draws them all."""
    lines: dict[int, tuple[list[float | None], list[float | None]]] = {}
    for place, flow in enumerate(across.flows):
        left, right = _node_heights(flow.shape[0]), _node_heights(flow.shape[1])
        for one, other in zip(*np.nonzero(flow > THINNEST_FLOW), strict=True):
            x, y = lines.setdefault(max(1, round(40 * float(flow[one, other]))), ([], []))
            x += [across.k[place], across.k[place + 1], None]
            y += [float(left[one]), float(right[other]), None]
    return lines


def slsa_figure(across: AcrossSolutions) -> go.Figure:
    """How segments split and merge as k grows (after Dolnicar and Leisch 2017): dark segments come from one alone."""
    steady = [min(values) for values in across.slsa]
    worst = int(np.argmin(steady)) if steady else 0
    title = "How segments split and merge as k grows"
    least = f" The least stable is in the solution of {across.k[worst + 1]}, {steady[worst]:.2f}." if steady else ""
    figure = new_figure(
        title,
        subtitle="Column: a solution; lines are as wide as the share of units; dark: all from one segment before",
        alt=f"{title}, from k = {across.k[0]} to k = {across.k[-1]}. Stability across solutions is 1 where a segment's "
        f"units all come from one segment before.{least}",
        height=520,
    )
    for width, (x, y) in sorted(_flow_lines(across).items()):
        figure.add_scatter(
            x=x, y=y, mode="lines", line={"width": width, "color": SOFT}, opacity=0.45, hoverinfo="skip",
            showlegend=False,
        )  # fmt: skip
    for place, k in enumerate(across.k):
        values = across.slsa[place - 1] if place else None
        figure.add_scatter(
            x=[k] * k, y=_node_heights(k), mode="markers+text", showlegend=False,
            text=[str(segment + 1) for segment in across.orders[place]], textfont={"color": ON_DARK_FILL, "size": 11},
            marker={
                "size": 24, "color": values or [1.0] * k, "cmin": 0, "cmax": 1,
                "colorscale": [[0, SEQUENTIAL[2]], [1, SEQUENTIAL[4]]],
                "colorbar": {"title": {"text": ONE_ORIGIN}, "len": 0.6}, "showscale": place == 1,
            },
            customdata=values or [None] * k,
            hovertemplate=f"k = {k}, segment %{{text}}<br>from one before: %{{customdata:.2f}} (SLSa)<extra></extra>",
        )  # fmt: skip
    return _k_axis(figure).update_yaxes(visible=False, range=[-0.08, 1.08])
