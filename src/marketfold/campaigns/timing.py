"""When to send: the segment's own season and its own time between orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import numpy as np

from marketfold.thresholds import MEASURED_SHARE, SEASON_DAYS
from marketfold.words import month, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from marketfold.campaigns.customers import Customers, Purchases
    from marketfold.schema import Float64

PEAK = 1.3
"""A month is a peak when it brings this many times the orders of the segment's average month."""

MIN_ORDERS = 60
"""Orders below which twelve monthly figures are mostly chance: five to a month."""

MIN_RETURNING = 10
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

SEASONAL = 0.6
"""A segment with this share of its orders in three months buys for a season."""

REPEATED = 0.25
"""Of a peak's orders in its best year, so many must fall into another year: what happened once is not a season."""


NEAR_DAYS = 182
"""A season that begins within half a year is near: a campaign is made before it."""

MOSTLY = 0.5
"""Share of a segment that must have come back: of one order each, the months say when customers joined. And share of
the months that must have orders in two years, of a segment without a peak: others were customers in one year only."""

Season = Literal["seasonal", "all year", "too few orders", "too short", "one year", "ordered once", "no orders"]


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
    season
        Whether they buy by the season, or why that cannot be told.
    order_count, observed_days
        From which it was told.
    season_begins_on
        First day of the next season after the as-of day; None where there is no season.
    season_share
        Share of a year's orders that falls into the three busiest months in a row, 0 to 1; None where no season can
        be told.
    """

    months: tuple[float, ...]
    peaks: tuple[int, ...]
    gap_days: tuple[float, float, float] | None
    recency_days: float | None
    season: Season
    order_count: int
    observed_days: int
    season_share: float | None = None
    season_begins_on: date | None = None

    @property
    def advice(self) -> str:
        """When to send to a segment that buys in one season only; "" for the others."""
        if self.season_share is None or self.season_share < SEASONAL or not self.peaks:
            return ""
        start = min(self.peaks, key=lambda peak: (self.months[peak - 2] >= PEAK, peak))
        return (
            f"Send three weeks before {month(start)} begins, and again at its start: "
            f"{share(self.season_share)} of a year's orders fall into their season, and silence in between is no sign "
            "of leaving."
        )

    def season_before(self, as_of: date | None) -> date | None:
        """First day of the season before which a campaign is made: the only one, or one that is near; else None."""
        begins = self.season_begins_on
        near = begins is not None and as_of is not None and (begins - as_of).days <= NEAR_DAYS
        return begins if near or self.advice else None


def count_months(purchases: Purchases) -> pa.Table:
    """Orders of each segment, year and month."""
    dated = purchases.orders.with_columns(year=nw.col("ordered_on").dt.year(), month=nw.col("ordered_on").dt.month())
    return purchases.engine.collect(dated.group_by("segment", "year", "month").agg(orders=nw.len()))


def _exposure(observed: tuple[date, date]) -> Float64:
    """How often each calendar month lies within the time observed; a part of a month counts as that part."""
    days = np.arange(np.datetime64(observed[0]), np.datetime64(observed[1]) + 1)
    in_year = days.astype("datetime64[M]").astype(int) % 12
    exposure: Float64 = np.bincount(in_year, minlength=12) / MONTH_DAYS
    return exposure


def _season_share(index: Float64) -> float:
    """Share of the busiest three months in a row; the year closes to a ring."""
    ring = np.concatenate([index, index[:2]])
    return float(max(ring[m : m + 3].sum() for m in range(12)) / index.sum())


def _season(by_year: Float64, observed: tuple[date, date]) -> tuple[Season, tuple[float, ...], tuple[int, ...]]:
    """What can be told, index of each month, and peaks, from orders of shape (n_years, 12)."""
    orders = by_year.sum(axis=0)
    if (observed[1] - observed[0]).days + 1 < SEASON_DAYS:
        return "too short", (), ()
    if orders.sum() < MIN_ORDERS:
        return "too few orders", (), ()
    exposure = _exposure(observed)
    monthly = orders / exposure
    index = monthly / monthly.mean()
    # A peak must also exceed what Poisson counts throw up by themselves (two standard errors).
    noise = 2 * np.sqrt(np.maximum(orders, 1)) / exposure / monthly.mean()
    best_years = np.sort(by_year, axis=0)[::-1]
    repeated = best_years[1] >= REPEATED * best_years[0] if len(by_year) > 1 else np.zeros(12, dtype=np.bool_)
    peaks = tuple(int(m) + 1 for m in np.flatnonzero((index >= PEAK) & (index - noise > 1) & repeated))
    if not peaks and (repeated & (best_years[1] > 0)).mean() < MOSTLY:
        return "one year", (), ()
    return "seasonal" if peaks else "all year", tuple(float(round(value, 3)) for value in index), peaks


def _inter_purchase_times(gaps: Float64) -> tuple[float, float, float] | None:
    """Quartiles of the customers' own inter-purchase times; None where too few have come back."""
    known = gaps[~np.isnan(gaps)]
    if len(known) < max(MIN_RETURNING, MEASURED_SHARE * len(gaps)):
        return None
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75)).tolist()
    return low, middle, high


def _next_season(peaks: Sequence[int], as_of: date) -> date | None:
    """First day of the first month, after the as-of day, that begins a run of peaks."""
    begins = [peak for peak in peaks if (peak - 2) % 12 + 1 not in peaks]
    days = (date(as_of.year + year, month, 1) for year in (0, 1) for month in sorted(begins))
    return next((day for day in days if day > as_of), None)


def time_segments(customers: Customers, monthly: pa.Table) -> tuple[Timing, ...]:
    """Say when each segment buys, from its customers and from what `count_months` found."""
    years = np.asarray(monthly["year"].to_numpy(), dtype=np.int64) - customers.observed[0].year
    orders = np.zeros((customers.n_segments, customers.observed[1].year - customers.observed[0].year + 1, 12))
    rows = np.asarray(monthly["segment"].to_numpy(), dtype=np.int64)
    columns = np.asarray(monthly["month"].to_numpy(), dtype=np.int64) - 1
    np.add.at(orders, (rows, years, columns), np.asarray(monthly["orders"].to_numpy(), dtype=np.float64))
    found = []
    for segment in range(customers.n_segments):
        who = customers.labels == segment
        recency = float(np.median(customers.recency_days[who])) if who.any() else None
        season, months, peaks = _season(orders[segment], customers.observed)
        if who.any() and season in {"seasonal", "all year"} and np.isnan(customers.gap_days[who]).mean() > MOSTLY:
            season, months, peaks = "ordered once", (), ()
        counted = int(orders[segment].sum()), customers.observed_days
        share_of_year = _season_share(np.array(months)) if peaks else None
        gap_days = _inter_purchase_times(customers.gap_days[who])
        found.append(
            Timing(
                months, peaks, gap_days, recency, season, *counted, share_of_year, _next_season(peaks, customers.as_of)
            )
        )
    return tuple(found)
