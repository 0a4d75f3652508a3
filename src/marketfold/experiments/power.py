"""How small a change can be seen, and how many customers that takes: the one power calculation of design and analysis.

The normal approximation for two means or two proportions with unequal groups (Chow, Shao and Wang 2008, chapters 3 and
4). Using revenue before the campaign (CUPED) only makes the true figures smaller.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scipy import optimize, stats

from marketfold.thresholds import ALPHA, POWER

if TYPE_CHECKING:
    from marketfold.experiments.baselines import Baseline, Primary
    from marketfold.experiments.effects import Effect


def needed_z(alpha: float = ALPHA, power: float = POWER) -> float:
    """How many standard errors an effect must have, to be seen by a two-sided test with the given power.

    >>> round(needed_z(0.05, 0.8), 3)
    2.802
    """
    return float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power))


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
    >>> usual = Baseline(days=90, periods=10_000, order_rate=0.25, revenue_mean=40.0, revenue_sd=120.0)
    >>> round(detectable_lift(5_000, 5_000, usual, "order_rate"), 3)
    0.099
    """
    if min(n_treated, n_holdout) <= 0:
        return math.inf
    z = needed_z(alpha, power)
    if primary == "revenue":
        error = baseline.revenue_sd * math.sqrt(1 / n_treated + 1 / n_holdout)
        return z * error / baseline.revenue_mean if baseline.revenue_mean > 0 else math.inf
    p = baseline.order_rate
    if not 0 < p < 1:
        return math.inf

    def short_of(lift: float) -> float:
        q = p + lift
        return lift - z * math.sqrt(p * (1 - p) / n_holdout + q * (1 - q) / n_treated)

    if short_of(1 - p) < 0:
        return math.inf
    return float(optimize.brentq(short_of, 0.0, 1 - p)) / p


def more_customers(effect: Effect, n_customers: int, worth: float, alpha: float) -> int | None:
    """How many more customers, split as these are, would show an effect that is worth it in 8 of 10 campaigns.

    The effect looked for is the one observed, or `worth` where that is larger: a tiny difference would need the world.
    None where no number helps, as nothing was bought.
    """
    wanted = max(abs(effect.difference), worth)
    if wanted <= 0 or effect.error <= 0:
        return None
    times = (needed_z(alpha) * effect.error / wanted) ** 2
    return max(math.ceil(n_customers * (times - 1)), 1)
