"""What a team changed by hand in a plan or a brief, found again and kept when the run is made anew."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.campaigns.briefs import brief_filename, brief_markdown
from marketfold.campaigns.budget import Budget, price_line
from marketfold.errors import ParameterError
from marketfold.words import measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.campaigns.plan import Campaign, CampaignPlan

BRIEFS = "campaigns"
PLAN = "plan.json"

SEAL = re.compile(r"\n<!-- marketfold brief ([0-9a-f]{16}) -->\n?\Z")
KEPT_NOTE = (
    "> Kept from the earlier run, as edited by hand; its figures are of that run. "
    "What this run would have written stands in `{made}`.\n\n"
)


def _with_parts(new: Campaign, old: Campaign, budget: Budget, parts: tuple[str, ...]) -> Campaign:
    changes: dict[str, Any] = {name: getattr(old, name) for name in parts if name != "amount"}
    if "offer" in parts:
        changes["drafts"] = old.drafts  # the drafts speak of the offer that they were written for
    kept = replace(new, **changes)
    if kept.budget is not None:
        stake = replace(kept.budget.stake, discount=kept.offer.discount)
        amount = old.amount if "amount" in parts else kept.amount
        line = price_line(stake, amount, days=budget.days, margin=budget.margin, contact_cost=budget.contact_cost)
        kept = replace(kept, budget=line)
    return replace(kept, kept=parts)


def keep_edits(old: CampaignPlan, new: CampaignPlan, matches: Mapping[int, int]) -> CampaignPlan:
    """Carry over what was edited by hand, to the segments that are the same groups as before.

    Parameters
    ----------
    old
        The earlier plan, as its plan.json stands now.
    new
        The plan of this run.
    matches
        Segment number in `new` to the number of the same group in `old`.

    Returns
    -------
    CampaignPlan
        The new plan with the edited parts of the old one; each campaign's `kept` names them.

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
    campaigns = []
    for campaign in new.campaigns:
        earlier = before.get(matches.get(campaign.number, -1))
        parts = earlier.edited if earlier else ()
        campaigns.append(_with_parts(campaign, earlier, new.budget, parts) if earlier and parts else campaign)
    lines = tuple(campaign.budget for campaign in campaigns if campaign.budget)
    notes = new.notes + _budget_note(new.budget, campaigns) + _lost(old, matches)
    return replace(new, campaigns=tuple(campaigns), budget=replace(new.budget, lines=lines), notes=notes)


def _budget_note(budget: Budget, campaigns: list[Campaign]) -> tuple[str, ...]:
    if budget.total is None or not any("amount" in campaign.kept for campaign in campaigns):
        return ()
    given = sum(campaign.amount or 0.0 for campaign in campaigns)
    difference = given - budget.total
    if abs(difference) < 0.01:
        return ()
    way = "more" if difference > 0 else "less"
    said = measured(abs(difference), "money")
    return (f"With the amounts kept from your edits the campaigns cost {said} {way} than the budget.",)


def _lost(old: CampaignPlan, matches: Mapping[int, int]) -> tuple[str, ...]:
    """Say which edits have no group any more to belong to."""
    return tuple(
        f"The edits of '{campaign.name}' were not carried over: this run does not find that group again."
        for campaign in old.campaigns
        if campaign.edited and campaign.number not in matches.values()
    )


def _fingerprint(text: str) -> str:
    return hashlib.blake2b(text.strip().encode(), digest_size=8).hexdigest()


def seal_brief(text: str) -> str:
    """Note at the foot of a brief what it says now, so that a later edit can be told.

    >>> brief_was_edited(seal_brief("# A brief")), brief_was_edited(seal_brief("# A brief").replace("A", "Our"))
    (False, True)
    """
    return f"{text.rstrip()}\n\n<!-- marketfold brief {_fingerprint(text)} -->\n"


def brief_was_edited(text: str) -> bool:
    """Whether somebody changed a brief since it was written; one whose seal is gone was changed."""
    found = SEAL.search(text)
    return found is None or _fingerprint(text[: found.start()]) != found.group(1)


def edited_briefs(folder: Path) -> dict[int, str]:
    """Briefs of a run folder that were changed by hand, by segment number.

    Parameters
    ----------
    folder
        The run's.
    """
    found = {}
    for path in sorted((Path(folder) / BRIEFS).glob("[0-9][0-9]-*.md")):
        if path.name.endswith(".new.md"):
            continue
        text = path.read_text(encoding="utf-8")
        if brief_was_edited(text):
            found[int(path.name[:2])] = SEAL.sub("", text)
    return found


def write_briefs(plan: CampaignPlan, folder: Path, kept: Mapping[int, str] | None = None) -> None:
    """Write plan.json and one brief for each campaign.

    Parameters
    ----------
    plan
        What to write.
    folder
        The run's; briefs go to `campaigns/` in it.
    kept
        Briefs edited by hand, by number in this plan: they stay as they are, and the new text stands beside them.
    """
    home = Path(folder) / BRIEFS
    home.mkdir(exist_ok=True)
    for campaign in plan.campaigns:
        name = brief_filename(campaign)
        text = brief_markdown(campaign, plan)
        if kept and campaign.number in kept:
            made = name.removesuffix(".md") + ".new.md"
            note = "" if "> Kept from the earlier run" in kept[campaign.number] else KEPT_NOTE.format(made=made)
            (home / name).write_text(note + kept[campaign.number], encoding="utf-8")
            name = made
        (home / name).write_text(seal_brief(text), encoding="utf-8")
    plain = json.dumps(plan.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    (Path(folder) / PLAN).write_text(plain + "\n", encoding="utf-8")
