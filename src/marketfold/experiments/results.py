"""What the campaigns did, in codes and numbers: from a difference and its interval to a decision, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from marketfold.frames import table_html

if TYPE_CHECKING:
    from datetime import date

    from marketfold.experiments.baselines import Primary
    from marketfold.experiments.checks import Check, Correction
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


@dataclass(frozen=True)
class Gain:
    """Revenue that campaigns brought from those reached, with its interval; NaN where it could not be measured."""

    amount: float
    low: float
    high: float


@dataclass(frozen=True)
class SegmentResult:
    """What a campaign did in one segment.

    Attributes
    ----------
    revenue, order_rate, basket
        Effects per customer, on the share who ordered, and on the worth of an order; None where there are too few.
    gained
        Revenue that the campaign brought.
    decision, reason
        Whether it worked, and what this rests on.
    p_adjusted
        Of no difference in the primary measure, corrected for all segments; NaN where it could not be tested.
    worth
        Smallest difference worth having, in the unit of the primary measure; NaN where it could not be tested.
    more
        Customers more that would tell; None where none is asked for or no number helps.
    """

    segment: int
    name: str
    n_treated: int
    n_holdout: int
    primary: Primary
    revenue: Effect | None
    order_rate: Effect | None
    basket: Effect | None
    gained: Gain
    ratio: Check
    balance: Check
    reason: Reason
    decision: Decision = "cannot tell yet"
    p_adjusted: float = math.nan
    worth: float = math.nan
    more: int | None = None

    @property
    def main(self) -> Effect | None:
        """The effect that the decision rests on."""
        return self.revenue if self.primary == "revenue" else self.order_rate


@dataclass(frozen=True)
class Measurement:
    """What the campaigns did in a period.

    Attributes
    ----------
    alpha
        Accepted rate of false alarms over all segments.
    overall
        All measured segments together; None where fewer than two could be measured.
    orders_end_on
        Last day of the later orders, where they end before the period does.
    """

    date_from: date
    date_to: date
    segments: tuple[SegmentResult, ...]
    alpha: float
    correction: Correction
    currency: str | None = None
    overall: Gain | None = None
    orders_end_on: date | None = None

    @property
    def worked(self) -> tuple[SegmentResult, ...]:
        """Segments in which it worked."""
        return tuple(result for result in self.segments if result.decision == "worked")

    def _repr_html_(self) -> str:
        rows = []
        for r in self.segments:
            effect = r.main
            numbers = (f"{v:+,.4g}" for v in (effect.difference, effect.low, effect.high)) if effect else ("",) * 3
            rows.append((r.segment, r.name, r.decision, r.reason, r.primary.replace("_", " "), *numbers))
        return table_html(rows, ("", "segment", "decision", "reason", "judged by", "difference", "from", "to"))
