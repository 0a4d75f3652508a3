"""What each kind of job does, in its own process: the same functions that the command line calls."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

from marketfold import report as reporting
from marketfold import runs
from marketfold.config import load_config
from marketfold.errors import AudienceError
from marketfold.studio.audience_request import AudienceRequest, as_seen
from marketfold.studio.kept import NOTEBOOKS, comparison_folder, lessons_file, lessons_name, notebook_folder
from marketfold.studio.looking import look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from marketfold.audiences import AudienceReport
    from marketfold.progress import Work
    from marketfold.runs import Run
    from marketfold.schema import Progress
    from marketfold.studio.jobs import Kind
    from marketfold.studio.workspace import Workspace

    Task = Callable[[Workspace, str, dict[str, Any], Progress], dict[str, Any]]

DEMO = "demo-shop"
"""Folder of the demo shop below the root."""


def _look(workspace: Workspace, key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a source with some settings, and keep what was seen."""
    progress("read", 0, 1)
    look_at(workspace, key, request["settings"])
    return {}


def _demo(workspace: Workspace, _: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make the demo shop below the root, where it is not there yet, and a project for it."""
    progress("write", 0, 1)
    folder = workspace.root / DEMO
    if not (folder / runs.DEMO_ORDERS).is_file():
        runs.write_demo_shop(folder, request.get("lines"))
    progress("write", 1, 1)
    project = workspace.create(DEMO, folder / runs.DEMO_ORDERS)
    return {"project": project.key} | _look(workspace, project.key, {"settings": {}}, progress)


def _run(workspace: Workspace, key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make a run with the settings as they were when it was asked for."""
    project = workspace.project(key)
    source = workspace.source(project)
    folder = workspace.root / runs.next_free_folder(key)
    previous = runs.Run.read(workspace.path(request["previous"])) if request.get("previous") else None
    finished = runs.make_run(str(source), load_config(request["settings"]), folder, previous, progress)
    workspace.change(key, None, run=workspace.told(finished.home), previous=request.get("previous"))
    return {"run": workspace.told(finished.home)}


def _learn(workspace: Workspace, key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the lessons of a run, in the place of those of an earlier one."""
    page = lessons_file(workspace, key, workspace.path(request["run"]))
    runs.write_lessons(workspace.path(request["run"]), page, progress, report="report")
    for old in page.parent.glob(lessons_name("*")):
        if old != page:
            old.unlink(missing_ok=True)
    return {}


def _notebook(workspace: Workspace, key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the notebook of a run, in the place of that of an earlier one; one that fails leaves nothing."""
    run = workspace.path(request["run"])
    folder = notebook_folder(workspace, key, run)
    for old in folder.parent.glob(f"{NOTEBOOKS}*"):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir()
    try:
        runs.write_notebook(run, folder / f"{run.name}.ipynb", progress=progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return {}


def _compare(workspace: Workspace, _key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compare two runs, and keep the page as records."""
    folder = comparison_folder(workspace, request["earlier"], request["later"])
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        runs.compare_into(workspace.path(request["earlier"]), workspace.path(request["later"]), folder, progress)
    return {"comparison": folder.name}


def _count(workspace: Workspace, key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Say who would be in the audiences; nothing is written."""
    run, asked = _run_asked_about(workspace, key, request), AudienceRequest.from_job(request)
    return _told(runs.count_run(run.folder, asked.to, asked.options(workspace), progress=progress))


def _export(workspace: Workspace, key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the audiences beside the run."""
    run, asked = _run_asked_about(workspace, key, request), AudienceRequest.from_job(request)
    return _told(runs.export_run(run.folder, asked.to, asked.options(workspace), progress=progress)[0])


def _measure(workspace: Workspace, key: str, request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Say what the campaigns did, in the folder of measurements beside the run."""
    run, orders = _run_of(workspace, key), workspace.below(request["orders"])
    first, last = (date.fromisoformat(request[day]) for day in ("date_from", "date_to"))
    runs.measure_run(run.folder, orders, first, last, runs.measurement_place(run, first, last), progress)
    return {}


def _run_asked_about(workspace: Workspace, key: str, request: dict[str, Any]) -> Run:
    """The run of the project, if run and plan are still those that the person saw."""
    run = _run_of(workspace, key)
    if as_seen(run) != request.get("of"):
        raise AudienceError("The run or its plan was changed since this was asked for. Look at it, and ask again.")
    return run


def _run_of(workspace: Workspace, key: str) -> Run:
    return runs.Run.read(workspace.path(workspace.project(key).run or ""))


def _told(report: AudienceReport) -> dict[str, Any]:
    """Counts and no person."""
    return {"account": reporting.audience_account(report), "together": reporting.describe_together(report)}


TASKS: Mapping[Kind, Task] = {
    "look": _look,
    "demo": _demo,
    "run": _run,
    "count": _count,
    "export": _export,
    "measure": _measure,
    "learn": _learn,
    "notebook": _notebook,
    "compare": _compare,
}
"""By kind."""

WORK: Mapping[Kind, Work] = {
    "look": "inspect",
    "demo": "demo",
    "run": "run",
    "count": "export",
    "export": "export",
    "measure": "measure",
    "learn": "learn",
    "notebook": "notebook",
    "compare": "compare",
}
"""How far each is, by the steps of this work."""
