"""What is said of holdouts before a campaign, and of its effects after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.experiments import LEAST_EXPECTED, MOST_SHARE
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.experiments import Check, Gain, Holdout, Measurement, Primary, SegmentResult


def describe_holdout(holdout: Holdout, currency: str | None = None) -> str:
    """Say how many are held out and what that will show, or why nobody is.

    Parameters
    ----------
    holdout
        Of one segment.
    currency
        Of its amounts.
    """
    best = holdout.best_lift
    return say(
        "holdout",
        holdout.sizing,
        holdout=holdout,
        customers=words.plural(holdout.customers, "customer"),
        most=MOST_SHARE,
        shown="no change at all" if best is None else f"only a change of {words.share(best)} or more",
        what=_what(holdout.primary),
        usual=_usual(holdout, currency),
        power=_power(holdout, currency),
        price=_price(holdout, currency),
        anew=f"{words.count(holdout.planned)} would be held out" if holdout.planned else "no holdout would be made",
    )


def _what(primary: Primary) -> str:
    return "share of customers who order" if primary == "order_rate" else "revenue per customer"


def _amount(value: float, primary: Primary, currency: str | None) -> str:
    return words.share(value) if primary == "order_rate" else words.money(value, currency)


def _usual(holdout: Holdout, currency: str | None) -> str:
    return f"{_amount(holdout.usual or 0.0, holdout.primary, currency)} in {words.days(holdout.days)}"


def _power(holdout: Holdout, currency: str | None) -> str:
    if holdout.usual is None and holdout.days == 0 and holdout.held_out:
        return "What is usual is not known, and so neither is how small a change this can show"
    if holdout.detectable_lift is None:
        return "So few show nothing of a campaign"
    return (
        f"The {_what(holdout.primary)} is usually {_usual(holdout, currency)}; a campaign that changes it by "
        f"{words.share(holdout.detectable_lift)} or more will be seen in 8 of 10 cases"
    )


def _price(holdout: Holdout, currency: str | None) -> str:
    """What holding out costs, beside what it lets one see."""
    return say("holdout", "price", currency, holdout=holdout, forgone=holdout.forgone) if holdout.forgone else ""


def describe_result(result: SegmentResult, measurement: Measurement) -> str:
    """Say whether a campaign worked in a segment, with its numbers.

    Parameters
    ----------
    result
        Of the segment.
    measurement
        The whole that it belongs to: for the currency and the coverage of the interval.
    """
    code: str = result.reason
    if code == "too wide" and result.main and (result.main.low > 0 or result.main.high < 0):
        code = "too wide.by itself"
    return say(
        "effect",
        code,
        numbers=_numbers(result, measurement),
        check=describe_check(result.ratio),
        worth=_difference(result.worth, result.primary, measurement.currency),
        smaller=min(result.n_treated, result.n_holdout),
        least=LEAST_EXPECTED,
        result=result,
        telling=_telling(result, measurement.currency),
    )


def _telling(result: SegmentResult, currency: str | None) -> str:
    """What it would take to tell: never by the difference observed."""
    code = "none" if result.more is None else "needed" if result.more else "enough"
    sought = _difference(result.sought, result.primary, currency)
    return say("effect", f"more.{code}", result=result, sought=sought)


def signed_gain(gain: Gain, currency: str | None) -> tuple[str, str]:
    """Money that was brought or earned, and its interval."""
    amount, low, high = (_signed(value, "revenue", currency) for value in (gain.amount, gain.low, gain.high))
    return amount, f"{low} to {high}"


def missing_payback(measurement: Measurement) -> str:
    """Say why it is not reckoned whether campaigns paid; "" where it is of all that were measured."""
    open_ones = [r for r in measurement.segments if r.revenue is not None and r.payback is None]
    what = say("payback", "missing.margin" if measurement.margin is None else "missing.cost")
    names = tuple(result.name for result in open_ones)
    return say("payback", "missing", lacking=names, what=what) if names else ""


def payback_verdict(result: SegmentResult) -> str:
    """Say whether a campaign earned its cost back; a dash where that is not reckoned."""
    return say("payback", result.payback.verdict) if result.payback else words.MISSING


def describe_payback(result: SegmentResult, measurement: Measurement) -> str:
    """Say whether a campaign earned its cost back, with its numbers; "" where that is not reckoned."""
    payback, currency = result.payback, measurement.currency
    if payback is None:
        return ""
    amount, ends = signed_gain(payback.profit, currency)
    said = {"verdict": payback_verdict(result), "amount": amount, "ends": ends, "coverage": 1 - measurement.alpha}
    return say("payback", "profit", currency, cost=payback.cost, **said)


def _numbers(result: SegmentResult, measurement: Measurement) -> str:
    effect, primary, currency = result.main, result.primary, measurement.currency
    if effect is None:
        return ""
    what = "Share who ordered" if primary == "order_rate" else "Revenue per customer"
    reached, held_out = (_amount(value, primary, currency) for value in (effect.treated, effect.holdout))
    adjusted = ", adjusted for what they had brought before," if effect.variance_kept < 1 else ""
    low = _signed(effect.low, primary, currency)
    difference, high = (_difference(value, primary, currency) for value in (effect.difference, effect.high))
    coverage = words.share(1 - measurement.alpha)
    return (
        f"{what}: {reached} reached, {held_out} held out; difference{adjusted} {difference} "
        f"({coverage} interval {low} to {high})."
    )


def _points(value: float) -> str:
    return words.decimal(value * 100, 1)


def _signed(value: float, primary: Primary, currency: str | None) -> str:
    size = _points(abs(value)) if primary == "order_rate" else words.money(abs(value), currency)
    return f"{words.MINUS if value < 0 else '+'}{size}"


def _difference(value: float, primary: Primary, currency: str | None) -> str:
    return _signed(value, primary, currency) + (" percentage points" if primary == "order_rate" else "")


def describe_overall(measurement: Measurement) -> str:
    """Say what all campaigns brought together; "" where fewer than two segments could be measured."""
    gain = measurement.overall
    if gain is None:
        return ""
    amount, ends = signed_gain(gain, measurement.currency)
    interval = f"{words.share(1 - measurement.alpha)} interval {ends}"
    return f"All measured segments together: the campaigns changed revenue by {amount} ({interval})."


def describe_period(measurement: Measurement) -> str:
    """Say what of the period is missing in the later orders; "" where nothing is."""
    last_on, date_to = measurement.orders_end_on, measurement.date_to
    if last_on is None:
        return ""
    return f"The later orders end on {last_on}, before the period does ({date_to}): a part of it is missing."


def describe_coverage(measurement: Measurement) -> list[str]:
    """Say what was taken off for returns, and how many of the later customers the run does not know."""
    found, currency = measurement.coverage, measurement.currency
    if found is None:
        return []
    said = [
        say(
            "coverage", "returned" if found.returned else "nothing returned", returned=words.exact_money(found.returned)
        ),
        say(
            "coverage",
            "unknown" if found.unknown else "known",
            customers=words.plural(found.customers, "customer"),
            unknown=words.count(found.unknown),
            share=words.share(found.unknown_share),
            money=words.money(found.unknown_revenue, currency),
            revenue=words.money(found.revenue, currency),
        ),
    ]
    return (
        [*said, say("coverage", "respelt", respelt=words.plural(found.respelt, "customer"))] if found.respelt else said
    )


def doubt_coverage(measurement: Measurement) -> str:
    """Ask whether the later orders have the run's ids, where it does not know many of their customers; else ""."""
    found = measurement.coverage
    if found is None or not found.many_unknown:
        return ""
    missed = f": {words.count(found.earlier_unknown)} of {words.count(found.earlier)} had ordered before the period"
    count = describe_coverage(measurement)[1]
    return f"{count} {say('coverage', 'many unknown', missed=missed if found.earlier_unknown else '')}"


def describe_check(check: Check) -> str:
    """Say what a check of the arms found."""
    found, planned = _points(check.value), _points(check.planned)
    return say("check", check.found, value=check.value, apart=abs(check.value), found=found, planned=planned)
