"""Figures of two runs side by side: who moved, and what has shifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    INK,
    MUTED,
    PALE,
    SOFT,
    add_named_bars,
    add_threshold,
    new_figure,
    segment_colour,
    segment_tint,
    wrapped,
)
from marketfold.segments import MUCH_DRIFT, SOME_DRIFT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

    from marketfold.segments import Drift, Movement
    from marketfold.units import Feature

DRIFT_COLOURS = {"steady": SOFT, "some drift": ACCENT, "much drift": HIGHLIGHT}
TOP_FEATURES = 16
NODE_LABEL = 17
"""Letters in a line beside a node: two of them fit side by side on a phone."""
MOST_HEARD = 5


def movement_sankey_figure(movement: Movement) -> go.Figure:
    """Who was where and is where now, in the colour of where they were; pale bands stayed; new and gone units too."""
    m, flows = movement, _flows(movement)
    before = [f"{number}. {name}" for number, name in zip(m.earlier_numbers, m.earlier_names, strict=True)]
    after = [f"{number}. {name}" for number, name in zip(m.later_numbers, m.later_names, strict=True)]
    labels = [*before, "New", *after, "Gone"]
    colours = [*map(segment_colour, m.earlier_numbers), MUTED, *map(segment_colour, m.later_numbers), MUTED]
    moved = sorted((flow for flow in flows if flow[3] != PALE), key=lambda flow: -flow[2])
    heard = "; ".join(
        f"{words.count(n)} from {labels[source]} to {labels[target]}" for source, target, n, _ in moved[:MOST_HEARD]
    )
    stayed = words.share(m.stayed_share)
    figure = new_figure(
        f"{stayed} of those in both runs stayed in their segment",
        subtitle="Then on the left, now on the right; a band in a segment's colour left it, a pale one stayed",
        alt=f"{stayed} of {words.count(m.shared)} stayed. Largest moves: {heard or 'none'}.",
        height=180 + 70 * max(len(before), len(after)),
    )
    names = [wrapped(label, NODE_LABEL) for label in labels]
    nodes = {"pad": 26, "thickness": 14, "line": {"width": 0}, "label": names, "color": colours}
    links = {name: [flow[i] for flow in flows] for i, name in enumerate(("source", "target", "value", "color"))}
    hover = "%{source.label} to %{target.label}: %{value:,}<extra></extra>"
    return figure.add_sankey(
        arrangement="snap",
        textfont={"color": INK, "shadow": "none", "size": 12},
        node={**nodes, "hovertemplate": "%{label}: %{value:,}<extra></extra>"},
        link={**links, "hovertemplate": hover},
    )


def _flows(movement: Movement) -> list[tuple[int, int, int, str]]:
    """Source node, target node, units and colour of each band; empty ones are left out."""
    n_earlier, n_later = movement.moves.shape
    new, first, gone = n_earlier, n_earlier + 1, n_earlier + 1 + n_later
    flows = []
    for (i, j), n in np.ndenumerate(movement.moves):
        then = movement.earlier_numbers[i]
        flows.append((i, first + j, int(n), PALE if then == movement.later_numbers[j] else segment_tint(then)))
    flows += [(new, first + j, int(movement.new[j]), SOFT) for j in range(n_later)]
    flows += [(i, gone, int(movement.lost[i]), segment_tint(movement.earlier_numbers[i])) for i in range(n_earlier)]
    return [flow for flow in flows if flow[2]]


def drift_figure(movement: Movement, features: Mapping[str, Feature], n_features: int = TOP_FEATURES) -> go.Figure:
    """How far each feature has shifted that does not shift by time alone, against the usual thresholds.

    The features by their names say what they are called; there are at most `n_features` bars, the largest.
    """
    judged = [drift for drift in movement.drift if drift.level != "ages"]
    shown = judged[:n_features]
    labels = [features[drift.feature].label for drift in shown]
    much = sum(drift.level == "much drift" for drift in shown)
    title = f"Much has shifted in {much} of {words.plural(len(judged), 'feature')}"
    heard = "; ".join(f"{label} {words.decimal(d.index)} ({d.level})" for label, d in zip(labels, shown, strict=True))
    figure = new_figure(
        title if much else "No feature has shifted much",
        subtitle="Population stability index over the deciles of the earlier run",
        alt=f"Population stability index by feature: {heard or 'none was kept'}.",
        height=130 + 30 * max(len(shown), 1),
    )
    rows = [wrapped(label, 40) for label in labels]
    hover = "<b>%{y}</b><br>%{customdata}<extra></extra>"
    about = {"customdata": [_hover(one, features[one.feature], movement) for one in shown], "hovertemplate": hover}
    look = {"marker_color": [DRIFT_COLOURS[drift.level] for drift in shown], "showlegend": False}
    indices = [drift.index for drift in shown]
    add_named_bars(figure, indices, rows, text=[words.decimal(index) for index in indices], **look, **about)
    most = max([MUCH_DRIFT, *indices])
    add_threshold(figure, SOME_DRIFT, "some", xanchor="right")
    add_threshold(figure, MUCH_DRIFT, "much", xanchor="left")
    return figure.update_layout(xaxis={"range": [0, most * 1.2], "showgrid": False, "visible": False}, bargap=0.35)


def _hover(drift: Drift, feature: Feature, movement: Movement) -> str:
    then, now = (
        words.measured(value, feature.measure, movement.currency)
        for value in (drift.earlier_median, drift.later_median)
    )
    return f"{drift.level}; median {then} then, {now} now; chance alone stays under {words.decimal(drift.by_chance)}"
