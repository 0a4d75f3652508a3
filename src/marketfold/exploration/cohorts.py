"""Customers by the period of their first purchase, and how many of them buy in each period after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import numpy as np

from marketfold.exploration.tables import Tables, month_starts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float64

MONTHS_OF: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
MOST_PERIODS = 25
"""A table with more columns than this cannot be read: longer spans go by quarter, then by year."""


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
        """Share of all customers who could be seen n periods later and bought then, shape (n_periods,)."""
        seen = self.active >= 0
        customers = np.where(seen, self.sizes[:, None], 0).sum(axis=0)
        return np.asarray(np.where(seen, self.active, 0).sum(axis=0) / np.maximum(customers, 1), dtype=np.float64)


def _unit_of(n_months: int) -> Literal["month", "quarter", "year"]:
    if n_months <= MOST_PERIODS:
        return "month"
    return "quarter" if n_months <= 3 * MOST_PERIODS else "year"


def follow_cohorts(tables: Tables) -> Cohorts | None:
    """First-purchase cohorts; None where the data lies within one month."""
    span = tables.collect(tables.orders.select(first=nw.col("month").min(), last=nw.col("month").max()))
    first, last = int(span["first"][0]), int(span["last"][0])
    if first == last:
        return None
    unit = _unit_of(last - first + 1)
    months = MONTHS_OF[unit]
    when = tables.orders.select("customer_id", period=nw.col("month") // months).unique()
    since = when.with_columns(first=nw.col("period").min().over("customer_id"))
    rows = tables.collect(since.group_by("first", "period").agg(nw.len().alias("customers")))
    start, end = first // months, last // months
    n = end - start + 1
    active = np.where(np.arange(n)[:, None] + np.arange(n)[None, :] < n, 0, -1).astype(np.int64)
    for cohort, period, customers in zip(rows["first"], rows["period"], rows["customers"], strict=True):
        active[int(cohort) - start, int(period - cohort)] = customers
    return Cohorts(unit, month_starts(np.arange(start, end + 1) * months), active[:, 0].copy(), active)
