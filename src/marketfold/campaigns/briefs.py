"""The brief of a campaign, one page, as Markdown."""

from __future__ import annotations

import calendar
import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from marketfold.words import listed, measured

if TYPE_CHECKING:
    from marketfold.campaigns.plan import Campaign, CampaignPlan

MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>|])")
"""What Markdown could take for markup inside a line of text."""

PART_WORDS = {
    "name": "name", "aim_title": "aim", "goal": "goal", "offer": "offer", "channels": "channels", "schedule": "timing",
    "drafts": "messages", "measure": "measure", "amount": "budget",
}  # fmt: skip


def _markdown(value: object) -> str:
    """Text that stands in Markdown as itself, on one line, whatever a customer's file put into it."""
    return MARKDOWN_SIGNS.sub(r"\\\1", " ".join(str(value).split()))


def _code(value: str) -> str:
    """Text for a code block: nothing in it can end the block."""
    return value.replace("```", "'''")


def _money(value: float, currency: str | None) -> str:
    return f"{measured(value, 'money')} {currency}" if currency else measured(value, "money")


def _months(numbers: tuple[int, ...]) -> str:
    return listed([calendar.month_name[number] for number in numbers])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("marketfold.campaigns"),
        autoescape=False,  # noqa: S701  (Markdown has its own escape, `md`, on every value)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    said = {
        "share": lambda value: measured(value, "share"),
        "count": lambda value: f"{value:,.0f}",
        "money": _money,
        "md": _markdown,
        "code": _code,
        "months": _months,
        "ratio": lambda value: measured(value, "ratio"),
    }
    environment.filters.update(said)
    return environment


def _values(campaign: Campaign, plan: CampaignPlan) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "plan": plan,
        "kept": listed([PART_WORDS[name] for name in campaign.kept]),
        "codes_only": bool(campaign.products)
        and all(any(c.isdigit() for c in item.name) for item in campaign.products),
    }


def brief_markdown(campaign: Campaign, plan: CampaignPlan) -> str:
    """Write one campaign as a Markdown page.

    Parameters
    ----------
    campaign
        One of the plan's.
    plan
        For what all campaigns share: currency, budget, playbook.
    """
    text = _environment().get_template("brief.md.j2").render(_values(campaign, plan))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def brief_filename(campaign: Campaign) -> str:
    """Name of the brief's file: the number, and the name in letters that every disk takes.

    >>> from types import SimpleNamespace
    >>> brief_filename(SimpleNamespace(number=3, name="Bärs & co: <lapsed>"))
    '03-bars-co-lapsed.md'
    """
    plain = unicodedata.normalize("NFKD", campaign.name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].rstrip("-")
    return f"{campaign.number:02d}-{slug or 'segment'}.md"
