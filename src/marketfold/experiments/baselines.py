"""What a segment does in a campaign period without a campaign, from its own past."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.experiments.outcomes import add_up

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.engine import Engine
    from marketfold.schema import Labels

Primary = Literal["order_rate", "revenue"]
"""What a campaign is judged by: the share of customers who order, or revenue per customer."""


class _Purchases(Protocol):
    @property
    def orders(self) -> nw.LazyFrame[Any]: ...
    @property
    def engine(self) -> Engine: ...


class _Customers(Protocol):
    @property
    def labels(self) -> Labels: ...
    @property
    def first_on(self) -> NDArray[np.datetime64]: ...
    @property
    def observed(self) -> tuple[date, date]: ...
    @property
    def n_segments(self) -> int: ...


@dataclass(frozen=True)
class Baseline:
    """A segment's usual period of so many days, from the customer-periods that were seen.

    `order_rate` is the share of customers who order in one; `revenue_mean` and `revenue_sd` are of revenue per
    customer, those without an order counted as zero.
    """

    days: int
    periods: int
    order_rate: float
    revenue_mean: float
    revenue_sd: float

    def usual(self, primary: Primary) -> float:
        """What a campaign is judged by, as it is without one."""
        return self.order_rate if primary == "order_rate" else self.revenue_mean


def read_baselines(purchases: _Purchases, customers: _Customers, days: int) -> tuple[Baseline | None, ...]:
    """Measure each segment's usual period from its own past, in back-to-back periods that end on the last day.

    A customer counts from the period after the one of her first order on, in every period whether she ordered or not:
    so the figures do not lean on the last weeks, by which segments such as "lapsed" are defined. `purchases` has one
    row per order: `customer`, `segment` (0-based), `ordered_on`, `revenue`.
    """
    first, last = customers.observed
    day = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    period = [(last - d).days // days for d in day]
    calendar = pa.table({"ordered_on": pa.array(day, pa.date32()), "period": pa.array(period, pa.int64())})
    dated = purchases.orders.join(purchases.engine.from_arrow(calendar), on="ordered_on", how="inner")
    started = dated.group_by("customer").agg(started=nw.col("period").max())
    cells = add_up(dated, "customer", "segment", "period").join(started, on="customer", how="inner")
    later = cells.filter(nw.col("period") < nw.col("started"))
    squared = later.with_columns(square=nw.col("revenue") * nw.col("revenue"))
    table = purchases.engine.collect(
        squared.group_by("segment").agg(n=nw.len(), revenue=nw.col("revenue").sum(), square=nw.col("square").sum())
    )
    waited = (np.datetime64(last) - customers.first_on).astype(np.int64) // days
    seen = np.bincount(customers.labels, weights=waited, minlength=customers.n_segments)
    found: dict[int, Baseline] = {}
    for row in table.to_pylist():
        n, mean = seen[row["segment"]], row["revenue"] / seen[row["segment"]]
        sd = math.sqrt(max(row["square"] / n - mean**2, 0.0))
        found[row["segment"]] = Baseline(days, int(n), row["n"] / n, _steady(mean), _steady(sd))
    return tuple(found.get(segment) for segment in range(customers.n_segments))


def _steady(value: float) -> float:
    """Nine figures: engines add floats in any order, and the last ones of a sum would differ from run to run."""
    return float(f"{value:.9g}")
