"""Columns of dates that name no day, or write it in bare digits: weeks, months, quarters, seconds since 1970.

What one such text means is told by the whole column: `202401` is a month where every cell can be one, and `310124` a
day. None of these is looked for where any cell names a day in full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from marketfold.orders.dates import EARLIEST, full_year, latest_day, numbers_and_months, possible_day
from marketfold.orders.months import MONTHS, plain_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_WEEK = re.compile(
    r"(\d{4})[-\s/_.]?(?:W|KW|CW|S|T)[-\s]?(\d{1,2})|(?:W|KW|CW)\s?(\d{1,2})[-\s/_.,]+(\d{4})", re.I | re.A
)
_QUARTER = re.compile(r"(\d{4})[-\s/_.]?[QT]([1-4])|[QT]([1-4])[-\s/_.,]*(\d{4})", re.I | re.A)
_MONTH = re.compile(r"(\d{4})[-/._\s]?M?(\d{1,2})|(\d{1,2})[-/._\s](\d{4})|(\d{4})年(\d{1,2})月", re.I | re.A)
_SHORT_MONTH = re.compile(r"([^\W\d_]{3,}\.?)[-\s/.']+(\d\d)|(\d\d)[-\s/.]+([^\W\d_]{3,}\.?)")
_TOKEN = re.compile(r"\d+|[^\W\d_]+\.?")

_EPOCH = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(\.\d+)?", re.A)
_EPOCH_UNITS = {9: "second", 10: "second", 12: "millisecond", 13: "millisecond", 15: "microsecond", 16: "microsecond"}
_PER_DAY = {"second": 86_400, "millisecond": 86_400_000, "microsecond": 86_400_000_000, "nanosecond": 86_400 * 10**9}

SIX_DIGITS = ("%d%m%y", "%m%d%y", "%y%m%d")
"""What six digits can be, where they are no month."""

_MOSTLY = 0.9


@dataclass(frozen=True)
class Periods:
    """A column of weeks, months or quarters: the first day of each text."""

    unit: str
    days: dict[str, date]


def _week(text: str) -> date | None:
    match = _WEEK.fullmatch(text)
    if match is None:
        return None
    year, week = (int(part) for part in ((match[1], match[2]) if match[1] else (match[4], match[3])))
    try:
        return _plausible(date.fromisocalendar(year, week, 1))
    except ValueError:
        return None


def _quarter(text: str) -> date | None:
    match = _QUARTER.fullmatch(text)
    if match is None:
        return None
    year, quarter = (match[1], match[2]) if match[1] else (match[4], match[3])
    return possible_day(int(year), 3 * int(quarter) - 2, 1)


def _month(text: str) -> date | None:
    if match := _MONTH.fullmatch(text):
        year, month = next(
            pair for pair in ((match[1], match[2]), (match[4], match[3]), (match[5], match[6])) if pair[0]
        )
        return possible_day(int(year), int(month), 1)
    if (named := numbers_and_months(text)) is None:
        return None
    numbers, months = named
    if len(months) != 1 or len(numbers) != 1 or len(numbers[0]) != 4:
        return None
    year_named = full_year(numbers[0])
    return possible_day(year_named, months[0], 1) if year_named else None


def _short_months(texts: Iterable[str]) -> dict[str, date]:
    """Months with a year of two digits (`Apr-24`); none where the digits can be days, which take many values."""
    found = {}
    for text in texts:
        match = _SHORT_MONTH.fullmatch(text)
        month = MONTHS.get(plain_word(match[1] or match[4])) if match else None
        year = full_year(match[2] or match[3]) if match else None
        if month is None or year is None:
            return {}
        found[text] = possible_day(year, month, 1)
    days = {text: day for text, day in found.items() if day is not None}
    years = {day.year for day in days.values()}
    if len(days) < len(found) or not years or max(years) - min(years) >= len(years) or len(days) < 3 * len(years):
        return {}
    return days


def _plausible(day: date) -> date | None:
    return day if EARLIEST <= day <= latest_day() else None


_KINDS: tuple[tuple[str, Callable[[str], date | None]], ...] = (
    ("quarter", _quarter),  # of trimesters `T1` to `T4` each could be a week, and of weeks few a quarter
    ("week", _week),
    ("month", _month),
)


def read_periods(counts: Mapping[str, int]) -> Periods | None:
    """The periods of a column that holds nearly nothing else; None where it does not.

    >>> read_periods({"2024-W05": 3, "2024-W06": 1}).days["2024-W05"]
    datetime.date(2024, 1, 29)
    >>> read_periods({"202401": 2}).unit, read_periods({"2024": 2}) is None
    ('month', True)
    """
    total = sum(counts.values())
    if short := _short_months(counts):
        return Periods("month", short)
    for unit, read in _KINDS:
        days = {text: day for text in counts if (day := read(text)) is not None}
        if days and sum(counts[text] for text in days) >= _MOSTLY * total:
            return Periods(unit, days)
    return None


def six_digit_formats(texts: Iterable[str]) -> list[str]:
    """Every format that reads all texts of a column of six (or, without the zero at the front, five) digits.

    >>> six_digit_formats(["310124", "10224"])
    ['%d%m%y']
    """
    digits = [text.zfill(6) for text in texts]
    if not digits or not all(re.fullmatch(r"\d{6}", text, re.A) for text in digits):
        return []
    return [style for style in SIX_DIGITS if all(read_six_digits(text, style) for text in digits)]


def read_six_digits(text: str, style: str) -> date | None:
    """The day of six digits in one of `SIX_DIGITS`."""
    try:
        found = datetime.strptime(text.zfill(6), style)
    except ValueError:
        return None
    year = full_year(f"{found.year % 100:02}")
    return possible_day(year, found.month, found.day) if year is not None else None


def epoch_unit(cells: Iterable[object]) -> str | None:
    """In what a column counts the time since 1970, by its first cells; None where it is no such count.

    >>> epoch_unit(["1673265600", None, 1673438400]), epoch_unit([1673265600000.0]), epoch_unit(["4711"])
    ('second', 'millisecond', None)
    """
    units = set()
    for cell in cells:
        text = f"{cell:.0f}" if isinstance(cell, float) and cell == cell else str(cell).strip()  # noqa: PLR0124  (NaN)
        if cell is None or isinstance(cell, bool) or text in {"", "0", "nan"}:
            continue
        match = _EPOCH.fullmatch(text)
        if match is None:
            return None
        unit = _EPOCH_UNITS.get(len(match[1]), "nanosecond")
        if not _is_recent(float(match[1]) / _PER_DAY[unit]):
            return None
        units.add(unit)
    return units.pop() if len(units) == 1 else None


def _is_recent(days: float) -> bool:
    """Whether a count of days since 1970 is one that shops with such exports had."""
    return (date(1990, 1, 1) - date(1970, 1, 1)).days <= days <= (latest_day() - date(1970, 1, 1)).days


def per_day(unit: str) -> int:
    """How many of a unit of time a day has."""
    return _PER_DAY[unit]
