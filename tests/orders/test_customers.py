"""Whether a column changes within an order, as a product's maker does and its customer does not."""

from __future__ import annotations

import pytest

from marketfold.orders.customers import changes_within


@pytest.mark.parametrize(("changing", "changes"), [(0, False), (1, False), (4, False), (10, True)])
def test_it_changes_where_it_does_on_most_orders_of_several_lines(changing: int, *, changes: bool):
    """A typing mistake on an order or two makes no customer a product."""
    orders = [str(order) for order in range(10) for _ in range(2)]
    people = [f"{order}" if line == 0 or order >= changing else "another" for order in range(10) for line in range(2)]
    assert changes_within({"order": orders, "who": people}, "who", "order", None) is changes


def test_an_order_of_one_line_says_nothing():
    assert changes_within({"order": ["1", "2"], "who": ["a", "b"]}, "who", "order", None) is False


def test_a_number_that_starts_anew_is_another_order_on_another_day():
    sample = {
        "order": ["1", "1", "1", "1"],
        "who": ["a", "a", "b", "b"],
        "day": ["2024-01-05"] * 2 + ["2024-02-05"] * 2,
    }
    assert changes_within(sample, "who", "order", "day") is False
    assert changes_within(sample, "who", "order", None) is True
