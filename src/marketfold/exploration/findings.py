"""Sentences that a person should read before any figure, each computed, ranked and with its numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from marketfold import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.exploration.summary import Exploration

MOST_FINDINGS = 10


def anchor(kind: str, column: str = "") -> str:
    """Anchor of a figure, as it stands in a page: small letters, digits and hyphens.

    >>> anchor("distribution", "unit_price")
    'distribution-unit-price'
    """
    return f"{kind}-{column}".rstrip("-").replace("_", "-")


LITTLE_TO_SAY = 0.85
"""A status that holds more lines than this tells customers apart on few lines only."""
DOMINATES = 0.3
PEAK = 1.5
GROWTH = 0.03
SINGLE_ORDERS = 0.25
HALF_EMPTY = 0.2
STRONG_CORRELATION = 0.75
NEARLY_ALL = 0.99
FEW_CUSTOMERS = 10
"""Of fewer than these no shares are told."""


@dataclass(frozen=True)
class Finding:
    """One thing that the order lines show.

    Attributes
    ----------
    kind
        What sort of finding it is; each kind is said once at most, `missing` and `dominates` aside.
    sentence
        Plain text. Values of the user's file stand in it as they are: escape it before it becomes HTML.
    figure
        Anchor of the figure that shows it; empty where none does.
    weight
        0 to 1; what changes how everything else must be read weighs most.
    numbers
        The numbers in the sentence, shares as 0 to 1.
    """

    kind: str
    sentence: str
    figure: str
    weight: float
    numbers: dict[str, float] = field(default_factory=dict)


def _status(e: Exploration) -> Iterator[Finding]:
    status = e.count_of("status")
    if status is None or status.n_values < 2 or status.names[0] is None:
        return
    share = float(status.line_share[0])
    if share >= LITTLE_TO_SAY:
        name = status.names[0]
        text = (
            f"{words.share(share)} of the {words.count(status.lines_total)} lines read are {name}: "
            f"{status.label} says little."
        )
        yield Finding("status", text, "counts-status", 0.55, {"line_share": share, "lines": float(status.lines[0])})


def _caps(e: Exploration) -> Iterator[Finding]:
    for cap in (*e.caps, *(e.dependence.caps if e.dependence else ())):
        stop = (
            f"{cap.label} stops at exactly {words.money(cap.value)} on {words.share(cap.line_share)} "
            "of lines: it is capped"
        )
        at, below = cap.differs_at_cap_share, cap.differs_below_share
        proof = "."
        if at is not None and below is not None and at > 0.9 and below < 0.1:
            quantity, amount = e.labels["quantity"], e.labels["amount"]
            product = f"{quantity} x {cap.label}"
            if at == 1 and below == 0:
                proof = f". On exactly these lines {product} is not {amount}: go by {amount}."
            else:
                proof = f". {product} differs from {amount} on {words.share(at)} of them: go by {amount}."
        numbers = {"value": cap.value, "line_share": cap.line_share, "lines": float(cap.lines)}
        figure = anchor("distribution", cap.column) if cap.column in e.labels else ""
        text = _on_sample(e, stop + proof) if cap not in e.caps else stop + proof
        yield Finding("cap", text, figure, 0.8 + 0.15 * min(cap.line_share * 2, 1), numbers)


def _on_sample(e: Exploration, text: str) -> str:
    """Say so where only a sample of the lines was looked at."""
    d = e.dependence
    if d is None or d.n_lines == d.n_kept:
        return text
    return f"{text[:-1]} (seen on {words.count(d.n_lines)} lines drawn from {words.count(d.n_kept)})."


def _cuts(e: Exploration) -> Iterator[Finding]:
    for cut in (*e.cuts, *(e.dependence.cuts if e.dependence else ())):
        at = words.listed([words.money(value) for value in cut.cuts])
        text = (
            f"{cut.label} follows from {cut.number_label} (cut at {at}): "
            f"segments by {cut.label} only restate {cut.number_label}."
        )
        numbers = {f"cut_{i}": value for i, value in enumerate(cut.cuts, start=1)}
        text = _on_sample(e, text) if cut not in e.cuts else text
        yield Finding("cuts", text, anchor("distribution", cut.number), 0.86, numbers)


def _date_parts(e: Exploration) -> Iterator[Finding]:
    d = e.dependence
    if d is None or not d.date_parts:
        return
    date, several = e.labels["ordered_on"], len(d.date_parts) > 1
    (first, part), *others = d.date_parts
    which = words.listed([f"{first} is the {part} of {date}", *(f"{label} its {part}" for label, part in others)])
    lines = f"{words.count(d.n_lines)} kept lines"
    if d.n_lines < d.n_kept:
        lines = f"{words.count(d.n_lines)} lines drawn from {words.count(d.n_kept)}"
    text = f"On each of {lines}, {which}: {'they say' if several else 'it says'} nothing that {date} does not."
    yield Finding("date parts", text, "dependence", 0.56, {"columns": float(len(d.date_parts)), "lines": d.n_lines})


def _constants(e: Exploration) -> Iterator[Finding]:
    d = e.dependence
    named = d.constants if d else ()
    if d and named:
        have = "has" if len(named) == 1 else "have each"
        text = (
            f"{words.listed(named)} {have} one value on all {words.count(d.n_lines)} lines: nothing "
            "can be told apart by it."
        )
        yield Finding("constant", _on_sample(e, text), "", 0.42, {"columns": float(len(named))})


GEOGRAPHY = frozenset({"country", "territory", "state", "currency"})


def _follows(e: Exploration) -> Iterator[Finding]:
    """Only what surprises: that a state lies in one country does not."""
    among = e.dependence.follows if e.dependence else ()
    telling = [f for f in e.follows if f.kind == "same" or not {f.column, f.given} <= GEOGRAPHY]
    for follow in (*telling, *among)[:1]:
        numbers = {"values": float(follow.n_values), "given_values": float(follow.n_given_values)}
        if follow.kind == "same":
            text = f"{follow.label} and {follow.given_label} say the same: one adds nothing to the other."
        else:
            text = f"{follow.label} follows from {follow.given_label} without exception: it adds nothing to it."
        text = text if follow in telling else _on_sample(e, text)
        yield Finding(
            "follows", text, "dependence" if e.dependence and len(e.dependence.labels) > 1 else "", 0.4, numbers
        )


def _peak(e: Exploration) -> Iterator[Finding]:
    peak = e.over_time.peak
    if peak is None or peak.ratio < PEAK:
        return
    mean, average = words.money(peak.revenue_mean, e.currency), words.money(peak.average_month, e.currency)
    numbers = {"ratio": peak.ratio, "revenue": peak.revenue_mean, "average_month": peak.average_month}
    month, weight = words.MONTHS[peak.month - 1], 0.5 + 0.1 * min(peak.ratio, 4)
    if peak.years:
        years = words.listed([str(year) for year in peak.years])
        text = f"{month} brings {words.times(peak.ratio)} an average month ({mean} against {average}, mean of {years})."
        yield Finding("peak", text, "calendar-month", weight, numbers)
    else:
        text = (
            f"{month} {peak.year} brought {words.times(peak.ratio)} an average month ({mean} against {average}); "
            "one year does not tell a season from an event."
        )
        yield Finding("peak", text, "over-time", weight - 0.1, numbers)


def _concentration(e: Exploration) -> Iterator[Finding]:
    c = e.concentration
    few = c.n_apart if c.n_customers > FEW_CUSTOMERS else 0
    if few:
        share = float(c.top_revenue[:few].sum() / c.revenue_total)
        ratio = float(c.top_revenue[few - 1] / c.top_revenue[few])
        bring = "customer brings" if few == 1 else "customers bring"
        each = "" if few == 1 else "each "
        text = (
            f"{few} {bring} {words.share(share)} of revenue, {each}at least {words.times(ratio)} the next largest: "
            "look at them by hand."
        )
        numbers = {"customers": float(few), "revenue_share": share, "ratio": ratio}
        yield Finding("concentration", text, "concentration", 0.72, numbers)
        return
    most = c.customers_for_most / c.n_customers
    numbers = {"customers": float(c.customers_for_most), "customer_share": most, "top_fifth_share": c.top_fifth_share}
    if c.n_customers >= FEW_CUSTOMERS and most <= 0.5:
        text = (
            f"{words.share(most)} of customers ({words.count(c.customers_for_most)} of {words.count(c.n_customers)}) "
            f"bring 80 % of revenue; the largest fifth brings {words.share(c.top_fifth_share)}."
        )
        yield Finding("concentration", text, "concentration", 0.68, numbers)
    elif c.n_customers >= FEW_CUSTOMERS:
        text = f"Revenue is spread widely: it takes {words.share(most)} of customers to bring 80 % of it."
        yield Finding("concentration", text, "concentration", 0.5, numbers)


def _once(e: Exploration) -> Iterator[Finding]:
    share, revenue = e.repeats.once_share, e.repeats.once_revenue_share
    customers = e.concentration.n_customers
    once = int(e.repeats.customers[e.repeats.orders == 1].sum())
    numbers = {"customer_share": share, "customers": float(once), "revenue_share": revenue}
    if customers < FEW_CUSTOMERS:
        return
    if share == 1:
        text = f"Each of the {words.count(customers)} customers ordered once: nothing can be learned about coming back."
        yield Finding("once", text, "repeats", 0.95, numbers)
    elif share >= SINGLE_ORDERS:
        text = (
            f"{words.share(share)} of customers ({words.count(once)} of {words.count(customers)}) ordered once; "
            f"they bring {words.share(revenue)} of revenue."
        )
        yield Finding("once", text, "repeats", 0.6 + 0.3 * share, numbers)
    else:
        came = 1 - share
        text = (
            f"{words.share(came)} of customers ordered more than once "
            f"({words.count(customers - once)} of {words.count(customers)})."
        )
        if once == 0:
            text = f"Each of the {words.count(customers)} customers ordered more than once."
        yield Finding("once", text, "repeats", 0.5, {**numbers, "repeat_share": came})


def _growth(e: Exploration) -> Iterator[Finding]:
    if not e.over_time.year_on_year:
        return
    last = e.over_time.year_on_year[-1]
    if abs(last.growth_share) < GROWTH:
        return
    when = words.months([int(month) for month in last.months])
    now, before = words.money(last.revenue, e.currency), words.money(last.revenue_before, e.currency)
    way = "more" if last.growth_share > 0 else "less"
    same = "month" if len(last.months) == 1 else "months"
    text = (
        f"{when} {last.year} brought {words.share(abs(last.growth_share))} {way} than the same {same} of "
        f"{last.year - 1} ({now} against {before})."
    )
    numbers = {"growth_share": last.growth_share, "revenue": last.revenue, "revenue_before": last.revenue_before}
    yield Finding("growth", text, "year-on-year", 0.55 + 0.25 * min(abs(last.growth_share), 1), numbers)


def _newcomers(e: Exploration) -> Iterator[Finding]:
    """A file of one intake shows an ageing cohort, not a shop: every trend in it is that of these customers."""
    if e.cohorts is None or len(e.cohorts.sizes) < 6 or e.concentration.n_customers < FEW_CUSTOMERS:
        return
    come = np.cumsum(e.cohorts.sizes) / e.cohorts.sizes.sum()
    last = int(np.argmax(come >= NEARLY_ALL))
    if (last + 1) / len(come) > 0.5:
        return
    end = words.day(e.cohorts.starts[last + 1] - np.timedelta64(1, "D"))
    early, customers = int(e.cohorts.sizes[: last + 1].sum()), int(e.cohorts.sizes.sum())
    text = (
        f"{words.count(early)} of {words.count(customers)} customers bought for the first time by "
        f"{end}: hardly anyone is new."
    )
    weight = 0.66
    if (last + 1) / len(come) <= 0.25:
        text = text.replace("hardly anyone is new", "the file follows one intake, and its course over time is theirs")
        weight = 0.9
    yield Finding("newcomers", text, "cohorts", weight, {"customers": float(early)})


def _incomplete(e: Exploration) -> Iterator[Finding]:
    over_time = e.over_time
    if over_time.month_whole[-1] or len(over_time.month_starts) < 3:
        return
    month = words.MONTHS[int(str(over_time.last_day)[5:7]) - 1]
    text = f"The orders end on {words.day(over_time.last_day)}: {month} is incomplete, and comparisons leave it out."
    yield Finding("incomplete", text, "over-time", 0.5, {"days_without_orders": float(over_time.last_gap_days)})


def _dominates(e: Exploration) -> Iterator[Finding]:
    for column in ("country", "category"):
        counts = e.count_of(column)
        if counts is None or counts.n_values < 3 or counts.revenue_total <= 0:
            continue
        order = np.argsort(-counts.revenue, kind="stable")
        first, second = order[0], order[1]
        share, next_share = float(counts.revenue_share[first]), float(counts.revenue_share[second])
        if share < DOMINATES or counts.names[first] is None or counts.names[second] is None:
            continue
        text = (
            f"{counts.names[first]} brings {words.share(share)} of revenue, the most of any {counts.label}; "
            f"{counts.names[second]} follows with {words.share(next_share)}."
        )
        numbers = {"revenue_share": share, "next_revenue_share": next_share}
        yield Finding("dominates", text, anchor("counts", column), 0.4 + 0.3 * share, numbers)


WORDS = {
    "quantity": "quantity",
    "product_id": "product",
    "category": "category",
    "country": "country",
    "list_price": "list price",
    "status": "status",
}


def _missing(e: Exploration) -> Iterator[Finding]:
    absent = [WORDS[name] for name in e.missing.absent]
    if absent:
        text = f"There is no column for {words.listed(absent, 'or')}: what depends on it is left out."
        yield Finding(
            "absent",
            text,
            "missing" if e.missing.empty.any() else "",
            0.3 + 0.08 * len(absent),
            {"columns": float(len(absent))},
        )
    for label, share, empty in zip(e.missing.labels, e.missing.empty_share, e.missing.empty, strict=True):
        if share >= HALF_EMPTY:
            text = f"{label} is empty on {words.share(share)} of the lines read ({words.count(empty)})."
            numbers = {"empty_share": float(share), "lines": float(empty)}
            yield Finding("missing", text, "missing", 0.35 + 0.2 * float(share), numbers)
            return


def _gaps(e: Exploration) -> Iterator[Finding]:
    if e.gaps is None or e.gaps.n_gaps < 20:
        return
    median = e.gaps.median_days
    text = (
        f"Half of all repeat orders come within {words.count(median)} days of the one before, the middle half after "
        f"{words.count(e.gaps.lower_days)} to {words.count(e.gaps.upper_days)} days "
        f"({words.count(e.gaps.n_gaps)} gaps)."
    )
    yield Finding("gaps", text, "gaps", 0.52, {"median_days": median, "gaps": float(e.gaps.n_gaps)})


def _discounts(e: Exploration) -> Iterator[Finding]:
    d = e.discounts
    if d is None or d.n_lines < 20:
        return
    numbers = {"mean": d.mean, "given_share": d.given_share, "above_share": d.above_share}
    label = e.labels.get("list_price", "list price")
    if d.above_share >= 0.2 and d.given_share >= 0.2:
        text = (
            f"{words.share(d.given_share)} of lines are charged below {label} and "
            f"{words.share(d.above_share)} above it: "
            f"{label} is no ceiling."
        )
        yield Finding("discount", text, "discounts", 0.54, numbers)
    elif d.given_share >= 0.05:
        text = (
            f"{words.share(d.given_share)} of lines are charged below {label}; "
            f"over all lines the discount is {words.share(d.mean)} on average."
        )
        yield Finding("discount", text, "discounts", 0.5, numbers)
    elif d.above_share < 0.05:
        yield Finding("discount", f"Hardly a line is charged below {label}.", "discounts", 0.2, numbers)


def _returns(e: Exploration) -> Iterator[Finding]:
    lines = e.lines
    if lines.returned == 0 or lines.read == 0:
        return
    share = lines.returned / lines.read
    text = (
        f"{words.count(lines.returned)} of the {words.count(lines.read)} lines read "
        f"({words.share(share)}) were cancelled or returned, "
        f"worth {words.money(lines.returned_value, e.currency)}; they do not count as purchases."
    )
    numbers = {"lines": float(lines.returned), "line_share": share, "value": lines.returned_value}
    yield Finding("returns", text, "counts-status" if e.count_of("status") else "", 0.35 + min(share, 0.5), numbers)


def _duplicates(e: Exploration) -> Iterator[Finding]:
    n = e.lines.duplicates
    if n:
        verb = "line repeats" if n == 1 else "lines repeat"
        text = f"{words.count(n)} {verb} another one exactly ({words.share(n / e.lines.read)} of the lines read)."
        yield Finding("duplicates", text, "", 0.3 + min(n / e.lines.read, 0.5), {"lines": float(n)})


def _set_aside(e: Exploration) -> Iterator[Finding]:
    if not e.lines.set_aside:
        return
    reason, n = max(e.lines.set_aside.items(), key=lambda item: (item[1], item[0]))
    share = n / e.lines.read
    if share >= 0.1:
        why = reason.replace("_", " ")
        text = f"{words.share(share)} of the lines read ({words.count(n)}) were set aside for one reason: {why}."
        yield Finding("set aside", text, "", 0.6 + 0.4 * share, {"lines": float(n), "line_share": share})


def _correlation(e: Exploration) -> Iterator[Finding]:
    c = e.correlations
    if c is None:
        return
    strength = np.abs(np.triu(c.values, 1))
    i, j = np.unravel_index(int(np.argmax(strength)), strength.shape)
    r = float(c.values[i, j])
    if abs(r) >= STRONG_CORRELATION:
        way = "together" if r > 0 else "against each other"
        text = (
            f"{c.labels[i]} and {c.labels[j]} move {way} (r = {r:.2f}): together they say little more than one of them."
        )
        figure = "correlations" if len(c.columns) > 2 else "scatter-matrix"
        yield Finding("correlation", text, figure, 0.3 + 0.1 * abs(r), {"r": r})


KINDS = (
    _set_aside, _newcomers, _once, _caps, _cuts, _date_parts, _peak, _concentration, _growth, _status, _discounts,
    _gaps, _dominates, _incomplete, _missing, _constants, _follows, _returns, _duplicates, _correlation,
)  # fmt: skip


def find(exploration: Exploration) -> tuple[Finding, ...]:
    """The ten weightiest findings, or as many as there are, weightiest first."""
    found = [finding for kind in KINDS for finding in kind(exploration)]
    return tuple(sorted(found, key=lambda finding: -finding.weight)[:MOST_FINDINGS])
