"""Nobody but the pages of the studio itself reaches it."""

from __future__ import annotations

import pytest
from tests.studio.visitor import Visitor


def test_the_token_opens_once_and_leaves_the_address(stranger: Visitor):
    assert stranger.get("/").status == 401
    path = stranger.address.removeprefix(f"http://{stranger.host}")
    opened = stranger.ask("GET", path)
    assert (opened.status, opened.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict"} <= set(opened.headers["set-cookie"].split("; "))
    assert stranger.ask("GET", path).status == 401
    stranger.cookie = opened.headers["set-cookie"].partition(";")[0]
    assert stranger.get("/").status == 200


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
