"""What is said of holdouts before a campaign, and of its effects after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.experiments import MOST_SHARE

if TYPE_CHECKING:
    from marketfold.experiments import Check, Holdout, Measurement, Primary, SegmentResult

_BY_ITSELF = " By itself that would look proven; allowing for all the segments that were looked at, it is not."
_UNDECIDED = {
    "no holdout": "It cannot be told: nobody of this segment was held out, so there is nothing to compare with.",
    "too few": "It cannot be told: one of the arms has fewer than two customers.",
}
_CHECKED = {
    "alike": "Both arms had brought about the same before the campaign.",
    "past unknown": "What the arms had brought before is not known, so it was not compared.",
    "as planned": "The arms have the planned sizes.",
    "list as planned": (
        "The later orders begin with the campaign, so only the list of the run could be checked: it is as planned."
    ),
    "size unknown": "The planned size of the holdout is not known, so it was not checked.",
}


def describe_holdout(holdout: Holdout, currency: str | None = None) -> str:
    """Say how many are held out and what that will show, or why nobody is.

    Parameters
    ----------
    holdout
        Of one segment.
    currency
        Of its amounts.
    """
    customers, wanted = words.plural(holdout.customers, "customer"), words.share(holdout.wanted_lift)
    if holdout.sizing == "never observed":
        return (
            "No holdout: nobody here has been observed for a full campaign period after the first order, so what is "
            "usual cannot be told, and neither can how many to hold out."
        )
    if holdout.sizing == "too few":
        best = holdout.best_lift
        shown = "no change at all" if best is None else f"only a change of {words.share(best)} or more"
        return (
            f"No holdout: with {customers} even holding out {words.share(MOST_SHARE)} would show {shown} in the "
            f"{_what(holdout.primary)} (usually {_usual(holdout, currency)}). Reach everybody, and do not take a rise "
            "afterwards for proof."
        )
    if holdout.sizing == "enough":
        return f"Hold out {words.count(holdout.held_out)} of {customers}. {_power(holdout, currency)}."
    if holdout.sizing == "all there is":
        wish = f"which is all that this many customers can show ({wanted} was wished)"
        return f"Hold out {words.count(holdout.held_out)} of {customers}. {_power(holdout, currency)}, {wish}."
    why = "as you have set it"
    if holdout.sizing == "kept":
        planned = f"{words.count(holdout.planned)} would be held out anew"
        anew = planned if holdout.planned else "no holdout would be made anew"
        why = f"everybody keeps the arm of the earlier run ({anew})"
    shows = "So few show nothing of a campaign" if holdout.detectable_lift is None else _power(holdout, currency)
    return f"{words.count(holdout.held_out)} of {customers} are held out: {why}. {shows}."


def _what(primary: Primary) -> str:
    return "share of customers who order" if primary == "order_rate" else "revenue per customer"


def _amount(value: float, primary: Primary, currency: str | None) -> str:
    return words.share(value) if primary == "order_rate" else words.money(value, currency)


def _usual(holdout: Holdout, currency: str | None) -> str:
    return f"{_amount(holdout.usual or 0.0, holdout.primary, currency)} in {words.days(holdout.days)}"


def _power(holdout: Holdout, currency: str | None) -> str:
    return (
        f"The {_what(holdout.primary)} is usually {_usual(holdout, currency)}; a campaign that changes it by "
        f"{words.share(holdout.detectable_lift or 0.0)} or more will be seen in 8 of 10 cases"
    )


def describe_result(result: SegmentResult, measurement: Measurement) -> str:
    """Say whether a campaign worked in a segment, with its numbers.

    Parameters
    ----------
    result
        Of the segment.
    measurement
        The whole that it belongs to: for the currency and the coverage of the interval.
    """
    effect = result.main
    if effect is None:
        return _UNDECIDED[result.reason]
    if result.reason == "arms differ":
        return f"It cannot be told, as the arms are not what was planned. {describe_check(result.ratio)}"
    numbers = _numbers(result, measurement)
    if result.reason == "above zero":
        return f"It worked. {numbers}"
    if result.reason == "below zero":
        return f"It did not work: those reached did less than those held out. {numbers}"
    if result.reason == "not worth it":
        worth = _difference(result.worth, result.primary, measurement.currency)
        return f"It did not work: an effect of {worth} or more is ruled out. {numbers}"
    proven = _BY_ITSELF if effect.low > 0 or effect.high < 0 else ""
    telling = "Nobody bought, so no number of them would tell."
    if result.more:
        telling = f"About {words.count(result.more)} more customers would tell."
    return f"It cannot be told yet. {numbers}{proven} {telling}"


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
    amount, low, high = (_signed(v, "revenue", measurement.currency) for v in (gain.amount, gain.low, gain.high))
    interval = f"{words.share(1 - measurement.alpha)} interval {low} to {high}"
    return f"All measured segments together: the campaigns changed revenue by {amount} ({interval})."


def describe_period(measurement: Measurement) -> str:
    """Say what of the period is missing in the later orders; "" where nothing is."""
    last_on, date_to = measurement.orders_end_on, measurement.date_to
    if last_on is None:
        return ""
    return f"The later orders end on {last_on}, before the period does ({date_to}): a part of it is missing."


def describe_check(check: Check) -> str:
    """Say what a check of the arms found."""
    if check.found == "mismatch":
        return (
            f"{_points(check.value)} % are held out where {_points(check.planned)} % were planned: customers were lost "
            "on the way, or moved between the arms. Find out why before believing any number here."
        )
    if check.found == "unlike":
        more = "more" if check.value > 0 else "less"
        return (
            f"Those reached had brought {more} before the campaign ({words.decimal(abs(check.value))} standard "
            "deviations): the "
            "comparison is adjusted for it, and should be read with care."
        )
    return _CHECKED[check.found]
