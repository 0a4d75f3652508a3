"""How small a change so many customers show: one calculation serves design and analysis.

Shares of customers are reckoned by the normal approximation for two proportions with unequal groups (Chow, Shao and
Wang 2008, chapter 4). Revenue is simulated: it is skewed, a campaign that lifts it lifts its spread as well, and both
arms' means go with their own standard errors, which the normal approximation leaves out (it promises 80 % where 67 to
79 % come). Using revenue before the campaign (CUPED) only makes the true figures smaller.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import scipy

from marketfold.thresholds import ALPHA, POWER

if TYPE_CHECKING:
    from marketfold.experiments.effects import Effect
    from marketfold.experiments.outcomes import Baseline, Primary
    from marketfold.schema import Float64

LEAST_EXPECTED = 5
"""Customers who order, as they are expected in the smaller arm, below which no verdict is given: with fewer of them an
effect worth having is ruled out falsely more often than 2.5 % of the time (simulated; see `bench.campaigns`)."""

CAMPAIGNS = 10_000
"""Simulated; so the lift that 8 of 10 show is found to about 1 %."""
PAIRINGS = 4
"""Each simulated arm meets so many of the others: what is rare by chance is then known better at no cost."""
AMOUNTS = 32
"""Different amounts in a simulated arm."""
LARGEST_LIFT = 100.0


def needed_z(alpha: float = ALPHA, power: float = POWER) -> float:
    """How many standard errors an effect must have, to be seen by a two-sided test with the given power.

    >>> round(needed_z(0.05, 0.8), 3)
    2.802
    """
    return float(scipy.stats.norm.ppf(1 - alpha / 2) + scipy.stats.norm.ppf(power))


def t_power(standard_errors: float, freedom: float, alpha: float = ALPHA) -> float:
    """Power of a two-sided t-test for an effect of so many standard errors (the noncentral t distribution).

    >>> round(t_power(1.0 / math.sqrt(2 / 30), 58), 5)
    0.96771
    """
    limit = float(scipy.stats.t.ppf(1 - alpha / 2, freedom))
    return float(
        scipy.stats.nct.sf(limit, freedom, standard_errors) + scipy.stats.nct.cdf(-limit, freedom, standard_errors)
    )


def detectable_lift(
    n_treated: float,
    n_holdout: float,
    baseline: Baseline,
    primary: Primary,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float:
    """Smallest relative lift that a two-sided test sees with the given power; infinite where none can be seen.

    >>> from marketfold.experiments import Baseline
    >>> usual = Baseline(90, 10_000, order_rate=0.25, revenue_mean=40.0, revenue_sd=120.0, revenue_skew=6.0)
    >>> round(detectable_lift(5_000, 5_000, usual, "order_rate"), 3)
    0.099
    """
    if min(n_treated, n_holdout) <= 1:
        return math.inf
    if primary == "revenue":
        return _revenue_lift(round(n_treated), round(n_holdout), baseline, alpha, power)
    p, z = baseline.order_rate, needed_z(alpha, power)
    if not 0 < p < 1:
        return math.inf

    def short_of(lift: float) -> float:
        q = p + lift
        return lift - z * math.sqrt(p * (1 - p) / n_holdout + q * (1 - q) / n_treated)

    if short_of(1 - p) < 0:
        return math.inf
    return float(scipy.optimize.brentq(short_of, 0.0, 1 - p)) / p


@lru_cache(maxsize=512)  # a size that somebody tries is tried again
def _revenue_lift(n_treated: int, n_holdout: int, baseline: Baseline, alpha: float, power: float) -> float:
    """The lift at which so many simulated campaigns are beyond what chance alone does in as many without one."""
    if baseline.revenue_mean <= 0 or baseline.revenue_sd <= 0 or baseline.order_rate <= 0:
        return math.inf
    reached, held_out = _arms(baseline, n_treated, seed=0), _arms(baseline, n_holdout, seed=1)
    mean, variance = (np.tile(part, PAIRINGS) for part in reached)
    usual, spread = (np.concatenate([np.roll(part, shift) for shift in range(PAIRINGS)]) for part in held_out)

    def t(lift: float) -> Float64:
        error = np.sqrt((1 + lift) ** 2 * variance / n_treated + spread / n_holdout)
        size = (1 + lift) * mean - usual
        return np.asarray(np.divide(size, error, out=np.zeros_like(size), where=error > 0), dtype=np.float64)

    limit = np.quantile(t(0.0), 1 - alpha / 2)

    def short_of(lift: float) -> float:
        return float((t(lift) > limit).mean()) - power

    if short_of(LARGEST_LIFT) < 0:
        return math.inf
    return float(scipy.optimize.brentq(short_of, 0.0, LARGEST_LIFT, xtol=1e-4))


@lru_cache(maxsize=64)  # the size of a holdout is sought from the same ends for each number of segments
def _arms(baseline: Baseline, n: int, seed: int) -> tuple[Float64, Float64]:
    """Mean and variance of revenue in simulated arms of n customers, each of shape (CAMPAIGNS,)."""
    amounts, chances = _amounts(baseline)
    counts = np.random.default_rng(seed).multinomial(n, chances, size=CAMPAIGNS)
    mean = counts @ amounts / n
    return mean, np.maximum(counts @ amounts**2 / n - mean**2, 0.0) * n / (n - 1)


@lru_cache(maxsize=64)
def _amounts(baseline: Baseline) -> tuple[Float64, Float64]:
    """What a customer brings in a period, and how often: nothing, or an amount.

    Amounts are log-normal, shifted and scaled so that mean, spread and skew of revenue are those of the segment.
    """
    rate = baseline.order_rate
    first, second, third = (power / rate for power in baseline.powers.values())  # of those who order
    variance = second - first**2
    if variance <= 1e-12 * first**2:
        return np.array([0.0, first]), np.array([1 - rate, rate])
    skew = (third - 3 * first * second + 2 * first**3) / variance**1.5
    sigma = math.sqrt(math.log(_growth(abs(skew))))
    edges = np.concatenate([[-np.inf], np.linspace(-2.5, 4.5, AMOUNTS - 1), [np.inf]])
    chances = np.diff(scipy.stats.norm.cdf(edges))
    shape = np.diff(scipy.stats.norm.cdf(edges - sigma)) / chances  # mean of each part of a log-normal of mean 1
    shape -= chances @ shape
    shape *= math.copysign(math.sqrt(variance / (chances @ shape**2)), skew)
    return np.concatenate([[0.0], first + shape]), np.concatenate([[1 - rate], rate * chances])


def _growth(skew: float) -> float:
    """exp(sigma^2) of the log-normal with this skew, (w + 2) sqrt(w - 1) = skew; nearly normal where there is none."""
    least = max(skew, 1e-3)
    return float(scipy.optimize.brentq(lambda w: (w + 2) * math.sqrt(w - 1) - least, 1.0, 2.0 + least))


def more_customers(effect: Effect, n_customers: int, sought: float, alpha: float) -> int | None:
    """How many more customers, split as these are, would show a difference that is sought in 8 of 10 campaigns.

    It never follows the difference observed, which promises most where chance was kindest (Hoenig and Heisey 2001).
    Spread is taken as it is, so this is the least that it takes. None where no number helps, as nothing was bought.
    """
    if sought <= 0 or effect.error <= 0:
        return None

    def short_of(times: float) -> float:
        return t_power(sought / effect.error * math.sqrt(times), max(n_customers * times - 2, 1), alpha) - POWER

    if short_of(1.0) >= 0:
        return 0
    most = 2.0
    while short_of(most) < 0:
        most *= 2
    return max(math.ceil(n_customers * (float(scipy.optimize.brentq(short_of, 1.0, most)) - 1)), 1)
