"""Dates in every style, alone and as columns."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketfold.orders.dates import (
    EARLIEST,
    latest_day,
    looks_like_dates,
    names_a_day,
    read_day,
    without_time_of_day,
)
from marketfold.orders.day_columns import read_days

if TYPE_CHECKING:
    from marketfold.orders.dates import Order

DAYS = st.dates(EARLIEST, latest_day())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-13", (2024, 2, 13)), ("2024/2/13", (2024, 2, 13)), ("20240213", (2024, 2, 13)),
        ("13.02.2024", (2024, 2, 13)), ("13.2.24", (2024, 2, 13)), ("2-13-2024", (2024, 2, 13)),
        ("13 Feb 2024", (2024, 2, 13)), ("Feb 13, 2024", (2024, 2, 13)), ("13-Feb-24", (2024, 2, 13)),
        ("February 13th 2024", (2024, 2, 13)), ("Tue, 13 Feb 2024", (2024, 2, 13)), ("13. März 2024", (2024, 3, 13)),
        ("13 février 2024", (2024, 2, 13)), ("13 de enero de 2024", (2024, 1, 13)), ("2024 Feb 13", (2024, 2, 13)),
        ("45335", (2024, 2, 13)), ("45335.75", (2024, 2, 13)),
        ("20240213.0", (2024, 2, 13)), ("4/4/2024", (2024, 4, 4)),
        ("2024年2月13日", (2024, 2, 13)), ("2024年02月13", (2024, 2, 13)), ("2024년 2월 13일", (2024, 2, 13)),
        ("2024 年 2 月 13 号", (2024, 2, 13)), ("2024. 2. 13.", (2024, 2, 13)), ("13. 2. 2024", (2024, 2, 13)),
        ("Tue 13/02/2024", (2024, 2, 13)), ("Di., 13.02.2024", (2024, 2, 13)), ("mar. 13/02/2024", (2024, 2, 13)),
        ("Tuesday the 13th of February, 2024", (2024, 2, 13)), ("@19766", (2024, 2, 13)),
        ("13022024", (2024, 2, 13)), ("02132024", (2024, 2, 13)), ("2132024", (2024, 2, 13)), ("4042024", (2024, 4, 4)),
    ],
)  # fmt: skip
def test_days(text: str, day: tuple[int, int, int]) -> None:
    found = read_day(text)
    assert found is not None
    assert found.certain == dt.date(*day)


@pytest.mark.parametrize(
    "text",
    ["", "n/a", "1899-12-31", "2999-01-01", "31/31/2024", "2024-02-30", "2024", "12", "123456", "13 Foo 2024", "99999",
     "Feb 2024", "0000-00-00", "1/2", "٣/٤/٢٠٢٤", "13/02/20245", "Foo 13/02/2024", "13/02/124", "13 Feb 124",
     "13/2/4", "131/02/2024", "13/021/2024", "2024/13/02", "13-02/2024", "131 Feb 2024", "13 Feb 5 2024",
     "13 Feb Mar 2024", "2024年13月2日", "2024年2月", "mar Feb 13 Mar 2024"],
)  # fmt: skip
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None


@given(DAYS, st.sampled_from(["/", ".", "-", " "]), st.booleans())
def test_both_orders_keep_the_day(day: dt.date, sign: str, padded: bool) -> None:
    width = "02" if padded else ""
    texts = (
        f"{day.day:{width}}{sign}{day.month:{width}}{sign}{day.year}",
        f"{day.month:{width}}{sign}{day.day:{width}}{sign}{day.year}",
    )
    for text, first in zip(texts, ("day_first", "month_first"), strict=True):
        found = read_day(text)
        assert found is not None
        assert getattr(found, first) == day
        if day.day > 12 or day.day == day.month:
            assert found.certain == day
        else:
            assert found.certain is None


@given(DAYS)
def test_styles_without_doubt(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    for text in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day:%d %B %Y}",
        f"{day:%b %d, %Y}",
        f"{day:%Y/%m/%d}",
        str(serial),
    ):
        found = read_day(text)
        assert found is not None
        assert found.certain == day


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_none(text: str) -> None:
    found = read_day(text)
    assert found is None or found.day_first or found.month_first


@given(st.sets(DAYS, min_size=1, max_size=40), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_column_is_decided_as_a_whole(days: set[dt.date], style: str) -> None:
    texts = {f"{day:{style}}": day for day in days}
    reading = read_days("WHEN", dict.fromkeys(texts, 1))
    certain = any(day.day > 12 for day in days) or all(day.day == day.month for day in days)
    assert (reading.fault is None) == certain
    if certain:
        assert reading.days == texts
    assert read_days("WHEN", dict.fromkeys(texts, 1), style).days == texts


def test_both_fit_every_value() -> None:
    fault = read_days("ORDERDATE", {"05/07/2003": 400, "01/02/2004": 12}).fault
    assert fault is not None
    told = "'ORDERDATE' can be day-first or month-first (all 412 values fit both), such as '05/07/2003', '01/02/2004'."
    assert fault.what == told
    assert fault.hint == "--date-format %d/%m/%Y or --date-format %m/%d/%Y"


def test_mixed_styles_are_read_when_each_is_certain() -> None:
    texts = {"24/12/2003": 1, "05/07/2003": 1, "2003-12-25": 1, "12-31-2003": 1, "12-01-2003": 1, "Jan 5, 2004": 1}
    reading = read_days("WHEN", texts)
    assert reading.fault is None
    assert [reading.days[text] for text in texts] == [
        dt.date(2003, 12, 24), dt.date(2003, 7, 5), dt.date(2003, 12, 25), dt.date(2003, 12, 31), dt.date(2003, 12, 1),
        dt.date(2004, 1, 5),
    ]  # fmt: skip


def test_contradiction_within_a_style() -> None:
    reading = read_days("WHEN", {"24/12/2003": 1, "12/24/2003": 1, "05/07/2003": 3})
    assert reading.fault is not None
    assert "3 of 5 values fit both" in reading.fault.what
    assert read_days("WHEN", {"24/12/2003": 1, "12/24/2003": 1}).fault is None


def test_format_given_reads_nothing_else() -> None:
    reading = read_days("WHEN", {"05/07/2003": 1, "24/12/2003": 1, "2003-12-24": 1}, "%d/%m/%Y %H:%M")
    assert reading.days == {"05/07/2003": dt.date(2003, 7, 5), "24/12/2003": dt.date(2003, 12, 24)}


def test_two_digits_are_a_year_up_to_the_next() -> None:
    """The hundred years that end with next year: an order may be dated ahead, and not by two years."""
    this_year = dt.datetime.now(dt.UTC).year
    found = read_day(f"13.2.{(this_year + 1) % 100:02}")
    assert found is not None
    assert found.day_first == dt.date(this_year + 1, 2, 13)
    past = read_day(f"13.2.{(this_year + 2) % 100:02}")
    assert past is None or past.day_first == dt.date(this_year - 98, 2, 13)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("29.02.1900", False),
        ("29.02.1600", True),
        ("29.02.1996", True),
        ("29.02.2100", False),
        ("31.12.2098", True),
        ("12/31/1850", True),
        ("1900", False),
    ],
)
def test_a_day_of_any_year_is_a_day_of_the_calendar(text: str, *, names: bool) -> None:
    assert names_a_day(text) is names


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1970-01-02", dt.date(1970, 1, 2)),
        ("1970-01-01", None),
        ("2098-12-31", dt.date(2098, 12, 31)),
        ("2099-01-01", None),
        ("25570", dt.date(1970, 1, 2)),
        ("25569", None),
        ("@1", dt.date(1970, 1, 2)),
        ("@0", None),
        ("Mar 5 mar 2024", dt.date(2024, 3, 5)),
        ("mar 5 enero 2024", dt.date(2024, 1, 5)),
        ("5 mar 2024", dt.date(2024, 3, 5)),
        ("2024 March 5", dt.date(2024, 3, 5)),
        ("5 March 24", dt.date(2024, 3, 5)),
        ("Tue, 05/03/2024", None),
        ("2024-3-5", dt.date(2024, 3, 5)),
        ("2024-03-123", None),
        ("123-03-2024", None),
    ],
)
def test_the_only_day_that_a_text_can_mean(text: str, day: dt.date | None) -> None:
    found = read_day(text)
    assert (found.certain if found else None) == day


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["2024-01-31", ""], True),
        (["2024-01-31", "soon"], False),
        ([dt.date(2024, 1, 31), None], True),
        ([dt.date(2024, 1, 31), "2024-02-01"], False),
        ([dt.date(2024, 1, 31), 7], False),
        (["2024-01-31 10:00", "5 Feb 2024"], True),
        (["45335", "45336"], False),
        (["2024-01-31", "45335"], False),
        (["05012024", "31012024"], False),  # bare figures may be numbers
        ([], False),
        ([None], False),
    ],
)
def test_columns_look_like_dates(values: list[object], *, days: bool) -> None:
    assert looks_like_dates(values) is days


def test_the_last_day_that_an_order_can_have_is_read_in_figures_too() -> None:
    last = latest_day()
    since = (last - dt.date(1970, 1, 1)).days
    for text in (f"@{since}", f"{(last - dt.date(1899, 12, 30)).days}", f"{last:%Y%m%d}", f"{last:%d%m%Y}"):
        found = read_day(text)
        assert found is not None
        assert found.certain == last
    assert read_day(f"@{since + 1}") is None
    assert read_day(f"{(last - dt.date(1899, 12, 30)).days + 1}") is None


def test_an_order_may_be_dated_to_the_end_of_next_year() -> None:
    assert latest_day() == dt.date(dt.datetime.now(dt.UTC).year + 1, 12, 31)


@pytest.mark.parametrize(
    ("text", "order", "style"),
    [
        ("05/07/2003", "day-first", "%d/%m/%Y"), ("05/07/2003", "month-first", "%m/%d/%Y"),
        ("05/07/2003", None, "%d/%m/%Y"), ("13.02.03", None, "%d.%m.%y"), ("02-13-2003", None, "%m-%d-%Y"),
        ("13022003", None, "%d%m%Y"), ("02132003", None, "%m%d%Y"), ("2003-02-13", "month-first", "%Y-%m-%d"),
        ("20030213", None, "%Y%m%d"), ("2003年2月13日", None, "%Y年%m月%d日"),
        ("13 Feb 2003", None, "name of the month"), ("45335", None, "spreadsheet day number"),
        ("@19766", None, "time since 1970"),
    ],
)  # fmt: skip
def test_the_style_of_a_day_is_written_as_for_strptime(text: str, order: Order | None, style: str) -> None:
    found = read_day(text)
    assert found is not None
    assert found.label(order) == style
    if style.startswith("%") and "年" not in style:
        assert dt.datetime.strptime(text, style).date() in {found.day_first, found.month_first}


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("2024-01-31 10:00", "2024-01-31"), ("2024-01-31T10:00:00Z", "2024-01-31"), ("2024-01-31", "2024-01-31"),
        (" 31 Jan 2024, 9:05 PM ", "31 Jan 2024"), ("31.01.2024 um 9:05 Uhr", "31.01.2024"),
        ("Jan 31, 2024 at 9:05", "Jan 31, 2024"), ("31/Jan/2024:10:00", "31/Jan/2024"),
        ("2024-01-31 10", "2024-01-31 10"),
    ],
)  # fmt: skip
def test_a_time_of_day_is_taken_off(text: str, bare: str) -> None:
    assert without_time_of_day(text) == bare
