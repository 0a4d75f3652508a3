"""From a difference and its interval to a verdict in words, and to how many more customers would tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from scipy import stats

from marketfold.words import measured

if TYPE_CHECKING:
    from marketfold.campaigns import Primary
    from marketfold.measure.effects import Effect

Verdict = Literal["worked", "did not", "cannot tell yet"]

POWER = 0.8


def more_customers(effect: Effect, n_customers: int, worth: float, alpha: float) -> int | None:
    """How many more customers, split as these are, would show an effect that is worth it in 8 of 10 campaigns.

    The effect looked for is the one observed, or `worth` where that is larger: a tiny difference would need the world.

    Parameters
    ----------
    effect
        As measured.
    n_customers
        In both arms.
    worth
        Smallest difference worth having, in the unit of the effect.
    alpha
        Of the test, its part where several segments are tested.

    Returns
    -------
    int or None
        None where no number helps, as nothing was bought.
    """
    wanted = max(abs(effect.difference), worth)
    if wanted <= 0 or effect.error <= 0:
        return None
    z = float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(POWER))
    times = (z * effect.error / wanted) ** 2
    return max(math.ceil(n_customers * (times - 1)), 1)


def decide(effect: Effect, p_adjusted: float, *, worth: float, alpha: float) -> Verdict:
    """Say whether a campaign worked.

    It worked where the difference is above zero after correction for many segments. It did not where it is below zero
    after correction, or where even the upper end of the interval is not worth having. Otherwise nobody can tell yet.

    Parameters
    ----------
    effect
        As measured.
    p_adjusted
        Of no difference, corrected.
    worth
        Smallest difference worth having, in the unit of the effect.
    alpha
        Accepted rate of false alarms.
    """
    if p_adjusted <= alpha:
        return "worked" if effect.difference > 0 else "did not"
    return "did not" if effect.high < worth else "cannot tell yet"


def _number(value: float, primary: Primary) -> str:
    if primary == "order_rate":
        return f"{value * 100:+.1f}"
    sign = "+" if value >= 0 else "-"
    return f"{sign}{measured(abs(value), 'money')}"


def _unit(value: float, primary: Primary) -> str:
    return _number(value, primary) + (" percentage points" if primary == "order_rate" else "")


def say(effect: Effect, verdict: Verdict, primary: Primary, more: int | None, *, worth: float, alpha: float) -> str:
    """Say the verdict with its numbers.

    Parameters
    ----------
    effect, verdict
        What was found.
    primary
        What it was judged by.
    more
        Customers more that would tell, from `more_customers`.
    worth
        Smallest difference worth having, in the unit of the effect.
    alpha
        One less the coverage of the interval.
    """
    what = "Share who ordered" if primary == "order_rate" else "Revenue per customer"
    measure: Literal["share", "money"] = "share" if primary == "order_rate" else "money"
    arms = f"{measured(effect.treated, measure)} reached, {measured(effect.holdout, measure)} held out"
    coverage = measured(1 - alpha, "share")
    interval = f"{_number(effect.low, primary)} to {_unit(effect.high, primary)}"
    adjusted = ", adjusted for what they had brought before," if effect.variance_kept < 1 else ""
    numbers = (
        f"{what}: {arms}; difference{adjusted} {_unit(effect.difference, primary)} ({coverage} interval {interval})."
    )
    if verdict == "worked":
        return f"It worked. {numbers}"
    if verdict == "did not":
        if effect.difference < 0 and effect.high < 0:
            return f"It did not work: those reached did less than those held out. {numbers}"
        return f"It did not work: an effect of {_unit(worth, primary)} or more is ruled out. {numbers}"
    if effect.low > 0 or effect.high < 0:
        numbers += " By itself that would look proven; allowing for all the segments that were looked at, it is not."
    telling = (
        f"About {more:,} more customers would tell." if more else "Nobody bought, so no number of them would tell."
    )
    return f"It cannot be told yet. {numbers} {telling}"
