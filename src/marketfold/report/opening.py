"""The answer: headline, one paragraph, a handful of numbers, and what to know before using them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.page import Fact, SegmentAim
from marketfold.report.sentences.selection import future_warning
from marketfold.report.sentences.trust import trust_summary
from marketfold.report.sentences.warnings import run_warnings

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import Campaign
    from marketfold.segments import SegmentProfile

LEAST_LEAD = 0.1
"""By how much a group's share of revenue must exceed its share of customers to be news."""
MOST_WARNINGS = 4
"""More than these and nobody reads any; the others stand with the data."""


def _leaders(analysis: Analysis) -> tuple[int, float, float]:
    """The segments that bring more than their share: how many, their share of units and of revenue."""
    leading = [profile for profile in analysis.segments.profiles if profile.revenue_share > profile.unit_share]
    units = sum(profile.unit_share for profile in leading)
    return len(leading), units, sum(profile.revenue_share for profile in leading)


def headline(analysis: Analysis) -> str:
    """The answer in one line."""
    n = len(analysis.segments.profiles)
    how_many = words.number_word(n).capitalize()
    units = words.units_word(analysis.segmentation.unit)
    finding = analysis.choice.evidence.finding
    if all(profile.trust == "weak" for profile in analysis.segments.profiles):
        return f"{how_many} segments, none of which comes out again"
    if finding == "crowd":
        return f"{how_many} segments to work with, cut from one crowd"
    if finding == "too_few":
        return f"{how_many} segments, from too few {units} to be sure"
    leading, unit_share, revenue_share = _leaders(analysis)
    if revenue_share - unit_share < LEAST_LEAD:
        return f"{how_many} segments of {units}, and what to do with each"
    which = f"{words.number_word(leading).capitalize()} of {words.number_word(n)} segments"
    verb = "brings" if leading == 1 else "bring"
    who, money = words.share(unit_share), words.share(revenue_share)
    return f"{which}, {who} of the {units}, {verb} {money} of the revenue"


def _best(analysis: Analysis) -> SegmentProfile:
    """Where to begin: the most valuable of the surest segments."""
    order = {"group": 0, "slice": 1, None: 2, "weak": 3}
    profiles = analysis.segments.profiles
    return min(profiles, key=lambda profile: (order[profile.trust], -profile.revenue_share, -profile.unit_share))


def _first_move(analysis: Analysis) -> str:
    best = _best(analysis)
    units = words.plural(best.units, words.unit_word(analysis.segmentation.unit))
    brought = (
        f" who brought {words.money(best.revenue_total, analysis.data.currency, short=True)}, "
        f"{words.share(best.revenue_share)} of the revenue"
        if best.revenue_total > 0
        else ""
    )
    begin = "To test first" if best.trust == "weak" else "Begin with"
    return f"{begin} \u201c{best.name}\u201d: {units}{brought}."


def first_aim(analysis: Analysis) -> SegmentAim | None:
    """What to do with the segment to begin with; None where nothing was planned for it."""
    number = _best(analysis).number
    return next((segment_aim(campaign) for campaign in analysis.plan.campaigns if campaign.number == number), None)


def segment_aim(campaign: Campaign) -> SegmentAim:
    """The aim of a campaign as a sentence."""
    title = campaign.aim_title
    return SegmentAim(campaign.number, f"The aim for them: {title[:1].lower()}{title[1:]}.")


def _future(analysis: Analysis) -> str:
    future = analysis.choice.future
    warning = future_warning(future) if future else ""
    return f"{warning} " if warning else ""


def lead(analysis: Analysis) -> str:
    """The answer in one paragraph."""
    reads = analysis.data.reads
    made = analysis.segmentation
    when = (
        f" between {words.day(reads.first_on)} and {words.day(reads.last_on)}"
        if reads.first_on and reads.last_on
        else ""
    )
    what = "who bought" if made.unit == "customer" else "placed"
    if analysis.data.kind == "customers":
        what = "in the table"
    return (
        f"The {words.count(len(made))} {words.units_word(made.unit)} {what}{when} form "
        f"{words.number_word(made.n_segments)} segments. {trust_summary(analysis)} {_future(analysis)}"
        f"{_first_move(analysis)}"
    )


def _period(analysis: Analysis) -> tuple[Fact, ...]:
    reads = analysis.data.reads
    if reads.first_on is None or reads.last_on is None:
        return ()
    days = (reads.last_on - reads.first_on).days + 1
    months = round(days / 30.44)
    length = f"{months} months" if months >= 2 else f"{days} days"
    return (Fact("period", length, f"{reads.first_on:%b %Y} {words.DASH} {reads.last_on:%b %Y}"),)


def key_facts(analysis: Analysis) -> tuple[Fact, ...]:
    """The numbers below the lead."""
    units = words.units_word(analysis.segmentation.unit)
    n = len(analysis.segments.profiles)
    facts = [Fact("segments", words.count(n), _earned(analysis))]
    made, reads = len(analysis.segmentation), analysis.data.reads
    facts.append(Fact(units, words.count(made), _of_read(made, reads.customers if units == "customers" else None)))
    if units != "orders" and analysis.data.kind == "orders":
        orders = analysis.data.exploration.lines.orders
        facts.append(Fact("orders", words.count(orders), _of_read(orders, reads.orders)))
    if (money := analysis.data.money) is not None:
        net = "net of returns" if analysis.data.ledger.money_came_back else ""
        facts.append(Fact("revenue", words.money(money, analysis.data.currency, short=True), net))
    return (*facts, *_period(analysis))


def _of_read(kept: int, read: int | None) -> str:
    """How many were read, where cleaning or the as-of day left fewer."""
    return "" if read is None or read == kept else f"of {words.count(read)} read"


def _earned(analysis: Analysis) -> str:
    """What the segments are, in a word or two."""
    trust = [profile.trust for profile in analysis.segments.profiles]
    groups, slices = trust.count("group"), trust.count("slice")
    if groups:
        return "all groups" if groups == len(trust) else f"{words.number_word(groups)} of them groups"
    if slices:
        return "useful cuts" if slices == len(trust) else f"{words.number_word(slices)} of them useful"
    return "none that comes out again"


def weightiest_warnings(analysis: Analysis) -> tuple[str, ...]:
    """What to know first beyond what the lead says; the rest is told with the data."""
    trust = trust_summary(analysis)
    warnings = tuple(warning for warning in run_warnings(analysis) if warning != trust)
    if len(warnings) <= MOST_WARNINGS + 1:
        return warnings
    rest = len(warnings) - MOST_WARNINGS
    more = f"{words.number_word(rest).capitalize()} smaller remarks stand with the data."
    return (*warnings[:MOST_WARNINGS], more)
