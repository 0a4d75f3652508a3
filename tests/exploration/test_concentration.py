from __future__ import annotations

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import explore
from marketfold.exploration.customers import Concentration, Repeats
from marketfold.orders import read_orders


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
