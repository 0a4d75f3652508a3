"""Orders, places and pairs of things, counted by segment."""

from __future__ import annotations

import numpy as np
import pytest
from tests.campaigns.cases import purchases_of
from tests.campaigns.test_baskets import case_of_orders

from marketfold.campaigns.basket_counts import MOST_IN_ORDER, Counts, count_customers, count_pairs, count_things


def things_of(orders: dict[str, tuple[str, list[str]]]) -> Counts:
    """Counted with the customers of two segments, by the first letter of their names."""
    case = case_of_orders(orders)
    labels = np.array([one.startswith("B") for one in case.ids.tolist()], dtype=np.int32)
    return count_things(purchases_of(case, labels=labels), "product_id")


def test_pairs_are_counted_by_order_and_by_segment():
    """Ten orders of two things and ten of three by each of two segments; what stands in nine orders is not counted."""
    orders = {}
    for n in range(40):
        things = ["Cup", "Mug"] if n < 20 else ["Cup", "Mug", "Jug"]
        orders[f"O{n}"] = (f"{'AB'[n % 2]}{n % 10}", [*things, *(["Pot"] if n < 9 else [])])
    orders |= {"P0": ("A0", ["Cup"]), "P1": ("B1", ["Jug"])}
    found = things_of(orders)
    assert (found.names, found.n_left_out, found.sizes) == (["Cup", "Mug", "Jug"], 0, (40, 2, 0))
    assert found.n_orders.tolist() == [42, 21, 21]
    assert found.margins.orders.tolist() == [[40, 40, 20], [20, 20, 10], [20, 20, 10]]
    assert found.margins.all_orders.tolist() == [[41, 40, 21], [21, 20, 10], [20, 20, 11]]
    assert found.margins.beside.tolist() == [[69, 69, 40], [35, 35, 20], [34, 34, 20]]
    assert found.margins.places.tolist() == [109, 55, 54]
    pairs, own = count_pairs(found)
    told = sorted(zip(*(one.tolist() for one in (pairs.first, pairs.second, pairs.together)), strict=True))
    of_segments = (own.group, own.first, own.second, own.together)
    assert told == [(0, 1, 40), (0, 2, 20), (1, 2, 20)]
    assert sorted(zip(*(one.tolist() for one in of_segments), strict=True)) == [
        (group, *pair) for group in (1, 2) for pair in ((0, 1, 20), (0, 2, 10), (1, 2, 10))
    ]  # fmt: skip
    whole, _ = count_customers(found, (pairs, own))
    assert whole.customers is not None
    assert whole.squares is not None
    assert whole.crosses is not None
    assert whole.customers.tolist() == [10, 10, 10]
    assert whole.squares.tolist() == [160, 40, 40]  # four orders of each customer, of which two have three things
    assert whole.crosses.tolist() == [276, 138, 138]  # beside each thing are seven places of nine customers, six of one


@pytest.mark.parametrize(("size", "sizes"), [(MOST_IN_ORDER, (20, 1, 0)), (MOST_IN_ORDER + 1, (10, 1, 10))])
def test_an_order_of_a_hundred_things_is_a_basket_and_of_more_none(size: int, sizes: tuple[int, int, int]):
    orders = {f"O{n}": (f"{'AB'[n % 2]}{n}", ["Cup", "Mug"]) for n in range(10)}
    orders |= {f"S{n}": (f"{'AB'[n % 2]}{n}", ["Cup", *(f"T{k}" for k in range(size - 1))]) for n in range(10)}
    found = things_of(orders | {"P": ("A0", ["Cup"])})
    assert found.sizes == sizes
    large = size > MOST_IN_ORDER
    assert found.n_orders.tolist() == [21, 11, 10]
    assert found.margins.places.tolist() == ([20, 10, 10] if large else [1_020, 510, 510])
    cup = found.names.index("Cup")
    assert found.margins.orders[:, cup].tolist() == ([10, 5, 5] if large else [20, 10, 10])
    assert found.margins.beside[:, cup].tolist() == ([10, 5, 5] if large else [1_000, 500, 500])
    assert found.margins.all_orders[:, cup].tolist() == [21, 11, 10]
    assert (len(found.names), found.n_left_out) == ((2, 0) if large else (101, 0))
