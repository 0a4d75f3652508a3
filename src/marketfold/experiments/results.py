"""What a measurement found, segment by segment: decisions and why, as codes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from marketfold.experiments.power import LEAST_EXPECTED
from marketfold.frames import table_html, terse

if TYPE_CHECKING:
    from datetime import date

    from marketfold.experiments.checks import Check, Correction
    from marketfold.experiments.effects import Effect
    from marketfold.experiments.later_customers import Coverage
    from marketfold.experiments.outcomes import Primary
    from marketfold.experiments.payback import Payback

Decision = Literal["worked", "did not", "cannot tell yet"]

Reason = Literal["above zero", "below zero", "not worth it", "too wide", "no holdout", "too few", "arms differ"]
"""What a decision rests on. It worked: the difference is above zero. It did not: it is below zero, or an effect worth
having is ruled out. It cannot be told yet: the interval is too wide, nobody was held out, too few orders are expected
in an arm, or the arms are not what was planned."""


@dataclass(frozen=True)
class Gain:
    """Money that campaigns brought from those reached, with its interval; NaN where it could not be measured."""

    amount: float
    low: float
    high: float

    def of_others(self, share: float) -> Gain:
        """The same from so many times as many customers."""
        return Gain(self.amount * share, self.low * share, self.high * share)


@terse
@dataclass(frozen=True)
class SegmentResult:
    """What a campaign did in one segment.

    Attributes
    ----------
    revenue, order_rate, repeat_rate, basket
        Effects per customer, on the share who ordered, on the share who ordered twice or more, and on the worth of an
        order; None where there are too few.
    gained
        Revenue that the campaign brought.
    expected
        How many customers of the smaller arm order in the period where the arms are alike.
    payback
        Whether the campaign earned its cost back; None where cost or margin is not known.
    decision, reason
        Whether it worked, and what this rests on.
    ask_again_on
        Day from which the later orders would tell, or are likely to: those that were measured end before the period
        does, or too few ordered until then; None where time does not help.
    p_adjusted
        Of no difference in the primary measure, corrected for all segments; NaN where it could not be tested.
    worth, sought
        Smallest difference worth having, and the one that the campaign was planned to show, in the unit of the primary
        measure; NaN where it could not be tested.
    more
        Customers more by whom the difference sought would be seen in 8 of 10 campaigns, at least: 0 where these are
        enough; None where it is not asked for or no number helps.
    """

    segment: int
    name: str
    n_treated: int
    n_holdout: int
    primary: Primary
    revenue: Effect | None
    order_rate: Effect | None
    repeat_rate: Effect | None
    basket: Effect | None
    gained: Gain
    expected: float
    ratio: Check
    balance: Check
    reason: Reason
    decision: Decision = "cannot tell yet"
    payback: Payback | None = None
    ask_again_on: date | None = None
    p_adjusted: float = math.nan
    worth: float = math.nan
    sought: float = math.nan
    more: int | None = None

    @property
    def n_customers(self) -> int:
        """Reached or held out."""
        return self.n_treated + self.n_holdout

    @property
    def needed(self) -> int | None:
        """Customers whom a verdict would take, at least; None where that is not known, or more are no help.

        Where too few order, as many more as there are orders missing; else so many that the effect sought is seen.
        """
        if self.reason == "too few" and self.expected > 0:
            return math.ceil(self.n_customers * LEAST_EXPECTED / self.expected)
        return self.n_customers + self.more if self.more else None

    @property
    def main(self) -> Effect | None:
        """The effect that the decision rests on."""
        return self.revenue if self.primary == "revenue" else self.order_rate

    @property
    def forgone(self) -> Gain:
        """Revenue that those held out did not bring, as they were not reached: the price of knowing."""
        return self.gained.of_others(self.n_holdout / self.n_treated if self.n_treated else math.nan)


@terse
@dataclass(frozen=True)
class Measurement:
    """What the campaigns did in a period.

    Attributes
    ----------
    alpha
        Accepted rate of false alarms over all segments.
    margin
        Share of revenue left after costs, as planned; None where it is not known.
    overall
        All measured segments together; None where fewer than two could be measured.
    orders_end_on
        Last day of the later orders, where they end before the period does.
    coverage
        Whose the later orders are, and what of them came back.
    """

    date_from: date
    date_to: date
    segments: tuple[SegmentResult, ...]
    alpha: float
    correction: Correction
    currency: str | None = None
    margin: float | None = None
    overall: Gain | None = None
    orders_end_on: date | None = None
    coverage: Coverage | None = None

    @property
    def judged(self) -> tuple[SegmentResult, ...]:
        """Segments in which a campaign could be tested at all."""
        return tuple(result for result in self.segments if math.isfinite(result.p_adjusted))

    def too_large(self, customers: int) -> bool:
        """Whether so many customers are more than the whole shop has in its campaigns."""
        return customers > sum(result.n_customers for result in self.segments)

    @property
    def worked(self) -> tuple[SegmentResult, ...]:
        """Segments in which it worked."""
        return tuple(result for result in self.segments if result.decision == "worked")

    def _repr_html_(self) -> str:
        rows = []
        for r in self.segments:
            numbers = (f"{v:+,.4g}" for v in (r.main.difference, r.main.low, r.main.high)) if r.main else ("",) * 3
            rows.append((r.segment, r.name, r.decision, r.reason, r.primary.replace("_", " "), *numbers))
        return table_html(rows, ("", "segment", "decision", "reason", "judged by", "difference", "from", "to"))
