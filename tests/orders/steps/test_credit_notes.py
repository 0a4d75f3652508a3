"""Credit notes and refunds that are written without a minus."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ReadingOptions
from marketfold.orders import Orders, read_orders

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
