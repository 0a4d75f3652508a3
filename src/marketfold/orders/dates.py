"""Texts that mean a day, in the styles that exports use, and which style a whole column is in.

A column has few different days, however many lines it has. So the different texts are brought here, each is read once
in plain Python, and the engine joins the days back: every engine reads dates in the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from marketfold.errors import Fault
from marketfold.orders.months import FILLERS, MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Order = Literal["day-first", "month-first"]

TIME_OF_DAY = r"([Tt,\s]+(at\s+|um\s+)?|:)[0-9]{1,2}:[0-9]{2}.*$"
"""What follows the day in a text, for every engine's regular expressions (RE2, Rust, Java)."""

EARLIEST = date(1970, 1, 1)
EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\.0)?", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,4})([/.\-\s])\s?(\d{1,2})\2\s?(\d{1,4})\.?", re.ASCII)
_TOKEN = re.compile(r"\d+|[^\W\d_]+\.?")
_TIME_DIRECTIVES = re.compile(r"[T,\s:]*%[HIMSpfzZ].*$")
_TIME = re.compile(TIME_OF_DAY)

ISO_FORMAT = "%Y-%m-%d"


def latest_day() -> date:
    """The last day that an order can have: an order may be dated ahead, but not by years."""
    return date(datetime.now(tz=UTC).year + 1, 12, 31)


@dataclass(frozen=True)
class DayText:
    """The days that one text can mean: the same twice when it is certain."""

    style: str
    day_first: date | None
    month_first: date | None

    @property
    def certain(self) -> date | None:
        """The only day that the text can mean."""
        if self.day_first is None or self.month_first is None:
            return self.day_first or self.month_first
        return self.day_first if self.day_first == self.month_first else None


@dataclass(frozen=True)
class DateReading:
    """How the texts of one column are read.

    Attributes
    ----------
    days
        Day of each text; texts that are no day, or one before 1970 or after next year, are absent.
    styles
        Number of values in each style.
    fault
        Why the column cannot be read, if it cannot.
    """

    days: dict[str, date]
    styles: dict[str, int] = field(default_factory=dict)
    fault: Fault | None = None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if EARLIEST <= found <= latest_day() else None


def _full_year(text: str) -> int | None:
    """Years of two digits are of the hundred years that end with next year."""
    if len(text) == 4:
        return int(text)
    if len(text) != 2:
        return None
    last = latest_day().year
    year = last // 100 * 100 + int(text)
    return year if year <= last else year - 100


def _read_numeric(text: str) -> DayText | None:
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, sign, second, third = match.groups()
    if len(first) == 4:
        if len(third) > 2:
            return None
        day = _day(int(first), int(second), int(third))
        return DayText(f"%Y{sign}%m{sign}%d", day, day)
    year = _full_year(third)
    if year is None or len(first) > 2:
        return None
    style = f"{sign}%Y" if len(third) == 4 else f"{sign}%y"
    return DayText(style, _day(year, int(second), int(first)), _day(year, int(first), int(second)))


def _read_digits(text: str) -> DayText | None:
    """YYYYMMDD, or the day number of a spreadsheet."""
    if match := _COMPACT.fullmatch(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        return DayText("%Y%m%d", day, day)
    if match := _EXCEL_SERIAL.fullmatch(text):
        day = EXCEL_EPOCH + timedelta(days=int(match[1]))
        plausible = day if EARLIEST <= day <= latest_day() else None
        return DayText("spreadsheet day number", plausible, plausible)
    return None


def _read_named(text: str) -> DayText | None:
    """A date with the name of its month: `5 Jan 2024`, `January 5th, 2024`, `5. März 2024`, `5 de enero de 2024`."""
    numbers, months = [], []
    for token in _TOKEN.findall(text.casefold()):
        word = token.rstrip(".")
        if token.isascii() and token.isdecimal():
            numbers.append(token)
        elif word in MONTHS:
            months.append(MONTHS[word])
        elif word not in FILLERS:
            return None
    if len(months) != 1 or len(numbers) != 2:
        return None
    year_text, day_text = numbers if len(numbers[0]) == 4 else reversed(numbers)
    year = _full_year(year_text)
    if year is None or len(day_text) > 2:
        return None
    day = _day(year, months[0], int(day_text))
    return DayText("name of the month", day, day)


def read_day(text: str) -> DayText | None:
    """The days that a text without its time of day can mean; None where it is no day at all.

    >>> read_day("2/24/2003").certain
    datetime.date(2003, 2, 24)
    >>> read_day("05/07/2003").certain is None
    True
    """
    found = _read_digits(text) or _read_numeric(text) or _read_named(text)
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
    return all(found) and not any(day and day.style.startswith("spreadsheet") for day in found)


def _strptime(text: str, date_format: str) -> date | None:
    try:
        found = datetime.strptime(text, date_format).date()
    except ValueError:
        return None
    return found if EARLIEST <= found <= latest_day() else None


def read_with_format(counts: Mapping[str, int], date_format: str) -> DateReading:
    """Read every text in the one format that the user gave; its time of day, if any, is not looked at."""
    bare = _TIME_DIRECTIVES.sub("", date_format)
    days = {text: day for text in counts if (day := _strptime(text, bare)) is not None}
    return DateReading(days, {date_format: sum(counts[text] for text in days)})


def _decide(found: Iterable[tuple[DayText, int]]) -> dict[str, Order | None]:
    """For each style whether the day or the month comes first; None where its own values leave both open."""
    evidence: dict[str, set[Order]] = {}
    for day, _ in found:
        seen = evidence.setdefault(day.style, set())
        if day.month_first is None:
            seen.add("day-first")
        elif day.day_first is None:
            seen.add("month-first")
    everywhere = set().union(*evidence.values())
    decided: dict[str, Order | None] = {}
    for style, seen in evidence.items():
        orders = seen or everywhere
        decided[style] = next(iter(orders)) if len(orders) == 1 else None
    return decided


def _ambiguous(column: str, found: Mapping[str, DayText], counts: Mapping[str, int], total: int) -> Fault | None:
    """The fault of a column whose values fit day-first and month-first."""
    if not found:
        return None
    both = sum(counts[text] for text in found)
    style = next(iter(found.values())).style
    sign = style[0]
    hint = f"--date-format %d{sign}%m{style} or --date-format %m{sign}%d{style}"
    every = f"all {total:,} values fit" if both == total else f"{both:,} of {total:,} values fit"
    return Fault(f"{column!r} can be day-first or month-first ({every} both).", hint)


def read_days(column: str, counts: Mapping[str, int], date_format: str | None = None) -> DateReading:
    """Read the different texts of one column.

    Parameters
    ----------
    column
        Name of the column, for the fault.
    counts
        How often each text stands in the column, times of day left off.
    date_format
        strptime format, where the user gave one.

    Examples
    --------
    >>> read_days("WHEN", {"05/07/2003": 2, "24/12/2003": 1}).days["05/07/2003"]
    datetime.date(2003, 7, 5)
    >>> read_days("WHEN", {"05/07/2003": 412}).fault.what
    "'WHEN' can be day-first or month-first (all 412 values fit both)."
    """
    if date_format:
        return read_with_format(counts, date_format)
    found = {text: day for text in counts if (day := read_day(text)) is not None}
    decided = _decide((day, counts[text]) for text, day in found.items())
    days: dict[str, date] = {}
    styles: dict[str, int] = {}
    open_ones: dict[str, DayText] = {}
    for text, day in found.items():
        order = decided[day.style]
        meant = day.certain or (day.day_first if order == "day-first" else day.month_first if order else None)
        if meant is None:
            open_ones[text] = day
            continue
        days[text] = meant
        label = _style_label(day, order)
        styles[label] = styles.get(label, 0) + counts[text]
    fault = _ambiguous(column, open_ones, counts, sum(counts[text] for text in found))
    return DateReading(days, styles, fault)


def _style_label(day: DayText, order: Order | None) -> str:
    """A style as strptime writes it."""
    if day.style[0] == "%" or len(day.style) > 3:
        return day.style
    sign = day.style[0]
    if order is None:
        order = "day-first" if day.day_first else "month-first"
    return f"%d{sign}%m{day.style}" if order == "day-first" else f"%m{sign}%d{day.style}"
