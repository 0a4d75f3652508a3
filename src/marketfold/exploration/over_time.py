"""Orders and revenue over time: periods, growth over comparable months, the strongest month, an average year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np

from marketfold import words
from marketfold.exploration.tables import Tables, as_dates, month_starts
from marketfold.frames import terse
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float64

Period = Literal["day", "week", "month"]
MONTHS_FROM_DAYS = 120
WEEKS_FROM_DAYS = 35
"""Shorter spans are shown by week, and then by day, so that there are enough points to see a course."""
CLOSED_DAYS = 2.0
"""A weekend without orders makes no month incomplete."""


@dataclass(frozen=True)
class YearOnYear:
    """Revenue of the calendar months (1 to 12) that are whole in two years, shape (n_months,).

    `growth_share` is the change against the earlier year: 0.25 is a quarter more.
    """

    year: int
    months: NDArray[np.int64]
    revenue: float
    revenue_before: float
    growth_share: float


@dataclass(frozen=True)
class Peak:
    """The strongest calendar month (1 to 12) against an average one; `ratio` is its revenue divided by that.

    `years` are the whole years over which it is averaged; empty where there are fewer than two, and then `month` is one
    month of one `year`.
    """

    month: int
    year: int
    years: tuple[int, ...]
    revenue_mean: float
    average_month: float
    ratio: float


@terse
@dataclass(frozen=True)
class OverTime:
    """Orders and revenue of kept lines by period, and by calendar month, whatever `period` is.

    Shapes are (n_periods,): the first day of each period, without gaps; orders, on the day of their first line; money;
    and whether it is `whole`, that is not a first or last one that the data covers in part. `last_gap_days` is how many
    days of its month follow the last day with an order, `usual_gap_days` the gap between days with orders that is
    exceeded once in a hundred (at least a weekend).
    """

    period: Period
    starts: NDArray[np.datetime64]
    orders: NDArray[np.int64]
    revenue: Float64
    whole: NDArray[np.bool_]
    month_starts: NDArray[np.datetime64]
    month_orders: NDArray[np.int64]
    month_revenue: Float64
    month_whole: NDArray[np.bool_]
    first_day: np.datetime64
    last_day: np.datetime64
    last_gap_days: int
    usual_gap_days: float
    year_on_year: tuple[YearOnYear, ...]
    peak: Peak | None


@dataclass(frozen=True)
class Calendar:
    """An average month or quarter of the year: means per year, shape (12,) or (4,).

    Only whole years are averaged: an incomplete one would favour the months it has.
    """

    unit: Literal["month", "quarter"]
    years: tuple[int, ...]
    names: tuple[str, ...]
    orders: Float64
    revenue: Float64


def _slots(days: NDArray[np.int64], period: Period) -> NDArray[np.int64]:
    """Number of the period of each day; consecutive periods have consecutive numbers."""
    if period == "month":
        return as_dates(days).astype("datetime64[M]").astype(np.int64)
    if period == "week":
        return (days + 3) // 7  # 1970-01-01 was a Thursday: weeks start on Monday
    return days


def _slot_start(slots: NDArray[np.int64], period: Period) -> NDArray[np.datetime64]:
    if period == "month":
        return month_starts(slots + 1970 * 12)
    return as_dates(slots * 7 - 3 if period == "week" else slots)


def _grouped(daily: dict[str, NDArray[Any]], period: Period) -> tuple[NDArray[np.int64], NDArray[np.int64], Float64]:
    slots = _slots(daily["day"], period)
    every = np.arange(slots.min(), slots.max() + 1)
    orders, revenue = (np.bincount(slots - every[0], daily[name], len(every)) for name in ("orders", "revenue"))
    return every, orders.round().astype(np.int64), revenue.round(4).astype(np.float64)


def _whole(slots: NDArray[np.int64], period: Period, first: int, last: int, usual_gap_days: float) -> NDArray[np.bool_]:
    """A first or last period is in part where more days are without orders at its edge than the shop usually has."""
    whole = np.ones(len(slots), dtype=bool)
    starts = _slot_start(np.append(slots, slots[-1] + 1), period).astype(np.int64)
    whole[0] &= first - starts[0] <= usual_gap_days
    whole[-1] &= starts[-1] - 1 - last <= usual_gap_days
    return whole


def _year_on_year(months: NDArray[np.int64], revenue: Float64, whole: NDArray[np.bool_]) -> tuple[YearOnYear, ...]:
    by_month = {int(month): float(value) for month, value, ok in zip(months, revenue, whole, strict=True) if ok}
    years = sorted({month // 12 + 1970 for month in by_month})
    pairs = []
    for year in years[1:]:
        start = (year - 1970) * 12
        same = [m for m in range(12) if {start + m, start + m - 12} <= by_month.keys()]
        now, before = (sum(by_month[first + m] for m in same) for first in (start, start - 12))
        if before > 0:
            pairs.append(YearOnYear(year, np.array(same, dtype=np.int64) + 1, now, before, now / before - 1))
    return tuple(pairs)


def whole_years(years: NDArray[np.int64]) -> tuple[int, ...]:
    """Years of which all twelve months are there, from the year of each month."""
    return tuple(int(year) for year in np.unique(years) if (years == year).sum() == 12)


def _peak(months: NDArray[np.int64], revenue: Float64, whole: NDArray[np.bool_]) -> Peak | None:
    """Strongest calendar month over whole years; without two of them, the strongest single whole month."""
    months, revenue = months[whole], revenue[whole]
    if len(months) < 3 or revenue.sum() <= 0:
        return None
    years = months // 12 + 1970
    full = whole_years(years)
    if len(full) < 2:
        full, candidates = (), revenue
        best = int(np.argmax(revenue))
        month, year = int(months[best] % 12), int(years[best])
    else:
        inside = np.isin(years, full)
        candidates = np.array([revenue[inside & (months % 12 == m)].mean() for m in range(12)])
        best = month = int(np.argmax(candidates))
        year = full[-1]
    value, average = float(candidates[best]), float(candidates.mean())
    return Peak(month + 1, year, full, value, average, value / average)


def orders_over_time(tables: Tables) -> OverTime:
    """Orders and revenue of kept lines over time; one pass over the orders."""
    cells = nw.len().alias("orders"), money_sum("revenue").alias("revenue")
    daily = tables.collect(tables.orders.group_by("day").agg(*cells).sort("day"))
    first, last = int(daily["day"][0]), int(daily["day"][-1])
    gaps = np.diff(daily["day"])
    usual_gap = max(float(np.quantile(gaps, 0.99)) if len(gaps) else 0.0, CLOSED_DAYS)
    n_days = last - first + 1
    period: Period = "month" if n_days >= MONTHS_FROM_DAYS else "week" if n_days >= WEEKS_FROM_DAYS else "day"
    slots, orders, revenue = _grouped(daily, period)
    months, month_orders, month_revenue = _grouped(daily, "month")
    month_whole = _whole(months, "month", first, last, usual_gap)
    month_end = int(_slot_start(months[-1:] + 1, "month").astype(np.int64)[0]) - 1
    return OverTime(
        period=period,
        starts=_slot_start(slots, period),
        orders=orders,
        revenue=revenue,
        whole=_whole(slots, period, first, last, usual_gap),
        month_starts=_slot_start(months, "month"),
        month_orders=month_orders,
        month_revenue=month_revenue,
        month_whole=month_whole,
        first_day=as_dates(daily["day"])[0],
        last_day=as_dates(daily["day"])[-1],
        last_gap_days=month_end - last,
        usual_gap_days=usual_gap,
        year_on_year=_year_on_year(months, month_revenue, month_whole),
        peak=_peak(months, month_revenue, month_whole),
    )


def count_calendar(over_time: OverTime) -> tuple[Calendar, ...]:
    """An average month and quarter of the year, over whole years; none without a whole year."""
    years = over_time.month_starts.astype("datetime64[Y]").astype(np.int64) + 1970
    full = whole_years(years[over_time.month_whole])
    if not full:
        return ()
    inside = over_time.month_whole & np.isin(years, full)
    orders, revenue = (
        values[inside].reshape(-1, 12).mean(axis=0) for values in (over_time.month_orders, over_time.month_revenue)
    )
    by_quarter = orders.reshape(4, 3).sum(axis=1), revenue.reshape(4, 3).sum(axis=1)
    return (
        Calendar("month", full, words.MONTHS, orders, revenue),
        Calendar("quarter", full, ("Q1", "Q2", "Q3", "Q4"), *by_quarter),
    )
