"""The difference between those reached and those held out, with intervals that agree with the verdict.

Arms drawn anew say what chance alone does (see `permutation`); CUPED, the regression on revenue before the campaign
(Deng, Xu, Kohavi and Walker 2013), narrows the intervals; the delta method serves the basket, which is a ratio of sums.
Welch's t for two means of unequal variance (Welch 1947) compares the arms before the campaign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import scipy

from marketfold.experiments.permutation import chance, critical, difference
from marketfold.thresholds import ALPHA

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from marketfold.experiments.permutation import Arms, Difference, Sums
    from marketfold.schema import Float64

FEWEST = 2
"""Customers in an arm below which there is no variance."""

N_DRAWS = 3_999
"""A p-value at 0.05 is then right to 0.007, and 2.5 % of the draws and the arms themselves are a whole 100."""


@dataclass(frozen=True)
class Raw:
    """A difference as it was observed, not adjusted by what had been brought before, with its interval."""

    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """One measure of one segment, `treated` and `holdout` being the means of the arms as observed.

    Attributes
    ----------
    difference, error
        Treated less holdout, adjusted by what they had brought before where that is known, and its standard error.
    low, high
        Interval of the difference: it leaves zero out where the p-value is at most one less its coverage.
    p_value
        Two-sided, of no difference.
    raw
        The same difference without the adjustment.
    variance_kept
        Share of the variance that is left after the adjustment, 0 to 1.
    """

    treated: float
    holdout: float
    difference: float
    error: float
    low: float
    high: float
    p_value: float
    raw: Raw | None = None
    variance_kept: float = 1.0


def interval(found: Difference, drawn: Difference, alpha: float) -> tuple[float, float]:
    """All differences that are not rejected, by the draws of the arms (as Hall 1992 does it with the bootstrap)."""
    low, high = critical(drawn, alpha)
    return float(found.size - high * found.error), float(found.size - low * found.error)


def effect_of(found: Arms, drawn: Arms, mean: float, alpha: float = ALPHA) -> Effect:
    """The effect on a mean, from what is added up over the arms, about the `mean` of all, as they are and were drawn.

    >>> import numpy as np
    >>> from marketfold.experiments.permutation import ArmDraws
    >>> y, nothing = np.array([3.0, 4.0, 5.0, 1.0, 2.0, 3.0]), np.zeros(6)
    >>> ((found, drawn),) = ArmDraws(np.array([False] * 3 + [True] * 3), 99, seed=0).arms(y, x=nothing)
    >>> effect = effect_of(found, drawn, y.mean())
    >>> effect.treated, effect.holdout, effect.difference
    (4.0, 2.0, 2.0)
    """
    size, by_chance = difference(*found), difference(*drawn)
    raw, raw_by_chance = (difference(*(arm.by_itself for arm in arms)) for arms in (found, drawn))
    low, high = interval(size, by_chance, alpha)
    return Effect(
        treated=float(found[0].mean + mean),
        holdout=float(found[1].mean + mean),
        difference=float(size.size),
        error=float(size.error),
        low=low,
        high=high,
        p_value=chance(size, by_chance),
        raw=Raw(float(raw.size), *interval(raw, raw_by_chance, alpha)),
        variance_kept=float(size.variance_kept),
    )


def welch(treated: Sums, holdout: Sums, alpha: float = ALPHA) -> Effect:
    """Welch's t-test of two means, from what is added up over the arms; without any spread a difference is certain.

    >>> import numpy as np
    >>> from marketfold.experiments.permutation import Sums
    >>> arms = Sums.of(np.array([3.0, 4.0, 5.0])), Sums.of(np.array([1.0, 2.0, 3.0]))
    >>> round(welch(*arms).p_value, 4)
    0.0705
    """
    means, own = (float(treated.mean), float(holdout.mean)), difference(treated.by_itself, holdout.by_itself)
    size, error = float(own.size), float(own.error)
    if error == 0:
        return Effect(*means, size, 0.0, size, size, 1.0 if size == 0 else 0.0)
    parts = [float(arm.variance / arm.n) for arm in (treated, holdout)]
    freedom = error**4 / sum(part**2 / float(arm.n - 1) for part, arm in zip(parts, (treated, holdout), strict=True))
    half = float(scipy.stats.t.ppf(1 - alpha / 2, freedom)) * error
    return Effect(
        *means, size, error, size - half, size + half, float(2 * scipy.stats.t.sf(abs(size) / error, freedom))
    )


def _ratio(revenue: Float64, orders: Float64) -> tuple[float, float]:
    """Revenue per order, and its variance by the delta method with customers as units."""
    ratio = float(revenue.sum() / orders.sum())
    residual = revenue - ratio * orders
    return ratio, float(residual.var(ddof=1)) / (len(orders) * float(orders.mean()) ** 2)


def basket_effect(
    revenue: Float64, orders: Float64, held_out: NDArray[np.bool_], *, alpha: float = ALPHA
) -> Effect | None:
    """Effect on the worth of an order; None where an arm has hardly ordered.

    It compares those who ordered, and the campaign may have changed who they are: it describes and does not prove.
    """
    arms = (~held_out, held_out)
    if min(int((orders[arm] > 0).sum()) for arm in arms) < FEWEST:
        return None
    (treated, first), (holdout, second) = (_ratio(revenue[arm], orders[arm]) for arm in arms)
    error = math.sqrt(first + second)
    half = float(scipy.stats.norm.ppf(1 - alpha / 2)) * error
    size = treated - holdout
    p_value = float(2 * scipy.stats.norm.sf(abs(size) / error)) if error else 1.0
    return Effect(treated, holdout, size, error, size - half, size + half, p_value)
