"""Everything that was made below a root: projects, and run folders that no project has yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from marketfold.errors import MarketfoldError
from marketfold.file_names import RUN_FILE, RUNS
from marketfold.runs import Run
from marketfold.studio.opening import differing_from
from marketfold.studio.reports import headline
from marketfold.words import day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from marketfold.studio.jobs import Job, Jobs
    from marketfold.studio.workspace import Project, Workspace

Standing = Literal["made", "outdated", "waiting", "running", "failed", "cancelled", "broken", "unreadable", "none"]


@dataclass(frozen=True)
class Made:
    """A run, or a project that has none yet.

    Attributes
    ----------
    key
        Of its project; empty where it has none.
    run
        Its folder as a project keeps it; empty where there is none yet.
    source
        Name of the order file.
    made_on, at
        Day on which it was made, and when, to be sorted by.
    title
        What its report says first.
    segments
        Number, name and trust of each.
    fault
        Why it cannot be opened, or why the last attempt failed.
    """

    key: str
    run: str
    source: str = ""
    made_on: str = ""
    at: float = 0.0
    title: str = ""
    segments: tuple[tuple[int, str, str], ...] = ()
    standing: Standing = "made"
    fault: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.key or self.run.rpartition("/")[2]


def everything(workspace: Workspace, jobs: Jobs) -> list[Made]:
    """All projects, those changed last first, then the runs of no project, the newest first."""
    latest: dict[str, Job] = {}
    for job in reversed(jobs.all()):
        if job.kind == "run":
            latest[job.project] = job
    projects = workspace.projects()
    own = {project.run for project in projects}
    found = [_of_project(workspace, project, latest) for project in projects]
    others = [_of_folder(workspace, path) for path in _run_folders(workspace) if workspace.told(path) not in own]
    return [*found, *sorted(others, key=lambda one: -one.at)]


def _run_folders(workspace: Workspace) -> list[Path]:
    with suppress(OSError):
        return [path.parent for path in (workspace.root / RUNS).glob(f"*/{RUN_FILE}") if path.is_file()]
    return []


def _of_project(workspace: Workspace, project: Project, latest: Mapping[str, Job]) -> Made:
    source = (project.source or "").rpartition("/")[2]
    made = Made(project.key, "", source, standing="none")
    if project.run:
        made = _of_folder(workspace, workspace.path(project.run), project)
    job = latest.get(project.key)
    if job is None or job.state == "done":
        return made
    changes = {"standing": job.state, "fault": job.message}
    return Made(**{**vars(made), "source": source or made.source, **changes})


def _of_folder(workspace: Workspace, folder: Path, project: Project | None = None) -> Made:
    """A run folder, of a project or of none; one that cannot be read is told with the reason."""
    key, told = project.key if project else "", workspace.told(folder)
    at = _changed(folder / RUN_FILE)
    made_on = day(date.fromtimestamp(at)) if at else ""
    try:
        run = Run.read(folder)
        title = headline(folder)
        segments = tuple((one["number"], str(one["name"]), one["trust"] or "") for one in run.record["segments"])
        with suppress(MarketfoldError):
            names = {campaign.number: campaign.name for campaign in run.plan.campaigns}
            segments = tuple((number, names.get(number, name), trust) for number, name, trust in segments)
    except MarketfoldError as error:
        return Made(key, told, made_on=made_on, at=at, standing="unreadable", fault=str(error))
    is_fresh = project is None or not differing_from(run, project, workspace)
    source = str(run.record["input"]["path"]).rpartition("/")[2]
    return Made(key, told, source, made_on, at, title, segments, "made" if is_fresh else "outdated")


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
