"""What follows from the parts of a plan: messages from offers, amounts from the budget, arms from holdouts.

A team's edits are parts as well: they are found again and kept when the run is made anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold.campaigns.budget import allocate_budget, price_line
from marketfold.campaigns.changes import Unfit, try_parts
from marketfold.campaigns.drafts import TEXT_LIMITS, write_drafts
from marketfold.campaigns.plan import PlanNote, as_made
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import EngineTable
from marketfold.errors import Fault, ParameterError
from marketfold.experiments import as_assigned, assign_arms, judged_together
from marketfold.words import measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marketfold.campaigns.plan import Campaign, CampaignPlan


def follow(plan: CampaignPlan) -> CampaignPlan:
    """Make anew what follows from changed parts of a plan: messages from offers, sums from amounts and holdouts."""
    campaigns = (_with_line(_with_drafts(campaign, plan), plan) for campaign in plan.campaigns)
    return _with_lines(replace(plan, campaigns=tuple(campaigns)))


def divided_alike(one: CampaignPlan, other: CampaignPlan) -> bool:
    """Whether everything that decides how a budget is divided is the same in two plans."""
    terms = [
        (p.budget.total, p.budget.margin, p.budget.contact_cost, [c.budget.stake for c in p.campaigns if c.budget])
        for p in (one, other)
    ]
    return terms[0] == terms[1]


def _with_drafts(campaign: Campaign, plan: CampaignPlan) -> Campaign:
    """Write a campaign's messages anew where its offer promises something else, unless they were edited by hand."""
    words = campaign.message_words | {"promise": campaign.offer.promise}
    if words == campaign.message_words:
        return campaign
    if "drafts" in campaign.edited:
        return replace(campaign, message_words=words)
    if campaign.aim not in plan.templates:
        return campaign  # their words say which offer they were written for
    drafts = write_drafts(plan.templates[campaign.aim], words)
    return as_made(replace(campaign, drafts=drafts, message_words=words), "drafts")


def foresee(plan: CampaignPlan, changes: Mapping[str, object]) -> tuple[CampaignPlan, dict[str, Unfit]]:
    """What follows from changes to a plan, of which nothing is written and no arms are drawn.

    What cannot be, or would be refused, is told by the path of its part; everything else is followed all the same.
    """
    changed, unfit = try_parts(plan, changes)
    after = follow(_with_holdouts_of(changed, plan))
    if not divided_alike(plan, after):
        try:
            after = divide_anew(after)
        except ParameterError as error:
            unfit |= {"budget.total": Unfit(Fault(str(error)))}
    return after, unfit | {path: Unfit(fault) for path, fault in _draft_faults(after).items()}


def _with_holdouts_of(changed: CampaignPlan, plan: CampaignPlan) -> CampaignPlan:
    """A changed plan with what holdouts of other sizes than before would show."""
    before, now = ([c.held_out for c in one.campaigns] for one in (plan, changed))
    return replace(changed, campaigns=_resized(changed.campaigns, before, now))


def check_drafts(plan: CampaignPlan) -> None:
    """Refuse a plan whose messages do not fit their offer or their platform.

    `ParameterError` naming every message that is too long, or could not be written anew.
    """
    if faults := _draft_faults(plan):
        headline = "The plan was not changed"
        raise ParameterError.from_faults(headline, list(faults.values()))


def _draft_faults(plan: CampaignPlan) -> dict[str, Fault]:
    """What is wrong with messages, by the path of each part."""
    faults = {}
    for campaign in plan.campaigns:
        if campaign.message_words.get("promise", campaign.offer.promise) != campaign.offer.promise:
            path = f"{campaign.number}.offer"
            what = f"{path}: the messages cannot be written anew, as the run's playbook is not there."
            faults[path] = Fault(what, "put the playbook back where the run read it.")
        for number, draft in enumerate(campaign.drafts, start=1):
            for name, limit in TEXT_LIMITS.items():
                text = getattr(draft, name)
                if len(text) > limit:
                    path = f"{campaign.number}.drafts.{number}.{name}"
                    what = f"{path}: '{text}' has {len(text)} characters."
                    faults[path] = Fault(what, f"{limit} are allowed; shorten the offer's promise, or set this text.")
    return faults


def _with_line(campaign: Campaign, plan: CampaignPlan) -> Campaign:
    if campaign.budget is None:
        return campaign
    money, lift = plan.budget, campaign.holdout.detectable_lift if campaign.holdout else None
    known = replace(campaign.budget.stake, number=campaign.number, customers=campaign.to_reach)
    stake = replace(known, discount=campaign.offer.discount, detectable_lift=lift)
    line = price_line(stake, campaign.amount, margin=money.margin, contact_cost=money.contact_cost)
    return replace(campaign, budget=line)


def _with_lines(plan: CampaignPlan) -> CampaignPlan:
    """The plan whose budget has the lines of its campaigns."""
    lines = tuple(campaign.budget for campaign in plan.campaigns if campaign.budget)
    return replace(plan, budget=replace(plan.budget, lines=lines))


def divide_anew(plan: CampaignPlan) -> CampaignPlan:
    """Divide the budget again: amounts set by hand stay, and the others share what is left.

    `ParameterError` if the amounts set by hand leave nothing to share.
    """
    money = plan.budget
    free = [c for c in plan.campaigns if c.budget and "amount" not in c.edited]
    by_hand = sum(c.amount or 0.0 for c in plan.campaigns if "amount" in c.edited)
    total = None if money.total is None else money.total - by_hand
    if total is not None and total <= 0 and free:
        raise ParameterError(
            f"The amounts set by hand, {measured(by_hand, 'money')} in all, leave nothing of a budget of "
            f"{measured(money.total or 0.0, 'money')} for the other campaigns. Lower them, or give more."
        )
    stakes = [c.budget.stake for c in free if c.budget]
    terms = {"margin": money.margin, "contact_cost": money.contact_cost}
    divided = allocate_budget(stakes, days=money.days, total=total if free else None, **terms)
    lines = {line.stake.number: line for line in divided.lines}
    campaigns = [
        as_made(replace(c, budget=lines[c.number]), "amount") if c.number in lines else c for c in plan.campaigns
    ]
    budget = replace(money, left_over=divided.left_over)
    return _with_lines(replace(plan, campaigns=tuple(campaigns), budget=budget))


def assign_anew(plan: CampaignPlan, segments: pa.Table) -> CampaignPlan:
    """Hold out as many customers as the plan wants, by the same draw as those who are held out now.

    Where more are wanted, everybody who is held out stays so; where fewer, everybody who is reached stays reached.
    Segments that hold out as many as the plan wants keep all their arms; where all do, nothing is assigned.
    `segments` has `customer_id`, `segment` (number), `arm` and `revenue_total`, as they are now.
    """
    table = segments.sort_by("customer_id")
    numbers = [campaign.number for campaign in plan.campaigns]
    labels = np.searchsorted(np.sort(numbers), table["segment"].to_numpy())
    labels = np.argsort(numbers)[labels].astype(np.int32)
    held = np.asarray(table["arm"].to_numpy(zero_copy_only=False) == "holdout")
    counted = np.bincount(labels, weights=held, minlength=len(numbers)).astype(int)
    more = np.sign(np.array([c.held_out for c in plan.campaigns]) - counted)[labels]
    if not more.any():
        return plan
    stays = (more == 0) | ((more > 0) & held) | ((more < 0) & ~held)
    customers = {
        "customer_id": table["customer_id"].cast(pa.string()),
        "segment": pa.array(labels, pa.int64()),
        "revenue": pc.fill_null(table["revenue_total"], 0.0),
    }
    engine, holdouts = DuckDBEngine(), [c.holdout for c in plan.campaigns if c.holdout]
    drawn = assign_arms(
        engine.from_arrow(pa.table(customers)), holdouts, engine, salt=plan.salt, previous=table.filter(stays)
    )
    arms = EngineTable(engine, drawn).collect()
    now = np.bincount(labels, weights=arms["arm"].to_numpy() == "holdout", minlength=len(numbers)).astype(int)
    campaigns = _resized(plan.campaigns, counted.tolist(), now.tolist())
    return replace(plan, campaigns=campaigns, assignments=arms)


def _resized(campaigns: Iterable[Campaign], before: list[int], now: list[int]) -> tuple[Campaign, ...]:
    """Campaigns whose holdouts were given other sizes, with the smallest lift that each can show.

    Where another number of them is judged together than before, the others show another lift too.
    """
    n_tests = judged_together(now)
    same = n_tests == judged_together(before)

    def resized(campaign: Campaign, old: int, new: int) -> Campaign:
        if (holdout := campaign.holdout) is None or (old == new and (same or not new)):
            return campaign
        found = as_assigned(replace(holdout, held_out=-1), new, campaign.baseline, n_tests=n_tests, sizing="set")
        return replace(campaign, holdout=replace(found, sizing=holdout.sizing) if old == new else found)

    return tuple(resized(*one) for one in zip(campaigns, before, now, strict=True))


def _with_parts(new: Campaign, old: Campaign, parts: tuple[str, ...]) -> Campaign:
    changes: dict[str, Any] = {name: getattr(old, name) for name in parts if name != "amount"}
    if "amount" in parts and new.budget:
        changes["budget"] = replace(new.budget, amount=old.amount)
    return replace(new, **changes, kept=parts, text_by_hand=old.text_by_hand)


def keep_edits(old: CampaignPlan, new: CampaignPlan, matches: Mapping[int, int]) -> CampaignPlan:
    """Carry over what was edited by hand, to the segments that are the same groups as before; `kept` names the parts.

    Messages that nobody edited are written anew for the offer that is kept, and the budget is divided by the amounts
    that are kept, where they leave anything. A name that another segment bears by now is not kept. Holdouts are carried
    over by the arms of the customers. `matches` gives the segment number in `new` the number of the same group in
    `old`. `ParameterError` if a match names a segment that one of the plans does not have.
    """
    before = {campaign.number: campaign for campaign in old.campaigns}
    numbers = {campaign.number for campaign in new.campaigns}
    strangers = [*(set(matches) - numbers), *(set(matches.values()) - set(before))]
    if strangers:
        raise ParameterError(f"The matches name segments that the plans do not have: {sorted(strangers)}.")
    campaigns, taken = [], {campaign.name for campaign in new.campaigns}
    for campaign in new.campaigns:
        earlier = before.get(matches.get(campaign.number, -1))
        parts = tuple(name for name in earlier.edited if name != "held_out") if earlier else ()
        if earlier and earlier.name in taken - {campaign.name}:
            parts = tuple(name for name in parts if name != "name")  # another segment is called so by now
        taken |= {earlier.name} if earlier and "name" in parts else set()
        changed = earlier and (parts or earlier.text_by_hand)
        campaigns.append(_with_parts(campaign, earlier, parts) if earlier and changed else campaign)
    kept = follow(replace(new, campaigns=tuple(campaigns), notes=new.notes + _lost(old, matches)))
    if divided_alike(new, kept) and not any("amount" in campaign.kept for campaign in kept.campaigns):
        return kept
    try:
        return divide_anew(kept)
    except ParameterError:
        return kept  # nothing is left to divide: the plan says how much more it costs than the budget


def _lost(old: CampaignPlan, matches: Mapping[int, int]) -> tuple[PlanNote, ...]:
    """Edits that have no group any more to belong to."""
    return tuple(
        PlanNote("edits lost", campaign.name)
        for campaign in old.campaigns
        if (campaign.edited or campaign.text_by_hand) and campaign.number not in matches.values()
    )
