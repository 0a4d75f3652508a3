"""Figures of the reduction: what the components keep, what they mean, how the network learned, whether it paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold import words
from marketfold.errors import ParameterError
from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    MUTED,
    SOFT,
    add_cells,
    add_correlation_cells,
    add_named_bars,
    add_note,
    new_figure,
    segment_colour,
    segment_symbol,
    share_axis,
    wrapped,
)
from marketfold.reduction import short_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from marketfold.reduction import PCAReducer, Suitability
    from marketfold.schema import Float64, Unit
    from marketfold.selection import ReducerScore

MOST_COMPONENTS, MOST_FEATURES = 30, 24
LABEL_WIDTH = 34
"""Letters in a line of a feature's name: longer ones would leave no cells on a phone."""
MOST_DECADES = 2
"""Powers of ten on an axis beyond which 2 and 5 of each would crowd it."""
CORRELATED = {
    "correlated": "The features share much.",
    "weakly correlated": "What the features share adds little.",
    "independent": "The features share next to nothing.",
}
STRONG = 0.5
"""A feature that correlates so much with a component is named with it."""


def scree_figure(reducer: PCAReducer) -> go.Figure:
    """Variance along each component of a fitted PCA, the kept ones in colour, and their sum (Cattell 1966)."""
    shares = reducer.explained_shares_[:MOST_COMPONENTS]
    kept, together = reducer.n_dimensions_, shares.cumsum()
    reached = float(reducer.explained_shares_[:kept].sum())
    of = f"{words.plural(kept, 'component')} of {len(reducer.variances_)}"
    figure = new_figure(
        f"{of} keep {words.share(reached)} of the differences",
        subtitle="Share of the variance along each component, and what it adds up to; the kept ones in colour",
        alt=f"Scree: {of} keep {words.share(reached)} of the variance. The first holds "
        f"{words.share(float(shares[0]))}; shares: {', '.join(words.share(float(share)) for share in shares[:6])}.",
        height=380,
    )
    numbers = np.arange(1, len(shares) + 1)
    hover, colours = "Component %{x}: %{y:.1%} of the variance<extra></extra>", np.where(numbers <= kept, ACCENT, SOFT)
    figure.add_bar(x=numbers, y=shares, marker_color=colours.tolist(), hovertemplate=hover)
    line = {"mode": "lines+markers", "line": {"color": MUTED, "width": 1.5}, "marker": {"size": 5, "color": MUTED}}
    hover = "The first %{x} together: %{y:.1%}<extra></extra>"
    figure.add_scatter(x=numbers, y=together, hovertemplate=hover, **line)
    if kept <= len(shares):
        add_note(figure, words.share(reached), kept, together[kept - 1], yshift=14)
    return figure.update_layout(
        showlegend=False,
        xaxis={"title": {"text": "Component"}, "dtick": 1 if len(shares) <= 15 else 5},
        yaxis={**share_axis(1), "range": [0, 1.08]},
    )


def _named_by(loadings: Float64, labels: Sequence[str]) -> str:
    """The features that a component goes with, strongest first, three at most."""
    order = [int(i) for i in np.argsort(-np.abs(loadings), kind="stable") if abs(loadings[i]) >= STRONG][:3]
    if not order:
        return f"a little of many features, most of {labels[int(np.abs(loadings).argmax())]}"
    return words.listed([labels[i] if loadings[i] > 0 else f"less {labels[i]}" for i in order])


def loadings_figure(reducer: PCAReducer, labels: Sequence[str]) -> go.Figure:
    """Loadings: how strongly each feature goes with each kept component; labels in the order of the columns."""
    loadings = reducer.loadings_[:, :MOST_COMPONENTS]
    strongest = np.sort(np.argsort(-np.abs(loadings).max(axis=1), kind="stable")[:MOST_FEATURES])
    # Features of one component together, so that blocks show.
    grouped = sorted(strongest, key=lambda i: (int(np.abs(loadings[i]).argmax()), -float(np.abs(loadings[i]).max())))
    shown, left = loadings[grouped], len(labels) - len(grouped)
    leading = labels[int(np.abs(loadings[:, 0]).argmax())]
    figure = new_figure(
        f"Component 1 goes most with {leading}",
        subtitle="Loading of each feature: its correlation with the component"
        + (f"; the {len(grouped)} strongest of {len(labels)}" if left else ""),
        alt=f"Loadings of {len(grouped)} features on {words.plural(loadings.shape[1], 'component')}. "
        + " ".join(f"Component {i}: {_named_by(column, labels)}." for i, column in enumerate(loadings.T[:4], 1)),
        height=120 + 27 * len(grouped),
    )
    few = shown.shape[1] <= 12
    hover = "%{y} on component %{x}: %{z:.3f}<extra></extra>"
    components = (f"{number + 1}" for number in range(shown.shape[1]))
    rows = [wrapped(labels[i], LABEL_WIDTH) for i in grouped]
    if few:
        add_correlation_cells(figure, shown, components, rows, hovertemplate=hover)
    else:
        add_cells(figure, shown, components, rows, float(np.abs(shown).max()), hovertemplate=hover)
        figure.update_coloraxes(showscale=True)
    return figure.update_xaxes(title={"text": "Component"}, type="category", side="bottom")


def loss_figure(history: Mapping[str, Any], network: str = "") -> go.Figure:
    """Training and validation loss by epoch, with the epoch whose weights were kept.

    The history is that of an `AutoencoderReducer`, the network its shape in words.
    """
    loss, held_out = history["loss"], history["validation_loss"]
    best, epochs = int(history["best_epoch"]), np.arange(1, len(loss) + 1)
    kept = float(held_out[best - 1])
    figure = new_figure(
        f"The network learned until epoch {best} of {len(loss)}",
        subtitle="Mean squared error by epoch, logarithmic" + (f"; network {network}" if network else ""),
        alt=f"Loss over {len(loss)} epochs: training from {loss[0]:.3g} to {loss[-1]:.3g}, held-out units from "
        f"{held_out[0]:.3g} to {held_out[-1]:.3g}; the weights of epoch {best} were kept, held-out loss {kept:.3g}.",
        height=380,
    )
    lines = (("Training", loss, SOFT, "dot"), ("Held-out units", held_out, ACCENT, "solid"))
    for name, values, colour, dash in lines:
        line = {"color": colour, "width": 2, "dash": dash}
        about = {"name": name, "hovertemplate": f"{name}, epoch %{{x}}: %{{y:.4f}}<extra></extra>"}
        figure.add_scatter(x=epochs, y=values, mode="lines" if len(loss) > 1 else "markers", line=line, **about)
    named = f"Kept: {kept:.3g}"  # in the legend: beside its point it would lie on a curve
    about = {"name": named, "hovertemplate": "Weights kept: epoch %{x}, %{y:.4f}<extra></extra>"}
    mark = {"mode": "markers", "marker": {"size": 10, "color": HIGHLIGHT}, "cliponaxis": False}
    figure.add_scatter(x=[best], y=[kept], **mark, **about)
    seen = [value for value in (*loss, *held_out) if value > 0]
    crowded = bool(seen) and max(seen) / min(seen) > 10**MOST_DECADES
    return figure.update_layout(
        xaxis={"title": {"text": "Epoch"}, "tickformat": "d", "dtick": 1 if len(loss) <= 12 else None},
        yaxis={"type": "log", "tickformat": ".2~g", "dtick": 1 if crowded else "D2"},
    )


def reconstruction_figure(suitability: Suitability) -> go.Figure:
    """How much comes back of units not seen before, on the data and with its columns shuffled: of one trial or more."""
    trials = suitability.reconstructions
    first = trials[0]
    names = [short_label(trial.method) for trial in trials]
    data, shuffled = (words.share(max(0.0, share)) for share in (first.share, first.shuffled_share))
    dimensions = words.plural(first.n_dimensions, "dimension")
    each = [f"{short_label(t.method)} {words.share(t.share)} and {words.share(t.shuffled_share)}" for t in trials]
    figure = new_figure(
        f"{data} comes back; with nothing correlated, {shuffled}",
        subtitle=f"Share of the variance of held-out units that {dimensions} give back",
        alt=f"Share of the variance that {dimensions} give back, on the data and with each column shuffled: "
        f"{'; '.join(each)}. {CORRELATED[suitability.finding]}",
        height=150 + 80 * len(trials),
    )
    both = [trial.share for trial in trials], [trial.shuffled_share for trial in trials]
    for name, shares, colour in zip(("On the data", "Each column shuffled"), both, (ACCENT, SOFT), strict=True):
        hover = f"%{{y}}, {name.lower()}: %{{x:.1%}}<extra></extra>"
        about = {"text": [words.share(share) for share in shares], "hovertemplate": hover}
        add_named_bars(figure, shares, names, name=name, marker_color=colour, **about)
    lowest = min(0.0, *both[0], *both[1])
    return figure.update_layout(
        barmode="group",
        margin={"r": 56},
        xaxis={**share_axis(1), "range": [lowest, 1.2]},
    )


def way_figure(score: ReducerScore, unit: Unit) -> go.Figure:
    """Drawn units in the two directions in which the dimensions of one way differ most, coloured by its segments."""
    drawn, name = score.drawn, short_label(score.method)
    if drawn is None:
        message = f"{name} was not tried: there is no map of it."
        raise ParameterError(message)
    segments = np.unique(drawn.labels)
    units, dimensions = (
        words.plural(len(drawn.labels), words.unit_word(unit)),
        words.plural(score.n_dimensions, "dimension"),
    )
    figure = new_figure(
        f"{name[:1].upper()}{name[1:]}: segments in {dimensions}",
        subtitle=f"{units} drawn, in the two directions in which they differ most",
        alt=f"Map of {units} through {name}, {dimensions}. Units by segment: "
        + ", ".join(f"{place + 1}: {int((drawn.labels == place).sum())}" for place in segments.tolist())
        + ".",
        height=460,
    )
    for place in segments.tolist():
        own, number = drawn.points[drawn.labels == place].round(3), place + 1
        mark = {"size": 7, "opacity": 0.72, "color": segment_colour(number), "symbol": segment_symbol(number)}
        figure.add_scatter(
            x=own[:, 0], y=own[:, 1], mode="markers", marker=mark, name=f"Segment {number}", hoverinfo="name"
        )
    plain = {"showticklabels": False, "showgrid": True}
    return figure.update_layout(
        xaxis={"title": {"text": "Direction 1"}, **plain},
        yaxis={"title": {"text": "Direction 2"}, **plain},
        legend={"itemsizing": "constant"},
    )
