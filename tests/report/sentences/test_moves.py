from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from marketfold.report.sentences.moves import move_sentences, worthwhile_first

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import Campaign, CampaignPlan


@pytest.fixture
def plan(analysis: Analysis) -> CampaignPlan:
    return analysis.plan


def with_campaigns(plan: CampaignPlan, *campaigns: Campaign) -> CampaignPlan:
    return replace(plan, campaigns=campaigns)


def with_value(campaign: Campaign, value: float) -> Campaign:
    assert campaign.budget is not None
    return replace(campaign, budget=replace(campaign.budget, value_at_stake=value))


def test_one_begins_where_most_can_be_moved_and_last_where_nothing_comes_out_again(plan: CampaignPlan) -> None:
    one, two, three = (replace(campaign, trust="slice") for campaign in plan.campaigns)
    made = with_campaigns(plan, with_value(one, 10), with_value(two, 30), with_value(replace(three, trust="weak"), 99))
    assert [campaign.number for campaign in worthwhile_first(made)] == [2, 1, 3]
    assert [number for number, _ in move_sentences(made)] == [2, 1, 3]
    assert move_sentences(made)[-1][1].startswith("To try out first: ")


def test_a_move_has_people_time_and_money(plan: CampaignPlan) -> None:
    first = plan.campaigns[0]
    timing = replace(first.timing, season_begins_on=date(2026, 11, 1))
    first = with_value(first, 36_000)
    seasonal = replace(first, name="Resellers", customers=30, aim="reward", timing=timing, trust="group",
                       message_words={"season": "November"},
                       revenue_total=4_900_000.0)  # fmt: skip
    other = replace(plan.campaigns[1], revenue_total=4_900_000.0)
    plan = replace(plan, budget=replace(plan.budget, margin=None), currency="USD")
    said = dict(move_sentences(with_campaigns(plan, seasonal, other)))
    assert said[first.number] == (
        "Write to the 30 \u201cResellers\u201d before November 2026, when their season begins: up to $36,000 more "
        "revenue, at one more order each."
    )
    lapsed = replace(seasonal, aim="win_back", timing=replace(timing, season_begins_on=None))
    with_margin = replace(plan, budget=replace(plan.budget, margin=0.3))
    ((_, sentence),) = move_sentences(with_campaigns(with_margin, lapsed))
    assert sentence.endswith(
        "\u201cResellers\u201d who have stopped ordering: up to $36,000 more margin, at one more order each."
    )


def test_where_all_order_anyway_a_move_says_what_they_brought(plan: CampaignPlan) -> None:
    first = replace(with_value(plan.campaigns[0], 0.0), revenue_total=4_900_000.0)
    ((_, sentence),) = move_sentences(replace(with_campaigns(plan, first), currency="USD"))
    assert sentence.endswith(": they brought $4.9M of $4.9M.")


def test_one_acts_by_the_first_channel_for_which_the_file_has_what_it_needs(plan: CampaignPlan) -> None:
    first = plan.campaigns[0]
    call, mail = replace(first.channels[0], act="Call", lacking=("phone",)), replace(first.channels[0], lacking=())
    for channels, act in (((call, mail), "Write to"), ((call,), "Call"), ((), "Write to")):
        ((_, sentence),) = move_sentences(with_campaigns(plan, replace(first, channels=channels, trust="slice")))
        assert sentence.startswith(act)


def test_without_money_a_move_names_the_people(plan: CampaignPlan) -> None:
    bare = replace(plan.campaigns[0], revenue_total=0.0, order_value=None, budget=None, trust="slice")
    ((_, sentence),) = move_sentences(with_campaigns(plan, bare))
    assert ":" not in sentence
