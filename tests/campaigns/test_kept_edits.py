from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.campaigns.cases import Case

from marketfold.campaigns import CampaignPlan, PlanNote, keep_edits
from marketfold.errors import ParameterError, RunFolderError
from marketfold.report import brief_markdown, plan_notes


@pytest.fixture(scope="module")
def plan(shop_case: Case) -> CampaignPlan:
    return shop_case.plan(budget=2_000, margin=0.4)


def edited_by_hand(plan: CampaignPlan) -> CampaignPlan:
    """As a team edits plan.json: by way of the file."""
    plain = json.loads(json.dumps(plan.to_dict()))
    first = plain["campaigns"][0]
    first["name"] = "Our regulars"
    first["offer"]["promise"] = "a free tasting in our shop"
    first["budget"]["amount"] = 111.0
    return CampaignPlan.from_dict(plain)


def test_nothing_is_edited_until_somebody_does(plan: CampaignPlan):
    assert all(campaign.edited == () for campaign in plan.campaigns)
    assert edited_by_hand(plan).campaigns[0].edited == ("name", "offer", "amount")


def test_edits_are_kept_where_the_group_is_the_same_and_shown(plan: CampaignPlan):
    kept = keep_edits(edited_by_hand(plan), plan, {2: 1, 1: 3, 3: 2})  # the group is number 2 now
    second = kept.campaigns[1]
    assert second.name == "Our regulars"
    assert second.offer.promise == "a free tasting in our shop"
    assert second.amount == 111.0
    assert "a free tasting in our shop" in second.drafts[0].body
    assert second.drafts[0].title == plan.campaigns[1].drafts[0].title  # by the templates of the aim it has now
    assert second.kept == ("name", "offer", "amount")
    assert replace(kept.campaigns[0], budget=None, made={}) == replace(plan.campaigns[0], budget=None, made={})
    text = brief_markdown(second, kept)
    assert "Kept from your earlier plan, as edited by hand: name, offer and budget" in text
    assert "111" in text
    assert sum(c.amount or 0 for c in kept.campaigns) + kept.budget.left_over == pytest.approx(2_000)
    assert not any("than the budget" in note for note in plan_notes(kept))
    assert kept.budget.lines[1].amount == 111.0


def test_kept_edits_survive_a_second_run(plan: CampaignPlan):
    once = keep_edits(edited_by_hand(plan), plan, {1: 1})
    twice = keep_edits(CampaignPlan.from_dict(json.loads(json.dumps(once.to_dict()))), plan, {1: 1})
    assert twice.campaigns[0].name == "Our regulars"
    assert twice.campaigns[0].kept == ("name", "offer", "amount")


def test_edits_without_a_group_are_not_lost_silently(plan: CampaignPlan):
    kept = keep_edits(edited_by_hand(plan), plan, {})
    assert kept.campaigns == plan.campaigns
    assert PlanNote("edits lost", "Our regulars") in kept.notes


def test_amounts_that_leave_nothing_are_kept_and_said(plan: CampaignPlan):
    plain = json.loads(json.dumps(plan.to_dict()))
    plain["campaigns"][0]["budget"]["amount"] = 9_000.0
    kept = keep_edits(CampaignPlan.from_dict(plain), plan, {1: 1})
    assert kept.campaigns[0].amount == 9_000
    assert any("more than the budget" in note for note in plan_notes(kept))


def test_a_text_without_a_group_is_not_lost_silently(plan: CampaignPlan):
    first = replace(plan.campaigns[0], text_by_hand=True)
    kept = keep_edits(replace(plan, campaigns=(first, *plan.campaigns[1:])), plan, {})
    assert PlanNote("edits lost", first.name) in kept.notes


def test_a_name_that_another_segment_bears_is_not_kept(plan: CampaignPlan):
    plain = json.loads(json.dumps(plan.to_dict()))
    plain["campaigns"][0]["name"] = plan.campaigns[1].name
    kept = keep_edits(CampaignPlan.from_dict(plain), plan, {1: 1})
    assert [campaign.name for campaign in kept.campaigns] == [campaign.name for campaign in plan.campaigns]


def test_matches_must_name_segments_of_the_plans(plan: CampaignPlan):
    with pytest.raises(ParameterError, match="99"):
        keep_edits(plan, plan, {1: 99})


def test_an_edit_that_breaks_a_type_is_named(plan: CampaignPlan):
    plain = json.loads(json.dumps(plan.to_dict()))
    plain["campaigns"][0]["customers"] = "many"
    with pytest.raises(RunFolderError, match=r"customers") as raised:
        CampaignPlan.from_dict(plain)
    assert "plan.json" in str(raised.value)


def test_a_cleared_amount_is_an_edit_too(plan: CampaignPlan):
    campaign = plan.campaigns[0]
    assert campaign.budget is not None
    cleared = replace(campaign, budget=replace(campaign.budget, amount=None))
    assert cleared.edited == ("amount",)
