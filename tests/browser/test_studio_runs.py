"""The studio in a browser: hostile content in every station, and the stations Learn, Report and Runs for everybody."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.studio_guest import SLOW
from tests.studio.conftest import served
from tests.studio.visitor import Visitor

from marketfold.json_files import write_json
from marketfold.page import PageData
from marketfold.studio import Studio, open_orders, open_run
from marketfold.studio.stations import all_stations

from .conftest import HOSTILE, LOOKS, Watched, hostile_page, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser studio")]

NASTY = "<img src=x onerror=alert(1)><script>document.title='taken'<"
"""What a name of a file can hold: no slash."""


@dataclass
class Desk:
    """A studio with content, and a browser that was let in."""

    visitor: Visitor
    context: BrowserContext
    browser: Browser

    @property
    def base(self) -> str:
        return f"http://{self.visitor.host}"

    def watch(self, page: Page) -> Watched:
        watched = Watched(page)
        page.on("console", watched.note)
        page.on("pageerror", lambda error: watched.faults.append(str(error)))
        page.on("request", lambda request: watched.requests.append(request.url))
        page.on("dialog", lambda dialog: watched.faults.append(dialog.message))
        page.on("response", lambda answer: watched.faults.extend([answer.url] * (answer.status >= 500)))
        return watched

    def page(self, *, width: int = 1280, scheme: str = "light", locale: str = "en-US") -> Watched:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light",
            locale=locale, storage_state=self.context.storage_state(),
        )  # fmt: skip
        context.set_default_timeout(SLOW)
        return self.watch(context.new_page())


def hostile_run(made: Path, folder: Path, name: str) -> Path:
    """A run folder in which every text that is read of it is hostile; a long `name` is one that a plan refuses."""
    shutil.copytree(made, folder)
    record = json.loads((folder / "run.json").read_text("utf-8"))
    record["input"]["path"] = f"{NASTY}.csv"
    for segment in record["segments"]:
        segment["name"] = f"{segment['number']}{name}"
    write_json(record, folder / "run.json")
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    for campaign in plan["campaigns"]:
        campaign["name"] = f"{campaign['number']}{name}"
        campaign["offer"]["title"] = NASTY
    write_json(plan, folder / "plan.json")
    PageData(hostile_page(), {}).save(folder / "page.json")
    (folder / "report.html").write_text(f"<script>document.title='taken'</script>{HOSTILE}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def desk(chromium: Browser, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("studio")
    orders = root / f"{NASTY}.csv"
    lines = [f'{n},{HOSTILE[:20]} {n % 9},2026-01-{n % 28 + 1:02d},{n}.50,"{NASTY}"' for n in range(40)]
    orders.write_text("\n".join(["order_id,customer_id,ordered_on,amount,product", *lines]) + "\n", "utf-8")
    opened = Studio.open(root)
    with served(opened):
        visitor = Visitor(opened.address, root)
        open_orders(visitor.workspace, visitor.jobs, orders)
        for name, called in (("spring", NASTY), ("autumn", HOSTILE)):
            open_run(visitor.workspace, visitor.jobs, hostile_run(made, root / "runs" / name, called))
        shutil.copytree(made, root / "runs" / "summer")
        (root / "runs" / "broken").mkdir()
        (root / "runs" / "broken" / "run.json").write_text(f'{{"marketfold": "{NASTY}"}}', "utf-8")
        visitor.wait_for_jobs()
        context = chromium.new_context()
        context.set_default_timeout(SLOW)
        context.new_page().goto(opened.address)
        visitor.cookie = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
        yield Desk(visitor, context, chromium)
        context.close()


def is_quiet(watched: Watched, base: str) -> None:
    """No script of others ran, nothing was asked of another place, nothing failed."""
    refused = "status of 422"  # of a page that tells what cannot be read
    assert [fault for fault in watched.faults if refused not in fault] == []
    assert not [url for url in watched.requests if not url.startswith((base, "blob:", "data:"))]
    assert watched.page.title() != "taken"
    assert watched.page.locator("img[src=x]").count() == 0


def test_nothing_hostile_runs_in_any_station(desk: Desk) -> None:
    projects = [project.key for project in desk.visitor.workspace.projects()]
    assert len(projects) == 3
    places = [f"/p/{key}/{one.key}" for key in projects for one in all_stations() if one.takes_project]
    more = [f"/p/{key}/copy" for key in projects] + [f"/runs/delete?project={key}" for key in projects]
    watched = desk.page()
    page = watched.page
    for place in ["/", "/runs", *places, *more, "/p/spring/report.html", "/runs/delete?run=runs/broken"]:
        answer = page.goto(desk.base + place)
        assert answer is not None
        assert answer.status in {200, 422}, place
        is_quiet(watched, desk.base)
        page.goto("about:blank")  # a page that waits for work loads itself again when that ends
    desk.visitor.wait_for_jobs()


def test_a_frame_has_no_second_bar_and_the_colours_of_the_studio(desk: Desk) -> None:
    watched = desk.page()
    page = watched.page
    page.goto(f"{desk.base}/p/spring/report")
    frame = page.frame_locator("iframe.framed")
    expect(frame.locator("html.is-framed")).to_have_count(1)
    expect(frame.locator("header.bar")).to_be_hidden()
    page.get_by_role("button", name="Colours").click()
    chosen = page.locator("html").get_attribute("data-theme")
    assert chosen in {"light", "dark"}
    for _ in range(2):  # at once, and when the page comes again
        expect(frame.locator(f"html.is-framed[data-theme={chosen}]")).to_have_count(1)
        page.reload()
    page.goto(f"{desk.base}/p/spring/report.html?framed&colours=red")  # by itself it is what it is elsewhere
    expect(page.locator("html[data-theme=auto]")).to_have_count(1)
    expect(page.locator("header.bar")).to_be_visible()
    is_quiet(watched, desk.base)


def test_an_inline_script_does_not_run_on_a_page_of_the_studio(desk: Desk) -> None:
    watched = desk.page()
    watched.page.goto(f"{desk.base}/runs")
    ran = watched.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.smuggled = 1";
            document.body.append(script);
            return window.smuggled;
        }"""
    )
    assert ran is None
    assert any("Content Security Policy" in fault for fault in watched.faults)
    refused = watched.page.evaluate("() => fetch('https://example.invalid/').then(() => 'sent', (error) => 'refused')")
    assert refused == "refused"


def test_a_page_of_another_site_can_frame_and_send_nothing(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text(
        f'<iframe src="{desk.base}/runs"></iframe><form method="post" action="{desk.base}/runs/delete">'
        '<input name="project" value="spring"><input name="sure" value="yes"><button>Send</button></form>',
        "utf-8",
    )
    watched = desk.page()
    watched.page.goto(other.as_uri())
    watched.page.get_by_role("button").click()
    expect(watched.page.locator("body")).to_contain_text(re.compile("Only pages of this studio|Open the address"))
    assert (desk.visitor.root / "runs" / "spring").is_dir()


def test_the_report_within_its_frame_draws_and_has_no_origin(desk: Desk) -> None:
    watched = desk.page()
    watched.page.goto(f"{desk.base}/p/spring/report")
    frame = watched.page.frame_locator("#report")
    expect(frame.locator("h1")).to_contain_text("Two segments")
    expect(frame.locator("h1")).to_contain_text("<script>")
    frame.locator("#plot-map-2d").scroll_into_view_if_needed()
    expect(frame.locator("#plot-map-2d")).to_have_attribute("data-ready", "true")
    assert frame.locator("h1").evaluate("() => window.origin") == "null"
    is_quiet(watched, desk.base)


def test_two_runs_are_compared_by_keyboard_alone(desk: Desk) -> None:
    watched = desk.page()
    page = watched.page
    page.goto(f"{desk.base}/runs")
    for name in ("spring", "summer"):
        page.get_by_label(f"Compare {name}").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Compare two").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/comparisons/*")
    expect(page.get_by_role("heading", name="Who moved")).to_be_visible()
    expect(page.get_by_role("table").first).to_contain_text("<script>")
    with page.expect_download() as download:
        page.get_by_role("link", name="Who moved (CSV)").press("Enter")
    assert download.value.suggested_filename == "moved.csv"
    assert serious_faults(page) == []
    is_quiet(watched, desk.base)


def test_a_refusal_is_said_where_it_was_asked(desk: Desk) -> None:
    page = desk.page().page
    page.goto(f"{desk.base}/runs")
    page.get_by_label("Compare spring").check()
    page.get_by_role("button", name="Compare two").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick two")
    assert page.get_by_label("Compare spring").is_checked()
    assert serious_faults(page) == []


PLACES = ("/runs", "/p/spring/report", "/p/spring/learn", "/p/spring/copy", "/runs/delete?project=spring", "/nowhere")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_everybody_can_use_it(desk: Desk, place: str, width: int, scheme: str) -> None:
    """Wide, on a phone, and at 200 % of a window of 1,280 pixels."""
    page = desk.page(width=width, scheme=scheme).page
    page.goto(desk.base + place)
    if desk.visitor.jobs.open_jobs():
        desk.visitor.wait_for_jobs()
        page.goto(desk.base + place)  # no page is looked at that is about to be loaded again
    assert serious_faults(page) == []
    for pixels in (width, 640):
        page.set_viewport_size({"width": pixels, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("document.documentElement.dataset.mode === 'dark'") is (scheme == "dark")


def test_deleting_by_keyboard_is_asked_twice(desk: Desk, made: Path) -> None:
    folder = Path(shutil.copytree(made, desk.visitor.root / "runs" / "winter"))
    page = desk.page(locale="de-DE").page
    page.goto(f"{desk.base}/runs")
    page.get_by_role("link", name="Delete winter").press("Enter")
    page.get_by_role("button", name="Delete").press("Enter")  # without being sure
    assert folder.is_dir()
    page.get_by_label("I am sure").press("Space")
    page.get_by_role("button", name="Delete").press("Enter")
    page.wait_for_url(f"{desk.base}/runs")
    expect(page.get_by_text("winter", exact=True)).to_have_count(0)
    assert not folder.exists()


def test_progress_comes_by_itself_and_the_page_is_there_when_it_ends(desk: Desk, made: Path) -> None:
    shutil.copytree(made, desk.visitor.root / "runs" / "fresh")
    open_run(desk.visitor.workspace, desk.visitor.jobs, desk.visitor.root / "runs" / "fresh")
    desk.visitor.wait_for_jobs()
    watched = desk.page()
    watched.page.goto(f"{desk.base}/p/fresh/learn")
    expect(watched.page.get_by_role("region", name="Work in progress")).to_be_visible()
    assert serious_faults(watched.page) == []
    frame = watched.page.frame_locator("#lessons")
    expect(frame.locator('#start a[href="#kmeans"]')).to_be_visible()
    is_quiet(watched, desk.base)
    from_a_lesson_to_its_chapter_and_back(watched, f"{desk.base}/p/fresh")
    is_quiet(watched, desk.base)


def from_a_lesson_to_its_chapter_and_back(watched: Watched, project: str) -> None:
    """Each is a station, and asks for the other out of a frame of no origin."""
    lessons, report = (watched.page.frame_locator(name) for name in ("#lessons", "#report"))
    lessons.locator('#start a[href="#elbow"]').click()
    lessons.locator("#elbow").get_by_role("link", name="What your report says of this").click()
    watched.page.wait_for_url(f"{project}/report#how-many")
    report.locator("#how-many").get_by_role("link", name="Try it yourself: The elbow").first.click()
    watched.page.wait_for_url(f"{project}/learn#elbow")
    expect(lessons.locator("#elbow")).to_be_visible()
