"""Which column is a discount that is still to be taken off, by its name and by what the first lines hold."""

from __future__ import annotations

import pytest

from marketfold.orders.discount_columns import find_discount
from marketfold.orders.first_lines import FirstLines
from marketfold.orders.role_names import sureness

ROLES = {"Qty": "quantity", "Price": "unit_price", "Amount": "amount", "Order": "order_id", "Other": "other_amount"}
PRICED = {"Qty": "1 2 1 3 1", "Price": "10 20 30 40 50"}
OFF = "1 2 3 4 5"


def found(columns: dict[str, str], *given: str, by_line: bool = False) -> tuple[str | None, list[str]]:
    """The discount in columns whose cells are apart by blanks, `_` for an empty one, and what is told."""
    sample = {name: [None if cell == "_" else cell for cell in cells.split()] for name, cells in columns.items()}
    lines = FirstLines(sample, {ROLES[name]: name for name in columns if name in ROLES})
    column, told = find_discount(lines, sureness, given, by_line=by_line)
    return column, [one.code for one in told]


@pytest.mark.parametrize(
    ("columns", "discount"),
    [
        ({"Discount": OFF}, "Discount"),
        ({"Rabatt": "10% 20% 0% _ 5%"}, "Rabatt"),
        ({"Discount": "a b c d e"}, None),
        ({"Town": OFF}, None),
        ({"Discount": "0 0 0 0 0", "Rabatt": OFF}, "Rabatt"),  # one that is ever used before one that never is
        ({"Discount": "0 0 0 0 0"}, "Discount"),
        ({"Discount (old)": OFF, "Discount": OFF}, "Discount"),  # the surer name
    ],
)
def test_beside_quantity_and_price_a_name_and_numbers_are_enough(columns: dict[str, str], discount: str | None):
    assert found(PRICED | columns) == (discount, [])
    assert found({"Price": PRICED["Price"]} | columns)[0] is None
    assert found({"Amount": PRICED["Price"]} | columns, by_line=True) == (discount, [])


@pytest.mark.parametrize(
    ("before", "off", "told"),
    [
        ("12 24 36 48 55", "2 4 6 8 5", True),
        ("12 24 36 48 55", "2 4 6 8 9", False),  # of ten one may be otherwise, of five none
        ("12.50 25 37.50 50 62.50", "20% 20% 20% 20% 20%", True),
        ("12 24 36 48 55 12 24 36 48 55", "2 4 6 8 5 2 4 6 8 9", True),
        ("12 24 36 48 55 12 24 36 48 55", "2 4 6 8 5 2 4 6 9 9", False),
        ("12 _ 0 48 50", "2 9 9 8 0", True),  # lines without money or without a discount say nothing
        ("_ _ _ _ _", OFF, False),
    ],
)
def test_a_discount_that_is_off_the_price_already_is_said(before: str, off: str, *, told: bool):
    priced = {name: " ".join([cells] * (len(before.split()) // 5)) for name, cells in PRICED.items()}
    expected = (None, ["discount_in_price"]) if told else ("Discount", [])
    assert found(priced | {"Before": before, "Discount": off}) == expected
    lines = {"Amount": priced["Price"], "Before": before, "Discount": off}
    assert found(lines, by_line=True) == expected
    assert found(priced | {"Town": "a b c d e " * (len(before.split()) // 5), "Discount": off}) == ("Discount", [])


def test_a_net_price_in_proportion_to_what_a_discount_left_of_the_gross_one_has_it_off():
    gross, left, off = "100 80 60 40 20 50", "75 60 45 30 15 50", "25 20 15 10 5 0"
    priced = {"Qty": "1 1 1 1 1 1", "Price": "60 48 36 24 12 40"}
    both = {"Price (Gross)": gross, "Total price": left, "Discount": off}
    assert found(priced | both) == (None, ["discount_in_price"])
    assert found(priced | {"Weight": gross, "Height": left, "Discount": off}) == ("Discount", [])
    assert found(priced | {"Price (Gross)": gross, "Total price": "a b c d e f", "Discount": off}) == ("Discount", [])
    assert found(priced | {"Price (Gross)": gross, "Discount": off}) == ("Discount", [])


SOLD = {"Amount": "10 20 30 40 50"}
LESS = "9 18 27 36 45"


@pytest.mark.parametrize(
    ("columns", "discount"),
    [
        ({"Total Paid": LESS}, "Discount"),
        ({"Total Paid": SOLD["Amount"]}, None),
        ({"Weight": LESS}, None),
        ({"Subtotal": LESS}, "Discount"),
        ({"Other": LESS}, "Discount"),
        ({"Total Paid": "a b c d e"}, None),
        ({"Total Paid": "10 20 30 40 50", "Shipping": "1 2 3 4 5"}, "Discount"),
        ({"Total Paid": "12 23 34 45 56", "Shipping": "1 2 3 4 5", "Tax": "2 3 4 5 6"}, "Discount"),
        ({"Total Paid": "10 20 30 40 50", "Note": "1 2 3 4 5"}, None),
        ({"Total Paid": "10 20 30 40 50", "Shipping": "a b c d e"}, None),
    ],
)
def test_beside_an_amount_another_total_must_show_that_the_discount_comes_off(
    columns: dict[str, str], discount: str | None
):
    assert found(SOLD | columns | {"Discount": OFF}) == (discount, [])
    assert found(SOLD | columns | {"Discount": "-1 -2 -3 -4 -5"}) == (discount, [])
    assert found(SOLD | columns | {"Discount": OFF}, "amount")[0] is None  # the user has said what a line brought
    assert found(columns | {"Discount": OFF})[0] is None
    assert found(SOLD | columns | {"Discount": "_ 0 0 0 0"})[0] is None
    assert found(SOLD | columns | {"Discount": "a b c d e"})[0] is None
    assert found(SOLD | columns | {"Town": OFF})[0] is None


def test_of_an_amount_of_the_whole_order_no_discount_comes_off():
    orders = {"Order": "1 1 2 2 3 3 4 4 5 5", "Kind": "a b a b a b a b a b"}
    columns = {"Amount": "10 10 20 20 30 30 40 40 50 50", "Total Paid": "9 9 18 18 27 27 36 36 45 45",
               "Discount": "1 1 2 2 3 3 4 4 5 5"}  # fmt: skip
    assert found(columns)[0] == "Discount"
    assert found(orders | columns)[0] is None
    once = {"Amount": "10 _ 20 _ 30 _ 40 _ 50 _"}
    assert found(columns | once)[0] == "Discount"
    assert found(orders | columns | once)[0] is None
