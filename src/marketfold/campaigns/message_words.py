"""What plan and messages may speak of, and other words for who has the same aim."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.campaigns.drafts import presentable, write_drafts
from marketfold.campaigns.plan import PlanNote
from marketfold.campaigns.timing import LONG_AGO_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from marketfold.campaigns.customers import SegmentFacts
    from marketfold.campaigns.plan import Campaign
    from marketfold.campaigns.playbook import Playbook
    from marketfold.campaigns.product_affinity import ProductAffinity
    from marketfold.campaigns.timing import Timing

ABOVE_USUAL = 1.25
"""An order to ask for beside the usual one: near enough to be reached."""


def near_season(timing: Timing, as_of: date | None) -> str | None:
    """The month in which the season begins before which the campaign is made."""
    begins = timing.season_before(as_of)
    return words.month(begins.month) if begins else None


def round_up(amount: float) -> float:
    """The next amount that a person would name: steps of half the leading digit; of an amount above 0.

    >>> round_up(56.3), round_up(243.0), round_up(38_444.0)
    (60.0, 250.0, 40000.0)
    """
    step = 10.0 ** math.floor(math.log10(amount)) / 2
    return math.ceil(amount / step) * step


def message_words(
    facts: SegmentFacts, affinity: ProductAffinity, timing: Timing, currency: str | None, as_of: date | None
) -> dict[str, str]:
    """What plan and messages may speak of; codes and placeholders are left to the brief's tables."""
    away, value = facts.values.get("recency_days", 0.0), facts.values.get("order_value")
    amount = words.money(round_up(ABOVE_USUAL * value), currency) if value and value > 0 else None
    product = affinity.next_product
    known = {
        "long_ago": "yes" if away >= LONG_AGO_DAYS else None,
        "no_orders": None if "order_count" in facts.values else "yes",
        "due": "yes" if timing.gap_days and away >= timing.gap_days[1] else None,
        "category": next((name for item in affinity.categories if (name := presentable(item.name))), None),
        "next_category": presentable(affinity.next_category.name) if affinity.next_category else None,
        "next_product": presentable(product.title or product.name) if product else None,
        "season": near_season(timing, as_of),
        "threshold": amount if currency else None,
        "amount": amount,
    }
    return {name: text for name, text in known.items() if text}


def told_apart(campaigns: Sequence[Campaign], playbook: Playbook) -> tuple[list[Campaign], list[PlanNote]]:
    """Other words for the second segment of one aim; and what says the same all the same, by the numbers."""
    told: list[Campaign] = []
    notes = []
    for campaign in campaigns:
        again = any(one.aim == campaign.aim for one in told)
        known = campaign.message_words | ({"again": "yes"} if again else {})
        drafts = write_drafts(playbook.aims[campaign.aim].drafts, known) if again else campaign.drafts
        told.append(replace(campaign, message_words=known, drafts=drafts))
    for aim in dict.fromkeys(campaign.aim for campaign in told):
        same = [one for one in told if one.aim == aim]
        alike = {one.number for one in same for other in same if one is not other and one.says_the_same_as(other)}
        if alike:
            notes.append(PlanNote("same words", ",".join(map(str, sorted(alike)))))
    return told, notes
