"""Refunds that stand only in a second total: taken off once, told where the name does not say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CleaningOptions, ReadingOptions
from marketfold.customer_tables import read_source
from marketfold.orders import Orders, read_orders
from marketfold.orders.refund_totals import RefundPair, give_refund_roles
from marketfold.orders.steps.refunded_totals import take_refunded_totals

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead

BACK = {3: 700, 8: 1000, 15: 1500}
"""Cents that were refunded of orders; order 15 whole."""
GOODS = [900 + 40 * number for number in range(20)]
SHIPPING = 100
TOTALS = [goods + SHIPPING for goods in GOODS]


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def orders_table(**columns: list[int]) -> pa.Table:
    """Twenty orders of five customers; columns of money in cents."""
    table: dict[str, list[str]] = {
        "Order Number": [str(100 + number) for number in range(20)],
        "Order Date": [f"2024-01-{number + 1:02}" for number in range(20)],
        "Customer ID": [f"K{number % 5}" for number in range(20)],
    }
    table |= {name.replace("_", " "): [money(cents) for cents in cells] for name, cells in columns.items()}
    return pa.table(table)


def after(totals: list[int], *, unchanged: bool = True) -> list[int]:
    """Totals less refunds; where nothing was refunded the same, or zero."""
    back = BACK | {15: totals[15]}
    return [
        total - back[number] if number in back else (total if unchanged else 0) for number, total in enumerate(totals)
    ]


def read(table: pa.Table, undo: tuple[str, ...] = (), **mapping: str) -> tuple[Orders, CleanOrders]:
    orders = read_orders(table, ReadingOptions(mapping=mapping, undo=undo))
    return orders, clean_orders(orders, CleaningOptions())


def codes(orders: Orders) -> list[str]:
    return [one.code for one in orders.facts.decisions]


@pytest.mark.parametrize(
    ("before", "less"),
    [
        ("Order Total", "Adjusted Order Total"),
        ("total_price", "current_total_price"),
        ("Order Total", "Net Total"),
        ("Order Total", "Order Total after refunds"),
        ("Order Total Amount", "Order Total Amount (- Refund)"),
        ("Gesamtbetrag", "Gesamtbetrag nach Erstattung"),
        ("Montant total", "Montant total après remboursement"),
    ],
)
def test_what_a_second_total_lacks_was_refunded(before: str, less: str):
    table = orders_table(total=TOTALS, less=after(TOTALS)).rename_columns(
        ["Order Number", "Order Date", "Customer ID", before, less]
    )
    orders, clean = read(table)
    gone = sum({**BACK, 15: TOTALS[15]}.values()) / 100
    (told,) = [one for one in orders.facts.decisions if one.code == "refunds_from_totals"]
    assert (told.columns, told.lines, told.money) == ((before, less), 3, gone)
    ledger = clean.report.ledger
    assert (ledger.money_kept, ledger.money_net) == (sum(TOTALS) / 100, sum(TOTALS) / 100 - gone)
    assert ledger.lines_net == 19


def test_refunds_of_a_total_with_shipping_come_off_the_goods():
    columns: dict[str, Any] = {
        "Order_Value": GOODS, "Shipping": [SHIPPING] * 20, "Order_Total": TOTALS, "Order_Net": [t - 30 for t in TOTALS],
        "Adjusted_Order_Total": after(TOTALS), "Adjusted_Card_Processing_Fees": [30] * 20,
        "Adjusted_Net_Order_Amount": after([t - 30 for t in TOTALS]),
    }  # fmt: skip
    orders, clean = read(orders_table(**columns))
    (told,) = [one for one in orders.facts.decisions if one.code == "refunds_from_totals"]
    assert told.columns == ("Order Total", "Adjusted Order Total")
    right = sum(GOODS) - BACK[3] - BACK[8] - GOODS[15]
    assert clean.report.ledger.money_net == right / 100


def test_a_zero_stands_for_no_change_where_most_are_zero():
    less = after(TOTALS, unchanged=False)
    less[15] = 1  # what is left of it, for a zero says nothing here
    orders, clean = read(orders_table(Order_Total=TOTALS, Adjusted_Order_Total=less))
    assert "refunds_from_totals" in codes(orders)
    gone = BACK[3] + BACK[8] + TOTALS[15] - 1
    assert clean.report.ledger.money_net == (sum(TOTALS) - gone) / 100


def test_an_order_of_several_lines_is_refunded_once():
    table = orders_table(Price=GOODS, Order_Total=TOTALS, Adjusted_Order_Total=after(TOTALS))
    twice = pa.concat_tables([table, table]).append_column("Quantity", pa.array(["1"] * 40))
    twice = twice.append_column("SKU", pa.array([f"P{number}" for number in range(40)]))
    totals = [2 * goods + SHIPPING for goods in GOODS]
    place = twice.column_names.index("Order Total")
    twice = twice.set_column(place, "Order Total", pa.array([money(cents) for cents in totals * 2]))
    place = twice.column_names.index("Adjusted Order Total")
    twice = twice.set_column(place, "Adjusted Order Total", pa.array([money(cents) for cents in after(totals) * 2]))
    orders, clean = read(twice)
    (told,) = [one for one in orders.facts.decisions if one.code == "refunds_from_totals"]
    assert told.money == (BACK[3] + BACK[8] + totals[15]) / 100
    assert clean.report.ledger.money_net == (2 * sum(GOODS) - BACK[3] - BACK[8] - 2 * GOODS[15]) / 100


def test_it_can_be_undone():
    orders, clean = read(orders_table(Order_Total=TOTALS, Adjusted_Order_Total=after(TOTALS)), ("refunds_from_totals",))
    assert clean.report.ledger.money_net == sum(TOTALS) / 100
    assert "total_is_lower" in codes(orders)


def test_a_name_that_does_not_say_so_is_told_and_can_be_given():
    table = orders_table(Order_Total=TOTALS, Total_settled=after(TOTALS))
    orders, clean = read(table)
    (told,) = [one for one in orders.facts.decisions if one.code == "total_is_lower"]
    gone = (BACK[3] + BACK[8] + TOTALS[15]) / 100
    assert (told.kind.way, told.lines, told.money) == ("warned", 3, gone)
    assert told.undo == "--map 'after_refunds=Total settled'"
    assert clean.report.ledger.money_net == sum(TOTALS) / 100
    _, given = read(table, after_refunds="Total settled")
    assert given.report.ledger.money_net == sum(TOTALS) / 100 - gone


@pytest.mark.parametrize(
    "less",
    [
        [total + (50 if number == 4 else 0) for number, total in enumerate(TOTALS)],  # more, once
        [total // 2 for total in TOTALS],  # less everywhere: without tax
        TOTALS,
    ],
)
def test_other_totals_are_no_refunds(less: list[int]):
    orders, clean = read(orders_table(Order_Total=TOTALS, Total_settled=less))
    assert not {"refunds_from_totals", "total_is_lower"} & set(codes(orders))
    assert clean.report.ledger.money_came_back == 0


def test_a_discount_that_has_a_column_is_no_refund():
    off = [TOTALS[number] - left for number, left in enumerate(after(TOTALS))]
    orders, _ = read(orders_table(Order_Total=TOTALS, Discount=off, Total_settled=after(TOTALS)))
    assert not {"refunds_from_totals", "total_is_lower"} & set(codes(orders))


def test_refunds_that_an_amount_has_off_already_come_off_once():
    number = {order: 300 + 10 * order for order in range(0, 20, 3)}
    back = [number.get(order, 0) for order in range(20)]
    net = [total - gone for total, gone in zip(TOTALS, back, strict=True)]
    orders, clean = read(orders_table(Sales_before=TOTALS, Refund_Amount=back, Net_Sales=net))
    assert "refunds_in_amount" in codes(orders)
    assert clean.report.ledger.money_net == sum(net) / 100
    _, given = read(orders_table(Sales_before=TOTALS, Refund_Amount=back, Net_Sales=net), amount="Net Sales")
    assert given.report.ledger.money_net == sum(net) / 100


def test_numbered_orders_of_customers_who_come_again_are_orders():
    rows = orders_table(total_price=TOTALS, current_total_price=after(TOTALS))
    rows = rows.rename_columns(["id", "created_at", "email", "total_price", "current_total_price"])
    place = [f"{who}@example.org" for who in rows["email"].to_pylist()]
    orders = read_source(rows.set_column(2, "email", pa.array(place)), ReadingOptions())
    assert isinstance(orders, Orders)


@pytest.mark.parametrize(
    ("whole", "left", "fits", "lower"),
    [
        ([10] * 5, [10, 10, 10, 8, 0], True, [3, 4]),
        ([10] * 4, [10, 10, 10, 8], False, [3]),  # of four orders nothing can be told
        ([10] * 5, [10, 10, 8, 8, 0], False, [2, 3, 4]),  # most orders are not refunded
        ([10] * 5, [10, 10, 10, 8, 10.01], False, [3]),  # nothing is more after a refund
        ([10] * 5, [10, 10, 10, 10, 9.995], True, []),
        ([10] * 5, [0, 0, 0, 8, 9], True, [3, 4]),  # a zero where nothing was changed
        ([10] * 5, [0, 0, 10, 8, 9], False, [0, 1, 3, 4]),
        ([10, 10, 10, 10, 10, 0, -5], [10, 10, 10, 8, None, 5, 5], True, [3, 4]),
    ],
)
def test_whether_one_total_may_be_another_after_refunds(
    whole: list[float], left: list[float | None], fits: bool, lower: list[int]
):
    pair = RefundPair("Total", "Adjusted Total", whole, left)
    assert (pair.fits(), pair.lower) == (fits, lower)


def test_a_net_total_is_after_refunds_where_some_is_left_of_nothing():
    for before, after, left, sure in (
        ("Total", "Net Total", [5.0, 0.0], True),
        ("Total", "Net Total", [5.0, 1.0], False),  # taxes may be off it
        ("Net Amount", "Net Total", [5.0, 0.0], False),
        ("Total", "Adjusted Total", [5.0, 1.0], True),
        ("Total", "Other", [5.0, 0.0], False),
    ):
        assert RefundPair(before, after, [5.0, 5.0], [*left]).sure is sure


@pytest.mark.parametrize(("rows", "wrong", "found"), [(5, 0, True), (4, 0, False), (10, 1, True), (10, 2, False)])
def test_an_amount_that_has_its_refunds_off_shows_the_column_before_them(rows: int, wrong: int, *, found: bool):
    sample = {
        "Amount": ["8.00"] * rows,
        "Refunded": ["2.00"] * rows,
        "Gross": ["10.00"] * (rows - wrong) + ["11.00"] * wrong,
        "Note": ["x"] * rows,
    }
    roles = {"amount": "Amount", "refunded": "Refunded"}
    told = give_refund_roles(sample, roles, ())
    assert [one.code for one in told.decisions] == (["refunds_in_amount"] if found else [])
    assert told.mapping["amount"] == ("Gross" if found else "Amount")
    assert give_refund_roles(sample, roles, ("refunded",)).mapping["amount"] == "Amount"
    kept = give_refund_roles(sample, roles, ("amount",))
    assert (kept.mapping["amount"], "refunded" in kept.mapping) == ("Amount", not found)


@pytest.mark.parametrize(
    ("off", "told"),
    [([2, 1, 0, 0, 0], True), ([2, 2, 0, 0, 0], False), ([-2, -1, 0, 0, 0], True), ([2.01, 1.01, 0, 0, 0], True)],
)
def test_what_a_total_lacks_may_be_a_discount_that_has_a_column(off: list[float | None], *, told: bool):
    pair = RefundPair("Total", "Paid", [10.0] * 5, [8.0, 9.0, 10.0, 10.0, 10.0])
    assert pair.is_told_by(off) is told
    assert not RefundPair("Total", "Paid", [10.0] * 5, [10.0] * 5).is_told_by(off)  # nothing is lacking


# --- one step, in memory

TEN = [10.0] * 10


@pytest.mark.parametrize(
    ("before", "after", "code", "off"),
    [
        ([*TEN], [10.0] * 9 + [7.0], "refunds_from_totals", {9: 3.0}),
        ([*TEN], [10.0] * 9 + [0.0], "refunds_from_totals", {9: 10.0}),
        ([*TEN], [10.0] * 9 + [None], "refunds_from_totals", {9: 10.0}),
        ([*TEN], [10.0] * 9 + [9.99], "refunds_from_totals", {9: 0.01}),
        ([*TEN], [10.0] * 9 + [9.995], None, {}),  # rounding
        ([*TEN], [10.0] * 8 + [7.0, 10.004], "refunds_from_totals", {8: 3.0}),
        ([*TEN], [10.0] * 8 + [7.0, 10.01], "total_is_lower", {8: 3.0}),  # more after it
        ([*TEN] * 10, [10.0] * 98 + [7.0, 11.0], "refunds_from_totals", {98: 3.0}),  # once in a hundred is a slip
        ([*TEN] * 10, [10.0] * 97 + [7.0, 11.0, 11.0], "total_is_lower", {97: 3.0}),
        ([*TEN], [10.0, 10.0, 10.0, 7.0, *[0.0] * 6], "refunds_from_totals", {3: 3.0}),  # a zero where nothing changed
        ([*TEN], [10.0, 10.0, 10.0, 7.0, *[None] * 6], "refunds_from_totals", {3: 3.0}),
        ([*TEN], [10.0] * 4 + [7.0, *[0.0] * 5], "refunds_from_totals", {4: 3.0, **dict.fromkeys(range(5, 10), 10.0)}),
        ([*TEN], [0.0] * 10, None, {}),
        ([*TEN, 0.0, 0.0, -5.0, None], [10.0] * 9 + [7.0, 0.0, -1.0, -9.0, 3.0], "refunds_from_totals", {9: 3.0}),
        ([0.5, *TEN], [0.2, *TEN], "refunds_from_totals", {0: 0.3}),
        ([0.0, -5.0, None], [0.0, -9.0, 3.0], None, {}),
    ],
)
def test_what_a_total_lacks_of_the_one_before_it_came_back(
    lines_of: Callable[..., LinesRead],
    before: list[float | None],
    after: list[float | None],
    code: str | None,
    off: dict[int, float],
):
    cells = {"before_refunds": before, "after_refunds": after}
    names = {"before_refunds": "Total", "after_refunds": "Adjusted Total"}
    read = take_refunded_totals(lines_of(cells, names=names))
    numbers = {"before": "'Total'", "after": "'Adjusted Total'", "given": "'after_refunds=Adjusted Total'"}
    told: list[tuple[Any, ...]] = [(one.code, one.columns, one.lines, one.money, one.numbers) for one in read.decisions]
    money = pytest.approx(sum(off.values()))
    assert told == ([(code, ("Total", "Adjusted Total"), len(off), money, numbers)] if code else [])
    table = read.engine.collect(read.lines.sort("source_line"))
    if code == "refunds_from_totals":
        found = {place: one for place, one in enumerate(table["refunded"].to_pylist()) if one is not None}
        assert found == pytest.approx(off)
    else:
        assert "refunded" not in table.column_names
    given = take_refunded_totals(lines_of(cells, names=names, given={"after_refunds": "Adjusted Total"}))
    assert [one.code for one in given.decisions] == ["refunds_from_totals"] * bool(code)
    kept = take_refunded_totals(lines_of(cells, names=names, undo=("refunds_from_totals",)))
    assert [one.code for one in kept.decisions] == ["total_is_lower"] * bool(code)
    assert "refunded" not in kept.lines.collect_schema().names()


def test_a_total_of_another_name_is_told_only(lines_of: Callable[..., LinesRead]):
    cells = {"before_refunds": TEN, "after_refunds": [10.0] * 9 + [7.0]}
    read = take_refunded_totals(lines_of(cells, names={"after_refunds": "Settled"}))
    assert [(one.code, one.numbers["given"]) for one in read.decisions] == [("total_is_lower", "after_refunds=Settled")]
    assert not take_refunded_totals(lines_of(cells | {"refunded": [0.0] * 10})).decisions
    assert not take_refunded_totals(lines_of(cells).without("before_refunds")).decisions
    kinds = {"row_kind": [None] * 9 + ["total_row"]}
    assert not take_refunded_totals(lines_of(cells | kinds)).decisions


@pytest.mark.parametrize(
    ("orders", "amount", "money"),
    [
        (["A", "A", "B", "B", "C", "C"], [6.0, 4.0, 12.0, 8.0, 18.0, 12.0], 5.0),  # it stands on each line of an order
        (["A", "B", "C", "D", "E", "F"], [10.0, 10.0, 20.0, 20.0, 30.0, 30.0], 10.0),
        (None, [10.0, 10.0, 20.0, 20.0, 30.0, 30.0], 10.0),
    ],
)
def test_what_is_lacking_of_an_order_counts_once(
    lines_of: Callable[..., LinesRead], orders: list[str] | None, amount: list[float], money: float
):
    cells: dict[str, list[Any]] = {
        "amount": amount,
        "before_refunds": [10.0, 10.0, 20.0, 20.0, 30.0, 30.0],
        "after_refunds": [10.0, 10.0, 15.0, 15.0, 30.0, 30.0],
    }
    lines = lines_of(cells | ({"order_id": orders} if orders else {}), names={"after_refunds": "Adjusted Total"})
    (told,) = take_refunded_totals(lines).decisions
    assert (told.lines, told.money) == (2, money)
