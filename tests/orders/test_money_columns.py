"""Whether the prices of lines make up the totals of their orders."""

from __future__ import annotations

import pytest

from marketfold.orders.first_lines import FirstLines
from marketfold.orders.money_columns import _covers, _grows_with_quantity, _is_less_by

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


@pytest.mark.parametrize(
    ("total", "cover"), [(16.66, True), (16.67, False), (7.15, True), (7.14, False), (-10.0, False), (0.0, True)]
)
def test_prices_may_miss_a_total_by_four_tenths_of_it(total: float, *, cover: bool):
    """Of one order of two lines of 5; a total of nothing says nothing."""
    one = FirstLines({"order": ["1", "1"]}, {"order_id": "order"})
    assert _covers(one, [5.0, 5.0], [total, total]) is cover


@pytest.mark.parametrize(
    ("wrong", "fee", "less"), [(0, 1.0, True), (1, 1.0, True), (2, 1.0, False), (0, -1.0, True), (0, 0.0, False)]
)
def test_what_a_bank_pays_out_is_less_by_its_fee(wrong: int, fee: float, *, less: bool):
    """In nine of ten lines; lines without a fee show nothing."""
    paid = [9.0] * (10 - wrong) + [5.0] * wrong
    assert _is_less_by([*paid, None, 9.0], [10.0] * 12, [fee] * 11 + [None]) is less


@pytest.mark.parametrize(
    ("items", "lines", "grows"), [(0, 4, False), (0, 5, True), (1, 5, False), (1, 6, True), (6, 1, False)]
)
def test_five_pairs_of_lines_show_a_price_of_all_items_and_five_times_as_many_as_show_one_of_each(
    items: int, lines: int, *, grows: bool
):
    pairs = [("1", "10.00", "2", "10.00")] * items + [("1", "10.00", "2", "20.00")] * lines
    sample: dict[str, list[object]] = {
        "product": [f"P{n // 2}" for n in range(2 * len(pairs))],
        "quantity": [cell for one, _, two, _ in pairs for cell in (one, two)],
        "price": [cell for _, one, _, two in pairs for cell in (one, two)],
    }
    own = FirstLines(sample, {"product_id": "product", "quantity": "quantity", "unit_price": "price"})
    assert _grows_with_quantity(own, by_name=False) is grows
    assert _grows_with_quantity(own, by_name=True) is (lines >= items)
