"""Measuring campaigns, each segment's reached customers against its holdout: decisions and why, as codes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

from marketfold.errors import ParameterError
from marketfold.experiments.checks import Correction, check_balance, check_ratio, correct
from marketfold.experiments.design import Experiment, more_customers
from marketfold.experiments.effects import basket_effect, mean_effect
from marketfold.experiments.outcomes import Outcomes, read_outcomes
from marketfold.frames import table_html
from marketfold.thresholds import ALPHA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyarrow as pa

    from marketfold.cleaning import CleanOrders
    from marketfold.experiments.checks import Check
    from marketfold.experiments.design import SegmentDesign
    from marketfold.experiments.effects import Effect
    from marketfold.experiments.later_customers import Coverage
    from marketfold.experiments.outcomes import Primary


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
    coverage
        Whose the later orders are, and what of them came back.
    """

    date_from: date
    date_to: date
    segments: tuple[SegmentResult, ...]
    alpha: float
    correction: Correction
    currency: str | None = None
    overall: Gain | None = None
    orders_end_on: date | None = None
    coverage: Coverage | None = None

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


@dataclass(frozen=True)
class MeasuringOptions:
    """How campaigns are measured.

    Attributes
    ----------
    alpha
        Accepted rate of false alarms over all segments.
    worth
        Smallest relative lift worth having; below it a campaign "did not" work.
    correction
        `holm` keeps the chance of any false alarm at alpha, `bh` the share of false ones among the alarms.
    """

    alpha: float = ALPHA
    worth: float = 0.05
    correction: Correction = "holm"
    n_resamples: int = 2_000
    seed: int = 0


def _measure(segment: int, outcomes: Outcomes, design: SegmentDesign, options: MeasuringOptions) -> SegmentResult:
    """What a campaign did in one segment, before the correction for all of them: nothing is decided yet."""
    held_out, n_holdout = outcomes.held_out, int(outcomes.held_out.sum())
    n_treated = len(held_out) - n_holdout
    effect = partial(
        mean_effect,
        held_out=held_out,
        x=outcomes.before,
        alpha=options.alpha,
        n_resamples=options.n_resamples,
        seed=options.seed,
    )
    revenue = effect(outcomes.revenue)
    gains = (revenue.difference, revenue.low, revenue.high) if revenue else (math.nan,) * 3
    return SegmentResult(
        segment=segment,
        name=design.name,
        n_treated=n_treated,
        n_holdout=n_holdout,
        primary=design.primary,
        revenue=revenue,
        order_rate=effect(outcomes.ordered),
        basket=basket_effect(outcomes.revenue, outcomes.orders, held_out, alpha=options.alpha),
        gained=Gain(*(gain * n_treated for gain in gains)),
        ratio=check_ratio(held_out, outcomes.known, design.holdout_share),
        balance=check_balance(outcomes.before, held_out),
        reason="too few" if n_holdout else "no holdout",
    )


def _decided(result: SegmentResult, p_adjusted: float, n_tests: int, options: MeasuringOptions) -> SegmentResult:
    main = result.main
    if main is None:
        return result
    worth = options.worth * abs(main.holdout)
    result = replace(result, p_adjusted=p_adjusted, worth=worth)
    if not result.ratio.passed:
        return replace(result, reason="arms differ")
    decision, reason = decide(main, p_adjusted, worth=worth, alpha=options.alpha)
    n, alpha = result.n_treated + result.n_holdout, options.alpha / n_tests
    more = more_customers(main, n, worth, alpha) if reason == "too wide" else None
    return replace(result, decision=decision, reason=reason, more=more)


def compare_arms(
    outcomes: Outcomes, experiment: Experiment | None = None, options: MeasuringOptions | None = None
) -> tuple[SegmentResult, ...]:
    """Compare the arms of every segment, by what was planned.

    `ParameterError` if alpha, worth or the correction is not one.
    """
    experiment, options = experiment or Experiment(), options or MeasuringOptions()
    if not 0 < options.alpha < 1 or options.worth < 0:
        got = f"{options.alpha:g} and {options.worth:g}"
        raise ParameterError(f"alpha lies between 0 and 1 and worth is not negative; got {got}.")
    results = [
        _measure(segment, outcomes.of(segment), experiment.of(segment), options)
        for segment in np.unique(outcomes.segment).tolist()
    ]
    p_values = [result.main.p_value for result in results if result.main]
    adjusted = iter(correct(p_values, options.correction))
    return tuple(
        _decided(result, next(adjusted) if result.main else math.nan, len(p_values), options) for result in results
    )


def add_gains(results: Sequence[SegmentResult], alpha: float = ALPHA) -> Gain | None:
    """All segments together, each weighed by the customers reached: one number that needs no correction.

    None where fewer than two could be measured.
    """
    measured = [(result.n_treated, result.revenue) for result in results if result.revenue is not None]
    if len(measured) < 2:
        return None
    amount = sum(n * effect.difference for n, effect in measured)
    error = math.sqrt(sum((n * effect.error) ** 2 for n, effect in measured))
    half = float(stats.norm.ppf(1 - alpha / 2)) * error
    return Gain(amount, amount - half, amount + half)


def measure_campaigns(
    assignments: pa.Table,
    later: CleanOrders,
    date_from: date,
    date_to: date,
    experiment: Experiment | None = None,
    options: MeasuringOptions | None = None,
) -> Measurement:
    """Say what the campaigns truly did: each segment's reached customers against those held out.

    Everybody counts in the arm that she was assigned to, whether or not a message arrived (intention to treat): who
    opens a mail is not a matter of chance, who was held out is.

    Parameters
    ----------
    assignments
        `customer_id`, `segment` and `arm` ("treated" or "holdout"), as the run made them; with `revenue_before` the
        campaign, where it is known, intervals are narrower and the balance of the arms is checked.
    later
        Orders of all customers that cover the period.
    date_from, date_to
        First and last day of the period.
    experiment
        What was planned, as `CampaignPlan.experiment` has it.

    Raises
    ------
    MeasurementError
        If the dates are the wrong way round, nobody was held out, or the later orders leave the holdout out.
    ParameterError
        If alpha, worth or the correction is not one.
    """
    experiment, options = experiment or Experiment(), options or MeasuringOptions()
    outcomes = read_outcomes(assignments, later, date_from, date_to)
    results = compare_arms(outcomes, experiment, options)
    last_on = later.report.reads.last_on
    return Measurement(
        date_from=date_from,
        date_to=date_to,
        segments=results,
        alpha=options.alpha,
        correction=options.correction,
        currency=experiment.currency,
        overall=add_gains(results, options.alpha),
        orders_end_on=last_on if last_on is not None and last_on < date_to else None,
        coverage=outcomes.coverage,
    )
