"""The station of segments in a browser: with the mouse, with the keyboard alone, on a phone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Watched, serious_faults
from tests.browser.studio_guest import SLOW
from tests.studio.conftest import served
from tests.studio.runs import with_run

from marketfold.runs import Run, rename_segment
from marketfold.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser studio")]

HOSTILE = "<img src=x onerror=\"document.title='taken'\"> & 'Söns'"


@dataclass
class Opened:
    """The station of a project, and everything on its page that must not happen."""

    watched: Watched
    root: Path

    @property
    def page(self) -> Page:
        return self.watched.page

    @property
    def run(self) -> Run:
        return Run.read(self.root / "runs" / "shop")


class Stations:
    """Opens the station of a project in a studio."""

    def __init__(self, browser: Browser, studio: Studio, root: Path, made: Path) -> None:
        self.browser, self.studio, self.root, self.made = browser, studio, root, made

    def __call__(self, *, personal: bool = False, name: str = "", **context: object) -> Opened:
        project = with_run(self.root, self.made, personal=personal)
        if name:
            rename_segment(self.root / "runs" / "shop", 1, name)
        self.context = self.browser.new_context(**context)  # type: ignore[arg-type]
        watched = Watched(self.context.new_page())
        watched.page.set_default_timeout(SLOW)
        watched.page.on("console", watched.note)
        watched.page.on("pageerror", lambda error: watched.faults.append(str(error)))
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.goto(self.studio.address)
        watched.page.goto(f"{self.studio.address.partition('?')[0]}p/{project.key}/segments")
        return Opened(watched, self.root)


@pytest.fixture
def open_station(chromium: Browser, tmp_path: Path, made_run: Path) -> Iterator[Stations]:
    studio = Studio.open(tmp_path)
    with served(studio):
        stations = Stations(chromium, studio, tmp_path, made_run)
        yield stations
        stations.context.close()


def test_with_the_mouse(open_station: Stations):
    opened = open_station()
    page, second = opened.page, opened.run.record["segments"][1]
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("."))

    page.locator(".k-marks").get_by_text("4", exact=True).click()
    expect(page.locator("#solution")).to_contain_text("4 segments.")
    expect(page.locator(".k-marks [aria-current]")).to_have_text("4")

    page.locator("#segment-1-name").click()
    page.get_by_role("textbox", name="New name of segment 1").fill("Best of all")
    page.get_by_role("button", name="Rename").first.click()
    expect(page.locator("#segment-1-name")).to_have_text("Best of all")
    assert opened.run.record["segments"][0]["name"] == "Best of all"

    page.locator("#sort-revenue_total").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Revenue")
    page.get_by_label("Segment", exact=True).select_option(label=f"2. {second['name']}")
    expect(page.locator("#customer-rows [role=status]")).to_contain_text(
        f"{opened.run.record['segments'][1]['units']:,}"
    )
    first = page.locator(".opens").first
    expect(page.locator("tbody .dot").first).to_have_class(re.compile("seg-2"))
    first.click()
    expect(page.locator(".why h3")).to_contain_text(first.inner_text())
    first.click()
    expect(page.locator(".why")).to_have_count(0)
    page.get_by_label("Search by id").press_sequentially(first.inner_text())
    expect(page.locator("#customer-rows [role=status]")).to_have_text(re.compile(r"^1 customer\b"))

    before = page.locator(".rule-counts").inner_text()
    slider = page.locator("#at-1")
    slider.fill("10")
    expect(page.locator(".rule-counts")).not_to_have_text(before)
    expect(slider).to_have_attribute("aria-valuetext", page.locator("#at-1-is").inner_text())

    page.locator(".k-marks").get_by_text("4", exact=True).click()  # the page was loaded again with the new name
    page.get_by_role("button", name="Use 4 segments").click()
    expect(page.locator(".outdated")).to_contain_text("Number of segments: 4 now, 3 in the run")
    expect(page.get_by_role("button", name="Find them again")).to_be_visible()
    page.get_by_role("button", name="Back to the settings of the run").click()
    expect(page.locator(".outdated")).to_have_count(0)
    assert not opened.watched.faults


def test_with_the_keyboard_alone(open_station: Stations):
    opened = open_station()
    page = opened.page
    page.locator("#k").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#solution")).to_contain_text("4 segments.")
    expect(page.locator("#k")).to_be_focused()

    page.locator("#segment-2 .rename summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="New name of segment 2")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.locator("#segment-2-name")).to_have_text("By keyboard")

    page.locator("#sort-order_count").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort]")).to_have_text("Orders")
    expect(page.locator("#sort-order_count")).to_be_focused()
    page.locator(".opens").first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".why")).to_be_visible()
    expect(page.locator(".opens").first).to_have_attribute("aria-expanded", "true")

    before = page.locator("#rule-words").inner_text()
    page.locator("#at-1").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#rule-words")).not_to_have_text(before)
    expect(page.locator("#at-1")).to_be_focused()
    assert not opened.watched.faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(open_station: Stations, scheme: str):
    opened = open_station(color_scheme=scheme, name=HOSTILE, personal=True)
    page = opened.page
    assert not serious_faults(page)
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
    page.locator(".opens").first.click()
    expect(page.locator(".why")).to_be_visible()
    page.locator(".k-marks").get_by_text("4", exact=True).click()
    page.get_by_role("button", name="Use 4 segments").click()
    expect(page.locator(".outdated")).to_be_visible()
    assert not serious_faults(page)
    assert "taken" not in page.title()
    expect(page.locator("#segment-1-name")).to_have_text(HOSTILE)
    assert not opened.watched.faults
    assert all(url.startswith(open_station.studio.address.partition("?")[0]) for url in opened.watched.requests)


def test_on_a_phone_nothing_is_scrolled_sideways(open_station: Stations):
    opened = open_station(viewport={"width": 390, "height": 800}, name="W" * 60)
    page = opened.page
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => { fold.open = true; })")
    page.locator(".opens").first.click()
    expect(page.locator(".why")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts(open_station: Stations):
    opened = open_station(java_script_enabled=False, personal=True)
    page = opened.page
    page.locator(".k-marks").get_by_text("2", exact=True).click()
    expect(page.locator("#solution")).to_contain_text("2 segments.")
    page.get_by_role("button", name="Use 2 segments").click()
    expect(page.locator(".outdated")).to_be_visible()
    page.get_by_role("button", name="Show them").click()
    expect(page.locator(".opens").first).to_have_text(opened.run.segments["customer_id"][0].as_py())
    page.locator(".opens").nth(2).click()
    expect(page.locator(".why")).to_be_visible()
    page.get_by_role("button", name="Count").click()
    expect(page.locator(".rule-counts")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("button", name=re.compile("Download")).click()
    assert file.value.path().read_text("utf-8").startswith('"customer_id"')


@pytest.mark.parametrize("scripts", [True, False])
def test_segments_are_merged_and_taken_apart_by_keyboard(open_station: Stations, *, scripts: bool):
    opened = open_station(java_script_enabled=scripts)
    page, names = opened.page, [one["name"] for one in opened.run.record["segments"]]
    page.locator("#segment-2 .merge summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Merge segment 2 with")).to_be_focused()
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".outdated")).to_contain_text("Which segments are made one has changed since the run")
    expect(page.locator("#segment-2 .merge")).to_contain_text(f"Will be one with 3 ({names[2]})")
    if scripts:
        assert not serious_faults(page)
    page.locator("#segment-3").get_by_role("button", name="Take apart").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".outdated")).to_have_count(0)
    expect(page.locator("#segment-3 .merge summary")).to_be_visible()
    assert not opened.watched.faults


def test_the_map_is_drawn(open_station: Stations):
    opened = open_station()
    opened.page.locator("#plot-map-2d").scroll_into_view_if_needed()
    expect(opened.page.locator("#plot-map-2d")).to_have_attribute("data-ready", "true")
    box, within = (opened.page.locator(name).bounding_box() for name in ("#plot-map-2d .main-svg >> nth=0", "#the-map"))
    assert box
    assert within
    assert within["y"] < box["y"] < within["y"] + within["height"]
    assert not opened.watched.faults
