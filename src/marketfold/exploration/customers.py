"""Customers as a whole: how few bring how much, how many came back, in which period after their first, how soon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np

from marketfold.exploration.tables import Tables, month_starts, value_quantiles
from marketfold.frames import terse
from marketfold.schema import MONEY_SCALE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float64

MOST_VALUES = 500_000
"""Customers whose values come home one by one."""
ALIKE = 0.002
"""Of more those are taken together whose revenue differs by a fifth of a per cent at most."""
CURVE_POINTS = 201
MOST = 0.8
TOP = 100
MOST_APART = 10
STANDS_APART = 2.0
WORTH = 0.05
"""Few large customers are worth a word from a twentieth of the revenue on."""

PERIODS: tuple[tuple[Literal["month", "quarter", "year"], int], ...] = (("month", 1), ("quarter", 3), ("year", 12))
MOST_PERIODS = 25
"""A table with more columns than this cannot be read: longer spans go by quarter, then by year."""


@terse
@dataclass(frozen=True)
class Concentration:
    """Revenue by customer, largest first, without saying who.

    `customer_share` and `revenue_share` are the Lorenz curve from the largest customer down, both 0 to 1, shape
    (n_points,). The first `customers_for_most` together bring 80 % of the revenue; `top_revenue` is that of each of the
    largest, shape (at most 100,), and `top_fifth_share` that of the largest 20 %. `gini` is 0 where all customers bring
    the same, near 1 where one brings everything.
    """

    n_customers: int
    revenue_total: float
    customer_share: Float64
    revenue_share: Float64
    customers_for_most: int
    top_revenue: Float64
    top_fifth_share: float
    gini: float

    @property
    def n_apart(self) -> int:
        """Customers, under half of all, each of whom brings at least twice what the largest other does; 0 if none."""
        top = self.top_revenue
        for k in range(min(MOST_APART, (self.n_customers - 1) // 2), 0, -1):
            if top[k] > 0 and top[k - 1] >= STANDS_APART * top[k] and top[:k].sum() >= WORTH * self.revenue_total:
                return k
        return 0


@terse
@dataclass(frozen=True)
class Repeats:
    """Customers with 1, 2, ... orders, and what they brought, shape (n_values,)."""

    orders: NDArray[np.int64]
    customers: NDArray[np.int64]
    revenue: Float64

    @property
    def once_share(self) -> float:
        """Share of customers with a single order, 0 to 1."""
        return float(self.customers[self.orders == 1].sum() / self.customers.sum())

    @property
    def once_revenue_share(self) -> float:
        """Share of revenue from customers with a single order, 0 to 1."""
        return float(self.revenue[self.orders == 1].sum() / (self.revenue.sum() or 1.0))


def concentrate(tables: Tables) -> tuple[Concentration, Repeats]:
    """Concentration of revenue and numbers of orders.

    One value for each customer comes home, and no id; of more than `MOST_VALUES` what those of nearly one value brought
    together.
    """
    customers = tables.clean.activity.customers
    by_orders = customers.group_by("order_count").agg(n=nw.len(), money=nw.col("revenue_scaled").sum())
    found = tables.collect(by_orders.sort("order_count"))
    sizes = found["n"].astype(np.int64)
    repeats = Repeats(found["order_count"].astype(np.int64), sizes, found["money"].astype(np.float64) / MONEY_SCALE)
    money = nw.col("revenue_scaled")
    if sizes.sum() <= MOST_VALUES:
        each = np.sort(tables.collect(customers.select(money))["revenue_scaled"])[::-1]
        return _concentration(np.ones(len(each)), each, each[:TOP]), repeats
    alike = customers.with_columns(((money + 1).log() / ALIKE).floor().alias("alike")).group_by("alike")
    bands = tables.collect(alike.agg(n=nw.len(), money=money.sum()).sort("alike", descending=True))
    largest = tables.collect(customers.sort("revenue_scaled", descending=True).head(TOP).select(money))[
        "revenue_scaled"
    ]
    return _concentration(bands["n"].astype(np.float64), bands["money"].astype(np.float64), largest), repeats


def _concentration(customers: Float64, money_scaled: Float64, largest_scaled: Float64) -> Concentration:
    """From customers of one value each, the largest first: how many there are, and what they brought together."""
    until = np.append(0.0, np.cumsum(customers))
    brought = np.append(0.0, np.cumsum(money_scaled)) / MONEY_SCALE
    n, total = int(until[-1]), float(brought[-1])
    at = np.unique(np.linspace(0, n, CURVE_POINTS).round().astype(np.int64))
    most = float(np.interp(MOST * total - 1e-9, brought, until)) if total > 0 else 0.0
    # Twice the area between the curve and the diagonal, by trapezoids (Gini 1912).
    under_curve = float((customers * (brought[1:] + brought[:-1])).sum() / (n * (total or 1.0)))
    return Concentration(
        n_customers=n,
        revenue_total=total,
        customer_share=at / n,
        revenue_share=np.interp(at, until, brought) / (total or 1.0),
        customers_for_most=max(1, math.ceil(round(most, 6))),
        top_revenue=largest_scaled / MONEY_SCALE,
        top_fifth_share=float(np.interp(max(1, round(n / 5)), until, brought) / (total or 1.0)),
        gini=under_curve - 1 if total > 0 else 0.0,
    )


@terse
@dataclass(frozen=True)
class Cohorts:
    """Who came when, and who came back.

    The first purchase is the first in the data: in the first cohorts there are customers who bought before it begins.
    `starts` (first days of the periods) and `sizes` (customers) have shape (n_cohorts,); `active`, customers who bought
    n periods after their first, (n_cohorts, n_periods), with -1 where the data ends before.
    """

    unit: Literal["month", "quarter", "year"]
    starts: NDArray[np.datetime64]
    sizes: NDArray[np.int64]
    active: NDArray[np.int64]

    @property
    def retention(self) -> Float64:
        """Share of each cohort that bought n periods later, 0 to 1; NaN where the data ends before."""
        share = self.active / np.maximum(self.sizes, 1)[:, None]
        return np.where(self.active < 0, np.nan, share)

    @property
    def mean_retention(self) -> Float64:
        """Share of those who came after the first period, could be seen n periods later and bought then.

        Of shape (n_periods,), NaN where nobody was seen. Who bought in the first period may have come before it.
        """
        seen, active, sizes = self.active[1:] >= 0, self.active[1:], self.sizes[1:, None]
        customers = np.where(seen, sizes, 0).sum(axis=0)
        bought = np.where(seen, active, 0).sum(axis=0)
        found: Float64 = np.divide(bought, customers, out=np.full(len(self.sizes), np.nan), where=customers > 0)
        return found


def follow_cohorts(tables: Tables) -> Cohorts | None:
    """First-purchase cohorts; None where the data lies within one month."""
    span = tables.collect(tables.orders.select(first=nw.col("month").min(), last=nw.col("month").max()))
    periods = Periods.of(int(span["first"][0]), int(span["last"][0]), MOST_PERIODS)
    if periods is None:
        return None
    rows = tables.collect(first_and_later(tables.orders, periods, "customer_id").select("first", "period", "customers"))
    return periods.lay_out(rows["first"], rows["period"], rows["customers"])


@terse
@dataclass(frozen=True)
class Periods:
    """The periods of a span: the first month and the last (12 x year + month - 1), and how many months each has."""

    first: int
    last: int
    unit: Literal["month", "quarter", "year"]
    months: int

    @classmethod
    def of(cls, first: int, last: int, most: int) -> Periods | None:
        """At most so many, of the shortest length that does; None within one month, or one such period."""
        unit, months = next((one for one in PERIODS if last - first < most * one[1]), PERIODS[-1])
        return None if first // months == last // months else cls(first, last, unit, months)

    def lay_out(self, first: NDArray[Any], period: NDArray[Any], customers: NDArray[Any]) -> Cohorts:
        """Cohorts from counts of customers by the period of their first purchase and one in which they bought."""
        start, end = self.first // self.months, self.last // self.months
        n = end - start + 1
        active = np.where(np.arange(n)[:, None] + np.arange(n)[None, :] < n, 0, -1).astype(np.int64)
        for cohort, when, count in zip(first, period, customers, strict=True):
            active[int(cohort) - start, int(when - cohort)] = count
        return Cohorts(self.unit, month_starts(np.arange(start, end + 1) * self.months), active[:, 0].copy(), active)


def first_and_later(
    orders: nw.LazyFrame[Any], periods: Periods, customer: str, by: tuple[str, ...] = ()
) -> nw.LazyFrame[Any]:
    """Customers by the period of their first order and of each in which they ordered; orders have their `month`."""
    when = orders.select(customer, *by, period=nw.col("month") // periods.months).unique()
    since = when.with_columns(first=nw.col("period").min().over(customer))
    return since.group_by("first", "period", *by).agg(customers=nw.len())


@terse
@dataclass(frozen=True)
class InterPurchaseTimes:
    """Gaps between days of ordering: how often each length occurs, shape (n_values,).

    Two orders of a customer on one day are one visit. Only gaps that ended are seen: whoever has not come back yet is
    not in them.
    """

    days: NDArray[np.int64]
    counts: NDArray[np.int64]
    median_days: float
    lower_days: float
    upper_days: float
    """Quarter and three quarters of the gaps are at most this long."""

    @property
    def n_gaps(self) -> int:
        """Number of gaps."""
        return int(self.counts.sum())


def inter_purchase_times(tables: Tables) -> InterPurchaseTimes | None:
    """Gaps between visits; None where nobody came twice."""
    again = tables.orders.filter(nw.col("gap_days") > 0)
    rows = tables.collect(again.group_by("gap_days").agg(nw.len().alias("n")).sort("gap_days"))
    if len(rows["gap_days"]) == 0:
        return None
    days, counts = rows["gap_days"].astype(np.int64), rows["n"].astype(np.int64)
    quarters = tables.collect(value_quantiles(again, "gap_days", (0.5, 0.25, 0.75)))
    return InterPurchaseTimes(days, counts, *(float(quarters[f"q{i}"][0]) for i in range(3)))
