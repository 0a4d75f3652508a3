"""Long work: each job is a folder and a process of its own, so that pages answer meanwhile, whatever tab is closed.

What was asked (`job.json`), how far it is (`progress.json`) and how it ended (`ended.json`) are files, which the page
that is loaded again reads, and the studio that is started again. The process holds a lock on `job.json` while it lives.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter, ValidationError

from marketfold.errors import MarketfoldError, ParameterError
from marketfold.json_files import read_json, write_json
from marketfold.temporary import is_alive, locked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Kind = Literal["look", "demo", "run", "count", "export", "measure", "compare", "learn", "notebook"]
State = Literal["waiting", "running", "done", "failed", "cancelled", "broken"]

ASKED, PROGRESS, ENDED = "job.json", "progress.json", "ended.json"
PROCESS, CANCEL, LOG = "process", "cancel", "log.txt"
PAUSE = 0.15
"""Seconds between two looks at the jobs."""
HEAVY: frozenset[Kind] = frozenset({"run"})
"""Of these one runs at a time; of the others, too, but beside it."""
KEPT = 5
"""Ended jobs of one project and kind; older ones are cleared away."""
YOUNG = 60.0
"""Seconds within which a process that was started holds its lock."""


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
        self._ended: dict[str, Job] = {}
        self._turn: int | None = None
        self._starting = threading.Lock()
        self._stopped = False

    def ask(self, kind: Kind, project: str, **request: Any) -> Job:
        """Put a job into the queue; the same one that is still open is not asked for twice."""
        for job in self.open_jobs():
            if (job.kind, job.project, job.request) == (kind, project, request):
                return job
        ident = f"{time.time_ns():020d}-{secrets.token_hex(3)}"
        (self.home / ident).mkdir(parents=True)
        try:
            write_json({"kind": kind, "project": project, "request": request}, self.home / ident / ASKED)
        except BaseException:
            shutil.rmtree(self.home / ident, ignore_errors=True)
            raise
        return self.get(ident)

    def ask_again(self, ident: str) -> Job:
        """Ask for the same once more."""
        job = self.get(ident)
        return self.ask(job.kind, job.project, **job.request)

    def get(self, ident: str) -> Job:
        """How a job stands; `ParameterError` if there is none, or nothing can be made of its folder."""
        if ident in self._ended:
            return self._ended[ident]
        folder = self.home / ident
        asked = _read(folder / ASKED) if _IDENT.fullmatch(ident) else {}
        told, ended = _read(folder / PROGRESS), _read(folder / ENDED)
        try:
            job = _JOB.validate_python(
                {**asked, **told, **{name: ended[name] for name in _OF_THE_END if name in ended}}
                | {"ident": ident, "state": _state(folder, ended)}
            )
        except ValidationError as error:
            raise ParameterError("There is no such job: it was cleared away. Start it again.") from error
        if not job.is_open:
            self._ended[ident] = job
        return job

    def all(self) -> list[Job]:
        """Every job, the newest first."""
        found = []
        for path in sorted(self.home.glob(f"*/{ASKED}"), reverse=True):
            with suppress(MarketfoldError, OSError):
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
            (folder / CANCEL).touch()
            own = self._processes.get(ident)
            with suppress(OSError, ValueError):
                if own is not None:
                    own.terminate()
                elif _is_held(folder / ASKED) and (number := int((folder / PROCESS).read_text("ascii"))) > 1:
                    os.kill(number, signal.SIGTERM)  # never a number that was given to another process

    def forget(self, project: str) -> None:
        """End and clear away the jobs of a project."""
        for job in self.all():
            if job.project == project:
                self.cancel(job.ident)
                self._clear(job)

    def sweep(self) -> None:
        """Clear away what ended long ago."""
        seen: Counter[tuple[str, Kind]] = Counter()
        for job in self.all():
            seen[job.project, job.kind] += 1
            if seen[job.project, job.kind] > KEPT and not job.is_open:
                self._clear(job)

    def _clear(self, job: Job) -> None:
        shutil.rmtree(self.home / job.ident, ignore_errors=True)
        self._ended.pop(job.ident, None)

    def _is_our_turn(self) -> bool:
        """Whether this studio starts the jobs: of several on one root the first that is there does, until it ends."""
        if self._turn is None and self.home.is_dir():
            self._turn = locked(self.home)
        return self._turn is not None

    def stop(self) -> None:
        """Let another studio start the jobs; those that run go on."""
        with self._starting:
            self._stopped = True
        for process in self._processes.values():
            if process.poll() is None:
                process.returncode = 0  # else Python warns that it goes on
        self._processes.clear()
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None

    def start_next(self) -> None:
        """Start each waiting job whose turn it is."""
        with self._starting:
            if not self._stopped and self._is_our_turn():
                self._start_those_whose_turn_it_is()

    def _start_those_whose_turn_it_is(self) -> None:
        going = {ident: one for ident, one in self._processes.items() if one.poll() is None}
        if len(going) < len(self._processes):
            self._note_broken(self._processes.keys() - going)
            self.sweep()
        self._processes = going
        jobs = self.open_jobs()
        busy = {job.kind in HEAVY for job in jobs if job.state == "running"} | {
            self.get(ident).kind in HEAVY for ident in self._processes
        }
        for job in reversed(jobs):
            if job.state == "waiting" and job.ident not in self._processes and (job.kind in HEAVY) not in busy:
                busy.add(job.kind in HEAVY)
                self._start(job)

    def _note_broken(self, gone: Iterable[str]) -> None:
        """Remember what ended without saying how, as on a full disk: begun anew it would end so again, and again."""
        for ident in gone:
            with suppress(MarketfoldError):
                if (job := self.get(ident)).is_open:
                    self._ended[ident] = replace(job, state="broken")

    def _start(self, job: Job) -> None:
        folder = self.home / job.ident
        with (folder / LOG).open("wb") as log:
            self._processes[job.ident] = subprocess.Popen(  # noqa: S603 - this interpreter, and a folder of ours
                [sys.executable, "-m", "marketfold.studio.work", str(folder)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home.parents[1], start_new_session=True,
            )  # fmt: skip
        (folder / PROCESS).write_text(str(self._processes[job.ident].pid), encoding="ascii")

    async def keep_going(self) -> None:
        """Start jobs as their turn comes, until cancelled."""
        try:
            while True:
                with suppress(OSError):  # a full disk: what waits goes on waiting
                    await asyncio.to_thread(self.start_next)
                await asyncio.sleep(PAUSE)
        finally:
            self.stop()


_JOB = TypeAdapter(Job)
_OF_THE_END = ("message", "faults", "result")
_IDENT = re.compile(r"\d{20}-[0-9a-f]{6}")


def _read(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _state(folder: Path, ended: dict[str, Any]) -> str:
    if ended:
        return str(ended.get("state"))
    try:
        process = int((folder / PROCESS).read_text("ascii"))
        age = time.time() - (folder / PROCESS).stat().st_mtime
    except (OSError, ValueError):
        return "waiting"
    if (is_alive(process) and age < YOUNG) or _is_held(folder / ASKED):
        return "running"
    if ended := _read(folder / ENDED):  # it ended in between
        return str(ended.get("state"))
    return "cancelled" if (folder / CANCEL).exists() else "broken"


def _is_held(path: Path) -> bool:
    handle = locked(path)
    if handle is not None:
        os.close(handle)
    return handle is None
