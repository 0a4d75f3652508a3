"""Campaigns and their result as somebody works on them: with the mouse, with the keyboard alone, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Route, expect
from tests.browser.conftest import HOSTILE, serious_faults
from tests.browser.studio_guest import SLOW
from tests.studio.campaigns import bring_later_orders, bring_shop
from tests.studio.conftest import served

from marketfold.runs import Run, change_plan, read_plan
from marketfold.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser studio")]


@dataclass
class Desk:
    """A studio that runs, the run that it shows, and a browser that entered it."""

    run: Run
    browser: Browser
    address: str
    root: Path
    cookies: list[dict[str, object]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        ended = "[object Event]" in message.text  # a stream of events
        of_maps = message.location["url"].endswith("plotly.min.js") and "inline style" in message.text  # none is drawn
        if message.type == "error" and not ended and not of_maps:
            self.faults.append(message.text)

    def open(self, place: str, *, width: int = 1280, scheme: str = "light") -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        context.set_default_timeout(SLOW)
        page = context.new_page()
        page.on("console", self.note)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        if self.cookies:
            context.add_cookies(self.cookies)  # type: ignore[arg-type]  # as they came
        else:
            page.goto(self.address)
            self.cookies = [dict(one) for one in context.cookies()]
        page.goto(f"{self.origin}/p/shop/{place}")
        return page

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]

    def check(self) -> None:
        """Nothing failed, and nothing was asked of anybody else."""
        assert self.faults == []
        assert all(url.startswith((self.origin, "data:", "blob:")) for url in self.requests)


@pytest.fixture
def desk(chromium: Browser, made_run: Path, tmp_path: Path) -> Iterator[Desk]:
    run = bring_shop(tmp_path, made_run)
    opened = Studio.open(tmp_path)
    with served(opened):
        desk = Desk(run, chromium, opened.address, tmp_path)
        yield desk
        for context in chromium.contexts:
            context.close()


def wide_as_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_plan_is_changed_followed_saved_uploaded_and_judged(desk: Desk):
    page, number = desk.open("campaigns"), next(one.number for one in desk.run.plan.campaigns if one.held_out)
    page.get_by_label("Budget", exact=False).first.fill("5.000")
    card = page.locator("#say-budget-total")
    expect(card).to_contain_text("can be 5000 or 5")
    assert serious_faults(page) == []
    card.get_by_role("button", name="5000").click()
    expect(card).to_be_empty()
    expect(page.locator("#plan-state")).to_have_text("1 change, not saved yet")
    fold = page.locator(f"#campaign-{number}")
    if fold.get_attribute("open") != "":
        fold.locator("> summary").click()
    before = page.locator(f"#holdout-{number} dl").inner_text()
    page.locator(f"[name='{number}.holdout.share']").fill("0.5")
    expect(page.locator(f"#of-{number}-holdout-share")).to_contain_text("50")
    expect(page.locator(f"#holdout-{number} dl")).not_to_have_text(before)
    page.locator(f"[name='{number}.offer.promise']").fill("a free tasting")
    expect(page.locator(f"#brief-{number} .messages")).to_contain_text("a free tasting")
    page.get_by_text("Other sizes side by side").nth(0).click()
    page.get_by_role("button", name="Save the plan").click()
    expect(page.locator("#plan-state")).to_contain_text("Saved")
    assert fold.get_attribute("open") == ""
    plan = read_plan(desk.run.folder)
    assert plan.budget.total == 5_000
    assert plan.campaigns[number - 1].offer.promise == "a free tasting"
    assert plan.campaigns[number - 1].held_out > desk.run.plan.campaigns[number - 1].held_out

    page.get_by_role("link", name="To the audiences").click()
    assert serious_faults(page) == []
    page.get_by_label("Audiences under").check()
    page.get_by_role("button", name="Count who").click()
    expect(page.get_by_role("heading", name="Would be written for Google Ads")).to_be_visible()
    page.get_by_role("button", name="Write the files").click()
    expect(page.get_by_role("heading", name="Files to upload")).to_be_visible()
    assert serious_faults(page) == []
    with page.expect_download() as begun:
        page.locator(".downloads a").first.click()
    assert begun.value.path().read_bytes().startswith(b"Email,")

    later = bring_later_orders(desk.root, Run.read(desk.run.folder))
    page.get_by_role("link", name="Result").click()
    assert serious_faults(page) == []
    page.get_by_label("Later orders").fill(later)
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_role("heading", name="Did it work?", exact=True)).to_be_visible()
    page.locator("#effects").scroll_into_view_if_needed()
    expect(page.locator("#plot-effects")).to_have_attribute("data-ready", "true")
    assert serious_faults(page) == []
    desk.check()


def test_the_same_with_the_keyboard_alone(desk: Desk):
    page = desk.open("campaigns")

    def reach(selector: str) -> None:
        for _ in range(120):
            if page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
            page.keyboard.press("Tab")
        pytest.fail(f"{selector} cannot be reached")

    reach("[name='budget.total']")
    page.keyboard.press("Control+A")
    page.keyboard.type("4.500,00")
    reach("[name='1.offer.title']")
    page.keyboard.press("Control+A")
    page.keyboard.type("Free tasting")
    expect(page.locator("#brief-1")).to_contain_text("Free tasting.")
    share = page.locator("[name='1.holdout.share']")
    was = float(share.input_value())
    reach("[name='1.holdout.share']")
    page.keyboard.press("ArrowRight")
    assert float(share.input_value()) == pytest.approx(was + 0.01)
    page.keyboard.press("Enter")
    expect(page.locator("#plan-state")).to_contain_text("Saved")
    plan = read_plan(desk.run.folder)
    assert plan.budget.total == 4_500
    assert plan.campaigns[0].offer.title == "Free tasting"
    desk.check()


def test_the_plan_can_be_saved_while_what_follows_is_still_reckoned(desk: Desk):
    page, asked = desk.open("campaigns"), list[Route]()
    page.route("**/campaigns/follow", lambda route: asked.append(route))  # noqa: PLW0108  (never answered; Playwright marks a function)
    with page.expect_request("**/campaigns/follow"):
        page.locator("[name='1.goal']").fill("Saved at once.")
    page.get_by_role("button", name="Save the plan").press("Enter")
    expect(page.locator("#plan-state")).to_contain_text("Saved")
    assert len(asked) == 1
    assert read_plan(desk.run.folder).campaigns[0].goal == "Saved at once."


def test_the_second_of_two_tabs_keeps_its_text(desk: Desk):
    first, second = desk.open("campaigns"), desk.open("campaigns")
    for page, text in ((first, "The first."), (second, "The second.")):
        page.locator("[name='1.goal']").fill(text)
        page.get_by_role("button", name="Save the plan").click()
        if page is first:
            expect(page.locator("#plan-state")).to_contain_text("Saved")
    expect(second.locator("#refused")).to_contain_text("changed elsewhere")
    expect(second.locator("[name='1.goal']")).to_have_value("The second.")
    second.get_by_role("button", name="Save the plan").click()
    expect(second.locator("#plan-state")).to_contain_text("Saved")
    assert read_plan(desk.run.folder).campaigns[0].goal == "The second."


def test_hostile_texts_on_a_phone_in_the_dark(desk: Desk):
    change_plan(desk.run.folder, {"1.goal": HOSTILE, "1.offer.title": HOSTILE, "1.name": HOSTILE[:79]})
    page = desk.open("campaigns", width=390, scheme="dark")
    assert page.title() != "taken"
    assert wide_as_the_screen(page)
    assert serious_faults(page) == []
    page.locator("[name='1.goal']").fill(HOSTILE + " again")
    expect(page.locator("#plan-state")).to_have_text("1 change, not saved yet")
    assert page.title() != "taken"
    for place in ("campaigns/audiences", "result"):
        page.goto(f"{desk.origin}/p/shop/{place}")
        assert wide_as_the_screen(page)
        assert serious_faults(page) == []
    desk.check()


IN_THE_WAY = """() => [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility())
    .filter((one) => one.matches("button") || ["sticky", "fixed"].includes(getComputedStyle(one).position))
    .map((one) => one.outerHTML)"""


def test_on_paper_nothing_lies_over_the_text_and_nothing_is_to_be_pressed(desk: Desk):
    page = desk.open("segments")
    page.emulate_media(media="print")
    for place in ("segments", "campaigns", "campaigns/audiences", "result"):
        page.goto(f"{desk.origin}/p/shop/{place}")
        assert page.evaluate(IN_THE_WAY) == []
        assert page.locator("h1").is_visible()


def test_what_is_not_saved_is_asked_about_before_the_page_goes(desk: Desk):
    page, asked = desk.open("campaigns"), list[str]()

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    for link, kinds in (("Cleaning", ["beforeunload"]), ("Discard", [])):
        page.goto(f"{desk.origin}/p/shop/campaigns")
        page.get_by_label("Budget", exact=False).first.fill("9000")
        expect(page.locator("#plan-state")).to_have_text("1 change, not saved yet")
        page.get_by_role("link", name=link).first.click()
        expect(page.locator("#plan-state[data-unsaved]")).to_have_count(0)
        assert asked == kinds
        asked.clear()
    desk.check()
