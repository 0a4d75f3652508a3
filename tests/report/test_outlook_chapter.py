from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest

from marketfold.features import Outlook, Unfit, outlook_of, without_outlook
from marketfold.features.buying_models import BuyingModel, SpendModel
from marketfold.features.expected import SETTING, UnfitCode
from marketfold.page import TablePart, tables_of
from marketfold.report.outlook_chapter import outlook_chapter
from marketfold.report.rfm_chapter import rfm_chapter
from marketfold.report.segment_chapters import segments_chapter
from marketfold.report.sentences.outlook import outlook_sentence
from marketfold.report.sentences.phrases import phrases
from marketfold.selection.outlook_check import OutlookCheck, OutlookGroup

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.page import Section

MODELS = Outlook(BuyingModel(0.5, 60.0, 0.8, 2.5), SpendModel(6.0, 4.0, 50.0))
CHECK = OutlookCheck(date(2025, 8, 30), 305, (OutlookGroup(30, 2.0, 1.5, 80.0, 70.0),) * 2, None)


def with_models(analysis: Analysis, outlook: Outlook | Unfit, check: OutlookCheck | None) -> Analysis:
    table = analysis.segmentation.table
    table = replace(table, settings=table.settings | {SETTING: outlook.to_setting()})
    choice = replace(analysis.choice, outlook=check)
    return replace(analysis, segmentation=replace(analysis.segmentation, table=table), choice=choice)


def table_of(section: Section | None, key: str) -> TablePart:
    assert section is not None
    return next(table for table in tables_of(section.parts) if table.key == key)


def test_what_is_expected_of_a_segment_is_the_sum_over_its_customers(analysis: Analysis) -> None:
    section = outlook_chapter(with_models(analysis, MODELS, CHECK))
    table = table_of(section, "outlook-segments")
    history = analysis.segmentation.table.history
    assert history is not None
    expected = MODELS.orders(history, 90)
    first = analysis.labels == analysis.segmentation.numbers.index(1)
    assert table.rows[0][1] == f"{expected[first].sum():,.0f}"
    assert len(table.rows) == analysis.segmentation.n_segments
    assert section is not None
    assert "120 orders were expected of 60 customers" in section.lead
    assert "90 came" in section.lead
    check = table_of(section, "outlook-check")
    assert [row[2:4] for row in check.rows] == [("2.00", "1.50")] * 2
    assert len({column.label for column in check.columns}) == len(check.columns)


def test_where_nothing_is_expected_there_is_a_reason_and_no_number(analysis: Analysis) -> None:
    bare = with_models(analysis, Unfit("too_few_customers", 92, 100), None)
    section = outlook_chapter(bare)
    assert section is not None
    assert section.lead == outlook_sentence(Unfit("too_few_customers", 92, 100), None)
    (table,) = tables_of(section.parts)
    assert [column.label for column in table.columns] == ["Segment", "Twice the usual gap"]
    cards = segments_chapter(bare)
    assert "expected" not in str(cards)
    assert "Revenue expected in the next year" in str(segments_chapter(with_models(analysis, MODELS, CHECK)))


@pytest.mark.parametrize("code", get_args(UnfitCode))
def test_each_reason_has_its_words(code: UnfitCode) -> None:
    assert code in phrases("outlook")
    assert outlook_sentence(Unfit(code, 70.4, 179), None)


def test_other_units_have_neither_chapter(analysis: Analysis) -> None:
    table = replace(analysis.segmentation.table, history=None)
    orders = replace(analysis, segmentation=replace(analysis.segmentation, table=table))
    assert outlook_of(table) is None
    assert outlook_chapter(orders) is None
    assert rfm_chapter(orders) is None


def test_every_customer_is_in_one_cell_of_rfm_by_segment(analysis: Analysis) -> None:
    table = table_of(rfm_chapter(analysis), "rfm-segments")
    counts = np.array([[int(cell.replace(",", "")) for cell in row[1:-1]] for row in table.rows])
    assert (counts[:, :-1].sum(axis=1) == counts[:, -1]).all()
    assert counts[:, :-1].sum(axis=0).tolist() == [profile.units for profile in analysis.segments.profiles]


def test_an_outlook_that_was_refused_is_kept_as_such(analysis: Analysis) -> None:
    table = analysis.segmentation.table
    assert outlook_of(without_outlook(table, Unfit("unchecked"))) == Unfit("unchecked")
