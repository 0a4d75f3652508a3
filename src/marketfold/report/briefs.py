"""The brief of a campaign, one page, as Markdown."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from marketfold import words
from marketfold.report.sentences import campaign_money
from marketfold.report.sentences import campaigns as text
from marketfold.report.sentences.baskets import bundle_sentence

if TYPE_CHECKING:
    from marketfold.campaigns import Campaign, CampaignPlan

MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>|~]|&(?=#?\w+;)|^[#+=-]|(?<=^\d)[.)]|(?<=^\d\d)[.)])")
"""What Markdown could take for markup inside a line of text or, as a heading or a list, at its beginning."""


def _markdown(value: object) -> str:
    """Text that stands in Markdown as itself, on one line, whatever a customer's file put into it."""
    return MARKDOWN_SIGNS.sub(r"\\\1", " ".join(str(value).split()))


def _code(value: str) -> str:
    """Text for a code block: nothing in it can end the block."""
    return value.replace("```", "'''")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("marketfold.report"),
        autoescape=False,  # noqa: S701  (Markdown has its own escape, `md`, on every value)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(share=words.share, count=words.count, money=words.money, md=_markdown, code=_code)
    environment.filters["ratio"] = lambda value: words.measured(value, "ratio")
    environment.globals.update(text=text, campaign_money=campaign_money, bundle_sentence=bundle_sentence)
    return environment


def brief_markdown(campaign: Campaign, plan: CampaignPlan) -> str:
    """Write one campaign as a Markdown page.

    Parameters
    ----------
    campaign
        One of the plan's.
    plan
        For what all campaigns share: currency, budget, playbook.
    """
    brief = _environment().get_template("brief.md.j2").render(campaign=campaign, plan=plan)
    return words.printable(re.sub(r"\n{3,}", "\n\n", brief).strip()) + "\n"


def brief_filename(campaign: Campaign) -> str:
    """Name of the brief's file: the number, and the name in letters that every disk takes.

    >>> from types import SimpleNamespace
    >>> brief_filename(SimpleNamespace(number=3, name="Bärs & co: <lapsed>"))
    '03-bars-co-lapsed.md'
    """
    plain = unicodedata.normalize("NFKD", campaign.name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].rstrip("-")
    return f"{campaign.number:02d}-{slug or 'segment'}.md"
