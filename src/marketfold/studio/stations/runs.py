"""Everything that was made so far, and the jobs that make more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from marketfold.page import environment
from marketfold.studio.pages import Station, go, page, state_of, with_form
from marketfold.words import printable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from marketfold.studio.jobs import Job, Jobs
    from marketfold.studio.pages import Desk

_PAUSE = 0.3


def _sentence(desk: Desk | None) -> str:  # noqa: ARG001
    return "Everything made so far"


def _runs(request: Request) -> Response:
    return page(request, "runs.html.j2", "runs", projects=state_of(request).workspace.projects())


def _make(request: Request, form: FormData) -> Response:
    """Ask for a run with the settings as they are now."""
    state, key = state_of(request), request.path_params["key"]
    project = state.workspace.change(key, int(str(form.get("revision", "0"))))
    state.jobs.ask("run", key, settings=project.settings, previous=project.run)
    return go(request, f"/p/{key}/segments")


def _cancel(request: Request, form: FormData) -> Response:  # noqa: ARG001
    state_of(request).jobs.cancel(request.path_params["job"])
    return Response(status_code=204)


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
        job = await asyncio.to_thread(jobs.get, job.ident)
    yield f"event: ended\ndata: {job.state}\n\n"


RUNS = Station(
    "runs",
    "Runs",
    (
        Route("/runs", _runs),
        Route("/p/{key}/run", with_form(_make), methods=["POST"]),
        Route("/jobs/{job}/cancel", with_form(_cancel), methods=["POST"]),
        Route("/jobs/{job}/events", _events),
    ),
    _sentence,
    takes_project=False,
)
