"""When customers buy, if they differ only by degrees: gamma rates, a chance of dropping out, and the shop's calendar.

Whichever of three processes is likeliest: the plain negative binomial, in which nobody drops out; the BG/NBD of Fader,
Hardie and Lee (2005), "Counting your customers the easy way", Marketing Science 24(2), 275-284, in which some do, but
not before the second order; and the MBG/NBD of Batislam, Denizel and Filiztekin (2007), "Empirical validation and
comparison of models for customer base analysis", International Journal of Research in Marketing 24(3), 201-209, in
which some do after the first. Time runs faster in the months in which the shop's customers buy more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from marketfold.features import BuyingModel

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from marketfold.schema import Float64

MOST_ORDERS = 2_000
"""No drawn customer orders more often: a rate far beyond the file's would only cost time."""
LEAST_GAIN = 2.0
"""Log likelihood that drop-out must bring beyond the plain process (Akaike's two parameters)."""


@dataclass(frozen=True)
class PurchaseProcess:
    """Rates are gamma with `shape` and `scale`; after an order a customer leaves with a chance drawn from a beta.

    `clock` is the shop's own time at the start of each day of the window, shape (n_days + 1,), which rises by 1 a day
    on average; `leaving` are the two parameters of the beta, None where nobody leaves; `at_once` says whether
    somebody may leave after the first order.
    """

    shape: float
    scale: float
    leaving: tuple[float, float] | None
    clock: Float64
    at_once: bool = False

    def draw_repeats(self, first: NDArray[np.int64], rng: Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Customer and day of each order after the first, for customers who begin on days `first` of the window."""
        n = len(first)
        rate = rng.gamma(self.shape, self.scale, n)
        leave = np.zeros(n) if self.leaving is None else rng.beta(*self.leaving, n)
        now, end = self.clock[first].copy(), self.clock[-1]
        stay = (rng.random(n) >= leave) | (not self.at_once)
        alive = np.flatnonzero(stay)
        customers, days = [], []
        for _ in range(MOST_ORDERS):
            with np.errstate(divide="ignore", over="ignore"):
                now[alive] += rng.standard_exponential(len(alive)) / rate[alive]
            alive = alive[now[alive] < end]
            if not len(alive):
                break
            customers.append(alive)
            days.append(np.searchsorted(self.clock, now[alive], side="right") - 1)
            alive = alive[rng.random(len(alive)) >= leave[alive]]
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


def _plain_loss(logs: Float64, x: Float64, length: Float64) -> float:
    """Minus the log likelihood where nobody leaves, at the logs of shape and 1 / scale."""
    r, alpha = np.exp(np.clip(logs, -9, 9))
    likely = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + length)
    return -float(likely.sum())


def _at_once_loss(logs: Float64, x: Float64, last: Float64, length: Float64) -> float:
    """Minus the log likelihood where some leave after the first order, at the logs of shape, 1 / scale and the beta."""
    r, alpha, a, b = np.exp(np.clip(logs, -9, 9))
    stayed = betaln(a, b + x + 1) - (r + x) * np.log(alpha + length)
    left = betaln(a + 1, b + x) - (r + x) * np.log(alpha + last)
    likely = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(stayed, left) - betaln(a, b)
    return -float(likely.sum())


def fit_process(x: Float64, last: Float64, length: Float64, clock: Float64) -> PurchaseProcess:
    """The process that makes the observed repeats likeliest.

    `x` are repeats, `last` the shop's time from the first order to the last, `length` to the end, each of shape
    (n_customers,).
    """
    if not x.any():
        return PurchaseProcess(1.0, 0.0, None, clock)
    unit = float(length.mean())
    last, length = last / unit, np.maximum(length / unit, 1e-9)
    start = [0.0, -float(np.log(max(x.mean(), 1e-3)))]
    plain = minimize(_plain_loss, start, args=(x, length), method="Nelder-Mead")
    later = BuyingModel.fit(x, last, length)
    among = np.log([later.r, later.alpha, later.a, later.b])
    starts = (among, [*plain.x, -1.0, 1.0])
    fitted = [minimize(_at_once_loss, one, args=(x, last, length), method="L-BFGS-B") for one in starts]
    soon = min(fitted, key=lambda one: float(one.fun))
    likely = {
        "plain": -float(plain.fun),
        "later": later.log_likelihood(x, last, length) - LEAST_GAIN,
        "soon": -float(soon.fun) - LEAST_GAIN,
    }
    best = max(likely, key=lambda kind: likely[kind])
    logs = {"plain": plain.x, "later": among, "soon": soon.x}[best]
    r, alpha, *leaving = np.exp(np.clip(logs, -9, 9)).tolist()
    beta = (leaving[0], leaving[1]) if leaving else None
    return PurchaseProcess(r, 1 / alpha / unit, beta, clock, at_once=best == "soon")
