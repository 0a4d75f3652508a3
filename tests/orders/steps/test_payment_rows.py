"""Lists of a payment account: sales are orders, refunds come off once, money that was only moved is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CleaningOptions, ReadingOptions
from marketfold.orders import Orders, read_orders
from marketfold.orders.steps.payment_rows import (
    _repeated,
    doubt_refunds_of_nobody,
    follow_references,
    leave_moved_money,
    leave_repeated_refunds,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead

SALES = [(f"T{number}", f"buyer{number % 4}@example.org", 500 + 130 * number) for number in range(24)]
BACK = {"T3": 200, "T7": 500 + 130 * 7, "T20": 900}
NET = sum(cents for _, _, cents in SALES) - sum(BACK.values())
SHOP = "shop@example.org"


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def account(
    words: tuple[str, str, str], names: str, *, refers: bool = True, refund_mail: str = SHOP, sign: int = -1
) -> pa.Table:
    """Sales, their refunds and payouts of an account; columns: day, type, gross, fee, net, e-mail, id, reference."""
    sale, refund, payout = words
    rows = []
    for place, (number, mail, cents) in enumerate(SALES):
        day = f"2024-03-{place + 1:02}"
        rows.append((day, sale, money(cents), money(-30), money(cents - 30), mail, number, ""))
        if number in BACK:
            gone = sign * BACK[number]
            reference = number if refers else ""
            rows.append((day, refund, money(gone), "0.00", money(gone), refund_mail, f"R{number}", reference))
        if place % 8 == 0:
            rows.append((day, payout, "-400.00", "0.00", "-400.00", SHOP, f"W{place}", ""))
    rows.append(("2024-03-28", "Supplier bill", "-19.00", "0.00", "-19.00", SHOP, "B1", ""))
    return pa.table(dict(zip(names.split("|"), map(list, zip(*rows, strict=True)), strict=True)))


PAYPAL = "Date|Type|Gross|Fee|Net|From Email Address|Transaction ID|Reference Txn ID"


def read(table: pa.Table, **options: Any) -> tuple[Orders, CleanOrders]:
    orders = read_orders(table, ReadingOptions(**options))
    return orders, clean_orders(orders, CleaningOptions())


def decisions(orders: Orders) -> dict[str, int]:
    return {one.code: one.lines for one in orders.facts.decisions}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("Express Checkout Payment", "Payment Refund", "General Withdrawal"), PAYPAL),
        (
            ("Allgemeine Zahlung", "Rückzahlung", "Allgemeine Auszahlung"),
            "Datum|Typ|Brutto|Gebühr|Netto|Absender E-Mail-Adresse|Transaktionscode|Zugehöriger Transaktionscode",
        ),
        (("charge", "refund", "payout"), "Created|Type|Amount|Fee|Net|Customer Email|id|Charge ID"),
    ],
)
def test_a_refund_finds_its_sale_by_what_it_refers_to(words: tuple[str, str, str], names: str):
    orders, clean = read(account(words, names))
    assert decisions(orders)["refunds_by_reference"] == len(BACK)
    assert decisions(orders)["moved_rows"] == 4
    ledger = clean.report.ledger
    assert (ledger.lines_kept, ledger.money_kept) == (len(SALES), sum(cents for _, _, cents in SALES) / 100)
    assert ledger.money_net == NET / 100
    assert ledger.lines_set_aside == {"moved_row": 4, "returned": len(BACK)}
    assert {one.code for one in clean.report.decisions} & {"returns_unmatched", "returns_unmatched_few"} == set()


def test_without_a_minus_the_type_says_it():
    words = ("Express Checkout Payment", "Payment Refund", "General Withdrawal")
    orders, clean = read(account(words, PAYPAL, sign=1))
    assert {"credit_notes_negated", "refunds_by_reference"} <= set(decisions(orders))
    assert clean.report.ledger.money_net == NET / 100


def test_a_description_is_no_product_that_must_come_back():
    table = account(
        ("charge", "refund", "payout"), "Created|Type|Amount|Fee|Net|Customer Email|id|Source", refers=False
    )
    mails = {"RT3": "buyer3@example.org", "RT7": "buyer3@example.org", "RT20": "buyer0@example.org"}
    pairs = zip(table["id"].to_pylist(), table["Customer Email"].to_pylist(), strict=True)
    given = [mails.get(number, mail) for number, mail in pairs]
    table = table.set_column(5, "Customer Email", pa.array(given))
    table = table.append_column("Description", pa.array([f"Payment {row}" for row in range(table.num_rows)]))
    orders, clean = read(table)
    assert "product_id" not in orders.facts.mapping
    assert clean.report.ledger.money_net == NET / 100


def test_refunds_of_nobody_are_told():
    table = account(
        ("charge", "refund", "payout"),
        "Created|Type|Amount|Fee|Net|Customer Email|id|Source",
        refers=False,
        refund_mail="",
    )
    orders, clean = read(table)
    (told,) = [one for one in orders.facts.decisions if one.code == "refunds_of_nobody"]
    assert (told.kind.way, told.lines, told.money) == ("warned", len(BACK), sum(BACK.values()) / 100)
    assert clean.report.ledger.lines_set_aside["no_customer"] == len(BACK)


@pytest.mark.parametrize("later", [False, True])
def test_a_refund_told_by_row_and_by_column_comes_off_once(later: bool):
    table = account(
        ("charge", "refund", "payout"), "Created|Type|Amount|Fee|Net|Customer Email|id|Source", refers=False
    )
    back = [money(BACK.get(number, 0)) for number in table["id"].to_pylist()]
    table = table.append_column("Amount Refunded", pa.array(back))
    if later:  # one refund was paid after the export ends
        table = table.filter(pc.not_equal(table["id"], "RT20"))
    orders, clean = read(table)
    (told,) = [one for one in orders.facts.decisions if one.code == "refund_rows"]
    gone = sum(BACK.values()) - later * BACK["T20"]
    assert (told.columns, told.lines, told.money) == (("Amount Refunded",), len(BACK) - later, gone / 100)
    assert clean.report.ledger.money_net == NET / 100
    _, twice = read(table, undo=("refund_rows",))
    assert twice.report.ledger.lines_set_aside["returned"] == len(BACK) - later


def test_what_was_moved_and_what_came_back_are_told_with_their_money():
    words = ("Express Checkout Payment", "Payment Refund", "General Withdrawal")
    told = {one.code: one for one in read(account(words, PAYPAL))[0].facts.decisions}
    moved, back = told["moved_rows"], told["refunds_by_reference"]
    assert (moved.columns, moved.lines, moved.money) == (("Type",), 4, -1219)  # the bill that the shop paid is one
    assert moved.numbers == {"types": ("General Withdrawal", "Supplier bill")}
    assert (back.columns, back.lines, back.money) == (("Reference Txn ID",), 3, sum(BACK.values()) / 100)


SOLD = [money(1_000) for _ in range(20)]


@pytest.mark.parametrize(
    ("nobodys", "told"),
    [
        (["-1.99"], None),
        (["-2.00"], (1, 2.0)),  # a hundredth of the 200.00 that were sold
        (["-1.50", "-1.50"], (2, 3.0)),
        (["-3.00", "3.00"], None),  # sales of nobody as well: the file does not say who
        (["-5.00", "2.90"], (1, 5.0)),
        (["-5.00", "3.10"], None),
        (["3.00"], None),
    ],
)
def test_refunds_of_nobody_are_worth_a_warning_from_a_hundredth_of_the_money_on(
    nobodys: list[str], told: tuple[int, float] | None
):
    amounts = [*SOLD, *nobodys]
    who = [f"K{number % 4}" for number in range(20)] + [""] * len(nobodys)
    table = pa.table({
        "Order ID": [str(number) for number in range(len(amounts))], "Customer ID": who,
        "Order Date": [f"2024-03-{number + 1:02}" for number in range(len(amounts))], "Amount": amounts,
    })  # fmt: skip
    found = [one for one in read_orders(table).facts.decisions if one.code == "refunds_of_nobody"]
    assert [(one.columns, one.lines, one.money) for one in found] == ([(("Customer ID",), *told)] if told else [])


def test_what_is_moved_can_be_kept():
    words = ("Express Checkout Payment", "Payment Refund", "General Withdrawal")
    orders, clean = read(account(words, PAYPAL), undo=("moved_rows",))
    assert "moved_rows" not in decisions(orders)
    assert clean.report.ledger.lines_set_aside["returned"] == len(BACK) + 4


@pytest.mark.parametrize("kinds", [("Airport transfer", "City tour"), ("fee", "line_item"), ("Invoice", "Credit note")])
def test_kinds_of_goods_are_no_moves(kinds: tuple[str, str]):
    table = pa.table(
        {
            "Order ID": [str(number) for number in range(12)],
            "Customer ID": [f"K{number % 3}" for number in range(12)],
            "Order Date": [f"2024-03-{number + 1:02}" for number in range(12)],
            "Line type": [kinds[number % 2] for number in range(12)],
            "Amount": [money(1000 + number) for number in range(12)],
        }
    )
    orders, _ = read(table)
    assert "moved_rows" not in decisions(orders)


@pytest.mark.parametrize(
    "kind", ["General Authorization", "Account Hold for Open Authorization", "Reversal of General Account Hold",
             "Chargeback Fee", "General Currency Conversion", "Allgemeine Währungsumrechnung"]
)  # fmt: skip
def test_a_payment_that_was_only_announced_counts_once(kind: str):
    table = account(("Express Checkout Payment", "Payment Refund", "General Withdrawal"), PAYPAL)
    again = table.filter(pc.equal(table["Type"], "Express Checkout Payment"))
    again = again.set_column(1, "Type", pa.array([kind] * again.num_rows))
    again = again.set_column(6, "Transaction ID", pa.array([f"A{row}" for row in range(again.num_rows)]))
    orders, clean = read(pa.concat_tables([table, again]))
    assert decisions(orders)["moved_rows"] == 4 + again.num_rows
    assert clean.report.ledger.money_net == NET / 100


@pytest.mark.parametrize(
    ("rows", "given", "repeated"),
    [
        ([100, 200], [150, 150], [100, 200]),  # together the same
        ([100, 201], [150, 150], [100, 201]),  # but for half a percent
        ([100, 202], [150, 150], []),
        ([100, 200, 999], [100, 200, 50], [100, 200]),
        ([100, 100, 999], [100, 50, 60], []),  # one of three is chance
        ([100, 100], [100, 500], []),  # each is said once
        ([1, 2, 3, 9, 8], [1, 2, 3, 70, 71], [1, 2, 3]),  # three of five
        ([1, 2, 9, 8, 7], [1, 2, 70, 71, 72], []),
        ([1, 2, 9], [1, 2, 30, 40, 50], [1, 2]),
    ],
)
def test_which_refunds_are_told_by_row_and_by_column(rows: list[int], given: list[int], repeated: list[int]):
    found = _repeated([{"cents": one} for one in rows], [{"cents": one} for one in given])
    assert [one["cents"] for one in found] == repeated


# --- one step, in memory


def column(read: LinesRead, role: str) -> list[Any]:
    table = read.engine.collect(read.lines.sort("source_line"))
    return list(table[role].to_pylist()) if role in table.column_names else [None] * table.num_rows


@pytest.mark.parametrize(
    ("rows", "moved"),
    [
        ([("charge", 10.0), ("payout", -9.0), ("refund", -3.0)], [2]),
        ([("charge", 10.0), ("fee", -1.0), ("fee", 0.5)], [2, 3]),  # beside payments a fee is none of the shop's goods
        ([("sale", 10.0), ("fee", -1.0)], []),
        ([("sale", 10.0), ("payout", -9.0)], [2]),
        ([("sale", 10.0), ("payout", 0.0), ("payout", None)], [2, 3]),
        ([("sale", 10.0), ("payout", -9.0), ("payout", 0.5)], []),  # what brings money may be sold
        ([("sale", 10.0), ("payout", None)], [2]),
        ([("payout", -9.0), ("payout", -1.0)], []),  # if all were moved nothing would be left
        ([("payout", -9.0), ("transfer", -1.0)], []),
        ([("charge", 10.0), ("payout", -9.0), ("Supplier bill", -5.0), ("Supplier bill", -0.5)], [2, 3, 4]),
        ([("charge", 10.0), ("payout", -9.0), ("Supplier bill", -5.0), ("Supplier bill", 0.0)], [2]),
        ([("charge", 10.0), ("payout", -9.0), ("Supplier bill", None)], [2]),
        ([("charge", 10.0), ("payout", -9.0), ("Credit note", -5.0), ("Chargeback", -5.0)], [2]),
        ([("charge", 10.0), ("Supplier bill", -5.0)], []),
        ([("charge", 10.0), (None, -5.0), ("payout", -9.0)], [3]),
        ([(None, 10.0), (None, -5.0)], []),
    ],
)
def test_what_is_only_moved_is_set_aside_and_what_takes_money_beside_it(
    lines_of: Callable[..., LinesRead], rows: list[tuple[str | None, float | None]], moved: list[int]
):
    kinds, amounts = map(list, zip(*rows, strict=True))
    read = leave_moved_money(lines_of({"line_type": kinds, "amount": amounts}, names={"line_type": "Typ"}))
    assert [place for place, kind in enumerate(column(read, "row_kind"), 1) if kind == "moved_row"] == moved
    gone = [amounts[place - 1] or 0.0 for place in moved]
    types = tuple(sorted({str(kinds[place - 1]) for place in moved}))
    told = [(one.code, one.columns, one.lines, one.money, one.numbers) for one in read.decisions]
    assert told == ([("moved_rows", ("Typ",), len(moved), sum(gone), {"types": types})] if moved else [])
    assert column(read, "amount") == [None if place in moved else one for place, one in enumerate(amounts, 1)]


def test_six_kinds_of_moves_are_named(lines_of: Callable[..., LinesRead]):
    kinds = ["charge", "transfer", "payout", "fee", "hold", "reserve", "top up", "conversion"]
    lines = lines_of({"line_type": kinds, "amount": [10.0, *[-1.0] * 7]})
    (told,) = leave_moved_money(lines).decisions
    assert told.numbers == {"types": ("conversion", "fee", "hold", "payout", "reserve", "top up")}
    assert (told.lines, told.money) == (7, -7.0)
    assert leave_moved_money(lines.without("line_type")).decisions == ()
    assert leave_moved_money(lines.without("amount")).decisions == ()


def test_rows_that_are_no_lines_are_not_moved(lines_of: Callable[..., LinesRead]):
    cells = {"line_type": ["charge", "payout", "payout"], "amount": [10.0, -9.0, -8.0]}
    read = leave_moved_money(lines_of(cells | {"row_kind": [None, "total_row", None]}))
    assert column(read, "row_kind") == [None, "total_row", "moved_row"]
    assert (read.decisions[0].lines, read.decisions[0].money) == (1, -8.0)
    kept = leave_moved_money(lines_of(cells | {"row_kind": [None, "total_row", "note_row"]}))
    assert not kept.decisions


@pytest.mark.parametrize(
    ("refund", "becomes"),
    [
        (("R", "shop", "S1", -3.0), ("S1", "ann", 3.0)),
        (("R", None, "S1", -0.5), ("S1", "ann", 0.5)),
        (("R", "shop", "S1", 3.0), None),  # what brings money is a sale of its own
        (("R", "shop", "S1", 0.0), None),
        (("R", "shop", "S1", None), None),
        (("R", "shop", "S2", -3.0), None),  # a sale of nobody
        (("R", "shop", "S3", -3.0), None),  # no sale
        (("R", "shop", "S5", -3.0), ("S5", "bob", 3.0)),
        (("R", "shop", "S6", -3.0), None),  # a row that is no line
        (("R", "shop", "S9", -3.0), None),
        (("R", "shop", None, -3.0), None),
    ],
)
def test_a_refund_is_of_the_order_and_the_customer_that_it_refers_to(
    lines_of: Callable[..., LinesRead],
    refund: tuple[str | None, str | None, str | None, float | None],
    becomes: tuple[str, str, float] | None,
):
    sales = [("S1", "ann", None, 10.0), ("S2", None, None, 10.0), ("S3", "eve", None, 0.0), ("S3", "eve", None, -1.0),
             ("S5", "bob", "S1", 0.5), ("S5", "cy", None, 5.0), ("S6", "dan", None, 5.0)]  # fmt: skip
    order, who, refers, amount = map(list, zip(*sales, refund, strict=True))
    cells = {"order_id": order, "customer_id": who, "refers_to": refers, "amount": amount}
    cells["row_kind"] = [*[None] * 6, "total_row", None]
    read = follow_references(lines_of(cells, names={"refers_to": "Bezug"}))
    now = (column(read, "order_id")[-1], column(read, "customer_id")[-1])
    assert now == (becomes[:2] if becomes else refund[:2])
    assert column(read, "order_id")[:7] == order[:7]
    assert column(read, "customer_id")[:7] == who[:7]
    told = [(one.code, one.columns, one.lines, one.money) for one in read.decisions]
    assert told == ([("refunds_by_reference", ("Bezug",), 1, becomes[2])] if becomes else [])
    assert "customer of the sale" not in read.lines.collect_schema().names()
    assert not follow_references(lines_of(cells, undo=("refunds_by_reference",))).decisions
    assert not follow_references(lines_of(cells).without("customer_id")).decisions


@pytest.mark.parametrize(
    ("who", "amounts", "told"),
    [
        (["a", None], [100.0, -1.0], (1, 1.0)),  # a hundredth of what was sold
        (["a", None], [100.0, -0.99], None),
        (["a", None, None], [100.0, -3.0, 2.0], None),  # 2.00 of nobody are among the 102.00
        (["a", None, None], [100.0, -3.1, 2.0], (1, 3.1)),
        (["a", None, None], [100.0, -3.0, 3.0], None),
        (["a", None, None], [100.0, -0.5, -0.5], (2, 1.0)),
        (["a", "b"], [100.0, -5.0], None),
        (["a", None], [100.0, 0.0], None),
        (["a", None], [0.0, 0.0], None),
        (["a", None], [-1.0, -1.0], (1, 1.0)),  # where nothing was sold
        ([None, None], [100.0, -5.0], None),
    ],
)
def test_refunds_of_nobody_are_weighed_with_what_was_sold(
    lines_of: Callable[..., LinesRead], who: list[str | None], amounts: list[float], told: tuple[int, float] | None
):
    lines = lines_of({"customer_id": who, "amount": amounts}, names={"customer_id": "Kunde"})
    found = [(one.code, one.columns, one.lines, one.money) for one in doubt_refunds_of_nobody(lines).decisions]
    assert found == ([("refunds_of_nobody", ("Kunde",), *told)] if told else [])
    assert not doubt_refunds_of_nobody(lines.without("customer_id")).decisions
    assert not doubt_refunds_of_nobody(lines.without("amount")).decisions


def test_totals_below_the_lines_are_no_refunds_of_nobody(lines_of: Callable[..., LinesRead]):
    cells = {"customer_id": ["a", None], "amount": [100.0, -5.0], "row_kind": [None, "total_row"]}
    assert not doubt_refunds_of_nobody(lines_of(cells)).decisions


@pytest.mark.parametrize(
    ("amounts", "refunded", "repeated"),
    [
        ([10.0, 20.0, -1.0, -1.0], [1.5, 0.5, None, None], [3, 4]),  # together the same
        ([10.0, 20.0, -1.0, -1.0], [-1.5, -0.5, None, None], [3, 4]),
        ([10.0, 0.0, -1.0, -1.0], [2.0, 5.0, None, None], [3, 4]),  # a line of no money has nothing to give back
        ([10.0, 0.0, -1.0, -1.0], [2.0, None, None, None], [3, 4]),
        ([0.5, 20.0, -0.3, 0.0], [0.3, 0.0, None, None], [3]),
        ([10.0, 20.0, -1.0, -1.0], [2.0, None, 7.0, None], [3, 4]),  # what a refund itself says is no sale's
        ([10.0, 20.0, -1.0, -4.0], [1.0, 0.0, None, None], [3]),
        ([10.0, 20.0, -1.0, -4.0], [1.0, 0.7, None, None], []),  # one of two is chance
        ([10.0, 20.0, -1.0, -4.0], [7.0, 0.7, None, None], []),
        ([10.0, 20.0, 30.0, 40.0], [1.0, 0.0, None, None], []),
        ([10.0, 20.0, -1.0, -4.0], [0.0, None, None, None], []),
        ([10.0, 20.0, 1.0, 4.0], [0.0, None, None, None], []),
    ],
)
def test_rows_that_a_column_says_too_are_set_aside(
    lines_of: Callable[..., LinesRead], amounts: list[float], refunded: list[float | None], repeated: list[int]
):
    cells = {"amount": amounts, "refunded": refunded}
    read = leave_repeated_refunds(lines_of(cells, names={"refunded": "Zurück"}))
    kinds = column(read, "row_kind")
    assert [place for place, kind in enumerate(kinds, 1) if kind == "refund_row"] == repeated
    money = -sum(amounts[place - 1] for place in repeated)
    told = [(one.code, one.columns, one.lines, one.money) for one in read.decisions]
    assert told == ([("refund_rows", ("Zurück",), len(repeated), money)] if repeated else [])
    assert not leave_repeated_refunds(lines_of(cells, undo=("refund_rows",))).decisions
    assert not leave_repeated_refunds(lines_of(cells).without("amount")).decisions
