"""Figures of the order lines: time, calendar and counts; and all of this stage's figures in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.exploration import anchor
from marketfold.figures.exploration_columns import (
    correlation_figure,
    dependence_figure,
    discounts_figure,
    distribution_figure,
    in_its_unit,
    missing_figure,
    scatter_matrix_figure,
)
from marketfold.figures.exploration_customers import cohorts_figure, concentration_figure, gaps_figure, repeats_figure
from marketfold.figures.exploration_map import map_figure
from marketfold.figures.theme import (
    ACCENT,
    HIGHLIGHT,
    INK,
    MUTED,
    SOFT,
    add_named_bars,
    add_note,
    add_panel_name,
    dotted,
    each_share,
    new_figure,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import plotly.graph_objects as go

    from marketfold.exploration import Calendar, Counts, Distribution, Exploration, OverTime

TOP = 12
LEADS = 0.25
"""From this share on, the first value is named in the title."""
DWARFS = 1.5
"""All others together are named below the title, and not drawn, where they are this many times the largest value."""
LONGEST_LABEL = 28
STANDS_OUT = 1.3
"""From this many times an average month on, a month is named in the title."""


def _unit(currency: str | None) -> str:
    return f" ({currency})" if currency else ""


def _money_hover(field: str, currency: str | None) -> str:
    return words.in_currency(f"%{{{field}:,.0f}}", currency)


def orders_over_time_figure(over_time: OverTime, currency: str | None = None) -> go.Figure:
    """Revenue above and orders below, by day, week or month; a period that the data covers in part is grey."""
    o = over_time
    peak = int(np.argmax(np.where(o.whole, o.revenue, -np.inf)))
    span, total = f"{words.day(o.first_day)} to {words.day(o.last_day)}", words.money(float(o.revenue.sum()), currency)
    orders, top = words.count(o.orders.sum()), words.money(float(o.revenue[peak]), currency)
    figure = new_figure(
        f"{orders} orders brought {total}",
        subtitle=f"Revenue{_unit(currency)} and orders by {o.period}, {span}",
        alt=f"Revenue and orders by {o.period}, {span}: {orders} orders, {total}. The strongest {o.period} began on "
        f"{words.day(o.starts[peak])} and brought {top}.",
        height=460,
    )
    when = {"month": "%{x|%B %Y}", "week": "week of %{x|%-d %B %Y}", "day": "%{x|%A, %-d %B %Y}"}[o.period]
    colours = [HIGHLIGHT if i == peak else ACCENT if whole else SOFT for i, whole in enumerate(o.whole)]
    hover = f"<b>{when}</b><br>{_money_hover('y', currency)}<extra></extra>"
    figure.add_bar(x=o.starts, y=o.revenue, marker_color=colours, name="Revenue", hovertemplate=hover)
    hover = f"<b>{when}</b><br>%{{y:,}} orders<extra></extra>"
    figure.add_bar(x=o.starts, y=o.orders, marker_color=SOFT, name="Orders", yaxis="y2", hovertemplate=hover)
    in_part = "" if o.whole.all() else f" (grey: a {o.period} that the data covers in part)"
    add_panel_name(figure, f"Revenue{in_part}", 0, 1.0)
    add_panel_name(figure, "Orders", 0, 0.27)
    add_note(figure, top, o.starts[peak], o.revenue[peak], yshift=10)
    return figure.update_layout(
        showlegend=False,
        yaxis={"domain": [0.37, 0.95], "tickformat": "~s", "nticks": 6},
        yaxis2={"domain": [0, 0.25], "anchor": "x", "nticks": 4, "tickformat": "~s"},
        xaxis={"anchor": "y2"},
        bargap=0.15,
    )


def _label_places(ends: dict[int, tuple[int, float]], highest: float) -> dict[int, str]:
    """Where the name of each line goes: two that end on one spot are set above and below it."""
    places = dict.fromkeys(ends, "middle right")
    for one, other in combinations(sorted(ends, key=lambda year: -ends[year][1]), 2):
        if ends[one][0] == ends[other][0] and abs(ends[one][1] - ends[other][1]) < 0.06 * highest:
            places[one], places[other] = "top right", "bottom right"
    return places


def year_on_year_figure(over_time: OverTime, currency: str | None = None) -> go.Figure:
    """Revenue of each calendar month, one line per year; the last year stands out, incomplete months are left out."""
    starts = over_time.month_starts.astype("datetime64[M]").astype(np.int64)
    years, calendar = starts // 12 + 1970, starts % 12
    title = "Revenue by year"
    if over_time.year_on_year:
        last = over_time.year_on_year[-1]
        change = f"{words.share(abs(last.growth_share))} {'above' if last.growth_share > 0 else 'below'}"
        change = change if abs(last.growth_share) >= 0.01 else "as in"
        title = f"{words.months([int(month) for month in last.months])} {last.year}: {change} the year before"
    figure = new_figure(
        title,
        subtitle=f"Revenue by calendar month{_unit(currency)}; months that the data covers in part are left out",
        alt=f"{title}. One line for each of the years {years.min()} to {years.max()}, January to December.",
        height=400,
    )
    newest = years[over_time.month_whole].max() if over_time.month_whole.any() else years.max()
    hover = f"<b>%{{x}} %{{meta}}</b><br>{_money_hover('y', currency)}<extra></extra>"
    whole_years = np.unique(years[over_time.month_whole])
    lines = {int(year): (years == year) & over_time.month_whole for year in whole_years}
    short = [name[:3] for name in words.MONTHS]
    ends = {year: (int(calendar[i][-1]), float(over_time.month_revenue[i][-1])) for year, i in lines.items()}
    looks = {0: (HIGHLIGHT, 3, "solid"), 1: (ACCENT, 2, "solid")}
    label_places = _label_places(ends, float(over_time.month_revenue.max()))
    for year, inside in lines.items():
        colour, width, dash = looks.get(int(newest) - year, (SOFT, 2, "dot"))
        line = {"color": colour, "width": width, "dash": dash}
        marks = {"mode": "lines+markers+text", "line": line, "marker": {"size": 6, "color": colour}}
        label = [""] * (int(inside.sum()) - 1) + [f" {year}"]
        text = {"text": label, "textposition": label_places[year], "textfont": {"color": INK}, "cliponaxis": False}
        names = [short[m] for m in calendar[inside]]
        about = {"name": str(year), "meta": str(year), "hovertemplate": hover}
        figure.add_scatter(x=names, y=over_time.month_revenue[inside], **marks, **text, **about)
    return figure.update_layout(
        showlegend=False,
        margin={"r": 48},
        xaxis={"categoryorder": "array", "categoryarray": short, "range": [-0.3, 11.3], "dtick": 1, "tickangle": 0},
        yaxis={"tickformat": "~s", "rangemode": "tozero"},
    )


def calendar_figure(calendar: Calendar, currency: str | None = None) -> go.Figure:
    """Mean revenue of each month or quarter of the year, over whole years."""
    best, average = int(np.argmax(calendar.revenue)), float(calendar.revenue.mean())
    ratio = float(calendar.revenue[best] / average) if average else 1.0
    years = str(calendar.years[0]) if len(calendar.years) == 1 else f"{calendar.years[0]} to {calendar.years[-1]}"
    name, stands_out = calendar.names[best], ratio >= STANDS_OUT
    brings = f"{name} brings" if len(calendar.years) > 1 else f"{name} {years} brought"
    title = f"{brings} {words.times(ratio)} the revenue of an average {calendar.unit} of the year"
    figure = new_figure(
        title if stands_out else f"Revenue by {calendar.unit} of the year",
        subtitle=f"Mean revenue by {calendar.unit}{_unit(currency)}, {years}; the line is the average",
        alt=f"Mean revenue by {calendar.unit} of the year, {years}. Highest: {name} with "
        f"{words.money(float(calendar.revenue[best]), currency)}; average {words.money(average, currency)}.",
        height=340,
    )
    orders = "%{customdata[1]:,.1f} orders a year<extra></extra>"
    hover = f"<b>%{{customdata[0]}}</b><br>{_money_hover('y', currency)}<br>{orders}"
    about = {"customdata": list(zip(calendar.names, calendar.orders.tolist(), strict=True)), "hovertemplate": hover}
    colours = [HIGHLIGHT if stands_out and i == best else ACCENT for i in range(len(calendar.names))]
    figure.add_bar(x=[label[:3] for label in calendar.names], y=calendar.revenue, marker_color=colours, **about)
    figure.add_hline(y=average, line=dotted(MUTED, 1.5))
    every = {"dtick": 1} if calendar.unit == "month" else {}
    return figure.update_layout(xaxis={**every, "tickangle": 0}, yaxis={"tickformat": "~s", "nticks": 6})


def _shortened(names: Sequence[str | None]) -> list[str]:
    """Labels, those that cutting made alike told apart by a number: bars with one label would lie on each other."""
    texts = ["not given" if name is None else name for name in names]
    labels = [t if len(t) <= LONGEST_LABEL else f"{t[: LONGEST_LABEL - 1]}\N{HORIZONTAL ELLIPSIS}" for t in texts]
    nth = [labels[: place + 1].count(label) for place, label in enumerate(labels)]
    return [label if n == 1 else f"{label} ({n})" for label, n in zip(labels, nth, strict=True)]


@dataclass(frozen=True)
class _Bars:
    """What the bars of a count show: the largest values and, where that does not dwarf them, all others as one."""

    names: list[str | None]
    labels: list[str]
    sizes: list[float]
    lines: list[int]
    total: float
    others: int
    others_drawn: bool


def _bars_of(counts: Counts) -> _Bars:
    by_lines = counts.scope == "read"
    sizes = counts.lines.astype(np.float64) if by_lines else counts.revenue
    total = float(counts.lines_total if by_lines else counts.revenue_total) or 1.0
    order = np.argsort(-sizes, kind="stable")
    shown = order if counts.n_values <= TOP + 1 else order[:TOP]
    names = [counts.names[i] for i in shown]
    values, lines = [float(sizes[i]) for i in shown], [int(counts.lines[i]) for i in shown]
    labels, others = _shortened(names), counts.n_values - len(shown)
    drawn = others > 0 and total - sum(values) <= DWARFS * values[0]
    if drawn:
        labels.append(f"{words.count(others)} others")
        names.append(labels[-1])
        lines.append(counts.lines_total - sum(lines))
        values.append(total - sum(values))
    return _Bars(names, labels, values, lines, total, others, drawn)


def counts_figure(counts: Counts, currency: str | None = None) -> go.Figure:
    """Revenue share of the values of a column, or their share of lines for a status: the largest and all others."""
    by_lines, bars = counts.scope == "read", _bars_of(counts)
    what, shares = "lines read" if by_lines else "revenue", [size / bars.total for size in bars.sizes]
    title, subtitle = f"{what.capitalize()} by {counts.label}", f"Share of {what} by {counts.label}"
    if shares[0] >= LEADS and bars.names[0] is not None:
        title = f"{bars.labels[0]}: {words.share(shares[0])} of {what}"
    if bars.others:
        subtitle += f", the {TOP} largest of {words.count(counts.n_values)}"
    if bars.others and not bars.others_drawn:
        subtitle += f"; the others make up {words.share(1 - sum(bars.sizes) / bars.total)}"
    alt = f"{subtitle}: {each_share(bars.labels[:5], shares[:5])}."
    figure = new_figure(title, subtitle=subtitle, alt=alt, height=110 + 30 * len(bars.labels))
    money_line = "" if by_lines else f"{_money_hover('x', currency)}<br>"
    hover = f"<b>%{{customdata[0]}}</b><br>{money_line}%{{customdata[1]:,}} lines<extra></extra>"
    named = [[name or "not given", lines] for name, lines in zip(bars.names, bars.lines, strict=True)]
    about = {"text": [words.share(share) for share in shares], "customdata": named, "hovertemplate": hover}
    colours = [ACCENT if name is not None else SOFT for name in bars.names]
    colours[-1] = SOFT if bars.others_drawn else colours[-1]
    add_named_bars(figure, bars.sizes, bars.labels, marker_color=colours, **about)
    return figure.update_layout(
        margin={"r": 64},
        xaxis={"visible": False, "range": [min(0.0, *bars.sizes), max(bars.sizes) * 1.02]},
        bargap=0.3,
    )


def _of_orders(e: Exploration) -> Iterator[tuple[str, go.Figure]]:
    yield "over-time", orders_over_time_figure(e.over_time, e.currency)
    if len(np.unique(e.over_time.month_starts.astype("datetime64[Y]"))) > 1:
        yield "year-on-year", year_on_year_figure(e.over_time, e.currency)
    for calendar in e.calendar:
        yield anchor("calendar", calendar.unit), calendar_figure(calendar, e.currency)
    yield "concentration", concentration_figure(e.concentration)
    yield "repeats", repeats_figure(e.repeats)
    if e.cohorts is not None:
        yield "cohorts", cohorts_figure(e.cohorts)
    if e.gaps is not None:
        yield "gaps", gaps_figure(e.gaps)
    if e.geography is not None:
        yield "map", map_figure(e.geography, e.currency)


def _of_columns(e: Exploration) -> Iterator[tuple[str, go.Figure]]:
    for counts in e.counts:
        if counts.n_values > 1:
            yield anchor("counts", counts.column), counts_figure(counts, e.currency)
    drawn: set[str] = set()
    for distribution in e.distributions:
        key = anchor("distribution", distribution.column)
        key = anchor(f"{key}-by", distribution.by) if key in drawn else key
        drawn.add(key)
        yield key, distribution_figure(distribution, e.currency, _marks(e, distribution))
    if e.discounts is not None:
        yield "discounts", discounts_figure(e.discounts)
    if e.correlations is not None:
        if len(e.correlations.columns) > 2:
            yield "correlations", correlation_figure(e.correlations)
        yield "scatter-matrix", scatter_matrix_figure(e.sample)
    if e.dependence is not None and len(e.dependence.labels) > 1:
        yield "dependence", dependence_figure(e.dependence)
    if e.missing.empty.any():
        yield "missing", missing_figure(e.missing)


def _marks(exploration: Exploration, distribution: Distribution) -> dict[float, str]:
    """What to point at on the axis of a column: where its classes are cut, where it is capped."""
    marks: dict[float, str] = {}
    currency = exploration.currency
    for cut in exploration.cuts:
        if (cut.number, cut.column) == (distribution.column, distribution.by):
            marks |= {value: f"cut: {in_its_unit(distribution, value, currency)}" for value in cut.cuts}
    for cap in exploration.caps:
        if cap.column == distribution.column:
            marks[cap.value] = f"cap: {in_its_unit(distribution, cap.value, currency)}"
    return marks


def exploration_figures(exploration: Exploration) -> dict[str, go.Figure]:
    """Every figure that these orders have something to show in, by its anchor and in reading order.

    The anchors are those of `Finding.figure`: small letters, digits and hyphens.
    """
    return dict(chain(_of_orders(exploration), _of_columns(exploration)))
