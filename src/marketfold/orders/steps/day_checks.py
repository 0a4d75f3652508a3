"""Days that cannot be: far from all others, after today, or few in every month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.dates import latest_day
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marketfold.orders.steps.lines_read import LinesRead

STRAY = "stray_date"

_FEW_LINES = 0.02
"""Most lines, as a share of all, that a stray end can have."""

_STRAY_GAP, _APART_GAP = 180, 30
"""Days without an order before an end is set aside, and before it is warned of."""

_TIMES_USUAL = 5
"""How often the longest other gap goes into one that sets an end apart."""

_LEAST_LINES, _LEAST_DAYS = 20, 10
"""With fewer a gap says nothing: a shop that sells twice a year has no stray days."""

_START_DAYS = frozenset(date(year, 1, 1) for year in (1980, 1990, 2000, 2001))
"""Days that systems start to count from: where all others are a year away, a placeholder, on however many lines."""

_PREORDER = 30
"""Days after the last real one within which a day after today may be an order taken ahead."""

_YEAR = 365
_FEW_DAYS, _LEAST_MONTHS = 3, 6


@dataclass(frozen=True)
class _Days:
    """The different days in their order, with the lines of each."""

    days: tuple[date, ...]
    lines: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.lines)

    def __getitem__(self, part: slice) -> _Days:
        return _Days(self.days[part], self.lines[part])

    def mirrored(self) -> _Days:
        """The same with the last first, each day as far before a middle as it was after it."""
        turned = tuple(date.fromordinal(_MIRROR - day.toordinal()) for day in reversed(self.days))
        return _Days(turned, self.lines[::-1])

    def longest_gap(self) -> int:
        """Most days between two neighbours; 1 where there are none."""
        return max(((later - day).days for day, later in zip(self.days, self.days[1:], strict=False)), default=1)


_MIRROR = 2 * date(2000, 1, 1).toordinal()


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _ends(days: _Days) -> Iterator[tuple[int, int, int]]:
    """Where a small end begins, the largest first: its place, the gap before it, and the longest gap before that.

    There are `_LEAST_LINES` or more, so that an end is never all of them.
    """
    allowed, place, lines = max(1, int(_FEW_LINES * days.total)), len(days.days), 0
    found = []
    while (lines := lines + days.lines[place - 1]) <= allowed:
        place -= 1
        gap = (days.days[place] - days.days[place - 1]).days
        if gap >= _APART_GAP and place >= _LEAST_DAYS:
            found.append((place, gap))
    for start, gap in reversed(found):
        yield start, gap, days[:start].longest_gap()


def _stray_from(days: _Days) -> int:
    """The place from which the last days are stray; the number of days where none is."""
    if days.total >= _LEAST_LINES:
        for place, gap, usual in _ends(days):
            if gap >= max(_STRAY_GAP, _TIMES_USUAL * usual):
                return place
    return len(days.days)


def _after_today(days: _Days) -> int:
    """The place from which few last days lie ahead of today, and well after the last day that does not."""
    ahead = sum(day > _today() + timedelta(days=1) for day in days.days)
    place = len(days.days) - ahead
    few = 0 < sum(days.lines[place:]) <= max(1, _FEW_LINES * days.total)
    if few and place >= 2 and (days.days[place] - days.days[place - 1]).days > _PREORDER:
        return place
    return len(days.days)


def _beyond(days: _Days) -> int:
    """The place from which no order can have the days, on however many lines; all of them say nothing of a slip."""
    return sum(day <= latest_day() for day in days.days) or len(days.days)


def _stray_until(days: _Days) -> int:
    """The place until which the first days are no days of orders but where a system begins to count."""
    starts = len(days.days) > _FEW_DAYS and days.days[0] in _START_DAYS
    return int(starts and (days.days[1] - days.days[0]).days > _YEAR)


def _warn_of_start(read: LinesRead, days: _Days) -> LinesRead:
    """Warn of first days far before all others: no day moves by them, but the time observed begins there."""
    place = len(days.days) - _stray_from(days.mirrored())
    if not place:
        return read
    until, since = days.days[place - 1], days.days[place]
    numbers = {"until": until.isoformat(), "since": since.isoformat(), "gap": (since - until).days}
    lines, money = sum(days.lines[:place]), _money_of(read, days.days[:place])
    return read.decided(Decision("first_day_apart", (read.mapping["ordered_on"],), lines, money, None, numbers))


def _set_aside(read: LinesRead, days: _Days, first: int, last: int) -> LinesRead:
    """The lines of the days before place `first` and from place `last` on, set aside."""
    gone = [place for place in range(len(days.days)) if not first <= place < last]
    stray = [days.days[place] for place in gone]
    is_stray = nw.col("ordered_on").is_in(stray)
    known = "row_kind" in read.lines.collect_schema().names()
    kind = nw.col("row_kind") if known else nw.lit(None, dtype=nw.String)
    marked = read.lines.with_columns(row_kind=nw.when(is_stray).then(nw.lit(STRAY)).otherwise(kind))
    lines = marked.with_columns(
        ordered_on=nw.when((nw.col("row_kind") != STRAY) | nw.col("row_kind").is_null()).then(nw.col("ordered_on"))
    )
    kept = days[first:last]
    moved = (days.days[-1] - kept.days[-1]).days
    numbers = {
        "days": ", ".join(day.isoformat() for day in stray[:3]) + (", ..." if len(stray) > 3 else ""),
        "ahead": " (after today)" if stray[-1] > _today() else "",
        "first": kept.days[0].isoformat(),
        "last": kept.days[-1].isoformat(),
        "span": (kept.days[-1] - kept.days[0]).days + 1,
        "stretched": (days.days[-1] - days.days[0]).days + 1,
        "recency": f", and every customer would seem to have been away {moved:,} days longer" if moved else "",
    }
    money = _money_of(read, stray)
    column = (read.mapping["ordered_on"],)
    return read.decided(Decision(STRAY, column, sum(days.lines[place] for place in gone), money, None, numbers), lines)


def _warn_of_end(read: LinesRead, days: _Days) -> LinesRead:
    """Warn of a last day that moves the day from which all is looked back."""
    column = (read.mapping["ordered_on"],)
    last, today = days.days[-1], _today()
    if last > today + timedelta(days=1):
        ahead = sum(n for day, n in zip(days.days, days.lines, strict=True) if day > today)
        numbers = {"last": last.isoformat(), "moved": (last - today).days + 1}
        return read.decided(Decision("days_after_today", column, ahead, numbers=numbers))
    if days.total < _LEAST_LINES:
        return read
    for place, gap, usual in _ends(days):
        if gap >= _TIMES_USUAL * usual:
            moved = (last - days.days[place - 1]).days
            numbers = {"since": days.days[place].isoformat(), "gap": gap, "usual": usual, "moved": moved}
            return read.decided(Decision("last_day_apart", column, sum(days.lines[place:]), numbers=numbers))
    return read


def _warn_of_few_days(read: LinesRead, days: _Days) -> LinesRead:
    """Warn where orders fall on the same few days of every month: a month may stand where the day should."""
    if any(one.code in {"dates_are_periods", "few_days_of_month"} for one in read.decisions):
        return read
    in_month: Counter[int] = Counter()
    for day, n in zip(days.days, days.lines, strict=True):
        in_month[day.day] += n
    months = len({(day.year, day.month) for day in days.days})
    if days.total < _LEAST_LINES or months < _LEAST_MONTHS or len(in_month) > _FEW_DAYS:
        return read
    different = sorted(in_month)
    guess = (
        "They may stand for months"
        if different in ([1], [15])
        else "Where day and month are exchanged, months look like days"
    )
    numbers = {
        "different": len(different),
        "days_of_month": ", ".join(map(str, different)),
        "months": months,
        "guess": guess,
    }
    return read.decided(Decision("few_days_of_month", (read.mapping["ordered_on"],), days.total, numbers=numbers))


def _dated(read: LinesRead) -> nw.LazyFrame[Any]:
    lines = read.lines.filter(~nw.col("ordered_on").is_null())
    return lines.filter(nw.col("row_kind").is_null()) if "row_kind" in lines.collect_schema().names() else lines


def _money_of(read: LinesRead, days: Sequence[date]) -> float:
    """The money of the lines of some days; few sources have days of which it is asked."""
    if "amount" not in read.lines.collect_schema().names():
        return 0.0
    of_days = _dated(read).filter(nw.col("ordered_on").is_in(list(days)))
    return float(read.engine.collect(of_days.select(money_sum("amount").alias("money")))["money"][0].as_py() or 0.0)


def _count_days(read: LinesRead) -> _Days:
    counted = _dated(read).group_by("ordered_on").agg(nw.len().alias("n"))
    rows: list[dict[str, Any]] = sorted(read.engine.collect(counted).to_pylist(), key=lambda row: row["ordered_on"])
    return _Days(
        tuple(row["ordered_on"] for row in rows),
        tuple(int(row["n"]) for row in rows),
    )


def check_days(read: LinesRead) -> LinesRead:
    """Set lines aside whose day is far from all others, and warn of days that may be read wrongly."""
    if not read.has("ordered_on"):
        return read
    days = _count_days(read)
    if not days.days:
        return read
    if read.may(STRAY):
        last = min(_stray_from(days), _after_today(days), _beyond(days))
        first = _stray_until(days[:last])
        if first or last < len(days.days):
            read, days = _set_aside(read, days, first, last), days[first:last]
    return _warn_of_few_days(_warn_of_end(_warn_of_start(read, days), days), days)
