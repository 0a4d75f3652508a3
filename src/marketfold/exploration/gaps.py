"""Days between one day of ordering and the next of the same customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from marketfold.exploration.quantiles import counted_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables


@dataclass(frozen=True)
class Gaps:
    """Time between orders; two orders of a customer on one day are one visit.

    Only gaps that ended are seen: whoever has not come back yet is not in them.

    Attributes
    ----------
    days
        Lengths that occur, from 1 up, shape (n_values,).
    counts
        Gaps of that length, shape (n_values,).
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


def gaps_between_orders(tables: Tables) -> Gaps | None:
    """Gaps between visits; None where nobody came twice."""
    visits = tables.orders.select("customer_id", "day").unique()
    before = nw.col("day").shift(1).over("customer_id", order_by="day")
    rows = tables.collect(
        visits.with_columns(gap=nw.col("day") - before)
        .filter(~nw.col("gap").is_null())
        .group_by("gap")
        .agg(nw.len().alias("n"))
        .sort("gap")
    )
    if len(rows["gap"]) == 0:
        return None
    days, counts = rows["gap"].astype(np.int64), rows["n"].astype(np.int64)
    lower, median, upper = (counted_quantile(days, counts, q) for q in (0.25, 0.5, 0.75))
    return Gaps(days=days, counts=counts, median_days=median, lower_days=lower, upper_days=upper)
