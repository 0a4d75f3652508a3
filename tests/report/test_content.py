from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from tests.report.edited import remarking, with_names, with_orders

from marketfold.page import Briefs, PageData, Section, SegmentCards, figures_of, render_page
from marketfold.report import content, report_data, report_page, with_plan, write_report
from marketfold.report.sentences.campaigns import campaign_warning

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis
    from marketfold.page import ReportPage

IN_ORDER = (
    "segments",
    "campaigns",
    "customers",
    "outlook",
    "the-map",
    "how-many",
    "stability",
    "data",
    "making",
    "glossary",
)


def test_chapters_stand_in_the_order_of_a_memo(analysis: Analysis) -> None:
    keys = [section.key for section in report_page(analysis).sections]
    assert [key for key in keys if key in IN_ORDER] == list(IN_ORDER)


def test_a_card_and_a_brief_for_each_segment_with_its_own_numbers(analysis: Analysis) -> None:
    page = report_page(analysis)
    parts = {section.key: section.parts for section in page.sections}
    cards = next(part for part in parts["segments"] if isinstance(part, SegmentCards)).cards
    briefs = next(part for part in parts["campaigns"] if isinstance(part, Briefs)).briefs
    assert [card.name for card in cards] == [profile.name for profile in analysis.segments.profiles]
    assert sum(card.unit_share for card in cards) == pytest.approx(1)
    assert sum(card.revenue_share or 0.0 for card in cards) == pytest.approx(1)
    assert [brief.key for brief in briefs] == [card.todo_link for card in cards]
    assert page.n_segments == len(cards)


def test_a_name_that_nobody_edited_is_not_said_to_be_edited(analysis: Analysis) -> None:
    def warnings(of: Analysis) -> list[str]:
        campaigns = next(section for section in report_page(of).sections if section.key == "campaigns")
        return [brief.warning for part in campaigns.parts if isinstance(part, Briefs) for brief in part.briefs]

    first, *others = analysis.plan.campaigns
    assert not any(campaign.edited for campaign in analysis.plan.campaigns)
    assert warnings(analysis) == [campaign_warning(campaign) or "" for campaign in analysis.plan.campaigns]
    renamed = dataclasses.replace(first, name="Friends")
    plan = dataclasses.replace(analysis.plan, campaigns=(renamed, *others))
    assert "name" in warnings(dataclasses.replace(analysis, plan=plan))[0]


def test_what_was_not_made_is_left_out(analysis: Analysis) -> None:
    evidence = dataclasses.replace(analysis.choice.evidence, comparison=None, suitability=None, search=None)
    bare = dataclasses.replace(
        analysis,
        choice=dataclasses.replace(analysis.choice, evidence=evidence, future=None),
        plan=dataclasses.replace(analysis.plan, campaigns=()),
        run=dataclasses.replace(analysis.run, stages=()),
    )
    page = report_page(remarking(bare))
    keys = {section.key for section in page.sections}
    assert not keys & {"campaigns", "chosen"}
    assert 'class="notice warning"' not in render_page(page)


def test_no_customer_whose_id_is_personal_is_in_the_report(analysis: Analysis, tmp_path: Path) -> None:
    path, data = tmp_path / "report.html", analysis.data
    facts = dataclasses.replace(data.facts, id_is_personal=True)
    clean = dataclasses.replace(data.clean, orders=dataclasses.replace(data.clean.orders, facts=facts))
    write_report(dataclasses.replace(analysis, data=with_orders(data, clean)), path)
    text = path.read_text("utf-8")
    ids = {str(one) for one in analysis.segmentation.ids}
    assert len(ids) > 20
    assert all(re.fullmatch(r"[\w-]+", one) for one in ids)  # so each is a word, where it stands anywhere
    assert ids & set(re.findall(r"[\w-]+", text)) == set()


def test_every_link_leads_somewhere_and_every_anchor_is_one(analysis: Analysis) -> None:
    html = re.sub(r"<script.*?</script>", "", render_page(report_page(analysis)), flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_every_figure_says_what_it_shows(analysis: Analysis) -> None:
    figures = [figure for section in report_page(analysis).sections for figure in figures_of(section.parts)]
    assert len(figures) > 10
    assert all(figure.alt and figure.title for figure in figures)
    assert all(figure.figure.layout["meta"]["alt"] for figure in figures)


def test_most_warnings_are_told_first_and_all_are_told(analysis: Analysis) -> None:
    page = report_page(remarking(analysis, *(f"Remark number {i}." for i in range(9))))
    assert page.warnings[0] == "Remark number 0."
    assert len(page.warnings) == 5
    html = render_page(page)
    assert all(f"Remark number {i}." in html for i in range(9))


def test_no_structure_is_said_above_the_picture(analysis: Analysis) -> None:
    evidence = analysis.choice.evidence
    k_choice = dataclasses.replace(evidence.k_choice, answer="no_structure")
    assert evidence.groups is not None
    as_by_chance = dataclasses.replace(evidence.groups, p_values=(1.0,) * len(evidence.groups.p_values))
    evidence = dataclasses.replace(evidence, k_choice=k_choice, groups=as_by_chance)
    choice = dataclasses.replace(analysis.choice, evidence=evidence)
    chart = report_page(dataclasses.replace(analysis, choice=choice)).shares
    assert chart is not None
    assert "cut from one crowd" in chart.title


def every_text(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in every_text(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in every_text(item)]
    return every_text(dataclasses.asdict(value)) if dataclasses.is_dataclass(value) else []  # type: ignore[arg-type]


HOSTILE = (
    ("<script>alert(1)</script>", '{"segment": 2}', '"'),
    ("The", "a", "\\g<0> \\1"),
    ("%{x} &amp; <b>", "\U0001f388" * 80, "long and longer names " * 4),
)
"""Names for the three segments: markup, what looks like a reference, words of every sentence, signs of patterns."""


@pytest.fixture(scope="session")
def data(analysis: Analysis) -> PageData:
    return report_data(analysis)


@pytest.mark.parametrize("names", HOSTILE, ids=["markup", "words", "long"])
def test_a_renamed_report_is_the_report_that_the_new_names_would_have_made(
    names: tuple[str, ...], analysis: Analysis, data: PageData
) -> None:
    """So every other text is untouched, whatever the old names and the new ones are."""
    called = dict(enumerate(names, start=1))
    made = report_data(with_names(analysis, called))
    assert made.page == data.page
    renamed = PageData(data.page, called).named()
    assert renamed == made.named()
    cards = next(part for part in renamed.sections[0].parts if isinstance(part, SegmentCards)).cards
    assert tuple(card.name for card in cards) == names


def test_two_segments_can_change_their_names(analysis: Analysis, data: PageData) -> None:
    called = {**data.names, 1: data.names[2], 2: data.names[1]}
    swapped = PageData(data.page, called).named()
    assert swapped == report_page(with_names(analysis, called))
    assert swapped != data.named()


def test_the_name_of_a_segment_is_in_no_text_of_the_records(data: PageData) -> None:
    odd = PageData(data.page, {**data.names, 1: "Zanzibarquux"})
    assert sum("Zanzibarquux" in text for text in every_text(odd.named())) > 10
    assert not [text for text in every_text(data.page) if data.names[1] in text]


def chapter(page: ReportPage, key: str) -> Section:
    return next(section for section in page.sections if section.key == key)


def test_an_edited_plan_changes_names_aims_and_its_chapter_and_nothing_else(analysis: Analysis, data: PageData) -> None:
    one, *others = analysis.plan.campaigns
    woo = dataclasses.replace(one, name="Renamed", aim_title="Woo them", goal="Woo.", kept=("goal",))
    plan = dataclasses.replace(analysis.plan, campaigns=(woo, *others))
    before, after = data.named(), with_plan(data, plan).named()
    assert after == report_page(dataclasses.replace(with_names(analysis, {one.number: "Renamed"}), plan=plan))
    assert before != after
    assert [section.key for section in before.sections] == [section.key for section in after.sections]
    for key in ("data", "making", "glossary"):
        assert chapter(before, key) == chapter(after, key)


def test_the_same_plan_changes_nothing(analysis: Analysis, data: PageData) -> None:
    assert with_plan(data, analysis.plan) == data


def test_without_campaigns_their_chapter_goes(analysis: Analysis, data: PageData) -> None:
    page = with_plan(data, dataclasses.replace(analysis.plan, campaigns=())).page
    assert "campaigns" not in [section.key for section in page.sections]


def test_a_chapter_is_a_function_and_a_line_in_the_table(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def weather(analysis: Analysis) -> Section | None:
        return Section("weather", "The weather", (), f"It rained on {len(analysis.segmentation)} customers.")

    def nothing(analysis: Analysis) -> Section | None:  # noqa: ARG001
        return None

    monkeypatch.setattr(content, "CHAPTERS", (content.CHAPTERS[0], weather, nothing, *content.CHAPTERS[1:]))
    data = report_data(analysis)
    assert [section.key for section in data.page.sections[:2]] == ["segments", "weather"]
    write_report(analysis, tmp_path / "report.html")
    written = (tmp_path / "report.html").read_text("utf-8")
    assert f"It rained on {len(analysis.segmentation)} customers." in written
    assert 'href="#weather"' in written
