from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import pytest

from marketfold.errors import ParameterError, RunFolderError
from marketfold.page import (
    Brief,
    Briefs,
    Column,
    FigureGrid,
    FigurePart,
    FigureTabs,
    Fold,
    Prose,
    ReportPage,
    Section,
    TablePart,
    figure_part,
    figures_of,
    render_page,
    tables_of,
    write_page,
)
from marketfold.page.embed import source_hash
from marketfold.version import __version__
from marketfold.words import NARROW_SPACE

if TYPE_CHECKING:
    from pathlib import Path

NASTY = "<script>alert('x')</script> & \"quoted\" 🎈"


def a_figure(key: str) -> FigurePart:
    return figure_part(key, go.Figure(go.Bar(y=[1])))


def test_text_is_escaped_wherever_it_stands() -> None:
    table = TablePart("t", (Column(NASTY),), ((NASTY,),), title=NASTY, note=NASTY)
    page = ReportPage(
        NASTY, NASTY, kicker=NASTY, warnings=(NASTY,), sections=(Section("s", NASTY, (Prose((NASTY,)), table)),)
    )
    html = render_page(page)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;quoted&#34; 🎈" in html


def test_the_policy_names_every_script_that_runs_and_no_source_on_the_net() -> None:
    html = render_page(ReportPage("T", "L", sections=(Section("s", "S", (a_figure("f"),)),)))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    said = policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in said
    assert "connect-src 'none'" in said
    assert "http" not in said
    assert "unsafe-eval" not in said
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 2
    assert all(source_hash(script) in said for script in scripts)


def test_plotly_is_brought_only_where_there_are_figures() -> None:
    assert len(render_page(ReportPage("T", "L"))) < 100_000
    html = render_page(ReportPage("T", "L", sections=(Section("s", "S", (a_figure("f"), a_figure("g"))),)))
    assert html.count('id="plotly-packed"') == 1
    assert 1_500_000 < len(html) < 2_500_000


def test_the_same_page_is_the_same_file(tmp_path: Path) -> None:
    page = ReportPage("T", "L", sections=(Section("s", "S", (a_figure("f"),)),))
    paths = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in paths:
        write_page(page, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_page_names_the_version_that_wrote_it() -> None:
    assert f'content="Marketfold {__version__}"' in render_page(ReportPage("T", "L"))


def test_two_things_with_one_anchor_are_refused() -> None:
    page = ReportPage("T", "L", sections=(Section("map", "S", (a_figure("map"),)),))
    with pytest.raises(ParameterError, match="stand twice on the page: map"):
        render_page(page)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="cannot be written"):
        write_page(ReportPage("T", "L"), tmp_path / "nowhere" / "page.html")


def test_no_line_ends_between_a_number_and_its_percent_sign() -> None:
    html = render_page(ReportPage("5 % of all", "L", warnings=("From 5 % to 6 %.",)))
    assert "5 %" not in html
    assert f"From 5{NARROW_SPACE}% to 6{NARROW_SPACE}%." in html


def test_figures_and_tables_are_found_wherever_they_stand() -> None:
    table = TablePart("t", (Column("A"),), (("1",),))
    brief = Brief("campaign-1", 1, "Name", "Aim", "Summary", tables=(replace(table, key="in-brief"),))
    parts = (
        FigureTabs("tabs", "Tabs", (a_figure("a"), a_figure("b"))),
        Fold("More", (FigureGrid((a_figure("c"), a_figure("d"))), table)),
        Briefs((brief,)),
        a_figure("e"),
    )
    assert [figure.key for figure in figures_of(parts)] == ["a", "b", "c", "d", "e"]
    assert [found.key for found in tables_of(parts)] == ["t", "in-brief"]
