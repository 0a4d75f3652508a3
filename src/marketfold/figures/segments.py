"""Figures of the segments: what they are, how their members spread, where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.figures.theme import (
    INK,
    NAMES_DOWN,
    ON_FILL,
    PALER,
    add_cells,
    log_axis,
    new_figure,
    segment_colour,
    segment_symbol,
    share_axis,
    wrapped,
)
from marketfold.segments import difference_text, most_telling
from marketfold.words import measured, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from marketfold.schema import Float64, Labels
    from marketfold.segments import SegmentProfile
    from marketfold.units import Feature, FeatureTable

TOP_FEATURES = 16

HEATMAP_LABEL, SPREAD_LABEL = 18, 30
"""Letters in a line of an axis label with a segment's name."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LOG_SPREAD = 30
"""From such a ratio of the farthest ends on, amounts are drawn on a logarithmic axis."""

MOST_NAMED = 3
LEAST_LOADING = 0.25
"""Features that weigh less in a direction do not name it."""
COUNTED = frozenset({"customers", "days", "different", "items", "lines", "orders", "products"})
"""First words of labels of what is counted."""

SYMBOLS_IN_SPACE = ("circle", "square", "diamond", "cross", "x", "circle-open", "square-open", "diamond-open")


def _name(profile: SegmentProfile) -> str:
    return f"{profile.number}. {profile.name}"


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
    apart = [
        [difference_text(one, table.unit, currency) for one in most_telling(profile.distinguishing, 3)]
        for profile in profiles
    ]
    heard = [f"{_name(p)}: {'; '.join(texts) or 'as everybody'}" for p, texts in zip(profiles, apart, strict=True)]
    rest = f" The {len(shown)} features that differ most of {len(known)}." if len(known) > len(shown) else ""
    figure = new_figure(
        "What sets the segments apart",
        subtitle=f"Medians; blue where a segment lies above the others, orange where below.{rest}",
        alt=f"Medians by segment. {'. '.join(heard)}.",
        height=150 + 34 * len(shown),
        label_width=HEATMAP_LABEL,
    )
    columns = [wrapped(_name(profile), HEATMAP_LABEL) for profile in profiles]
    rows = [wrapped(feature.label, 40) for feature in shown]
    hover = "<b>%{x}</b><br>%{y}: %{text}, everyone %{customdata}<br>Cliff's delta %{z:+.2f}<extra></extra>"
    about = {"text": words, "customdata": everyone, "texttemplate": "%{text}", "textfont": {"color": INK}}
    add_cells(figure, effects, columns, rows, PALER, hovertemplate=hover, **about)
    return figure.update_xaxes(side="top", tickfont={"color": INK}, type="category")


def feature_by_segment_figure(
    table: FeatureTable, labels: Labels, name: str, profiles: Sequence[SegmentProfile]
) -> go.Figure:
    """How one feature spreads within each segment: the middle half as a box, 5 to 95 % as whiskers.

    The medians are those of the profiles, which are of all units where the table is a sample.

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
    values = table.shown(name)
    medians = np.array([profile.medians.get(name, np.nan) for profile in profiles])
    q = np.full((len(profiles), len(QUANTILES)), np.nan)
    for s in range(len(profiles)):
        own = values[(labels == s) & np.isfinite(values)]
        if len(own) and (np.isfinite(medians[s]) or name not in profiles[s].medians):
            q[s] = np.quantile(own, QUANTILES)
    middle = np.where(np.isfinite(medians), medians, q[:, 2])
    q[:, 2] = np.clip(middle, q[:, 1], q[:, 3])  # of all, on a box of the sample
    axis = _axis_of(feature, q)
    scale = ", on a logarithmic axis" if axis["type"] == "log" else ""
    said = [measured(float(median), feature.measure) for median in middle]
    heard = "; ".join(f"{_name(profile)} {words}" for profile, words in zip(profiles, said, strict=True))
    figure = new_figure(
        feature.label[:1].upper() + feature.label[1:],
        subtitle=f"Median, middle half and 5 to 95 % of each segment{scale}",
        alt=f"{feature.label} by segment, medians: {heard}.",
        height=110 + 44 * len(profiles),
        label_width=SPREAD_LABEL,
    )
    for profile, (low, q1, median, q3, high), words in zip(profiles, q, said, strict=True):
        box = {"lowerfence": [low], "q1": [q1], "median": [median], "q3": [q3], "upperfence": [high]}
        named = {"name": words, "marker_color": segment_colour(profile.number), "showlegend": False}
        row = [wrapped(_name(profile), SPREAD_LABEL)]
        figure.add_box(y=row, orientation="h", hoverinfo="x", **box, **named)
    return figure.update_xaxes(axis, showgrid=True).update_yaxes(NAMES_DOWN)


def _axis_of(feature: Feature, values: Float64) -> dict[str, Any]:
    """The axis of a feature for the values to be drawn: logarithmic where the farthest amounts are far apart."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if feature.measure in {"share", "flag"}:
        return {"type": "linear", **share_axis(high, low)}
    if feature.measure in {"money", "count", "days"} and low > 0 and high / low > LOG_SPREAD:
        return {"tickformat": ",~r", **log_axis(low, high)}
    return {"tickformat": ",~r", "type": "linear"}


@dataclass(frozen=True)
class UnitMap:
    """Points to draw; no ids.

    Attributes
    ----------
    points : float64, shape (n_shown, 2 or 3)
    labels : int32, shape (n_shown,)
        0-based segment of each point.
    hover
        What is said of each point, shape (n_shown,).
    shares : float64, shape (n_features,)
        Share of the variance along each direction, 0 to 1.
    directions
        Each direction in words.
    caption
        What is drawn: everybody, or which sample.
    features
        Where there are two alone, the points are these, in the user's units, and not turned.
    """

    points: Float64
    labels: Labels
    hover: tuple[str, ...]
    shares: Float64
    directions: tuple[str, ...]
    caption: str
    features: tuple[Feature, ...] = ()


def direction_words(component: Float64, labels: Sequence[str]) -> str:
    """A direction by the features that weigh most in it; the weights, shape (n_features,), are of length 1.

    Examples
    --------
    >>> direction_words(np.array([0.8, -0.6, 0.1]), ["revenue", "days since the last order", "returns"])
    'more revenue, fewer days since the last order'
    """
    heaviest = np.argsort(-np.abs(component), kind="stable")[:MOST_NAMED]
    named = [i for i in heaviest if abs(component[i]) >= LEAST_LOADING] or [heaviest[0]]
    # What is counted becomes fewer, what is measured becomes less.
    less = ["fewer" if label.split(" ", maxsplit=1)[0] in COUNTED else "less" for label in labels]
    return ", ".join(f"{'more' if component[i] > 0 else less[i]} {labels[i]}" for i in named)


def _axis_title(units: UnitMap, place: int) -> str:
    if units.features:
        return units.features[place].label
    return f"Direction {place + 1} ({share(units.shares[place])})"


def _alt(units: UnitMap, profiles: Sequence[SegmentProfile], n_dimensions: int) -> str:
    middles = []
    for place, profile in enumerate(profiles):
        own = units.points[units.labels == place]
        if len(own):
            middle = ", ".join(f"{value:.1f}" for value in own[:, :n_dimensions].mean(axis=0))
            middles.append(f"{profile.number} {profile.name} around {middle}")
    return f"Map in {n_dimensions} directions. Centres: {'; '.join(middles)}."


def _points(units: UnitMap, place: int, profile: SegmentProfile, axes: str, mark: dict[str, Any]) -> dict[str, Any]:
    """The trace of one segment."""
    own = np.flatnonzero(units.labels == place)
    return {
        **dict(zip(axes, units.points[own].round(3).T, strict=False)),
        "mode": "markers",
        "marker": {**mark, "color": segment_colour(profile.number)},
        "name": _name(profile),
        "text": [units.hover[row] for row in own],
        "hovertemplate": "%{text}<extra></extra>",
    }


def map_2d_figure(units: UnitMap, profiles: Sequence[SegmentProfile]) -> go.Figure:
    """Units in the two directions in which they differ most; the numbers stand at the middle of each segment.

    Two features are drawn as they are. The profiles are in the order of the labels.
    """
    title, subtitle = _flat_words(units)
    figure = new_figure(title, subtitle=subtitle, alt=_alt(units, profiles, 2), height=560)
    for place, profile in enumerate(profiles):
        mark = {"size": 7, "opacity": 0.72, "symbol": segment_symbol(profile.number)}
        figure.add_scatter(**_points(units, place, profile, "xy", mark), legendgroup=str(profile.number))
    for place, profile in enumerate(profiles):
        own = units.points[units.labels == place]
        if len(own):
            x, y = np.median(own[:, :2], axis=0).round(3)
            figure.add_scatter(
                x=[x], y=[y], mode="markers+text", text=[f"<b>{profile.number}</b>"],
                textfont={"size": 15, "color": INK},
                marker={"size": 26, "color": ON_FILL, "line": {"color": segment_colour(profile.number), "width": 2}},
                legendgroup=str(profile.number), showlegend=False, hoverinfo="skip",
            )  # fmt: skip
    axes = [_axis_of(one, units.points[:, place]) for place, one in enumerate(units.features)]
    x_axis, y_axis = axes or [{"showticklabels": False}] * 2
    return figure.update_layout(
        xaxis={"title": {"text": _axis_title(units, 0)}, "showgrid": True, **x_axis},
        yaxis={"title": {"text": _axis_title(units, 1)}, **y_axis},
        legend={"itemsizing": "constant"},
    )


def _flat_words(units: UnitMap) -> tuple[str, str]:
    if not units.features:
        title = f"A flat map shows {share(units.shares[:2].sum())} of the differences"
        directions = f"To the right: {units.directions[0]}. Upwards: {units.directions[1]}."
        return title, f"{units.caption} {directions}"
    across, up = (one.label for one in units.features)
    title = f"The segments by {across} and {up}"
    return title, f"{units.caption} These two features made the segments; nothing is hidden."


def map_3d_figure(units: UnitMap, profiles: Sequence[SegmentProfile]) -> go.Figure:
    """Units in the three directions in which they differ most, to be turned by hand; profiles as in `map_2d_figure`."""
    figure = new_figure(
        f"In space, {share(units.shares[:3].sum())} of the differences show",
        subtitle=units.caption,
        alt=_alt(units, profiles, 3),
        height=620,
    )
    for place, profile in enumerate(profiles):
        symbol = SYMBOLS_IN_SPACE[(profile.number - 1) % len(SYMBOLS_IN_SPACE)]
        mark = {"size": 3.6, "opacity": 0.85, "symbol": symbol}
        figure.add_scatter3d(**_points(units, place, profile, "xyz", mark))
    plain = {"showticklabels": False, "showspikes": False}
    axes = {f"{axis}axis": {**plain, "title": {"text": _axis_title(units, place)}} for place, axis in enumerate("xyz")}
    return figure.update_layout(
        scene={**axes, "camera": {"eye": {"x": 1.4, "y": 1.4, "z": 0.8}}, "aspectmode": "cube"},
        legend={"itemsizing": "constant"},
        margin={"l": 0, "r": 0, "b": 16},
    )
