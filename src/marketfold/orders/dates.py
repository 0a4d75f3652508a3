"""Texts that mean a day, in the styles that exports use: what one text can mean, without its column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from marketfold.orders.months import FILLERS, MONTHS, plain_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    Order = Literal["day-first", "month-first"]

TIME_OF_DAY = r"([Tt,\s]+(at\s+|um\s+)?|:)[0-9]{1,2}:[0-9]{2}.*$"
"""What follows the day in a text, for every engine's regular expressions (RE2, Rust, Java)."""

EARLIEST = date(1970, 1, 2)
"""The first day that an order can have: 1970-01-01 is what a system writes that has none."""

EXCEL_EPOCH = date(1899, 12, 30)
_UNIX_FROM_EXCEL = (date(1970, 1, 1) - EXCEL_EPOCH).days
_EXCEL_SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_DAY_COUNT = re.compile(r"@(\d{1,6})", re.ASCII)
_NO_SIGN = re.compile(r"\d{7,8}", re.ASCII)
_CHINESE = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号일]?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\.0)?", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,4})([/.\-\s])\s?(\d{1,2})\2\s?(\d{1,4})\.?", re.ASCII)
_AMBIGUOUS_DAY = re.compile(r"mar\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"([^\W\d_]+)\.?,?\s+(?=\d)")
_TOKEN = re.compile(r"\d+|[^\W\d_]+\.?")
_TIME = re.compile(TIME_OF_DAY)
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)", re.ASCII)

ISO_FORMAT = "%Y-%m-%d"
DAY_NUMBER = "spreadsheet day number"
SECONDS = "time since 1970"
NAMED_MONTH = "name of the month"


def latest_day() -> date:
    """The last day that an order can have: an order may be dated ahead, but not by years."""
    return date(datetime.now(tz=UTC).year + 1, 12, 31)


LATEST_READ = date(2098, 12, 31)
"""The last day that is read where it is written out: no order has it, but it can be told. 2099 is a placeholder."""


def written(style: str, order: Order) -> str:
    """A style of sign and year, as strptime writes it in one order; `|` is no sign.

    >>> written("/%Y", "day-first"), written("|%Y", "month-first")
    ('%d/%m/%Y', '%m%d%Y')
    """
    sign, year = style[0].strip("|"), style[1:]
    return sign.join(("%d", "%m", year) if order == "day-first" else ("%m", "%d", year))


@dataclass(frozen=True)
class DayText:
    """The days that one text can mean: the same twice when it is certain."""

    style: str
    day_first: date | None
    month_first: date | None

    def label(self, order: Order | None) -> str:
        """The style as strptime writes it, where it can."""
        if len(self.style) > 3:
            return self.style
        order = order or ("day-first" if self.day_first else "month-first")
        return written(self.style, order)

    @property
    def certain(self) -> date | None:
        """The only day that the text can mean."""
        if self.day_first is None or self.month_first is None:
            return self.day_first or self.month_first
        return self.day_first if self.day_first == self.month_first else None


def possible_day(year: int, month: int, day: int) -> date | None:
    """A day that an order can have, from its parts."""
    found = _written_day(year, month, day)
    return found if found and found <= latest_day() else None


def _written_day(year: int, month: int, day: int) -> date | None:
    """A day that is written out with its signs or the name of its month, from its parts; it may lie ahead by years."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST_READ else None


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def names_a_day(text: str) -> bool:
    """Whether a text names a day, if not one that an order can have.

    >>> names_a_day("29.02.1924"), names_a_day("2204-01-31"), names_a_day("29.02.1975"), names_a_day("soon")
    (True, True, False, False)
    """
    near = _YEAR.sub(lambda found: "2000" if _is_leap(int(found[0])) else "2001", text)
    return read_day(near) is not None


def full_year(text: str) -> int | None:
    """Years of two digits are of the hundred years that end with next year."""
    if len(text) == 4:
        return int(text)
    if len(text) != 2:
        return None
    last = latest_day().year
    year = last // 100 * 100 + int(text)
    return year if year <= last else year - 100


def _read_numeric(text: str) -> DayText | None:
    if match := _CHINESE.fullmatch(text):
        day = _written_day(int(match[1]), int(match[2]), int(match[3]))
        return DayText("%Y年%m月%d日", day, day)
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, sign, second, third = match.groups()
    if len(first) == 4:
        if len(third) > 2:
            return None
        day = _written_day(int(first), int(second), int(third))
        return DayText(f"%Y{sign}%m{sign}%d", day, day)
    year = full_year(third)
    if year is None or len(first) > 2:
        return None
    style = f"{sign}%Y" if len(third) == 4 else f"{sign}%y"
    return DayText(style, _written_day(year, int(second), int(first)), _written_day(year, int(first), int(second)))


def _read_digits(text: str) -> DayText | None:
    """YYYYMMDD, DDMMYYYY, MMDDYYYY, the day number of a spreadsheet, or `@` and days since 1970."""
    if match := _DAY_COUNT.fullmatch(text):
        day = EXCEL_EPOCH + timedelta(days=int(match[1]) + _UNIX_FROM_EXCEL)
        plausible = day if EARLIEST <= day <= latest_day() else None
        return DayText(SECONDS, plausible, plausible)
    if match := _COMPACT.fullmatch(text):
        whole = possible_day(int(match[1]), int(match[2]), int(match[3]))
        if whole:
            return DayText("%Y%m%d", whole, whole)
    if _NO_SIGN.fullmatch(text):  # a spreadsheet takes off the zero at the front
        digits = text.zfill(8)
        first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
        return DayText("|%Y", possible_day(year, second, first), possible_day(year, first, second))
    if match := _EXCEL_SERIAL.fullmatch(text):
        day = EXCEL_EPOCH + timedelta(days=int(match[1]))
        plausible = day if EARLIEST <= day <= latest_day() else None
        return DayText(DAY_NUMBER, plausible, plausible)
    return None


def numbers_and_months(text: str) -> tuple[list[str], list[int]] | None:
    """The numbers in a text and the months that it names, in their order; None where it says anything else."""
    numbers, months = [], []
    for token in _TOKEN.findall(text):
        word = plain_word(token)
        if token.isascii() and token.isdecimal():
            numbers.append(token)
        elif word in MONTHS:
            months.append(MONTHS[word])
        elif word not in FILLERS:
            return None
    return numbers, months


def _read_named(text: str) -> DayText | None:
    """A date with the name of its month: `5 Jan 2024`, `January 5th, 2024`, `5. März 2024`, `5 de enero de 2024`."""
    if (named := numbers_and_months(text)) is None:
        return None
    numbers, months = named
    if len(months) == 2 and _AMBIGUOUS_DAY.match(text):  # mar. is Mars, and a Tuesday in front of another month
        months.pop(0)
    if len(months) != 1 or len(numbers) != 2:
        return None
    year_text, day_text = numbers if len(numbers[0]) == 4 else reversed(numbers)
    year = full_year(year_text)
    if year is None or len(day_text) > 2:
        return None
    (month,) = months
    day = _written_day(year, month, int(day_text))
    return DayText(NAMED_MONTH, day, day)


def read_day(text: str) -> DayText | None:
    """The days that a text without its time of day can mean; None where it is no day at all.

    >>> read_day("2/24/2003").certain
    datetime.date(2003, 2, 24)
    >>> read_day("05/07/2003").certain is None
    True
    """
    beside = _WEEKDAY.match(text)
    bare = text[beside.end() :] if beside and plain_word(beside[1]) in {*FILLERS, "mar"} else text
    found = _read_digits(text) or _read_numeric(bare) or _read_named(text)
    return found if found and (found.day_first or found.month_first) else None


def without_time_of_day(text: str) -> str:
    """A text of a date without its time of day.

    >>> without_time_of_day("2024-01-31 00:00:00")
    '2024-01-31'
    """
    return _TIME.sub("", text.strip())


def looks_like_dates(values: Sequence[object]) -> bool:
    """Whether all given values of a column are days and at least one says more than a bare number.

    >>> looks_like_dates(["2024-01-31", None]), looks_like_dates(["20240131"]), looks_like_dates(["44197", "12"])
    (True, True, False)
    """
    texts = [value for value in values if value not in (None, "")]
    if not texts:
        return False
    if all(isinstance(value, date) for value in texts):
        return True
    found = [read_day(without_time_of_day(value)) if isinstance(value, str) else None for value in texts]
    return all(found) and not any(day and day.style in {DAY_NUMBER, "|%Y"} for day in found)
