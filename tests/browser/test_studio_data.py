"""Data and Cleaning in a browser: brought by mouse and by keyboard, mended, previewed, taken; for everybody."""

from __future__ import annotations

import csv
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import HOSTILE, LOOKS, serious_faults
from tests.browser.studio_guest import Door, drop

from marketfold.studio.looking import look_at
from marketfold.studio.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser studio")]

DATA = Path(__file__).parents[1] / "data"


def broken_export(path: Path) -> Path:
    """The made-up Shopify export, with days that can be read in two ways and names that try to be HTML."""
    with (DATA / "shopify.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    day = head.index("Created at")
    head.append(HOSTILE)
    for row in rows:
        if row[day]:
            when = datetime.fromisoformat(row[day][:10])
            row[day] = f"{min(when.day, 12):02}/{when.month:02}/{when.year}"
        row.append(HOSTILE)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def press(page: Page, name: str) -> None:
    """Press a button with the keyboard."""
    button = page.get_by_role("button", name=name).first
    button.focus()
    page.keyboard.press("Enter")


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_file_is_dropped_looked_at_and_mended_with_the_mouse(door: Door):
    guest = door.enter()
    page = guest.page
    drop(page, broken_export(door.root.parent / "shop export.csv"))
    expect(page.get_by_text("can be day-first or month-first")).to_be_visible()
    assert serious_faults(page) == []
    page.get_by_role("button", name="3 April 2026 is written 03/04/2026").click()
    expect(page.get_by_role("heading", name="What each column means")).to_be_visible()
    expect(page.locator(".faults")).to_have_count(0)
    masked = page.locator("li.column", has=page.get_by_role("heading", name="Email", exact=True))
    assert "@" not in masked.inner_text()
    masked.get_by_role("button", name="Show three cells").or_(masked.get_by_text("Show three cells")).first.click()
    expect(masked.locator(".cell").first).to_contain_text("@")
    assert serious_faults(page) == []
    assert page.title() == "Data · Marketfold"
    assert guest.faults == []


def test_a_file_is_brought_mended_and_decided_with_the_keyboard_alone(door: Door):
    guest = door.enter()
    page = guest.page
    path = broken_export(door.root.parent / "orders.csv")
    page.locator("#file").focus()
    expect(page.locator("#file")).to_be_focused()
    page.locator("#file").set_input_files(path)  # what the dialogue, which is the system's own, would answer
    expect(page.get_by_text("can be day-first or month-first")).to_be_visible()
    press(page, "3 April 2026 is written 03/04/2026")
    expect(page.get_by_role("link", name="Go on to what counts")).to_be_visible()
    page.get_by_role("link", name="Go on to what counts").press("Enter")
    expect(page.get_by_role("heading", name="What counts", exact=True)).to_be_visible()
    press(page, "Leave cells of an order's other lines empty")
    expect(page.get_by_role("heading", name="What it would change")).to_be_visible()
    expect(page.get_by_role("columnheader", name="difference")).to_be_visible()
    assert serious_faults(page) == []
    press(page, "Take this")
    expect(page.get_by_role("heading", name="Switched off")).to_be_visible()
    press(page, "Switch it on again")
    expect(page.get_by_role("button", name="Take this", exact=True)).to_be_visible()
    press(page, "Take this")
    expect(page).to_have_url(f"{guest.address}/p/orders/cleaning")
    expect(page.get_by_role("heading", name="Switched off")).to_have_count(0)
    settings = Workspace(door.root).project("orders").settings
    assert settings == {"reading": {"date_format": "%d/%m/%Y"}}
    assert guest.faults == []


def test_a_column_gets_another_meaning(door: Door):
    shutil.copy(DATA / "shopify.csv", door.root)
    guest = door.enter()
    page = guest.page
    page.get_by_role("button", name="shopify.csv").click()
    expect(page.get_by_role("heading", name="What each column means")).to_be_visible()
    card = page.locator("li.column", has=page.get_by_role("heading", name="Lineitem name", exact=True))
    card.get_by_label("Means").select_option(label="nothing")
    expect(page.locator("#roles-said")).to_have_text("1 changed, not taken yet")
    page.get_by_role("button", name="Take these meanings").click()
    expect(card.get_by_text("As you said")).to_be_visible()
    assert guest.faults == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_page_and_state_is_for_everybody(door: Door, width: int, scheme: str):
    broken_export(door.root / "broken.csv")
    for name in ("broken.csv", "shopify.csv", "customers.csv"):
        if name != "broken.csv":
            shutil.copy(DATA / name, door.root)
        project = Workspace(door.root).create(name, door.root / name)
        look_at(Workspace(door.root), project.key, project.settings)
    give = "--undo cells_of_the_order"
    look_at(Workspace(door.root), "shopify", {"reading": {"undo": ["cells_of_the_order"]}})
    guest = door.enter(width=width, scheme=scheme)
    for path in (
        "/", "/p/broken/data", "/p/shopify/data", "/p/customers/data", "/p/shopify/cells?column=Email",
        "/p/broken/cleaning", "/p/shopify/cleaning", "/p/customers/cleaning", f"/p/shopify/cleaning?give={give}",
    ):  # fmt: skip
        guest.go(path)
        guest.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert (path, serious_faults(guest.page)) == (path, [])
        assert (path, sideways(guest.page)) == (path, 0)
        assert "taken" not in guest.page.title()
    assert guest.faults == []


def test_an_upload_that_cannot_be_kept_is_told_on_the_page(door: Door):
    guest = door.enter()
    (door.root / "uploads").write_text("in the way", encoding="utf-8")
    drop(guest.page, DATA / "shopify.csv")
    expect(guest.page.locator("#said")).to_contain_text("could not be kept")
    expect(guest.page.locator("#uploading")).to_be_hidden()
    assert serious_faults(guest.page) == []
