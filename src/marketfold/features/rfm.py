"""Recency, frequency and money as scores from 1 to 5, and the customary names of their combinations.

Cut points are quintiles of the values (by linear interpolation); customers of one value have one score, and a value
that equals a cut point stands below it. Names and their limits are the customary ones, as the documentation of R's
package `rfm` has them; the first that fits is taken. That package cuts one unit above the quintiles: the same for days
and orders, but for money it would make scores depend on the currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.schema import Float64, Labels, RFMMeasure
    from marketfold.units import FeatureTable

MEASURES: dict[RFMMeasure, str] = {"recency": "recency_days", "frequency": "order_count", "money": "revenue_total"}
"""What is scored, and the feature that it is."""
SCORES = 5
OTHERS = "Others"
Limits = tuple[int, int]
RFM_SEGMENTS: dict[str, tuple[Limits, Limits]] = {
    "Champions": ((4, 5), (4, 5)),
    "Loyal customers": ((2, 5), (3, 5)),
    "Potential loyalists": ((3, 5), (1, 3)),
    "New customers": ((4, 5), (1, 1)),
    "Promising": ((3, 4), (1, 1)),
    "Need attention": ((2, 3), (2, 3)),
    "About to sleep": ((2, 3), (1, 2)),
    "At risk": ((1, 2), (2, 5)),
    "Cannot lose them": ((1, 1), (4, 5)),
    "Lost": ((1, 2), (1, 2)),
}
"""Least and greatest score of recency, and of frequency as of money; what fits none is `OTHERS`."""


@dataclass(frozen=True)
class RFM:
    """Scores of each customer, int32 of shape (n_customers,), 5 best; `cuts` are the cut points of each, ascending.

    `segments` are positions in `names`.
    """

    recency: Labels
    frequency: Labels
    money: Labels
    segments: Labels
    cuts: dict[RFMMeasure, tuple[float, ...]]

    names = (*RFM_SEGMENTS, OTHERS)


QUINTILES = tuple((np.arange(1, SCORES) / SCORES).tolist())


def quintile_cuts(values: Float64) -> tuple[float, ...]:
    """The four cut points between five parts of one size, as far as ties let them be.

    >>> quintile_cuts(np.arange(1.0, 11.0))
    (2.8, 4.6, 6.4, 8.2)
    """
    return tuple(np.quantile(values, QUINTILES).round(10).tolist())


def score(values: Float64, cuts: Sequence[float]) -> Labels:
    """Score of each value, from 1; one that equals a cut point stands below it.

    >>> score(np.array([1.0, 2.0, 3.0, 9.0]), (2, 4, 6, 8)).tolist()
    [1, 1, 2, 5]
    """
    found: Labels = (np.searchsorted(np.asarray(cuts, dtype=np.float64), values, side="left") + 1).astype(np.int32)
    return found


def score_rfm(values: Mapping[RFMMeasure, Float64], cuts: Mapping[RFMMeasure, Sequence[float]] | None = None) -> RFM:
    """Score customers, and name what they are.

    Parameters
    ----------
    values
        Days since the last order, number of orders and money, by `MEASURES`, each of shape (n_customers,).
    cuts
        Four cut points of one's own, ascending, by `MEASURES`; quintiles where there are none.

    Examples
    --------
    >>> days, orders = np.array([3.0, 40.0, 80.0, 200.0, 400.0]), np.array([9.0, 4.0, 3.0, 2.0, 1.0])
    >>> rfm = score_rfm({"recency": days, "frequency": orders, "money": orders * 20})
    >>> rfm.recency.tolist(), rfm.names[rfm.segments[0]], rfm.names[rfm.segments[4]]
    ([5, 4, 3, 2, 1], 'Champions', 'Lost')
    """
    taken = {name: tuple((cuts or {}).get(name) or quintile_cuts(values[name])) for name in MEASURES}
    recency = SCORES + 1 - score(values["recency"], taken["recency"])
    frequency, money = (score(values[name], taken[name]) for name in ("frequency", "money"))
    segments = np.full(len(recency), len(RFM_SEGMENTS), dtype=np.int32)
    for place, (recent, others) in reversed(list(enumerate(RFM_SEGMENTS.values()))):  # the first that fits is last
        fits = _within(recency, recent) & _within(frequency, others) & _within(money, others)
        segments[fits] = place
    return RFM(recency, frequency, money, segments, taken)


def _within(scores: Labels, limits: Limits) -> np.ndarray:
    least, greatest = limits
    return (least <= scores) & (scores <= greatest)


def can_score(table: FeatureTable) -> bool:
    """Whether its units are customers with orders, and some ordered twice: else loyalty cannot be scored."""
    known = table.history is not None and set(MEASURES.values()) <= set(table.names)
    return known and bool(table.column(MEASURES["frequency"]).max() > 1)


def own_cuts(texts: Mapping[RFMMeasure, str] | None) -> dict[RFMMeasure, tuple[float, ...]]:
    """Cut points of one's own, as `FeatureOptions` has them, as numbers."""
    return {name: tuple(map(float, text.split(","))) for name, text in (texts or {}).items()}


def rfm_by(table: FeatureTable, cuts: Mapping[RFMMeasure, Sequence[float]]) -> RFM:
    """Scores of customers with orders, as `score_rfm`."""
    return score_rfm({name: table.column(feature) for name, feature in MEASURES.items()}, cuts)
