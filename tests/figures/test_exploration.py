from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from tests.figures.colours import colours_of

from marketfold.cleaning import clean_orders
from marketfold.exploration import Counts, Exploration, explore
from marketfold.figures.exploration import (
    calendar_figure,
    counts_figure,
    exploration_figures,
    orders_over_time_figure,
    year_on_year_figure,
)
from marketfold.figures.exploration_columns import (
    correlation_figure,
    dependence_figure,
    discounts_figure,
    distribution_figure,
    missing_figure,
    scatter_matrix_figure,
)
from marketfold.figures.exploration_customers import cohorts_figure, concentration_figure, gaps_figure, repeats_figure
from marketfold.figures.exploration_map import equal_earth, map_figure, push_apart
from marketfold.figures.theme import SWAP
from marketfold.orders import read_orders
from marketfold.page import FigureGrid, Fold, figures_of
from marketfold.report.data_chapter import exploration_parts
from marketfold.report.sentences.exploration import finding_sentence

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from marketfold.page import Part

NAMES = ("explored_sales", "explored_purchases", "explored_shop")


@pytest.fixture
def sales(explored_sales: Exploration) -> Exploration:
    return explored_sales


@pytest.fixture
def purchases(explored_purchases: Exploration) -> Exploration:
    return explored_purchases


@pytest.fixture(scope="module", params=NAMES)
def figures(request: pytest.FixtureRequest) -> dict[str, go.Figure]:
    return exploration_figures(request.getfixturevalue(request.param))


def drawn(figure: go.Figure) -> dict[str, Any]:
    """What a page gets of a figure, its template aside."""
    plain: dict[str, Any] = json.loads(figure.to_json())
    plain["layout"].pop("template")
    return plain


def many_days(n: int, step: int) -> list[str]:
    return [str(date(2020, 1, 1) + timedelta(days=step * number)) for number in range(n)]


ODD = {
    "one line": {"customer": ["a"], "date": ["2024-01-05"], "amount": [5.0]},
    "two months": {"customer": ["a", "b"], "date": ["2024-01-31", "2024-02-01"], "amount": [0.01, 1e12]},
    "all alike": {
        "customer": [f"k{number % 5}" for number in range(60)],
        "date": many_days(60, 7),
        "amount": [5.0] * 60,
        "quantity": [1] * 60,
        "country": ["<b>X</b>"] * 60,
        "list_price": pa.array([None] * 60, pa.float64()),
    },
    "ten thousand categories": {
        "customer": [f"k{number % 500}" for number in range(10_000)],
        "date": many_days(10_000, 0)[:9_000] + many_days(1_000, 1),
        "amount": [1.5 ** (number % 30) for number in range(10_000)],
        "category": [f"c{number}" for number in range(10_000)],
        "country": ["UK", "Narnia"] * 5_000,
    },
    "half a century": {
        "customer": [f"k{number % 50}" for number in range(1_800)],
        "date": [str(date(1971, 1, 1) + timedelta(days=10 * number)) for number in range(1_800)],
        "amount": [float(1 + number % 9) for number in range(1_800)],
        "status": ["ok"] * 1_800,
    },
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_explored_and_drawn(name: str):
    exploration = explore(clean_orders(read_orders(pa.table(ODD[name]))))
    figures = exploration_figures(exploration)
    assert all("nan" not in json.dumps(drawn(figure)["layout"]).lower() for figure in figures.values())
    assert {finding.figure for finding in exploration.findings if finding.figure} <= figures.keys()
    assert "nan" not in " ".join(finding_sentence(finding) for finding in exploration.findings)


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_leads_to_a_figure_that_exists(name: str, request: pytest.FixtureRequest):
    exploration = request.getfixturevalue(name)
    anchors = exploration_figures(exploration).keys()
    assert {finding.figure for finding in exploration.findings if finding.figure} <= anchors
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", anchor) for anchor in anchors)


def test_every_figure_says_what_it_shows(figures: dict[str, go.Figure]):
    for anchor, figure in figures.items():
        assert figure.layout.title.text, anchor
        assert len(figure.layout.meta["alt"]) > len(figure.layout.title.text) / 2, anchor
        assert "nan" not in (figure.layout.title.text + figure.layout.meta["alt"]).lower(), anchor


def test_no_figure_asks_a_network_or_webgl(figures: dict[str, go.Figure]):
    """Maps fetch outlines, and `splom` and `scattergl` need a graphics card."""
    assert {trace.type for figure in figures.values() for trace in figure.data} <= {"bar", "scatter", "heatmap"}


def test_every_colour_has_one_for_dark_pages(figures: dict[str, go.Figure]):
    for anchor, figure in figures.items():
        assert colours_of(figure) <= SWAP.keys(), anchor


def test_figures_stay_small(figures: dict[str, go.Figure]):
    assert sum(len(json.dumps(drawn(figure))) for figure in figures.values()) < 600_000
    for anchor, figure in figures.items():
        bars = sum(len(trace.y) for trace in figure.data if trace.type == "bar" and anchor.startswith("counts"))
        assert bars <= 13, anchor


def test_revenue_and_orders_over_time(sales: Exploration, totals: dict[str, Any]):
    figure = orders_over_time_figure(sales.over_time, "USD")
    revenue, orders = figure.data
    assert revenue.y.sum() == pytest.approx(totals["sales.csv"]["amount_kept"])
    assert orders.y.sum() == totals["sales.csv"]["orders_kept"] == 343
    assert figure.layout.title.text == "343 orders brought $5,116,147"


def test_incomplete_months_are_not_in_the_year_on_year(sales: Exploration):
    whole = sales.over_time.month_whole.copy()
    whole[-1] = False
    figure = year_on_year_figure(replace(sales.over_time, month_whole=whole))
    assert [(trace.name, len(trace.y)) for trace in figure.data] == [("2021", 12), ("2022", 12), ("2023", 4)]


def test_calendar(sales: Exploration, purchases: Exploration):
    figure = calendar_figure(sales.calendar[0])
    assert figure.layout.title.text == "November brings 2.8 times the revenue of an average month of the year"
    assert len(figure.data[0].y) == 12
    assert calendar_figure(purchases.calendar[0]).layout.title.text.startswith("February 2021 brought 2.5 times")


def test_bars_and_others_add_up(sales: Exploration):
    country = sales.count_of("country")
    assert country is not None
    bars = counts_figure(country).data[0]
    assert bars.y[-1] == f"{country.n_values - 12} others"
    assert sum(bars.x) == pytest.approx(country.revenue_total)
    assert bars.x[0] == country.revenue.max()


def test_others_that_would_dwarf_the_bars_are_told_in_words(sales: Exploration):
    products = sales.count_of("product_id")
    assert products is not None
    figure = counts_figure(products)
    assert len(figure.data[0].y) == 12
    assert "the 12 largest of 68; the others make up 66 %" in figure.layout.title.subtitle.text


def test_long_names_alike_stay_apart_and_empty_cells_are_named():
    long = "A very long name of a category that goes on"
    names = np.array([f"{long} one", f"{long} two", None], dtype=object)
    lines, revenue = np.array([3, 2, 1]), np.array([30.0, 20.0, 10.0])
    counts = Counts("category", "category", "kept", names, lines, revenue, 3, 6, 60.0)
    bars = counts_figure(counts).data[0]
    assert len(set(bars.y)) == 3
    assert bars.y[2] == "not given"
    assert bars.customdata[1][0] == f"{long} two"


def test_the_concentration_is_marked_where_80_percent_are(sales: Exploration):
    figure = concentration_figure(sales.concentration)
    mark = next(trace for trace in figure.data if trace.mode == "markers")
    assert (mark.x[0], mark.y[0]) == (sales.concentration.customers_for_most / 92, 0.8)
    assert figure.layout.title.text == "48 % of customers bring 80 % of revenue"


def test_repeats_cover_every_customer(purchases: Exploration):
    customers, revenue = repeats_figure(purchases.repeats).data
    assert customers.y.sum() == pytest.approx(1)
    assert revenue.y.sum() == pytest.approx(1)
    assert customers.y[0] == pytest.approx(purchases.repeats.once_share)


def test_cohorts_leave_out_what_was_not_seen(purchases: Exploration):
    assert purchases.cohorts is not None
    heat = cohorts_figure(purchases.cohorts).data[0]
    assert heat.z.shape == (3, 17)
    assert np.isfinite(heat.z[0]).all()
    assert np.isnan(heat.z[1][-1])


def test_gaps_shown_and_not_shown_add_up(purchases: Exploration):
    assert purchases.gaps is not None
    figure = gaps_figure(purchases.gaps)
    beyond = re.search(r", ([\d,]+) of [\d,]+ days or longer", figure.layout.title.subtitle.text)
    assert beyond
    assert figure.data[0].y.sum() + int(beyond[1].replace(",", "")) == purchases.gaps.n_gaps


def test_a_wall_is_cut_off_and_said(sales: Exploration):
    price = next(one for one in sales.distributions if (one.column, one.by) == ("unit_price", "deal_size"))
    assert "cut off at the top" in distribution_figure(price).layout.title.subtitle.text
    amount = next(one for one in sales.distributions if (one.column, one.by) == ("amount", "deal_size"))
    figure = distribution_figure(amount, marks={3000.0: "cut: 3,000"})
    assert "cut off" not in figure.layout.title.subtitle.text
    assert "cut: 3,000" in [annotation.text for annotation in figure.layout.annotations]


def test_what_is_pointed_at_is_in_the_unit_of_its_column(sales: Exploration):
    figures = exploration_figures(replace(sales, currency="EUR"))
    noted = {annotation.text for key in figures for annotation in figures[key].layout.annotations}
    assert {"cut: \u20ac3,000", "cut: \u20ac7,000", "cap: \u20ac100"} <= noted


def test_correlations_discounts_and_empty_cells(sales: Exploration, totals: dict[str, Any]):
    assert sales.correlations is not None
    assert sales.discounts is not None
    heat = correlation_figure(sales.correlations).data[0]
    assert heat.z[2][0] == pytest.approx(sales.correlations.values[3, 0])
    assert discounts_figure(sales.discounts).data[0].y.sum() == pytest.approx(1)
    bars = missing_figure(sales.missing).data[1]
    assert list(bars.y) == ["STATE"]
    assert bars.x[0] == pytest.approx(totals["sales.csv"]["empty"]["STATE"] / totals["sales.csv"]["lines"])


def test_circles_do_not_cover_each_other_and_keep_near_home(sales: Exploration):
    assert sales.geography is not None
    x, y = equal_earth(sales.geography.latitude, sales.geography.longitude)
    radius = 0.3 * np.sqrt(sales.geography.revenue_share)
    new_x, new_y = push_apart(x, y, radius)
    apart = np.hypot(new_x[:, None] - new_x, new_y[:, None] - new_y)
    np.fill_diagonal(apart, np.inf)
    assert (apart - radius[:, None] - radius).min() > -0.005
    assert np.hypot(new_x - x, new_y - y).max() < 0.5
    assert new_x[sales.geography.names.index("USA")] < new_x[sales.geography.names.index("Japan")]


def test_circles_on_one_spot_part():
    x, y = push_apart(np.zeros(3), np.zeros(3), np.full(3, 0.1))
    apart = np.hypot(x[:, None] - x, y[:, None] - y)[np.triu_indices(3, 1)]
    assert apart.min() > 0.19


def test_the_area_of_a_circle_is_the_revenue(sales: Exploration):
    assert sales.geography is not None
    outline = next(trace for trace in map_figure(sales.geography).data if trace.fill == "toself")
    parts = np.array([np.nan if value is None else value for value in outline.x]).reshape(-1, 50)[:, :49]
    area = (np.ptp(parts, axis=1) / 2) ** 2
    large = sales.geography.revenue_share > 0.03
    ratio = area[large] / sales.geography.revenue_share[large]
    assert ratio == pytest.approx(np.full(large.sum(), ratio[0]), rel=0.02)


def test_a_place_that_is_no_country_is_named_beside_the_map(sales: Exploration):
    assert sales.geography is not None
    named = replace(sales.geography, iso3=("", *sales.geography.iso3[1:]))
    assert f"not on the map: {sales.geography.names[0]}" in map_figure(named).layout.title.subtitle.text


@pytest.mark.parametrize(
    ("latitude", "longitude", "x", "y"), [(0, 0, 0, 0), (0, 180, 2.7066, 0), (90, 0, 0, 1.3173), (-90, 0, 0, -1.3173)]
)
def test_the_projection_reaches_the_edges_of_equal_earth(latitude: float, longitude: float, x: float, y: float):
    found = equal_earth(np.array([float(latitude)]), np.array([float(longitude)]))
    assert (found[0][0], found[1][0]) == pytest.approx((x, y), abs=1e-3)


def test_dependence_shows_what_follows_from_what(sales: Exploration):
    assert sales.dependence is not None
    figure = dependence_figure(sales.dependence)
    heat = figure.data[0]
    place = {label: i for i, label in enumerate(heat.y)}
    assert list(heat.x) == list(heat.y)
    assert heat.z[place["QTR_ID"]][place["MONTH_ID"]] == pytest.approx(100)
    assert heat.z[place["MONTH_ID"]][place["QTR_ID"]] < 80
    assert np.isnan(np.diag(heat.z)).all()
    off = ~np.eye(len(place), dtype=bool)
    np.testing.assert_allclose(heat.z[off] / 100, sales.dependence.values[off])


def test_every_pair_of_numbers_is_drawn_once_with_every_sampled_line(sales: Exploration):
    sample = sales.sample
    figure = scatter_matrix_figure(sample)
    n = len(sample.columns)
    drawn: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for trace in figure.data:
        drawn.setdefault((trace.xaxis, trace.yaxis), []).extend(zip(trace.x, trace.y, strict=True))
    assert len(drawn) == n * (n - 1) // 2
    first = drawn["x", "y"]
    assert sorted(first) == sorted(zip(sample.values[:, 0].tolist(), sample.values[:, 1].tolist(), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_label_of_the_mark_stands_where_there_is_room(name: str, request: pytest.FixtureRequest):
    figure = concentration_figure(request.getfixturevalue(name).concentration)
    note = figure.layout.annotations[0]
    assert note.xanchor == ("left" if note.x < 0.5 else "right")
    assert note.y < 0.1


def test_figures_side_by_side_are_alike_in_height(sales: Exploration):
    grids = [part for part in _parts(exploration_parts(sales)) if isinstance(part, FigureGrid)]
    assert len(grids) > 5
    apart = [abs(grid.figures[0].height - grid.figures[1].height) for grid in grids]
    assert sorted(apart)[len(apart) // 2] <= 40
    keys = [figure.key for part in exploration_parts(sales) for figure in figures_of((part,))]
    assert sorted(keys) == sorted(exploration_figures(sales))


def _parts(parts: tuple[Part, ...]) -> list[Part]:
    return [one for part in parts for one in (_parts(part.parts) if isinstance(part, Fold) else [part])]
