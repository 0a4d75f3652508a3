"""The lessons and the report of a run, each in a frame of its own that only its own scripts run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

from marketfold.errors import ParameterError
from marketfold.page import page_policy
from marketfold.studio.kept import lessons_file, notebook_folder, state_of_run
from marketfold.studio.pages import Station, desk_of, page, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.jobs import Job, Kind
    from marketfold.studio.pages import Desk, State

FRAME = "; frame-ancestors 'self'; sandbox allow-scripts allow-downloads allow-popups"
"""Beyond what such a page may do by itself: it is in a frame of ours, and of no origin."""


def _sentence_of_lessons(desk: Desk | None) -> str:
    return "" if desk is None else "How it works, on your own customers" if desk.run else "After the first run"


def _sentence_of_report(desk: Desk | None) -> str:
    if desk is None or desk.run is None:
        return "" if desk is None else "After the first run"
    return "Out of date: made with other settings" if desk.is_outdated else "All of it, to read and to send"


def _run_folder(request: Request) -> Path:
    desk = desk_of(state_of(request), request.path_params["key"])
    if desk.run is None:
        raise ParameterError(desk.fault or "There is no run yet. Get segments first.")
    return desk.run.folder


def _learn(request: Request) -> Response:
    """The lessons, made when they are asked for first."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    address, job = "", None
    if desk.run is not None:
        path = lessons_file(state.workspace, key, desk.run.folder)
        if path.is_file():
            address = f"/p/{key}/lessons.html?of={path.stem.rpartition('-')[2]}"
        else:
            job = _asked(request, desk, "learn")
    return page(request, "learn.html.j2", "learn", desk, address=address, job=job)


def _asked(request: Request, desk: Desk, kind: Kind) -> Job:
    """The work on what is made of a run as it stands; what failed is not tried again by itself."""
    jobs, key = state_of(request).jobs, desk.project.key
    asked = {"run": desk.project.run, "state": state_of_run(state_of(request).workspace.path(desk.project.run or ""))}
    last = jobs.latest(key, kind)
    if last is not None and last.request == asked and last.state != "done":
        return last
    return jobs.ask(kind, key, **asked)


def _lessons(request: Request) -> Response:
    """The page of the lessons."""
    from marketfold.learn import lessons_policy  # noqa: PLC0415 - what runs take is loaded when one is shown

    state, key = state_of(request), request.path_params["key"]
    path = lessons_file(state.workspace, key, _run_folder(request))
    if not path.is_file():
        raise ParameterError("The lessons are not made yet. Open them on the left.")
    return FileResponse(path, media_type="text/html", headers={"content-security-policy": lessons_policy() + FRAME})


def _notebook(request: Request) -> Response:
    """The notebook of the run, made when it is asked for first."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    files, job = _notebook_files(state, key, desk), None
    if desk.run is not None and desk.run.has_model and not files:
        job = _asked(request, desk, "notebook")
    return page(request, "notebook.html.j2", "learn", desk, files=files, job=job)


def _notebook_files(state: State, key: str, desk: Desk) -> dict[str, Path]:
    """What there is of it by name, once all is there."""
    if desk.run is None:
        return {}
    folder, last = notebook_folder(state.workspace, key, desk.run.folder), state.jobs.latest(key, "notebook")
    is_there = folder.is_dir() and last is not None and last.state == "done"
    return {path.name: path for path in sorted(folder.iterdir())} if is_there else {}


def _notebook_file(request: Request) -> Response:
    state, key, name = state_of(request), request.path_params["key"], request.path_params["name"]
    files = _notebook_files(state, key, desk_of(state, key))
    if name not in files:
        raise ParameterError("There is no such file. Open the notebook anew.")
    return FileResponse(files[name], filename=name, media_type="application/octet-stream")


def _report(request: Request) -> Response:
    return page(request, "report_station.html.j2", "report", desk_of(state_of(request), request.path_params["key"]))


def _framed(request: Request) -> Response:
    """The report within its frame."""
    from marketfold.studio.reports import framed_report  # noqa: PLC0415

    html = framed_report(_run_folder(request))
    return HTMLResponse(html, headers={"content-security-policy": page_policy() + FRAME})


def _saved(request: Request) -> Response:
    """The report as the command line writes it, to be kept."""
    from marketfold.studio.reports import report_html  # noqa: PLC0415

    name = f"report-{request.path_params['key']}.html"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": page_policy() + FRAME,
    }
    return HTMLResponse(report_html(_run_folder(request)), headers=headers)


LEARN = Station(
    "learn",
    "Learn",
    (
        Route("/p/{key}/learn", _learn),
        Route("/p/{key}/lessons.html", _lessons),
        Route("/p/{key}/notebook", _notebook),
        Route("/p/{key}/notebook/{name}", _notebook_file),
    ),
    _sentence_of_lessons,
)
REPORT = Station(
    "report",
    "Report",
    (
        Route("/p/{key}/report", _report),
        Route("/p/{key}/report.html", _framed),
        Route("/p/{key}/report/save", _saved),
    ),
    _sentence_of_report,
)
