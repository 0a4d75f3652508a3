"""Nobody but the pages of the studio itself reaches it."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from tests.studio.conftest import served
from tests.studio.visitor import Visitor

from marketfold.errors import ParameterError
from marketfold.studio import Studio, make_app
from marketfold.studio.peers import TELLS_OWNERS
from marketfold.studio.security import MOST_FORM_BYTES, SAFE, Bounded, guarded
from marketfold.studio.stations import all_stations


def test_the_token_opens_once_and_leaves_the_address(stranger: Visitor):
    assert stranger.get("/").status == 401
    path = stranger.address.removeprefix(f"http://{stranger.host}")
    opened = stranger.ask("GET", path)
    assert (opened.status, opened.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict"} <= set(opened.headers["set-cookie"].split("; "))
    assert stranger.ask("GET", path).status == 401
    stranger.cookie = opened.headers["set-cookie"].partition(";")[0]
    assert stranger.get("/").status == 200


_ASKS = """
import os, socket, sys
os.setuid(int(sys.argv[3]))
asking = socket.socket()
asking.connect(("127.0.0.1", int(sys.argv[1])))
asking.sendall(f"GET {sys.argv[2]} HTTP/1.1\\r\\nHost: 127.0.0.1:{sys.argv[1]}\\r\\n\\r\\n".encode())
print(asking.recv(1000).split()[1].decode())
"""


@pytest.mark.skipif(not TELLS_OWNERS, reason="This system does not say whose a connection is.")
def test_the_browser_that_is_started_is_let_in_and_nobody_who_saw_its_address(tmp_path: Path):
    opened = Studio.open(tmp_path)
    port, path = opened.listening.getsockname()[1], f"/?{opened.own_address.partition('?')[2]}"
    asked = [sys.executable, "-I", "-c", _ASKS, str(port), path]
    assert opened.own_address != opened.address
    with served(opened):
        users = [(65534, 401)] if os.getuid() == 0 else []  # only root can be somebody else
        for user, status in [*users, (os.getuid(), 303)]:
            told = subprocess.run([*asked, str(user)], capture_output=True, text=True, check=True)
            assert told.stdout == f"{status}\n"
        assert Visitor(opened.own_address, tmp_path).get(path).status == 401
        assert Visitor(opened.address, tmp_path).get(f"/?{opened.address.partition('?')[2]}").status == 401


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "", "127.0.0.1.evil.example"])
def test_another_name_of_this_machine_is_refused(visitor: Visitor, host: str):
    assert visitor.ask("GET", "/", headers={"Host": host}).status in {400, 421}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_only_own_pages_change_something(visitor: Visitor, headers: dict[str, str]):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.ask("POST", "/open", b"path=x", form | headers).status == 403


def test_every_answer_says_what_its_page_may_do(stranger: Visitor):
    for path in ("/", "/static/studio.css", "/nowhere"):
        assert stranger.get(path).headers["content-security-policy"].startswith("default-src 'self';")
    stranger.enter()
    for path in ("/", "/runs", "/static/studio.css", "/nowhere"):
        policy = stranger.get(path).headers["content-security-policy"]
        assert "script-src" not in policy  # what default-src says holds


def test_bodies_are_bounded(visitor: Visitor):
    large = visitor.ask("POST", "/open", b"path=" + b"x" * 2_100_000, {"Origin": f"http://{visitor.host}"})
    assert large.status == 413


PERSON = "ann.example@example.org"
NONSENSE = {"revision": "x", "run": "\0", "project": "../..", "sure": "yes"}


def changing_routes() -> list[tuple[str, str]]:
    """Method and an address of everything that changes something, of all stations."""
    return [
        (method, re.sub(r"\{\w+(:\w+)?\}", "x", route.path))
        for station in all_stations()
        for route in station.routes
        for method in sorted((route.methods or set()) - SAFE)
    ]


def test_there_are_routes_that_change_something():
    assert ("POST", "/p/x/run") in changing_routes()
    assert len(changing_routes()) >= 8


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_whatever_changes_something_takes_an_own_page(visitor: Visitor, headers: dict[str, str]):
    for method, path in changing_routes():
        assert visitor.ask(method, path, b"", headers).status == 403, path


def test_whatever_changes_something_takes_the_cookie(stranger: Visitor):
    for method, path in changing_routes():
        assert stranger.ask(method, path, b"", {"Origin": f"http://{stranger.host}"}).status == 401, path


def test_an_empty_form_is_refused_in_words_everywhere(visitor: Visitor, capfd: pytest.CaptureFixture[str]):
    for _, path in changing_routes():
        assert visitor.post(path).status < 500, path
        assert visitor.post(path, **NONSENSE).status < 500, path
    assert "Traceback" not in capfd.readouterr().err


def test_reading_changes_nothing_and_takes_the_cookie(stranger: Visitor):
    for station in all_stations():
        for route in station.routes:
            path = re.sub(r"\{\w+(:\w+)?\}", "x", route.path)
            assert stranger.get(path).status == 401, path


def test_it_listens_on_this_machine_alone(tmp_path: Path):
    opened = Studio.open(tmp_path)
    assert opened.listening.getsockname()[0] == "127.0.0.1"
    opened.listening.close()


@pytest.mark.parametrize("host", ["::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001"])
def test_its_names_in_another_family_of_addresses(tmp_path: Path, host: str):
    if not socket.has_ipv6:
        pytest.skip("This machine has no IPv6.")
    try:
        opened = Studio.open(tmp_path, host=host)
    except ParameterError:
        pytest.skip("This machine has no IPv6.")
    port = opened.listening.getsockname()[1]
    assert opened.is_local
    assert opened.address.startswith(f"http://[::1]:{port}/")
    with served(opened):
        visitor = Visitor(opened.own_address, tmp_path).enter()
        assert visitor.get("/").status == 200
        assert visitor.ask("GET", "/", headers={"Host": f"localhost:{port}"}).status == 200
        assert visitor.ask("GET", "/", headers={"Host": f"[::2]:{port}"}).status == 421


@pytest.mark.parametrize("path", ["/open", "/runs/compare"])
def test_bodies_without_a_length_are_bounded_too(visitor: Visitor, path: str):
    """In parts, as `Transfer-Encoding: chunked` sends them."""
    part = b"path=" + b"x" * 500_000
    connection = HTTPConnection(visitor.host, timeout=30)
    headers = {
        "Cookie": visitor.cookie, "Origin": f"http://{visitor.host}", "Transfer-Encoding": "chunked",
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    with closing(connection):
        try:
            connection.request("POST", path, iter([part] * 6), headers, encode_chunked=True)
            with connection.getresponse() as answer:
                assert answer.status in {400, 404, 405, 413, 422}
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was cut off before all was sent
    assert visitor.get("/").status == 200


@pytest.mark.parametrize("length", ["x", "-1", "1e3", "99999999999999999999"])
def test_a_length_that_is_none_is_refused(visitor: Visitor, length: str):
    headers = {"Origin": f"http://{visitor.host}", "Content-Length": length}
    assert visitor.ask("POST", "/open", None, headers).status in {400, 413}


@pytest.mark.parametrize(
    "path",
    [
        "/static/..", "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/VENDORED.md",
        "/static/%2fetc%2fpasswd", "/static/studio.css%00.js", "/p/../data", "/p/%2e%2e/data", "/p/..%2f../report.html",
        "/p/%00/data", "/jobs/..%2f../events", "/comparisons/../moved.csv", "/comparisons/%2e%2e/project.json",
        "/comparisons/0123456789abcdef/..%2fx", "/runs/delete?run=../x", "/runs/delete?run=runs/..",
        "/runs/delete?run=%00", "/runs/delete?project=..%2f..", "/p/X/data", "/runs/delete",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_the_root(visitor: Visitor, path: str, capfd: pytest.CaptureFixture[str]):
    answer = visitor.get(path)
    assert answer.status in {404, 422}, answer.text
    assert "root:" not in answer.text
    assert "import annotations" not in answer.text
    assert not capfd.readouterr().err


def test_a_bug_is_told_without_what_it_knows(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    """No message of an exception leaves: it may hold a cell of an order file."""

    def broken(_: Request) -> Response:
        raise KeyError(PERSON)

    app = make_app(tmp_path)
    app.router.routes.append(Route("/broken", broken))
    app.router.routes.append(Route("/full", full))
    opened = Studio.open(tmp_path)
    address = opened.address
    token = address.partition("token=")[2]
    own = replace(opened, app=guarded(app, [urlsplit(address).netloc], token, "one"))
    with served(own):
        visitor = Visitor(address, tmp_path).enter()
        answer = visitor.get("/broken")
        assert answer.status == 500
        assert "Something went wrong inside" in answer.text
        assert not re.search(rf"{PERSON}|Traceback|KeyError", answer.text)
        part = visitor.ask("GET", "/broken", headers={"HX-Request": "true"})
        assert "Something went wrong inside" in part.text
        assert visitor.get("/full").status == 507
        assert "No space left" in visitor.get("/full").text
        assert visitor.get("/").status == 200
    told = capfd.readouterr().err
    assert "KeyError" in told
    assert "test_security.py" in told
    assert PERSON not in told


def full(_: Request) -> Response:
    raise OSError(28, "No space left on device", "/x")


def test_slow_and_broken_requests_hold_nobody_up(visitor: Visitor):
    host, _, port = visitor.host.partition(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(60)]
    for number, one in enumerate(slow):
        one.sendall(
            (b"GET / HTTP/1.1\r\nHost: x", b"\x16\x03\x01\x02\x00", b"POST /open HTTP/1.1\r\n\r\n", b"\r\n")[number % 4]
        )
    for _ in range(3):
        assert visitor.get("/").status == 200
    for one in slow:
        one.close()
    assert visitor.get("/runs").status == 200


def test_a_form_with_very_many_fields_or_files_is_refused(visitor: Visitor):
    assert visitor.post("/open", **{f"f{number}": "x" for number in range(3_000)}).status in {400, 422}
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.csv"\r\n\r\nx\r\n--b--\r\n'
    headers = {"Origin": f"http://{visitor.host}", "Content-Type": "multipart/form-data; boundary=b"}
    assert visitor.ask("POST", "/runs/compare", body, headers).status in {400, 422}


def test_what_is_counted_is_what_came():
    """Whatever the header says: the app is told nothing of what is beyond the bound."""
    taken, sent = [], []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        while True:
            message = await receive()
            taken.append(len(message["body"]))
            if not message["more_body"]:
                return

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 500_000, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/open", "headers": [], "method": "POST"}
    with ThreadPoolExecutor(1) as beside:  # a browser test before this one leaves a loop that runs here
        beside.submit(lambda: asyncio.run(Bounded(app)(scope, receive, send))).result()
    assert sum(taken) <= MOST_FORM_BYTES
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("path", ["//evil.example/", "/%2Fevil.example/", "/\\evil.example/"])
def test_the_token_leads_to_no_other_machine(visitor: Visitor, path: str):
    answer = visitor.ask("GET", f"{path}?token=x")
    assert answer.status in {303, 400, 404}
    assert not answer.headers.get("location", "/").startswith(("//", "/\\", "http"))


def test_a_project_without_an_order_file_reads_nothing(visitor: Visitor):
    (visitor.root / "others.csv").write_text("customer,date,total\nA,2024-01-01,5\nB,2024-01-02,6\n", "utf-8")
    project = visitor.workspace.create("gone", None)
    assert "The file is gone" in visitor.get(f"/p/{project.key}/data").text
    visitor.post(f"/p/{project.key}/run", revision="0")
    (job,) = (one for one in visitor.wait_for_jobs() if one.kind == "run")
    assert job.state == "failed"
    assert not (visitor.root / "runs").exists()
