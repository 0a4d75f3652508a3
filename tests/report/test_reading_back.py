from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from marketfold.report import ReportPage, Section, render_page, report_page
from marketfold.report.naming import mark, unmarked
from marketfold.report.page import figures_of
from marketfold.report.parts import Column, FigurePart, TablePart
from marketfold.report.reading_back import figures_of_page, tables_of_page

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def test_figures_come_back_with_title_and_names(analysis: Analysis) -> None:
    page = report_page(analysis)
    drawn = {part.key: part.figure for section in page.sections for part in figures_of(section.parts)}
    found = figures_of_page(render_page(page))
    assert list(found) == list(drawn)
    for key, figure in found.items():
        assert len(figure.data) == len(drawn[key].data)
        assert figure.layout.title.text == unmarked(drawn[key].layout.title.text)
        assert figure.layout.height == drawn[key].layout.height
    names = [trace.name for trace in found["map-2d"].data if trace.showlegend is not False]
    assert names == [f"{profile.number}. {profile.name}" for profile in analysis.segments.profiles]


def test_tables_come_back_as_they_are_read(analysis: Analysis) -> None:
    found = tables_of_page(render_page(report_page(analysis)))
    ledger = analysis.data.clean.report.ledger
    assert found["ledger"][0] == ["Lines", "Count", "Share", "Money"]
    assert found["ledger"][-1][:2] == ["Kept", f"{ledger.lines_kept:,}"]
    assert all(len({len(row) for row in rows}) == 1 for rows in found.values())


def test_hostile_texts_come_back_whole() -> None:
    nasty = "<b>\"A\" & 'B'</b></td></table> 🎈"
    table = TablePart("t", (Column(nasty), Column("n")), ((mark(1, nasty), "5 %"),), segments=(1,))
    page = render_page(ReportPage("T", "L", sections=(Section("s", "S", (table,)),)))
    assert tables_of_page(page) == {"t": [[nasty, "n"], [nasty, "5 %"]]}


def test_a_figure_without_title_comes_back() -> None:
    part = FigurePart("f", go.Figure(go.Bar(x=["a"], y=[1])))
    found = figures_of_page(render_page(ReportPage("T", "L", sections=(Section("s", "S", (part,)),))))
    assert list(found["f"].data[0].y) == [1]
