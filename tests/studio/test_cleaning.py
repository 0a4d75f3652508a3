"""What counts and why, and what another choice would change before it is taken."""

from __future__ import annotations

import shutil
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from tests.browser.conftest import HOSTILE
from tests.studio.test_data import look_of, project_of
from tests.studio.visitor import Visitor

from marketfold.decisions import otherwise, undoable
from marketfold.studio.deciding import doubts_of
from marketfold.studio.looking import look_at
from marketfold.studio.stations.cleaning import compared, ledger_bars

DATA = Path(__file__).parents[1] / "data"
UNDO = "--undo cells_of_the_order"


@pytest.fixture
def shop(visitor: Visitor) -> Visitor:
    """Somebody with a Shopify export, in which much stands only on the first line of an order."""
    shutil.copy(DATA / "shopify.csv", visitor.root)
    project_of(visitor, visitor.root / "shopify.csv")
    return visitor


def ways(visitor: Visitor, key: str = "shopify") -> dict[str, str]:
    project = visitor.workspace.project(key)
    return {one.code: one.way for one in doubts_of(visitor.workspace, project, look_of(visitor.workspace, key))}


def test_the_ledger_goes_from_what_was_read_to_what_counts(shop: Visitor):
    look = look_of(shop.workspace, "shopify")
    first, *aside, kept = [bar for bar in ledger_bars(look) if bar.what not in {"stays", "of these came back"}]
    assert first.lines == kept.lines + sum(bar.lines for bar in aside)
    assert first.money == pytest.approx(kept.money + sum(bar.money for bar in aside))
    assert aside[-1].left == pytest.approx(kept.width)
    assert look.kept is not None
    assert look.kept.lines == look.ledger["net"]["lines"]
    shown = shop.get("/p/shopify/cleaning").text
    assert "What counts" in shown
    for one in look.aside:
        assert one.words in unescape(shown)
        assert len(one.first) == min(one.lines, 20)


def test_a_choice_is_shown_before_it_is_taken(shop: Visitor):
    before = look_of(shop.workspace, "shopify")
    assert ways(shop)["cells_of_the_order"] == "read"
    asked = shop.post("/p/shopify/preview", revision="0", give=UNDO)
    assert asked.headers["location"] == f"/p/shopify/cleaning?give={quote(UNDO).replace('%20', '+')}"
    shop.wait_for_jobs()
    assert shop.workspace.project("shopify").settings == {}
    shown = unescape(shop.get(asked.headers["location"]).text)
    after = look_at(shop.workspace, "shopify", {"reading": {"undo": ["cells_of_the_order"]}})
    assert after.kept != before.kept
    for row in compared(before, after):
        assert all(text in shown for text in row)
    assert shop.post("/p/shopify/take", revision="7", give=UNDO, to="cleaning").status == 409
    assert (
        shop.post("/p/shopify/take", revision="0", give=UNDO, to="cleaning").headers["location"].endswith("/cleaning")
    )
    assert shop.workspace.project("shopify").settings == {"reading": {"undo": ["cells_of_the_order"]}}


def test_what_was_switched_off_is_switched_on_again_by_itself(shop: Visitor):
    shop.post("/p/shopify/take", revision="0", give=f"{UNDO} --undo emails_folded --currency USD")
    shop.wait_for_jobs()
    assert {code: way for code, way in ways(shop).items() if way in {"off", "given"}} == {
        "cells_of_the_order": "off", "emails_folded": "off", "--currency USD": "given"
    }  # fmt: skip
    told = {
        one.code: one.what
        for one in doubts_of(shop.workspace, shop.workspace.project("shopify"), look_of(shop.workspace, "shopify"))
    }
    assert "Keep e-mails" in told["emails_folded"]
    shop.post("/p/shopify/preview", back=UNDO)
    shop.wait_for_jobs()
    shop.post("/p/shopify/take", revision="1", back=UNDO, to="cleaning")
    assert shop.workspace.project("shopify").settings == {"reading": {"undo": ["emails_folded"], "currency": "USD"}}
    assert ways(shop)["cells_of_the_order"] == "read"
    shop.post("/p/shopify/take", revision="2", back="--currency USD")
    assert shop.workspace.project("shopify").settings == {"reading": {"undo": ["emails_folded"]}}


def test_a_choice_that_leaves_nothing_is_told_and_not_taken_unawares(shop: Visitor):
    asked = shop.post("/p/shopify/preview", give="--map amount=COLUMN", value="Email")
    shop.wait_for_jobs()
    shown = unescape(shop.get(asked.headers["location"]).text)
    assert "So the file could not be used" in shown
    assert shop.workspace.project("shopify").settings == {}


@pytest.mark.parametrize(
    "give", ["--undo nonsense", "--date-format %Q", "--header-row x", f"--sheet {HOSTILE!r}", "'", "--seed 5"]
)
def test_what_cannot_be_chosen_is_refused_in_words(shop: Visitor, give: str):
    for answer in (shop.post("/p/shopify/preview", give=give), shop.get(f"/p/shopify/cleaning?give={quote(give)}")):
        assert answer.status in {200, 303, 422}
        assert "<img" not in answer.text
    assert shop.workspace.project("shopify").settings == {}


def test_more_than_half_set_aside_is_seen_and_can_be_allowed(visitor: Visitor):
    rows = [f"{'' if n % 3 else n % 9},2024-02-{n % 27 + 1:02},{n + 1}.50" for n in range(90)]
    (visitor.root / "a.csv").write_text("\n".join(["Customer,Date,Total", *rows]), encoding="utf-8")
    project_of(visitor, visitor.root / "a.csv")
    look = look_of(visitor.workspace, "a")
    assert (look.refused[:19], look.ledger["lines"]["kept"]) == ("More than half is t", 30)
    assert "Go on when more than half" in visitor.get("/p/a/cleaning").text
    visitor.post("/p/a/take", revision="0", give="--allow-mostly-set-aside", to="cleaning")
    visitor.wait_for_jobs()
    assert look_of(visitor.workspace, "a").refused == ""


def test_rows_that_were_set_aside_show_nothing_of_a_person(visitor: Visitor):
    rows = [f"{n % 9},2024-02-{n % 27 + 1:02},{n + 1}.50,Tea" for n in range(90)]
    broken = ["ada@example.com,2024-02-03,5.50,Tea,too,many", "test,2024-02-03,5.50,Tea"]
    (visitor.root / "a.csv").write_text("\n".join(["Customer,Date,Total,Product", *rows, *broken]), encoding="utf-8")
    project_of(visitor, visitor.root / "a.csv")
    found = {one.reason: one.first for one in look_of(visitor.workspace, "a").aside}
    assert found["malformed"] == ((92, ""),)
    assert "example.com" not in visitor.get("/p/a/cleaning").text


def test_a_table_of_customers_has_a_ledger_without_money(visitor: Visitor):
    shutil.copy(DATA / "members.csv", visitor.root)
    project_of(visitor, visitor.root / "members.csv")
    shown = visitor.get("/p/members/cleaning").text
    assert "one for each customer" in shown
    assert "Read it as orders" in shown


def test_every_decision_that_is_undone_by_its_code_says_what_is_done_then():
    assert all(otherwise(code) for code in undoable())


def test_what_may_be_wrong_stands_before_every_button_that_goes_on(visitor: Visitor):
    rows = [f"{n},c{n % 20},2024-0{1 + n % 9}-1{n % 9},1,{10 + n % 5}.00" for n in range(300)]
    path = visitor.root / "short.csv"
    path.write_text("\n".join(["Order,Customer ID,Date,Quantity,Price", *rows, "7,c7,2029-01-11,1,12.00"]))
    project_of(visitor, path)
    look = look_of(visitor.workspace, "short")
    told = [one["what"] for one in look.decisions if one["way"] == "warned"]
    assert told
    for station, button in (("data", "Go on to what counts"), ("cleaning", "Find the segments")):
        shown = unescape(visitor.get(f"/p/short/{station}").text)
        before, _, _ = shown.partition(f"{button}</")
        assert button in shown
        assert all(what in before for what in told), station
        assert f"{len(told)} worth a look" in before
        assert "/p/short/cleaning#group-warned" in before
    assert 'id="group-warned"' in visitor.get("/p/short/cleaning").text


def test_several_statuses_are_ticked_at_once_and_one_can_be_typed(visitor: Visitor):
    statuses = ["Shipped"] * 14 + ["On Hold", "Disputed"]
    rows = [f"{n},c{n % 20},2024-0{1 + n % 9}-1{n % 9},{10 + n % 5}.00,{statuses[n % 16]}" for n in range(320)]
    path = visitor.root / "held.csv"
    path.write_text("\n".join(["Order,Customer ID,Date,Amount,Status", *rows]))
    project_of(visitor, path)
    look = look_of(visitor.workspace, "held")
    (doubt,) = (
        one for one in doubts_of(visitor.workspace, visitor.workspace.project("held"), look) if "Hold" in one.what
    )
    (choice,) = doubt.choices
    assert set(choice.among[:2]) == {"On Hold", "Disputed"}
    shown = visitor.get("/p/held/cleaning").text
    assert all(f'type="checkbox" name="value" value="{text}"' in shown for text in choice.among)
    body = urlencode([("give", choice.give), ("value", "On Hold"), ("value", "Disputed"), ("value", " lost ")]).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{visitor.host}"}
    asked = visitor.ask("POST", "/p/held/preview", body, headers)
    assert asked.status == 303
    told = parse_qs(urlsplit(asked.headers["location"]).query)["give"][0]
    assert visitor.post("/p/held/take", revision="0", give=told, to="cleaning").status == 303
    taken = visitor.workspace.project("held").settings
    assert taken == {"cleaning": {"cancelled_statuses": ["On Hold", "Disputed", "lost"]}}
