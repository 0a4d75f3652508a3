"""Weeks, quarters and months that stand where days should, as people write them, and what is none of these."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from marketfold.orders.dates import latest_day
from marketfold.orders.periods import epoch_unit, per_day, read_periods, read_six_digits, six_digit_formats


@pytest.mark.parametrize(
    ("text", "unit", "first"),
    [
        ("2024-W05", "week", date(2024, 1, 29)),
        ("W05 2024", "week", date(2024, 1, 29)),
        ("2024W5", "week", date(2024, 1, 29)),
        ("KW 5/2024", "week", date(2024, 1, 29)),
        ("2024-kw05", "week", date(2024, 1, 29)),
        ("2024-T05", "week", date(2024, 1, 29)),
        ("T3 2024", "quarter", date(2024, 7, 1)),
        ("cw5 2024", "week", date(2024, 1, 29)),
        ("2020-W53", "week", date(2020, 12, 28)),
        ("1970-W02", "week", date(1970, 1, 5)),
        ("2024 Q1", "quarter", date(2024, 1, 1)),
        ("2024-t2", "quarter", date(2024, 4, 1)),
        ("q4/2024", "quarter", date(2024, 10, 1)),
        ("2024 Q3", "quarter", date(2024, 7, 1)),
        ("Q3 2024", "quarter", date(2024, 7, 1)),
        ("2024-03", "month", date(2024, 3, 1)),
        ("03/2024", "month", date(2024, 3, 1)),
        ("202403", "month", date(2024, 3, 1)),
        ("2024-M03", "month", date(2024, 3, 1)),
        ("2024m3", "month", date(2024, 3, 1)),
        ("2024年3月", "month", date(2024, 3, 1)),
        ("12.2024", "month", date(2024, 12, 1)),
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
        "1970-W01",
        "W05 202",
        "2024-00",
        "March 20245",
    ],
)
def test_what_is_a_day_or_nothing_is_no_period(text: str):
    assert read_periods({text: 5}) is None


def test_a_year_of_weeks_is_told_from_quarters_by_those_after_the_fourth():
    """In Polish a week is `T`, in French and Spanish a quarter."""
    weeks, quarters = read_periods({f"2024-T{n}": 1 for n in range(1, 53)}), read_periods({"2024-T1": 1, "2024-T4": 1})
    assert (weeks and weeks.unit, quarters and quarters.unit) == ("week", "quarter")


def test_a_few_cells_that_are_no_period_do_not_keep_a_column_from_being_one():
    assert read_periods({"2024-03": 50, "total": 1}) is not None
    assert read_periods({"2024-03": 9, "total": 1}) is not None
    assert read_periods({"2024-03": 80, "2024-04": 9, "total": 11}) is None
    assert read_periods({"2024-03": 5, "total": 5}) is None
    assert read_periods({"total": 5}) is read_periods({}) is None


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
        (["1673265600.25"], "second"),
        (["1673265600000000000"], "nanosecond"),
        (["631152000"], "second"),  # 1 January 1990
        (["631151999"], None),
        (["631152000000"], "millisecond"),
        (["631151999999"], None),
        (["631152000000000"], "microsecond"),
        (["631151999999999"], None),
        (["631152000000000000"], "nanosecond"),
        (["631151999999999000"], None),
        (["16732656000"], None),  # of as many figures as none of them has
        (["9999999999"], None),  # long after today
        ([True, "1673265600"], "second"),
        (["soon", "1673265600"], None),
        ([None], None),
    ],
)
def test_a_count_of_the_time_since_1970(cells: list[object], unit: str | None):
    assert epoch_unit(cells) == unit


def test_a_count_of_the_time_since_1970_may_go_on_to_the_last_day_of_an_order():
    last = int(datetime.combine(latest_day(), time(), UTC).timestamp())
    for unit, n in (("second", 1), ("millisecond", 10**3), ("microsecond", 10**6), ("nanosecond", 10**9)):
        assert epoch_unit([str(last * n)]) == unit
        assert epoch_unit([str((last + 86_400) * n)]) is None
        assert per_day(unit) == 24 * 60 * 60 * n


@pytest.mark.parametrize(
    ("text", "style", "day"),
    [
        ("310195", "%d%m%y", date(1995, 1, 31)),
        ("13199", "%m%d%y", date(1999, 1, 31)),
        ("050131", "%y%m%d", date(2005, 1, 31)),
        ("310168", "%d%m%y", None),  # no order is of 1968
        ("310170", "%d%m%y", date(1970, 1, 31)),
        ("310124", "%m%d%y", None),
    ],
)
def test_the_day_of_six_digits(text: str, style: str, day: date | None):
    assert read_six_digits(text, style) == day


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
