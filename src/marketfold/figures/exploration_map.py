"""The map: one circle for each country, its area the revenue, near its place on the earth.

Plotly's own maps fetch the outlines of the countries from a server when they are looked at. This one needs nothing:
circles on an equal-area projection, pushed apart until none covers another (Dorling, 1996, Area Cartograms), above
a ground of pale dots, the places that the time-zone database names. Unlike a coloured map it does not give large
countries more weight than they earn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.exploration import places
from marketfold.figures.theme import ACCENT, GRID, ON_FILL, PALE, each_share, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from marketfold.exploration import Geography
    from marketfold.schema import Float64

LARGEST_RADIUS, TOTAL_AREA = 0.48, 1.1
"""Of the largest circle, and of all circles together; the earth is 5.4 wide."""
SMALLEST_RADIUS = 0.025
ROOM_FOR_NAME, ROOM_FOR_SHARE = 0.12, 0.2
STEPS = 400
WIDTH = 860
"""In pixels; the names would not fit into the circles of a smaller map."""


def equal_earth(latitude: Float64, longitude: Float64) -> tuple[Float64, Float64]:
    """Equal Earth projection of degrees (Šavrič, Patterson and Jenny 2018): x within 2.71, y within 1.32 of 0."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    root = np.sqrt(3)
    theta = np.arcsin(root / 2 * np.sin(np.radians(latitude)))
    slope = 9 * a4 * theta**8 + 7 * a3 * theta**6 + 3 * a2 * theta**2 + a1
    x = 2 * root * np.radians(longitude) * np.cos(theta) / (3 * slope)
    return x, a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta


def push_apart(x: Float64, y: Float64, radius: Float64) -> tuple[Float64, Float64]:
    """Move circles until they no longer overlap, each as near to its own place as the others let it."""
    x, y = x.copy(), y.copy()
    home_x, home_y = x.copy(), y.copy()
    reach = radius[:, None] + radius[None, :] + 0.008
    weight = radius[None, :] ** 2 / (radius[:, None] ** 2 + radius[None, :] ** 2)  # the smaller one gives way
    for step in range(STEPS):
        pull = 0.02 * max(0.0, 1 - 1.25 * step / STEPS)
        x, y = x + pull * (home_x - x), y + pull * (home_y - y)
        dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
        apart = np.hypot(dx, dy)
        np.fill_diagonal(apart, np.inf)
        too_near = np.maximum(reach - apart, 0) * 0.5
        apart = np.maximum(apart, 1e-9)
        # Circles on one spot part in the direction that their order gives them.
        angle = np.arange(len(x))[:, None] - np.arange(len(x))[None, :]
        dx, dy = np.where(apart <= 1e-9, np.sign(angle), dx / apart), np.where(apart <= 1e-9, 0.3, dy / apart)
        x = x + (too_near * weight * dx).sum(axis=1)
        y = y + (too_near * weight * dy).sum(axis=1)
    return x, y


def _lines(lines: Sequence[tuple[Float64, Float64]], digits: int) -> list[list[float | None]]:
    """One trace of several lines, with a gap between each and the next."""
    return [[v for line in lines for v in (*np.round(line[i], digits).tolist(), None)] for i in (0, 1)]


def _ground(figure: go.Figure) -> None:
    """Meridians and parallels every 30 degrees, and the places as dots."""
    along, around = np.linspace(-60, 85, 30), np.array([-180.0, 180.0])
    meridians = [equal_earth(along, np.full(len(along), float(longitude))) for longitude in range(-180, 181, 30)]
    parallels = [equal_earth(np.full(2, float(latitude)), around) for latitude in (-60, -30, 0, 30, 60, 85)]
    x, y = _lines([*meridians, *parallels], 3)
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": GRID, "width": 1}, hoverinfo="skip")
    points = np.array([point for group in places().values() for point in group])
    dots = np.round(equal_earth(*points[points[:, 0] > -60].T), 3)
    figure.add_scatter(x=dots[0], y=dots[1], mode="markers", marker={"size": 5, "color": PALE}, hoverinfo="skip")


def _named(geography: Geography, place: int, radius: float) -> str:
    if radius >= ROOM_FOR_SHARE:
        return f"<b>{geography.iso3[place]}</b><br>{words.share(geography.revenue_share[place])}"
    return geography.iso3[place] if radius >= ROOM_FOR_NAME else ""


def map_figure(geography: Geography, currency: str | None = None) -> go.Figure:
    """Revenue by country: the area of a circle is the revenue, its place near that of the country."""
    g = geography
    known = np.flatnonzero((np.array(g.iso3) != "") & np.isfinite(g.latitude) & (g.revenue > 0))
    unknown = [name for name, code in zip(g.names, g.iso3, strict=True) if not code]
    off = f"; not on the map: {words.listed(unknown[:3])}{' and others' if len(unknown) > 3 else ''}" if unknown else ""
    n_countries = "one country" if len(g.names) == 1 else f"{len(g.names)} countries"
    figure = new_figure(
        f"{g.names[0]} brings {words.share(g.revenue_share[0])} of revenue",
        subtitle=f"The area of a circle is the revenue of a country{off}",
        alt=f"Revenue by country, {n_countries}: {each_share(g.names[:5], g.revenue_share[:5])}",
        height=480,
    )
    _ground(figure)
    top = 1.32
    if len(known):
        x, y = equal_earth(g.latitude[known], g.longitude[known])
        radius = np.sqrt(g.revenue[known] / g.revenue[known].sum() * TOTAL_AREA / np.pi)
        radius = np.maximum(radius * min(1.0, LARGEST_RADIUS / radius.max()), SMALLEST_RADIUS)
        x, y = push_apart(x, y, radius)
        _draw(figure, g, known, np.stack([x, y, radius]), currency)
        top = max(top, float((y + radius).max()) + 0.03)
    return figure.update_layout(
        showlegend=False,
        width=WIDTH,
        xaxis={"visible": False, "range": [-2.72, 2.72]},
        yaxis={"visible": False, "range": [-1.12, top], "scaleanchor": "x"},
    )


def _draw(figure: go.Figure, g: Geography, known: NDArray[np.intp], circles: Float64, currency: str | None) -> None:
    x, y, radius = circles
    angle = np.linspace(0, 2 * np.pi, 49)
    outlines = [(cx + r * np.cos(angle), cy + r * np.sin(angle)) for cx, cy, r in zip(x, y, radius, strict=True)]
    outline_x, outline_y = _lines(outlines, 4)
    discs = {"mode": "lines", "fill": "toself", "fillcolor": ACCENT, "line": {"color": ON_FILL, "width": 1}}
    figure.add_scatter(x=outline_x, y=outline_y, hoverinfo="skip", **discs)
    names = [_named(g, int(place), float(r)) for place, r in zip(known, radius, strict=True)]
    money = words.in_currency("%{customdata[2]:,.0f}", currency)
    about = [[g.names[i], float(g.revenue_share[i]), float(g.revenue[i]), words.count(g.customers[i])] for i in known]
    hover = (
        f"<b>%{{customdata[0]}}</b><br>{money} (%{{customdata[1]:.1%}} of revenue)<br>"
        "%{customdata[3]} customers<extra></extra>"
    )
    unseen = {"mode": "markers+text", "marker": {"size": 18, "opacity": 0, "color": ACCENT}}
    text = {"text": names, "textfont": {"color": ON_FILL, "size": 12}}
    figure.add_scatter(x=x, y=y, customdata=about, hovertemplate=hover, **unseen, **text)
