"""What a team changed in the plan of an earlier run, found again and kept when the run is made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marketfold.campaigns.consequences import divide_anew, divided_alike, follow
from marketfold.campaigns.plan import PlanNote
from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.campaigns.plan import Campaign, CampaignPlan


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
    `old`.

    Raises
    ------
    ParameterError
        If a match names a segment that one of the plans does not have.
    """
    before = {campaign.number: campaign for campaign in old.campaigns}
    numbers = {campaign.number for campaign in new.campaigns}
    strangers = [*(set(matches) - numbers), *(set(matches.values()) - set(before))]
    if strangers:
        message = f"The matches name segments that the plans do not have: {sorted(strangers)}."
        raise ParameterError(message)
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
