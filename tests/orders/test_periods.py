"""Weeks, quarters and months that stand where days should, as people write them, and what is none of these."""

from __future__ import annotations

from datetime import date

import pytest

from marketfold.orders.periods import epoch_unit, read_periods, read_six_digits, six_digit_formats


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


@pytest.mark.parametrize(
    ("texts", "known"),
    [
        (["Jan-24", "Feb-24", "Mar-24"], True),
        (["Jan-24", "Feb-24"], False),  # two months may be days of them
        (["24-Jan", "24-Feb", "24-Mar"], True),
        (["Jan-24", "Feb-24", "Mar-25", "Apr-25", "May-25", "Jun-25"], True),
        (["Jan-24", "Feb-24", "Mar-25", "Apr-25", "May-25"], False),  # three of each year
        ([f"{name}-{year}" for year in (23, 25) for name in ("Jan", "Feb", "Mar")], False),  # years follow each other
        (["Jan-24", "Feb-24", "Mar-24", "soon"], False),
        (["Jan-24", "Feb-24", "Xyz-24"], False),
    ],
)
def test_months_of_a_year_of_two_digits_are_told_from_days(texts: list[str], *, known: bool):
    found = read_periods(dict.fromkeys(texts, 1))
    assert (found is not None) is known
    if found is not None:
        assert found.unit == "month"
        assert {day.day for day in found.days.values()} == {1}
        assert found.days[texts[0]] == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("cells", "unit"),
    [
        (["1673265600"], "second"),
        ([1673265600.0, None, "", "0", float("nan")], "second"),
        (["1673265600000"], "millisecond"),
        (["1673265600000000"], "microsecond"),
        (["1673265600", "1673265600000"], None),
        (["631152000"], "second"),  # 1 January 1990
        (["631151999"], None),
        (["9999999999"], None),  # long after today
        ([True, "1673265600"], "second"),
        (["soon", "1673265600"], None),
        ([None], None),
    ],
)
def test_a_count_of_the_time_since_1970(cells: list[object], unit: str | None):
    assert epoch_unit(cells) == unit


@pytest.mark.parametrize(
    ("texts", "styles"),
    [
        (["310124", "10224"], ["%d%m%y"]),
        (["013124"], ["%m%d%y"]),
        (["240131"], ["%y%m%d"]),
        (["010203"], ["%d%m%y", "%m%d%y", "%y%m%d"]),
        (["310124", "x"], []),
        (["999999"], []),
        ([], []),
    ],
)
def test_six_digits_are_days_in_the_styles_that_read_them_all(texts: list[str], styles: list[str]):
    assert sorted(six_digit_formats(texts)) == styles


def test_days_and_weeks_of_no_year_that_an_order_can_have_are_none():
    for text in ("1899-W05", "2199-W05", "1899 Q3", "2199-03"):
        assert read_periods({text: 5}) is None
    assert read_six_digits("310224", "%d%m%y") is None
