from __future__ import annotations

import re
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import pytest

from marketfold.errors import ParameterError
from marketfold.report import ReportPage, Section, render_page, write_page
from marketfold.report.colours import colour_rules, contrast, ink_on
from marketfold.report.embed import source_hash
from marketfold.report.parts import Column, FigurePart, Prose, TablePart

if TYPE_CHECKING:
    from pathlib import Path

NASTY = "<script>alert('x')</script> & \"quoted\" 🎈"


def a_figure(key: str) -> FigurePart:
    return FigurePart(key, go.Figure(go.Bar(y=[1])))


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


def test_two_things_with_one_anchor_are_refused() -> None:
    page = ReportPage("T", "L", sections=(Section("map", "S", (a_figure("map"),)),))
    with pytest.raises(ParameterError, match="stand twice on the page: map"):
        render_page(page)


def test_every_segment_has_letters_that_can_be_read_on_it() -> None:
    rules = re.findall(r"--seg:(#\w{6});--seg-ink:(#\w{6})", colour_rules(12))
    assert len(rules) == 24
    assert all(ink == ink_on(colour) and contrast(colour, ink) >= 4.5 for colour, ink in rules)
