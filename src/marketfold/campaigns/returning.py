"""Who came back: the customers of each segment by the period of their first order, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from marketfold.exploration import Cohorts, Periods, first_and_later
from marketfold.frames import terse

if TYPE_CHECKING:
    from marketfold.campaigns.customers import Purchases

MOST_PERIODS = 12
"""A figure for each segment has room for so many: a year by month, three years by quarter, then years."""

LEAST_CUSTOMERS = 10
"""Of a smaller cohort no share is shown: one customer more or less would move it by more than a tenth."""

CLOSED = timedelta(days=2)
"""A weekend without orders makes no period incomplete."""


@terse
@dataclass(frozen=True)
class SegmentCohorts:
    """Cohorts of each segment, in the order of the labels, all of the same periods.

    `ends_on` is the last day with an order, and `whole` says whether the last period is over by then.
    """

    of_segments: tuple[Cohorts, ...]
    ends_on: date
    whole: bool


def _month(day: date) -> int:
    return 12 * day.year + day.month - 1


def follow_segments(purchases: Purchases, observed: tuple[date, date]) -> SegmentCohorts | None:
    """Follow the customers of each segment from their first order on; None where there are not two periods.

    `observed` are the first and the last day with an order.
    """
    periods = Periods.of(_month(observed[0]), _month(observed[1]), MOST_PERIODS)
    if periods is None:
        return None
    on = nw.col("ordered_on").dt
    orders = purchases.orders.with_columns(month=on.year().cast(nw.Int64) * 12 + on.month().cast(nw.Int64) - 1)
    table = purchases.engine.collect(first_and_later(orders, periods, "customer", ("segment",)))
    rows = {name: np.asarray(table[name].to_numpy(), dtype=np.int64) for name in table.column_names}
    found = []
    for segment in range(purchases.n_segments):
        own = rows["segment"] == segment
        found.append(periods.lay_out(*(rows[name][own] for name in ("first", "period", "customers"))))
    whole = _month(observed[1] + CLOSED) // periods.months > periods.last // periods.months
    return SegmentCohorts(tuple(found), observed[1], whole)
