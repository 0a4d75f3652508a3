"""What a model of a shop without groups takes from the lines, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.selection.shop_lines import ShopLines
from marketfold.selection.shop_model import Taste, _agreeing, _returns, _taste, _whole_items, fit_shop


def lines(came_back: list[list[bool]], **columns: list[float]) -> ShopLines:
    """Of each customer, for each order of one line, whether it came back."""
    owner = np.repeat(np.arange(len(came_back)), [len(orders) for orders in came_back])
    n = len(owner)
    return ShopLines(
        n_customers=len(came_back),
        customer=owner,
        order=np.arange(n),
        amount=np.ones(n),
        columns={name: np.array(values) for name, values in columns.items()},
        buyer=owner,
        day=np.arange(n),
        mover=owner,
        came_back=np.concatenate([np.array(orders, dtype=np.bool_) for orders in came_back]),
        returned_part=1.0,
    )


@pytest.mark.parametrize(
    ("came_back", "share", "alike"),
    [
        ([[False] * 4] * 3, 0.0, 1e-3),
        ([[True] * 4, [False] * 4], 0.5, 0.95),
        ([[True, True, False, False]] * 10, 0.5, 1e-3),
        # two orders of one customer both come back in 14 of 36 pairs, by chance in 9: 5 of the 9 there could be beyond
        ([[True] * 4, [True, True, False, False], [False] * 4], 0.5, (14 / 36 - 1 / 4) / (1 / 4)),
    ],
    ids=["nothing", "all or nothing", "half of everybody's", "between"],
)
def test_returns_are_alike_as_far_as_two_orders_of_one_customer_come_back_together(
    came_back: list[list[bool]], share: float, alike: float
):
    found = _returns(lines(came_back))
    assert found[0] == share
    assert found[1] == pytest.approx(alike)


@pytest.mark.parametrize(
    ("columns", "whole"),
    [
        ({}, False),
        ({"quantity": [1.0, 2.0, 7.0]}, True),
        ({"quantity": [1.0, np.nan, 7.0]}, True),
        ({"quantity": [1.0, 2.5, 7.0]}, False),
        ({"quantity": [1.0, 0.0, 7.0]}, False),
        ({"quantity": [0.0, 0.0, 0.0]}, False),
    ],
)
def test_items_are_whole_where_each_line_has_one_or_more(columns: dict[str, Any], *, whole: bool):
    assert _whole_items(lines([[False] * 3], **columns)) is whole


def test_pairs_of_lines_of_one_group_that_agree_are_counted_in_both_orders():
    """Of a group of three with two alike, and one of two that differ; what is alike across groups does not count."""
    codes, group = np.array([1, 1, 0, 1, 0]), np.array([0, 0, 0, 1, 1])
    assert _agreeing(codes, group, 2) == (2, 8)
    assert _agreeing(np.zeros(4, np.int64), np.array([0, 0, 1, 1]), 1) == (4, 4)


@pytest.mark.parametrize(("large", "share"), [(10, 0.25), (1, 0.025)])
def test_a_shop_has_as_many_large_deals_as_there_were(large: int, share: float):
    """Of forty lines; the size of the largest deals is that with most money on a line."""
    orders = read_orders(
        pa.table(
            {
                "order_id": [f"o{n}" for n in range(40)],
                "customer_id": [f"c{n % 10}" for n in range(40)],
                "ordered_on": [f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(40)],
                "amount": [500.0 + n if n < large else 10.0 + n % 7 for n in range(40)],
                "deal_size": ["Large" if n < large else "Small" for n in range(40)],
            }
        )
    )
    clean = clean_orders(orders)
    model = fit_shop(clean, build_features(clean))
    assert model.large_share == share
    assert "deal_size" in model.columns
    without = clean_orders(read_orders(clean.engine.collect(orders.lines.drop("deal_size"))))
    assert fit_shop(without, build_features(without)).large_share == 0


def of_categories(categories: list[list[list[str]]]) -> ShopLines:
    """Of each customer, for each order, the categories of its lines; every category has one product."""
    order_of, customer_of, bought = [], [], []
    n_orders = 0
    for customer, orders in enumerate(categories):
        for order in orders:
            order_of += [n_orders] * len(order)
            customer_of += [customer] * len(order)
            bought += order
            n_orders += 1
    given = lines([[False]])
    columns = {"category": np.array(bought, object), "product_id": np.array([f"{one} 1" for one in bought], object)}
    return replace(given, customer=np.array(customer_of), order=np.array(order_of), columns=columns)


@pytest.mark.parametrize(
    ("categories", "across", "theme"),
    [
        # of twenty pairs of each customer's lines twelve agree, by chance ten would: a fifth of the others
        ([[["a"]] * 4 + [["b"]], [["b"]] * 4 + [["a"]]], 0.2, 0.0),
        # within orders six of ten pairs agree, between orders of one customer none could
        ([[["a", "a", "a", "a", "b"]], [["b", "b", "b", "b", "a"]]], 1e-3, ((0.2 - 1e-3) / (1 - 1e-3)) ** 0.5),
        ([[["a"]] * 9, [["b"]] * 9], 0.95, 0.0),
        ([[["a"]] * 3], 1e-3, 0.0),
    ],
    ids=["customers", "orders", "nothing else", "one category"],
)
def test_tastes_are_as_far_apart_as_lines_of_one_customer_agree(
    categories: list[list[list[str]]], across: float, theme: float
):
    found = _taste(of_categories(categories))
    assert found is not None
    assert found.concentration == pytest.approx((1 - across) / across)
    assert found.theme == pytest.approx(theme)
    names = [line for orders in categories for order in orders for line in order]
    assert found.shares.tolist() == [names.count(str(name)) / len(names) for name in found.categories]
    assert [len(of) for of in found.products] == [names.count(str(name)) for name in found.categories]


def test_without_categories_and_products_there_is_no_taste():
    assert _taste(lines([[False]])) is None
    products = {"product_id": np.array(["cup", "jar", "tin"], object)}
    alone = _taste(replace(lines([[False] * 3]), columns=products))
    assert alone is not None
    assert (alone.categories, alone.shares.tolist()) == ((None,), [1.0])


@pytest.mark.parametrize("theme", [0.0, 1.0])
def test_lines_are_drawn_of_the_taste_of_their_customer_and_their_order(theme: float):
    """Customers who differ as much as can be: each buys of one category, lines or whole orders at a time."""
    taste = Taste(
        ("a", "b", "c"), np.array([0.5, 0.3, 0.2]), 1e-2, theme, (np.array([1, 2]), np.array([3]), np.array([4]))
    )
    buyer = np.repeat(np.arange(300), 2)
    order = np.repeat(np.arange(600), 3)
    category, product = taste.draw(buyer[order], order, buyer, np.random.default_rng(0))
    assert np.bincount(category, minlength=3) / len(category) == pytest.approx([0.5, 0.3, 0.2], abs=0.08)
    assert {(int(c), int(p)) for c, p in zip(category, product, strict=True)} == {(0, 1), (0, 2), (1, 3), (2, 4)}
    by_customer = category.reshape(300, 6)
    assert (by_customer == by_customer[:, :1]).all(axis=1).mean() > 0.9
    even = Taste(("a", "b"), np.array([0.5, 0.5]), 1e3, theme, (np.array([1]), np.array([2])))
    by_order = even.draw(buyer[order], order, buyer, np.random.default_rng(0))[0].reshape(600, 3)
    alike = float((by_order == by_order[:, :1]).all(axis=1).mean())
    assert alike == pytest.approx(1.0 if theme else 0.25, abs=0.06)
