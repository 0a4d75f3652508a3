"""What is said of a table that lacks who bought, when, or how much."""

from __future__ import annotations

import pytest

from marketfold.errors import Fault
from marketfold.orders.missing_roles import missing_roles

WHO = {"customer_id": "Who", "ordered_on": "When"}
SAMPLE: dict[str, list[object]] = {"Who": ["a", "b", "a"], "When": ["2024-01-31"] * 3}
NUMBERS: list[object] = ["1.50", "2.25", "7"]


@pytest.mark.parametrize(
    ("columns", "found", "whats", "hints"),
    [
        ({"Total": NUMBERS}, WHO | {"amount": "Total"}, [], []),
        ({"Qty": ["1", "2", "3"], "Price": NUMBERS}, WHO | {"quantity": "Qty", "unit_price": "Price"}, [], []),
        ({"Total": NUMBERS}, {"customer_id": "Who", "amount": "Total"}, ["no column for ordered_on"],
         ["--map ordered_on=COLUMN"]),
        ({}, WHO, ["no column for amount"], ["--map amount=COLUMN"]),
        ({"Price": NUMBERS}, WHO | {"unit_price": "Price"}, ["no column for amount, and no column for quantity"],
         ["where each row is one item, its price is the amount: --map amount=Price"]),
        ({"Price": NUMBERS, "Quantit": ["1", "2", "3"]}, WHO | {"unit_price": "Price"},
         ["no column for amount, and no column for quantity"], ["--map quantity=Quantit"]),
        ({"Qty": ["1", "2", "3"], "Unit prise": NUMBERS}, WHO | {"quantity": "Qty"},
         ["no name of a column tells amount. By their cells, there may be unit_price"],
         ["--map 'unit_price=Unit prise'"]),
        ({"Qty": ["1", "2", "3"], "Totale amount": NUMBERS}, WHO | {"quantity": "Qty"}, ["no column for amount"],
         ["--map 'amount=Totale amount'"]),
    ],
)  # fmt: skip
def test_what_lacks_is_told_with_the_column_that_may_be_it(
    columns: dict[str, list[object]], found: dict[str, str], whats: list[str], hints: list[str]
):
    told = missing_roles(SAMPLE | columns, found, (), ())
    assert [fault.what.startswith(what) for fault, what in zip(told, whats, strict=True)] == [True] * len(whats)
    assert [fault.hint.startswith(hint) for fault, hint in zip(told, hints, strict=True)] == [True] * len(hints)


def test_what_another_fault_names_is_not_missed_again():
    assert missing_roles(SAMPLE, WHO, (), [Fault("two columns can both be amount.", "--map amount=A")]) == []
    told = missing_roles(SAMPLE, {"amount": "x"}, (), [Fault("'a' and 'b' can both be customer_id.", "")])
    assert [fault.what.startswith("no column for ordered_on") for fault in told] == [True]


def test_a_row_with_columns_for_each_item_is_told():
    (told,) = missing_roles(SAMPLE, WHO, ("Item 1 Total", "Item 2 Total"), ())
    assert "each row is an order, with columns for each of its items ('Item 1 Total' and 'Item 2 Total')" in told.what
    assert missing_roles(SAMPLE, WHO | {"amount": "x"}, ("Item 1 Total", "Item 2 Total"), ()) == []
    priced = WHO | {"quantity": "q", "unit_price": "p"}
    assert missing_roles(SAMPLE, priced, ("Item 1 Total", "Item 2 Total"), ()) == []
