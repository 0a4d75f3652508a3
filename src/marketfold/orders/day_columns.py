"""How the dates of a whole column are read.

A column has few different days, however many lines it has. So the different texts are brought here, each is read once
in plain Python, and the engine joins the days back: every engine reads dates in the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from marketfold.decisions import Decision
from marketfold.errors import Fault
from marketfold.orders.dates import EARLIEST, LATEST_READ, SECONDS, names_a_day, read_day, written
from marketfold.orders.open_columns import sounds_personal
from marketfold.orders.periods import Periods, read_periods, read_six_digits, six_digit_formats
from marketfold.orders.swapped_days import out_of_range, typed_and_swapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from marketfold.orders.dates import DayText, Order

_TIME_DIRECTIVES = re.compile(r"[T,\s:]*%[HIMSpfzZ].*$")
_NO_DAY = re.compile(r"0+|0{1,4}([/.\-])0{1,2}\1(0{1,4})|(0000|1899|1900|9999)\D.*|.*\D(0000|1899|1900|1970|9999)")
_SHOWN = 3
PLACEHOLDER_YEARS = frozenset({1, 1753, 1899, 1900, 1901, 1970, 2099, 9999})
"""Years from which or to which systems count; their first or last days stand where there is no date."""


@dataclass(frozen=True)
class DateReading:
    """How the texts of one column are read.

    Attributes
    ----------
    days
        Day of each text; texts that are no day, a placeholder, or a day beyond `LATEST_READ`, are absent.
    styles
        Number of values in each style.
    fault
        Why the column cannot be read, if it cannot.
    decisions
        What was decided where the texts could be read in more than one way, or not at all.
    holds_days
        Whether any text is a day, or could be one.
    """

    days: dict[str, date]
    styles: dict[str, int] = field(default_factory=dict)
    fault: Fault | None = None
    decisions: tuple[Decision, ...] = ()
    holds_days: bool = True


def _strptime(text: str, date_format: str) -> date | None:
    try:
        found = datetime.strptime(text, date_format).date()
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST_READ else None


def _bare(date_format: str) -> str:
    return _TIME_DIRECTIVES.sub("", date_format)


def read_with_format(counts: Mapping[str, int], date_format: str) -> DateReading:
    """Read every text in the one format that the user gave; its time of day, if any, is not looked at."""
    bare = _bare(date_format)
    days = {text: day for text in counts if (day := _strptime(text, bare)) is not None}
    return DateReading(days, {date_format: sum(counts[text] for text in days)})


def _cells(texts: Iterable[str]) -> str:
    """The first texts, as they are shown; an e-mail in the column of dates is not."""
    return ", ".join("an e-mail" if "@" in text else repr(text) for text in list(texts)[:_SHOWN])


def _better_formats(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Formats that read cells of the column, and how many each; the one that reads most stands first."""
    tried: set[str] = set()
    for text in list(counts)[:10_000]:
        day = read_day(text)
        if day is None or day.style == SECONDS or (len(day.style) > 3 and day.style[0] != "%"):
            continue
        both: tuple[Order, Order] = ("day-first", "month-first")
        tried |= {day.style} if day.style[0] == "%" else {written(day.style, order) for order in both}
    tried |= set(six_digit_formats(counts))
    counted = [(style, sum(read_with_format(counts, style).styles.values())) for style in sorted(tried)]
    return sorted((one for one in counted if one[1]), key=lambda one: -one[1])


def _check_format(column: str, counts: Mapping[str, int], date_format: str, read: DateReading) -> DateReading:
    """Say what a given format does not read, and which would; refuse it where another reads more than twice that."""
    total, got = sum(counts.values()), sum(read.styles.values())
    if got == total or not total:
        return read
    left = _cells(text for text in counts if text not in read.days)
    others = [(style, n) for style, n in _better_formats(counts) if n > got]
    better = " or ".join(f"--date-format {style} ({n:,} of {total:,} cells)" for style, n in others[:2])
    what = f"--date-format {date_format} reads {got:,} of {total:,} cells of {column!r}; it does not read {left}."
    if not got or (others and others[0][1] > 2 * got):
        way_out = better or "without --date-format the dates are read as they stand, if they can be."
        return DateReading(read.days, read.styles, Fault(what, way_out))
    numbers = {"format": date_format, "got": got, "total": total, "cells": left}
    numbers["better"] = f"; more are read by {better}" if better else ""
    return DateReading(
        read.days, read.styles, None, (Decision("date_format_reads_part", (column,), total - got, numbers=numbers),)
    )


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
    hint = f"--date-format {written(style, 'day-first')} or --date-format {written(style, 'month-first')}"
    every = f"all {total:,} values fit" if both == total else f"{both:,} of {total:,} values fit"
    return Fault(f"{column!r} can be day-first or month-first ({every} both), such as {_cells(found)}.", hint)


def read_days(
    column: str,
    counts: Mapping[str, int],
    date_format: str | None = None,
    undo: Collection[str] = (),
    *,
    beside_others: bool = False,
) -> DateReading:
    """Read the different texts of one column.

    Parameters
    ----------
    column
        Name of the column, for the fault.
    counts
        How often each text stands in the column, times of day left off.
    date_format
        strptime format, where the user gave one.
    undo
        Codes of decisions that are not to be made.
    beside_others
        Whether these are what is left of a column whose other cells were read.

    Examples
    --------
    >>> read_days("WHEN", {"05/07/2003": 2, "24/12/2003": 1}).days["05/07/2003"]
    datetime.date(2003, 7, 5)
    >>> read_days("WHEN", {"05/07/2003": 412}).fault.what
    "'WHEN' can be day-first or month-first (all 412 values fit both), such as '05/07/2003'."
    """
    if date_format:
        return _check_format(column, counts, date_format, read_with_format(counts, date_format))
    found = {text: day for text in counts if (day := read_day(text)) is not None}
    if not found and counts and not beside_others:
        return _without_days(column, counts, undo)
    decided = _decide((day, counts[text]) for text, day in found.items())
    days: dict[str, date] = {}
    styles: Counter[str] = Counter()
    open_ones: dict[str, DayText] = {}
    for text, day in found.items():
        order = decided[day.style]
        meant = day.certain or (day.day_first if order == "day-first" else day.month_first if order else None)
        if meant is None:
            open_ones[text] = day
            continue
        days[text] = meant
        styles[day.label(order)] += counts[text]
    fault = _ambiguous(column, open_ones, counts, sum(counts[text] for text in found))
    decisions = [] if fault or "swapped_days" in undo else _swap_back(column, found, days, counts)
    decisions += _unread(column, {text: n for text, n in counts.items() if text not in found})
    return DateReading(days, dict(styles), fault, tuple(decisions))


def _swap_back(
    column: str, found: Mapping[str, DayText], days: dict[str, date], counts: Mapping[str, int]
) -> list[Decision]:
    """Exchange day and month again where a spreadsheet did."""
    code = "typed_days_swapped"
    open_ones: list[str] = []
    meant = typed_and_swapped(found)
    if not meant:
        code = "swapped_days"
        meant, open_ones = out_of_range(found, days)
    if not meant:
        return []
    one = next(iter(meant))
    numbers: dict[str, object] = {
        "cells": _cells(meant),
        "read": meant[one].isoformat(),
        "instead": days[one].isoformat(),
    }
    numbers |= {"others": sum(counts[text] for text in open_ones)}
    days |= meant
    return [Decision(code, (column,), sum(counts[text] for text in meant), numbers=numbers)]


def _is_placeholder(text: str) -> bool:
    """Whether a text that is no day an order can have stands for no date: 1970-01-01, 00/00/0000, 31.12.9999."""
    if _NO_DAY.fullmatch(text):
        return True
    parts = re.findall(r"\d+", text)[:3]
    years = {int(part) for part in parts[::2] if len(part) == 4}  # the 01 of 1924-03-01 is no year
    return len(parts) == 3 and bool(PLACEHOLDER_YEARS & years)


def _unread(column: str, counts: Mapping[str, int]) -> list[Decision]:
    """What is said of the texts that are no day, or one that no order can have."""
    kinds: dict[str, dict[str, int]] = {"placeholder_days": {}, "impossible_days": {}, "unreadable_days": {}}
    for text, n in counts.items():
        if text != column:
            placeholder, day = _is_placeholder(text), names_a_day(text)
            kinds["placeholder_days" if placeholder else "impossible_days" if day else "unreadable_days"][text] = n
    told = []
    for code, texts in kinds.items():
        if texts:
            often = sorted(texts, key=lambda text: -texts[text])
            cells = "not shown" if sounds_personal(column) else _cells(often)
            told.append(Decision(code, (column,), sum(texts.values()), numbers={"cells": cells}))
    return told


def _without_days(column: str, counts: Mapping[str, int], undo: Collection[str]) -> DateReading:
    """A column in which no cell names a day: periods, six digits, or nothing that can be read."""
    if "dates_are_periods" not in undo and (periods := read_periods(counts)):
        return _as_periods(column, periods, counts)
    formats = six_digit_formats(counts)
    if len(formats) == 1:
        days = {text: day for text in counts if (day := read_six_digits(text, formats[0]))}
        return DateReading(days, {formats[0]: sum(counts[text] for text in days)})
    if formats:
        ways = " or ".join(f"--date-format {style}" for style in formats)
        return DateReading(
            {}, {}, Fault(f"{column!r} fits {len(formats)} orders of day, month and year ({_cells(counts)}).", ways)
        )
    such = "" if sounds_personal(column) else f" such as {_cells(counts)}"
    what = f"{column!r} holds no day that can be read, in {sum(counts.values()):,} cells{such}."
    hint = "--date-format says how days are written (as in %d.%m.%Y); --map ordered_on=COLUMN names another column."
    return DateReading({}, {}, Fault(what, hint), holds_days=False)


def _as_periods(column: str, periods: Periods, counts: Mapping[str, int]) -> DateReading:
    lines = sum(counts[text] for text in periods.days)
    numbers = {"unit": periods.unit, "cells": _cells(periods.days)}
    decision = Decision("dates_are_periods", (column,), lines, numbers=numbers)
    unread = _unread(column, {text: n for text, n in counts.items() if text not in periods.days})
    return DateReading(periods.days, {f"first day of the {periods.unit}": lines}, None, (decision, *unread))
