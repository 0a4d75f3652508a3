"""Measuring a campaign: each segment's reached customers against its holdout."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from marketfold.errors import ParameterError
from marketfold.measure.checks import Check, check_arms, check_balance, correct
from marketfold.measure.effects import Effect, basket_effect, mean_effect
from marketfold.measure.outcomes import Outcomes, read_outcomes
from marketfold.measure.verdicts import Verdict, decide, more_customers, say
from marketfold.words import share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from marketfold.campaigns import CampaignPlan, Primary
    from marketfold.cleaning import CleanOrders

NO_HOLDOUT = "It cannot be told: nobody of this segment was held out, so there is nothing to compare with."
TOO_FEW = "It cannot be told: one of the arms has fewer than two customers."
BROKEN = "It cannot be told, as the arms are not what was planned. "


@dataclass(frozen=True)
class SegmentResult:
    """What a campaign did in one segment.

    Attributes
    ----------
    segment, name
        Which one.
    n_treated, n_holdout
        Customers in each arm.
    primary
        What the verdict rests on.
    revenue, order_rate, basket
        Effects per customer, on the share who ordered, and on the worth of an order; None where there are too few.
    p_adjusted
        Of no difference in the primary measure, corrected for all segments; NaN where it could not be tested.
    verdict, sentence
        In a word, and in words.
    more
        Customers more that would tell; None where none is asked for or no number helps.
    gained, gained_low, gained_high
        Revenue that the campaign brought from those reached, with its interval; NaN where it could not be measured.
    ratio, balance
        The checks.
    """

    segment: int
    name: str
    n_treated: int
    n_holdout: int
    primary: Primary
    revenue: Effect | None
    order_rate: Effect | None
    basket: Effect | None
    p_adjusted: float
    verdict: Verdict
    sentence: str
    more: int | None
    gained: float
    gained_low: float
    gained_high: float
    ratio: Check
    balance: Check

    @property
    def main(self) -> Effect | None:
        """The effect that the verdict rests on."""
        return self.revenue if self.primary == "revenue" else self.order_rate


@dataclass(frozen=True)
class Measurement:
    """What a campaign did.

    Attributes
    ----------
    date_from, date_to
        First and last day of the period.
    segments
        By number.
    alpha
        Accepted rate of false alarms over all segments.
    correction
        How many segments were allowed for.
    worth
        Smallest relative lift worth having.
    adjusted
        Whether revenue before the campaign was used to narrow the intervals.
    currency
        Of every amount.
    overall
        All segments together, in words; "" where fewer than two could be measured.
    notes
        What a reader should know before using it.
    """

    date_from: date
    date_to: date
    segments: tuple[SegmentResult, ...]
    alpha: float
    correction: str
    worth: float
    adjusted: bool
    currency: str | None = None
    overall: str = ""
    notes: tuple[str, ...] = ()

    @property
    def worked(self) -> tuple[SegmentResult, ...]:
        """Segments in which it worked."""
        return tuple(result for result in self.segments if result.verdict == "worked")

    def to_dict(self) -> dict[str, Any]:
        """For JSON: dates as text, what is not a number as None."""
        return _plain(asdict(self))  # type: ignore[no-any-return]

    def _repr_html_(self) -> str:
        from markupsafe import escape  # noqa: PLC0415  (only a notebook asks)

        rows = "".join(
            f"<tr><td>{r.segment}</td><td>{escape(r.name)}</td><td>{escape(r.verdict)}</td>"
            f"<td>{escape(r.sentence)}</td></tr>"
            for r in self.segments
        )
        return f"<table><thead><tr><th></th><th>segment</th><th>verdict</th><th></th></tr></thead>{rows}</table>"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


@dataclass(frozen=True)
class _Terms:
    """How it is measured."""

    alpha: float
    worth: float
    n_resamples: int
    seed: int


def _effects(outcomes: Outcomes, terms: _Terms) -> tuple[Effect | None, Effect | None, Effect | None]:
    ordered = (outcomes.orders > 0).astype(np.float64)
    revenue, rate = (
        mean_effect(
            y,
            outcomes.held_out,
            outcomes.before,
            alpha=terms.alpha,
            n_resamples=terms.n_resamples,
            seed=terms.seed,
        )
        for y in (outcomes.revenue, ordered)
    )
    return revenue, rate, basket_effect(outcomes.revenue, outcomes.orders, outcomes.held_out, alpha=terms.alpha)


@dataclass(frozen=True)
class _Raw:
    """One segment before the correction for all of them."""

    segment: int
    outcomes: Outcomes
    primary: Primary
    effects: tuple[Effect | None, Effect | None, Effect | None]

    @property
    def main(self) -> Effect | None:
        return self.effects[0] if self.primary == "revenue" else self.effects[1]


def _result(
    raw: _Raw, p_adjusted: float, name: str, planned: float | None, terms: _Terms, *, n_tests: int
) -> SegmentResult:
    held_out = raw.outcomes.held_out
    n_holdout, n = int(held_out.sum()), len(held_out)
    ratio = check_arms(held_out, raw.outcomes.known, planned)
    verdict: Verdict = "cannot tell yet"
    more, sentence = None, TOO_FEW if n_holdout else NO_HOLDOUT
    main = raw.main
    if main is not None and not ratio.passed:
        sentence = BROKEN + ratio.sentence
    elif main is not None:
        worth = terms.worth * abs(main.holdout)
        verdict = decide(main, p_adjusted, worth=worth, alpha=terms.alpha)
        more = more_customers(main, n, worth, terms.alpha / n_tests) if verdict == "cannot tell yet" else None
        sentence = say(main, verdict, raw.primary, more, worth=worth, alpha=terms.alpha)
    revenue, order_rate, basket = raw.effects
    reached = n - n_holdout
    gains = (revenue.difference, revenue.low, revenue.high) if revenue else (math.nan,) * 3
    return SegmentResult(
        segment=raw.segment,
        name=name,
        n_treated=reached,
        n_holdout=n_holdout,
        primary=raw.primary,
        revenue=revenue,
        order_rate=order_rate,
        basket=basket,
        p_adjusted=p_adjusted,
        verdict=verdict,
        sentence=sentence,
        more=more,
        gained=gains[0] * reached,
        gained_low=gains[1] * reached,
        gained_high=gains[2] * reached,
        ratio=ratio,
        balance=check_balance(raw.outcomes.before, held_out),
    )


def compare_arms(  # noqa: PLR0913  (all but the first can be left out)
    outcomes: Outcomes,
    *,
    primary: Mapping[int, Primary] | Primary = "revenue",
    names: Mapping[int, str] | None = None,
    planned_shares: Mapping[int, float] | None = None,
    alpha: float = 0.05,
    worth: float = 0.05,
    correction: str = "holm",
    n_resamples: int = 2_000,
    seed: int = 0,
) -> tuple[SegmentResult, ...]:
    """Compare the arms of every segment.

    Parameters
    ----------
    outcomes
        One row per customer.
    primary
        What verdicts rest on: one for all segments, or one for each.
    names, planned_shares
        Name and planned holdout share of each segment.
    alpha
        Accepted rate of false alarms over all segments.
    worth
        Smallest relative lift worth having; below it a campaign "did not" work.
    correction
        `holm` or `bh`.
    n_resamples, seed
        Of the bootstrap.

    Raises
    ------
    ParameterError
        If alpha, worth or the correction is not one.
    """
    if not 0 < alpha < 1 or worth < 0:
        message = f"alpha lies between 0 and 1 and worth is not negative; got {alpha:g} and {worth:g}."
        raise ParameterError(message)
    terms = _Terms(alpha, worth, n_resamples, seed)
    raws = []
    for segment in np.unique(outcomes.segment).tolist():
        own = outcomes.of(segment)
        judged_by: Primary = primary if isinstance(primary, str) else primary.get(segment, "revenue")
        raws.append(_Raw(segment, own, judged_by, _effects(own, terms)))
    tested = [raw.main.p_value for raw in raws if raw.main is not None]
    adjusted = iter(correct(tested, correction))
    return tuple(
        _result(
            raw,
            next(adjusted) if raw.main is not None else math.nan,
            (names or {}).get(raw.segment, f"Segment {raw.segment}"),
            (planned_shares or {}).get(raw.segment),
            terms,
            n_tests=max(len(tested), 1),
        )
        for raw in raws
    )


def _overall(results: Sequence[SegmentResult], alpha: float) -> str:
    """All segments together, each weighed by the customers reached: one number that needs no correction."""
    measured = [r for r in results if r.revenue is not None]
    if len(measured) < 2:
        return ""
    gained = sum(r.gained for r in measured)
    error = math.sqrt(sum((r.n_treated * r.revenue.error) ** 2 for r in measured if r.revenue))
    half = float(stats.norm.ppf(1 - alpha / 2)) * error
    said = f"{gained:+,.0f} ({share(1 - alpha)} interval {gained - half:+,.0f} to {gained + half:+,.0f})"
    return f"All measured segments together: the campaigns changed revenue by {said}."


def measure_campaigns(  # noqa: PLR0913  (all but the first four can be left out)
    assignments: pa.Table,
    later: CleanOrders,
    date_from: date,
    date_to: date,
    *,
    before: pa.Table | None = None,
    plan: CampaignPlan | None = None,
    alpha: float = 0.05,
    worth: float = 0.05,
    correction: str = "holm",
    n_resamples: int = 2_000,
    seed: int = 0,
) -> Measurement:
    """Say what the campaigns truly did: each segment's reached customers against those held out.

    Everybody counts in the arm that she was assigned to, whether or not a message arrived (intention to treat): who
    opens a mail is not a matter of chance, who was held out is.

    Parameters
    ----------
    assignments
        `customer_id`, `segment` and `arm` ("treated" or "holdout"), as the run made them.
    later
        Orders of all customers that cover the period.
    date_from, date_to
        First and last day of the period.
    before
        `customer_id` and `revenue` before the campaign; it narrows the intervals and checks the balance.
    plan
        For names, for what each campaign is judged by, and for the planned holdouts.
    alpha
        Accepted rate of false alarms over all segments.
    worth
        Smallest relative lift worth having; below it a campaign "did not" work.
    correction
        `holm` keeps the chance of any false alarm at alpha, `bh` the share of false ones among the alarms.
    n_resamples, seed
        Of the bootstrap.

    Raises
    ------
    MeasurementError
        If the dates are the wrong way round, nobody was held out, or the later orders leave the holdout out.
    ParameterError
        If alpha, worth or the correction is not one.
    """
    outcomes = read_outcomes(assignments, later, date_from, date_to, before)
    campaigns = plan.campaigns if plan else ()
    results = compare_arms(
        outcomes,
        primary={c.number: c.holdout.primary for c in campaigns if c.holdout},
        names={c.number: c.name for c in campaigns},
        planned_shares={c.number: c.holdout.share for c in campaigns if c.holdout},
        alpha=alpha,
        worth=worth,
        correction=correction,
        n_resamples=n_resamples,
        seed=seed,
    )
    last_on = later.report.reads.last_on
    notes: tuple[str, ...] = ()
    if last_on is not None and last_on < date_to:
        notes = (f"The later orders end on {last_on}, before the period does ({date_to}): a part of it is missing.",)
    return Measurement(
        date_from=date_from,
        date_to=date_to,
        segments=results,
        alpha=alpha,
        correction=correction,
        worth=worth,
        adjusted=before is not None,
        currency=plan.currency if plan else None,
        overall=_overall(results, alpha),
        notes=notes,
    )
