from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.campaigns.cases import Case

from marketfold.campaigns import CampaignPlan, brief_markdown, edited_briefs, keep_edits, write_briefs
from marketfold.errors import ParameterError, RunFolderError
from marketfold.report import describe_holdout


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
    assert second.drafts == plan.campaigns[0].drafts
    assert second.kept == ("name", "offer", "amount")
    assert kept.campaigns[0] == plan.campaigns[0]
    text = brief_markdown(second, kept, describe_holdout)
    assert "Kept from your earlier plan, as edited by hand: name, offer and budget" in text
    assert "111" in text
    assert any("than the budget" in note for note in kept.notes)
    assert kept.budget.lines[1].amount == 111.0


def test_kept_edits_survive_a_second_run(plan: CampaignPlan):
    once = keep_edits(edited_by_hand(plan), plan, {1: 1})
    twice = keep_edits(CampaignPlan.from_dict(json.loads(json.dumps(once.to_dict()))), plan, {1: 1})
    assert twice.campaigns[0].name == "Our regulars"
    assert twice.campaigns[0].kept == ("name", "offer", "amount")


def test_edits_without_a_group_are_not_lost_silently(plan: CampaignPlan):
    kept = keep_edits(edited_by_hand(plan), plan, {})
    assert kept.campaigns == plan.campaigns
    assert any("'Our regulars'" in note for note in kept.notes)


def test_matches_must_name_segments_of_the_plans(plan: CampaignPlan):
    with pytest.raises(ParameterError, match="99"):
        keep_edits(plan, plan, {1: 99})


def test_briefs_edited_by_hand_are_found_and_kept(plan: CampaignPlan, tmp_path: Path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    write_briefs(plan, old, describe_holdout)
    assert edited_briefs(old) == {}
    path = sorted((old / "campaigns").glob("01-*.md"))[0]
    path.write_text(path.read_text("utf-8").replace("## Offer", "## Our offer"), encoding="utf-8")
    edited = edited_briefs(old)
    assert list(edited) == [1]
    write_briefs(plan, new, describe_holdout, kept={2: edited[1]})
    kept = sorted((new / "campaigns").glob("02-*.md"))
    assert len(kept) == 2  # what was kept, and what this run would have written
    texts = {p.name.endswith(".new.md"): p.read_text("utf-8") for p in kept}
    assert "## Our offer" in texts[False]
    assert "Kept from the earlier run" in texts[False]
    assert "## Offer" in texts[True]
    assert list(edited_briefs(new)) == [2]


def test_written_plans_read_back(plan: CampaignPlan, tmp_path: Path):
    write_briefs(plan, tmp_path, describe_holdout)
    assert CampaignPlan.from_dict(json.loads((tmp_path / "plan.json").read_text("utf-8"))) == plan
    assert len(list((tmp_path / "campaigns").iterdir())) == len(plan.campaigns)


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
