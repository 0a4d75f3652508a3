"""What the customers of a segment did, counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.campaigns.cases import assigned, table_of

from marketfold.campaigns.customers import (
    Customers,
    condense,
    members_of,
    placed,
    ratio_error,
    read_customers,
    segment_facts,
)
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine, EngineTable
from marketfold.errors import ParameterError
from marketfold.orders import read_orders
from marketfold.polars_engine import PolarsEngine

ROWS = [
    ("1", "ann", "2024-01-01", 10.0), ("1", "ann", "2024-01-01", 5.0), ("2", "ann", "2024-01-11", 25.0),
    ("3", "ann", "2024-01-31", 20.0), ("4", "bob", "2024-01-03", 30.0), ("5", "cyd", "2024-01-20", 10.0),
    ("6", "cyd", "2024-01-20", 10.0),
]  # fmt: skip


@pytest.fixture(scope="module")
def clean() -> CleanOrders:
    categories = ["Tea", "Jam", "Tea", "", "Jam", "", ""]
    return clean_orders(read_orders(table_of(ROWS, category=categories)))


ALL = dict.fromkeys(("ann", "bob", "cyd"), 0)


def read(
    clean: CleanOrders, labels: dict[str, int], as_of: date | None = None, before: date | None = None
) -> Customers:
    return read_customers(condense(clean, assigned(clean.engine, labels), max(labels.values()) + 1, before), as_of)


def column(customers: Customers, name: str) -> list[Any]:
    """Of every customer, in the order of their ids."""
    cells: list[Any] = customers.engine.collect(customers.frame).sort_by("customer_id")[name].to_pylist()
    return cells


def overdue_of(customers: Customers) -> list[Any]:
    told = customers.frame.with_columns(overdue=customers.is_overdue.fill_null(value=False))
    return column(replace(customers, frame=told), "overdue")


@pytest.fixture(scope="module")
def customers(clean: CleanOrders) -> Customers:
    return read(clean, {"ann": 0, "bob": 1, "cyd": 1})


def test_each_customer_is_counted_from_her_lines(customers: Customers) -> None:
    assert column(customers, "customer_id") == ["ann", "bob", "cyd"]
    assert column(customers, "segment") == [0, 1, 1]
    assert column(customers, "order_count") == [3, 1, 2]
    assert column(customers, "line_count") == [4, 1, 2]
    assert column(customers, "revenue") == [60, 30, 20]
    assert column(customers, "category_count") == [2, 1, 0]


def test_the_time_observed_goes_from_the_first_to_the_last_day_and_both_count(customers: Customers) -> None:
    assert (customers.observed, customers.observed_days) == ((date(2024, 1, 1), date(2024, 1, 31)), 31)
    assert customers.as_of == date(2024, 2, 1)
    assert column(customers, "recency_days") == [1, 29, 12]
    # 30 days between the first and the last of three; two orders on one day are one
    assert column(customers, "gap_days") == [15, None, None]


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
    found = read(clean, ALL, as_of)
    assert overdue_of(found) == overdue
    assert found.of_segments[0]["overdue"] == sum(overdue)


def test_where_nobody_came_on_two_days_nobody_is_overdue(clean: CleanOrders) -> None:
    found = read(clean, {"bob": 0, "cyd": 0}, date(2025, 1, 1))
    assert overdue_of(found) == [False, False]
    (facts,) = segment_facts(found, (None,))
    assert "gap_days" not in facts.values
    assert facts.values["ever_again_share"] == 0.5


def test_lines_of_the_day_from_which_on_is_not_looked_are_left_out(clean: CleanOrders) -> None:
    found = read(clean, ALL, before=date(2024, 1, 31))
    assert column(found, "revenue") == [40, 30, 20]
    assert found.as_of == date(2024, 1, 21)
    whole = condense(clean, assigned(clean.engine, ALL), 1, before=date(2024, 2, 1))
    assert whole.clean is clean
    assert column(read_customers(whole), "revenue") == [60, 30, 20]


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
def test_of_segmented_orders_a_customer_is_where_most_of_her_money_is(clean: CleanOrders, engine: Engine) -> None:
    there = replace(clean, bought=engine.from_arrow(clean.engine.collect(clean.purchases)), taken_back=None)
    orders = assigned(engine, {"1": 0, "2": 1, "3": 0, "4": 2, "5": 1, "6": 0}, "order")
    found = EngineTable(engine, members_of(there, orders, "order")).collect()
    assert found.to_pylist() == [
        {"customer_id": "ann", "segment": 0},  # 15 and 20 against 25
        {"customer_id": "bob", "segment": 2},
        {"customer_id": "cyd", "segment": 0},  # as much in both: the first
    ]


def test_a_segment_without_a_kept_line_is_counted_as_empty(clean: CleanOrders) -> None:
    found = read(clean, {"ann": 0, "zoe": 1, "bob": 2})
    facts = segment_facts(found, (None,) * 3)[1]
    assert facts.values == {
        "customer_count": 0, "customer_share": 0, "revenue_share": 0, "ever_again_share": 0.5
    }  # fmt: skip
    assert (facts.revenue, found.two_largest[1]) == (0, None)


def test_customers_without_a_kept_line_are_refused(clean: CleanOrders) -> None:
    with pytest.raises(ParameterError, match="None of the segmented customers"):
        read(clean, {"zoe": 0})


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
