"""Figures of the segments: what they are, how large, how their members spread, and how they move between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    INK,
    MUTED,
    NAMES_DOWN,
    PALE,
    SOFT,
    add_cells,
    add_named_bars,
    dotted,
    new_figure,
    segment_colour,
    wrapped,
)
from marketfold.segments import MUCH_DRIFT, SOME_DRIFT, difference_text
from marketfold.words import measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from marketfold.schema import FeatureTable, Float64, Labels, Measure
    from marketfold.segments import Drift, Movement, SegmentProfile

TOP_FEATURES = 16
PALER = 1.8
"""End of the colour scale of effects, which end at 1: so the numbers can be read on every cell, in light and dark."""

HEATMAP_LABEL, SPREAD_LABEL = 18, 30
"""Letters in a line of an axis label with a segment's name."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LOG_SPREAD = 30
"""From such a ratio of the farthest ends on, amounts are drawn on a logarithmic axis."""


def _name(profile: SegmentProfile) -> str:
    return f"{profile.number}. {profile.name}"


def _percent(share: float) -> str:
    return measured(share, "share")


def profile_heatmap_figure(
    profiles: Sequence[SegmentProfile],
    table: FeatureTable,
    n_features: int = TOP_FEATURES,
    *,
    currency: str | None = None,
) -> go.Figure:
    """Medians of each segment in the user's units, coloured by how far they are from everybody else.

    The rows are the features that tell segments apart best, at most `n_features` of them.
    """
    known = [feature for feature in table.features if feature.name in profiles[0].medians]
    known.sort(key=lambda feature: -max(abs(profile.effects.get(feature.name, 0.0)) for profile in profiles))
    shown = known[:n_features]
    effects = np.array([[profile.effects.get(f.name, 0.0) for profile in profiles] for f in shown])
    words = [[measured(profile.medians[f.name], f.measure, currency) for profile in profiles] for f in shown]
    everyone = [[measured(profile.everyone[f.name], f.measure, currency) for profile in profiles] for f in shown]
    apart = [[difference_text(one, table.unit, currency) for one in profile.distinguishing[:3]] for profile in profiles]
    heard = [f"{_name(p)}: {'; '.join(texts) or 'as everybody'}" for p, texts in zip(profiles, apart, strict=True)]
    rest = f" The {len(shown)} features that differ most of {len(known)}." if len(known) > len(shown) else ""
    figure = new_figure(
        "What sets the segments apart",
        subtitle=f"Medians; blue where a segment lies above the others, orange where below.{rest}",
        alt=f"Medians by segment. {'. '.join(heard)}.",
        height=150 + 34 * len(shown),
        label_width=HEATMAP_LABEL,
    )
    add_cells(
        figure,
        effects,
        [wrapped(_name(profile), HEATMAP_LABEL) for profile in profiles],
        [wrapped(feature.label, 40) for feature in shown],
        text=words,
        customdata=everyone,
        texttemplate="%{text}",
        textfont={"color": INK},
        hovertemplate="<b>%{x}</b><br>%{y}: %{text}, everyone %{customdata}<br>Cliff's delta %{z:+.2f}<extra></extra>",
    )
    return figure.update_layout(
        coloraxis={"cmin": -PALER, "cmax": PALER, "cmid": 0, "showscale": False},
        xaxis={"side": "top", "tickfont": {"color": INK}, "type": "category"},
        yaxis=NAMES_DOWN,
    )


def _quantiles(values: Float64, labels: Labels, n_segments: int) -> Float64:
    """Quantiles of each segment, shape (n_segments, 5)."""
    return np.stack([np.quantile(values[labels == s], QUANTILES) for s in range(n_segments)])


def feature_by_segment_figure(
    table: FeatureTable, labels: Labels, name: str, profiles: Sequence[SegmentProfile]
) -> go.Figure:
    """How one feature spreads within each segment: the middle half as a box, 5 to 95 % as whiskers.

    Parameters
    ----------
    labels
        0-based segment of each unit, shape (n_units,).
    name
        Of a feature of the table.
    profiles
        In the order of the labels.
    """
    feature = table.features[table.names.index(name)]
    q = _quantiles(table.column(name), labels, len(profiles))
    log = feature.measure in {"money", "count", "days"} and q.min() > 0 and q.max() / q.min() > LOG_SPREAD
    said = [measured(float(median), feature.measure) for median in q[:, 2]]
    heard = "; ".join(f"{_name(profile)} {words}" for profile, words in zip(profiles, said, strict=True))
    figure = new_figure(
        feature.label[:1].upper() + feature.label[1:],
        subtitle="Median, middle half and 5 to 95 % of each segment" + (", on a logarithmic axis" if log else ""),
        alt=f"{feature.label} by segment, medians: {heard}.",
        height=110 + 44 * len(profiles),
        label_width=SPREAD_LABEL,
    )
    for profile, (low, q1, median, q3, high), words in zip(profiles, q, said, strict=True):
        box = {"lowerfence": [low], "q1": [q1], "median": [median], "q3": [q3], "upperfence": [high]}
        named = {"name": words, "marker_color": segment_colour(profile.number), "showlegend": False}
        row = [wrapped(_name(profile), SPREAD_LABEL)]
        figure.add_box(y=row, orientation="h", hoverinfo="x", **box, **named)
    axis = {"tickformat": ",.0%"} if feature.measure in {"share", "flag"} else {"tickformat": ",~r"}
    return figure.update_layout(
        xaxis={**axis, "type": "log" if log else "linear", "showgrid": True, **({"dtick": 1} if log else {})},
        yaxis=NAMES_DOWN,
    )


def movement_sankey_figure(movement: Movement) -> go.Figure:
    """Who was where and is where now: strong bands moved, pale ones stayed; new and gone units included."""
    n_earlier, n_later = movement.moves.shape
    before = [*zip(movement.earlier_numbers, movement.earlier_names, strict=True)]
    after = [*zip(movement.later_numbers, movement.later_names, strict=True)]
    flows = _flows(movement)
    labels = [f"{number}. {name}" for number, name in before] + ["New"]
    labels += [f"{number}. {name}" for number, name in after] + ["Gone"]
    colours = [segment_colour(number) for number, _ in before] + [MUTED]
    colours += [segment_colour(number) for number, _ in after] + [MUTED]
    top = sorted((flow for flow in flows if flow[3]), key=lambda flow: -flow[2])[:5]
    heard = "; ".join(f"{value:,} from {labels[source]} to {labels[target]}" for source, target, value, _ in top)
    figure = new_figure(
        f"{_percent(movement.stayed_share)} stayed in their segment",
        subtitle="The earlier run on the left, the later on the right; the stronger bands changed place",
        alt=f"{_percent(movement.stayed_share)} of {movement.shared:,} stayed. Largest moves: {heard or 'none'}.",
        height=180 + 60 * max(n_earlier, n_later),
    )
    nodes = {"pad": 18, "thickness": 14, "line": {"width": 0}}
    figure.add_sankey(
        arrangement="snap",
        textfont={"color": INK, "shadow": "none"},
        node={**nodes, "label": labels, "color": colours, "hovertemplate": "%{label}: %{value:,}<extra></extra>"},
        link={
            "source": [flow[0] for flow in flows],
            "target": [flow[1] for flow in flows],
            "value": [flow[2] for flow in flows],
            "color": [SOFT if flow[3] else PALE for flow in flows],
            "hovertemplate": "%{source.label} to %{target.label}: %{value:,}<extra></extra>",
        },
    )
    return figure


def _flows(movement: Movement) -> list[tuple[int, int, int, bool]]:
    """Source node, target node, units, and whether the segment changed; empty flows are left out."""
    n_earlier, n_later = movement.moves.shape
    new, first, gone = n_earlier, n_earlier + 1, n_earlier + 1 + n_later
    flows = [
        (i, first + j, int(movement.moves[i, j]), movement.earlier_numbers[i] != movement.later_numbers[j])
        for i in range(n_earlier)
        for j in range(n_later)
    ]
    flows += [(new, first + j, int(movement.new[j]), True) for j in range(n_later)]
    flows += [(i, gone, int(movement.lost[i]), True) for i in range(n_earlier)]
    return [flow for flow in flows if flow[2]]


_COLOUR = {"steady": SOFT, "some drift": ACCENT, "much drift": HIGHLIGHT}


def _drift_words(drift: Drift, table: FeatureTable) -> str:
    measures: dict[str, Measure] = {feature.name: feature.measure for feature in table.features}
    measure = measures.get(drift.feature, "ratio")
    return f"{measured(drift.earlier_median, measure)} then, {measured(drift.later_median, measure)} now"


def drift_figure(movement: Movement, table: FeatureTable, n_features: int = TOP_FEATURES) -> go.Figure:
    """How far each feature has shifted: its population stability index, against the usual thresholds.

    The table says how the features are called; there are at most `n_features` bars, the largest.
    """
    shown = movement.drift[:n_features]
    labels = {feature.name: feature.label for feature in table.features}
    much = [labels.get(drift.feature, drift.feature) for drift in shown if drift.level == "much drift"]
    title = (
        f"Much has shifted in {len(much)} of {len(movement.drift)} features" if much else "No feature has shifted much"
    )
    heard = "; ".join(f"{labels.get(d.feature, d.feature)} {d.index:.2f} ({d.level})" for d in shown)
    figure = new_figure(
        title,
        subtitle="Population stability index over the deciles of the earlier run; medians beside it",
        alt=f"Population stability index by feature: {heard or 'none was kept'}.",
        height=130 + 30 * max(len(shown), 1),
    )
    rows = [wrapped(labels.get(drift.feature, drift.feature), 40) for drift in shown]
    hover = "<b>%{y}</b><br>%{customdata[0]}; chance alone stays under %{customdata[1]:.2f}<extra></extra>"
    about = {"customdata": [[drift.level, drift.by_chance] for drift in shown], "hovertemplate": hover}
    look = {"marker_color": [_COLOUR[drift.level] for drift in shown], "showlegend": False}
    text = [f"{drift.index:.2f}" for drift in shown]
    add_named_bars(figure, [drift.index for drift in shown], rows, text=text, **look, **about)
    most = max([MUCH_DRIFT, *(drift.index for drift in shown)])
    beside = {"mode": "text", "textposition": "middle right", "textfont": {"color": MUTED}}
    told = [_drift_words(drift, table) for drift in shown]
    figure.add_scatter(x=[most * 1.15] * len(shown), y=rows, text=told, hoverinfo="skip", showlegend=False, **beside)
    for threshold, word in ((SOME_DRIFT, "some"), (MUCH_DRIFT, "much")):
        figure.add_vline(x=threshold, line=dotted(MUTED))
        figure.add_annotation(x=threshold, y=1, yref="paper", yanchor="bottom", text=word)
    return figure.update_layout(
        xaxis={"range": [0, most * 1.75], "showgrid": False, "visible": False}, yaxis=NAMES_DOWN, bargap=0.35
    )
