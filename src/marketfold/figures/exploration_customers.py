"""Figures of the customers as a whole: concentration, repeat orders, cohorts and the time between orders."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.exploration import MOST, nice_step
from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    INK,
    SOFT,
    add_cells,
    add_note,
    add_share_cells,
    dotted,
    new_figure,
    share_axis,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from marketfold.exploration import Cohorts, Concentration, InterPurchaseTimes, Repeats

ORDER_CLASSES = (1, 2, 3, 4, 5, 6, 11, 21, 51, 101)
"""Where classes of numbers of orders begin."""
LEVEL = 8
"""So many classes can be named side by side, at half the width of a page."""
GAP_BINS = 40
CELLS_WITH_TEXT = 14
WIDE = 0.5
"""A mark beyond this share of the axis is labelled on its left."""


def concentration_figure(concentration: Concentration) -> go.Figure:
    """Share of revenue against share of customers, from the largest customer down, with the 80 % mark."""
    c = concentration
    share = c.customers_for_most / c.n_customers
    title, largest = f"{words.share(share)} of customers bring 80 % of revenue", float(c.top_revenue[0])
    who = f"{words.count(c.customers_for_most)} of {words.count(c.n_customers)}"
    figure = new_figure(
        title,
        subtitle="Share of revenue against share of customers, the largest first; dotted: if all brought the same",
        alt=f"{title}: {who}. The largest fifth brings {words.share(c.top_fifth_share)}; the largest customer "
        f"{words.share(largest / (c.revenue_total or 1))}. Gini coefficient {c.gini:.2f}.",
        height=420,
    )
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=dotted(SOFT, 1.5), hoverinfo="skip")
    largest_of = f"the largest %{{customdata:,}} of {words.count(c.n_customers)} customers (%{{x:.1%}})"
    hover = f"{largest_of}<br>bring <b>%{{y:.1%}}</b> of revenue<extra></extra>"
    about = {"customdata": (c.customer_share * c.n_customers).round(), "hovertemplate": hover}
    line = {"color": ACCENT, "width": 3}
    figure.add_scatter(x=c.customer_share, y=c.revenue_share, mode="lines", line=line, **about)
    mark = {"color": HIGHLIGHT, "width": 1.5, "dash": "dash"}
    figure.add_scatter(x=[0, share, share], y=[MOST, MOST, 0], mode="lines", line=mark, hoverinfo="skip")
    figure.add_scatter(x=[share], y=[MOST], mode="markers", marker={"size": 10, "color": HIGHLIGHT}, hoverinfo="skip")
    # Below the dotted line there is always room, and on one side of the mark or the other.
    side, shift = ("left", 8) if share < WIDE else ("right", -8)
    beside = {"xanchor": side, "xshift": shift, "align": side}
    add_note(figure, f"{who}<br>customers", share, 0.02, yanchor="bottom", **beside)
    if c.n_apart:
        few, brought = c.n_apart, float(c.top_revenue[: c.n_apart].sum() / c.revenue_total)
        text = {"text": [f" {words.plural(few, 'customer')}: {words.share(brought)}"], "textfont": {"color": INK}}
        mark = {"mode": "markers+text", "marker": {"size": 10, "color": HIGHLIGHT}, "textposition": "middle right"}
        figure.add_scatter(x=[few / c.n_customers], y=[brought], hoverinfo="skip", **mark, **text)
    return figure.update_layout(
        showlegend=False,
        xaxis={**share_axis(1), "range": [0, 1.01], "title": {"text": "customers"}},
        yaxis={**share_axis(1), "range": [0, 1.02], "title": {"text": "revenue"}},
    )


def repeats_figure(repeats: Repeats) -> go.Figure:
    """Share of customers by number of orders, beside the share of revenue that they bring."""
    most = int(repeats.orders.max())
    starts = np.array([start for start in ORDER_CLASSES if start <= most])
    ends = [*(starts[1:] - 1).tolist(), most]
    names = [str(a) if a == b else f"{a}\N{EN DASH}{b}" for a, b in zip(starts.tolist(), ends, strict=True)]
    n, place = len(names), np.searchsorted(starts, repeats.orders, side="right") - 1
    customers = np.bincount(place, weights=repeats.customers, minlength=n) / repeats.customers.sum()
    revenue = np.bincount(place, weights=repeats.revenue, minlength=n) / (repeats.revenue.sum() or 1.0)
    once, again = words.share(repeats.once_share), words.share(1 - repeats.once_share)
    title = f"{once} of customers ordered once" if repeats.once_share >= 0.25 else f"{again} of customers ordered again"
    title = title if repeats.once_share else "Every customer ordered more than once"
    last = f"; {words.share(customers[-1])} ordered {names[-1]} times and bring {words.share(revenue[-1])}"
    most_often = last if most > 1 else ""
    figure = new_figure(
        title,
        subtitle="Share of customers and of revenue by number of orders",
        alt=f"Customers by number of orders: {once} ordered once and bring "
        f"{words.share(repeats.once_revenue_share)} of revenue{most_often}.",
        height=360,
    )
    for name, share, colour in (("Customers", customers, ACCENT), ("Revenue", revenue, SOFT)):
        hover = f"<b>%{{x}} orders</b><br>%{{y:.1%}} of {name.lower()}<extra></extra>"
        figure.add_bar(x=names, y=share, name=name, marker_color=colour, hovertemplate=hover)
    return figure.update_layout(
        xaxis={"type": "category", "title": {"text": "orders"}, "tickangle": 0 if n <= LEVEL else -45},
        yaxis=share_axis(max(customers.max(), revenue.max())),
        bargap=0.3,
        bargroupgap=0.05,
    )


def cohort_names(cohorts: Cohorts) -> list[str]:
    """The period in which each cohort came."""
    names = []
    for start in cohorts.starts.astype("datetime64[M]"):
        year, month = str(start).split("-")
        quarter = (int(month) - 1) // 3 + 1
        names.append({"month": f"{year}-{month}", "quarter": f"{year} Q{quarter}", "year": year}[cohorts.unit])
    return names


def cohorts_figure(cohorts: Cohorts) -> go.Figure:
    """Share of each first-purchase cohort that bought again, n periods later."""
    rows = np.flatnonzero(cohorts.sizes > 0)
    later = cohorts.retention[rows, 1:]
    unit, mean = cohorts.unit, float(cohorts.mean_retention[1]) if later.shape[1] else math.nan
    title = f"Who came back in the {unit}s after their first"
    if not math.isnan(mean):
        title = (
            f"{words.share(mean)} of those who came after {cohort_names(cohorts)[0]} bought again in the next {unit}"
        )
    names = [f"{name}  ({words.count(size)})" for name, size in zip(cohort_names(cohorts), cohorts.sizes, strict=True)]
    figure = new_figure(
        title,
        subtitle=f"Share of the customers who came in a {unit} (how many) and bought n {unit}s after it",
        alt=f"{title}. Rows: {len(rows)} cohorts by the {unit} of the first purchase in the "
        f"data; columns: {unit}s since.",
        height=max(260, 140 + 22 * len(rows)),
    )
    with_text = later.shape[1] <= CELLS_WITH_TEXT
    hover = f"<b>%{{y}}</b><br>%{{x}} {unit}s later: %{{z:.1%}} bought<extra></extra>"
    columns, shown = range(1, later.shape[1] + 1), [names[row] for row in rows]
    # The scale ends at the highest share among cohorts of some size, lest one customer of one bleaches all.
    large = later[cohorts.sizes[rows] >= np.median(cohorts.sizes[rows])]
    known = large if np.isfinite(large).any() else later
    high = float(np.nanmax(known)) if np.isfinite(known).any() else 1.0
    if with_text:
        add_share_cells(figure, later, columns, shown, high, hovertemplate=hover)
    else:
        add_cells(figure, later, columns, shown, hovertemplate=hover)
        bar = {"lenmode": "pixels", "len": 130, "y": 1, "yanchor": "top", **share_axis(max(high, 0.01))}
        figure.update_layout(coloraxis={"cmin": 0, "cmax": max(high, 0.01), "colorbar": bar})
    return figure.update_xaxes(title={"text": f"{unit}s after the first purchase"}, dtick=1 if with_text else 3)


def gaps_figure(gaps: InterPurchaseTimes) -> go.Figure:
    """Histogram of the days between a customer's orders, with median and middle half."""
    reach = int(gaps.days[np.searchsorted(np.cumsum(gaps.counts), 0.98 * gaps.n_gaps)])
    step = max(1, round(nice_step(max(reach, 2), GAP_BINS)))
    n = reach // step + 1
    bars = np.bincount(np.minimum(gaps.days // step, n), weights=gaps.counts, minlength=n + 1)
    beyond = int(bars[n])
    title = f"Half of all repeat orders come within {words.count(gaps.median_days)} days"
    note = f", {words.count(beyond)} of {words.count(n * step)} days or longer not shown" if beyond else ""
    figure = new_figure(
        title,
        subtitle="Days between an order and the customer's next; shaded: the middle half. "
        f"{words.count(gaps.n_gaps)} gaps{note}",
        alt=f"{title} of the order before; the middle half lies between {words.count(gaps.lower_days)} and "
        f"{words.count(gaps.upper_days)} days, over {words.count(gaps.n_gaps)} gaps.",
        height=360,
    )
    starts = np.arange(n) * step
    figure.add_vrect(x0=gaps.lower_days, x1=gaps.upper_days, fillcolor=SOFT, opacity=0.18, line_width=0, layer="below")
    hover = "<b>%{customdata[0]} to %{customdata[1]} days</b><br>%{y:,} gaps<extra></extra>"
    about = {"customdata": np.column_stack([starts, starts + step - 1]), "hovertemplate": hover}
    figure.add_bar(x=starts + step / 2, y=bars[:n], width=step * 0.92, marker_color=ACCENT, **about)
    figure.add_vline(x=gaps.median_days, line={"color": HIGHLIGHT, "width": 2})
    beside = {"yanchor": "top", "xanchor": "left", "xshift": 6}
    add_note(figure, f"median {words.count(gaps.median_days)}", gaps.median_days, **beside)
    return figure.update_layout(
        xaxis={"title": {"text": "days"}, "range": [0, n * step]}, yaxis={"tickformat": "~s", "nticks": 6}, bargap=0
    )
