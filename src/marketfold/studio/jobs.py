"""Long work: each job is a folder and a process of its own, so that pages answer meanwhile, whatever tab is closed.

What was asked (`job.json`), how far it is (`progress.json`) and how it ended (`ended.json`) are files, which the page
that is loaded again reads, and the studio that is started again. The process holds a lock on `job.json` while it lives.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from marketfold.errors import MarketfoldError, ParameterError
from marketfold.json_files import read_json, write_json
from marketfold.temporary import is_alive, locked

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["look", "run", "count", "export", "measure", "compare", "learn"]
State = Literal["waiting", "running", "done", "failed", "cancelled", "broken"]

ASKED, PROGRESS, ENDED, PROCESS, LOG = "job.json", "progress.json", "ended.json", "process", "log.txt"
PAUSE = 0.15
"""Seconds between two looks at the jobs."""
HEAVY: frozenset[Kind] = frozenset({"run"})
"""Of these one runs at a time; of the others, too, but beside it."""


@dataclass(frozen=True)
class Job:
    """Work that was asked for.

    Attributes
    ----------
    ident
        Name of its folder; jobs sort by it in the order in which they were asked for.
    project
        Key of the project that it is for.
    request
        What it takes, by name.
    text, share
        How far it is, in words and from 0 to 1.
    message
        Why it failed, in the words of the command line.
    faults
        Each cause and its hint, where there are several.
    result
        What it found, by name.
    """

    ident: str
    kind: Kind
    project: str
    request: dict[str, Any] = field(default_factory=dict)
    state: State = "waiting"
    text: str = ""
    share: float = 0.0
    message: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in {"waiting", "running"}


class Jobs:
    """All jobs of a workspace, and the processes that do them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def ask(self, kind: Kind, project: str, **request: Any) -> Job:
        """Put a job into the queue; the same one that is still open is not asked for twice."""
        for job in self.open_jobs():
            if (job.kind, job.project, job.request) == (kind, project, request):
                return job
        ident = f"{time.time_ns():020d}-{secrets.token_hex(3)}"
        (self.home / ident).mkdir(parents=True)
        write_json({"kind": kind, "project": project, "request": request}, self.home / ident / ASKED)
        return self.get(ident)

    def get(self, ident: str) -> Job:
        """How a job stands; `ParameterError` if there is none."""
        folder = self.home / ident
        if not ident.replace("-", "").isalnum() or not (folder / ASKED).is_file():
            raise ParameterError("There is no such job: it was cleared away. Start it again.")
        asked, told = read_json(folder / ASKED), _read(folder / PROGRESS)
        ended = _read(folder / ENDED)
        return Job(
            ident, asked["kind"], asked["project"], asked["request"], _state(folder, ended),
            text=told.get("text", ""), share=told.get("share", 0.0), message=ended.get("message", ""),
            faults=tuple((what, hint) for what, hint in ended.get("faults", ())), result=ended.get("result", {}),
        )  # fmt: skip

    def all(self) -> list[Job]:
        """Every job, the newest first."""
        found = []
        for path in sorted(self.home.glob(f"*/{ASKED}"), reverse=True):
            with suppress(MarketfoldError, OSError, ValueError, KeyError):
                found.append(self.get(path.parent.name))
        return found

    def open_jobs(self) -> list[Job]:
        """Those that wait or run."""
        return [job for job in self.all() if job.is_open]

    def latest(self, project: str, *kinds: Kind) -> Job | None:
        """The newest job of a project of one of these kinds."""
        return next((job for job in self.all() if job.project == project and job.kind in kinds), None)

    def cancel(self, ident: str) -> None:
        """End a job; what it had half-written is cleared away by its own process."""
        job, folder = self.get(ident), self.home / ident
        if job.state == "waiting":
            write_json({"state": "cancelled"}, folder / ENDED)
        elif job.state == "running":
            (folder / "cancel").touch()
            with suppress(OSError, ValueError):
                os.kill(int((folder / PROCESS).read_text("ascii")), signal.SIGTERM)

    def forget(self, project: str) -> None:
        """Clear away the ended jobs of a project."""
        for job in self.all():
            if job.project == project and not job.is_open:
                shutil.rmtree(self.home / job.ident, ignore_errors=True)

    def start_next(self) -> None:
        """Start each waiting job whose turn it is."""
        self._processes = {ident: one for ident, one in self._processes.items() if one.poll() is None}
        jobs = self.open_jobs()
        busy = {job.kind in HEAVY for job in jobs if job.state == "running"} | {
            self.get(ident).kind in HEAVY for ident in self._processes
        }
        for job in reversed(jobs):
            if job.state == "waiting" and job.ident not in self._processes and (job.kind in HEAVY) not in busy:
                busy.add(job.kind in HEAVY)
                self._start(job)

    def _start(self, job: Job) -> None:
        folder = self.home / job.ident
        with (folder / LOG).open("wb") as log:
            self._processes[job.ident] = subprocess.Popen(  # noqa: S603 - this interpreter, and a folder of ours
                [sys.executable, "-m", "marketfold.studio.work", str(folder)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home.parents[1], start_new_session=True,
            )  # fmt: skip
        (folder / PROCESS).write_text(str(self._processes[job.ident].pid), encoding="ascii")

    async def keep_going(self) -> None:
        """Start jobs as their turn comes, until cancelled; those that run then go on by themselves."""
        try:
            while True:
                await asyncio.to_thread(self.start_next)
                await asyncio.sleep(PAUSE)
        finally:
            for one in self._processes.values():
                one.returncode = one.poll() or 0  # or Python warns of each that it leaves


def _read(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _state(folder: Path, ended: dict[str, Any]) -> State:
    if ended:
        state: State = ended["state"]
        return state
    try:
        process = int((folder / PROCESS).read_text("ascii"))
    except (OSError, ValueError):
        return "waiting"
    if is_alive(process) or _is_held(folder / ASKED):
        return "running"
    if ended := _read(folder / ENDED):  # it ended in between
        return _state(folder, ended)
    return "cancelled" if (folder / "cancel").exists() else "broken"


def _is_held(path: Path) -> bool:
    handle = locked(path)
    if handle is not None:
        os.close(handle)
    return handle is None
