"""The whole way through the studio: from a file with doubts to what a campaign did, by mouse and by keyboard alone."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import serious_faults
from tests.browser.studio_guest import SLOW, Door, Guest, Hand, Keyboard, Mouse
from tests.end_to_end.conftest import command_line
from tests.studio.shop_exports import shopify_export

from marketfold.demo import make_later_orders, make_shop
from marketfold.runs import Run
from marketfold.studio.workspace import Workspace

pytestmark = pytest.mark.browser

SETTINGS = {"Quick run": "yes", "Reduction": "no reduction"}
NUMBERS = {
    "Most segments tried": "4",
    "How often it is tried whether they come out again": "2",
}


@dataclass
class Walk:
    """Somebody on the way, with what they work with and what they work on."""

    guest: Guest
    hand: Hand
    key: str
    found: bytes = b""

    @property
    def page(self) -> Page:
        return self.guest.page

    @property
    def run(self) -> Run:
        workspace = Workspace(self.guest.root)
        return Run.read(workspace.path(workspace.project(self.key).run or ""))

    @property
    def segments_file(self) -> Path:
        return self.run.folder / "segments.csv"

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True).first

    def press(self, name: str) -> None:
        self.hand.press(self.button(name))

    def looked_at(self) -> None:
        """Nobody may be kept out: looked at on the way with the keyboard, which leaves the same states behind."""
        if isinstance(self.hand, Keyboard):
            assert serious_faults(self.page) == []

    def to(self, station: str) -> None:
        """Go on by the list of stations."""
        self.looked_at()
        self.hand.press(self.page.locator(f".stations a[href$='/{station}']"))
        self.page.wait_for_url(f"**/{station}")

    def preview_and_take(self, group: Locator, text: str) -> None:
        """Tick another choice of a doubt, see what it would change, and take it."""
        self.hand.press(group.get_by_role("checkbox", name=text))
        self.hand.press(group.get_by_role("button", name="Show what it changes"))
        expect(self.page.get_by_role("columnheader", name="difference")).to_be_visible()
        self.press("Take this")
        self.page.wait_for_url("**/cleaning")
        expect(self.page.locator("#preview")).to_have_count(0)
        expect(self.button("Find the segments")).to_be_visible()

    def doubt(self, words: str) -> Locator:
        return self.page.locator("article.doubt", has_text=words)

    def segment(self, number: int) -> None:
        """Find segments with little effort; where they are not four, look at four, take that, and find them again."""
        self.to("segments")
        settings = self.page.locator("#settings")
        for title, choice in SETTINGS.items():
            self.hand.choose(settings.get_by_label(title, exact=True), choice)
        for title, text in (NUMBERS | {"Number of segments": str(number)}).items():
            self.hand.fill(settings.get_by_label(title, exact=True), text)
        with self.page.expect_navigation(timeout=SLOW):  # "Find the segments" stands on the page before, too
            self.press("Keep these settings")
        self.press("Find the segments")
        expect(self.page.locator("#cards")).to_be_visible()
        if number != 4:
            self.hand.slide(self.page.locator("#k"), "4")
            expect(self.page.locator("#solution")).to_contain_text("4 segments.")
            self.press("Use 4 segments")
            self.press("Find them again")
        expect(self.page.locator("#segment-4")).to_be_visible()
        assert len(self.run.record["segments"]) == 4

    def merge(self) -> None:
        """Make one segment of two, and find them again."""
        card = self.page.locator("#segment-3")
        self.hand.press(card.locator(".merge summary"))
        named = self.page.locator("#segment-4-name").inner_text()
        self.hand.choose(card.get_by_label("Merge segment 3 with"), f"4. {named}")
        self.hand.press(card.get_by_role("button", name="Merge", exact=True))
        expect(self.page.locator(".outdated")).to_contain_text("Which segments are made one has changed since the run")
        self.press("Find them again")
        expect(self.page.locator(".outdated")).to_have_count(0)
        expect(card.get_by_text("Made of 2 segments, as you asked.")).to_be_visible()
        expect(self.page.locator("#segment-4")).to_have_count(0)
        assert sorted(len(one["made_of"]) for one in self.run.record["segments"]) == [1, 1, 2]
        self.found = self.segments_file.read_bytes()

    def rename(self, name: str) -> None:
        self.hand.press(self.page.locator("#segment-1 .rename summary"))
        self.hand.fill(self.page.get_by_label("New name of segment 1"), name)
        self.hand.press(self.page.locator("#segment-1").get_by_role("button", name="Rename"))
        expect(self.page.locator("#segment-1-name")).to_have_text(name)

    def plan(self) -> None:
        """Set a budget and a holdout, and change an offer."""
        self.to("campaigns")
        self.hand.fill(self.page.locator("[name='budget.total']"), "2.000,50")
        self.hand.fill(self.page.locator("[name='1.offer.title']"), "Free tasting")
        expect(self.page.locator("#brief-1")).to_contain_text("Free tasting.")
        self.hand.slide(self.page.locator("[name='1.holdout.share']"), "0.4")
        self.press("Save the plan")
        expect(self.page.locator("#plan-state")).to_contain_text("Saved")
        plan = self.run.plan
        assert (plan.budget.total, plan.campaigns[0].offer.title) == (2_000.5, "Free tasting")
        assert plan.campaigns[0].held_out > 0

    def download(self, consent: str) -> list[list[str]]:
        """Write the lists for Google and bring the first one home."""
        self.hand.press(self.page.get_by_role("link", name="To the audiences"))
        self.hand.choose(self.page.get_by_label("Platform", exact=True), "Google Ads")
        self.hand.choose(self.page.get_by_label("Who agreed to be reached"), consent)
        if consent == "Consent is recorded elsewhere":
            self.hand.fill(self.page.get_by_label("Where it is recorded, if elsewhere"), "in the contracts")
        self.hand.press(self.page.get_by_label("Audiences under the platform's minimum, too"))
        self.press("Count who is in them")
        expect(self.page.get_by_role("heading", name="Would be written for Google Ads")).to_be_visible()
        self.press("Write the files")
        expect(self.page.get_by_role("heading", name="Files to upload")).to_be_visible()
        with self.page.expect_download() as begun:
            self.hand.press(self.page.locator(".downloads a[href$='.csv']").first)
        with begun.value.path().open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def measure(self, later: Path) -> None:
        """Bring later orders and read the verdict."""
        self.to("result")
        self.hand.bring(self.page, later)
        expect(self.page.get_by_label("Later orders", exact=True)).to_have_value(re.compile(re.escape(later.name)))
        self.press("Measure")
        expect(self.page.get_by_role("heading", name="Did it work?", exact=True)).to_be_visible()

    def compare(self) -> None:
        self.to("runs")
        for box in self.page.get_by_role("checkbox").all()[:2]:
            self.hand.press(box)
        self.press("Compare two")
        self.page.wait_for_url("**/comparisons/*")
        expect(self.page.get_by_role("heading", name="Who moved")).to_be_visible()
        self.looked_at()

    def learn(self) -> None:
        self.guest.go(f"/p/{self.key}/segments")
        self.to("learn")
        lessons = self.page.frame_locator("#lessons")
        expect(lessons.locator('#start a[href="#kmeans"]')).to_be_visible()

    def handed_out(self, orders: Path, elsewhere: Path) -> list[str]:
        """The command that makes the segments again, in a folder that holds what it names."""
        self.to("data")
        self.hand.press(self.page.locator("summary", has_text="Repeat this on the command line"))
        command = shlex.split(self.page.get_by_label("Command", exact=True).inner_text())
        assert command[0] == "marketfold"
        (elsewhere / command[2]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(orders, elsewhere / command[2])
        earlier = previous_of(command)[1]
        shutil.copytree(self.guest.root / earlier, elsewhere / earlier)
        return command

    def settings_handed_out(self, elsewhere: Path) -> None:
        """Bring the settings home to where the command is typed."""
        with self.page.expect_download() as begun:
            self.hand.press(self.page.get_by_role("link", name="Download marketfold.toml"))
        begun.value.save_as(elsewhere / "marketfold.toml")


def previous_of(command: list[str]) -> list[str]:
    return command[command.index("--previous") :]


def segments_of(command: list[str], folder: Path) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert command_line(patch, *command[1:], "--out", "again", "--quiet") == 0
    return (folder / "again" / "segments.csv").read_bytes()


def cut_in_two(path: Path, day: date, folder: Path) -> tuple[Path, Path]:
    """The lines of a file before a day, and those from it on."""
    with path.open(encoding="cp437", newline="") as file:
        head, *rows = list(csv.reader(file))
    place = head.index("ORDERDATE")
    ordered = [datetime.strptime(row[place].split()[0], "%m/%d/%Y").date() for row in rows]
    parts = (folder / "sales.csv", folder / "later.csv")
    for part, is_in in zip(parts, (day.__gt__, day.__le__), strict=True):
        with part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *(row for row, on in zip(rows, ordered, strict=True) if is_in(on))])
    return parts


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which nothing is."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.mark.xdist_group("browser walk")
def test_the_sales_file_with_the_mouse(door: Door, shared_data: Path, elsewhere: Path):
    orders, later = cut_in_two(shared_data / "sales_data_sample.csv", date(2005, 3, 1), elsewhere)
    walk = Walk(door.enter(), Mouse(), "sales")
    page = walk.page
    walk.hand.bring(page, orders)
    expect(page.get_by_role("heading", name="What each column means")).to_be_visible()
    card = page.locator("li.column", has=page.get_by_role("heading", name="MSRP", exact=True))
    walk.hand.choose(card.get_by_label("Means"), "nothing")
    walk.press("Take these meanings")
    expect(card.get_by_text("As you said")).to_be_visible()
    walk.to("cleaning")
    walk.preview_and_take(walk.doubt("On Hold"), "On Hold")
    walk.segment(4)
    walk.merge()
    walk.rename("Toy shops")
    walk.plan()
    head, *people = walk.download("Consent is recorded elsewhere")
    assert (head[0], {len(row) for row in people}) == ("Email", {len(head)})
    walk.measure(later)
    walk.compare()
    walk.learn()
    assert walk.guest.faults == []


@pytest.mark.xdist_group("browser keyboard")
def test_a_broken_shopify_export_with_the_keyboard_alone(door: Door, elsewhere: Path):
    shop = make_shop(8_000)
    orders = shopify_export(shop.lines, elsewhere / "orders.csv")
    walk = Walk(door.enter(), Keyboard(), "orders")
    page = walk.page
    walk.hand.bring(page, orders)
    expect(page.get_by_text("can be day-first or month-first")).to_be_visible()
    walk.press("3 April 2026 is written 03/04/2026")
    expect(page.get_by_role("heading", name="What each column means")).to_be_visible()
    expect(page.locator(".faults")).to_have_count(0)
    walk.to("cleaning")
    walk.preview_and_take(walk.doubt("pending"), "pending")
    walk.segment(3)
    walk.merge()
    walk.rename("By keyboard")
    walk.plan()
    head, *people = walk.download("Column Accepts Marketing")
    assert (head[0], {len(row[0]) for row in people}) == ("Email", {64})
    reached = {row["customer_id"] for row in walk.run.segments.to_pylist() if row["arm"] == "treated"}
    ids = {one.partition("@")[0].upper() for one in reached}
    walk.measure(shopify_export(make_later_orders(shop, ids, 0.8), elsewhere / "later.csv"))
    walk.compare()
    walk.learn()
    command = walk.handed_out(orders, elsewhere / "again")
    walk.settings_handed_out(elsewhere / "again")
    assert segments_of([*command[:3], *previous_of(command)], elsewhere / "again") == walk.found
    assert walk.guest.faults == []
