"""Another aim of the playbook for a campaign: everything that it says, as changes to the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.campaigns.drafts import LIMITS, fill_text, write_drafts

if TYPE_CHECKING:
    from marketfold.campaigns.plan import Campaign
    from marketfold.campaigns.playbook import Playbook


def aim_parts(campaign: Campaign, playbook: Playbook, aim: str) -> dict[str, str | float]:
    """What an aim of the playbook, by its key, says for a segment: values by the paths of its parts.

    The offer is the first of the aim that asks for nothing of a segment, or its last. Channels stay, as they follow
    from what the file has of people.
    """
    taken = playbook.aims[aim]
    offers = [playbook.offers[key] for key in taken.offers]
    offer = next((one for one in offers if not one.when), offers[-1])
    known = campaign.message_words
    promise = fill_text(offer.promise, known)
    parts: dict[str, str | float] = {
        "aim_title": taken.title,
        "goal": fill_text(taken.goal, known),
        "offer.title": fill_text(offer.title, known),
        "offer.promise": promise,
        "offer.reason": fill_text(offer.reason, known),
        "offer.discount": offer.discount,
        "schedule": campaign.timing.advice or fill_text(taken.timing, known),
        "measure": taken.measure,
    }
    drafts = write_drafts(taken.drafts, known | {"promise": promise})[: len(campaign.drafts)]
    for number, draft in enumerate(drafts, start=1):
        parts |= {f"drafts.{number}.{name}": getattr(draft, name) for name in ("title", "subject", "body", *LIMITS)}
    return {f"{campaign.number}.{path}": value for path, value in parts.items()}
