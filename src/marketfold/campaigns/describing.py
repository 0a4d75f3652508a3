"""Who a segment is, in one paragraph, and what to know before trusting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.segments import difference_text
from marketfold.words import measured

if TYPE_CHECKING:
    from marketfold.campaigns.facts import SegmentFacts
    from marketfold.schema import Trust
    from marketfold.segments import SegmentProfile

DISTINGUISHING = 3
FEW = 10
COUNTRIES = 3

WARNINGS: dict[Trust, str] = {
    "weak": (
        "This segment is weak: resampling the customers does not find the same group again. Treat the brief as an "
        "idea, try it on a small part, and do not build anything lasting on it."
    ),
    "pattern": (
        "This segment is a pattern rather than a firm group: its core comes back when customers are resampled, its "
        "edges move. Speak to it as a whole, and do not make much of who lies just inside or outside."
    ),
}
UNTESTED = "Whether this segment would be found again was not tested, so it is not known how far to trust it."


def describe_trust(trust: Trust | None, customers: int) -> str | None:
    """Say what to know first about a segment; None where it stands firm and is not tiny.

    Parameters
    ----------
    trust
        Its label of stability; None where that was not tested.
    customers
        How many it has.
    """
    texts = [UNTESTED if trust is None else WARNINGS.get(trust, "")]
    if customers < FEW:
        named = f"only {customers} customer{'s' if customers != 1 else ''}"
        texts.append(f"It has {named}: write to each in person, and take the drafts below for notes.")
    return " ".join(text for text in texts if text) or None


def _times(value: float) -> str:
    return "one order" if value == 1 else f"{measured(value, 'count')} orders"


def _size(facts: SegmentFacts) -> str:
    count = int(facts.values["customer_count"])
    customers = f"{count:,} customer{'s' if count != 1 else ''}"
    share = measured(facts.values["customer_share"], "share")
    return (
        f"{customers} ({share} of all) who brought {measured(facts.values['revenue_share'], 'share')} of the revenue."
    )


def _habits(facts: SegmentFacts) -> str:
    values = facts.values
    if not {"order_count", "order_value", "recency_days"} <= values.keys():
        return ""
    worth = f"worth {measured(values['order_value'], 'money')}{'' if values['order_count'] == 1 else ' each'}"
    away = f"the last {measured(values['recency_days'], 'days')} ago"
    if values["order_count"] == 1:
        away = measured(values["recency_days"], "days") + " ago"
    return f"The median customer has placed {_times(values['order_count'])} {worth}, {away}."


def _difference(profile: SegmentProfile) -> str:
    sentences = [difference_text(feature).rstrip(".") for feature in profile.distinguishing[:DISTINGUISHING]]
    return f"What sets them apart: {'; '.join(sentences)}." if sentences else "Nothing sets them clearly apart."


def _places(profile: SegmentProfile) -> str:
    cells = profile.described.get("country", ())
    texts = [f"{cell.value} {measured(cell.share, 'share')}" for cell in cells[:COUNTRIES]]
    if len(cells) > COUNTRIES:
        texts.append("others less")
    return f"By country: {', '.join(texts)}." if texts else ""


def describe_segment(profile: SegmentProfile, facts: SegmentFacts) -> str:
    """One paragraph on who they are, in the user's units.

    Parameters
    ----------
    profile
        What stands out.
    facts
        Size, money and habits.
    """
    parts = [_size(facts), _habits(facts), _difference(profile), _places(profile)]
    return " ".join(part for part in parts if part)
