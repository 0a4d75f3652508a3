"""How the cells of a customer lie beside those of orders and days: a product's maker changes within an order."""

from __future__ import annotations

import pytest

from marketfold.orders.customers import changes_within, comes_again, on_several_days, one_each


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


def cells(text: str) -> list[object]:
    return [None if cell == "_" else cell for cell in text.split()]


@pytest.mark.parametrize(
    ("customers", "orders", "each", "again"),
    [
        ("a b c", "1 2 3", True, False),
        ("a a b", "1 1 2", True, False),
        ("a b a", "1 2 3", False, True),
        ("a b a", "1 1 2", False, False),  # an order of two customers
        ("a a", "1 2", False, False),  # one customer is nobody to tell apart
        ("a", "1", False, False),
        ("a b a _", "1 2 3 4", False, True),
        ("_ b c", "1 2 3", True, False),
    ],
)
def test_whether_each_order_is_of_another_customer(customers: str, orders: str, *, each: bool, again: bool):
    sample = {"customer": cells(customers), "order": cells(orders)}
    assert one_each(sample, "customer", "order") is each
    assert comes_again(sample, "customer", "order") is again


@pytest.mark.parametrize(
    ("makers", "changes"),
    [
        ("x y x y x x", True),  # in two of three orders
        ("x y x x", False),  # in one of two
        ("x x y y z z", False),
        ("x _ y _ z _", False),
        ("_ _ _ _ _ _", False),
    ],
)
def test_a_maker_changes_within_most_orders(makers: str, *, changes: bool):
    found = cells(makers)
    orders: list[object] = [str(n // 2) for n in range(len(found))]
    assert changes_within({"maker": found, "order": orders}, "maker", "order", None) is changes
    anew: dict[str, list[object]] = {
        "maker": found,
        "order": ["1"] * len(found),
        "day": [f"2024-01-{n // 2 + 1:02} 10:00" for n in range(len(found))],
    }
    assert changes_within(anew, "maker", "order", "day") is changes  # numbers that start anew each day


@pytest.mark.parametrize(
    ("customers", "days", "several"),
    [
        ("a a b b c c", "1 2 1 2 1 1", True),
        ("a a b b", "1 2 1 1", False),
        ("a b c", "1 2 3", False),
        ("a a _ _", "1 2 3 4", True),
    ],
)
def test_most_customers_who_come_again_do_so_on_another_day(customers: str, days: str, *, several: bool):
    when: list[object] = [f"2024-01-0{day} 10:00" for day in days.split()]
    sample = {"customer": cells(customers), "day": when}
    assert on_several_days(sample, "customer", "day") is several
