"""A plan beside the form in which it is changed: what its parts are called, what money and holdouts come to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.experiments import as_assigned, judged_together
from marketfold.page import Column, Fact, TablePart, numbers
from marketfold.report.sentences.campaign_money import most_lift
from marketfold.report.sentences.campaigns import AD_WORDS
from marketfold.report.sentences.experiments import forgone_of
from marketfold.report.sentences.phrases import phrases, say

if TYPE_CHECKING:
    from marketfold.campaigns import Campaign, CampaignPlan
    from marketfold.experiments import Holdout

TRIED_SHARES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
"""Sizes of a holdout that are set beside each other, 0 to 1."""


def part_label(name: str) -> str:
    """What a part that may be changed is called, by its path in a plan or in a campaign, with N for each number.

    >>> part_label("offer.title"), part_label("drafts.N.google_headline")
    ('Offer', 'Google headline')
    """
    last = name.rpartition(".")[2]
    label: str = AD_WORDS.get(last) or phrases("plan_part")[name]
    return label


def division_table(plan: CampaignPlan) -> TablePart:
    """How the budget is divided, and what each campaign must bring."""
    currency = plan.currency
    rows = []
    for campaign in plan.campaigns:
        line = campaign.budget
        lift = campaign.holdout.detectable_lift if campaign.holdout else None
        rows.append(
            (
                f"{campaign.number}. {campaign.name}",
                words.count(campaign.to_reach),
                words.count(campaign.held_out),
                words.known(campaign.amount, lambda amount: words.money(amount, currency)),
                words.known((line and line.value_at_stake) or None, lambda amount: words.money(amount, currency)),
                words.known(line.break_even_rate if line else None, words.share),
                words.known(lift, words.share),
            )
        )
    return TablePart(
        key="division",
        columns=(Column("Segment"), *numbers(*phrases("plan_form")["division"])),
        rows=tuple(rows),
        segments=tuple(campaign.number for campaign in plan.campaigns),
    )


def holdout_facts(campaign: Campaign, plan: CampaignPlan) -> tuple[Fact, ...]:
    """What a holdout shows and what it costs, side by side; nothing where the plan has none."""
    holdout = campaign.holdout
    if holdout is None:
        return ()
    size = say("plan_form", "held_out", holdout=holdout)
    held_out = Fact("Held out", words.count(holdout.held_out), size)
    return (held_out, _shows(holdout), _costs(holdout, plan.currency, _can_be(campaign, holdout)))


def _shows(holdout: Holdout) -> Fact:
    if holdout.detectable_lift is None:
        code = "shows.nobody" if not holdout.held_out else "shows.unknown" if holdout.usual is None else "shows.nothing"
        return Fact("Could show", words.MISSING, say("plan_form", code))
    return Fact("Could show", words.share(holdout.detectable_lift), say("plan_form", "shows"))


def _can_be(campaign: Campaign, holdout: Holdout) -> float | None:
    return most_lift(campaign.budget, holdout) if campaign.budget else None


def _costs(holdout: Holdout, currency: str | None, can_be: float | None) -> Fact:
    forgone, lift = forgone_of(holdout, can_be)
    if forgone is None:
        return Fact("Sales that it costs", words.MISSING, say("plan_form", "costs.unknown"))
    cost = words.money(forgone, currency)
    return Fact("Sales that it costs", cost, say("plan_form", f"costs{lift}", holdout=holdout))


def holdout_table(campaign: Campaign, plan: CampaignPlan) -> TablePart | None:
    """What holdouts of several sizes would show and cost; None where the plan has none, or nothing is usual."""
    planned = campaign.holdout
    if planned is None or campaign.baseline is None:
        return None
    begun, rows = replace(planned, held_out=-1), []
    n_tests = judged_together(c.held_out or c.number == campaign.number for c in plan.campaigns)
    for share in TRIED_SHARES:
        size = round(share * campaign.customers)
        found = as_assigned(begun, size, campaign.baseline, n_tests=n_tests, sizing="set")
        shows, costs = _shows(found), _costs(found, plan.currency, _can_be(campaign, found))
        rows.append((words.share(share), words.count(size), shows.value, costs.value))
    return TablePart(
        key=f"holdouts-{campaign.number}",
        columns=(Column("Share"), *numbers("Held out", "Could show", "Sales that it costs")),
        rows=tuple(rows),
        note=say("plan_form", f"holdout_note{forgone_of(planned, _can_be(campaign, planned))[1]}", holdout=planned),
    )
