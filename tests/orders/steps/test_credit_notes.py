"""Credit notes and refunds that are written without a minus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ReadingOptions
from marketfold.orders import Orders, read_orders
from marketfold.orders.steps.credit_notes import negate_credit_notes

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead

TYPES = [
    ("Type", "Customer Invoice", "Customer Credit Note"),
    ("Type", "Sale", "Refund"),
    ("Transaction Type", "Payment", "Payment Refund"),
    ("Belegart", "Rechnung", "Gutschrift"),
    ("Typ", "Zahlung", "Rückzahlung"),
    ("Vorgangsart", "Verkauf", "Rückgabe"),
    ("Type document", "Facture", "Avoir"),
    ("Tipo documento", "Factura", "Abono"),
    ("Tipo documento", "Fattura", "Nota di credito"),
    ("Documentsoort", "Factuur", "Creditnota"),
    ("Tipo documento", "Fatura", "Nota de crédito"),
]


def read(column: str, kinds: list[str], money: tuple[str, ...] = ("10.00", "20.00", "10.00"), **options: Any) -> Orders:
    lines = {
        "Invoice No": ["1", "2", "3"], "Customer ID": ["a", "b", "a"],
        "Date": ["2024-01-01", "2024-01-02", "2024-01-05"],
        "SKU": ["cup", "jug", "cup"], "Quantity": ["1", "1", "-1" if money[2].startswith("-") else "1"],
        "Amount": list(money), column: kinds,
    }  # fmt: skip
    return read_orders(pa.table(lines), ReadingOptions(**options))


@pytest.mark.parametrize(("column", "sale", "note"), TYPES)
def test_a_credit_note_takes_back_what_was_sold(column: str, sale: str, note: str):
    orders = read(column, [sale, sale, note])
    (told,) = [one for one in orders.facts.decisions if one.code == "credit_notes_negated"]
    assert (told.lines, told.money, told.columns) == (1, 10.0, (column,))
    ledger = clean_orders(orders).report.ledger
    assert (ledger.money_kept, ledger.money_came_back, ledger.money_net) == (30.0, 10.0, 20.0)


def test_a_minus_of_their_own_stays():
    orders = read("Type", ["Sale", "Sale", "Refund"], ("10.00", "20.00", "-10.00"))
    assert "credit_notes_negated" not in [one.code for one in orders.facts.decisions]
    assert clean_orders(orders).report.ledger.money_net == 20.0


def test_undone_they_count_as_bought():
    orders = read("Type", ["Sale", "Sale", "Refund"], undo=("credit_notes_negated",))
    assert clean_orders(orders).report.ledger.money_net == 40.0


@pytest.mark.parametrize(
    "kinds", [["Mug", "Jug", "Returns tray"], ["Gift box", "Sale", "Sale"], ["Delivery", "Pickup", "Delivery"]]
)
def test_a_type_of_products_or_orders_is_none_of_documents(kinds: list[str]):
    orders = read("Type", kinds)
    assert orders.facts.mapping.get("category") == "Type"
    assert clean_orders(orders).report.ledger.money_kept == 40.0


NOTES = {
    "customer_id": ["A", "B", "C", "D"],
    "line_type": ["Sale", "Refund", None, "Credit Note"],
    "quantity": [1.0, 2.0, 3.0, 1.0],
    "unit_price": [10.0, 5.0, 4.0, 0.12346],
    "amount": [10.0, 9.0, 12.0, 0.11111],
}


@pytest.mark.parametrize(
    ("lacking", "money", "turned"),
    [
        ((), 9.1111, {"quantity": [1.0, -2.0, 3.0, -1.0], "amount": [10.0, -9.0, 12.0, -0.11111]}),
        (("amount",), 10.1235, {"quantity": [1.0, -2.0, 3.0, -1.0]}),
        (("quantity",), 9.1111, {"amount": [10.0, -9.0, 12.0, -0.11111], "unit_price": [10.0, -5.0, 4.0, -0.12346]}),
        (("unit_price",), 9.1111, {"quantity": [1.0, -2.0, 3.0, -1.0], "amount": [10.0, -9.0, 12.0, -0.11111]}),
        (("quantity", "unit_price"), 9.1111, {"amount": [10.0, -9.0, 12.0, -0.11111]}),
    ],
)
def test_of_quantity_and_price_one_is_turned(
    lines_of: Callable[..., LinesRead], lacking: tuple[str, ...], money: float, turned: dict[str, list[float]]
):
    cells = {role: some for role, some in NOTES.items() if role not in lacking}
    read = negate_credit_notes(lines_of(cells, names={"line_type": "Kind"}))
    (told,) = read.decisions
    assert (told.columns, told.lines, told.money) == (("Kind",), 2, money)
    assert told.numbers == {"types": ("Credit Note", "Refund")}
    table = read.engine.collect(read.lines)
    assert {role: table[role].to_pylist() for role in cells} == cells | turned


def test_without_types_or_money_nothing_is_turned(lines_of: Callable[..., LinesRead]):
    for lacking in (("line_type",), ("quantity", "unit_price", "amount")):
        read = lines_of({role: some for role, some in NOTES.items() if role not in lacking})
        assert negate_credit_notes(read) is read


@pytest.mark.parametrize("role", ["quantity", "unit_price", "amount"])
@pytest.mark.parametrize(("least", "turned"), [(0.0, True), (-0.01, False)])
def test_one_minus_among_the_notes_is_enough(
    lines_of: Callable[..., LinesRead], role: str, least: float, *, turned: bool
):
    """That of a sale or of a line without a type says nothing."""
    cells = NOTES | {role: [-1.0, 2.0, -1.0, least]}
    assert bool(negate_credit_notes(lines_of(cells)).decisions) is turned


def test_notes_that_are_no_lines_are_none(lines_of: Callable[..., LinesRead]):
    read = lines_of(NOTES | {"row_kind": [None, "moved_row", None, "total_row"]})
    assert negate_credit_notes(read) is read
    (told,) = negate_credit_notes(lines_of(NOTES | {"row_kind": [None, "moved_row", None, None]})).decisions
    assert (told.lines, told.money) == (1, 0.1111)


def test_five_types_are_named(lines_of: Callable[..., LinesRead]):
    kinds = [f"Refund {letter}" for letter in "FEDCBA"]
    (told,) = negate_credit_notes(lines_of({"line_type": kinds, "amount": [1.0] * 6})).decisions
    assert told.numbers == {"types": tuple(f"Refund {letter}" for letter in "ABCDE")}
    assert (told.lines, told.money) == (6, 6.0)


@pytest.mark.parametrize(("others", "lines"), [(199, 1), (200, 0)])
def test_two_hundred_types_are_looked_at(lines_of: Callable[..., LinesRead], others: int, lines: int):
    kinds = [*(f"A{number}" for number in range(others)), "Refund"]
    read = negate_credit_notes(lines_of({"line_type": kinds, "amount": [1.0] * len(kinds)}))
    assert sum(one.lines for one in read.decisions) == lines
