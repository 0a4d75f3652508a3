from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.campaigns.cases import Case

from marketfold.campaigns import (
    CampaignPlan,
    change_parts,
    follow,
    parts_of,
)
from marketfold.campaigns.changes import checked_edits, try_parts
from marketfold.errors import ParameterError, RunFolderError


@pytest.fixture(scope="module")
def plan(shop_case: Case) -> CampaignPlan:
    return shop_case.plan(budget=2_000, margin=0.4)


def test_a_change_changes_one_part_and_is_an_edit(plan: CampaignPlan):
    after = follow(change_parts(plan, {"2.offer.title": " Free tasting ", "1.drafts.2.subject": "Tea?"}))
    assert after.campaigns[1].offer.title == "Free tasting"
    assert after.campaigns[1].edited == ("offer",)
    assert after.campaigns[0].drafts[1].subject == "Tea?"
    assert after.campaigns[0].drafts[0] == plan.campaigns[0].drafts[0]
    assert after.campaigns[2:] == plan.campaigns[2:]
    assert after.budget == plan.budget


def test_nothing_to_change_changes_nothing(plan: CampaignPlan):
    assert follow(change_parts(plan, {})) == plan


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"9.name": "x"}, "there is no segment 9.*there are 1"),
        ({"1.offr.title": "x"}, "no such field.*closest: 'offer.title'.*Fields: name"),
        ({"1.customers": "5"}, "no such field.*(known|Fields): "),
        ({"budgt.total": "5"}, "no such field.*closest: 'budget.total'"),
        ({"1.drafts.4.subject": "x"}, "no number 4, there are 3"),
        ({"1.drafts.0.subject": "x"}, "no number 0"),
        ({"1.offer.discount": "much"}, "'much' is no number: give a number such as 50000, 50k or 30 %"),
        ({"1.offer.discount": "1"}, "less than 1"),
        ({"1.offer.discount": "nan"}, "discount"),
        ({"1.amount": "-5"}, "1.amount: '-5' is too little: give 0 or more"),
        ({"1.amount": "inf"}, "'inf' is no number"),
        ({"budget.total": "-5"}, "give more than 0"),
        ({"budget.total": "0"}, "give more than 0"),
        ({"budget.margin": "1.5"}, "'1.5' is too much: give 1 or less"),
        ({"1.name": "  "}, "at least 1"),
        ({"1.name": "x" * 81}, "at most 80"),
        ({"1.goal": ""}, "at least 1"),
        ({"1.drafts.1.google_headline": "x" * 31}, "at most 30"),
        ({"1.holdout.held_out": "2.5"}, "is no whole number: give a whole number"),
        ({"1.holdout.share": "1"}, "less than 1"),
        ({"1.holdout.held_out": "1000000"}, "hold out all"),
        ({"1.channels.1.share": "0.9"}, "shares add up to"),
    ],
)
def test_what_cannot_be_is_refused_and_said(plan: CampaignPlan, changes: Mapping[str, object], says: str):
    with pytest.raises(ParameterError, match=re.compile(says, re.DOTALL)):
        change_parts(plan, changes)


def test_all_faults_come_at_once(plan: CampaignPlan):
    with pytest.raises(ParameterError) as raised:
        change_parts(plan, {"9.name": "x", "1.amount": "-5", "2.name": plan.campaigns[0].name})
    assert len(raised.value.faults) == 3


def test_shares_that_add_up_are_taken_together(plan: CampaignPlan):
    n = len(plan.campaigns[0].channels)
    after = change_parts(plan, {f"1.channels.{i + 1}.share": str(1 / n) for i in range(n)})
    assert [channel.share for channel in after.campaigns[0].channels] == pytest.approx([1 / n] * n)


def test_every_part_of_a_plan_stands_by_its_path_and_can_be_set_to_itself(plan: CampaignPlan):
    parts = parts_of(plan)
    assert parts["budget.total"] == 2_000
    assert parts["2.drafts.3.meta_text"] == plan.campaigns[1].drafts[2].meta_text
    assert {path for path in parts if path.startswith("1.")} == {
        f"1.{path.partition('.')[2]}" for path in parts if path.startswith("2.") and "channels" not in path
    } | {path for path in parts if path.startswith("1.channels")}
    shares = {path: value for path, value in parts.items() if not path.endswith("holdout.share")}
    assert change_parts(plan, shares) == plan


def test_nobody_is_left_to_reach_is_said_with_the_way_out(plan: CampaignPlan):
    with pytest.raises(ParameterError) as refused:
        change_parts(plan, {"1.holdout.held_out": plan.campaigns[0].customers})
    assert "somebody must be reached" in refused.value.faults[0].hint


@pytest.mark.parametrize(
    ("path", "value", "stands"),
    [
        ("1.name", "x" * 80, "x" * 80),
        ("1.name", "  Tea \n friends ", "Tea friends"),
        ("1.offer.discount", "0", 0),
        ("1.offer.discount", "99 %", 0.99),
        ("1.holdout.held_out", "0", 0),
        ("1.amount", "0", 0),
        ("1.amount", "none", None),
        ("1.amount", " NULL ", None),
        ("budget.total", "none", None),
        ("budget.margin", "1", 1),
        ("1.drafts.1.google_headline", "x" * 30, "x" * 30),
    ],
)
def test_the_least_and_the_most_can_be_set(plan: CampaignPlan, path: str, value: str, stands: object):
    assert parts_of(change_parts(plan, {path: value}))[path] == stands


@pytest.mark.parametrize(("off", "fits"), [(0.0099, True), (-0.0099, True), (0.0101, False), (-0.0101, False)])
def test_shares_add_up_to_one_within_a_hundredth(plan: CampaignPlan, off: float, *, fits: bool):
    first = plan.campaigns[0].channels[0].share
    changes = {"1.channels.1.share": str(first + off)} if first + off <= 1 else {"1.channels.1.share": str(first - off)}
    _, unfit = try_parts(plan, changes)
    assert (not unfit) is fits


def test_a_holdout_that_is_gone_cannot_be_set(plan: CampaignPlan):
    bare = replace(plan, campaigns=tuple(replace(one, holdout=None, budget=None) for one in plan.campaigns))
    for path, says in (("1.holdout.held_out", "the plan has no holdouts"), ("1.amount", "no money to give")):
        with pytest.raises(ParameterError, match=says):
            change_parts(bare, {path: "5"})
    assert not any("holdout" in path or path.endswith("amount") for path in parts_of(bare))
    with pytest.raises(RunFolderError, match=r"1\.holdout: it is gone.*set held_out to 0"):
        checked_edits(replace(plan, campaigns=(replace(plan.campaigns[0], holdout=None), *plan.campaigns[1:])))


def test_as_many_as_there_are_but_one_can_be_held_out(plan: CampaignPlan):
    customers = plan.campaigns[0].customers
    after = change_parts(plan, {"1.holdout.held_out": customers - 1})
    assert after.campaigns[0].held_out == customers - 1
    assert change_parts(plan, {"1.holdout.share": "0.5"}).campaigns[0].held_out == round(customers / 2)


def test_a_plan_as_it_was_made_is_followed_and_one_edited_in_its_file_is_checked(plan: CampaignPlan):
    assert checked_edits(plan) == plan
    first, second = plan.campaigns[:2]
    named = replace(plan, campaigns=(replace(first, name=" Tea  friends "), *plan.campaigns[1:]))
    assert checked_edits(named).campaigns[0].name == "Tea friends"
    for changed, says in (
        (replace(first, name=second.name), f"2.name: segment 1 is called '{second.name}' already"),
        (replace(first, goal=" "), r"1\.goal: "),
        (replace(first, offer=replace(first.offer, discount=1.0)), r"1\.offer\.discount: 1\.0"),
        (replace(first, number=second.number), f"there is more than one of segment {second.number}"),
        (replace(first, channels=(replace(first.channels[0], share=0.2),)), r"1\.channels: the shares add up to 0\.2"),
    ):
        with pytest.raises(RunFolderError, match=says):
            checked_edits(replace(plan, campaigns=(changed, *plan.campaigns[1:])))
    for days in (0, -1):
        with pytest.raises(RunFolderError, match="campaign_days"):
            checked_edits(replace(plan, campaign_days=days))
    assert checked_edits(replace(plan, campaign_days=1)).campaign_days == 1
