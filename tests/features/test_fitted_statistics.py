from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.errors import TooFewUnitsError
from marketfold.features import before_day
from marketfold.features.fitted_statistics import FittedStatistics, category_of, fit_statistics
from marketfold.orders import read_orders


def orders(**columns: list[Any]) -> CleanOrders:
    frame = {
        "order_id": [str(number) for number in range(10)],
        "customer_id": ["anna", "ben"] * 5,
        "ordered_on": [date(2024, 1, 1 + number) for number in range(10)],
        "amount": [float(number + 1) for number in range(10)],
    }
    return clean_orders(read_orders(pl.DataFrame(frame | columns)))


def test_the_window_ends_the_day_after_the_last_order():
    found = fit_statistics(orders(), None, None, {})
    assert (found.first_on, found.as_of) == (date(2024, 1, 1), date(2024, 1, 11))
    assert found.middle_on == date(2024, 1, 6)


def test_a_fifth_of_the_orders_is_large():
    """Ten orders of 1 to 10: the quantile of 0.8 lies at 8.2, and 9 and 10 lie above."""
    found = fit_statistics(orders(), None, None, {})
    assert found.large_deal_size is None
    assert found.large_order_at == 82_000


def test_the_largest_deal_size_is_the_one_with_most_money_on_a_line():
    found = fit_statistics(orders(deal_size=["S"] * 8 + ["L"] * 2), None, None, {})
    assert found.large_deal_size == "L"
    alike = fit_statistics(orders(deal_size=["S"] * 10), None, None, {})
    assert alike.large_deal_size is None


def test_categories_stand_by_revenue_and_the_rest_are_others():
    many = orders(category=[f"c{number}" for number in range(9)] + [None])
    found = fit_statistics(many, None, None, {})
    assert found.categories[:2] == ("c8", "c7")
    assert found.categories[-1] == "other"  # the line without a category


def test_what_a_model_was_measured_by_is_used_again():
    first = fit_statistics(orders(category=["tea"] * 5 + ["cups"] * 5), None, None, {})
    settings = first.to_settings()
    assert json.loads(settings["categories"]) == ["cups", "tea"]
    later = orders(category=["jam"] * 10, amount=[500.0] * 10)
    again = fit_statistics(later, None, None, settings)
    assert (again.categories, again.large_order_at) == (first.categories, first.large_order_at)
    # the window is as long as the model's, wherever it ends
    assert fit_statistics(later, date(2024, 6, 1), None, settings).first_on == date(2024, 5, 22)


def test_settings_are_read_back_as_they_were():
    statistics = FittedStatistics(date(2024, 1, 1), date(2024, 3, 1), ("Café",), large_order_at=12_345)
    assert statistics.to_settings() == {
        "first_on": "2024-01-01", "as_of": "2024-03-01", "categories": '["Café"]', "large_order_at": "1.2345",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["category__share", "category_share", "quarter_1_share"])
def test_names_that_are_no_share_of_a_category(name: str):
    assert category_of(name) is None


def test_nobody_to_measure():
    early = before_day(orders(), date(2000, 1, 1))
    with pytest.raises(TooFewUnitsError, match="There is no purchase before 2000-01-01"):
        fit_statistics(early, date(2000, 1, 1), None, {})
