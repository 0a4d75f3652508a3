"""Two years of a small shop, looked at and counted by hand."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import narwhals as nw
import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import Exploration, explore
from marketfold.exploration.distributions import Bins, Distribution, _bins, nice_step
from marketfold.exploration.over_time import _slot_start, _slots
from marketfold.exploration.tables import as_dates, month_starts
from marketfold.orders import read_orders

SIZES = ("large", "small", "middle")
AMOUNTS = {"small": 10.0, "middle": 20.0, "large": 50.0}
SHOPS = ("A", "A", "B", "B", "B", "C", "D", "E", "F", "G", "H", "A")
"""Of the lines of a year: B has three, A one in the last and two in the first months, the others one each."""


@pytest.fixture(scope="module")
def shop() -> Exploration:
    """An order on the 28th of each month of 2023 and 2024, and in 2024 one more each January; of each size in turn."""
    months = [*range(24), 12]
    table = {
        "order_id": [f"o{place}" for place in range(25)],
        "customer_id": [f"c{place % 5}" for place in range(25)],
        "ordered_on": [f"{2023 + month // 12}-{month % 12 + 1:02}-28" for month in months],
        "quantity": [1 + place % 3 for place in range(25)],
        "amount": [AMOUNTS[SIZES[place % 3]] for place in range(25)],
        "list_price": [50.0 if place % 3 == 0 else 40.0 for place in range(25)],
        "deal_size": [SIZES[place % 3] for place in range(25)],
        "product_id": [f"P{place % 3}" for place in range(25)],
        "product_name": [("Cup", "Jug", None)[place % 3] for place in range(25)],
        "category": [SHOPS[month % 12] for month in months],
    }
    return explore(clean_orders(read_orders(pa.table(table))))


def distribution(shop: Exploration, column: str, by: str = "") -> Distribution:
    (found,) = [one for one in shop.distributions if (one.column, one.by) == (column, by)]
    return found


def test_which_columns_are_spread_by_which_classes(shop: Exploration) -> None:
    told = [(one.column, one.by) for one in shop.distributions]
    assert told[0] == ("order_value", "")
    assert set(told[1:]) == {(column, by) for column in ("quantity", "amount", "list_price", "unit_price")
                             for by in ("deal_size", "category")} & set(told)  # fmt: skip
    assert ("amount", "deal_size") in told
    assert ("amount", "category") in told
    assert ("amount", "") not in told


def test_sizes_go_by_their_amounts_and_each_has_its_middle(shop: Exploration) -> None:
    amounts = distribution(shop, "amount", "deal_size")
    assert amounts.groups == ("small", "middle", "large")
    assert amounts.medians.tolist() == [10, 20, 50]
    assert amounts.counts.sum(axis=1).tolist() == [8, 8, 9]
    assert [amounts.edges[row.argmax()] for row in amounts.counts] == [10, 20, 50]
    assert (amounts.minimum, amounts.median, amounts.maximum) == (10, 20, 50)
    assert amounts.mean == pytest.approx((8 * 10 + 8 * 20 + 9 * 50) / 25)


def test_the_six_largest_groups_are_told_and_the_rest_is_one(shop: Exploration) -> None:
    amounts = distribution(shop, "amount", "category")
    assert amounts.groups == ("A", "B", "C", "D", "E", "F", "other")
    assert amounts.counts.sum(axis=1).tolist() == [7, 6, 2, 2, 2, 2, 4]
    assert np.isnan(amounts.medians).tolist() == [False] * 6 + [True]


def test_products_are_counted_by_what_they_are_called_and_their_ids(shop: Exploration) -> None:
    products, groups = shop.count_of("product_id"), shop.count_of("category")
    assert products is not None
    assert products.names.tolist() == ["Cup (P0)", "Jug (P1)", "P2"]
    assert (products.lines.tolist(), products.revenue.tolist()) == ([9, 8, 8], [450, 80, 160])
    assert (products.n_values, products.lines_total, products.revenue_total) == (3, 25, 690)
    assert groups is not None
    assert groups.names.tolist() == list("ABCDEFGH")
    assert groups.lines.tolist() == [7, 6, 2, 2, 2, 2, 2, 2]


def test_items_have_bins_around_whole_numbers(shop: Exploration) -> None:
    items = distribution(shop, "quantity", "deal_size")
    assert items.edges.tolist() == [0.5, 1.5, 2.5, 3.5]
    assert items.counts.tolist() == [[0, 8, 0], [0, 0, 8], [9, 0, 0]]


def test_what_was_charged_is_held_against_the_list(shop: Exploration) -> None:
    """Of one item 50 of 50; of two 10, so 5 of 40; of three 20, so 6.67 of 40."""
    assert shop.discounts is not None
    found = shop.discounts
    assert found.n_lines == 25
    assert found.mean == pytest.approx((8 * (1 - 5 / 40) + 8 * (1 - 20 / 3 / 40)) / 25)
    assert found.median == pytest.approx(1 - 20 / 3 / 40)
    assert (found.given_share, found.above_share) == (16 / 25, 0)
    assert found.edges.tolist() == pytest.approx(np.arange(0, 1.01, 0.05).round(2).tolist())
    assert {round(float(edge), 2): int(n) for edge, n in zip(found.edges, found.counts, strict=False) if n} == {
        0: 9, 0.8: 8, 0.85: 8,
    }  # fmt: skip
    by_price = dict(zip(found.list_price_edges.tolist(), found.list_price_lines.tolist(), strict=False))
    assert {edge: n for edge, n in by_price.items() if n} == {40: 16, 50: 9}
    at = found.list_price_edges.tolist().index(40)
    assert found.list_price_discount[at] == pytest.approx((7 / 8 + 1 - 1 / 6) / 2)
    assert np.isnan(found.list_price_discount[found.list_price_edges.tolist().index(50)])  # under ten lines


def test_a_year_is_held_against_the_one_before(shop: Exploration) -> None:
    over_time = shop.over_time
    assert over_time.period == "month"
    assert (over_time.first_day, over_time.last_day) == (np.datetime64("2023-01-28"), np.datetime64("2024-12-28"))
    assert over_time.last_gap_days == 3
    assert over_time.month_starts[[0, 12, -1]].astype(str).tolist() == ["2023-01-01", "2024-01-01", "2024-12-01"]
    assert over_time.month_orders.tolist() == [1] * 12 + [2] + [1] * 11
    assert over_time.month_whole.all()
    (pair,) = over_time.year_on_year
    assert (pair.year, pair.months.tolist()) == (2024, list(range(1, 13)))
    assert (pair.revenue_before, pair.revenue) == (4 * 80, 4 * 80 + 50)
    assert pair.growth_share == pytest.approx(50 / 320)


def test_an_average_year_has_each_month_and_quarter(shop: Exploration) -> None:
    month, quarter = shop.calendar
    assert (month.years, quarter.years) == ((2023, 2024), (2023, 2024))
    assert month.orders.tolist() == [1.5] + [1] * 11
    assert month.revenue.tolist() == [75, 10, 20, 50, 10, 20, 50, 10, 20, 50, 10, 20]
    assert (quarter.names, quarter.orders.tolist()) == (("Q1", "Q2", "Q3", "Q4"), [3.5, 3, 3, 3])
    assert quarter.revenue.tolist() == [105, 80, 80, 80]
    assert month.names[0] == "January"


def test_the_peak_is_the_best_month_of_an_average_year(shop: Exploration) -> None:
    peak = shop.over_time.peak
    assert peak is not None
    assert (peak.month, peak.year, peak.years) == (1, 2024, (2023, 2024))
    assert [peak.revenue_mean, peak.average_month] == pytest.approx([75, 345 / 12])
    assert peak.ratio == pytest.approx(75 * 12 / 345)


def test_five_customers_bring_what_they_bring(shop: Exploration) -> None:
    """150, 140, 110, 150 and 140 in five orders each."""
    found = shop.concentration
    assert (found.n_customers, found.revenue_total) == (5, 690)
    assert found.top_revenue.tolist() == [150, 150, 140, 140, 110]
    assert found.customers_for_most == 4  # 580 of the 552 that are four fifths
    assert found.top_fifth_share == pytest.approx(150 / 690)
    assert found.customer_share.tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert found.revenue_share.tolist() == pytest.approx([one / 690 for one in (0, 150, 300, 440, 580, 690)])
    assert found.gini == pytest.approx(2 * (5 * 150 + 4 * 150 + 3 * 140 + 2 * 140 + 110) / (5 * 690) - 6 / 5)
    assert found.n_apart == 0
    repeats = shop.repeats
    assert (repeats.orders.tolist(), repeats.customers.tolist(), repeats.revenue.tolist()) == ([5], [5], [690])
    assert (repeats.once_share, repeats.once_revenue_share) == (0, 0)


def test_who_came_in_one_of_five_months_came_again_every_fifth(shop: Exploration) -> None:
    cohorts = shop.cohorts
    assert cohorts is not None
    assert cohorts.unit == "month"
    assert cohorts.starts.astype(str).tolist()[:2] == ["2023-01-01", "2023-02-01"]
    assert cohorts.sizes.tolist() == [1] * 5 + [0] * 19
    assert cohorts.active.shape == (24, 24)
    assert np.flatnonzero(cohorts.active[0] > 0).tolist() == [0, 5, 10, 15, 20]
    assert np.flatnonzero(cohorts.active[4] > 0).tolist() == [0, 5, 8, 10, 15]
    assert [(row < 0).sum() for row in cohorts.active] == list(range(24))
    assert cohorts.mean_retention[[0, 1, 5, 8, 19]].tolist() == [1, 0, 1, 0.25, 0]  # of those who came after the first
    assert np.isnan(cohorts.mean_retention[23])
    assert np.isnan(cohorts.retention[4, 19:]).tolist() == [False] + [True] * 4
    assert cohorts.retention[5, :5].tolist() == [0] * 5


def test_days_between_orders_are_counted_by_their_length(shop: Exploration) -> None:
    months = [[0, 5, 10, 15, 20], [1, 6, 11, 16, 21], [2, 7, 12, 17, 22], [3, 8, 13, 18, 23], [4, 9, 12, 14, 19]]
    days = [[date(2023 + m // 12, m % 12 + 1, 28) for m in own] for own in months]
    gaps = sorted((later - day).days for own in days for day, later in pairwise(own))
    times = shop.gaps
    assert times is not None
    assert (times.n_gaps, np.repeat(times.days, times.counts).tolist()) == (20, gaps)
    assert [times.lower_days, times.median_days, times.upper_days] == np.quantile(gaps, [0.25, 0.5, 0.75]).tolist()


def test_lines_orders_and_customers_are_counted(shop: Exploration) -> None:
    lines = shop.lines
    assert (lines.read, lines.kept, lines.orders, lines.customers) == (25, 25, 25, 5)
    assert (lines.returned, lines.returned_value, lines.duplicates, lines.set_aside) == (0, 0, 0, {})
    assert shop.currency is None
    assert shop.labels["deal_size"] == "deal_size"


@pytest.mark.parametrize(
    ("span", "bins", "step"),
    [
        (40, 40, 1),
        (41, 40, 2),
        (80, 40, 2),
        (81, 40, 2.5),
        (100, 40, 2.5),
        (101, 40, 5),
        (201, 40, 10),
        (0.4, 40, 0.01),
    ],
)
def test_a_step_is_the_next_round_number(span: float, bins: int, step: float) -> None:
    assert nice_step(span, bins) == pytest.approx(step)


@pytest.mark.parametrize(
    ("bins", "values", "places"),
    [
        (Bins(np.array([0.0, 0.1, 0.2, 0.3, 0.4])), [-1, 0, 0.0999, 0.1, 0.3, 0.39, 0.4, 7], [0, 0, 0, 1, 3, 3, 3, 3]),
        (Bins(np.array([1.0, 10, 100, 1000]), log=True), [0.5, 1, 9.99, 10, 100, 999, 1e6], [0, 0, 0, 1, 2, 2, 2]),
        (Bins(np.array([0.5, 1.5, 2.5])), [1, 2, 3], [0, 1, 1]),
    ],
    ids=["of one width", "that grow", "around whole numbers"],
)
def test_a_value_is_in_the_bin_whose_lower_border_it_reaches(
    bins: Bins, values: list[float], places: list[int]
) -> None:
    frame = nw.from_native(pa.table({"value": pa.array(values, pa.float64())})).lazy("polars")
    found = frame.select(bins.place("value").alias("bin")).collect()["bin"].to_list()
    assert found == places


@pytest.mark.parametrize(
    ("p99", "top", "last"), [(100, 150, 152.5), (100, 151, 102.5), (100, 100, 102.5)], ids=["near", "far", "none"]
)
def test_a_tail_half_as_long_again_as_all_else_is_shown(p99: float, top: float, last: float) -> None:
    stats = {"minimum": 0.0, "p99": p99, "maximum": top, "median": 50.0}
    edges = _bins(stats, whole_numbers=False).edges
    assert edges[-1] == (155 if top == 150 else last)


@pytest.mark.parametrize(("p99", "log"), [(500.0, False), (501.0, True)])
def test_bins_grow_where_nearly_all_reaches_over_ten_times_the_middle(p99: float, *, log: bool) -> None:
    stats = {"minimum": 1.0, "p99": p99, "maximum": 1_000.0, "median": 50.0}
    bins = _bins(stats, whole_numbers=False)
    assert bins.log is log
    if log:
        assert bins.edges[[0, 8, -1]].tolist() == pytest.approx([1, 10, 10 ** (25 / 8)])
    assert not _bins(stats | {"minimum": 0.0}, whole_numbers=False).log


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    days = np.array(["2024-03-03", "2024-03-04", "2024-03-10", "2024-03-11"], "datetime64[D]").astype(np.int64)
    weeks = _slots(days, "week")
    assert (weeks - weeks[0]).tolist() == [0, 1, 1, 2]
    assert _slot_start(weeks, "week").astype(str).tolist() == ["2024-02-26", "2024-03-04", "2024-03-04", "2024-03-11"]
    assert _slot_start(_slots(days, "month"), "month").astype(str).tolist() == ["2024-03-01"] * 4
    assert _slot_start(_slots(days, "day"), "day").tolist() == as_dates(days).tolist()
    assert month_starts(np.array([24 + 1970 * 12])).astype(str).tolist() == ["1972-01-01"]
