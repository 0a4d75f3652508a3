"""One look for all figures: quiet, with direct labels, in light and in dark.

A figure writes the colours of the light theme. `SWAP` says which colour of the dark theme stands for each of them, and
`LIGHT` and `DARK` are the two templates: a page changes both to change its mode. Backgrounds are transparent.

The segment colours were searched for: at least 3 to 1 against either page (WCAG 2.2, 1.4.11), and as far apart as
such colours can be in OKLab, to people with normal vision and to those with protanopia, deuteranopia or tritanopia
(simulated after Machado, Oliveira and Fernandes, 2009). A symbol goes with each, for those who print in grey.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.words import decimal, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import plotly.graph_objects as go

    from marketfold.schema import Float64

FONT = (
    "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', 'Liberation Sans', Arial, system-ui, sans-serif"
)
"""As `--sans` of the page's style sheet."""

SEGMENT_COLOURS = (
    "#2145c3", "#e96e17", "#1c94a9", "#8f0367", "#a85804", "#6562f1",
    "#b92863", "#789b6e", "#6f6494", "#1c3639", "#e35ecd", "#7b3f1c",
)  # fmt: skip
SEGMENT_COLOURS_DARK = (
    "#5c8bfe", "#f89743", "#70c6a7", "#ae66b3", "#f8d835", "#baadfe",
    "#d3755a", "#89eead", "#9b9599", "#0e7b7c", "#ddcdf3", "#a76817",
)  # fmt: skip
SYMBOLS = (
    "circle", "square", "diamond", "triangle-up", "cross", "x",
    "triangle-down", "star", "pentagon", "hexagon", "bowtie", "hourglass",
)  # fmt: skip

CLEAR = "rgba(0,0,0,0)"
INK, MUTED, GRID = "#1c2127", "#5a6370", "#e6e8eb"
ACCENT = "#1f6390"
"""What a figure is about."""
HIGHLIGHT = "#c65a11"
"""The one mark that its title speaks of."""
SOFT = "#8b96a1"
"""What is there for comparison: an earlier year, the rest."""
PALE = "#dbe2e8"
"""Ground of a mark: a track, a sea, a range."""

ON_FILL = "#ffffff"
"""Text within a filled mark, and the seam between two of them: the page shows through."""
ON_DARK_FILL = "#fefefe"
"""Text on fills that are dark in both themes: unlike `ON_FILL` it is not swapped."""

TINT = 0.42
"""Of a segment's colour in its tint; the rest is the ground."""


def _tinted(colour: str, ground: str) -> str:
    parts = ([int(one[place : place + 2], 16) for place in (1, 3, 5)] for one in (colour, ground))
    return "#" + "".join(f"{round(TINT * own + (1 - TINT) * under):02x}" for own, under in zip(*parts, strict=True))


SWAP: dict[str, str] = dict(zip(SEGMENT_COLOURS, SEGMENT_COLOURS_DARK, strict=True)) | {
    ON_FILL: "#14171b", INK: "#e8e5de", MUTED: "#a3abb5", GRID: "#333a42",
    ACCENT: "#7db9de", HIGHLIGHT: "#f39a55", SOFT: "#7a8591", PALE: "#343c45",
}  # fmt: skip
SWAP |= {_tinted(light, ON_FILL): _tinted(SWAP[light], SWAP[ON_FILL]) for light in SEGMENT_COLOURS}
"""Dark colour of each light one that a figure may write."""

NAMES_DOWN = {"autorange": "reversed", "showgrid": False, "tickfont": {"color": INK}, "type": "category"}
"""An axis of names, read from the top down."""

SEQUENTIAL = ("#eef3f7", "#b9d1e2", "#6fa3c7", "#1f6390", "#0f344f")
SEQUENTIAL_DARK = ("#222b34", "#2c4a61", "#3f7499", "#7db9de", "#e2f1fb")
DIVERGING = ("#8a3b06", "#dd8f55", "#f5f5f3", "#6fa3c7", "#14476b")
DIVERGING_DARK = ("#f7b27c", "#a3602c", "#262c33", "#3f7499", "#a8d6f2")


def segment_colour(number: int, *, dark: bool = False) -> str:
    """Colour of a segment by its number, from 1 up; after the twelfth they begin again.

    >>> segment_colour(1), segment_colour(13)
    ('#2145c3', '#2145c3')
    """
    colours = SEGMENT_COLOURS_DARK if dark else SEGMENT_COLOURS
    return colours[(number - 1) % len(colours)]


def segment_tint(number: int) -> str:
    """Pale shade of a segment's colour, for bands that words lie on.

    >>> segment_tint(1)
    '#a2b1e6'
    """
    return _tinted(segment_colour(number), ON_FILL)


def segment_symbol(number: int) -> str:
    """Marker symbol of a segment by its number; colours that return come with another symbol.

    >>> segment_symbol(1), segment_symbol(13)
    ('circle', 'square')
    """
    return SYMBOLS[(number - 1 + (number - 1) // len(SYMBOLS)) % len(SYMBOLS)]


def _scale(colours: tuple[str, ...]) -> list[list[Any]]:
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]


def _layout(*, dark: bool) -> dict[str, Any]:
    ink, muted, grid = (SWAP[colour] if dark else colour for colour in (INK, MUTED, GRID))
    sequential, diverging = (SEQUENTIAL_DARK, DIVERGING_DARK) if dark else (SEQUENTIAL, DIVERGING)
    font = {"family": FONT, "size": 13, "color": ink}
    axis = {
        "automargin": True, "showline": False, "linecolor": muted, "zeroline": False, "gridcolor": grid, "gridwidth": 1,
        "ticks": "", "tickcolor": muted, "tickfont": {"color": muted},
        "title": {"font": {"color": muted, "size": 13}, "standoff": 10},
    }  # fmt: skip
    round_axis = {"gridcolor": grid, "linecolor": grid}
    space_axis = {"backgroundcolor": CLEAR, "gridcolor": grid, "linecolor": muted, "zerolinecolor": grid}
    return {
        "font": font,
        "title": {
            "x": 0, "xref": "container", "xanchor": "left", "y": 0.985, "yref": "container", "yanchor": "top",
            "automargin": True, "pad": {"l": 12, "t": 8, "b": 20},
            "font": {"size": 18, "color": ink, "weight": 600}, "subtitle": {"font": {"size": 13, "color": muted}},
        },
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "colorway": list(SEGMENT_COLOURS_DARK if dark else SEGMENT_COLOURS),
        "colorscale": {
            "sequential": _scale(sequential),
            "sequentialminus": _scale(sequential[::-1]),
            "diverging": _scale(diverging),
        },
        "coloraxis": {"colorbar": {"outlinewidth": 0, "thickness": 10, "tickfont": {"color": muted}, "ticks": ""}},
        "margin": {"l": 12, "r": 20, "t": 24, "b": 12, "pad": 4},
        "xaxis": {**axis, "showgrid": False},
        "yaxis": axis,
        "legend": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom",
            "title": {"text": ""}, "font": {"color": ink},
        },
        "hoverlabel": {
            "bgcolor": "#262c33" if dark else "#ffffff", "bordercolor": grid, "font": font,
            "align": "left", "namelength": -1,
        },
        "annotationdefaults": {"font": {"color": muted, "size": 12}, "showarrow": False},
        "shapedefaults": {"line": {"color": muted, "width": 1}},
        "separators": ".,",
        "bargap": 0.25,
        "hovermode": "closest",
        "modebar": {"bgcolor": CLEAR, "color": muted, "activecolor": ink},
        "polar": {
            "bgcolor": CLEAR,
            "angularaxis": {**round_axis, "tickfont": {"color": ink}},
            "radialaxis": {**round_axis, "tickfont": {"color": muted}},
        },
        "scene": {"xaxis": space_axis, "yaxis": space_axis, "zaxis": space_axis},
    }  # fmt: skip


def _template(*, dark: bool) -> dict[str, Any]:
    clear = {"fill": {"color": CLEAR}}
    return {
        "layout": _layout(dark=dark),
        "data": {
            "bar": [{"marker": {"line": {"width": 0}}, "textfont": {"size": 12}}],
            "heatmap": [{"colorbar": {"outlinewidth": 0, "thickness": 10}}],
            "scatter": [{"marker": {"line": {"color": "#1b1f24" if dark else "#ffffff", "width": 0}}}],
            "table": [{"cells": clear, "header": clear}],
        },
    }


LIGHT: dict[str, Any] = _template(dark=False)
"""Template for light pages."""
DARK: dict[str, Any] = _template(dark=True)
"""Template for dark pages."""


def wrapped(text: str, width: int) -> str:
    """Break a label over lines.

    >>> wrapped("1. Active big-basket buyers", 18)
    '1. Active big-<br>basket buyers'
    """
    return "<br>".join(wrap(text, width)) or " "


def new_figure(
    title: str, *, subtitle: str = "", alt: str = "", height: int = 420, label_width: int | None = None
) -> go.Figure:
    """An empty figure with the light template.

    Parameters
    ----------
    title, subtitle
        What the figure shows: the take-away, where there is one; what is drawn, and in which unit.
    alt
        What a person who cannot see it should hear; it stands in `layout.meta["alt"]`.
    label_width
        Letters in a line of an axis label that holds a segment's name; it stands in `layout.meta["label_width"]` for
        whoever gives the segment another name.
    """
    import plotly.graph_objects as go  # noqa: PLC0415 - the colours are asked for without a figure, too

    meta = {"alt": alt or title, "subtitle": subtitle}
    return go.Figure(
        layout={
            "template": LIGHT,
            "title": {"text": title, "subtitle": {"text": subtitle}},
            "height": height,
            "meta": meta | ({"label_width": label_width} if label_width else {}),
        }
    )


def add_cells(
    figure: go.Figure, values: Float64, columns: Iterable[Any], rows: Iterable[str], limit: float = 0, **more: Any
) -> None:
    """A heat map with seams between its cells, coloured by the figure's `coloraxis`: from -`limit` to `limit`."""
    seams = {"xgap": 3, "ygap": 3, "hoverongaps": False}
    figure.add_heatmap(z=values, x=list(columns), y=list(rows), coloraxis="coloraxis", **(seams | more))
    if limit:
        figure.update_layout(coloraxis={"cmin": -limit, "cmax": limit, "cmid": 0, "showscale": False})
    figure.update_yaxes(NAMES_DOWN)


PALER, _PALER_SHARES = 1.8, 2.2
"""End of a colour scale, of its values and of shares, that stand in their cells: so one ink can be read on all of them,
in light and dark."""


def add_share_cells(
    figure: go.Figure, shares: Float64, columns: Iterable[Any], rows: Iterable[str], high: float, **more: Any
) -> None:
    """Cells that are coloured from 0 to `high` and say their share; one that is NaN is empty."""
    text = [[f"{one * 100:.0f} %" if np.isfinite(one) else "" for one in row] for row in shares.tolist()]
    ink = {"text": text, "texttemplate": "%{text}", "textfont": {"color": INK, "size": 10}}
    add_cells(figure, shares, columns, rows, **(ink | more))
    figure.update_layout(coloraxis={"cmin": 0, "cmax": _PALER_SHARES * max(high, 0.01), "showscale": False})


def add_correlation_cells(
    figure: go.Figure, values: Float64, columns: Iterable[Any], rows: Iterable[str], **more: Any
) -> None:
    """Cells from -1 to 1 that say their value; one that is NaN is empty."""
    text = [[decimal(one) if np.isfinite(one) else "" for one in row] for row in values.tolist()]
    ink = {"text": text, "texttemplate": "%{text}", "textfont": {"color": INK}}
    add_cells(figure, values, columns, rows, PALER, **(ink | more))


def add_named_bars(figure: go.Figure, sizes: Sequence[float], names: Sequence[str], **more: Any) -> None:
    """Bars to the right, each with its text behind its end."""
    ends = {"textposition": "outside", "textfont": {"color": INK}, "cliponaxis": False}
    figure.add_bar(x=sizes, y=names, orientation="h", **(ends | more))
    figure.update_yaxes(NAMES_DOWN)


def add_note(figure: go.Figure, text: str, x: Any, y: Any = None, **more: Any) -> None:
    """Words on a figure in full ink; where `y` is not given, at the upper edge of the plot."""
    place = {"y": 1, "yref": "paper"} if y is None else {"y": y}
    figure.add_annotation(text=text, x=x, font={"color": INK}, **place, **more)


def add_panel_name(figure: go.Figure, text: str, x: float, y: float, *, yanchor: str = "middle") -> None:
    """Name of one of several plots of a figure, from its left edge on."""
    figure.add_annotation(text=text, x=x, y=y, xref="paper", yref="paper", xanchor="left", yanchor=yanchor)


def each_share(names: Iterable[str], shares: Iterable[float]) -> str:
    """Names with their shares, for the text that stands for a figure."""
    return "; ".join(f"{name} {share(value)}" for name, value in zip(names, shares, strict=True))


def dotted(colour: str, width: float = 1) -> dict[str, Any]:
    """A dotted line."""
    return {"color": colour, "width": width, "dash": "dot"}


_NEARLY = 1e-9
_TICK_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_MOST_TICKS = 6


def share_axis(high: float, low: float = 0.0) -> dict[str, Any]:
    """Ticks of an axis of shares from `low` to `high`, written as everywhere: Plotly's own format has no space.

    >>> share_axis(0.42)["ticktext"]
    ['0 %', '10 %', '20 %', '30 %', '40 %']
    """
    step = next((one for one in _TICK_STEPS if (high - low) / one < _MOST_TICKS), _TICK_STEPS[-1])
    ticks = np.arange(np.ceil(low / step - _NEARLY), high / step + _NEARLY) * step
    return {"tickmode": "array", "tickvals": ticks.round(2).tolist(), "ticktext": [share(float(one)) for one in ticks]}


_LOG_STEPS = (1, 2, 5)


def log_axis(low: float, high: float) -> dict[str, Any]:
    """A logarithmic axis with the ticks that people count by, between two amounts above 0.

    >>> log_axis(8, 120)["tickvals"]
    [10.0, 20.0, 50.0, 100.0]
    """
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    steps = _LOG_STEPS if len(decades) <= _MOST_TICKS // 2 + 1 else _LOG_STEPS[:1]
    ticks = [float(step * 10.0**decade) for decade in decades for step in steps]
    return {"type": "log", "tickmode": "array", "tickvals": [one for one in ticks if low <= one <= high]}


def add_threshold(figure: go.Figure, value: float, text: str, **more: Any) -> None:
    """A dotted line across the plot with its name above it."""
    figure.add_vline(x=value, line=dotted(MUTED))
    figure.add_annotation(x=value, y=1, yref="paper", yanchor="bottom", text=text, **more)
