"""What to do first: one sentence for each campaign, with people, time and money, from the plan alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.report.sentences.phrases import phrases, say

if TYPE_CHECKING:
    from marketfold.campaigns import Campaign, CampaignPlan

LEAST_MOVED = 1.0
"""Less than one of the currency is nothing to begin for."""


def worthwhile_first(plan: CampaignPlan) -> tuple[Campaign, ...]:
    """Campaigns in the order in which to begin: those that can be relied on, and of them those that can move most."""

    def rank(campaign: Campaign) -> tuple[bool, float, int]:
        moved = campaign.budget.value_at_stake if campaign.budget else campaign.revenue_total
        return campaign.trust == "weak", -moved, -campaign.customers

    return tuple(sorted(plan.campaigns, key=rank))


def move_sentences(plan: CampaignPlan) -> tuple[tuple[int, str], ...]:
    """Number of each campaign and what to do in it, those first with which to begin."""
    total = sum(campaign.revenue_total for campaign in plan.campaigns)
    return tuple((one.number, _move(one, total, plan)) for one in worthwhile_first(plan))


def _move(campaign: Campaign, total: float, plan: CampaignPlan) -> str:
    codes, currency = phrases("move"), plan.currency
    facts = {
        "act": _act(campaign),
        "campaign": campaign,
        "who": codes.get(f"who.{campaign.aim}", codes["who"]),
        "when": _when(campaign),
        "what": plan.budget.reckoned_in,
        "brought": words.money(campaign.revenue_total, currency, short=True),
        "total": words.money(total, currency, short=True),
    }
    lead = codes["weak"] if campaign.trust == "weak" else ""
    said = f"{lead}{say('move', 'sentence', **facts)}"
    worth = _worth(campaign)
    return f"{said}: {say('move', worth, currency, **facts)}." if worth else f"{said}."


def _act(campaign: Campaign) -> str:
    """What the first channel does that needs nothing the file lacks; that of the first where all do."""
    channels = [channel for channel in campaign.channels if not channel.lacking] or campaign.channels
    return channels[0].act if channels else say("move", "act")


def _when(campaign: Campaign) -> str:
    begins = campaign.season_on
    return say("move", "before", month=begins.month, year=begins.year) if begins else ""


def _worth(campaign: Campaign) -> str:
    if campaign.budget and campaign.budget.value_at_stake >= LEAST_MOVED:
        return "worth.moved"
    return "worth.share" if campaign.revenue_total > 0 else ""
