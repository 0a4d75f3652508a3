"""Everything that was made so far: to be opened, compared, copied and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse
from starlette.routing import Route

from marketfold.errors import MarketfoldError, ParameterError
from marketfold.file_names import ORDER_FILE_NAMES
from marketfold.studio.deleting import delete, what_goes
from marketfold.studio.kept import comparison_named, state_of_run
from marketfold.studio.opening import open_run
from marketfold.studio.pages import Station, drawn, go, page, state_of, with_form
from marketfold.studio.settings_form import with_merges
from marketfold.studio.stations.jobs import JOB_ROUTES

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.pages import Desk

MOVED = {"moved.csv": "text/csv", "moved.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_OFFERED = 100
STANDINGS = {
    "outdated": "Out of date: made with other settings than are chosen now.",
    "waiting": "A run waits for its turn.",
    "running": "A run is being made.",
    "failed": "The last run could not be made.",
    "broken": "The last run was broken off. Nothing was left half-written.",
    "cancelled": "The last run was cancelled.",
    "unreadable": "This run cannot be opened.",
    "none": "No run yet.",
}
"""What is said where a run is not simply there."""


def _sentence(desk: Desk | None) -> str:  # noqa: ARG001
    return "Everything made so far"


def _runs(request: Request) -> Response:
    from marketfold.studio.listing import everything  # noqa: PLC0415 - loads all that a run takes

    state = state_of(request)
    made = everything(state.workspace, state.jobs)
    return page(request, "runs.html.j2", "runs", made=made, standings=STANDINGS)


def _open(request: Request, form: FormData) -> Response:
    """Make a project of a run folder that has none."""
    state = state_of(request)
    project = open_run(state.workspace, state.jobs, state.workspace.below(_text(form, "run")))
    return go(request, f"/p/{project.key}/segments")


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str) or not value or "\0" in value:
        raise ParameterError("Something is missing in what was sent. Load the page again.")
    return value


def _compare(request: Request, form: FormData) -> Response:
    """Ask for the comparison of two runs; the one that was made earlier comes first."""
    state = state_of(request)
    chosen = [str(one) for one in form.getlist("run")]
    if len(set(chosen)) != 2:
        raise ParameterError(f"Two runs can be compared, and {len(set(chosen))} were chosen. Tick two.")
    records = {one: state.workspace.below(f"{one}/run.json") for one in chosen}
    earlier, later = sorted(records, key=lambda one: records[one].stat().st_mtime)
    states = [state_of_run(records[one].parent) for one in (earlier, later)]
    job = state.jobs.ask("compare", "", earlier=earlier, later=later, states=states)
    return go(request, f"/runs/compare/{job.ident}")


def _comparing(request: Request) -> Response:
    """How far a comparison is; it leads on when it is done."""
    job = state_of(request).jobs.get(request.path_params["job"])
    if job.state == "done":
        return go(request, f"/comparisons/{job.result['comparison']}")
    return page(request, "comparing.html.j2", "runs", job=job)


def _comparison(request: Request) -> Response:
    """Two runs side by side, rendered from records by the report's own templates."""
    from marketfold.runs import read_comparison  # noqa: PLC0415

    folder = comparison_named(state_of(request).workspace, request.path_params["name"])
    shown = read_comparison(folder)
    parts = [part for section in shown.sections for part in section.parts]
    return page(request, "comparison.html.j2", "runs", page=shown, name=folder.name, **drawn(parts))


def _moved(request: Request) -> Response:
    """Who moved, by their ids, as a file."""
    name = request.path_params["file"]
    folder = comparison_named(state_of(request).workspace, request.path_params["name"])
    if name not in MOVED or not (folder / name).is_file():
        raise ParameterError("There is no such file any more. Choose the two runs again.")
    return FileResponse(folder / name, media_type=MOVED[name], filename=name)


def _copying(request: Request) -> Response:
    """Which file the settings are for."""
    workspace = state_of(request).workspace
    project = workspace.project(request.path_params["key"])
    offered = [path for path in sorted(workspace.root.iterdir()) if path.suffix.lower() in ORDER_FILE_NAMES]
    files = [path.name for path in offered if path.is_file()][:MOST_OFFERED]
    return page(request, "copy.html.j2", "runs", project=project, files=files)


def _copy(request: Request, form: FormData) -> Response:
    """Begin a project with the settings of another one, but for what was merged: numbers mean other segments there."""
    state = state_of(request)
    workspace = state.workspace
    settings = with_merges(workspace.project(request.path_params["key"]).settings, [], workspace.root)
    path = state.workspace.below(_text(form, "path"))
    project = state.workspace.create(path.name, path, settings)
    state.jobs.ask("look", project.key, settings=settings)
    return go(request, f"/p/{project.key}/data")


def _deleting(request: Request) -> Response:
    """What goes and what stays, before anything goes."""
    query, state = request.query_params, state_of(request)
    going = what_goes(state.workspace, query.get("project", ""), query.get("run", ""))
    return page(request, "delete.html.j2", "runs", going=going)


def _delete(request: Request, form: FormData) -> Response:
    """Delete what was asked for twice."""
    state = state_of(request)
    if form.get("sure") != "yes":
        raise MarketfoldError("Nothing was deleted: tick that you are sure.")
    going = what_goes(state.workspace, str(form.get("project", "")), str(form.get("run", "")))
    delete(state.workspace, state.jobs, going)
    return go(request, "/runs")


RUNS = Station(
    "runs",
    "Runs",
    (
        Route("/runs", _runs),
        Route("/runs/open", with_form(_open), methods=["POST"]),
        Route("/runs/compare", with_form(_compare), methods=["POST"]),
        Route("/runs/compare/{job}", _comparing),
        Route("/runs/delete", _deleting),
        Route("/runs/delete", with_form(_delete), methods=["POST"]),
        Route("/comparisons/{name}", _comparison),
        Route("/comparisons/{name}/{file}", _moved),
        Route("/p/{key}/copy", _copying),
        Route("/p/{key}/copy", with_form(_copy), methods=["POST"]),
        *JOB_ROUTES,
    ),
    _sentence,
    takes_project=False,
)
