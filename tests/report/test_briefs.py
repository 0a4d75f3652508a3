"""The brief of a campaign as Markdown: it holds what was planned, and nothing in the order file can break it."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from marketfold import words
from marketfold.report import brief_filename, brief_markdown

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import Campaign, CampaignPlan

NASTY = ("a|b", "# Tea", "1. Tea", "- Tea", "`x` ``` y", "<script>x</script>", "[a](http://b)", "two\nlines", "*b* _c_")
SECTIONS = (
    "Who they are",
    "Aim",
    "Offer",
    "Channels",
    "When",
    "What they buy",
    "Messages",
    "Money",
    "How you will know",
)


@pytest.fixture
def plan(analysis: Analysis) -> CampaignPlan:
    return analysis.plan


def named(campaign: Campaign, text: str) -> Campaign:
    """A campaign in which everything that comes from the order file, and every message, holds this text."""
    first = campaign.distinguishing[0]
    return replace(
        campaign,
        name=text,
        distinguishing=(replace(first, label=text, name="unknown_feature"),),
        countries=tuple(replace(one, value=text) for one in campaign.countries),
        products=tuple(replace(one, name=text, category=text) for one in campaign.products),
        categories=tuple(replace(one, name=text) for one in campaign.categories),
        next_category=replace(campaign.next_category, name=text) if campaign.next_category else None,
        next_product=replace(campaign.next_product, name=text, category=None) if campaign.next_product else None,
        drafts=tuple(replace(one, subject=text.splitlines()[0], google_headline=text) for one in campaign.drafts),
    )


def shape(brief: str) -> list[tuple[str, int]]:
    """What each line is to Markdown: its first sign, and the cells of a table row."""
    lines = [re.sub(r"\\[!-/:-@\[-`{-~]", "", line) for line in brief.splitlines()]
    starts = [re.match(r"(#+ |> |- (?:[#>+=-] |\d+[.)] )?|```|\|?)", line) for line in lines]
    return [
        (start[0] if start else "", line.count("|") * line.startswith("|"))
        for start, line in zip(starts, lines, strict=True)
    ]


def test_every_campaign_says_what_it_plans(plan: CampaignPlan) -> None:
    for campaign in plan.campaigns:
        brief = brief_markdown(campaign, plan)
        assert brief.startswith(f"# {campaign.number}. {campaign.name}: {campaign.aim_title.lower()}\n")
        assert re.findall("^## (.+)$", brief, re.MULTILINE) == list(SECTIONS)
        assert f"**{campaign.offer.title}.** {campaign.offer.reason}" in brief
        assert f"## Aim\n\n{campaign.goal}\n" in brief
        assert campaign.holdout
        assert f"{words.count(campaign.customers)} customers" in brief.partition("## How you will know")[2]
        assert [line for line in brief.splitlines() if line.startswith("### ")] == [
            f"### {number}. {draft.title}" for number, draft in enumerate(campaign.drafts, start=1)
        ]


def test_what_is_not_known_is_no_word(plan: CampaignPlan) -> None:
    for campaign in plan.campaigns:
        bare = replace(
            campaign, order_count=None, order_value=None, budget=None, holdout=None, products=(), categories=(),
            next_product=None, next_category=None, distinguishing=(), countries=(),
            timing=replace(campaign.timing, gap_days=None, recency_days=None),
        )  # fmt: skip
        for one in (campaign, bare):
            assert not re.search(r"\b(None|nan|inf|Undefined)\b", brief_markdown(one, plan))


def test_every_amount_carries_the_currency(plan: CampaignPlan) -> None:
    brief = brief_markdown(plan.campaigns[0], replace(plan, currency="CHF"))
    money = brief.partition("## Money")[2].partition("## How")[0]
    assert "CHF 5,000" in money
    assert not re.search(r"(?<!CHF )(?<![\d,.])\d[\d,]*(?:\.\d\d)?(?= (?:revenue|a year|an order|margin =))", money)


@pytest.mark.parametrize("text", NASTY)
def test_no_text_of_the_file_breaks_the_page(text: str, plan: CampaignPlan) -> None:
    for campaign in plan.campaigns:
        brief = brief_markdown(named(campaign, text), plan)
        assert shape(brief) == shape(brief_markdown(named(campaign, "plain"), plan))
        outside = re.sub(r"\\[!-/:-@\[-`{-~]", "", re.sub(r"```text\n.*?\n```", "", brief, flags=re.DOTALL))
        assert "<" not in outside
        assert "](" not in outside


@pytest.mark.parametrize(
    ("name", "file"),
    [("../../etc/passwd", "07-etc-passwd.md"), ("???", "07-segment.md"), ("x" * 99, f"07-{'x' * 60}.md")],
)
def test_the_file_is_named_as_every_disk_takes_it(name: str, file: str) -> None:
    assert brief_filename(SimpleNamespace(number=7, name=name)) == file  # type: ignore[arg-type]
