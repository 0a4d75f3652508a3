"""What is said of the money of a campaign, step by step, and of what a holdout can show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.report.sentences.campaigns import FULLER, how_many, member, season_facts, usual_of
from marketfold.report.sentences.experiments import describe_holdout
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.campaigns import BudgetLine, Campaign, CampaignPlan
    from marketfold.experiments import Holdout

YEAR_DAYS = 365.25


def arithmetic(line: BudgetLine, plan: CampaignPlan) -> tuple[str, ...]:
    """The money of a campaign, step by step."""
    lift = line.stake.detectable_lift
    campaign = next((one for one in plan.campaigns if one.number == line.stake.number), None)
    held = campaign.holdout if campaign and campaign.held_out else None
    unknown, most = held is not None and held.sizing == "a tenth", most_lift(line, held)
    seen = "lift" if lift is not None else "lift.unknown" if unknown else "lift.none" if held else "lift.no holdout"
    return (
        *_stake(line, campaign, plan),
        *_contacts(line, plan),
        _break_even(line, plan),
        say("arithmetic", "lift.beyond" if most is not None and lift and most < lift else seen, lift=lift, most=most),
    )


def most_lift(line: BudgetLine, held: Holdout | None) -> float | None:
    """The lift of what is judged, if all who do not order anyway ordered once; None where that is not known."""
    return _lift(line, held, 1 - (line.stake.usual_rate or 0.0))


def moved_lift(line: BudgetLine, held: Holdout | None) -> float | None:
    """The lift of what is judged, if as many order once more as the page counts; None where that is not known."""
    return _lift(line, held, line.stake.moved_share)


def _lift(line: BudgetLine, held: Holdout | None, part: float) -> float | None:
    """The lift of what is judged, if such a part of those reached ordered once more; None where that is not known."""
    if held is None or not held.usual or line.stake.usual_rate is None:
        return None
    return part * (1.0 if held.primary == "order_rate" else line.order_value) / held.usual


def _stake(line: BudgetLine, campaign: Campaign | None, plan: CampaignPlan) -> tuple[str, str]:
    """What the campaign can move, and what the segment brings anyway."""
    margin, usual = plan.budget.margin, line.stake.usual_rate
    of_it = say("arithmetic", "stake.no margin" if margin is None else "stake.margin", margin=margin)
    members = how_many(line.stake.customers, plan)
    facts = {"line": line, "of_it": of_it, "members": members, "usual": usual}
    facts |= season_facts(line.stake.seasons)
    facts["lately"] = campaign.baseline.lately if campaign and campaign.baseline else None
    code: str = line.stake.moved_by if usual != 0 else "nobody" if line.stake.never_again else "silent"
    moved = say("arithmetic", f"stake.{code}", plan.currency, **facts)
    away = campaign is not None and campaign.away
    code = usual_of(campaign) if campaign else ""
    moved += say("arithmetic", f"usual.{code}", **facts) if usual and code not in {"", "so far"} else ""
    moved += f" {say('move', 'fuller')}" if campaign and campaign.aim == FULLER and usual != 0 else ""
    brought = "brought.once" if usual == 0 else "brought.away" if away else "brought"
    return moved, say("arithmetic", brought, plan.currency, line=line, over=time_seen(plan))


def time_seen(plan: CampaignPlan) -> str:
    """How long the orders of a plan were observed: days up to a year, then years."""
    days = plan.budget.days
    years = days / YEAR_DAYS
    return say("arithmetic", "over.years" if years > 1 else "over.days", years=years, days=days)


def _contacts(line: BudgetLine, plan: CampaignPlan) -> list[str]:
    cost = plan.budget.contact_cost
    if cost is None or line.contact_cost is None:
        return [say("arithmetic", "contact.unknown")]
    codes = ["contact"] if line.reached == line.stake.customers else ["contact", "contact.some"]
    members = how_many(line.stake.customers, plan)
    return [say("arithmetic", code, plan.currency, line=line, cost=cost, members=members) for code in codes]


def _break_even(line: BudgetLine, plan: CampaignPlan) -> str:
    margin, discount, rate = plan.budget.margin, line.stake.discount, line.break_even_rate
    spent = line.contact_cost if line.amount is None else line.amount
    if spent is None:
        return say("arithmetic", "rate.no cost")
    if margin is None:
        return say("arithmetic", "rate.no margin")
    if rate is None:
        return say("arithmetic", "rate.never", margin=margin, discount=discount)
    if spent == 0:
        return say("arithmetic", "rate.nothing spent")
    kept = say("arithmetic", "kept.discount" if discount else "kept", margin=margin, discount=discount)
    usual, given_away = line.stake.usual_rate, line.reached * line.order_value * line.stake.given_away
    facts = {
        "amount": spent,
        "given_away": given_away,
        "usual": usual,
        "rate": rate,
        "line": line,
        "kept": kept,
        "reached": how_many(line.reached, plan),
    }
    both = say("arithmetic", "spent.given away", plan.currency, **facts) if given_away else ""
    paid = both or words.money(spent, plan.currency)
    codes = ["rate", f"rate.{line.break_even}"]
    codes += ["rate.given away unknown"] if discount and usual is None else []
    return "".join(say("arithmetic", code, plan.currency, spent=paid, **facts) for code in codes)


def holdout_of(campaign: Campaign, plan: CampaignPlan) -> str:
    """How many are held out and what that will show, or why nobody is; "" where the plan has no holdouts."""
    held, line = campaign.holdout, campaign.budget
    if held is None:
        return ""
    can_be = most_lift(line, held) if line else None
    return describe_holdout(held, plan.currency, member=member(plan), can_be=can_be)
