"""Measuring campaigns, each segment's reached customers against its holdout: decisions and why, as codes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError
from marketfold.experiments.checks import Correction, check_balance, check_ratio, correct
from marketfold.experiments.design import Experiment
from marketfold.experiments.effects import FEWEST, N_DRAWS, basket_effect, effect_of, interval
from marketfold.experiments.outcomes import Outcomes, read_outcomes
from marketfold.experiments.payback import Payback, earned
from marketfold.experiments.permutation import ArmDraws, Difference, difference
from marketfold.experiments.power import LEAST_EXPECTED, more_customers
from marketfold.experiments.results import Decision, Gain, Measurement, Reason, SegmentResult
from marketfold.thresholds import ALPHA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyarrow as pa

    from marketfold.cleaning import CleanOrders
    from marketfold.experiments.design import SegmentDesign
    from marketfold.experiments.effects import Effect
    from marketfold.schema import Float64


LONGEST_WAIT = 365
"""Days from the beginning of a campaign after which its effect is no longer asked for."""


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
    n_draws
        How often the arms are drawn anew, to see what chance alone does.
    """

    alpha: float = ALPHA
    worth: float = 0.05
    correction: Correction = "holm"
    n_draws: int = N_DRAWS
    seed: int = 0


@dataclass(frozen=True)
class _Compared:
    """One segment before the correction for all of them, and its revenue as it is and in the draws of the arms."""

    result: SegmentResult
    revenue: tuple[Difference, Difference] | None = None


def _compare(segment: int, outcomes: Outcomes, experiment: Experiment, options: MeasuringOptions) -> _Compared:
    """What a campaign did in one segment: nothing is decided yet."""
    design, held_out = experiment.of(segment), outcomes.held_out
    n_holdout = int(held_out.sum())
    smaller = min(n_holdout, len(held_out) - n_holdout)
    result = SegmentResult(
        segment=segment,
        name=design.name,
        n_treated=len(held_out) - n_holdout,
        n_holdout=n_holdout,
        primary=design.primary,
        revenue=None,
        order_rate=None,
        repeat_rate=None,
        basket=basket_effect(outcomes.revenue, outcomes.orders, held_out, alpha=options.alpha),
        gained=Gain(math.nan, math.nan, math.nan),
        expected=smaller * float(outcomes.ordered.mean()),
        ratio=check_ratio(held_out, outcomes.known, design.holdout_share),
        balance=check_balance(outcomes.before, held_out),
        reason="too few" if n_holdout else "no holdout",
    )
    return _Compared(result) if smaller < FEWEST else _with_effects(result, outcomes, design, experiment, options)


def _with_effects(
    result: SegmentResult,
    outcomes: Outcomes,
    design: SegmentDesign,
    experiment: Experiment,
    options: MeasuringOptions,
) -> _Compared:
    """Measure every outcome in the same draws of the arms."""
    measured: dict[str, Float64] = {
        "revenue": outcomes.revenue,
        "order_rate": outcomes.ordered,
        "repeat_rate": outcomes.repeated,
    }
    if experiment.margin is not None and design.cost is not None:
        measured["earned"] = earned(outcomes.revenue, outcomes.held_out, experiment.margin, design.discount)
    before = np.zeros(len(outcomes.revenue)) if outcomes.before is None else outcomes.before
    arms = ArmDraws(outcomes.held_out, options.n_draws, options.seed).arms(*measured.values(), x=before)
    effects = {
        name: effect_of(*pair, float(y.mean()), options.alpha)
        for (name, y), pair in zip(measured.items(), arms, strict=True)
    }
    revenue = effects["revenue"]
    found, drawn = arms[0]
    measured_result = replace(
        result,
        revenue=revenue,
        order_rate=effects["order_rate"],
        repeat_rate=effects["repeat_rate"],
        gained=_gain(revenue, result.n_treated),
        payback=_payback(effects.get("earned"), result.n_treated, design.cost),
    )
    return _Compared(measured_result, (difference(*found), difference(*drawn)))


def _payback(earned_more: Effect | None, customers: int, cost: float | None) -> Payback | None:
    if earned_more is None or cost is None:
        return None
    return Payback(cost, _gain(earned_more, customers, cost))


def _gain(effect: Effect, customers: int, cost: float = 0.0) -> Gain:
    """What an effect on the mean of so many customers is in all, less a cost."""
    return Gain(*(value * customers - cost for value in (effect.difference, effect.low, effect.high)))


def _can_be_judged(result: SegmentResult) -> bool:
    """Whether the arms can bear a verdict: orders are counted over both, so that none is thrown out for what it did."""
    return result.main is not None and result.expected >= LEAST_EXPECTED


def _decided(
    result: SegmentResult, p_adjusted: float, n_tests: int, experiment: Experiment, options: MeasuringOptions
) -> SegmentResult:
    main = result.main
    if main is None or not _can_be_judged(result):
        return result
    usual = abs(main.holdout)
    sought = (experiment.of(result.segment).wanted_lift or options.worth) * usual
    result = replace(result, p_adjusted=p_adjusted, worth=options.worth * usual, sought=sought)
    if not result.ratio.passed:
        return replace(result, reason="arms differ")
    decision, reason = decide(main, p_adjusted, worth=result.worth, alpha=options.alpha)
    alpha = options.alpha / n_tests
    more = more_customers(main, result.n_customers, sought, alpha) if reason == "too wide" else None
    return replace(result, decision=decision, reason=reason, more=more)


def judge_arms(
    outcomes: Outcomes, experiment: Experiment | None = None, options: MeasuringOptions | None = None
) -> tuple[tuple[SegmentResult, ...], Gain | None]:
    """Compare the arms of every segment, by what was planned, and of all of them together (see `compare_arms`).

    All together is one number that needs no correction, each segment weighed by the customers reached; None where fewer
    than two could be measured.
    """
    experiment, options = experiment or Experiment(), options or MeasuringOptions()
    if not 0 < options.alpha < 1 or options.worth < 0 or options.n_draws < 1:
        got = f"{options.alpha:g}, {options.worth:g} and {options.n_draws}"
        raise ParameterError(f"alpha is between 0 and 1, worth not negative, n_draws 1 or more; got {got}.")
    compared = [
        _compare(segment, outcomes.of(segment), experiment, options) for segment in np.unique(outcomes.segment).tolist()
    ]
    results = [one.result for one in compared]
    p_values = [result.main.p_value for result in results if result.main and _can_be_judged(result)]
    adjusted = iter(correct(p_values, options.correction))
    decided = tuple(
        _decided(result, next(adjusted) if _can_be_judged(result) else math.nan, len(p_values), experiment, options)
        for result in results
    )
    return decided, _together([one for one in compared if one.revenue], options.alpha)


def compare_arms(
    outcomes: Outcomes, experiment: Experiment | None = None, options: MeasuringOptions | None = None
) -> tuple[SegmentResult, ...]:
    """Compare the arms of every segment, by what was planned.

    `ParameterError` if alpha, worth, the draws or the correction is not one.
    """
    return judge_arms(outcomes, experiment, options)[0]


def _together(measured: Sequence[_Compared], alpha: float) -> Gain | None:
    if len(measured) < 2:
        return None
    weights = [one.result.n_treated for one in measured]
    pairs = [one.revenue for one in measured if one.revenue]
    found, drawn = (_added(weights, [pair[place] for pair in pairs]) for place in (0, 1))
    return Gain(float(found.size), *interval(found, drawn, alpha))


def _added(weights: Sequence[int], parts: Sequence[Difference]) -> Difference:
    """One difference of several, each with its weight."""
    weighed = list(zip(weights, parts, strict=True))
    size = sum(n * part.size for n, part in weighed)
    error = np.sqrt(sum((n * part.error) ** 2 for n, part in weighed))
    return Difference(np.asarray(size), np.asarray(error), np.ones(()))


def ask_again_on(result: SegmentResult, last_on: date | None, date_from: date, date_to: date) -> date | None:
    """Day from which later orders would tell; looking again after a verdict by the whole period would be a second look.

    Where too few order, they are taken to go on at the same rate, each customer with the same chance in the same time.
    """
    if result.decision != "cannot tell yet" or result.reason in {"no holdout", "arms differ"}:
        return None
    if last_on is not None and last_on < date_to:
        return date_to + timedelta(days=1)
    smaller = min(result.n_treated, result.n_holdout)
    if result.reason != "too few" or not 0 < result.expected < smaller or smaller <= LEAST_EXPECTED:
        return None
    periods = math.log(1 - LEAST_EXPECTED / smaller) / math.log(1 - result.expected / smaller)
    days = math.ceil(periods * ((date_to - date_from).days + 1))
    return date_from + timedelta(days=days) if days <= LONGEST_WAIT else None


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
        If alpha, worth, the draws or the correction is not one.
    """
    experiment, options = experiment or Experiment(), options or MeasuringOptions()
    outcomes = read_outcomes(assignments, later, date_from, date_to)
    results, overall = judge_arms(outcomes, experiment, options)
    last_on = later.report.reads.last_on
    results = tuple(replace(one, ask_again_on=ask_again_on(one, last_on, date_from, date_to)) for one in results)
    return Measurement(
        date_from=date_from,
        date_to=date_to,
        segments=results,
        alpha=options.alpha,
        correction=options.correction,
        currency=experiment.currency,
        margin=experiment.margin,
        overall=overall,
        orders_end_on=last_on if last_on is not None and last_on < date_to else None,
        coverage=outcomes.coverage,
    )
