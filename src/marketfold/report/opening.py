"""The answer: headline, one paragraph, a handful of numbers, and what to know before using them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.audiences import usable_platform
from marketfold.page import Fact, Link, Move, ShareRow, SharesChart
from marketfold.report.segment_chapters import campaign_key
from marketfold.report.sentences.moves import is_ranked, move_sentences
from marketfold.report.sentences.phrases import phrases, say
from marketfold.report.sentences.selection import future_warning, merge_sentence
from marketfold.report.sentences.trust import trust_summary
from marketfold.report.sentences.warnings import run_warnings
from marketfold.unit_tables import CUSTOMERS_CSV, CUSTOMERS_WORKBOOK, MOST_IN_WORKBOOK

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketfold.analysis import Analysis
    from marketfold.campaigns import CampaignPlan
    from marketfold.page import ReportPage

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


def moves(plan: CampaignPlan) -> tuple[Move, ...]:
    """What to do, the most worthwhile first; nothing where it is not known which that is."""
    if not is_ranked(plan):
        return ()
    return tuple(Move(number, text, campaign_key(number), detail) for number, text, detail in move_sentences(plan))


def with_moves(page: ReportPage, plan: CampaignPlan) -> ReportPage:
    """The page whose headline is the first move of the plan, the others below it; its own headline where none is."""
    if not (all_of_them := moves(plan)):
        return page
    first, *others = all_of_them
    return replace(page, title=first.sentence.rstrip("."), subtitle=first.detail, moves=tuple(others))


def shares(analysis: Analysis) -> SharesChart:
    """How units and money divide over the segments."""
    known = analysis.segmentation.has_money
    rows = tuple(
        ShareRow(one.number, one.name, one.unit_share, one.revenue_share if known else None)
        for one in analysis.segments.profiles
    )
    units = words.units_word(analysis.segmentation.unit)
    title = headline(analysis) if is_ranked(analysis.plan) else f"How the {units} divide"
    return SharesChart(title, rows, units)


def run_files(analysis: Analysis) -> tuple[Link, ...]:
    """The files of a run folder that a reader of the page opens next."""
    names = ["segments.csv"]
    if analysis.segmentation.unit == "customer":
        names = [CUSTOMERS_CSV]
        if analysis.segmentation.n_units <= MOST_IN_WORKBOOK:
            names.insert(0, CUSTOMERS_WORKBOOK)
    if analysis.plan.campaigns:
        names.append("campaigns/")
    return tuple(Link(name, say("file", name)) for name in names)


def export_target(plan: CampaignPlan, roles: Collection[str]) -> str:
    """Where the people of a plan can be exported to first, from a file with these roles; "" where nowhere."""
    platform = usable_platform(roles, [campaign.to_reach for campaign in plan.campaigns])
    return platform.name if platform else ""


def run_commands(to: str) -> tuple[Fact, ...]:
    """What to do next in a terminal, from the run's folder; nobody is exported where `to` names no platform."""
    commands = phrases("next_command").items()
    return tuple(Fact(code.format(to=to), about) for code, about in commands if to or "{to}" not in code)


def _future(analysis: Analysis) -> str:
    future = analysis.choice.future
    return future_warning(future) if future else ""


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
    form = (
        f"The {words.count(made.n_units)} {words.units_word(made.unit)} {what}{when} form "
        f"{words.number_word(made.n_segments)} segments."
    )
    told = (form, merge_sentence(made), trust_summary(analysis), _future(analysis))
    return " ".join(sentence for sentence in told if sentence)


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
    made, reads = analysis.segmentation.n_units, analysis.data.reads
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
        return (
            "all groups"
            if groups == len(trust)
            else f"{words.number_word(groups)} of them {'a group' if groups == 1 else 'groups'}"
        )
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
