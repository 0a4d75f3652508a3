from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import plotly.graph_objects as go
import pytest
from pydantic import TypeAdapter, ValidationError

from marketfold.page import (
    Brief,
    Briefs,
    Calendar,
    CalendarRow,
    Column,
    Fact,
    Facts,
    FigureGrid,
    FigureTabs,
    FindingItem,
    Findings,
    Fold,
    ListPart,
    Message,
    Notice,
    PageData,
    Part,
    Prose,
    ReportPage,
    Section,
    SegmentCard,
    SegmentCards,
    TablePart,
    Terms,
    figure_part,
    render_page,
)

if TYPE_CHECKING:
    from pathlib import Path

SAID = "Something told & <i>untold</i>"


def a_figure(key: str):
    return figure_part(key, go.Figure(go.Bar(y=[1])), title=SAID)


TABLE = TablePart("table", (Column(SAID, numeric=True),), (("1",),), marked=(0,), segments=(1,))
FACT = Fact("Orders", SAID, "many")
PARTS: tuple[Part, ...] = (
    Prose((SAID,)),
    Notice((SAID, "two"), tone="warning"),
    a_figure("figure"),
    FigureTabs("tabs", SAID, (a_figure("one"), a_figure("two"))),
    FigureGrid((a_figure("three"), a_figure("four"))),
    TABLE,
    ListPart("list", (Column(SAID),), ((SAID,),), ((None,),), segments=(1,), choices=((1, SAID),), note=SAID),
    Calendar(SAID, (CalendarRow(1, SAID, (1.0,) * 12), CalendarRow(2, "b", (), SAID)), SAID),
    Facts((FACT,)),
    SegmentCards((SegmentCard(1, SAID, "10", 1.0, "100", 1.0, trust="weak", facts=(FACT,)),)),
    Briefs((Brief("campaign-1", 1, SAID, "Keep", "Ten.", messages=(Message("Draft", (FACT,)),), paragraphs=(FACT,)),)),
    Findings((FindingItem(SAID, "figure"),)),
    Fold(SAID, (Fold("inner", (Prose(("deep",)),)),)),
    Terms((("Lift", SAID),)),
)


def test_every_kind_of_part_is_tried() -> None:
    assert {type(part) for part in PARTS} == set(get_args(get_args(Part)[0]))
    assert len({part.kind for part in PARTS}) == len(PARTS)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.kind)
def test_a_part_comes_back_from_json_and_is_drawn_with_its_text_escaped(part: Part, tmp_path: Path) -> None:
    page = ReportPage("T", "L", sections=(Section("s", "S", (part,)),), n_segments=1)
    PageData(page, {}).save(tmp_path / "page.json")
    assert PageData.load(tmp_path / "page.json").page == page
    html = render_page(page)
    assert "Something told &amp; &lt;i&gt;untold&lt;/i&gt;" in html
    assert "<i>untold" not in html


@pytest.mark.parametrize("key", ["", "../up", "a b", 'a"b', "a.b", "/a"])
def test_an_anchor_that_is_no_file_name_is_refused(key: str) -> None:
    known = TypeAdapter(TablePart)
    with pytest.raises(ValidationError):
        known.validate_python(known.dump_python(TABLE) | {"key": key})
