"""Weeks, quarters and months that stand where days should, as people write them, and what is none of these."""

from __future__ import annotations

from datetime import date

import pytest

from marketfold.orders.periods import read_periods


@pytest.mark.parametrize(
    ("text", "unit", "first"),
    [
        ("2024-W05", "week", date(2024, 1, 29)),
        ("W05 2024", "week", date(2024, 1, 29)),
        ("2024 Q3", "quarter", date(2024, 7, 1)),
        ("Q3 2024", "quarter", date(2024, 7, 1)),
        ("2024-03", "month", date(2024, 3, 1)),
        ("03/2024", "month", date(2024, 3, 1)),
        ("202403", "month", date(2024, 3, 1)),
        ("March 2024", "month", date(2024, 3, 1)),
        ("2024 March", "month", date(2024, 3, 1)),
    ],
)
def test_a_period_begins_on_its_first_day(text: str, unit: str, first: date):
    found = read_periods({text: 5})
    assert found is not None
    assert (found.unit, found.days) == (unit, {text: first})


@pytest.mark.parametrize(
    "text",
    [
        "2024",
        "2024 March 5",
        "2024 March 12",
        "March to May 2024",
        "March",
        "2024-W54",
        "2024 Q5",
        "2024-13",
        "March 24",
    ],
)
def test_what_is_a_day_or_nothing_is_no_period(text: str):
    assert read_periods({text: 5}) is None


def test_a_few_cells_that_are_no_period_do_not_keep_a_column_from_being_one():
    assert read_periods({"2024-03": 50, "total": 1}) is not None
    assert read_periods({"2024-03": 5, "total": 5}) is None
