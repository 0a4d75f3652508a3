"""What the customers of a segment did, counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.campaigns.cases import table_of

from marketfold.campaigns.customers import (
    Customers,
    condense,
    members_of,
    overdue_customers,
    placed,
    ratio_error,
    read_customers,
    segment_facts,
)
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.errors import ParameterError
from marketfold.orders import read_orders

ROWS = [
    ("1", "ann", "2024-01-01", 10.0), ("1", "ann", "2024-01-01", 5.0), ("2", "ann", "2024-01-11", 25.0),
    ("3", "ann", "2024-01-31", 20.0), ("4", "bob", "2024-01-03", 30.0), ("5", "cyd", "2024-01-20", 10.0),
    ("6", "cyd", "2024-01-20", 10.0),
]  # fmt: skip


@pytest.fixture(scope="module")
def clean() -> CleanOrders:
    categories = ["Tea", "Jam", "Tea", "", "Jam", "", ""]
    return clean_orders(read_orders(table_of(ROWS, category=categories)))


@pytest.fixture(scope="module")
def customers(clean: CleanOrders) -> Customers:
    members = members_of(clean, np.array(["ann", "bob", "cyd"]), np.array([0, 1, 1], dtype=np.int32))
    return read_customers(condense(clean, members, 2))


def test_each_customer_is_counted_from_her_lines(customers: Customers) -> None:
    assert customers.ids.tolist() == ["ann", "bob", "cyd"]
    assert customers.labels.tolist() == [0, 1, 1]
    assert customers.order_count.tolist() == [3, 1, 2]
    assert customers.line_count.tolist() == [4, 1, 2]
    assert customers.order_days.tolist() == [3, 1, 1]
    assert customers.revenue.tolist() == [60, 30, 20]
    assert customers.category_count is not None
    assert customers.category_count.tolist() == [2, 1, 0]


def test_the_time_observed_goes_from_the_first_to_the_last_day_and_both_count(customers: Customers) -> None:
    assert (customers.observed, customers.observed_days) == ((date(2024, 1, 1), date(2024, 1, 31)), 31)
    assert customers.as_of == date(2024, 2, 1)
    assert customers.recency_days.tolist() == [1, 29, 12]
    assert customers.gap_days.tolist()[0] == 15  # 30 days between the first and the last of three
    assert np.isnan(customers.gap_days[1:]).all()  # two orders on one day are one


def test_facts_of_a_segment_and_of_everybody(customers: Customers) -> None:
    ann, others = segment_facts(customers, (None, 0.5))
    assert (ann.revenue, others.revenue) == (60, 50)
    assert others.values == pytest.approx({
        "customer_count": 2, "customer_share": 2 / 3, "revenue_share": 50 / 110, "revenue_lead": 50 / 110 * 1.5,
        "one_order_share": 0.5, "order_count": 1.5, "recency_days": 20.5, "revenue_total": 25, "order_value": 20,
        "lines_per_order": 1, "overdue_share": 0, "category_count": 0.5, "ever_again_share": 2 / 3, "season_share": 0.5,
    })  # fmt: skip
    assert ann.values["lines_per_order"] == pytest.approx(4 / 3)
    assert (ann.values["gap_days"], ann.values["order_value"]) == (15, 20)
    assert "season_share" not in ann.values
    assert ann.everyone == others.everyone
    assert (ann.everyone["customer_count"], ann.everyone["customer_share"], ann.everyone["revenue_lead"]) == (3, 1, 1)


@pytest.mark.parametrize(
    ("as_of", "overdue"),
    [(date(2024, 3, 1), [False, True, True]), (date(2024, 3, 2), [True, True, True])],
    ids=["twice her own time", "a day more"],
)
def test_who_is_away_for_over_twice_the_time_between_orders_is_overdue(
    clean: CleanOrders, as_of: date, overdue: list[bool]
) -> None:
    """Ann comes every 15 days, last on 31 January; who came on one day alone is held to the same."""
    members = members_of(clean, np.array(["ann", "bob", "cyd"]), np.zeros(3, dtype=np.int32))
    assert overdue_customers(read_customers(condense(clean, members, 1), as_of)).tolist() == overdue


def test_where_nobody_came_on_two_days_nobody_is_overdue(clean: CleanOrders) -> None:
    members = members_of(clean, np.array(["bob", "cyd"]), np.zeros(2, dtype=np.int32))
    found = read_customers(condense(clean, members, 1), date(2025, 1, 1))
    assert overdue_customers(found).tolist() == [False, False]
    (facts,) = segment_facts(found, (None,))
    assert "gap_days" not in facts.values
    assert facts.values["ever_again_share"] == 0.5


def test_lines_of_the_day_from_which_on_is_not_looked_are_left_out(clean: CleanOrders) -> None:
    members = members_of(clean, np.array(["ann", "bob", "cyd"]), np.zeros(3, dtype=np.int32))
    found = read_customers(condense(clean, members, 1, before=date(2024, 1, 31)))
    assert found.revenue.tolist() == [40, 30, 20]
    assert found.as_of == date(2024, 1, 21)
    whole = condense(clean, members, 1, before=date(2024, 2, 1))
    assert whole.clean is clean
    assert read_customers(whole).revenue.tolist() == [60, 30, 20]


def test_of_segmented_orders_a_customer_is_where_most_of_her_money_is(clean: CleanOrders) -> None:
    labels = np.array([0, 1, 0, 2, 1, 0], dtype=np.int32)
    found = members_of(clean, np.array(list("123456")), labels, "order")
    assert found.to_pylist() == [
        {"customer_id": "ann", "segment": 0},  # 15 and 20 against 25
        {"customer_id": "bob", "segment": 2},
        {"customer_id": "cyd", "segment": 0},  # as much in both: the first
    ]


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, -1], []])
def test_each_unit_needs_one_label(clean: CleanOrders, labels: list[int]) -> None:
    with pytest.raises(ParameterError, match="one label of 0 or more"):
        members_of(clean, np.array(["ann", "bob", "cyd"]), np.array(labels, dtype=np.int32))


def test_customers_without_a_kept_line_are_refused(clean: CleanOrders) -> None:
    members = members_of(clean, np.array(["zoe"]), np.array([0], dtype=np.int32))
    with pytest.raises(ParameterError, match="None of the segmented customers"):
        read_customers(condense(clean, members, 1))


def test_a_table_is_placed_in_an_array_with_zeros_elsewhere() -> None:
    orders = table_of(ROWS[:2])
    places = (np.array([1, 0]), np.array([0, 2]))
    assert placed(orders, "amount", (2, 3), places).tolist() == [[0, 0, 5], [10, 0, 0]]


def test_the_error_of_a_ratio_is_that_of_clusters() -> None:
    """Three customers with parts 1, 2 and 0 of wholes 2, 2 and 4: a ratio of 3/8, with residuals 1/4, 5/4 and -3/2."""
    parts, wholes = np.array([1.0, 2.0, 0.0]), np.array([2.0, 2.0, 4.0])
    sums = (parts @ parts, parts @ wholes, wholes @ wholes, wholes.sum())
    squares, products, whole_squares, whole = map(np.asarray, sums)
    error = ratio_error(np.array(3 / 8), squares, products, whole_squares, whole, 3)
    assert float(error) == pytest.approx(np.sqrt((1 + 25 + 36) / 16 * 3 / 2) / 8)
    of_one = ratio_error(np.array(0.5), np.array(2.0), np.array(2.0), 4.0, 2.0, 1)
    assert float(of_one) == pytest.approx(np.sqrt((2 - 2 + 1) * 2 / 1) / 2)
