"""What is seen of a file, what each column is taken for, and how that is said otherwise."""

from __future__ import annotations

import json
import shutil
import tomllib
from contextlib import ExitStack
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.browser.conftest import HOSTILE
from tests.studio.visitor import Visitor

from marketfold.studio import cells
from marketfold.studio.look import Look, last_look
from marketfold.studio.looking import look_at
from marketfold.studio.workspace import Project, Workspace

DATA = Path(__file__).parents[1] / "data"


def write_orders(path: Path, *, dates: str = "%Y-%m-%d", columns: str = "Customer,Date,Total,Kind,E-mail") -> Path:
    """A small shop, whose customers are made up; days up to the 12th, so that `%d/%m/%Y` is in doubt."""
    days = [date(2023 + n % 2, n % 12 + 1, n % 11 + 1).strftime(dates) for n in range(120)]
    kinds = ("Tea", "Cup")
    lines = [
        f"C-{n % 9},{day},{n % 13 + 1}.50,{kinds[n % 3 == 0]},person{n % 9}@example.com" for n, day in enumerate(days)
    ]
    path.write_text("\n".join([columns, *lines]), encoding="utf-8")
    return path


def project_of(visitor: Visitor, source: Path) -> Project:
    """A project for a file, which was looked at."""
    project = visitor.workspace.create(source.name, source)
    look_at(visitor.workspace, project.key, project.settings)
    return project


def look_of(workspace: Workspace, key: str) -> Look:
    look = last_look(workspace, workspace.project(key))
    assert look is not None
    return look


def role_of(look: Look, column: str) -> tuple[str, str]:
    return next((one.role, one.reason) for one in look.columns if one.name == column)


def test_everything_that_inspect_says_is_seen_and_nothing_of_a_person_is_kept(visitor: Visitor):
    source = write_orders(visitor.root / "orders.csv")
    project = project_of(visitor, source)
    look = look_of(visitor.workspace, project.key)
    assert (look.kind, look.lines, look.customers, look.said["mapping"]["amount"]) == ("orders", 120, 9, "Total")
    assert {"decisions", "ledger", "warnings", "set_aside", "date_styles"} <= set(look.said)
    held = {column.name: column.profile.holds for column in look.columns}
    assert held == {"Customer": "class", "Date": "day", "Total": "number", "Kind": "class", "E-mail": "personal"}
    for path in visitor.workspace.home.rglob("*"):
        assert path.is_dir() or "@example.com" not in path.read_text("utf-8")
    shown = visitor.get(f"/p/{project.key}/data").text
    assert "@example.com" not in shown
    assert "Tea" in shown
    assert "@example.com" in visitor.get(f"/p/{project.key}/cells?column={quote('E-mail')}").text


def test_a_column_is_given_another_meaning_and_taken_out_again(visitor: Visitor):
    project = project_of(visitor, write_orders(visitor.root / "a.csv", columns="Customer,Date,Total,Kind,E-mail"))
    assert role_of(look_of(visitor.workspace, "a"), "Kind") == ("", "")
    visitor.post("/p/a/roles", **{"revision": str(project.revision), "role:Kind": "category", "role:E-mail": "nothing"})
    visitor.wait_for_jobs()
    look = look_of(visitor.workspace, "a")
    assert role_of(look, "Kind") == ("category", "given")
    assert role_of(look, "E-mail") == ("", "given")
    assert role_of(look, "Total") == ("amount", "name")
    assert visitor.workspace.project("a").settings == {
        "reading": {"mapping": {"category": "Kind"}, "no_role": ["E-mail"]}
    }
    visitor.post("/p/a/roles", **{"revision": "1", "role:Kind": "nothing", "role:E-mail": "email"})
    visitor.wait_for_jobs()
    assert role_of(look_of(visitor.workspace, "a"), "E-mail") == ("email", "given")


def test_two_columns_cannot_mean_the_same(visitor: Visitor):
    project_of(visitor, write_orders(visitor.root / "a.csv"))
    refused = visitor.post("/p/a/roles", **{"revision": "0", "role:Kind": "status", "role:E-mail": "status"})
    assert "cannot both be" in refused.text
    assert visitor.workspace.project("a").settings == {}


def test_the_second_of_two_tabs_is_told(visitor: Visitor):
    project_of(visitor, write_orders(visitor.root / "a.csv"))
    visitor.post("/p/a/reading", revision="0", currency="EUR")
    second = visitor.post("/p/a/reading", revision="0", currency="USD")
    assert (second.status, "another tab" in second.text) == (409, True)
    assert visitor.workspace.project("a").settings == {"reading": {"currency": "EUR"}}
    assert visitor.post("/p/a/roles", revision="x").status == 409


def test_a_refusal_is_mended_with_the_words_of_the_command_line(visitor: Visitor):
    project_of(visitor, write_orders(visitor.root / "a.csv", dates="%d/%m/%Y"))
    look = look_of(visitor.workspace, "a")
    assert look.refused.startswith("a.csv cannot be read as orders")
    ((what, hint),) = look.faults
    shown = unescape(visitor.get("/p/a/data").text)
    assert what in shown
    assert "--date-format %d/%m/%Y or --date-format %m/%d/%Y" in hint  # which are buttons here, by an example
    assert "3 April 2026 is written 03/04/2026" in shown
    assert "3 April 2026 is written 04/03/2026" in shown
    assert [column.name for column in look.columns] == ["Customer", "Date", "Total", "Kind", "E-mail"]
    visitor.post("/p/a/take", revision="0", give="--date-format %d/%m/%Y", to="data")
    visitor.wait_for_jobs()
    assert look_of(visitor.workspace, "a").said["date_styles"] == {"%d/%m/%Y": 120}


def test_a_value_that_is_still_to_be_said_is_asked_for(visitor: Visitor):
    project_of(visitor, write_orders(visitor.root / "a.csv", columns="Customer,Date,V,Kind,E-mail"))
    assert "Say which" in visitor.post("/p/a/take", revision="0", give="--map amount=COLUMN").text
    visitor.post("/p/a/take", revision="0", give="--map amount=COLUMN", value="V")
    assert visitor.workspace.project("a").settings == {"reading": {"mapping": {"amount": "V"}}}


def test_the_form_has_every_setting_of_the_file_and_refuses_what_cannot_be(visitor: Visitor):
    project_of(visitor, write_orders(visitor.root / "a.csv"))
    shown = visitor.get("/p/a/data").text
    for name in ("date_format", "decimal", "delimiter", "encoding", "sheet", "header_row", "currency", "null_values"):
        assert f'name="{name}"' in shown
    refused = unescape(visitor.post("/p/a/reading", revision="0", date_format="%Q").text)
    assert "date" in refused
    assert visitor.workspace.project("a").revision == 0
    visitor.post("/p/a/reading", revision="0", header_row="1", null_values="n/a\n-", table="")
    assert visitor.workspace.project("a").settings == {"reading": {"null_values": ["n/a", "-"], "header_row": 1}}


def test_the_settings_leave_as_a_command_and_as_a_file(visitor: Visitor):
    project_of(visitor, write_orders(visitor.root / "a.csv"))
    visitor.post("/p/a/take", revision="0", give="--map 'category=Kind' --undo emails_folded", to="data")
    shown = unescape(visitor.get("/p/a/data").text)
    assert "marketfold run a.csv --map category=Kind --undo emails_folded" in shown
    file = visitor.get("/p/a/marketfold.toml")
    assert "attachment" in file.headers["content-disposition"]
    assert tomllib.loads(file.text) == visitor.workspace.project("a").settings
    (visitor.root / "marketfold.toml").write_text("seed = 7\n[reading]\nnull_values = ['n.a.']\n")
    taken = tomllib.loads(visitor.get("/p/a/marketfold.toml").text)
    own = visitor.workspace.project("a").settings
    assert taken == {"seed": 7, "reading": own["reading"] | {"null_values": ["n.a."]}}


def test_a_table_of_customers_is_shown_as_one(visitor: Visitor):
    shutil.copy(DATA / "customers.csv", visitor.root)
    project_of(visitor, visitor.root / "customers.csv")
    shown = visitor.get("/p/customers/data").text
    assert "A table of customers" in shown
    assert "feature: " in shown


def test_files_of_a_folder_are_read_together_or_one_alone(visitor: Visitor):
    (visitor.root / "months").mkdir()
    for name in ("a.csv", "b.csv"):
        write_orders(visitor.root / "months" / name, columns=f"Customer,Date,Total,{name},E-mail")
    project_of(visitor, visitor.root / "months")
    assert look_of(visitor.workspace, "months").files == ("a.csv", "b.csv")
    visitor.post("/p/months/only", revision="0", path="months/b.csv")
    visitor.wait_for_jobs()
    look = look_of(visitor.workspace, "months")
    assert (look.name, look.lines) == ("b.csv", 120)
    assert "is not below" in visitor.post("/p/months/only", revision="1", path="../x.csv").text


def test_a_file_that_has_changed_or_gone_is_said(visitor: Visitor):
    source = write_orders(visitor.root / "a.csv")
    project_of(visitor, source)
    source.write_text(source.read_text("utf-8") + "\nC-1,2024-01-01,5.50,Tea,x@example.com", encoding="utf-8")
    assert "has changed" in visitor.get("/p/a/data").text
    visitor.post("/p/a/again")
    visitor.wait_for_jobs()
    assert look_of(visitor.workspace, "a").lines == 121
    source.unlink()
    assert "is gone" in visitor.get("/p/a/data").text
    assert visitor.get("/p/a/cells?column=Kind").status == 422


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"%PDF-1.7", b"a\n", b"PK\x03\x04broken"])
def test_what_is_no_table_is_refused_in_words(visitor: Visitor, content: bytes):
    (visitor.root / "odd.csv").write_bytes(content)
    project_of(visitor, visitor.root / "odd.csv")
    shown = visitor.get("/p/odd/data")
    assert shown.status == 200
    assert unescape(look_of(visitor.workspace, "odd").refused) in unescape(shown.text)


def test_hostile_names_of_files_columns_and_cells_are_text(visitor: Visitor):
    told: dict[str, Any] = {}
    name, text = HOSTILE.replace("/", " ") + ".csv", HOSTILE.replace("'", "").replace('"', "")
    rows = [f"C-{n % 9},2024-02-{n % 27 + 1:02},{n}.50,{text}" for n in range(60)]
    (visitor.root / name).write_text("\n".join([f"Customer,Date,Total,{text}", *rows]), encoding="utf-8")
    project = visitor.workspace.create(name, visitor.root / name, {"reading": {"delimiter": ","}})
    look_at(visitor.workspace, project.key, project.settings)
    for page in ("/", "/?below=", f"/p/{project.key}/data", f"/p/{project.key}/cells?column={quote(text)}"):
        told[page] = visitor.get(page).text
        assert "<img" not in told[page]
        assert "</script><script>" not in told[page]
    assert text in unescape(told[f"/p/{project.key}/data"])
    settings = {"revision": "0", f"role:{text}": "category"}
    assert visitor.post(f"/p/{project.key}/roles", **settings).status == 303
    assert json.dumps(visitor.workspace.project(project.key).settings)
    assert "<img" not in visitor.get(f"/p/{project.key}/data").text


def test_cells_that_take_too_long_or_too_many_at_once_are_refused(visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    project_of(visitor, write_orders(visitor.root / "a.csv"))
    address = f"/p/a/cells?column={quote('E-mail')}"
    with monkeypatch.context() as changed:
        changed.setattr(cells, "LONGEST", 0.01)
        assert "could not be opened" in visitor.get(address).text
    with ExitStack() as busy:
        for _ in range(4):
            busy.enter_context(cells.BESIDE)
        refused = visitor.get(address)
        assert (refused.status, "Ask again" in refused.text) == (422, True)
    assert "@example.com" in visitor.get(address).text
