"""Somebody who asks a studio that runs."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from marketfold.studio.jobs import Job, Jobs
from marketfold.studio.workspace import Workspace


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def words(self) -> str:
        """What a page that is there says, without its tags."""
        assert self.status == 200, self.text
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())


@dataclass
class Visitor:
    """Somebody at the studio, with a cookie after `enter`; each answer is that of one request."""

    address: str
    root: Path
    cookie: str = ""

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    @property
    def jobs(self) -> Jobs:
        return Jobs(self.workspace.home / "jobs")

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = HTTPConnection(self.host, timeout=300)
        own = {"Cookie": self.cookie} if self.cookie else {}
        connection.request(method, path, body, own | (headers or {}))
        answer = connection.getresponse()
        found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return found

    def enter(self) -> Visitor:
        opened = self.ask("GET", self.address.removeprefix(f"http://{self.host}"))
        self.cookie = opened.headers["set-cookie"].partition(";")[0]
        return self

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, address: str, /, **fields: str) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.host}"}
        return self.ask("POST", address, urlencode(fields).encode(), headers)

    def wait_for_jobs(self) -> list[Job]:
        """Until nothing is open any more."""
        end = time.monotonic() + 600
        while self.jobs.open_jobs():
            assert time.monotonic() < end, self.jobs.open_jobs()
            time.sleep(0.1)
        return self.jobs.all()
