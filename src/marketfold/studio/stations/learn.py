"""The lessons and the report of a run, each in a frame of its own that only its own scripts run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

from marketfold.errors import ParameterError
from marketfold.page import page_policy
from marketfold.studio.kept import lessons_file, state_of_run
from marketfold.studio.pages import Station, desk_of, page, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.jobs import Job
    from marketfold.studio.pages import Desk

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
            job = _asked(request, desk)
    return page(request, "learn.html.j2", "learn", desk, address=address, job=job)


def _asked(request: Request, desk: Desk) -> Job:
    """The work on the lessons of a run as it stands; what failed is not tried again by itself."""
    jobs, key = state_of(request).jobs, desk.project.key
    asked = {"run": desk.project.run, "state": state_of_run(state_of(request).workspace.path(desk.project.run or ""))}
    last = jobs.latest(key, "learn")
    if last is not None and last.request == asked and last.state != "done":
        return last
    return jobs.ask("learn", key, **asked)


def _lessons(request: Request) -> Response:
    """The page of the lessons."""
    from marketfold.learn import lessons_policy  # noqa: PLC0415 - what runs take is loaded when one is shown

    state, key = state_of(request), request.path_params["key"]
    path = lessons_file(state.workspace, key, _run_folder(request))
    if not path.is_file():
        raise ParameterError("The lessons are not made yet. Open them on the left.")
    return FileResponse(path, media_type="text/html", headers={"content-security-policy": lessons_policy() + FRAME})


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
    (Route("/p/{key}/learn", _learn), Route("/p/{key}/lessons.html", _lessons)),
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
