from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from marketfold.campaigns import PlanNote
from marketfold.page import Brief, Briefs, Notice, figures_of
from marketfold.report.campaign_chapter import campaigns_chapter, campaigns_section
from marketfold.report.sentences.campaigns import campaign_warning, describe_segment
from marketfold.words import money

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import CampaignPlan


@pytest.fixture
def plan(analysis: Analysis) -> CampaignPlan:
    return analysis.plan


def briefs(plan: CampaignPlan) -> tuple[Brief, ...]:
    section = campaigns_section(plan)
    assert section is not None
    return next(part for part in section.parts if isinstance(part, Briefs)).briefs


def test_the_chapter_of_an_analysis_is_that_of_its_plan(analysis: Analysis) -> None:
    assert campaigns_chapter(analysis) == campaigns_section(analysis.plan)


def test_without_campaigns_there_is_no_chapter(plan: CampaignPlan) -> None:
    assert campaigns_section(dataclasses.replace(plan, campaigns=())) is None


def test_a_brief_says_what_its_campaign_plans(plan: CampaignPlan) -> None:
    for brief, campaign in zip(briefs(plan), plan.campaigns, strict=True):
        assert (brief.number, brief.name, brief.aim) == (campaign.number, campaign.name, campaign.aim_title)
        assert f"{campaign.customers:,} customers" in brief.summary
        told = {fact.label: fact.value for fact in brief.paragraphs}
        assert told["Who they are"] == describe_segment(campaign, plan)
        assert told["Aim"] == campaign.goal
        assert [message.label for message in brief.messages] == [draft.title for draft in campaign.drafts]


def test_a_brief_for_one_customer_speaks_of_one(plan: CampaignPlan) -> None:
    alone = dataclasses.replace(plan.campaigns[0], customers=1, holdout=None)
    assert briefs(dataclasses.replace(plan, campaigns=(alone,)))[0].summary.startswith("1 customer. ")


def test_those_held_out_are_not_reached(plan: CampaignPlan) -> None:
    for brief, campaign in zip(briefs(plan), plan.campaigns, strict=True):
        facts = {fact.label: fact.value for fact in brief.facts}
        held_out = campaign.holdout.held_out if campaign.holdout else 0
        assert facts["To reach"] == f"{campaign.customers - held_out:,}"
        assert ("Held out" in facts) is (held_out > 0)


def test_what_a_hand_has_edited_is_said_with_the_warning(plan: CampaignPlan) -> None:
    first, *others = plan.campaigns
    kept = dataclasses.replace(first, trust="weak", kept=("goal", "offer"))
    warning = briefs(dataclasses.replace(plan, campaigns=(kept, *others)))[0].warning
    assert warning.startswith(campaign_warning(kept))
    assert "goal and offer" in warning


def test_the_budget_is_drawn_where_there_is_one(plan: CampaignPlan) -> None:
    section = campaigns_section(plan)
    without = dataclasses.replace(
        plan, campaigns=tuple(dataclasses.replace(campaign, budget=None) for campaign in plan.campaigns)
    )
    bare = campaigns_section(without)
    assert section is not None
    assert bare is not None
    (budget,) = figures_of(section.parts)
    given = {campaign.name: campaign.amount for campaign in plan.campaigns if campaign.amount}
    assert budget.key == "budget"
    assert dict(zip(budget.figure.data[1]["y"], budget.figure.data[1]["text"], strict=True)) == {
        name: money(amount, plan.currency) for name, amount in given.items()
    }
    assert max(given, key=lambda name: given[name]) in budget.title
    assert not list(figures_of(bare.parts))
    assert not any(fact.label == "Budget" for brief in briefs(without) for fact in brief.facts)


def test_notes_of_the_plan_stand_below_the_briefs(plan: CampaignPlan) -> None:
    section = campaigns_section(dataclasses.replace(plan, notes=(PlanNote("edits lost", "Our regulars"),)))
    assert section is not None
    last = section.parts[-1]
    assert isinstance(last, Notice)
    assert "'Our regulars'" in last.sentences[0]
