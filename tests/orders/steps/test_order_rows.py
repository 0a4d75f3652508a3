"""A row for each order beside rows for its items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ReadingOptions
from marketfold.orders import Orders, inspect_orders, read_orders
from marketfold.orders.steps.order_rows import _compare, _repeats_items, leave_order_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead

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


def order(**said: float | None) -> dict[str, Any]:
    """What the row of an order of two items says; they bring 25.00 and are three."""
    bare = {"rows": 3, "items": 25.0, "pieces": 3.0, "worth": 2, "amounts": 2}
    return bare | {name.replace("head_", "head "): value for name, value in said.items()}


@pytest.mark.parametrize(
    ("said", "repeats"),
    [
        ({}, False),
        ({"head_amount": 25.0}, True),
        ({"head_amount": 25.0109}, True),
        ({"head_amount": 25.0111}, False),
        ({"head_amount": 24.9891}, True),
        ({"head_amount": 24.9889}, False),
        ({"head_unit_price": 25.0}, True),
        ({"head_amount": 28.5, "head_unit_price": 25.0}, True),
        ({"head_amount": 0.0, "items": None}, True),
        ({"head_amount": 1.0, "items": None}, False),
        ({"head_quantity": 3.0}, True),
        ({"head_quantity": 2.0}, False),
        ({"head_quantity": 3.0, "rows": 2}, False),  # the pieces of one item may be those of anything
        ({"head_quantity": 1.0, "pieces": 1.0}, False),
        ({"head_quantity": 2.0, "pieces": 2.0}, True),
        ({"head_amount": 28.5, "amounts": 0}, True),  # the only amount beside items with a price
        ({"head_amount": 28.5, "amounts": 1}, False),
        ({"head_amount": 28.5, "amounts": 0, "worth": 1}, True),
        ({"head_amount": 28.5, "amounts": 0, "worth": 0}, False),
        ({"head_amount": None, "amounts": 0}, False),
    ],
)
def test_a_row_repeats_its_items_in_money_or_in_pieces(said: dict[str, float | None], *, repeats: bool):
    assert _repeats_items(order(**said)) is repeats


ROWS: dict[str, list[Any]] = {
    "order_id": ["1", "1", "1", "2", "2", "3", "3", None, "4"],
    "customer_id": ["A"] * 9,
    "product_id": [None, "Cup", "Jug", None, "Cup", "Cup", None, None, None],
    "quantity": [3.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    "unit_price": [None, 5.0, 10.0, None, 5.0, 5.0, 5.0, 5.0, 5.0],
    "amount": [28.5, None, None, 8.5, None, None, None, None, 1.0],
}


def test_what_rows_of_orders_and_their_items_say(lines_of: Callable[..., LinesRead]):
    """The third order has such a row below its item, the fourth nothing else; a row without an order is of none."""
    found = sorted(_compare(lines_of(ROWS)), key=lambda one: str(one["order_id"]))
    assert found == [
        {
            "order_id": "1", "rows": 3, "heads": 1, "head": 1, "first": 1, "items": 25.0, "worth": 2, "pieces": 3.0,
            "amounts": 0, "head amount": 28.5, "head unit_price": None, "head quantity": 3.0,
        },
        {
            "order_id": "2", "rows": 2, "heads": 1, "head": 4, "first": 4, "items": 5.0, "worth": 1, "pieces": 1.0,
            "amounts": 0, "head amount": 8.5, "head unit_price": None, "head quantity": 1.0,
        },
    ]  # fmt: skip


def test_prices_count_and_amounts_of_orders_go(lines_of: Callable[..., LinesRead]):
    read = leave_order_rows(lines_of(ROWS, names={"amount": "Total"}))
    assert [(one.code, one.columns, one.lines, one.money) for one in read.decisions] == [
        ("order_rows", (), 2, 30.0),
        ("order_total_left", ("Total",), 0, None),
    ]
    assert not read.has("amount")
    rows = read.engine.collect(read.lines.sort("source_line"))
    assert rows["row_kind"].to_pylist() == ["order_row", None, None, "order_row", *[None] * 5]
    assert rows["customer_id"].to_pylist() == [None, "A", "A", None, *["A"] * 5]


@pytest.mark.parametrize(
    ("changed", "given"),
    [
        ({"amount": [25.0, 5.0, None, 8.5, None, None, None, None, 1.0]}, {}),
        ({}, {"amount": "amount"}),
    ],
)
def test_an_amount_stays_that_items_have_or_that_was_given(
    lines_of: Callable[..., LinesRead], changed: dict[str, list[Any]], given: dict[str, str]
):
    read = leave_order_rows(lines_of(ROWS | changed, given=given))
    assert read.has("amount")
    assert [one.code for one in read.decisions] == ["order_rows"]


@pytest.mark.parametrize("lacking", [("order_id",), ("product_id",), ("amount", "unit_price"), ("amount", "quantity")])
def test_without_orders_products_or_money_no_row_is_one_of_an_order(
    lines_of: Callable[..., LinesRead], lacking: tuple[str, ...]
):
    read = lines_of({role: some for role, some in ROWS.items() if role not in lacking})
    assert leave_order_rows(read) is read


def test_every_row_with_a_product_is_an_item(lines_of: Callable[..., LinesRead]):
    read = lines_of(ROWS | {"product_id": ["Cup"] * 9})
    assert leave_order_rows(read) is read
    read = lines_of(ROWS | {"product_id": ["Cup"] * 7 + [None, "Cup"]})
    assert leave_order_rows(read) is read


@pytest.mark.parametrize(("orders", "left"), [(1, False), (2, True)])
def test_items_without_money_are_left_where_two_orders_have_them(
    lines_of: Callable[..., LinesRead], orders: int, *, left: bool
):
    cells: dict[str, list[Any]] = {
        "order_id": ["1", "1", "2", "2", "9"], "customer_id": ["A"] * 5,
        "product_id": [None, "Cup", None, "Mug", "Jug"], "amount": [5.0, None, 7.0, None, 3.0],
    }  # fmt: skip
    if orders == 1:
        cells = {role: some[:2] for role, some in cells.items()}
    read = leave_order_rows(lines_of(cells))
    assert [(one.code, one.lines) for one in read.decisions] == ([("item_rows", 2)] if left else [])
    if left:
        kinds = read.engine.collect(read.lines.sort("source_line"))["row_kind"].to_pylist()
        assert kinds == [None, "item_row", None, "item_row", None]


def test_one_order_with_items_of_money_is_compared_alone(lines_of: Callable[..., LinesRead]):
    """An order whose items have no money says nothing of how those with money are written."""
    cells: dict[str, list[Any]] = {
        "order_id": ["1", "1", "2", "2"], "customer_id": ["A"] * 4,
        "product_id": [None, "Cup", None, "Mug"], "amount": [5.0, 5.0, 7.0, None],
    }  # fmt: skip
    assert leave_order_rows(lines_of(cells)).decisions == ()  # one of two
    more = {
        role: [*some, *([str(n) for n in (3, 3, 4, 4, 5, 5)] if role == "order_id" else some[:2] * 3)]
        for role, some in cells.items()
    }
    read = leave_order_rows(lines_of(more))
    assert [(one.code, one.lines, one.money) for one in read.decisions] == [("order_rows", 4, 20.0)]


def test_payments_below_the_items_go_with_the_row_of_their_order(lines_of: Callable[..., LinesRead]):
    cells = {
        "order_id": ["1", "1", "1", "2", "2", "8", "8"], "customer_id": ["A"] * 7,
        "product_id": [None, "Cup", None, None, "Mug", "Cup", None],
        "quantity": [1.0, 1.0, None, 1.0, 1.0, 1.0, None],
        "amount": [5.0, 5.0, None, 7.00004, 7.00004, 1.0, None],
    }  # fmt: skip
    read = leave_order_rows(lines_of(cells))
    kinds = read.engine.collect(read.lines.sort("source_line"))["row_kind"].to_pylist()
    assert kinds == ["order_row", None, "order_row", "order_row", None, None, None]
    assert [(one.code, one.lines, one.money) for one in read.decisions] == [("order_rows", 3, 12.0)]
