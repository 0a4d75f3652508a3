"""What is said of a campaign: who it is for, why this aim, when, with what money; and of the plan as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.campaigns import FACTS, MIN_ORDERS, YEAR_DAYS
from marketfold.report.sentences.phrases import say
from marketfold.segments import difference_text
from marketfold.words import listed, measured, share

if TYPE_CHECKING:
    from marketfold.campaigns import BudgetLine, Campaign, CampaignPlan, MetCondition, NextBuy, PlannedChannel, Timing
    from marketfold.schema import Measure

PART_WORDS = {
    "name": "name", "aim_title": "aim", "goal": "goal", "offer": "offer", "channels": "channels", "schedule": "timing",
    "drafts": "messages", "measure": "measure", "amount": "budget", "held_out": "holdout",
}  # fmt: skip
"""What the editable parts of a campaign are called."""

FEW = 10
COUNTRIES = 3
CENT = 0.01

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


def describe_segment(campaign: Campaign, plan: CampaignPlan) -> str:
    """One paragraph on who they are, in the user's units and the plan's currency."""
    parts = [_size(campaign), _habits(campaign, plan.currency), _difference(campaign, plan), _places(campaign)]
    return " ".join(part for part in parts if part)


def _size(campaign: Campaign) -> str:
    customers = words.plural(campaign.customers, "customer")
    of_revenue = share(campaign.revenue_share)
    if not campaign.revenue_total and campaign.timing.season == "no orders":
        return f"{customers} ({share(campaign.customer_share)} of all)."
    return f"{customers} ({share(campaign.customer_share)} of all) who brought {of_revenue} of the revenue."


def _habits(campaign: Campaign, currency: str | None) -> str:
    orders, value, away = campaign.order_count, campaign.order_value, campaign.timing.recency_days
    if orders is None or value is None or away is None:
        return ""
    code = "one_order" if orders == 1 else "several_orders"
    return say("campaign", code, currency, orders=orders, value=value, away=away)


def _difference(campaign: Campaign, plan: CampaignPlan) -> str:
    texts = [difference_text(feature, plan.unit, plan.currency).rstrip(".") for feature in campaign.distinguishing]
    return f"What sets them apart: {'; '.join(texts)}." if texts else "Nothing sets them clearly apart."


def _places(campaign: Campaign) -> str:
    texts = [f"{one.value} {share(one.share)}" for one in campaign.countries[:COUNTRIES]]
    if len(campaign.countries) > COUNTRIES:
        texts.append("others less")
    return f"By country: {', '.join(texts)}." if texts else ""


def why_this_aim(campaign: Campaign, currency: str | None) -> str:
    """The rule that chose the aim, with the numbers that decided."""
    why = campaign.why
    title = why.title.lower().capitalize()
    where = f"'{title}' by rule {why.number} of {why.n_rules} in the playbook"
    if not why.conditions:
        return f"{where}, which takes every segment that no earlier rule claims."
    return f"{where}: {'; '.join(_condition(one, currency) for one in why.conditions)}."


def _condition(met: MetCondition, currency: str | None) -> str:
    measure: Measure
    if met.fact:
        label, measure = FACTS[met.fact].label, FACTS[met.fact].measure
    else:
        label, measure = f"median of {met.feature}", "ratio"
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
    return f"{label}: {measured(met.value, measure, currency)} (asked: {listed(asked)})"


def missing_contacts(channel: PlannedChannel) -> str:
    """What the order file lacks for a channel, and what to do; "" where it lacks nothing."""
    if not channel.lacking:
        return ""
    what = listed([_IDENTIFIERS[name] for name in channel.lacking], "or")
    return f"The file has no {what}: match this list with your customer records by customer id."


def inter_purchase_time(timing: Timing) -> str:
    """How much time lies between their orders, and since the last one."""
    unknown = "no orders" if timing.season == "no orders" else "no gap"
    if timing.recency_days is None:
        return say("timing", unknown)
    since = say("timing", "away", away=timing.recency_days)
    if timing.season == "no orders":
        return say("timing", "no orders.away", since=since)
    if timing.advice:
        return say("timing", "season", since=since)
    if timing.gap_days is None:
        return say("timing", "few back", since=since)
    low, middle, high = timing.gap_days
    return say("timing", "back", since=since, low=low, middle=middle, high=high)


def season(timing: Timing) -> str:
    """In which months they buy most, or why that cannot be told."""
    peaks = [words.month(month) for month in timing.peaks]
    top = max((timing.months[month - 1] for month in timing.peaks), default=0.0)
    return say("season", timing.season, timing=timing, least=MIN_ORDERS, peaks=peaks, top=top)


def nothing_bought_more(campaign: Campaign) -> str:
    """Why nothing is said of what they buy more than others; "" where something is."""
    if campaign.products or campaign.categories:
        return ""
    if campaign.timing.season == "no orders":
        return say("campaign", "no_lines")
    return say("campaign", "no_affinity" if campaign.products_named else "no_products")


def no_money() -> str:
    """Why a brief has no sums."""
    return say("campaign", "no_money")


def next_step(step: NextBuy) -> str:
    """What they take up next, and how many of them have not yet."""
    return say("campaign", "next_step", name=words.titled(step.name, step.title, step.category), step=step)


def arithmetic(line: BudgetLine, plan: CampaignPlan) -> tuple[str, ...]:
    """The money of a campaign, step by step."""
    lift = line.stake.detectable_lift
    holdouts = [c.holdout for c in plan.campaigns if c.number == line.stake.number and c.holdout and c.held_out]
    unknown = any(holdout.sizing == "a tenth" for holdout in holdouts)
    seen = "lift" if lift is not None else "lift.unknown" if unknown else "lift.none" if holdouts else "lift.no holdout"
    return (
        *_stake(line, plan),
        *_contacts(line, plan),
        _break_even(line, plan),
        say("arithmetic", seen, lift=lift),
    )


def _stake(line: BudgetLine, plan: CampaignPlan) -> tuple[str, str]:
    """What the campaign can move, and what the segment brings anyway."""
    days, margin, usual = plan.budget.days, plan.budget.margin, line.stake.usual_rate
    years = days / YEAR_DAYS
    over = say("arithmetic", "over.years" if years > 1 else "over.days", years=years, days=days)
    of_it = say("arithmetic", "stake.no margin" if margin is None else "stake.margin", margin=margin)
    moved = say(
        "arithmetic", "stake.usual unknown" if usual is None else "stake", plan.currency,
        line=line, of_it=of_it, others=1 - (usual or 0.0),
    )  # fmt: skip
    factor, what = "" if margin is None else of_it, plan.budget.reckoned_in
    return moved, say("arithmetic", "yearly", plan.currency, line=line, over=over, of_it=factor, what=what)


def _contacts(line: BudgetLine, plan: CampaignPlan) -> list[str]:
    cost = plan.budget.contact_cost
    if cost is None or line.contact_cost is None:
        return [say("arithmetic", "contact.unknown")]
    codes = ["contact"] if line.reached == line.stake.customers else ["contact", "contact.some"]
    return [say("arithmetic", code, plan.currency, line=line, cost=cost) for code in codes]


def _break_even(line: BudgetLine, plan: CampaignPlan) -> str:
    margin, discount, rate = plan.budget.margin, line.stake.discount, line.break_even_rate
    spent = line.contact_cost if line.amount is None else line.amount
    if spent is None:
        return say("arithmetic", "rate.no cost")
    if margin is None:
        return say("arithmetic", "rate.no margin")
    if rate is None:
        return say("arithmetic", "rate.never", margin=margin, discount=discount)
    kept = say("arithmetic", "kept.discount" if discount else "kept", margin=margin, discount=discount)
    usual, given_away = line.stake.usual_rate, line.reached * line.order_value * line.stake.given_away
    facts = {"amount": spent, "given_away": given_away, "usual": usual, "rate": rate, "line": line, "kept": kept}
    both = say("arithmetic", "spent.given away", plan.currency, **facts) if given_away else ""
    paid = both or words.money(spent, plan.currency)
    codes = ["rate", f"rate.{line.break_even}"]
    codes += ["rate.given away unknown"] if discount and usual is None else []
    return "".join(say("arithmetic", code, plan.currency, spent=paid, **facts) for code in codes)


def plan_notes(plan: CampaignPlan) -> tuple[str, ...]:
    """What a person should know about the plan as a whole, and about its money."""
    return tuple(say("plan_note", note.code, about=note.about) for note in plan.notes) + _about_budget(plan)


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
