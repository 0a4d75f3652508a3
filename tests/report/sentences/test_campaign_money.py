"""What is said of a campaign's money, from the numbers alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from marketfold import words
from marketfold.campaigns import CampaignPlan, Stake, allocate_budget
from marketfold.report.plan_parts import holdout_facts
from marketfold.report.sentences.campaign_money import arithmetic, holdout_of

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import Budget, Campaign

STAKE = Stake(1, 100, 300_000, 600)


@pytest.fixture
def campaign(analysis: Analysis) -> Campaign:
    return analysis.plan.campaigns[0]


def plan_of(budget: Budget, *campaigns: Campaign) -> CampaignPlan:
    return CampaignPlan(campaigns, "retail", budget, "EUR", "0", 90)


def steps(stake: Stake = STAKE, **money: Any) -> tuple[str, ...]:
    budget = allocate_budget([stake], days=731, **money)
    return arithmetic(budget.lines[0], plan_of(budget))


def test_the_arithmetic_shows_every_number() -> None:
    assert steps(total=3_000, margin=0.3, contact_cost=2) == (
        "What a campaign can move: at most one order more from each, 100 customers \u00d7 €500 an order \u00d7 30 % "
        "margin = €15,000. How many of them order anyway is not known.",
        "So far they have brought €300,000 of revenue in 2.00 years.",
        "Contact cost: 100 customers \u00d7 €2 = €200 to reach all once.",
        "Break-even response rate: €3,000 / (100 customers \u00d7 €500 an order \u00d7 30 % margin) = 20 % of those "
        "reached must place one order that they would not have placed otherwise.",
        "No effect can be measured, as there is no holdout.",
    )


def test_a_holdout_that_cannot_show_what_can_be_moved_says_so(campaign: Campaign) -> None:
    stake = replace(STAKE, number=campaign.number, usual_rate=0.9, detectable_lift=0.5)
    budget = allocate_budget([stake], days=731)
    said = []
    assert campaign.holdout
    for usual in (1_000.0, 50.0):
        held = replace(campaign.holdout, held_out=30, primary="revenue", usual=usual)
        made = plan_of(budget, replace(campaign, holdout=held))
        said.append(arithmetic(budget.lines[0], made)[-1].replace("\u202f", " ").replace("\u00a0", " "))
    assert said[0].endswith("an effect of 5 %: of a campaign that does no more, the holdout will hardly show anything.")
    assert said[1] == "Smallest effect that the holdout can show: 50 % of what is usual."


@pytest.mark.parametrize(("usual", "most"), [(1_000.0, 0.05), (50.0, None)])
def test_the_form_beside_a_brief_tells_the_price_of_a_holdout_that_the_brief_tells(
    campaign: Campaign, usual: float, most: float | None
) -> None:
    budget = allocate_budget([replace(STAKE, number=campaign.number, usual_rate=0.9)], days=731)
    assert campaign.holdout
    held = replace(
        campaign.holdout,
        held_out=30,
        primary="revenue",
        usual=usual,
        usual_revenue=usual,
        wanted_lift=0.2,
        sizing="set",
    )
    made = replace(campaign, holdout=held, budget=budget.lines[0])
    cost = holdout_facts(made, plan_of(budget, made))[-1]
    assert cost.value == words.money(30 * usual * (most or 0.2), "EUR")
    assert f"about {cost.value}, if" in holdout_of(made, plan_of(budget, made))
    assert ("order once" in cost.detail) is (most is not None)


@pytest.mark.parametrize(
    ("stake", "money", "part"),
    [
        (STAKE, {}, "Contact cost: blank"),
        (STAKE, {}, "rate: blank, as neither budget nor contact cost is given"),
        (STAKE, {"total": 4_000}, "rate: blank, as no margin is given (--margin)"),
        (
            replace(STAKE, discount=0.4),
            {"total": 1_000, "margin": 0.3},
            "30 % margin \u2212 40 % discount leaves nothing",
        ),
        (replace(STAKE, discount=0.1), {"total": 1_000, "margin": 0.3}, "(30 % margin \u2212 10 % discount)"),
        (STAKE, {"total": 50, "margin": 0.3, "contact_cost": 2}, "The amount reaches 25 of them"),
        (STAKE, {"contact_cost": 0.004}, "100 customers \u00d7 €0.004 = €0.40 to reach all once"),
        (STAKE, {"margin": 0.01, "contact_cost": 9}, "from every customer who does not order anyway. Spend less here"),
        (
            replace(STAKE, discount=0.1, usual_rate=0.3),
            {"total": 1_000, "margin": 0.3},
            "(€1,000 + €1,500 of discount to the 30 % who order anyway) / (100 customers \u00d7 €500 an order \u00d7 "
            "(30 % margin \u2212 10 % discount)) = 25 % of those reached",
        ),
        (
            replace(STAKE, discount=0.1),
            {"total": 1_000, "margin": 0.3},
            "placed otherwise. The discount to those who would have ordered anyway is not in it",
        ),
        (
            replace(STAKE, usual_rate=0.1),
            {"contact_cost": 30, "margin": 0.3},
            " % of those reached must place one order that they would not have placed otherwise: they",
        ),
        (replace(STAKE, detectable_lift=0.2), {}, "the holdout can show: 20 % of what is usual"),
        (replace(STAKE, customers=1), {"contact_cost": 2}, "each, 1 customer \u00d7"),
        (replace(STAKE, customers=1), {"contact_cost": 2}, "Contact cost: 1 customer \u00d7 €2"),
    ],
)
def test_what_the_arithmetic_says(stake: Stake, money: dict[str, float], part: str) -> None:
    assert part in " ".join(steps(stake, **money))


def test_a_holdout_that_shows_nothing_is_no_missing_holdout(campaign: Campaign) -> None:
    line = campaign.budget
    assert line is not None
    assert campaign.holdout is not None
    blind = replace(line, stake=replace(line.stake, detectable_lift=None))
    few = replace(campaign, holdout=replace(campaign.holdout, held_out=5))
    none = replace(campaign, holdout=replace(campaign.holdout, held_out=0))
    said = [arithmetic(blind, plan_of(allocate_budget([], days=731), one))[-1] for one in (few, none)]
    assert "too small to show" in said[0]
    assert "there is no holdout" in said[1]
