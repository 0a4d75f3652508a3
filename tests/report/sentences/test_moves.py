from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from marketfold.experiments import Baseline, SeasonSeen
from marketfold.report.sentences.moves import is_ranked, move_sentences, worthwhile_first

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
    assert [move.number for move in move_sentences(made)] == [2, 1, 3]
    assert move_sentences(made)[-1].text.startswith("On a small audience first, write to ")


def test_a_move_has_people_time_and_money(plan: CampaignPlan) -> None:
    first = plan.campaigns[0]
    timing = replace(first.timing, season_begins_on=date(2026, 11, 1))
    first = with_value(first, 36_000)
    assert first.budget is not None
    stake = replace(first.budget.stake, customers=30, usual_rate=0.4, seasons=(), fewer_rate=None)
    first = replace(first, budget=replace(first.budget, stake=stake))
    seasonal = replace(first, name="Resellers", customers=30, aim="reward", timing=timing, trust="group",
                       message_words={"season": "November"},
                       revenue_total=4_900_000.0)  # fmt: skip
    other = replace(plan.campaigns[1], revenue_total=4_900_000.0)
    plan = replace(plan, budget=replace(plan.budget, margin=None), currency="USD")
    said = {move.number: move.text for move in move_sentences(with_campaigns(plan, seasonal, other))}
    assert said[first.number] == (
        "Write to the 30 \u201cResellers\u201d before November 2026, when they have bought most so far: $36,000 more "
        "revenue if about 12 more of them order once."
    )
    lapsed = replace(seasonal, aim="win_back", timing=replace(timing, season_begins_on=None))
    with_margin = replace(plan, budget=replace(plan.budget, margin=0.3))
    (move,) = move_sentences(with_campaigns(with_margin, lapsed))
    away = "most of whom have been away for over twice the time between their orders"
    assert f"\u201cResellers\u201d, {away}: $36,000 more margin if about " in move.text
    for orders, shown in ((2.0, True), (2.5, True), (3.0, False), (None, False)):
        (move,) = move_sentences(with_campaigns(with_margin, replace(lapsed, order_count=orders)))
        assert ("over twice the only gap between orders that they have shown" in move.text) is shown


@pytest.mark.parametrize(("ordered", "said"), [(9, True), (10, False)])
def test_a_move_that_rests_on_few_who_ordered_lately_says_so(plan: CampaignPlan, ordered: int, *, said: bool) -> None:
    first = with_value(plan.campaigns[0], 6_910)
    usual = Baseline(90, 546, ordered / 546, 1.0, 2.0, 0.0, lately=90)
    (move,) = move_sentences(with_campaigns(plan, replace(first, baseline=usual)))
    assert (f"That rests on {ordered} who ordered, of 546 looked at: too few to rely on" in move.detail) is said


def test_where_all_order_anyway_a_move_says_what_they_brought(plan: CampaignPlan) -> None:
    first = replace(with_value(plan.campaigns[0], 0.0), revenue_total=4_900_000.0)
    (move,) = move_sentences(replace(with_campaigns(plan, first), currency="USD"))
    assert move.text.endswith(": they brought $4.9M of $4.9M.")


def test_one_acts_by_the_first_channel_for_which_the_file_has_what_it_needs(plan: CampaignPlan) -> None:
    first = plan.campaigns[0]
    call, mail = replace(first.channels[0], act="Call", lacking=("phone",)), replace(first.channels[0], lacking=())
    for channels, act in (((call, mail), "Write to"), ((call,), "Call"), ((), "Write to")):
        (move,) = move_sentences(with_campaigns(plan, replace(first, channels=channels, trust="slice")))
        assert move.text.startswith(act)


def test_without_money_a_move_names_the_people(plan: CampaignPlan) -> None:
    bare = replace(plan.campaigns[0], revenue_total=0.0, order_value=None, budget=None, trust="slice")
    (move,) = move_sentences(with_campaigns(plan, bare))
    assert ":" not in move.text
    assert not is_ranked(with_campaigns(plan, bare))


@pytest.mark.parametrize(
    ("usual", "who", "made"),
    [
        (0.25, "about 7 more of them order once.", "On average so far as many ordered within 90 days without it."),
        (0.89, "about 3 more of them order once.", "These are all who usually would not order within 90 days."),
        (0.04, "4 % of them order once more.", "On average so far as many ordered within 90 days without it."),
        (0.96, "4 % of them order once more.", "These are all who usually would not order within 90 days."),
        (None, "all of them order once more.", "How many order anyway is not known."),
    ],
)
def test_under_a_move_stand_those_whose_orders_its_worth_is_with_what_and_how_they_are_reached(
    plan: CampaignPlan, usual: float | None, who: str, made: str
) -> None:
    first = with_value(plan.campaigns[0], 6_910)
    assert first.budget is not None
    stake = replace(first.budget.stake, customers=28, usual_rate=usual, fewer_rate=None)
    mail = replace(first.channels[0], title="E-mail", lacking=())
    first = replace(first, budget=replace(first.budget, stake=stake), channels=(mail,), holdout=None,
                    offer=replace(first.offer, title="A small gift"))  # fmt: skip
    move, other = move_sentences(with_campaigns(replace(plan, campaign_days=90), first, first))
    limit = (
        "No forecast of what the campaign does: the sums, and which stands first, rest on one order more from as many "
        "as order anyway, or from the others where they are fewer. Costs and discounts are not taken off. Who has an "
        "address and may be written to is seen when lists are exported, and not here."
    )
    limit = "No forecast: each sum takes one more usual order from everybody, before costs." if usual is None else limit
    said = f"{made} Offer: A small gift. E-mail first. {limit}"
    assert move.detail.replace("\u202f", " ").replace("\u00a0", " ") == said
    assert move.text.replace("\u202f", " ").replace("\u00a0", " ").endswith(f" if {who}")
    assert "No forecast" not in other.detail
    assert other.detail.endswith("Offer: A small gift. E-mail first.")


def test_a_move_before_a_season_says_how_many_ordered_in_each_earlier_one(plan: CampaignPlan) -> None:
    first = with_value(replace(plan.campaigns[0], holdout=None), 6_910)
    assert first.budget is not None
    stake = replace(
        first.budget.stake,
        customers=100,
        usual_rate=0.5,
        seasons=(SeasonSeen(30, 100), SeasonSeen(70, 100)),
        fewer_rate=0.3,
    )
    first = replace(first, budget=replace(first.budget, stake=stake))
    move, other = move_sentences(with_campaigns(plan, first, first))
    for said in (move.detail, other.detail):
        assert said.startswith("In earlier seasons 30 of 100 and 70 of 100 ordered anyway;")
        assert "2 seasons are too few to rely on." in said
    assert "if about 30 more of them order once." in move.text
    assert first.budget is not None
    budget = replace(first.budget, stake=replace(stake, seasons=(SeasonSeen(30, 100),)))
    _, one = move_sentences(with_campaigns(plan, replace(first, budget=budget), replace(first, budget=budget)))
    assert "30 of 100 ordered anyway: too little to rely on." in one.detail


def test_where_the_aim_is_fuller_orders_a_move_does_not_promise_more_of_them(plan: CampaignPlan) -> None:
    first = with_value(replace(plan.campaigns[0], holdout=None, aim="grow_basket"), 6_910)
    (move,) = move_sentences(with_campaigns(plan, first))
    assert "The aim is fuller orders, and the sum counts orders: it is only an order of magnitude." in move.detail


def test_a_move_says_what_its_holdout_cannot_see(plan: CampaignPlan) -> None:
    first = with_value(replace(plan.campaigns[0], customers=200, trust="slice"), 38_000)
    held = next(campaign.holdout for campaign in plan.campaigns if campaign.holdout)
    assert first.budget is not None
    stake = replace(first.budget.stake, customers=140, usual_rate=0.9, fewer_rate=None)
    line = replace(first.budget, stake=stake, order_value=2_000.0)
    held = replace(held, held_out=60, primary="revenue", usual=4_000.0, detectable_lift=0.5)
    (move,) = move_sentences(with_campaigns(plan, replace(first, budget=line, holdout=held)))
    said = move.detail.replace("\u202f", " ").replace("\u00a0", " ")
    assert "only an effect of 50 % or more shows in 8 of 10 cases, and these orders would be an effect of 5 %." in said
    seen = replace(held, usual=300.0)
    (move,) = move_sentences(with_campaigns(plan, replace(first, budget=line, holdout=seen)))
    assert "these orders" not in move.detail


def test_a_move_leaves_out_those_who_are_held_out(plan: CampaignPlan) -> None:
    first = replace(plan.campaigns[0], name="Resellers", customers=1_200, trust="slice", holdout=None)
    (whole,) = move_sentences(with_campaigns(plan, first))
    assert " the 1,200 \u201cResellers\u201d" in whole.text
    held = next(campaign.holdout for campaign in plan.campaigns if campaign.holdout)
    (part,) = move_sentences(with_campaigns(plan, replace(first, holdout=replace(held, held_out=120))))
    assert " 1,080 of the 1,200 \u201cResellers\u201d" in part.text
    assert "The other 120 are left alone" in part.detail


def test_nothing_is_said_to_be_moved_where_nobody_has_come_back(plan: CampaignPlan) -> None:
    first = with_value(plan.campaigns[0], 36_000)
    assert first.budget is not None
    once = replace(
        first.budget.stake, usual_rate=0.0, customers=first.customers, order_count=first.customers, fewer_rate=None
    )
    asked = replace(first, budget=replace(first.budget, stake=once), revenue_total=4_900_000.0)
    (move,) = move_sentences(replace(with_campaigns(plan, asked), currency="USD"))
    assert move.text.endswith(": they brought $4.9M of $4.9M.")
    assert "None of them has ordered again in the time that was looked at" in move.detail
    assert "No forecast" not in move.detail
    again = replace(once, usual_rate=0.1)
    (move,) = move_sentences(with_campaigns(plan, replace(asked, budget=replace(first.budget, stake=again))))
    assert "36,000 more" in move.text
    assert "None of them" not in move.detail


def test_one_does_not_begin_with_a_handful(plan: CampaignPlan) -> None:
    few, *others = plan.campaigns
    few = replace(with_value(few, 1e9), customers=4)
    assert few.number not in [move.number for move in move_sentences(with_campaigns(plan, few, *others))]
    assert [move.number for move in move_sentences(with_campaigns(plan, few))] == [few.number]
