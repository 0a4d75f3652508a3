"""When customers buy, if they differ only by degrees: gamma rates, a chance of dropping out, and the shop's calendar.

The BG/NBD of Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science 24(2), 275-284,
with the plain negative binomial (nobody drops out) as its limit. Time runs faster in the months in which the shop's
customers buy more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.schema import Float64

MOST_ORDERS = 2_000
"""No drawn customer orders more often: a rate far beyond the file's would only cost time."""
LEAST_GAIN = 2.0
"""Log likelihood that drop-out must bring beyond the plain process (Akaike's two parameters)."""
_UNLIKELY = 1e12


@dataclass(frozen=True)
class PurchaseProcess:
    """Rates are gamma with `shape` and `scale`; after each order a customer leaves with a chance drawn from a beta.

    `clock` is the shop's own time at the start of each day of the window, shape (n_days + 1,), which rises by 1 a day
    on average; `leaving` are the two parameters of the beta, None where nobody leaves.
    """

    shape: float
    scale: float
    leaving: tuple[float, float] | None
    clock: Float64

    def draw_repeats(self, first: NDArray[np.int64], rng: Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Customer and day of each order after the first, for customers who begin on days `first` of the window."""
        n = len(first)
        rate = rng.gamma(self.shape, self.scale, n)
        leave = np.zeros(n) if self.leaving is None else rng.beta(*self.leaving, n)
        now, end = self.clock[first].copy(), self.clock[-1]
        alive = np.arange(n)
        customers, days = [], []
        for _ in range(MOST_ORDERS):
            alive = alive[rng.random(len(alive)) >= leave[alive]]
            with np.errstate(divide="ignore", over="ignore"):
                now[alive] += rng.standard_exponential(len(alive)) / rate[alive]
            alive = alive[now[alive] < end]
            if not len(alive):
                break
            customers.append(alive)
            days.append(np.searchsorted(self.clock, now[alive], side="right") - 1)
        if not customers:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return np.concatenate(customers), np.concatenate(days).astype(np.int64)


def shop_clock(first: NDArray[np.int64], days: NDArray[np.int64], month_of_day: NDArray[np.int64]) -> Float64:
    """The shop's own time at the start of each day: in each month of the year it runs as fast as known customers buy.

    `first` is the day of each customer's first order, `days` those of all later orders, both counted from the start of
    the window; `month_of_day` is the month of each day of it, 1 to 12.
    """
    n_days = len(month_of_day)
    known = np.cumsum(np.bincount(first, minlength=n_days)[:n_days])
    exposure = np.bincount(month_of_day, weights=known, minlength=13)
    orders = np.bincount(month_of_day[days], minlength=13)
    # a month in which few were known says little: it is drawn to the mean of all as if ten more orders had been seen
    mean = max(orders.sum(), 1) / exposure.sum()
    pace = (orders + 10) / (exposure + 10 / mean) / mean
    steps = pace[month_of_day]
    return np.concatenate([[0.0], np.cumsum(steps / steps.mean())])


def _minus_log_likelihood(logs: Float64, x: Float64, last: Float64, length: Float64) -> float:
    r, alpha = np.exp(logs[:2])
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = -(r + x) * np.log(alpha + length)
    if len(logs) == 2:
        return -float((common + stayed).sum())
    a, b = np.exp(logs[2:])
    stayed = stayed + betaln(a, b + x) - betaln(a, b)
    left = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b), -np.inf)
    left = left - (r + x) * np.log(alpha + last)
    return -float((common + np.logaddexp(stayed, left)).sum())


def fit_process(x: Float64, last: Float64, length: Float64, clock: Float64) -> PurchaseProcess:
    """The process that makes the observed repeats likeliest.

    `x` are repeats, `last` the shop's time from the first order to the last, `length` to the end, each of shape
    (n_customers,).
    """
    if not x.any():
        return PurchaseProcess(1.0, 0.0, None, clock)
    unit = float(length.mean())
    last, length = last / unit, np.maximum(length / unit, 1e-9)

    def fitted(start: list[float]) -> tuple[float, Float64]:
        def cost(logs: Float64) -> float:
            value = _minus_log_likelihood(np.clip(logs, -9, 9), x, last, length)
            return value if np.isfinite(value) else _UNLIKELY

        found = minimize(cost, start, method="Nelder-Mead", options={"maxiter": 600, "xatol": 0.01, "fatol": 0.05})
        return float(found.fun), np.exp(np.clip(found.x, -9, 9))

    plain, (r, alpha) = fitted([0.0, -float(np.log(max(x.mean(), 1e-3)))])
    dropping, (r2, alpha2, a, b) = fitted([float(np.log(r)), float(np.log(alpha)), -1.0, 1.0])
    if dropping < plain - LEAST_GAIN:
        return PurchaseProcess(float(r2), 1 / float(alpha2) / unit, (float(a), float(b)), clock)
    return PurchaseProcess(float(r), 1 / float(alpha) / unit, None, clock)
