"""What the name of a column says of the money in it."""

from __future__ import annotations

import pytest

from marketfold.orders.money_names import sounds_like_money


@pytest.mark.parametrize("name", ["Total price", "Sales EUR", "Umsatz", "order_revenue", "Gross amount", "Gesamtpreis"])
def test_a_name_of_money_sounds_like_it(name: str):
    assert sounds_like_money(name)


@pytest.mark.parametrize("name", ["Unit price", "Price", "Town", "Total weight"])
def test_a_price_of_one_item_and_what_is_no_money_do_not(name: str):
    assert not sounds_like_money(name)
