"""Seconds from the start of the studio to its first page, of each page, and of each page while a large run is made.

`python -m bench.studio_bench [--orders FILE] [--during LARGE]`: of each page the first time, and the median, the 95th
of a hundred and the most of the times after it, by the clock and in processor seconds of the server.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import numpy as np
import psutil

from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.studio import Jobs, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

STATIONS = (
    "data",
    "cleaning",
    "segments",
    "campaigns",
    "campaigns/audiences",
    "result",
    "learn",
    "report",
    "report.html",
)
LINES, ROUNDS = 2_800, 20
SETTLED = 5.0
"""Seconds in which a server that does nothing is told from one that waits for its turn."""


@dataclass
class Opened:
    """A studio in a process of its own, and somebody who asks it."""

    process: psutil.Popen
    root: Path
    host: str = ""
    cookie: str = ""
    took: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        """What it works on."""
        return Workspace(self.root)

    @property
    def jobs(self) -> Jobs:
        """Its work."""
        return Jobs(self.workspace.home / "jobs")

    def ask(self, method: str, path: str, body: str | None = None) -> dict[str, str]:
        """Ask, and note how long it took; the headers of the answer."""
        connection = HTTPConnection(self.host, timeout=120)
        headers = {"Cookie": self.cookie, "Origin": f"http://{self.host}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        before, begun = self.cpu(), time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        took = time.perf_counter() - begun
        self.took.setdefault(f"{method} {path}", []).append((took, self.cpu() - before))
        connection.close()
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status}")
        return {name.lower(): value for name, value in answer.getheaders()}

    def cpu(self) -> float:
        """Processor seconds of the server so far, those of its jobs left out."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def run(self, source: Path) -> str:
        """Open a file, and ask for a look at it and for its run; the key of its project."""
        key = self.workspace.create(source.name, source, {"quick": True}).key
        self.ask("POST", f"/p/{key}/again", "")
        revision = self.workspace.project(key).revision
        self.ask("POST", f"/p/{key}/run", urlencode({"revision": revision}))
        return key

    def wait(self) -> None:
        """Until no work is open."""
        while self.jobs.open_jobs():
            time.sleep(0.2)
        if failed := next((job for job in self.jobs.all() if job.state != "done"), None):
            sys.exit(f"{failed.kind}: {failed.message}")

    def settle(self) -> None:
        """Until it has loaded what pages take: until its processor time stands still."""
        before = -1.0
        while self.cpu() > before + 0.05:
            before = self.cpu()
            time.sleep(SETTLED)

    def tell(self, title: str) -> None:
        """Print what was noted, and forget it."""
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        print(f"\n{title} (load {load}), ms: first, median, 95 of 100, most; processor first, mean", flush=True)
        for name, pairs in self.took.items():
            (first, first_cpu), *rest = pairs
            later = np.array(rest or pairs) * 1000
            middle, high, most = map(float, np.percentile(later[:, 0], [50, 95, 100]))
            cpu = f"{first_cpu * 1000:6.0f} {np.mean(later[:, 1]):6.1f}"
            print(f"  {name:<34}{first * 1000:7.0f} {middle:7.0f} {high:7.0f} {most:7.0f}  {cpu}  ({len(pairs)})")
        self.took = {}


@contextmanager
def started(root: Path) -> Iterator[Opened]:
    """A studio from its start to its first page, which is printed."""
    told = root / "address.txt"
    told.unlink(missing_ok=True)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "marketfold", "studio", "--no-browser", "--token-file", str(told)]
    with psutil.Popen(command, cwd=root, stdout=subprocess.DEVNULL) as process:
        try:
            while not told.exists():
                time.sleep(0.005)
            address = urlsplit(told.read_text("utf-8").strip())
            opened = Opened(process, root, address.netloc)
            opened.cookie = opened.ask("GET", f"/?{address.query}")["set-cookie"].partition(";")[0]
            opened.ask("GET", "/")
            took = time.perf_counter() - begun
            opened.took = {}
            print(f"start to first page: {took:.2f} s, {opened.cpu():.2f} processor seconds", flush=True)
            yield opened
        finally:
            process.terminate()


def pages(opened: Opened, keys: list[str], rounds: int) -> None:
    """Ask for each page so often."""
    for _ in range(rounds):
        for path in ["/", "/runs", *(f"/p/{key}/{one}" for key in keys for one in STATIONS)]:
            opened.ask("GET", path)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=Path, help="The small file; else a demo shop of about as many lines.")
    parser.add_argument("--during", type=Path, help="A large file, of which a run is made while pages are asked for.")
    parser.add_argument("--seconds", type=float, default=300, help="Longest that pages are asked for meanwhile.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        source = Path(shutil.copy(given.orders, root)) if given.orders else root / "shop.csv"
        if not given.orders:
            write_csv(make_shop(LINES).lines, source)
        for _ in range(3):
            with started(root):
                pass
        with started(root) as opened:
            key = opened.run(source)
            opened.wait()
            opened.ask("GET", f"/p/{key}/learn")
            opened.wait()
        with started(root) as opened:
            opened.settle()
            pages(opened, [key], 1)
            opened.tell("each page for the first time")
            pages(opened, [key], ROUNDS)
            opened.tell("each page")
            if given.during:
                large = opened.run(Path(shutil.copy(given.during, root)))
                opened.took = {}
                begun = time.perf_counter()
                while opened.jobs.open_jobs() and time.perf_counter() - begun < given.seconds:
                    pages(opened, [key], 1)
                job = opened.jobs.latest(large, "run")
                opened.tell(f"in {time.perf_counter() - begun:.0f} s of a run ({job.text if job else ''})")
                for job in opened.jobs.open_jobs():
                    opened.ask("POST", f"/jobs/{job.ident}/cancel", "")


if __name__ == "__main__":
    main()
