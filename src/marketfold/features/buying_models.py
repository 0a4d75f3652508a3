"""Two models of buying, by maximum likelihood: when customers order until they stop, and what an order brings.

Sources: Fader, Hardie and Lee 2005, "Counting your customers the easy way: an alternative to the Pareto/NBD model",
Marketing Science 24 (BG/NBD); Fader and Hardie 2013, "The gamma-gamma model of monetary value" (a note to Fader, Hardie
and Lee 2005, "RFM and CLV", Journal of Marketing Research 42).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from marketfold.schema import Float64

    Places = NDArray[np.intp]

SMALLEST, LARGEST = 1e-4, 1e3
"""Bounds of a parameter, in units of the mean where it has a unit: beyond them the models no longer change."""
LARGEST_BETA = 30.0
"""Of the two parameters of stopping: a beta distribution so narrow is nearly a point, and beyond it sums overflow."""
COMPARED_ROWS = 20_000
"""Starts are compared on this many rows at most; only the best is carried on with all of them."""
_NEVER = 1e-7  # the closed form of expected orders has gaps at a = 1 and at a + b = 1, which it crosses smoothly


@dataclass(frozen=True)
class BuyingModel:
    """BG/NBD: customers order at a rate of their own, and after each order some stop.

    Rates are gamma distributed (shape `r`, scale 1 / `alpha`), the chance of stopping after an order beta (`a`, `b`).
    Of each customer it sees `repeats` (days with an order after the first), `last` (time from the first order to the
    last) and `known` (time from the first order to now), float64 of shape (n_customers,), all times in the unit of
    `alpha`.

    Examples
    --------
    >>> model = BuyingModel(r=0.2426, alpha=4.4135, a=0.7929, b=2.4258)
    >>> one = np.array([2.0]), np.array([30.43]), np.array([38.86])
    >>> round(float(model.expected_orders(39, *one)[0]), 3)
    1.226
    """

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, repeats: Float64, last: Float64, known: Float64, counts: Float64 | None = None) -> Self:
        """The most likely parameters; `counts` are how many customers each row stands for.

        Raises
        ------
        ParameterError
            If there is no customer, or none who ordered again.
        """
        counts = np.ones(len(repeats)) if counts is None else counts
        if not repeats.any() or not counts.any():
            raise ParameterError("The buying model needs customers who ordered again, and there are none.")
        unit = float(np.average(known, weights=counts)) or 1.0
        values, of = np.unique(repeats, return_inverse=True)
        rows = of, last / unit, known / unit, counts
        rate = float(np.average(repeats, weights=counts))
        starts = [np.log([r, r / rate, a, b]) for r, a, b in ((0.25, 0.8, 2.5), (1.0, 1.0, 5.0), (5.0, 0.1, 1.0))]
        limits = np.log([(SMALLEST, LARGEST)] * 2 + [(SMALLEST, LARGEST_BETA)] * 2)
        r, alpha, a, b = np.exp(_most_likely(partial(_buying_loss, values), rows, starts, limits)).tolist()
        return cls(r, alpha * unit, a, b)

    def log_likelihood(self, repeats: Float64, last: Float64, known: Float64, counts: Float64 | None = None) -> float:
        """Of customers under these parameters."""
        counts = np.ones(len(repeats)) if counts is None else counts
        values, of = np.unique(repeats, return_inverse=True)
        place = np.log([self.r, self.alpha, self.a, self.b])
        return -float(_buying_loss(values, place, of, last, known, counts)[0] * counts.sum())

    def alive(self, repeats: Float64, last: Float64, known: Float64) -> Float64:
        """Chance of being still a customer, 0 to 1; 1 without a repeat: nobody stops before the second order here."""
        from scipy.special import expit  # noqa: PLC0415

        gone = _log_odds_of_gone((self.r, self.alpha, self.a, self.b), repeats, last, known)
        there: Float64 = expit(-gone)
        return there

    def expected_orders(self, ahead: float, repeats: Float64, last: Float64, known: Float64) -> Float64:
        """Days with an order in the time `ahead`, shape (n_customers,).

        Equation 10 of the source after Euler's transformation, in which no parameter of the hypergeometric function
        but the last grows with the orders.
        """
        from scipy.special import hyp2f1  # noqa: PLC0415

        a = self.a if abs(self.a - 1) > _NEVER else 1 + _NEVER
        stays = (self.alpha + known) / (self.alpha + known + ahead)
        top = a + self.b + repeats - 1
        top = np.where(np.abs(top) > _NEVER, top, _NEVER)
        hyper = hyp2f1(a - 1, a + self.b - 1 - self.r, top, 1 - stays)
        if_alive = top / (a - 1) * (1 - stays ** (a - 1) * hyper)
        return if_alive * self.alive(repeats, last, known)

    def ordering(self, ahead: float, repeats: Float64, last: Float64, known: Float64) -> Float64:
        """Chance of a day with an order in the time `ahead`, 0 to 1, shape (n_customers,).

        The rate of who is still there is gamma distributed with shape `r` + repeats and scale 1 / (`alpha` + known)
        (appendix of the source), and the first order comes before anybody stops.
        """
        silent = ((self.alpha + known) / (self.alpha + known + ahead)) ** (self.r + repeats)
        return self.alive(repeats, last, known) * (1 - silent)


def _log_odds_of_gone(
    parameters: Sequence[float] | Float64, repeats: Float64, last: Float64, known: Float64
) -> Float64:
    """Log of the likelihood of having stopped after the last order against that of being there; -inf without repeat."""
    r, alpha, a, b = parameters
    again = repeats > 0
    odds = np.full(len(repeats), -np.inf)
    since = np.log(alpha + known[again]) - np.log(alpha + last[again])
    odds[again] = np.log(a) - np.log(b + repeats[again] - 1) + (r + repeats[again]) * since
    return odds


def _buying_loss(
    orders: Float64, place: Float64, of: Places, last: Float64, known: Float64, counts: Float64
) -> tuple[float, Float64]:
    """Mean negative log likelihood and its gradient, at the logs of the parameters (equation 6 of the source).

    `orders` are the few different numbers of repeats, of which special functions are asked once, and `of` says which of
    them is each row's.
    """
    from scipy.special import betaln, digamma, expit, gammaln  # noqa: PLC0415

    r, alpha, a, b = parameters = np.exp(place)
    repeats, shape, weights = orders[of], r + orders, counts / counts.sum()
    log_known = np.log(alpha + known)
    gone = _log_odds_of_gone(parameters, repeats, last, known)
    fixed = gammaln(shape) - gammaln(r) + r * np.log(alpha) + betaln(a, b + orders) - betaln(a, b)
    likely = fixed[of] - shape[of] * log_known + np.logaddexp(0.0, gone)

    share = expit(gone)  # of the likelihood, what comes from having stopped
    since = log_known - np.log(alpha + last)
    by_r = (digamma(shape) - digamma(r) + np.log(alpha))[of] - log_known + share * since
    by_alpha = r / alpha - shape[of] * ((1 - share) / (alpha + known) + share / (alpha + last))
    common = digamma(a + b) - digamma(a + b + orders)
    by_a = common[of] + share / a
    by_b = (common + digamma(b + orders) - digamma(b))[of]
    again = repeats > 0
    by_b[again] -= share[again] / (b + repeats[again] - 1)
    # not as products of matrices: those wake threads that cost more than they bring
    slopes = np.array([(slope * weights).sum() for slope in (by_r, by_alpha, by_a, by_b)])
    return -float((likely * weights).sum()), -slopes * parameters


@dataclass(frozen=True)
class SpendModel:
    """Gamma-gamma: what an order brings varies around a mean of the customer's own, and does not go with how often.

    Orders are gamma distributed with shape `p` and a rate that is itself gamma (`q`, `gamma`) over customers. Of each
    customer it sees `orders`, how many there were, and their `mean`, float64 of shape (n_customers,).

    Examples
    --------
    >>> model = SpendModel(p=6.25, q=3.74, gamma=15.44)
    >>> round(float(model.expected_mean(np.array([0.0]), np.array([0.0]))[0]), 2)
    35.22
    """

    p: float
    q: float
    gamma: float

    @classmethod
    def fit(cls, orders: Float64, mean: Float64) -> Self:
        """The most likely parameters, from customers with one order or more and a mean above zero.

        Raises
        ------
        ParameterError
            If there is no such customer.
        """
        seen = (orders > 0) & (mean > 0)
        if not seen.any():
            raise ParameterError("The model of spending needs orders that brought something, and there are none.")
        unit = float(mean[seen].mean())
        starts = [np.log(start) for start in ((6.0, 4.0, 0.5), (1.0, 2.0, 1.0), (20.0, 10.0, 0.5))]
        limits = np.log([(SMALLEST, LARGEST), (1 + SMALLEST, LARGEST), (SMALLEST, LARGEST)])
        values, of = np.unique(orders[seen], return_inverse=True)
        rows = of, mean[seen] / unit
        p, q, gamma = np.exp(_most_likely(partial(_spend_loss, values), rows, starts, limits)).tolist()
        return cls(p, q, gamma * unit)

    def expected_mean(self, orders: Float64, mean: Float64) -> Float64:
        """Mean value of a customer's orders, between that of his own so far and that of everybody."""
        own = self.p * orders
        return self.p * (self.gamma + mean * orders) / (own + self.q - 1)


def _spend_loss(values: Float64, place: Float64, of: Places, mean: Float64) -> tuple[float, Float64]:
    """Mean negative log likelihood and its gradient, at the logs of the parameters (equation 1a of the source)."""
    from scipy.special import digamma, gammaln  # noqa: PLC0415

    p, q, gamma = parameters = np.exp(place)
    orders, shape = values[of], p * values
    total = gamma + mean * orders
    log_total, log_sum = np.log(total), np.log(mean) + np.log(orders)
    fixed = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
    likely = fixed[of] + shape[of] * log_sum - np.log(mean) - (shape + q)[of] * log_total
    by_p = orders * ((digamma(shape + q) - digamma(shape))[of] + log_sum - log_total)
    by_q = (digamma(shape + q) - digamma(q))[of] + np.log(gamma) - log_total
    by_gamma = q / gamma - (shape + q)[of] / total
    return -float(likely.mean()), -np.array([by_p.mean(), by_q.mean(), by_gamma.mean()]) * parameters


def _most_likely(
    loss: Callable[..., tuple[float, Float64]],
    rows: tuple[NDArray[Any], ...],
    starts: Sequence[Float64],
    limits: Float64,
) -> Float64:
    """Where a loss of rows is least, from the best of several starts."""
    from scipy.optimize import Bounds, minimize  # noqa: PLC0415

    def descend(start: Float64, among: tuple[NDArray[Any], ...]) -> tuple[float, Float64]:
        end = minimize(
            loss, start, args=among, jac=True, method="L-BFGS-B", bounds=Bounds(*limits.T),
            options={"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500},
        )  # fmt: skip
        return float(end.fun), end.x

    step = max(1, len(rows[0]) // COMPARED_ROWS)
    few = tuple(column[::step] for column in rows)
    _, best = min((descend(start, few) for start in starts), key=lambda found: found[0])
    return best if step == 1 else descend(best, rows)[1]
