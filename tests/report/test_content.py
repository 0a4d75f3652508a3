from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest

from marketfold.report import render_page, report_page, write_report
from marketfold.report.map_chapter import LEAST_SHOWN, sample_by_segment
from marketfold.report.naming import unmarked
from marketfold.report.page import figures_of
from marketfold.report.parts import Briefs, SegmentCards

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis

IN_ORDER = ("segments", "the-map", "how-many", "stability", "profiles", "campaigns", "data", "making", "glossary")


def remarking(analysis: Analysis, *remarks: str) -> Analysis:
    """The same with these warnings and no other."""
    clean, segments, choice = analysis.data.clean, analysis.segments, analysis.choice
    clean = dataclasses.replace(
        clean,
        report=dataclasses.replace(clean.report, warnings=remarks),
        orders=dataclasses.replace(clean.orders, facts=dataclasses.replace(clean.facts, notes=())),
    )
    groups = dataclasses.replace(choice.evidence.k_choice, answer="groups")
    profiles = tuple(dataclasses.replace(profile, trust="stable") for profile in segments.profiles)
    return dataclasses.replace(
        analysis,
        data=dataclasses.replace(analysis.data, clean=clean),
        choice=dataclasses.replace(choice, evidence=dataclasses.replace(choice.evidence, k_choice=groups)),
        segments=dataclasses.replace(segments, profiles=profiles, traps=()),
    )


def test_chapters_stand_in_the_order_of_a_memo(analysis: Analysis) -> None:
    keys = [section.key for section in report_page(analysis).sections]
    assert [key for key in keys if key in IN_ORDER] == list(IN_ORDER)


def test_a_card_and_a_brief_for_each_segment_with_its_own_numbers(analysis: Analysis) -> None:
    page = report_page(analysis)
    parts = {section.key: section.parts for section in page.sections}
    cards = next(part for part in parts["segments"] if isinstance(part, SegmentCards)).cards
    briefs = next(part for part in parts["campaigns"] if isinstance(part, Briefs)).briefs
    assert [unmarked(card.name) for card in cards] == [profile.name for profile in analysis.segments.profiles]
    assert sum(card.unit_share for card in cards) == pytest.approx(1)
    assert sum(card.revenue_share for card in cards) == pytest.approx(1)
    assert [brief.key for brief in briefs] == [card.todo_link for card in cards]
    assert page.n_segments == len(cards)


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


def test_no_customer_is_in_the_report(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(analysis, path)
    text = path.read_text("utf-8")
    ids = [str(one) for one in analysis.segmentation.ids]
    assert len(ids) > 20
    assert [one for one in ids if re.search(rf"(?<![\w-]){re.escape(one)}(?![\w-])", text)] == []


def test_every_link_leads_somewhere_and_every_anchor_is_one(analysis: Analysis) -> None:
    html = re.sub(r"<script.*?</script>", "", render_page(report_page(analysis)), flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_every_figure_says_what_it_shows(analysis: Analysis) -> None:
    figures = [figure for section in report_page(analysis).sections for figure in figures_of(section.parts)]
    assert len(figures) > 10
    assert all(figure.figure.layout.meta["alt"] for figure in figures)
    assert all(figure.title or figure.figure.layout.title.text for figure in figures)


def test_most_warnings_are_told_first_and_all_are_told(analysis: Analysis) -> None:
    page = report_page(remarking(analysis, *(f"Remark number {i}." for i in range(9))))
    assert page.warnings[0] == "Remark number 0."
    assert len(page.warnings) == 5
    html = render_page(page)
    assert all(f"Remark number {i}." in html for i in range(9))


def test_no_structure_is_said_in_the_headline(analysis: Analysis) -> None:
    evidence = analysis.choice.evidence
    evidence = dataclasses.replace(evidence, k_choice=dataclasses.replace(evidence.k_choice, answer="no_structure"))
    choice = dataclasses.replace(analysis.choice, evidence=evidence)
    assert "cut from one crowd" in report_page(dataclasses.replace(analysis, choice=choice)).title


def test_a_large_market_is_drawn_by_a_sample_that_says_so(analysis: Analysis) -> None:
    labels = analysis.labels.repeat(1_000)
    rows = sample_by_segment(labels, 2_500, seed=0)
    assert len(rows) < 2_700
    assert (rows == sample_by_segment(labels, 2_500, seed=0)).all()
    assert min((labels[rows] == segment).sum() for segment in range(3)) >= LEAST_SHOWN
