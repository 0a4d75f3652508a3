"""The campaigns: a brief for each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.figures import budget_figure
from marketfold.page import Brief, Briefs, Column, Fact, Fold, Message, Notice, Section, TablePart, figure_part, numbers
from marketfold.report.segment_chapters import campaign_key
from marketfold.report.sentences.baskets import bundle_sentence
from marketfold.report.sentences.campaign_money import arithmetic, holdout_of, time_seen
from marketfold.report.sentences.campaigns import (
    ad_texts,
    campaign_warning,
    describe_segment,
    edited_parts,
    how_many,
    inter_purchase_time,
    missing_contacts,
    next_step,
    plan_notes,
    season_of,
    usual_note,
    usual_of,
    why_aim_on_page,
)
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.analysis import Analysis
    from marketfold.campaigns import Campaign, CampaignPlan, Draft, OverIndex
    from marketfold.page import Part


def _audience(campaign: Campaign, plan: CampaignPlan) -> tuple[Fact, ...]:
    holdout = campaign.holdout
    if holdout and holdout.held_out:
        return (
            Fact("To reach", words.count(campaign.to_reach), f"of {how_many(campaign.customers, plan)}"),
            Fact("Held out", words.count(holdout.held_out), "to compare with"),
        )
    return (Fact("To reach", words.count(campaign.customers), "nobody is held out"),)


def _money_facts(campaign: Campaign, plan: CampaignPlan) -> tuple[Fact, ...]:
    line = campaign.budget
    if line is None:
        return ()
    known = plan.budget.reckoned_in
    facts = []
    if (comes := campaign.baseline) and comes.revenue_mean > 0:
        amount = words.money(comes.revenue_mean * campaign.to_reach, plan.currency, short=True)
        facts.append(
            Fact(
                "Comes anyway",
                amount,
                say("comes", usual_of(campaign) or "so far", days=comes.days, lately=comes.lately),
            )
        )
    if line.stake.usual_rate != 0:
        moved = f"{known}, {say('moved', line.stake.moved_by)}"
        facts.append(Fact("Can be moved", words.money(line.value_at_stake, plan.currency), moved))
    facts.append(_brought(campaign, plan))
    if line.amount is not None:
        each = f"{words.money(line.per_customer, plan.currency)} each" if line.per_customer is not None else ""
        facts.append(Fact("Budget", words.money(line.amount, plan.currency), each))
    if line.break_even_rate is not None:
        facts.append(Fact("Breaks even at", words.share(line.break_even_rate), "extra orders among those reached"))
    if line.stake.detectable_lift is not None:
        facts.append(Fact("Smallest effect you can detect", words.share(line.stake.detectable_lift)))
    return tuple(facts)


def _brought(campaign: Campaign, plan: CampaignPlan) -> Fact:
    how = "; most have been away for long" if campaign.away else ""
    amount = words.money(campaign.revenue_total, plan.currency)
    return Fact("Brought so far", amount, f"revenue in {time_seen(plan)}{how}")


def _channels(campaign: Campaign) -> TablePart:
    return TablePart(
        key=f"{campaign_key(campaign.number)}-channels",
        title="Channels",
        columns=(Column("Channel"), *numbers("Effort"), Column("Use")),
        rows=tuple(
            (
                channel.title,
                words.share(channel.share),
                ". ".join(filter(None, (channel.use, missing_contacts(channel)))),
            )
            for channel in campaign.channels
        ),
    )


def _over_index(campaign: Campaign, what: str, items: tuple[OverIndex, ...]) -> TablePart:
    return TablePart(
        key=f"{campaign_key(campaign.number)}-{what}",
        title=f"{'Categories' if what == 'category' else 'Products'} that they buy more than others",
        columns=(Column(what.capitalize()), *numbers("Of their lines", "Of all lines", "Lift", "Buyers")),
        rows=tuple(
            (
                words.titled(item.name, item.title, item.category),
                *map(words.share, (item.share, item.everyone_share)),
                f"{words.decimal(item.lift, 1)}\u00d7",
                words.count(item.buyers),
            )
            for item in items
        ),
    )


def _message(draft: Draft, ads: Sequence[str]) -> Message:
    texts = [Fact(label, ad, f"{len(ad)} of {longest} characters") for label, ad, longest in ad_texts(draft, ads)]
    return Message(draft.title, (Fact("Subject", draft.subject), Fact("Message", draft.body), *texts))


def _paragraphs(campaign: Campaign, plan: CampaignPlan) -> tuple[Fact, ...]:
    between = inter_purchase_time(campaign.timing, campaign.customers, companies=plan.companies)
    return (
        Fact("Who they are", describe_segment(campaign, plan)),
        Fact("Aim", campaign.goal, f"Why this aim: {why_aim_on_page(campaign, plan)}"),
        Fact("Offer", words.sentence(campaign.offer.title), campaign.offer.reason),
        Fact("When", campaign.schedule, f"{between} {season_of(campaign)}"),
    )


def _closing(campaign: Campaign, plan: CampaignPlan) -> tuple[Fact, ...]:
    facts = []
    steps = [next_step(step) for step in (campaign.next_category, campaign.next_product) if step]
    if steps:
        facts.append(Fact("What many of them add later", "\n".join(steps)))
    if campaign.bundle:
        facts.append(Fact("What they buy together", bundle_sentence(campaign.bundle)))
    measured = " ".join(text for text in (holdout_of(campaign, plan), usual_note(campaign)) if text)
    facts.append(Fact("How you will know", campaign.measure, measured))
    if campaign.budget:
        facts.append(Fact("The arithmetic", "\n".join(arithmetic(campaign.budget, plan))))
    return tuple(facts)


def _warning(campaign: Campaign) -> str:
    texts = [campaign_warning(campaign), *edited_parts(campaign)]
    if campaign.text_by_hand:
        texts.append("The brief's file was edited as a text, which says more than is shown here.")
    return " ".join(text for text in texts if text)


def _summary(campaign: Campaign, plan: CampaignPlan) -> str:
    peaks = [words.month(month) for month in campaign.timing.peaks]
    when = f" Best in {words.listed(peaks)}." if peaks else ""
    first = campaign.channels[0].title if campaign.channels else ""
    channel = f" {first} first." if first else ""
    return f"{how_many(campaign.customers, plan)}. {campaign.offer.title}.{channel}{when}"


def campaign_brief(campaign: Campaign, plan: CampaignPlan) -> Brief:
    """The brief of one campaign, as the report shows it."""
    tables = [_channels(campaign)] if campaign.channels else []
    for what, items in (("category", campaign.categories), ("product", campaign.products)):
        if items:
            tables.append(_over_index(campaign, what, items))
    return Brief(
        key=campaign_key(campaign.number),
        number=campaign.number,
        name=campaign.name,
        aim=campaign.aim_title,
        summary=_summary(campaign, plan),
        warning=_warning(campaign),
        facts=(*_audience(campaign, plan), *_money_facts(campaign, plan)),
        paragraphs=_paragraphs(campaign, plan),
        tables=tuple(tables),
        messages=tuple(_message(draft, campaign.ads) for draft in campaign.drafts),
        closing=_closing(campaign, plan),
    )


def campaigns_chapter(analysis: Analysis) -> Section | None:
    """A brief for each segment; None where nothing was planned."""
    return campaigns_section(analysis.plan)


def campaigns_section(plan: CampaignPlan) -> Section | None:
    """The chapter from the plan alone, so that it can be made anew when the plan was edited."""
    if not plan.campaigns:
        return None
    parts: list[Part] = [Briefs(tuple(campaign_brief(campaign, plan) for campaign in plan.campaigns))]
    if any(campaign.amount for campaign in plan.campaigns):
        parts.append(Fold("How the budget is divided", (figure_part("budget", budget_figure(plan)),)))
    notes = plan_notes(plan)
    if notes:
        parts.append(Notice(notes))
    return Section(
        "campaigns",
        "Campaigns",
        tuple(parts),
        "One brief for each segment. What is not known stays blank; no rate is made up.",
    )
