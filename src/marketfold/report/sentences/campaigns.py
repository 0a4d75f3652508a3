"""What is said of a campaign: who it is for, why this aim, and when; and of the plan as a whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from marketfold import words
from marketfold.campaigns import FACTS, LIMITS, MIN_ORDERS
from marketfold.features import SEVERAL
from marketfold.report.sentences.phrases import phrases, say
from marketfold.segments import difference_text
from marketfold.words import listed, measured, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.campaigns import (
        Campaign,
        CampaignPlan,
        Draft,
        MetCondition,
        NextBuy,
        PlannedChannel,
        PlanNote,
        Timing,
    )
    from marketfold.experiments import SeasonSeen
    from marketfold.schema import Measure

PART_WORDS = {
    "name": "name", "aim_title": "aim", "goal": "goal", "offer": "offer", "channels": "channels", "schedule": "timing",
    "drafts": "messages", "measure": "measure", "amount": "budget", "held_out": "holdout",
}  # fmt: skip
"""What the editable parts of a campaign are called."""

FULLER = "grow_basket"
"""The aim whose money is in fuller orders, though it is counted in orders."""
FEW = 10
UNEVEN = 3
"""Times their even part of it that they must bring for that."""
LARGE_PART = 0.2
"""From such a part of a segment's revenue on, two customers make its sums."""
FEW_ORDERS = 3
"""Of fewer a customer has shown one gap at most."""
ENOUGH_SEASONS = 5
"""Earlier seasons from which on their rates are no anecdote."""
COUNTRIES = 3
NEARLY_ALL = 0.95
"""Of all customers in one country: then it is no news of a segment."""
CENT = 0.01

AD_WORDS = {
    "google_headline": "Google headline", "google_description": "Google description",
    "meta_headline": "Meta headline", "meta_text": "Meta primary text",
}  # fmt: skip
"""What the texts of ads are called."""

_IDENTIFIERS = {"email": "e-mail addresses", "phone": "phone numbers", "address": "addresses"}


def campaign_warning(campaign: Campaign) -> str:
    """What to know first about a segment; "" where it stands firm and is not tiny."""
    codes: list[str] = [] if campaign.trust == "group" else [campaign.trust or "untested"]
    codes += ["few"] if campaign.customers < FEW else []
    line = campaign.budget
    codes += [line.break_even] if line and line.break_even.startswith("beyond") else []
    rate = line.break_even_rate if line else None
    return " ".join(say("campaign_warning", code, customers=campaign.customers, rate=rate) for code in codes)


def edited_parts(campaign: Campaign) -> tuple[str, ...]:
    """Which parts were edited by hand, in this run or in the one before it."""
    own = tuple(name for name in campaign.edited if name not in campaign.kept)
    found = {"Kept from your earlier plan, as edited by hand": campaign.kept, "Edited by hand": own}
    return tuple(f"{how}: {listed([PART_WORDS[name] for name in names])}." for how, names in found.items() if names)


def member(plan: CampaignPlan, n: int = 1) -> str:
    """What the plan calls one of them, or n: companies are accounts."""
    one = "account" if plan.companies else "customer"
    return one if n == 1 else f"{one}s"


def how_many(n: int, plan: CampaignPlan) -> str:
    """A number of customers, or of accounts."""
    return words.plural(n, member(plan))


def describe_segment(campaign: Campaign, plan: CampaignPlan) -> str:
    """One paragraph on who they are, in the user's units and the plan's currency."""
    parts = [_size(campaign, plan), _habits(campaign, plan), _difference(campaign, plan), _places(campaign)]
    return " ".join(part for part in parts if part)


def _size(campaign: Campaign, plan: CampaignPlan) -> str:
    customers = how_many(campaign.customers, plan)
    of_revenue = share(campaign.revenue_share)
    if not campaign.revenue_total and campaign.timing.season == "no orders":
        return f"{customers} ({share(campaign.customer_share)} of all)."
    size = f"{customers} ({share(campaign.customer_share)} of all) who brought {of_revenue} of the revenue."
    part = campaign.two_largest or 0.0
    if part < LARGE_PART or part * campaign.customers < 2 * UNEVEN:
        return size
    return f"{size} {say('campaign', 'two_largest', part=part)}"


def _habits(campaign: Campaign, plan: CampaignPlan) -> str:
    orders, value, away = campaign.order_count, campaign.order_value, campaign.timing.recency_days
    if orders is None or value is None or away is None:
        return ""
    code = "one_order" if orders == 1 else "several_orders"
    between = say("campaign", "or", low=math.floor(orders), high=math.ceil(orders))
    counted = measured(orders, "count") if orders == int(orders) else between
    return say("campaign", code, plan.currency, orders=counted, value=value, away=away, member=member(plan))


def _difference(campaign: Campaign, plan: CampaignPlan) -> str:
    texts = [difference_text(feature, plan.unit, plan.currency).rstrip(".") for feature in campaign.distinguishing]
    return f"What sets a typical one apart: {'; '.join(texts)}." if texts else "Nothing sets them clearly apart."


def _places(campaign: Campaign) -> str:
    """Where they live; nothing where all customers live in one country."""
    if any(one.everyone_share >= NEARLY_ALL for one in campaign.countries):
        return ""
    named = {SEVERAL: say("campaign", "several_countries")}
    texts = [f"{named.get(one.value, one.value)} {share(one.share)}" for one in campaign.countries[:COUNTRIES]]
    if (further := campaign.countries[COUNTRIES:]) and texts:
        less = share(further[0].share) != share(campaign.countries[COUNTRIES - 1].share)
        texts.append("others less" if less else "others no more")
    return f"By country: {', '.join(texts)}." if texts else ""


def why_this_aim(campaign: Campaign, plan: CampaignPlan) -> str:
    """The rule that chose the aim, with the numbers that decided."""
    return _by_rule(campaign, plan, "rule")


def why_aim_on_page(campaign: Campaign, plan: CampaignPlan) -> str:
    """The same, and where somebody chose another aim, that it is theirs; a brief is read back, and cannot say so."""
    return _by_rule(campaign, plan, "rule.by hand" if "aim_title" in campaign.edited else "rule")


def _by_rule(campaign: Campaign, plan: CampaignPlan, code: str) -> str:
    reasons = [_reason(one, plan) for one in campaign.why.conditions] or [say("why", "otherwise")]
    return say("why", code, reasons="; ".join(reasons), why=campaign.why)


def _reason(met: MetCondition, plan: CampaignPlan) -> str:
    way = "least" if met.at_least is not None or met.times_everyone_at_least is not None else "most"
    code = f"{met.fact}.{way}"
    measure: Measure = FACTS[met.fact].measure if met.fact else "ratio"
    value = measured(met.value, measure, plan.currency)
    everyone = "" if met.everyone is None else measured(met.everyone, measure, plan.currency)
    if code not in phrases("why"):
        code = "other"
    label = FACTS[met.fact].label if met.fact else f"median of {met.feature}"
    asked = _asked(met, measure, plan.currency)
    return say("why", code, value=value, everyone=everyone, label=label, asked=asked, member=member(plan))


def _asked(met: MetCondition, measure: Measure, currency: str | None) -> str:
    asked = []
    for way, bound, times in (
        ("at least", met.at_least, met.times_everyone_at_least),
        ("at most", met.at_most, met.times_everyone_at_most),
    ):
        if bound is not None:
            asked.append(f"{way} {measured(bound, measure, currency)}")
        if times is not None and met.everyone is not None:
            asked.append(
                f"{way} {measured(times, 'ratio')} times everybody's {measured(met.everyone, measure, currency)}"
            )
    return listed(asked)


def missing_contacts(channel: PlannedChannel) -> str:
    """What the order file lacks for a channel, and what to do; "" where it lacks nothing."""
    if not channel.lacking:
        return ""
    what = listed([_IDENTIFIERS[name] for name in channel.lacking], "or")
    return f"The file has no {what}: match this list with your customer records by customer id."


def inter_purchase_time(timing: Timing, customers: int, *, companies: bool = False) -> str:
    """How much time lies between their orders, and since the last one."""
    unknown = "no orders" if timing.season == "no orders" else "no gap"
    if timing.recency_days is None:
        return say("timing", unknown)
    since = say("timing", "away", away=timing.recency_days, member="account" if companies else "customer")
    if timing.season == "no orders":
        return say("timing", "no orders.away", since=since)
    if timing.advice:
        return say("timing", "season", since=since)
    if timing.gap_days is None:
        return say("timing", "few back", since=since)
    low, middle, high = timing.gap_days
    n = words.count(customers)
    some = "Some" if timing.returned is None else f"{words.count(timing.returned)} of {n}"
    who = f"All {n}" if timing.returned == customers else some
    return say("timing", "back", since=since, who=who, low=low, middle=middle, high=high)


def season(timing: Timing) -> str:
    """In which months they buy most, or why that cannot be told."""
    peaks = [words.month(month) for month in timing.peaks]
    top = max((timing.months[month - 1] for month in timing.peaks), default=0.0)
    return say("season", timing.season, timing=timing, least=MIN_ORDERS, peaks=peaks, top=top)


def season_of(campaign: Campaign) -> str:
    """The same of a segment; where the months set it apart it is said that they may have been what it was cut by."""
    found = season(campaign.timing)
    cut = campaign.trust != "group" and any(one.name.startswith("quarter_") for one in campaign.distinguishing)
    return f"{found} {say('season', 'cut')}" if cut and campaign.timing.peaks else found


def nothing_bought_more(campaign: Campaign) -> str:
    """Why nothing is said of what they buy more than others; "" where something is."""
    if campaign.products or campaign.categories:
        return ""
    if campaign.timing.season == "no orders":
        return say("campaign", "no_lines")
    return say("campaign", "no_affinity" if campaign.products_named else "no_products")


def ad_texts(draft: Draft, ads: Sequence[str]) -> list[tuple[str, str, int]]:
    """What each ad text is called, the text, and how long it may be; of the platforms on which the campaign is."""
    return [
        (label, getattr(draft, field), LIMITS[field])
        for field, label in AD_WORDS.items()
        if field.partition("_")[0] in ads
    ]


def no_amount() -> str:
    """That a campaign gets nothing of the budget."""
    return say("campaign", "no_amount")


def no_money() -> str:
    """Why a brief has no sums."""
    return say("campaign", "no_money")


def next_step(step: NextBuy) -> str:
    """What they take up next, and how many of them have not yet."""
    return say("campaign", "next_step", name=words.titled(step.name, step.title, step.category), step=step)


def usual_note(campaign: Campaign) -> str:
    """Where what is usual is no mean of their past, or misleads as one; "" for others."""
    code = usual_of(campaign)
    if not code or campaign.holdout is None or not campaign.holdout.usual:
        return ""
    usual = campaign.baseline
    seasons, lately = (usual.seasons, usual.lately) if usual else ((), None)
    return say("campaign", f"usual_{code}", lately=lately, gap=own_gap(campaign), **season_facts(seasons))


def own_gap(campaign: Campaign) -> str:
    """What the time between their orders is called: two orders show one gap, which is no habit."""
    only = (campaign.order_count or FEW_ORDERS) < FEW_ORDERS
    return say("move", "gap.only" if only else "gap.usual")


def usual_of(campaign: Campaign) -> Literal["expected", "past", "season", "seasons", "so far", ""]:
    """Of what what is usual is: forecast, the newest days, one earlier season or several, all; "" if not known."""
    usual = campaign.baseline
    if usual and usual.forecast:
        return "expected"
    if usual and usual.seasons:
        return "seasons" if len(usual.seasons) > 1 else "season"
    if usual and usual.lately:
        return "past"
    return "so far" if usual and not campaign.season_on and not campaign.away else ""


def season_facts(seasons: Sequence[SeasonSeen]) -> dict[str, Any]:
    """How many ordered in each, of how many; and that so few seasons tell no rate to rely on, where they are few."""
    told = [f"{words.count(one.ordered)} of {words.count(one.customers)}" for one in seasons]
    few = say("move", "few seasons", seasons=told) if len(told) < ENOUGH_SEASONS else ""
    return {"seasons": told, "doubt": few}


def plan_notes(plan: CampaignPlan) -> tuple[str, ...]:
    """What a person should know about the plan as a whole, and about its money."""
    return tuple(_note(note, plan) for note in plan.notes) + _about_budget(plan)


def _note(note: PlanNote, plan: CampaignPlan) -> str:
    """One note, with the command for it only where the file has the addresses that it needs."""
    told = say("plan_note", note.code, **_about(note))
    channels = [channel for campaign in plan.campaigns for channel in campaign.channels]
    if note.code != "same words" or any("email" in channel.lacking for channel in channels):
        return told
    return told + say("plan_note", "same words.mail", **_about(note))


def _about(note: PlanNote) -> dict[str, str]:
    if note.code != "same words":
        return {"about": note.about}
    numbers = note.about.split(",")
    return {"about": listed(numbers), "flags": " ".join(f"--segment {number}" for number in numbers)}


def promise_note(before: Campaign, after: Campaign) -> str:
    """That the messages do not follow an offer's new title by themselves; "" where they need not."""
    if before.offer.title == after.offer.title or before.offer.promise != after.offer.promise:
        return ""
    return say("campaign", "old promise", campaign=after)


def _about_budget(plan: CampaignPlan) -> tuple[str, ...]:
    money = plan.budget
    beyond = tuple(c.name for c in plan.campaigns if c.budget and c.budget.break_even.startswith("beyond"))
    warned = (say("plan_note", "beyond", names=beyond),) if beyond else ()
    if money.total is None:
        return warned
    difference = sum(campaign.amount or 0.0 for campaign in plan.campaigns) + money.left_over - money.total
    by_hand = abs(difference) >= CENT and any("amount" in campaign.edited for campaign in plan.campaigns)
    found = {"left over": money.left_over > 0, "no margin": money.margin is None, "by hand": by_hand}
    facts = {"left_over": money.left_over, "size": abs(difference), "difference": difference}
    return warned + tuple(say("plan_note", code, plan.currency, **facts) for code, holds in found.items() if holds)
