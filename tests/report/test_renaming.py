from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import pytest

from marketfold.report import ReportPage, Section, rename_in_page, render_page, report_page
from marketfold.report.embed import source_hash
from marketfold.report.naming import mark, unmarked
from marketfold.report.parts import FigurePart, Prose

if TYPE_CHECKING:
    from marketfold.analysis import Analysis

NAMES = ("Quiet offer-minded buyers", "Mum's & dad's <best>", 'Tea "Club" 5 % off', "value", "The")


def a_page(name: str) -> str:
    said, other = mark(1, name), mark(2, "Quiet offer-minded buyers (2)")
    figure = go.Figure(go.Bar(x=[said, f"1. {said}", other], y=[1, 2, 3], name=said, hovertemplate="The value: %{x}"))
    figure.update_layout(title=f"The value of {said}", meta={"alt": f"The value of {said} and {other}"})
    parts = (FigurePart("f", figure), Prose((f"The value of {said}; the others are {other}.",)))
    return render_page(ReportPage("The value", f"Begin with {said}", sections=(Section("s", said, parts),)))


@pytest.mark.parametrize("old", NAMES)
@pytest.mark.parametrize("new", NAMES)
def test_a_renamed_page_is_the_page_that_the_new_name_would_have_made(old: str, new: str) -> None:
    assert rename_in_page(a_page(old), 1, new) == a_page(new)


def test_a_name_that_a_figure_wraps_is_found() -> None:
    wrapped = a_page(mark(1, "Quiet offer-<br>minded<br>buyers"))
    assert rename_in_page(wrapped, 1, "Regulars") == a_page("Regulars")


def test_nobody_sees_the_marks_outside_of_figures() -> None:
    html = re.sub(r"<script.*?</script>", "", a_page("Regulars"), flags=re.DOTALL)
    assert unmarked(html) == html
    assert html.count('<span data-segment="1">Regulars</span>') == 6
    assert "<span" not in " ".join(re.findall(r'"[^"]*"', re.sub(r'<span data-segment="\d">', "", html)))


def in_text(page: str) -> str:
    return re.sub(r"<(script|style).*?</\1>|<[^>]+>", "", page, flags=re.DOTALL)


def test_in_a_report_words_that_are_no_name_stay_and_every_script_may_still_run(analysis: Analysis) -> None:
    first, second = analysis.segments.profiles[:2]
    said = replace(first, name="The"), replace(second, name="The value"), *analysis.segments.profiles[2:]
    campaigns = tuple(
        replace(campaign, name={first.number: "The", second.number: "The value"}.get(campaign.number, campaign.name))
        for campaign in analysis.plan.campaigns
    )
    segments = replace(analysis.segments, profiles=said)
    renamed_by_hand = replace(analysis, segments=segments, plan=replace(analysis.plan, campaigns=campaigns))
    page = render_page(report_page(renamed_by_hand))
    renamed = rename_in_page(page, first.number, "Alpha")
    assert in_text(page).count("The ") > 20
    assert in_text(renamed).replace("Alpha", "The") == in_text(page)
    assert renamed.count(">The value<") == page.count(">The value<") > 3
    assert "1. \\ufdd0\ue001Alpha\\ufdd1" in renamed
    policy = renamed.replace("&#39;", "'").split("script-src ")[1].split(";")[0]
    scripts = re.findall(r"<script>(.*?)</script>", renamed, re.DOTALL)
    assert [source_hash(script) in policy for script in scripts] == [True, True]
