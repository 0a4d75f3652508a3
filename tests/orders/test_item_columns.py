"""One row for each order, with columns for its first, second and third item."""

from __future__ import annotations

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import read_orders
from marketfold.orders.item_columns import item_columns
from marketfold.orders.totals import total_lines

ITEMS = [[1000 + 10 * order + item for item in range(order % 3 + 1)] for order in range(12)]
"""Cents of each item of twelve orders, three items at most."""


def orders_table(*parts: str, total: str | None) -> pa.Table:
    """Orders with the columns `parts` for each item, `#` its number; the last is its money."""
    table: dict[str, list[str]] = {
        "Order Number": [str(order) for order in range(12)],
        "Order Date": [f"2024-05-{order + 1:02}" for order in range(12)],
        "Customer ID": [f"K{order % 5}" for order in range(12)],
    }
    if total:
        table[total] = [f"{sum(items) / 100:.2f}" for items in ITEMS]
    for place in range(3):
        for part in parts:
            cells = [str(items[place] / 100) if place < len(items) else "" for items in ITEMS]
            text = [f"P{cell}" if cell else "" for cell in cells] if part.endswith("Name") else cells
            table[part.replace("#", str(place + 1))] = text
    return pa.table(table)


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        (("Product Item # Name", "Product Item # Total"), "Order Total Amount"),
        (("line_item_#_name", "line_item_#_quantity", "line_item_#_total"), "order_total"),
        (("Artikel # Menge", "Artikel # Preis"), "Gesamtbetrag"),
        (("Item# Name", "Item# Price"), "Total"),
    ],
)
def test_such_orders_are_read_by_their_total(parts: tuple[str, ...], total: str):
    orders = read_orders(orders_table(*parts, total=total))
    totals = total_lines(orders.lines, orders.engine)
    assert (totals.lines, totals.amount_total) == (12, sum(map(sum, ITEMS)) / 100)
    assert orders.facts.mapping["amount"] == total
    (told,) = [one for one in orders.facts.decisions if one.code == "items_in_columns"]
    assert len(told.columns) == 3 * len(parts)


def test_without_a_total_it_says_what_to_export():
    with pytest.raises(OrdersError) as caught:
        read_orders(orders_table("Product Item # Name", "Product Item # Total", total=None))
    assert "each row is an order, with columns for each of its items" in str(caught.value)
    assert "one row for each item, or with the total of the order" in str(caught.value)


def test_a_column_of_items_can_be_given():
    table = orders_table("Item # Name", "Item # Total", total=None)
    orders = read_orders(table, ReadingOptions(mapping={"amount": "Item 1 Total"}))
    assert total_lines(orders.lines, orders.engine).amount_total == sum(items[0] for items in ITEMS) / 100


def test_other_numbered_columns_are_no_items():
    assert item_columns(["Product_Category_1", "Product_Category_2", "Product_Category_3", "Purchase"]) == ()
    assert item_columns(["Address Line 1", "Address Line 2", "Item 1 Total", "Total"]) == ()
