from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
import pytest

from marketfold.errors import MissingDependencyError, ParameterError
from marketfold.page import (
    ReportPage,
    Section,
    figure_part,
    find_chromium,
    write_figure,
    write_page,
    write_pdf,
)
from marketfold.page.images import CHROMIUM_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

FIGURE = go.Figure(go.Bar(x=["a", "b"], y=[1, 2]))


def test_a_missing_chromium_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CHROMIUM_VARIABLE, str(tmp_path / "none"))
    with pytest.raises(MissingDependencyError, match="apt-get install chromium"):
        find_chromium()


def test_other_kinds_of_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"ends in \.png or \.svg"):
        write_figure(FIGURE, tmp_path / "figure.bmp")


@pytest.mark.browser
def test_a_figure_becomes_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("kaleido")
    write_figure(FIGURE, tmp_path / "figure.svg", width=400)
    assert 'viewBox="0 0 400 450"' in (tmp_path / "figure.svg").read_text("utf-8")


@pytest.mark.browser
def test_a_page_becomes_a_pdf(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_page(ReportPage("Title", "Lead", sections=(Section("s", "S", (figure_part("f", FIGURE),)),)), page)
    write_pdf(page, tmp_path / "page.pdf")
    content = (tmp_path / "page.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert len(content) > 10_000
