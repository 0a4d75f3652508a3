"""Days and months that a spreadsheet exchanged, found by the pattern that this leaves in a column.

A spreadsheet that expects the month first turns `05/01/2024` (5 January) into 1 May and leaves `13/01/2024` as text.
So either typed dates stand beside texts, the ones all of day 12 or less and the others all of day 13 and more; or,
where both were written out again in one style, days stand in months in which no certain day is.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from marketfold.orders.dates import DAY_NUMBER, ISO_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.orders.dates import DayText

_LEAST_EACH, _LEAST_TOGETHER = 3, 8
"""Different texts: by chance days fall so once in two hundred columns of this size, and far more rarely in larger."""

_APART = timedelta(days=31)
_TYPED = {ISO_FORMAT, "%Y/%m/%d", DAY_NUMBER}


def exchanged(day: date) -> date | None:
    """A day with its day and month exchanged; None where there is no such month."""
    return date(day.year, day.day, day.month) if day.day <= 12 else None


def typed_and_swapped(found: Mapping[str, DayText]) -> dict[str, date]:
    """The texts that were typed dates of an exchanged day, with the day that was meant."""
    typed = {text: day.certain for text, day in found.items() if day.style in _TYPED and day.certain}
    written = {text: day for text, day in found.items() if day.style[1:] in {"%Y", "%y"} and text not in typed}
    if min(len(typed), len(written)) < _LEAST_EACH or len(typed) + len(written) < _LEAST_TOGETHER:
        return {}
    if any(day.certain is None or day.certain.day <= 12 for day in written.values()):
        return {}
    meant = {text: exchanged(day) for text, day in typed.items()}
    return {text: day for text, day in meant.items() if day} if all(meant.values()) else {}


def out_of_range(found: Mapping[str, DayText], days: Mapping[str, date]) -> tuple[dict[str, date], list[str]]:
    """Texts that, as they were read, lie far from every certain day, and within them when day and month are exchanged.

    Returns
    -------
    tuple
        The day that was meant by each such text; and the other texts that may be of the same kind: read as the same
        day of the month, they could be either.
    """
    meant: dict[str, date] = {}
    open_ones: dict[str, date] = {}
    for style in {day.style for day in found.values()}:
        texts = [text for text, day in found.items() if day.style == style and text in days]
        certain = [days[text] for text in texts if found[text].certain and days[text].day > 12]
        if len(certain) < _LEAST_EACH:
            continue
        first, last = min(certain) - _APART, max(certain) + _APART
        for text in texts:
            other = exchanged(days[text])
            if found[text].certain or other is None:
                continue
            if not first <= days[text] <= last and first <= other <= last:
                meant[text] = other
            elif first <= other <= last:
                open_ones[text] = days[text]
    if len({days[text].month for text in meant}) < 2:  # one month beyond the others is a month of few days
        return {}, []
    true_months = {days[text].day for text in meant}
    return meant, [text for text, day in open_ones.items() if day.day in true_months]
