"""Files come in whole or not at all, under a name that cannot lead anywhere, and only from below the root."""

from __future__ import annotations

import re
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.browser.conftest import HOSTILE
from tests.studio.visitor import Answer, Visitor

from marketfold.studio.bringing import UPLOADS, file_name, folder_below
from marketfold.studio.workspace import Workspace

ORDERS = b"Customer,Date,Total\n" + b"".join(b"c%d,2024-02-%02d,%d.50\n" % (n % 7, n % 27 + 1, n) for n in range(60))


def upload(visitor: Visitor, name: str, body: bytes) -> Answer:
    headers = {"Origin": f"http://{visitor.host}", "HX-Request": "true"}
    return visitor.ask("POST", f"/upload?name={quote(name)}", body, headers)


def test_a_file_that_is_dropped_becomes_a_project(visitor: Visitor):
    first, second = upload(visitor, "May.csv", ORDERS), upload(visitor, "May.csv", ORDERS + b"x,2024-03-01,9\n")
    assert [one.headers["hx-redirect"] for one in (first, second)] == ["/p/may/data", "/p/may-2/data"]
    files = {path.name: path.read_bytes() for path in (visitor.root / UPLOADS).iterdir()}
    assert files == {"May.csv": ORDERS, "May-2.csv": ORDERS + b"x,2024-03-01,9\n"}
    visitor.wait_for_jobs()
    assert "60 lines" in visitor.get("/p/may/data").text


def test_a_file_that_cannot_be_read_says_so_and_can_be_removed_where_one_goes_on(visitor: Visitor):
    upload(visitor, "May.csv", ORDERS)
    upload(visitor, "Letter.docx", b"\x89 no orders \x00")
    upload(visitor, "June.csv", ORDERS)
    visitor.wait_for_jobs()
    (visitor.root / UPLOADS / "June.csv").unlink()
    told = visitor.get("/").words
    assert re.findall(r"(\w+) \S+/\S+ (could not be read|is no longer there)", told) == [
        ("june", "is no longer there"), ("letter", "could not be read"),
    ]  # fmt: skip
    assert visitor.get("/").text.count(">Remove<") == 2
    gone = visitor.post("/runs/delete", project="letter", sure="yes")
    assert gone.status == 303
    assert "Remove letter" not in visitor.get("/").words
    assert "may" in visitor.get("/").words


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Orders.xlsx", "Orders.xlsx"),
        ("..", "orders"),
        (".marketfold-studio", "marketfold-studio"),
        ("a\0b\r\nc.csv", "abc.csv"),
        ("-rf.csv", "rf.csv"),
        ("~$orders.xlsx", "$orders.xlsx"),
        ("\u202egnp.csv", "gnp.csv"),
        ("x" * 300 + ".csv", "x" * 120 + ".csv"),
        (HOSTILE + ".csv", "scriptimg src=x onerror=alert(1) 🎈 &amp;.csv"),
    ],
)
def test_a_name_is_only_ever_that_of_a_file(given: str, kept: str):
    assert file_name(given) == kept


def test_a_hostile_name_stays_below_the_uploads(visitor: Visitor):
    for name in ("../../evil.csv", "/etc/evil.csv", HOSTILE + ".csv"):
        assert upload(visitor, name, ORDERS).status == 204
    visitor.wait_for_jobs()
    assert len(list((visitor.root / UPLOADS).iterdir())) == 3
    assert "<img" not in visitor.get("/").text


def test_an_upload_that_is_broken_off_leaves_nothing(visitor: Visitor):
    host, _, port = visitor.host.partition(":")
    head = (
        f"POST /upload?name=a.csv HTTP/1.1\r\nHost: {visitor.host}\r\nOrigin: http://{visitor.host}\r\n"
        f"Cookie: {visitor.cookie}\r\nContent-Length: 1000000\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + b"x" * 200_000)
    upload(visitor, "whole.csv", ORDERS)  # answered after the other was given up
    visitor.wait_for_jobs()
    assert [path.name for path in (visitor.root / UPLOADS).iterdir()] == ["whole.csv"]
    assert [one.key for one in visitor.workspace.projects()] == ["whole"]


@contextmanager
def no_file_larger_than(n_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_there_is_no_room_it_is_said(visitor: Visitor):
    with no_file_larger_than(300_000):
        answer = upload(visitor, "large.csv", ORDERS * 400)
    assert "large.csv could not be kept" in answer.text
    assert "Nothing of it was left." in answer.text
    assert list((visitor.root / UPLOADS).iterdir()) == []


def test_nothing_is_no_file(visitor: Visitor):
    assert "is empty" in upload(visitor, "a.csv", b"").text
    assert list((visitor.root / UPLOADS).iterdir()) == []


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../outside.csv", "a/../../outside.csv", "//server/share/a.csv", "\\\\server\\share\\a.csv",
     "C:/a.csv", "http://evil.example/a.csv", "out.csv", "loop", ".hidden.csv", ".marketfold-studio/projects",
     "nowhere.csv", "", "x" * 5000, "a\0b", HOSTILE],
)  # fmt: skip
def test_only_what_lies_below_the_root_is_opened(visitor: Visitor, path: str):
    outside = visitor.root.parent / "outside.csv"
    outside.write_bytes(ORDERS)
    (visitor.root / "out.csv").symlink_to(outside)
    (visitor.root / "loop").symlink_to(visitor.root / "loop")
    (visitor.root / ".hidden.csv").write_bytes(ORDERS)
    answer = visitor.post("/open", path=path)
    assert answer.status == 422
    assert "is not below" in answer.text
    assert "<img" not in answer.text
    assert visitor.workspace.projects() == []


def test_the_picker_shows_folders_and_what_may_be_orders(tmp_path: Path):
    for name in ("b.csv", "A.XLSX", "notes.md", ".hidden.csv", "~$b.xlsx", "in/c.parquet", "run/run.json", "[x].csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(ORDERS)
    (tmp_path / "away").symlink_to(tmp_path.parent)
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing.csv")
    workspace = Workspace(tmp_path)
    assert [one.name for one in folder_below(workspace, "").entries] == ["in", "[x].csv", "A.XLSX", "b.csv"]
    below = folder_below(workspace, "in")
    assert ([one.path for one in below.entries], [one.name for one in below.above]) == (["in/c.parquet"], ["in"])


def test_a_file_of_a_folder_and_the_folder_itself_are_picked(visitor: Visitor):
    (visitor.root / "months").mkdir()
    for name in ("a.csv", "b.csv"):
        (visitor.root / "months" / name).write_bytes(ORDERS if name == "a.csv" else ORDERS.replace(b"2024", b"2025"))
    shown = visitor.get("/?below=months").text
    assert "together" in shown
    assert visitor.post("/open", path="months").headers["location"] == "/p/months/data"
    visitor.wait_for_jobs()
    assert "120 lines" in visitor.get("/p/months/data").text


def test_the_first_start_shows_the_way_and_the_demo_shop(visitor: Visitor):
    assert visitor.get("/").text.count("<li><strong>") == 5
    place = visitor.post("/demo").headers["location"]
    assert "made" in visitor.get(place).text or "Waiting" in visitor.get(place).text
    (job,) = visitor.wait_for_jobs()
    assert job.state == "done", job.message
    assert visitor.get(place).headers["location"] == "/p/demo-shop/data"
    assert (visitor.root / "demo-shop" / "orders.csv").is_file()
    assert "five sentences" not in visitor.get("/").text
