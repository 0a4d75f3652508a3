"""What the name of a column says of the money in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.orders.money_names import (
    is_cost,
    is_gross,
    is_net,
    is_subtotal,
    is_tax,
    is_tip,
    name_words,
    sounds_like_money,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "name",
    ["Total price", "Sales EUR", "Umsatz", "order_revenue", "Gross amount", "Gesamtpreis", "Positionsbetrag", "Totalen",
     "Sales excl. tax", "Total inkl. MwSt"],
)  # fmt: skip
def test_a_name_of_money_sounds_like_it(name: str):
    assert sounds_like_money(name)


@pytest.mark.parametrize(
    "name",
    ["Unit price", "Price", "Town", "Total weight", "Sales tax", "Rabattbetrag", "Total price tax", "Betragsart"],
)
def test_a_price_of_one_item_and_what_is_no_money_do_not(name: str):
    assert not sounds_like_money(name)


@pytest.mark.parametrize(
    ("says", "names", "others"),
    [
        (
            is_net,
            ["Net Price", "Nettobetrag", "N. Revenue", "NetSales", "netvalue"],
            ["Network", "Revenue N.", "Total"],
        ),
        (is_gross, ["Gross", "Bruttopreis", "TTC", "Grossbetrag"], ["Net", "Engross", "Total"]),
        (is_cost, ["Unit Cost", "Kosten"], ["Costume", "Price"]),
        (is_tip, ["Tip", "Trinkgeld EUR"], ["Type", "Tipo"]),
        (is_tax, ["Tax", "Sales Tax", "VAT amount", "Mw.St."], ["Tax %", "VAT number", "Total", "Rate", "Taxi"]),
        (is_subtotal, ["Subtotal", "Sub total", "Zwischen-Summe", "Order Value EUR"], ["Total", "My subtotal"]),
    ],
)
def test_what_a_name_says_of_tax_discount_and_the_sum(says: Callable[[str], bool], names: list[str], others: list[str]):
    assert [name for name in [*names, *others] if says(name)] == names


def test_a_name_falls_into_words_where_its_case_changes():
    assert name_words("netPrice_inEUR %") == ["net", "price", "in", "eur", "%"]
