"""The report of a table of customers, of which no money is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from marketfold.config import ClusteringOptions, ReductionOptions, RunConfig
from marketfold.pipeline import segment_market
from marketfold.report import write_report

from .conftest import Opener, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser pages")]


@pytest.fixture(scope="module")
def table_report(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = RunConfig(
        quick=True,
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=4, k_max=5, bootstraps=2),
    )
    path = tmp_path_factory.mktemp("tables") / "report.html"
    write_report(segment_market(examples / "shoppers.csv", config), path)
    return path


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_shows_no_empty_figure(width: int, table_report: Path, open_page: Opener) -> None:
    watched = open_page(table_report)
    page = watched.page
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("marketfoldFigures.drawAll()")
    expect(page.locator("#plot-heatmap")).to_have_attribute("data-ready", "true")
    assert watched.faults == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(page) == []
    expect(page.locator(".card-size").first).not_to_contain_text("revenue")
    expect(page.locator(".share-row")).to_have_count(1)
    expect(page.locator("#data")).to_contain_text("There are no orders in it.")
