from __future__ import annotations

import plotly.graph_objects as go
import pytest

from marketfold.report import ReportPage, Section, rename_in_page, render_page
from marketfold.report.parts import FigurePart

NAMES = ("Quiet offer-minded buyers", "Mum's & dad's <best>", 'Tea "Club" 5 % off')


def a_page(name: str, wrapped: str) -> str:
    figure = go.Figure(go.Bar(x=[wrapped, f"1. {name}"], y=[1, 2], name=name))
    return render_page(
        ReportPage(f"Begin with {name}", "L", sections=(Section("s", name, (FigurePart("f", figure),)),))
    )


@pytest.mark.parametrize("old", NAMES)
@pytest.mark.parametrize("new", NAMES)
def test_a_renamed_page_is_the_page_that_the_new_name_would_have_made(old: str, new: str) -> None:
    assert rename_in_page(a_page(old, old), old, new) == a_page(new, new)


def test_a_name_that_a_figure_wraps_is_found() -> None:
    page = a_page("Quiet offer-minded buyers", "Quiet offer-<br>minded<br>buyers")
    assert "minded" not in rename_in_page(page, "Quiet offer-minded buyers", "Regulars")
