"""The difference between those reached and those held out, with intervals.

Welch's t for two means of unequal variance (Welch 1947); the bootstrap's percentile interval (Efron 1979) beside it,
as revenue is skewed; CUPED, the regression on revenue before the campaign (Deng, Xu, Kohavi and Walker 2013), to make
both narrower; the delta method for the basket, which is a ratio of sums.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from marketfold.thresholds import ALPHA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float64

DRAWS_AT_ONCE = 4_000_000
"""Of the bootstrap, some 20 bytes each: so memory does not grow with the resamples."""

FEWEST = 2
"""Customers in an arm below which there is no variance."""


@dataclass(frozen=True)
class Effect:
    """One measure of one segment, `treated` and `holdout` being the means of the arms as observed.

    Attributes
    ----------
    difference, error
        Treated less holdout, adjusted by what they had brought before where that is known, and its standard error.
    low, high
        Welch's interval of the difference.
    boot_low, boot_high
        The bootstrap's; NaN where none was drawn.
    p_value
        Two-sided, of no difference.
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
    boot_low: float = math.nan
    boot_high: float = math.nan
    variance_kept: float = 1.0


def cuped(y: Float64, x: Float64 | None, held_out: NDArray[np.bool_]) -> tuple[Float64, float]:
    """Take out of `y` what `x` foretells, and say which share of the variance is left; both of shape (n_customers,).

    The slope is that within the arms, so that an effect of the campaign does not leak into it.

    >>> y = np.array([1.0, 2.0, 3.0, 4.0])
    >>> adjusted, kept = cuped(y, y * 10, np.array([True, True, False, False]))
    >>> adjusted.round(9).tolist(), round(kept, 9)
    ([2.5, 2.5, 2.5, 2.5], 0.0)
    """
    if x is None:
        return y, 1.0
    centred_x, centred_y = x.astype(np.float64).copy(), y.astype(np.float64).copy()
    for arm in (held_out, ~held_out):
        if arm.any():
            centred_x[arm] -= centred_x[arm].mean()
            centred_y[arm] -= centred_y[arm].mean()
    spread, before = float(centred_x @ centred_x), float(centred_y @ centred_y)
    if spread <= 0 or before <= 0:
        return y, 1.0
    slope = float(centred_x @ centred_y) / spread
    left = centred_y - slope * centred_x
    return y - slope * (x - x.mean()), float(left @ left) / before


def welch(treated: Float64, holdout: Float64, alpha: float = ALPHA) -> Effect:
    """Welch's t-test of two means; a difference without any spread is taken for certain."""
    means = float(treated.mean()), float(holdout.mean())
    difference = float(treated.mean() - holdout.mean())
    error = math.sqrt(float(treated.var(ddof=1)) / len(treated) + float(holdout.var(ddof=1)) / len(holdout))
    if error == 0:
        return Effect(*means, difference, 0.0, difference, difference, 1.0 if difference == 0 else 0.0)
    with warnings.catch_warnings():  # an arm in which everybody is alike loses no precision: its mean is exact
        warnings.filterwarnings("ignore", "Precision loss occurred", RuntimeWarning)
        test = stats.ttest_ind(treated, holdout, equal_var=False)
    interval = test.confidence_interval(1 - alpha)
    return Effect(*means, difference, error, float(interval.low), float(interval.high), float(test.pvalue))


def bootstrap_interval(
    treated: Float64, holdout: Float64, *, n_resamples: int, alpha: float, seed: int
) -> tuple[float, float]:
    """Percentile interval of the difference of means, each arm resampled by itself; NaN without resamples."""
    if n_resamples < 1:
        return math.nan, math.nan
    interval = stats.bootstrap(
        (treated, holdout),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        n_resamples=n_resamples,
        batch=max(1, DRAWS_AT_ONCE // (len(treated) + len(holdout))),
        vectorized=True,
        confidence_level=1 - alpha,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def mean_effect(
    y: Float64,
    held_out: NDArray[np.bool_],
    x: Float64 | None = None,
    *,
    alpha: float = ALPHA,
    n_resamples: int = 0,
    seed: int = 0,
) -> Effect | None:
    """Effect on a mean per customer, `x` from before the campaign narrowing it; None where an arm has too few of them.

    >>> y = np.array([3.0, 4.0, 5.0, 1.0, 2.0, 3.0])
    >>> mean_effect(y, np.array([False] * 3 + [True] * 3)).difference
    2.0
    """
    if min(held_out.sum(), (~held_out).sum()) < FEWEST:
        return None
    adjusted, kept = cuped(y, x, held_out)
    treated, holdout = adjusted[~held_out], adjusted[held_out]
    low, high = bootstrap_interval(treated, holdout, n_resamples=n_resamples, alpha=alpha, seed=seed)
    means = {"treated": float(y[~held_out].mean()), "holdout": float(y[held_out].mean())}
    return replace(welch(treated, holdout, alpha), **means, boot_low=low, boot_high=high, variance_kept=kept)


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
    half = float(stats.norm.ppf(1 - alpha / 2)) * error
    difference = treated - holdout
    p_value = float(2 * stats.norm.sf(abs(difference) / error)) if error else 1.0
    return Effect(treated, holdout, difference, error, difference - half, difference + half, p_value)
