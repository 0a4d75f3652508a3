"""Whether the prices of lines make up the totals of their orders."""

from __future__ import annotations

import pytest

from marketfold.orders.first_lines import FirstLines
from marketfold.orders.money_columns import _covers

LINES = FirstLines({"order": ["1", "1", "2", "3", None]}, {"order_id": "order"})
PRICES = [10.0, 20.0, 15.0, 40.0, 99.0]


@pytest.mark.parametrize(
    ("totals", "cover"),
    [
        ([30.0, 30.0, 15.0, 40.0, None], True),
        ([30.0, None, 15.0, 40.0, None], True),
        ([36.0, 36.0, 18.0, 48.0, None], True),
        ([90.0, 90.0, 45.0, 120.0, None], False),
        ([15.0, 15.0, 7.5, 20.0, None], False),
        ([90.0, 90.0, 15.0, 40.0, None], True),
        ([None, None, None, None, 5.0], True),
    ],
    ids=["each", "once", "shipping", "thrice", "half", "one order differs", "no total"],
)
def test_prices_cover_a_total_but_for_shipping_and_the_like(totals: list[float | None], *, cover: bool):
    assert _covers(LINES, list(PRICES), totals) is cover
