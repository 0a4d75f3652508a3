"""When to send: the segment's own season and its own time between orders."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from marketfold.words import listed, measured

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from marketfold.campaigns.customers import Customers, Purchases
    from marketfold.schema import Float64

SEASON_DAYS = 730
"""A month is called a season only where each month was seen at least twice."""

PEAK = 1.3
"""A month is a peak when it brings this many times the orders of the segment's average month."""

MIN_ORDERS = 60
"""Orders below which twelve monthly figures are mostly chance: five to a month."""

MIN_RETURNING = 10

SEASONAL = 0.6
"""A segment with this share of its orders in three months buys for a season."""

REPEATED = 0.25
"""Of a peak's orders in its best year, so many must fall into another year: what happened once is not a season."""


@dataclass(frozen=True)
class Timing:
    """When a segment buys.

    Attributes
    ----------
    months
        Orders in each calendar month from January, as a multiple of the segment's average month; empty where no
        season can be told.
    peaks
        Months (1 to 12) that stand out.
    gap_days
        First quartile, median and third quartile of the customers' own mean time between orders; None with too few
        who came back.
    recency_days
        Median days since the last order.
    season, pace
        The same in words.
    season_share
        Share of a year's orders that falls into the three busiest months in a row, 0 to 1; None where no season can
        be told.
    """

    months: tuple[float, ...]
    peaks: tuple[int, ...]
    gap_days: tuple[float, float, float] | None
    recency_days: float | None
    season: str
    pace: str
    season_share: float | None = None

    @property
    def advice(self) -> str:
        """When to send to a segment that buys in one season only; "" for the others."""
        if self.season_share is None or self.season_share < SEASONAL or not self.peaks:
            return ""
        start = min(self.peaks, key=lambda month: (self.months[month - 2] >= PEAK, month))
        share = measured(self.season_share, "share")
        return (
            f"Send three weeks before {calendar.month_name[start]} begins, and again at its start: {share} of a year's "
            "orders fall into their season, and silence in between is no sign of leaving."
        )


def count_months(purchases: Purchases) -> pa.Table:
    """Orders of each segment, year and month."""
    dated = purchases.orders.with_columns(year=nw.col("ordered_on").dt.year(), month=nw.col("ordered_on").dt.month())
    return purchases.engine.collect(dated.group_by("segment", "year", "month").agg(orders=nw.len()))


def _exposure(observed: tuple[date, date]) -> Float64:
    """How often each calendar month lies within the time observed; a part of a month counts as that part."""
    days = np.arange(np.datetime64(observed[0]), np.datetime64(observed[1]) + 1)
    month = days.astype("datetime64[M]").astype(int) % 12
    lengths = np.array([calendar.monthrange(2023, m)[1] for m in range(1, 13)])
    exposure: Float64 = np.bincount(month, minlength=12) / lengths
    return exposure


def _season_share(index: Float64) -> float:
    """Share of the busiest three months in a row; the year closes to a ring."""
    ring = np.concatenate([index, index[:2]])
    return float(max(ring[m : m + 3].sum() for m in range(12)) / index.sum())


def _season(by_year: Float64, observed: tuple[date, date]) -> tuple[tuple[float, ...], tuple[int, ...], str]:
    """Index of each month, peaks and words, from orders of shape (n_years, 12)."""
    orders = by_year.sum(axis=0)
    days = (observed[1] - observed[0]).days + 1
    if days < SEASON_DAYS:
        return (), (), f"The orders cover {days:,} days; a season needs two years, so none is claimed."
    total = int(orders.sum())
    if total < MIN_ORDERS:
        return (), (), f"{total} orders are too few to tell a season from chance ({MIN_ORDERS} are needed)."
    pace = orders / _exposure(observed)
    index = pace / pace.mean()
    # A peak must also exceed what Poisson counts throw up by themselves (two standard errors).
    noise = 2 * np.sqrt(np.maximum(orders, 1)) / _exposure(observed) / pace.mean()
    best_years = np.sort(by_year, axis=0)[::-1]
    repeated = best_years[1] >= REPEATED * best_years[0] if len(by_year) > 1 else np.zeros(12, dtype=np.bool_)
    peaks = tuple(int(m) + 1 for m in np.flatnonzero((index >= PEAK) & (index - noise > 1) & repeated))
    months = tuple(float(round(value, 3)) for value in index)
    if not peaks:
        return months, (), "No month stands out: they buy through the year."
    named = listed([calendar.month_name[m] for m in peaks])
    top = max(index[m - 1] for m in peaks)
    return months, peaks, f"They buy most in {named}, up to {top:.1f} times as many orders as in their average month."


def _pace(gaps: Float64, recency: float | None) -> tuple[tuple[float, float, float] | None, str]:
    if recency is None:
        return None, "No customer has most of the money here, so there is no rhythm to tell."
    known = gaps[~np.isnan(gaps)]
    away = f"The median customer last ordered {measured(recency, 'days')} ago"
    if len(known) < MIN_RETURNING:
        return None, f"{away}. Too few have come back to tell a usual time between orders."
    low, middle, high = (float(value) for value in np.quantile(known, (0.25, 0.5, 0.75)))
    spread = f"{low:,.0f} to {measured(high, 'days')} for the middle half"
    return (low, middle, high), f"Those who come back do so about every {measured(middle, 'days')} ({spread}). {away}."


def time_segments(customers: Customers, monthly: pa.Table) -> tuple[Timing, ...]:
    """Say when each segment buys.

    Parameters
    ----------
    customers
        One row per customer.
    monthly
        From `count_months`.
    """
    years = np.asarray(monthly["year"].to_numpy(), dtype=np.int64) - customers.observed[0].year
    orders = np.zeros((customers.n_segments, customers.observed[1].year - customers.observed[0].year + 1, 12))
    rows = np.asarray(monthly["segment"].to_numpy(), dtype=np.int64)
    columns = np.asarray(monthly["month"].to_numpy(), dtype=np.int64) - 1
    np.add.at(orders, (rows, years, columns), np.asarray(monthly["orders"].to_numpy(), dtype=np.float64))
    found = []
    for segment in range(customers.n_segments):
        who = customers.labels == segment
        recency = float(np.median(customers.recency_days[who])) if who.any() else None
        months, peaks, season = _season(orders[segment], customers.observed)
        gap_days, pace = _pace(customers.gap_days[who], recency)
        share = _season_share(np.array(months)) if peaks else None
        found.append(Timing(months, peaks, gap_days, recency, season, pace, share))
    return tuple(found)
