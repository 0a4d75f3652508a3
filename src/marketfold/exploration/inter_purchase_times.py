"""Inter-purchase times: days between one day of ordering and the next of the same customer."""

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
    lower, median, upper = (counted_quantile(days, counts, q) for q in (0.25, 0.5, 0.75))
    return InterPurchaseTimes(days=days, counts=counts, median_days=median, lower_days=lower, upper_days=upper)
