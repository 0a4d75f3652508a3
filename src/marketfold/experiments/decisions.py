"""From a difference and its interval to a decision, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from marketfold.experiments.effects import Effect

Decision = Literal["worked", "did not", "cannot tell yet"]

Reason = Literal["above zero", "below zero", "not worth it", "too wide", "no holdout", "too few", "arms differ"]
"""What a decision rests on. It worked: the difference is above zero. It did not: it is below zero, or an effect worth
having is ruled out. It cannot be told yet: the interval is too wide, nobody was held out, an arm has fewer than two
customers, or the arms are not what was planned."""


def decide(effect: Effect, p_adjusted: float, *, worth: float, alpha: float) -> tuple[Decision, Reason]:
    """Say whether a campaign worked, and what this rests on.

    It worked where the difference is above zero after correction for many segments. It did not where it is below zero
    after correction, or where even the upper end of the interval is not worth having (`worth`, in the unit of the
    effect). Otherwise nobody can tell yet.
    """
    if p_adjusted <= alpha and effect.difference > 0:
        return "worked", "above zero"
    if p_adjusted <= alpha or effect.high < worth:
        return "did not", "below zero" if effect.high < 0 else "not worth it"
    return "cannot tell yet", "too wide"
