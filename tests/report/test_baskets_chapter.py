from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from marketfold.campaigns import Pair
from marketfold.page import TablePart
from marketfold.report.baskets_chapter import SHOWN, baskets_chapter
from marketfold.report.briefs import brief_markdown
from marketfold.report.campaign_chapter import campaigns_section
from marketfold.words import share

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.campaigns import Baskets

PAIR = Pair("C1", "S1", 48, 30, 120, 60, 20.0, 1e-6, 1, 0.12, 0.05, "Cup", "Saucer")


def with_baskets(analysis: Analysis, **changed: object) -> Analysis:
    found = analysis.plan.baskets
    assert found is not None
    baskets: Baskets | None = dataclasses.replace(found, **changed)  # type: ignore[arg-type]
    return dataclasses.replace(analysis, plan=dataclasses.replace(analysis.plan, baskets=baskets))


def test_a_pair_is_told_by_name_with_its_support_lift_and_confidence(analysis: Analysis) -> None:
    section = baskets_chapter(with_baskets(analysis, pairs=(PAIR,) * 9, n_found=9))
    assert section is not None
    (table,) = section.parts
    assert isinstance(table, TablePart)
    assert len(table.rows) == SHOWN
    name = analysis.segments.profiles[1].name
    twelve, five = share(0.12), share(0.05)
    most = f"{name}: {twelve} of their orders (all: {five})"
    assert table.rows[0] == ("Cup (C1) + Saucer (S1)", "48", "20", "2.4\u00d7", share(0.4), share(0.8), most)
    assert table.note.startswith("The first eight of 9")
    assert "2.4 times as many" in table.teaching[0]
    assert "from 10 orders of five customers on, at 1.2 times as often; no more than 5 %" in table.note


def test_a_column_that_names_nobody_is_not_there(analysis: Analysis) -> None:
    nobody = dataclasses.replace(PAIR, segment=None, segment_share=None)
    for pairs, columns in (((nobody,), 6), ((nobody, PAIR), 7)):
        section = baskets_chapter(with_baskets(analysis, pairs=pairs, n_found=len(pairs)))
        assert section is not None
        (table,) = section.parts
        assert isinstance(table, TablePart)
        assert {len(row) for row in table.rows} == {len(table.columns)} == {columns}
        assert ("A dash" in table.note) is (columns == 7)


def test_that_none_stands_out_is_said_without_a_table(analysis: Analysis) -> None:
    section = baskets_chapter(with_baskets(analysis, pairs=(), n_found=0, n_tested=40))
    assert section is not None
    assert section.parts == ()
    assert section.lead.startswith("No product stands out as bought with another: 40 pairs were tested")


def test_without_products_there_is_no_chapter(analysis: Analysis) -> None:
    plan = dataclasses.replace(analysis.plan, baskets=None)
    assert baskets_chapter(dataclasses.replace(analysis, plan=plan)) is None


@pytest.mark.parametrize("bundle", [None, PAIR])
def test_a_brief_offers_what_its_segment_buys_together(analysis: Analysis, bundle: Pair | None) -> None:
    campaign = dataclasses.replace(analysis.plan.campaigns[0], bundle=bundle)
    plan = dataclasses.replace(analysis.plan, campaigns=(campaign,))
    section = campaigns_section(plan)
    assert section is not None
    closing = {fact.label: fact.value for fact in section.parts[0].briefs[0].closing}  # type: ignore[union-attr]
    assert ("What they buy together" in closing) is (bundle is not None)
    assert ("2.4 times as often as by chance" in brief_markdown(campaign, plan)) is (bundle is not None)
