from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from marketfold.page import Column, ListPart, Notice, ReportPage, Section, write_page

from .conftest import FIGURE_KEYS, HOSTILE, LOOKS, Opener, Watched, kept_over_reload, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser pages")]

MARKS = "path.point, .points path, .scatterlayer path, .heatmaplayer image, .barlayer path, .gl-container canvas"


def test_nothing_is_asked_of_the_network_and_nothing_fails(drawn: Watched, hostile_report: Path) -> None:
    assert drawn.faults == []
    beyond = [url for url in drawn.requests if not url.startswith(("blob:", "data:"))]
    assert beyond == [hostile_report.as_uri()]


def test_the_policy_forbids_a_request_that_somebody_smuggles_in(hostile_report: Path, open_page: Opener) -> None:
    watched = open_page(hostile_report)
    refused = watched.page.evaluate("() => fetch('https://example.invalid/').then(() => 'sent', (error) => 'refused')")
    ran = watched.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.smuggled = 1";
            document.body.append(script);
            return window.smuggled;
        }"""
    )
    assert refused == "refused"
    assert ran is None
    assert any("Content Security Policy" in fault for fault in watched.faults)


@pytest.mark.parametrize("key", FIGURE_KEYS)
def test_each_figure_has_drawn_marks(key: str, drawn: Watched) -> None:
    marks = drawn.page.locator(f"#plot-{key}").locator(MARKS)
    expect(marks.first).to_be_attached()
    assert marks.count() >= (1 if key in {"map-3d", "heat"} else 2)


def test_names_show_as_text_in_the_page_and_in_figures(drawn: Watched) -> None:
    page = drawn.page
    assert page.title() == f"Two segments of {HOSTILE}"
    assert page.locator("img[src=x]").count() == 0
    expect(page.locator("#segment-1-name")).to_have_text(HOSTILE)
    ticks = page.locator("#plot-bars .xaxislayer-above text").all_text_contents()
    assert any("<script>" in tick and "🎈" in tick for tick in ticks)
    legend = page.locator("#plot-map-2d .legendtext").first.text_content() or ""
    assert legend.startswith('1. O\'Neill & "Söns" </script><script>')


def test_the_contents_lead_to_chapters_and_follow_the_reader(hostile_report: Path, open_page: Opener) -> None:
    page = open_page(hostile_report).page
    contents = page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="Campaigns").click()
    expect(page.locator("#campaigns")).to_be_in_viewport()
    expect(contents.locator("[aria-current]")).to_have_text("Campaigns")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(contents.locator("[aria-current]")).to_have_text("Glossary")


def test_a_link_into_a_fold_opens_it(hostile_report: Path, open_page: Opener) -> None:
    page = open_page(hostile_report).page
    expect(page.locator("#folded")).to_be_hidden()
    page.get_by_role("link", name="Figure for finding 1").click()
    expect(page.locator("#folded")).to_be_visible()
    expect(page.locator("#plot-folded")).to_have_attribute("data-ready", "true")


def test_the_legend_filters(hostile_report: Path, open_page: Opener) -> None:
    page = open_page(hostile_report).page
    page.locator("#plot-map-2d").scroll_into_view_if_needed()
    expect(page.locator("#plot-map-2d")).to_have_attribute("data-ready", "true")
    shown = page.locator("#plot-map-2d .scatterlayer .trace")
    expect(shown).to_have_count(2)
    page.locator("#plot-map-2d .legendtoggle").first.click()
    expect(shown).to_have_count(1)


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def _shown(page: Page) -> list[str]:
    return page.locator("#customer-list tbody tr:visible th").all_inner_texts()


def test_a_list_is_sorted_by_the_heading_that_is_pressed_and_what_is_not_known_stays_last(
    hostile_report: Path, open_page: Opener
) -> None:
    page = open_page(hostile_report).page
    orders, gap = (
        page.get_by_role("columnheader", name=name).get_by_role("button") for name in ("Orders", "Usual gap")
    )
    orders.click()
    assert _shown(page) == ["B", "C", "A"]
    orders.click()
    assert _shown(page) == ["A", "C", "B"]
    gap.click()
    assert _shown(page) == ["C", "B", "A"]
    gap.click()
    assert _shown(page) == ["B", "C", "A"]
    assert page.locator("#customer-list th[aria-sort]").all_inner_texts() == ["Usual gap"]


def test_a_list_is_narrowed_to_a_segment_and_to_words(hostile_report: Path, open_page: Opener) -> None:
    page = open_page(hostile_report).page
    page.locator("#customer-list").get_by_label("Segment").select_option("1")
    assert _shown(page) == ["A", "B"]
    page.locator("#customer-list").get_by_label("Find").fill("10 ORDERS")
    assert _shown(page) == ["B"]
    assert page.locator("#customer-list").get_by_role("status").inner_text() == "1 of 3"


def test_paper_has_the_first_of_each_segment_that_is_shown(tmp_path: Path, open_page: Opener) -> None:
    segments = (1,) * 30 + (2,) * 12
    rows = tuple((f"customer-{place}",) for place in range(len(segments)))
    part = ListPart("long-list", (Column("Customer"),), rows, ((None,),) * len(rows), segments, ((1, "A"), (2, "B")))
    path = tmp_path / "list.html"
    write_page(ReportPage("A list", "Said.", sections=(Section("list", "A list", (part,)),), n_segments=2), path)
    page = open_page(path).page
    page.emulate_media(media="print")

    def printed() -> tuple[list[str], str]:
        shown = page.locator("#long-list tbody tr:visible").evaluate_all("rows => rows.map((r) => r.dataset.segment)")
        return shown, page.locator(".list-printed").text_content() or ""

    assert printed() == (["1"] * 7 + ["2"] * 7, "On paper: the first 7 of each segment.")
    page.locator(".list-segment").evaluate("(one) => { one.value = '1'; one.dispatchEvent(new Event('change')); }")
    assert printed() == (["1"] * 15, "On paper: the first 15.")
    page.locator(".list-segment").evaluate("(one) => { one.value = '2'; one.dispatchEvent(new Event('change')); }")
    assert printed() == (["2"] * 12, "")
    expect(page.get_by_text("Press a heading")).to_be_hidden()


@pytest.mark.parametrize("width", range(300, 420, 20))
def test_no_line_ends_within_a_flag(width: int, tmp_path: Path, open_page: Opener) -> None:
    said = "Choose yourself with --playbook retail or --playbook b2b, and --drop-duplicates decides otherwise."
    path = tmp_path / "flags.html"
    write_page(ReportPage("Flags", said, sections=(Section("one", "One", (Notice((said, HOSTILE)),), said),)), path)
    page = open_page(path, width=width).page
    lines = page.locator(".whole").evaluate_all("all => all.map((one) => [one.innerText, one.getClientRects().length])")
    assert lines == [["--playbook", 1], ["--playbook", 1], ["--drop-duplicates", 1]] * 3


def test_dark_follows_the_system_and_the_button_overrules_it(hostile_report: Path, open_page: Opener) -> None:
    page = open_page(hostile_report, scheme="dark").page
    page.locator("#plot-bars").scroll_into_view_if_needed()
    expect(page.locator("#plot-bars")).to_have_attribute("data-ready", "true")
    dark = background(page)
    ink = page.locator("#plot-bars .ytick text").first.evaluate("(node) => getComputedStyle(node).fill")

    def overruled() -> None:
        page.get_by_role("button", name=re.compile("Colours")).click()
        assert background(page) != dark
        assert page.evaluate("document.documentElement.dataset.mode") == "light"
        tick = page.locator("#plot-bars .ytick text").first
        expect(tick).not_to_have_css("fill", ink)  # a busy machine redraws late

    kept_over_reload(page, overruled)
    assert page.evaluate("document.documentElement.dataset.mode") == "light"


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_fits_its_width_and_anybody_can_use_it(width: int, scheme: Literal["light", "dark"], drawn: Watched) -> None:
    page = drawn.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    expect(page.locator("html")).to_have_attribute("data-mode", scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(page) == []


def test_headings_come_in_order(drawn: Watched) -> None:
    levels = [
        int(tag[1]) for tag in drawn.page.eval_on_selector_all("h1,h2,h3,h4,h5", "all => all.map((h) => h.tagName)")
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_figures_are_described_to_those_who_cannot_see_them(drawn: Watched) -> None:
    expect(drawn.page.get_by_role("group", name="One bar is longer.").first).to_be_attached()


def test_printing_opens_and_draws_everything(hostile_report: Path, open_page: Opener) -> None:
    page = open_page(hostile_report, anchor="#print").page
    for key in FIGURE_KEYS:
        expect(page.locator(f"#plot-{key}")).to_have_attribute("data-ready", "true")
    expect(page.locator("#plot-map-3d + .print-picture")).to_have_js_property("complete", value=True)
    assert page.locator("details:not([open])").count() == 0
    page.set_viewport_size({"width": 680, "height": 960})
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Contents")).to_be_hidden()
    widths = page.eval_on_selector_all(
        ".plot:not(:has(+ .print-picture)) .main-svg, .print-picture",
        "all => all.map((s) => s.getBoundingClientRect().width)",
    )
    assert widths
    assert max(widths) <= 690


def test_the_page_reads_without_scripts(hostile_report: Path, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(hostile_report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#panel-map-3d")).to_be_visible()
    context.close()


def test_plotly_is_inside_once(hostile_report: Path) -> None:
    text = hostile_report.read_text("utf-8")
    assert text.count('id="plotly-packed"') == 1
    assert "https://cdn" not in text
    payload = re.search(r'id="data-bars">(.*?)</script>', text)
    assert payload is not None
    assert "script" in json.loads(payload[1])["data"][0]["x"][0]
