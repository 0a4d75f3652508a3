"""What to do first: one sentence for each campaign, with people, time and money, from the plan alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from marketfold import words
from marketfold.report.sentences.campaign_money import moved_lift
from marketfold.report.sentences.campaigns import FULLER, own_gap, season_facts
from marketfold.report.sentences.phrases import phrases, say
from marketfold.thresholds import FEWEST_MEMBERS

if TYPE_CHECKING:
    from marketfold.campaigns import BudgetLine, Campaign, CampaignPlan, PlannedChannel, Stake

LEAST_MOVED = 1.0
"""Less than one of the currency is nothing to begin for."""
FEW_SEEN = 10
"""Who ordered of those looked at; of fewer the share may be half or twice as much."""
LEAST_COUNTED = 2
"""People who are told by their number; fewer would be rounded too roughly to come to the money beside them."""


def worthwhile_first(plan: CampaignPlan) -> tuple[Campaign, ...]:
    """Campaigns in the order in which to begin: those that can be relied on, and of them those that can move most."""

    def rank(campaign: Campaign) -> tuple[bool, float, int]:
        moved = _at_stake(campaign)
        return campaign.trust == "weak", -(campaign.revenue_total if moved is None else moved), -campaign.customers

    return tuple(sorted(plan.campaigns, key=rank))


class MoveSentence(NamedTuple):
    """Number of a segment, what to do with it, and under that what its worth is made of, with what and by which way."""

    number: int
    text: str
    detail: str


def move_sentences(plan: CampaignPlan) -> tuple[MoveSentence, ...]:
    """What to do in each campaign, those first with which to begin; what goes for all is said of the first.

    Nobody is sent to a handful of people first: their campaigns stand in the plan alone, unless there are no others.
    """
    total, told = sum(campaign.revenue_total for campaign in plan.campaigns), []
    ranked = worthwhile_first(plan)
    enough = [campaign for campaign in ranked if campaign.customers >= FEWEST_MEMBERS]
    for place, one in enumerate(enough or ranked):
        told.append(MoveSentence(one.number, _move(one, total, plan), _detail(one, plan, in_full=place == 0)))
    return tuple(told)


def is_ranked(plan: CampaignPlan) -> bool:
    """Whether anything is known by which one campaign comes before another."""
    return any(_worth(campaign) for campaign in plan.campaigns)


def _move(campaign: Campaign, total: float, plan: CampaignPlan) -> str:
    codes, currency = phrases("move"), plan.currency
    lead, act = codes["weak"] if campaign.trust == "weak" else "", _act(campaign)
    facts = {
        "act": f"{act[:1].lower()}{act[1:]}" if lead else act,
        "whom": say("move", "whom.some" if campaign.held_out else "whom.all", campaign=campaign),
        "who": codes.get(f"who.{campaign.aim}", codes["who"]).format(gap=own_gap(campaign)),
        "when": _when(campaign),
        "what": plan.budget.reckoned_in,
        "brought": words.money(campaign.revenue_total, currency, short=True),
        "total": words.money(total, currency, short=True),
        "campaign": campaign,
    }
    said = f"{lead}{say('move', 'sentence', **facts)}"
    worth = _worth(campaign)
    facts |= _moved_orders(campaign.budget.stake) if campaign.budget else {}
    return f"{said}: {say('move', worth, currency, **facts)}." if worth else f"{said}."


def _detail(campaign: Campaign, plan: CampaignPlan, *, in_full: bool) -> str:
    line = campaign.budget if _worth(campaign) not in {"", "worth.share"} else None
    channel = _first_channel(campaign)
    by = "by.lacking" if in_full and channel and channel.lacking else "by"
    said = [
        _made_of(line, campaign, plan, in_full=in_full) if line else _in_doubt(campaign, in_full=in_full),
        say("move", "offer", title=campaign.offer.title),
        say("move", by, title=channel.title) if channel else "",
        _left_alone(campaign, line) if in_full and campaign.held_out else "",
        say("move", "ceiling.unknown" if line.stake.usual_rate is None else "ceiling") if in_full and line else "",
    ]
    return " ".join(filter(None, said))


def _moved_orders(stake: Stake) -> dict[str, float]:
    return {"orders": round(stake.customers * stake.moved_share), "share": stake.moved_share}


def _made_of(line: BudgetLine, campaign: Campaign, plan: CampaignPlan, *, in_full: bool) -> str:
    """Why so many orders: as many order anyway, or the others are no more."""
    stake, usual = line.stake, campaign.baseline
    said = []
    if in_full or stake.seasons:
        by = "again.forecast" if stake.moved_by == "again" and usual and usual.forecast else stake.moved_by
        code = "season" if len(stake.seasons) == 1 else by
        said.append(say("move", f"made.{code}", days=plan.campaign_days, **season_facts(stake.seasons)))
    if usual and usual.lately and (ordered := round(usual.order_rate * usual.periods)) < FEW_SEEN:
        said.append(say("move", "made.few", ordered=ordered, periods=usual.periods))
    if campaign.aim == FULLER:
        said.append(say("move", "fuller"))
    return " ".join(said)


def _left_alone(campaign: Campaign, line: BudgetLine | None) -> str:
    lift = campaign.holdout.detectable_lift if campaign.holdout else None
    most = moved_lift(line, campaign.holdout) if line else None
    code = "held.unknown" if lift is None else "held.beyond" if most is not None and most < lift else "held"
    return say("move", code, held_out=campaign.held_out, lift=lift, most=most)


def _first_channel(campaign: Campaign) -> PlannedChannel | None:
    """The first channel that needs nothing the file lacks; the first of all where every one does."""
    usable = [channel for channel in campaign.channels if not channel.lacking]
    return next(iter(usable or campaign.channels), None)


def _act(campaign: Campaign) -> str:
    """What one does by the first channel."""
    channel = _first_channel(campaign)
    return channel.act if channel else say("move", "act")


def _when(campaign: Campaign) -> str:
    begins = campaign.season_on
    return say("move", "before", month=begins.month, year=begins.year) if begins else ""


def _in_doubt(campaign: Campaign, *, in_full: bool) -> str:
    """Why a move has no sum: what has been seen of these customers tells none."""
    usual = campaign.baseline
    if usual and usual.lately and usual.order_rate == 0:
        return say("move", "silent", lately=usual.lately)
    return say("move", "nobody") if in_full and _none_came_back(campaign) else ""


def _none_came_back(campaign: Campaign) -> bool:
    """Whether nobody ordered again so far: what an offer moves then is not known."""
    return campaign.budget is not None and campaign.budget.stake.never_again


def _at_stake(campaign: Campaign) -> float | None:
    """What a campaign can move; None where that is not known."""
    return campaign.budget.value_at_stake if campaign.budget and not _none_came_back(campaign) else None


def _worth(campaign: Campaign) -> str:
    if campaign.budget and (_at_stake(campaign) or 0.0) >= LEAST_MOVED:
        stake = campaign.budget.stake
        if stake.moved_by == "unknown":
            return "worth.all"
        return "worth.few" if _moved_orders(stake)["orders"] < LEAST_COUNTED else "worth.again"
    return "worth.share" if campaign.revenue_total > 0 else ""
