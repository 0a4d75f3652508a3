"""Work that takes long: how far it is, its end, and its beginning anew."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from marketfold.errors import ParameterError
from marketfold.page import environment
from marketfold.studio.pages import go, state_of, with_form
from marketfold.words import printable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from marketfold.studio.jobs import Job, Jobs, Kind

_PAUSE = 0.3
STATION_OF: Mapping[Kind, str] = {
    "look": "data",
    "run": "segments",
    "count": "campaigns/audiences",
    "export": "campaigns/audiences",
    "measure": "result",
    "learn": "learn",
    "notebook": "notebook",
}
"""Where the outcome of each kind of work on a project is shown, below the project."""

PAGE_OF: Mapping[Kind, str] = {"demo": "/demo", "compare": "/runs/compare"}
"""Where work is shown that belongs to no project, above its name."""


def _make(request: Request, form: FormData) -> Response:
    """Ask for a run with the settings as they are now."""
    state, key = state_of(request), request.path_params["key"]
    revision = str(form.get("revision", ""))
    if not (revision.isascii() and revision.isdigit()):
        raise ParameterError("The page from which this was asked is damaged. Load it again.")
    project = state.workspace.change(key, int(revision))
    state.jobs.ask("run", key, settings=project.settings, previous=project.run)
    return go(request, f"/p/{key}/segments")


def _cancel(request: Request, form: FormData) -> Response:  # noqa: ARG001
    job = state_of(request).jobs.get(request.path_params["job"])
    state_of(request).jobs.cancel(job.ident)
    if request.headers.get("hx-request"):
        return Response(status_code=204)
    return go(request, place_of(job))


def _again(request: Request, form: FormData) -> Response:  # noqa: ARG001
    """Begin anew what was broken off or failed; a run with the settings as they are by now."""
    state, ident = state_of(request), request.path_params["job"]
    job = state.jobs.get(ident)
    if job.kind == "run":
        project = state.workspace.project(job.project)
        job = state.jobs.ask("run", project.key, settings=project.settings, previous=project.run)
    else:
        job = state.jobs.ask_again(ident)
    return go(request, place_of(job))


def place_of(job: Job) -> str:
    """The page that shows how a job stands."""
    if job.kind in PAGE_OF:
        return f"{PAGE_OF[job.kind]}/{job.ident}"
    return f"/p/{job.project}/{STATION_OF[job.kind]}"


async def _events(request: Request) -> Response:
    """How far a job is, as it goes on."""
    jobs, ident = state_of(request).jobs, request.path_params["job"]
    first = await asyncio.to_thread(jobs.get, ident)
    return StreamingResponse(_told(jobs, first), media_type="text/event-stream")


async def _told(jobs: Jobs, job: Job) -> AsyncIterator[str]:
    shown = ""
    template = environment("marketfold.studio").get_template("progress.html.j2")
    while job.is_open:
        text = " ".join(printable(template.render(job=job)).split())
        if text != shown:
            yield f"event: progress\ndata: {text}\n\n"
            shown = text
        await asyncio.sleep(_PAUSE)
        try:
            job = await asyncio.to_thread(jobs.get, job.ident)
        except ParameterError:  # cleared away with its project
            break
    yield f"event: ended\ndata: {job.state}\n\n"


JOB_ROUTES = (
    Route("/p/{key}/run", with_form(_make), methods=["POST"]),
    Route("/jobs/{job}/cancel", with_form(_cancel), methods=["POST"]),
    Route("/jobs/{job}/again", with_form(_again), methods=["POST"]),
    Route("/jobs/{job}/events", _events),
)
