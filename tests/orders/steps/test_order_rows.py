"""A row for each order beside rows for its items."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ReadingOptions
from marketfold.orders import Orders, inspect_orders, read_orders

NAMES = ("Order Number", "Buyer", "Sale Date", "Item Title", "Quantity", "Sold For", "Total Price")
EBAY = (
    ("1", "ada", "2024-01-05", "Cup", "2", "5.00", "13.50"),
    ("2", "bea", "2024-01-06", None, "3", "25.00", "28.50"),
    ("2", "bea", None, "Mug", "1", "15.00", None),
    ("2", "bea", None, "Cup", "2", "5.00", None),
    ("3", "ada", "2024-02-06", None, "2", "25.00", "28.50"),
    ("3", "ada", None, "Jug", "1", "20.00", None),
    ("3", "ada", None, "Cup", "1", "5.00", None),
)
MONEY = 60.0


def read(rows: Any, names: tuple[str, ...] = NAMES, **options: Any) -> Orders:
    columns = {
        name: pa.array(list(cells), pa.string()) for name, cells in zip(names, zip(*rows, strict=True), strict=True)
    }
    return read_orders(pa.table(columns), ReadingOptions(**options))


def kinds_of(orders: Orders) -> dict[int, str]:
    rows = orders.engine.collect(orders.lines).to_pylist()
    return {row["source_line"]: row["row_kind"] for row in rows if row.get("row_kind")}


@pytest.mark.parametrize("buyer", [True, False], ids=["repeated", "once"])
def test_the_items_count_and_the_row_of_their_order_does_not(buyer: bool):
    orders = read([row if buyer or row[-1] else (row[0], None, *row[2:]) for row in EBAY])
    assert kinds_of(orders) == {3: "order_row", 6: "order_row"}
    found = inspect_orders(orders)
    assert (found.lines, found.orders, found.customers, found.amount_total) == (7, 3, 2, MONEY)
    told = {one.code: one for one in found.decisions}
    assert (told["order_rows"].lines, told["order_rows"].money) == (2, 50.0)
    report = clean_orders(orders).report
    assert report.ledger.lines_set_aside == {"order_row": 2}
    assert (report.ledger.lines_kept, report.decisions) == (5, ())


def test_an_order_row_whose_amount_is_the_sum_of_its_items():
    names = ("Order", "Customer", "Date", "Product", "Amount")
    rows = [
        ("1", "ada", "2024-01-05", None, "25.00"),
        ("1", "ada", "2024-01-05", "Cup", "5.00"),
        ("1", "ada", "2024-01-05", "Jug", "20.00"),
        ("2", "bea", "2024-01-06", None, "5.00"),
        ("2", "bea", "2024-01-06", "Cup", "5.00"),
    ]
    orders = read(rows, names)
    assert kinds_of(orders) == {2: "order_row", 5: "order_row"}
    assert inspect_orders(orders).amount_total == 30.0


def test_items_without_money_leave_it_to_the_row_of_their_order():
    names = ("Order", "Customer", "Date", "Product", "Amount")
    rows = [
        ("1", "ada", "2024-01-05", None, "25.00"),
        ("1", "ada", "2024-01-05", "Cup", None),
        ("1", "ada", "2024-01-05", "Jug", None),
        ("2", "bea", "2024-01-06", None, "5.00"),
        ("2", "bea", "2024-01-06", "Cup", None),
    ]
    orders = read(rows, names)
    assert kinds_of(orders) == {3: "item_row", 4: "item_row", 6: "item_row"}
    assert inspect_orders(orders).amount_total == 30.0
    assert kinds_of(read(rows, names, undo=("item_rows",))) == {}


@pytest.mark.parametrize("first", [True, False])
def test_a_line_without_a_product_is_no_order_row(first: bool):
    """A fee: it is not what the other lines of its order add up to."""
    names = ("Order", "Customer", "Date", "Product", "Amount")
    rows: list[tuple[str | None, ...]] = []
    for order in range(1, 6):
        fee = (str(order), f"C{order}", "2024-01-05", None, "4.90")
        items = [(str(order), f"C{order}", "2024-01-05", product, "20.00") for product in ("Cup", "Jug")]
        rows += [fee, *items] if first else [*items, fee]
    orders = read(rows, names)
    assert kinds_of(orders) == {}
    assert inspect_orders(orders).amount_total == pytest.approx(5 * 44.90)


def test_it_can_be_undone():
    assert kinds_of(read(EBAY, undo=("order_rows",))) == {}


def test_a_tills_sale_its_items_and_its_payments():
    names = ("Receipt Number", "Customer Code", "Date", "Sku", "Quantity", "Subtotal", "Paid")
    rows = [
        ("1", "ada", "2024-01-05", None, "3", "25.00", "28.75"),
        ("1", "ada", "2024-01-05", "Cup", "1", "5.00", None),
        ("1", "ada", "2024-01-05", "Jug", "2", "20.00", None),
        ("1", "ada", "2024-01-05", None, None, None, "20.00"),
        ("1", "ada", "2024-01-05", None, None, None, "8.75"),
        ("2", "bea", "2024-01-06", None, "1", "5.00", "5.75"),
        ("2", "bea", "2024-01-06", "Cup", "1", "5.00", None),
        ("2", "bea", "2024-01-06", None, None, None, "5.75"),
    ]
    orders = read(rows, names)
    assert kinds_of(orders) == dict.fromkeys((2, 5, 6, 7, 9), "order_row")
    report = clean_orders(orders).report
    assert (report.ledger.money_kept, report.ledger.lines_set_aside) == (30.0, {"order_row": 5})


def test_an_item_without_a_price_brings_its_amount():
    """One order of items with a price, one of items with an amount alone; the rows of both orders say their sums."""
    names = ("Order", "Customer", "Date", "Product", "Quantity", "Unit Price", "Amount")
    rows = [
        ("1", "ada", "2024-01-05", None, None, None, "25.00"),
        ("1", "ada", "2024-01-05", "Cup", "1", "5.00", "5.00"),
        ("1", "ada", "2024-01-05", "Jug", "2", "10.00", "20.00"),
        ("2", "bea", "2024-01-06", None, None, None, "12.00"),
        ("2", "bea", "2024-01-06", "Cup", "1", None, "5.00"),
        ("2", "bea", "2024-01-06", "Mug", "1", None, "7.00"),
    ]
    orders = read(rows, names)
    assert kinds_of(orders) == {2: "order_row", 5: "order_row"}
    told = {one.code: one for one in orders.facts.decisions}
    assert (told["order_rows"].lines, told["order_rows"].money) == (2, 37.0)
    assert "order_total_left" not in told  # the items have amounts of their own
    assert inspect_orders(orders).amount_total == 37.0


@pytest.mark.parametrize(("wrong", "left"), [(1, True), (2, False)])
def test_four_of_five_orders_must_repeat_their_items(wrong: int, *, left: bool):
    names = ("Order", "Customer", "Date", "Product", "Amount")
    rows: list[tuple[str | None, ...]] = []
    for order in range(1, 6):
        total = "99.00" if order <= wrong else "25.00"
        rows += [(str(order), f"C{order}", "2024-01-05", None, total)]
        rows += [(str(order), f"C{order}", "2024-01-05", "Cup", "5.00")]
        rows += [(str(order), f"C{order}", "2024-01-05", "Jug", "20.00")]
    assert list(kinds_of(read(rows, names)).values()) == (["order_row"] * 4 if left else [])
