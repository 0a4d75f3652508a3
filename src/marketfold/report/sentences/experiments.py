"""What is said of holdouts before a campaign, and of its effects after it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal

from marketfold import words
from marketfold.experiments import LEAST_EXPECTED, MOST_SHARE
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.experiments import Check, Effect, Gain, Holdout, Measurement, Primary, Raw, SegmentResult


def describe_holdout(
    holdout: Holdout, currency: str | None = None, *, member: str = "customer", can_be: float | None = None
) -> str:
    """Say how many are held out and what that will show, or why nobody is.

    Parameters
    ----------
    holdout
        Of one segment.
    currency
        Of its amounts.
    member
        What one of them is called.
    can_be
        The lift of what is judged if everybody ordered once who does not anyway; None where that is not known.
    """
    what = _what(holdout.primary).replace("customer", member)
    return say(
        "holdout",
        "too few.none" if holdout.sizing == "too few" and holdout.best_lift is None else holdout.sizing,
        holdout=holdout,
        customers=words.plural(holdout.customers, member),
        most=MOST_SHARE,
        what=what,
        usual=_usual(holdout, currency),
        power=_power(holdout, currency),
        price=_price(holdout, currency, can_be),
        days=words.days(holdout.days),
        anew=f"{words.count(holdout.planned)} would be held out" if holdout.planned else "no holdout would be made",
    )


def _what(primary: Primary) -> str:
    return "share of customers who order" if primary == "order_rate" else "revenue per customer"


def _amount(value: float, primary: Primary, currency: str | None) -> str:
    """Of one customer, so exact that what lies between two of them can be checked by hand."""
    return words.exact_share(value) if primary == "order_rate" else words.exact_money(value, currency)


def _usual(holdout: Holdout, currency: str | None) -> str:
    usual = holdout.usual or 0.0
    amount = words.share(usual) if holdout.primary == "order_rate" else words.money(usual, currency)
    return f"{amount} in {words.days(holdout.days)}"


def _power(holdout: Holdout, currency: str | None) -> str:
    if holdout.usual is None and holdout.days == 0 and holdout.held_out:
        return "What is usual is not known, and so neither is how small a change this can show"
    if holdout.detectable_lift is None:
        return "So few show nothing of a campaign"
    return (
        f"The {_what(holdout.primary)} is usually {_usual(holdout, currency)}; a campaign that changes it by "
        f"{words.share(holdout.detectable_lift)} or more will be seen in 8 of 10 cases, all segments with a holdout "
        "judged together"
    )


def forgone_of(holdout: Holdout, can_be: float | None) -> tuple[float | None, Literal["", ".all"]]:
    """What those held out would bring more, by the lift that is wished, or by the most there can be: ".all"."""
    if holdout.forgone is None or can_be is None or can_be >= holdout.wanted_lift:
        return holdout.forgone, ""
    return holdout.forgone * can_be / holdout.wanted_lift, ".all"


def _price(holdout: Holdout, currency: str | None, can_be: float | None) -> str:
    """What holding out costs, beside what it lets one see."""
    forgone, lift = forgone_of(holdout, can_be)
    return say("holdout", f"price{lift}", currency, holdout=holdout, forgone=forgone) if forgone else ""


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
        telling=_telling(result, measurement),
    )


def _telling(result: SegmentResult, measurement: Measurement) -> str:
    """What it would take to tell, never by the difference observed: days, customers, or another shop."""
    if result.ask_again_on:
        return say("effect", "ask again", day=result.ask_again_on)
    sought = _difference(result.sought, result.primary, measurement.currency)
    few = ".too few" if result.reason == "too few" else ""
    if result.needed:
        size = "shop too small" if measurement.too_large(result.needed) else "more.needed"
        return say("effect", f"{size}{few}", result=result, sought=sought)
    return say("effect", "more.enough" if result.more == 0 else "more.none", sought=sought)


def signed_gain(gain: Gain, currency: str | None) -> tuple[str, str]:
    """Money that was brought or earned, and its interval."""
    amounts = (gain.amount, gain.low, gain.high)
    amount, low, high = (words.signed(value, lambda size: words.money(size, currency)) for value in amounts)
    return amount, f"{low} to {high}"


def missing_payback(measurement: Measurement, run: str = "RUN") -> str:
    """Say why it is not reckoned whether campaigns paid, and what to give; "" where it is of all that were measured."""
    open_ones = [r for r in measurement.segments if r.revenue is not None and r.payback is None]
    what = say("payback", "missing.margin" if measurement.margin is None else "missing.cost")
    give = say("payback", "give.margin" if measurement.margin is None else "give.cost", run=shlex.quote(run))
    names = tuple(result.name for result in open_ones)
    return say("payback", "missing", names=words.quoted(names), what=what, give=give) if names else ""


def describe_paybacks(measurement: Measurement) -> str:
    """Say in how many segments the campaign paid; "" where that is not reckoned of any."""
    known = [result.payback.verdict for result in measurement.segments if result.payback]
    paid = known.count("paid")
    return say("payback", "together" if paid else "together.none", paid=paid, known=len(known)) if known else ""


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
    """The arms and what lies between them as observed, which can be checked by hand; then adjusted, where it is."""
    effect, primary, currency = result.main, result.primary, measurement.currency
    if effect is None:
        return ""
    reached, held_out = (_amount(value, primary, currency) for value in (effect.treated, effect.holdout))
    coverage = 1 - measurement.alpha

    def difference(found: Effect | Raw) -> str:
        size, low, high = (_difference(value, primary, currency) for value in (found.difference, found.low, found.high))
        return say("effect", "difference", size=size, ends=interval_text(low, high), coverage=coverage)

    what = say("effect", f"measure.{primary}")
    observed = difference(effect.raw or effect)
    adjusted = difference(effect) if effect.variance_kept < 1 else ""
    code = "numbers.adjusted" if adjusted else "numbers"
    said = {"what": what, "reached": reached, "held_out": held_out, "observed": observed, "adjusted": adjusted}
    return say("effect", code, **said)


def interval_text(low: str, high: str) -> str:
    """Two ends that are written already, with a unit behind them once.

    >>> interval_text("+1.2 points", "+3.4 points")
    '+1.2 to +3.4 points'
    """
    return f"{low.removesuffix(' points')} to {high}"


def describe_adjustment(measurement: Measurement) -> str:
    """Say why adjusted differences are not those observed; "" where none is adjusted."""
    adjusted = [r for r in measurement.segments if r.main and r.main.raw and r.main.variance_kept < 1]
    return say("effect", "why adjusted") if adjusted else ""


def _difference(value: float, primary: Primary, currency: str | None) -> str:
    """A difference with its sign: between shares in points, else in money."""
    return words.signed(
        value, words.points if primary == "order_rate" else lambda size: words.exact_money(size, currency)
    )


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
    return say("coverage", "cut short", last_on=last_on, date_to=date_to)


def describe_coverage(measurement: Measurement) -> list[str]:
    """Say what was taken off for returns, and how many of the later customers the run does not know."""
    found, currency = measurement.coverage, measurement.currency
    if found is None:
        return []
    said = [
        say(
            "coverage",
            "returned" if found.returned else "nothing returned",
            returned=words.exact_money(found.returned, currency),
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
    found, planned = words.exact_share(check.value), words.exact_share(check.planned)
    return say("check", check.found, value=check.value, apart=abs(check.value), found=found, planned=planned)
