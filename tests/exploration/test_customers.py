"""Concentration, repeat orders, cohorts and gaps against pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import explore
from marketfold.exploration.customers import MOST_PERIODS, Cohorts, Concentration, Periods, Repeats
from marketfold.orders import read_orders

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Exploration


def test_the_curve_is_that_of_the_sorted_revenue(sales: Exploration, sales_kept: pd.DataFrame):
    revenue = np.sort(sales_kept.groupby("CUSTOMERNAME")["SALES"].sum())[::-1]
    found = sales.concentration
    n = len(revenue)
    assert found.customer_share == pytest.approx(np.arange(n + 1) / n)
    assert found.revenue_share[1:] == pytest.approx(np.cumsum(revenue) / revenue.sum())
    assert np.cumsum(revenue)[found.customers_for_most - 1] >= 0.8 * revenue.sum()
    assert np.cumsum(revenue)[found.customers_for_most - 2] < 0.8 * revenue.sum()
    pairs = np.abs(revenue[:, None] - revenue[None, :]).mean() / (2 * revenue.mean())
    assert found.gini == pytest.approx(pairs)
    assert found.n_apart == 2


def test_no_customer_stands_apart_among_many(purchases: Exploration):
    assert purchases.concentration.n_apart == 0
    assert len(purchases.concentration.customer_share) == 201


def test_repeat_orders(purchases: Exploration, purchases_kept: pd.DataFrame, totals: dict[str, Any]):
    orders = purchases_kept.groupby("customer_id")["day"].nunique()
    assert dict(zip(purchases.repeats.orders.tolist(), purchases.repeats.customers.tolist(), strict=True)) == (
        orders.value_counts().to_dict()
    )
    assert purchases.repeats.revenue.sum() == pytest.approx(totals["purchases.txt"]["amount"])
    once = purchases_kept[purchases_kept["customer_id"].isin(orders[orders == 1].index)]["dollar_value"].sum()
    assert purchases.repeats.once_revenue_share == pytest.approx(once / purchases_kept["dollar_value"].sum())


def test_cohorts_by_month(purchases: Exploration, purchases_kept: pd.DataFrame, totals: dict[str, Any]):
    month = purchases_kept["day"].dt.year * 12 + purchases_kept["day"].dt.month - (2021 * 12 + 1)
    first = month.groupby(purchases_kept["customer_id"]).transform("min")
    cohorts = purchases.cohorts
    assert cohorts is not None
    assert cohorts.unit == "month"
    expected = np.full(cohorts.active.shape, -1)
    for cohort in range(len(expected)):
        for later in range(len(expected) - cohort):
            seen = (first == cohort) & (month == cohort + later)
            expected[cohort, later] = purchases_kept.loc[seen, "customer_id"].nunique()
    assert cohorts.active.tolist() == expected.tolist()
    assert cohorts.sizes[:3].tolist() == totals["purchases.txt"]["cohorts"]


def test_retention_knows_what_was_not_seen(sales: Exploration):
    cohorts = sales.cohorts
    assert cohorts is not None
    assert cohorts.unit == "quarter"
    assert (cohorts.retention[cohorts.sizes > 0, 0] == 1).all()
    assert np.isnan(cohorts.retention[-1, 1:]).all()
    came_later = slice(1, -1)  # who bought in the first quarter may have come before it
    assert cohorts.mean_retention[1] == pytest.approx(
        cohorts.active[came_later, 1].sum() / cohorts.sizes[came_later].sum()
    )


def test_gaps_are_between_days_of_one_customer(sales: Exploration, sales_kept: pd.DataFrame):
    visits = sales_kept[["CUSTOMERNAME", "day"]].drop_duplicates().sort_values(["CUSTOMERNAME", "day"])
    gaps = visits.groupby("CUSTOMERNAME")["day"].diff().dropna().dt.days
    found = sales.gaps
    assert found is not None
    assert (
        dict(zip(found.days.tolist(), found.counts.tolist(), strict=True)) == gaps.astype(int).value_counts().to_dict()
    )
    quartiles = gaps.quantile([0.25, 0.5, 0.75]).tolist()
    assert [found.lower_days, found.median_days, found.upper_days] == quartiles


def of_customers(*revenue: float) -> Concentration:
    n = len(revenue)
    table = pa.table({"customer": [f"k{i}" for i in range(n)], "date": ["2024-01-05"] * n, "amount": list(revenue)})
    return explore(clean_orders(read_orders(table))).concentration


def test_equal_customers_are_not_concentrated():
    found = of_customers(*[10.0] * 10)
    assert found.gini == pytest.approx(0)
    assert (found.customers_for_most, found.n_apart) == (8, 0)
    assert found.revenue_share == pytest.approx(found.customer_share)
    assert found.top_fifth_share == pytest.approx(0.2)


def test_most_of_the_customers_do_not_stand_apart_from_the_rest():
    assert of_customers(*[100.0] * 10, 1.0).n_apart == 0
    assert of_customers(*[100.0] * 5, *[1.0] * 6).n_apart == 5


def test_one_who_brings_nearly_everything_stands_apart():
    found = of_customers(991.0, *[1.0] * 9)
    assert found.gini == pytest.approx(0.891)  # mean absolute difference over twice the mean: 0.9 - 0.009
    assert (found.customers_for_most, found.n_apart) == (1, 1)
    assert found.top_revenue.tolist() == [991.0, *[1.0] * 9]


def test_standing_apart_needs_twice_the_next_and_a_twentieth_of_the_revenue():
    assert of_customers(200.0, 100.0, *[99.0] * 8).n_apart == 1
    assert of_customers(199.0, 100.0, *[99.0] * 8).n_apart == 0
    assert of_customers(4.0, *[2.0] * 60, *[1.0] * 30).n_apart == 0


def test_once_and_again():
    table = pa.table(
        {
            "customer": ["a", "b", "b", "c", "c", "c"],
            "date": ["2024-01-01", "2024-01-01", "2024-02-01", "2024-01-01", "2024-02-01", "2024-03-01"],
            "amount": [6.0, 1.0, 1.0, 1.0, 1.0, 2.0],
        }
    )
    found: Repeats = explore(clean_orders(read_orders(table))).repeats
    assert (found.orders.tolist(), found.customers.tolist()) == ([1, 2, 3], [1, 1, 1])
    assert found.revenue.tolist() == [6.0, 2.0, 4.0]
    assert (found.once_share, found.once_revenue_share) == (1 / 3, 0.5)


@pytest.mark.parametrize(
    ("top", "n", "total", "apart"),
    [
        ([100.0, 50.0, 49.0], 10, 400.0, 1),
        ([100.0, 51.0, 49.0], 10, 400.0, 0),
        ([100.0, 90.0, 45.0], 10, 400.0, 2),
        ([100.0, 90.0, 45.0, 10.0, 9.0], 10, 400.0, 3),
        ([100.0, 50.0, 0.0], 5, 400.0, 1),  # half of all nothing stands apart from
        ([100.0, 90.0, 45.0], 4, 400.0, 0),  # two of four are no few
        ([100.0, 90.0, 45.0], 5, 400.0, 2),
        ([100.0, 50.0, 49.0], 10, 2_000.0, 1),
        ([100.0, 50.0, 49.0], 10, 2_001.0, 0),  # under a twentieth of the revenue
        ([100.0], 1, 100.0, 0),
    ],
)
def test_few_stand_apart_that_bring_twice_as_much_as_the_next(top: list[float], n: int, total: float, apart: int):
    curve, all_of_them = np.zeros(2), np.array(top + [top[-1]] * (n - len(top)))
    assert Concentration(n, total, curve, curve, 1, all_of_them, 0.5, 0.5).n_apart == apart


def test_no_more_than_ten_stand_apart():
    curve = np.zeros(2)
    for few, apart in ((10, 10), (11, 0)):
        top = np.array([100.0] * few + [1.0] * 20)
        assert Concentration(100, 2_000.0, curve, curve, 1, top, 0.5, 0.5).n_apart == apart


@pytest.mark.parametrize(
    ("last", "unit"),
    [(0, None), (1, "month"), (24, "month"), (25, "quarter"), (74, "quarter"), (75, "year"), (900, "year")],
)
def test_a_table_of_cohorts_has_twenty_five_columns_at_most(last: int, unit: str | None):
    found = Periods.of(0, last, MOST_PERIODS)
    assert (found.unit if found else None) == unit


def brought(*orders: tuple[str, str, float]) -> Exploration:
    """Orders of one line: of whom, on which day, and for how much."""
    who, days, money = zip(*orders, strict=True)
    numbers = [str(number) for number in range(len(orders))]
    lines = {"order_id": numbers, "customer_id": who, "ordered_on": days, "amount": money}
    return explore(clean_orders(read_orders(pa.table(lines))))


def test_what_three_customers_bring():
    found = brought(
        ("a", "2024-01-01", 4.0), ("a", "2024-01-11", 2.0), ("b", "2024-02-01", 3.0), ("c", "2024-02-02", 1.0)
    )
    one = found.concentration
    assert (one.n_customers, one.revenue_total, one.customers_for_most) == (3, 10.0, 2)
    assert one.customer_share == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert one.revenue_share == pytest.approx([0, 0.6, 0.9, 1])
    assert one.top_revenue.tolist() == [6, 3, 1]
    assert one.top_fifth_share == pytest.approx(0.6)
    assert one.gini == pytest.approx(1 / 3)  # 2 (3 x 6 + 2 x 3 + 1 x 1) / (3 x 10) - 4 / 3
    assert found.repeats.orders.tolist() == [1, 2]
    assert found.repeats.customers.tolist() == [2, 1]
    assert found.repeats.revenue.tolist() == [4, 6]
    assert found.repeats.once_share == pytest.approx(2 / 3)
    assert found.repeats.once_revenue_share == pytest.approx(0.4)
    assert found.gaps is not None
    assert (found.gaps.days.tolist(), found.gaps.counts.tolist(), found.gaps.n_gaps) == ([10], [1], 1)
    assert found.cohorts is not None
    assert found.cohorts.sizes.tolist() == [1, 2]
    assert found.cohorts.active.tolist() == [[1, 0], [2, -1]]
    assert found.cohorts.retention == pytest.approx(np.array([[1, 0], [1, np.nan]]), nan_ok=True)
    assert found.cohorts.mean_retention == pytest.approx([1, np.nan], nan_ok=True)


def test_a_customer_who_brings_just_four_fifths_is_most():
    one = brought(("a", "2024-01-01", 8.0), ("b", "2024-01-11", 2.0))
    assert one.concentration.customers_for_most == 1
    assert one.gaps is None
    assert one.cohorts is None


def test_one_customer_alone_brings_everything_and_no_more_than_any_other():
    one = brought(("a", "2024-01-01", 8.0), ("a", "2024-01-01", 2.0)).concentration
    assert (one.n_customers, one.customers_for_most, one.gini, one.top_fifth_share) == (1, 1, 0.0, 1.0)


def test_customers_who_came_after_the_first_period_are_held_against_who_could_be_seen():
    active = np.array([[9, 9, 9, 9], [1, 1, 0, -1], [0, 0, -1, -1], [4, -1, -1, -1]])
    cohorts = Cohorts("month", np.array(["2024-01"] * 4, "datetime64[D]"), active[:, 0].copy(), active)
    assert cohorts.retention[1].tolist()[:3] == [1, 1, 0]
    assert cohorts.retention[2].tolist()[:2] == [0, 0]
    assert np.isnan(cohorts.retention).sum() == 6
    assert cohorts.mean_retention == pytest.approx([1, 1, 0, np.nan], nan_ok=True)
