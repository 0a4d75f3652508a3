"""When to send: the segment's own season and its own time between orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.campaigns.customers import placed, ratio_error, whole_numbers
from marketfold.thresholds import MEASURED_SHARE, SEASON_DAYS
from marketfold.words import month, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.campaigns.customers import Counted, Customers, Purchases
    from marketfold.schema import Float64

PEAK = 1.3
"""A month is a peak when it brings this many times the orders of the segment's average month."""

CRITICAL = 2.64
"""Standard errors by which a peak exceeds the average month: 5 % over twelve months together, one-sided."""

MIN_ORDERS = 60
"""Orders below which twelve monthly figures are mostly chance: five to a month."""

MIN_RETURNING = 10
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

SEASONAL = 0.6
"""A segment with this share of its orders in three months buys for a season."""

REPEATED = 0.25
"""Of a peak's orders in its best year, so many must fall into another year: what happened once is not a season."""


LONG_AGO_DAYS = 182
"""Thanks for an order that is older than half a year come too late."""

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
    returned
        Customers of whose gaps `gap_days` tells; None where it tells nothing, or in plans of older versions.
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
    returned: int | None = None

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

    @property
    def away(self) -> bool:
        """Whether most of them stay away longer than they used to: what was usual is more than comes by itself now."""
        return self.silent_days is not None

    @property
    def silent_days(self) -> float | None:
        """Twice their usual time, where most of them have been away for longer; None of others."""
        if self.recency_days is None or self.advice:
            return None
        twice = 2 * self.gap_days[1] if self.gap_days else float(LONG_AGO_DAYS)
        return twice if self.recency_days > twice else None

    def season_before(self, as_of: date | None) -> date | None:
        """First day of the season before which a campaign is made: the only one, or one that is near; else None."""
        begins = self.season_begins_on
        near = begins is not None and as_of is not None and (begins - as_of).days <= NEAR_DAYS
        return begins if near or self.advice else None


@dataclass(frozen=True)
class MonthCounts:
    """Orders of each segment by month, and the sums over customers that tell how far a few of them make a month.

    Attributes
    ----------
    orders
        Of each segment, year observed and calendar month, shape (n_segments, n_years, 12).
    times
        One over the times that a calendar month was observed, shape (12,); 0 where it was not.
    squares, products
        Of each segment and calendar month, shape (n_segments, 12): sums of a customer's orders there squared, and times
        that customer's average month.
    whole_squares, customers
        Of each segment, shape (n_segments,): sum of the customers' average months squared, and how many they are.
    """

    orders: Float64
    times: Float64
    squares: Float64
    products: Float64
    whole_squares: Float64
    customers: Float64


def count_months(purchases: Purchases, observed: tuple[date, date]) -> MonthCounts:
    """Count the orders of each segment by month; all grouping by customer happens in the engine."""
    engine, n = purchases.engine, purchases.n_segments
    exposure = _exposure(observed)
    times = np.divide(1.0, exposure, out=np.zeros(12), where=exposure > 0)
    calendar = engine.from_arrow(pa.table({"month": pa.array(range(1, 13), pa.int64()), "part": times / 12}))
    dated = purchases.orders.with_columns(
        year=nw.col("ordered_on").dt.year().cast(nw.Int64), month=nw.col("ordered_on").dt.month().cast(nw.Int64)
    )
    own = dated.group_by("customer", "segment", "year", "month").agg(n=nw.len().cast(nw.Float64))
    own = engine.materialise(own)
    by_year = engine.collect(own.group_by("segment", "year", "month").agg(orders=nw.col("n").sum()))
    of_month = own.group_by("customer", "segment", "month").agg(n=nw.col("n").sum())
    of_month = of_month.join(calendar, on="month", how="inner").with_columns(part=nw.col("n") * nw.col("part"))
    whole = of_month.group_by("customer").agg(whole=nw.col("part").sum(), its_segment=nw.col("segment").min())
    each, average = nw.col("n"), nw.col("whole")
    beside = of_month.join(whole, on="customer", how="inner").with_columns(square=each * each, product=each * average)
    spread = engine.collect(
        beside.group_by("segment", "month").agg(squares=nw.col("square").sum(), products=nw.col("product").sum())
    )
    squared = whole.with_columns(square=average * average)
    totals = engine.collect(squared.group_by("its_segment").agg(squares=nw.col("square").sum(), customers=nw.len()))
    engine.release(own)
    years = observed[1].year - observed[0].year + 1
    months = whole_numbers(spread, "segment"), whole_numbers(spread, "month") - 1
    places = (
        whole_numbers(by_year, "segment"),
        whole_numbers(by_year, "year") - observed[0].year,
        whole_numbers(by_year, "month") - 1,
    )
    segments = (whole_numbers(totals, "its_segment"),)
    return MonthCounts(
        placed(by_year, "orders", (n, years, 12), places),
        times,
        *(placed(spread, name, (n, 12), months) for name in ("squares", "products")),
        *(placed(totals, name, (n,), segments) for name in ("squares", "customers")),
    )


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


def _season(counts: MonthCounts, segment: int, observed_days: int) -> tuple[Season, tuple[float, ...], tuple[int, ...]]:
    """What can be told of a segment, index of each month, and peaks."""
    by_year = counts.orders[segment]
    orders = by_year.sum(axis=0)
    if observed_days < SEASON_DAYS:
        return "too short", (), ()
    if orders.sum() < MIN_ORDERS:
        return "too few orders", (), ()
    monthly = orders * counts.times
    index = monthly / monthly.mean()
    best_years = np.sort(by_year, axis=0)[::-1]
    repeated = best_years[1] >= REPEATED * best_years[0]  # so many days are of two years at least
    beyond = index - CRITICAL * _index_errors(counts, segment, index, float(monthly.mean())) > 1
    peaks = tuple(int(m) + 1 for m in np.flatnonzero((index >= PEAK) & beyond & repeated))
    if not peaks and (repeated & (best_years[1] > 0)).mean() < MOSTLY:
        return "one year", (), ()
    return "seasonal" if peaks else "all year", tuple(float(round(value, 3)) for value in index), peaks


def _index_errors(counts: MonthCounts, segment: int, index: Float64, average: float) -> Float64:
    """Standard errors of the months of an index, which are ratios to the average month."""
    times = counts.times
    sums = counts.squares[segment] * times**2, counts.products[segment] * times, counts.whole_squares[segment]
    return ratio_error(index, *sums, average, counts.customers[segment])


def _inter_purchase_times(counted: Counted) -> tuple[float, float, float] | None:
    """Quartiles of the customers' own inter-purchase times; None where too few have come back."""
    if counted["came_back"] < max(MIN_RETURNING, MEASURED_SHARE * counted["customers"]):
        return None
    return counted["gap_low"], counted["gap_days"], counted["gap_high"]


def _next_season(peaks: Sequence[int], as_of: date) -> date | None:
    """First day of the first month, after the as-of day, that begins a run of peaks."""
    begins = [peak for peak in peaks if (peak - 2) % 12 + 1 not in peaks]
    days = (date(as_of.year + year, month, 1) for year in (0, 1) for month in sorted(begins))
    return next((day for day in days if day > as_of), None)


def time_segments(customers: Customers, counts: MonthCounts) -> tuple[Timing, ...]:
    """Say when each segment buys, from its customers and from what `count_months` found."""
    found = []
    for segment, counted in enumerate(customers.of_segments):
        season, months, peaks = _season(counts, segment, customers.observed_days)
        once = counted["customers"] - counted["came_back"]
        if season in {"seasonal", "all year"} and once > MOSTLY * counted["customers"]:
            season, months, peaks = "ordered once", (), ()
        gap_days = _inter_purchase_times(counted)
        found.append(
            Timing(
                months=months,
                peaks=peaks,
                gap_days=gap_days,
                recency_days=counted["recency_days"],
                season=season,
                order_count=int(counts.orders[segment].sum()),
                observed_days=customers.observed_days,
                season_share=_season_share(np.array(months)) if peaks else None,
                season_begins_on=_next_season(peaks, customers.as_of),
                returned=counted["came_back"] if gap_days else None,
            )
        )
    return tuple(found)
