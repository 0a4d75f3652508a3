"""What is said of a campaign: who it is for, why this aim, when, with what money; and of the plan as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.campaigns import FACTS, MIN_ORDERS, YEAR_DAYS
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
TIMES = "\N{MULTIPLICATION SIGN}"

_TRUST = {
    None: "Whether this segment would be found again was not tested, so it is not known how far to trust it.",
    "weak": (
        "This segment is weak: resampling the customers does not find the same group again. Treat the brief as an "
        "idea, try it on a small part, and do not build anything lasting on it."
    ),
    "pattern": (
        "This segment is a pattern rather than a firm group: its core comes back when customers are resampled, its "
        "edges move. Speak to it as a whole, and do not make much of who lies just inside or outside."
    ),
}
_HOW = "Choose yourself with --playbook retail or --playbook b2b."
_NOTES = {
    "contacts": f"The business-to-business playbook was used, as customers have a contact person. {_HOW}",
    "deal size": f"The business-to-business playbook was used, as the orders carry a deal size. {_HOW}",
    "no companies": f"The retail playbook was used, as nothing in the orders speaks of companies. {_HOW}",
    "unknown feature": (
        "The playbook asks for the feature '{about}', which this run does not have; its rule was passed over."
    ),
    "edits lost": "The edits of '{about}' were not carried over: this run does not find that group again.",
}
_IDENTIFIERS = {"email": "e-mail addresses", "phone": "phone numbers", "address": "addresses"}
_NO_PRODUCTS = "The order file names neither products nor categories, so nothing can be said of what they buy."
_NO_AFFINITY = "Nothing that they buy clearly more than others, with enough of them buying it to say so."


def campaign_warning(campaign: Campaign) -> str:
    """What to know first about a segment; "" where it stands firm and is not tiny."""
    texts = [_TRUST.get(campaign.trust, "")]
    if campaign.customers < FEW:
        named = f"only {words.plural(campaign.customers, 'customer')}"
        texts.append(f"It has {named}: write to each in person, and take the drafts below for notes.")
    return " ".join(text for text in texts if text)


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
    return f"{customers} ({share(campaign.customer_share)} of all) who brought {of_revenue} of the revenue."


def _habits(campaign: Campaign, currency: str | None) -> str:
    orders, value, away = campaign.order_count, campaign.order_value, campaign.timing.recency_days
    if orders is None or value is None or away is None:
        return ""
    if orders == 1:
        return f"The median customer has placed one order worth {words.money(value, currency)}, {words.days(away)} ago."
    number = measured(orders, "count")
    worth = f"{words.money(value, currency)} each"
    return f"The median customer has placed {number} orders worth {worth}, the last {words.days(away)} ago."


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
    return f"The order file has no {what}: match this list with your customer records by customer id."


def inter_purchase_time(timing: Timing) -> str:
    """How much time lies between their orders, and since the last one."""
    if timing.recency_days is None:
        return "No customer has most of the money here, so nothing can be told of the time between orders."
    away = f"The median customer last ordered {words.days(timing.recency_days)} ago"
    if timing.gap_days is None:
        return f"{away}. Too few have come back to tell a usual time between orders."
    low, middle, high = timing.gap_days
    spread = f"{measured(low, 'count')} to {words.days(high)} for the middle half"
    return f"Those who come back do so about every {words.days(middle)} ({spread}). {away}."


def season(timing: Timing) -> str:
    """In which months they buy most, or why that cannot be told."""
    if timing.season == "too short":
        return f"The orders cover {words.days(timing.observed_days)}; a season needs two years, so none is claimed."
    if timing.season == "too few orders":
        orders = words.plural(timing.order_count, "order")
        return f"{orders} are too few to tell a season from chance ({MIN_ORDERS} are needed)."
    if timing.season == "all year":
        return "No month stands out: they buy through the year."
    named = listed([words.month(month) for month in timing.peaks])
    top = max(timing.months[month - 1] for month in timing.peaks)
    return f"They buy most in {named}, up to {words.times(top)} as many orders as in their average month."


def nothing_bought_more(campaign: Campaign) -> str:
    """Why nothing is said of what they buy more than others; "" where something is."""
    if campaign.products or campaign.categories:
        return ""
    return _NO_AFFINITY if campaign.products_named else _NO_PRODUCTS


def next_step(step: NextBuy) -> str:
    """What they take up next, and how many of them have not yet."""
    name = words.titled(step.name, step.title, step.category)
    has = "customer has" if step.open_to == 1 else "customers have"
    return (
        f"{name}: {words.count(step.takers)} of the {words.count(step.came_back)} who came back without it added it "
        f"later ({share(step.rate)}; among everybody {share(step.everyone_rate)}), and {words.count(step.open_to)} "
        f"{has} not bought it yet."
    )


def arithmetic(line: BudgetLine, plan: CampaignPlan) -> tuple[str, ...]:
    """The money of a campaign, step by step."""
    lift = line.stake.detectable_lift
    held_out = any(c.held_out for c in plan.campaigns if c.number == line.stake.number)
    if lift is not None:
        seen = f"Smallest lift that the holdout can show: {share(lift)} of what is usual."
    elif held_out:
        seen = "Smallest lift that can be seen: none, as the holdout is too small to show a change."
    else:
        seen = "Smallest lift that can be seen: none, as there is no holdout."
    return (_value_at_stake(line, plan), *_contacts(line, plan), f"Break-even response rate: {_rate(line, plan)}", seen)


def _value_at_stake(line: BudgetLine, plan: CampaignPlan) -> str:
    days, margin = plan.budget.days, plan.budget.margin
    years = days / YEAR_DAYS
    over = (
        f"{words.decimal(years)} years observed"
        if years > 1
        else f"{words.days(days)} observed, not stretched to a year"
    )
    text = f"{words.money(line.stake.revenue_total, plan.currency)} revenue / {over}"
    value = words.money(line.value_at_stake, plan.currency)
    if margin is None:
        return f"Value at stake (revenue, as no margin is given): {text} = {value}."
    return f"Value at stake: {text} {TIMES} {share(margin)} margin = {value} a year."


def _contacts(line: BudgetLine, plan: CampaignPlan) -> tuple[str, ...]:
    cost, customers = plan.budget.contact_cost, line.stake.customers
    if cost is None or line.contact_cost is None:
        return ("Contact cost: blank, as the cost of one contact is not given.",)
    each, total = words.price(cost, plan.currency), words.money(line.contact_cost, plan.currency)
    text = f"Contact cost: {words.plural(customers, 'customer')} {TIMES} {each} = {total} to reach all once."
    if line.reached == customers:
        return (text,)
    return text, f"The amount reaches {words.count(line.reached)} of them: begin with those who have brought most."


def _rate(line: BudgetLine, plan: CampaignPlan) -> str:
    margin, discount, rate = plan.budget.margin, line.stake.discount, line.break_even_rate
    spent = line.contact_cost if line.amount is None else line.amount
    if spent is None:
        return "blank, as neither budget nor contact cost is given."
    if margin is None:
        return "blank, as no margin is given (--margin)."
    left = f"{share(margin)} margin {words.MINUS} {share(discount)} discount"
    if rate is None:
        return f"none. {left} leaves nothing of an order, so no response pays."
    kept = f"({left})" if discount else f"{share(margin)} margin"
    order = f"{words.count(line.reached)} customers {TIMES} {words.money(line.order_value, plan.currency)} an order"
    text = f"{words.money(spent, plan.currency)} / ({order} {TIMES} {kept}) = {share(rate)}"
    if rate > 1.0001:
        return f"{text}: more than one extra order from every customer reached. Spend less here."
    return f"{text} of those reached must place one order that they would not have placed otherwise."


def plan_notes(plan: CampaignPlan) -> tuple[str, ...]:
    """What a person should know about the plan as a whole, and about its money."""
    return (*(_NOTES[note.code].format(about=note.about) for note in plan.notes), *_about_budget(plan))


def _about_budget(plan: CampaignPlan) -> list[str]:
    money, notes = plan.budget, []
    if money.total is None:
        return []
    if money.left_over > 0:
        notes.append(
            f"{words.money(money.left_over, plan.currency)} of the budget is not given out: even one more order from "
            "every customer reached would not earn it back."
        )
    if money.margin is None:
        notes.append("Without a margin (--margin) the budget follows revenue, and what must come back is not reckoned.")
    difference = sum(campaign.amount or 0.0 for campaign in plan.campaigns) + money.left_over - money.total
    if abs(difference) >= CENT and any("amount" in campaign.edited for campaign in plan.campaigns):
        more = "more" if difference > 0 else "less"
        notes.append(
            f"With the amounts set by hand the campaigns cost {words.money(abs(difference), plan.currency)} {more} "
            "than the budget."
        )
    return notes
