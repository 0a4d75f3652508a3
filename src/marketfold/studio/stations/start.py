"""The first page: drop a file, pick one below the root, or take the demo shop."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from marketfold.demo import DEMO_LINES
from marketfold.errors import MarketfoldError
from marketfold.studio.bringing import UPLOADS, folder_below, receive
from marketfold.studio.look import last_look
from marketfold.studio.opening import open_orders
from marketfold.studio.pages import go, page, refusal, state_of, with_form
from marketfold.words import count, file_size

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from marketfold.studio.pages import State
    from marketfold.studio.workspace import Project

MOST_RECENT = 6


def start(request: Request) -> Response:
    """The first page; `below` is the folder that the picker shows."""
    workspace = state_of(request).workspace
    folder = folder_below(workspace, request.query_params.get("below", ""))
    projects = workspace.projects()
    return page(
        request, "start.html.j2", "data", folder=folder, root=workspace.root.name,
        recent=[(one, _what_is_wrong(state_of(request), one)) for one in projects[:MOST_RECENT]],
        is_first=not projects, file_size=file_size, demo_lines=count(DEMO_LINES),
    )  # fmt: skip


def _what_is_wrong(state: State, project: Project) -> str:
    """Why a project that has no segments cannot go on as it is; empty where it can."""
    if project.run:
        return ""
    if not state.workspace.source(project).exists():
        return "is no longer there"
    look, job = last_look(state.workspace, project), state.jobs.latest(project.key, "look")
    is_unread = look.refused if look else job is not None and job.state == "failed"
    return "could not be read" if is_unread else ""


def _open(request: Request, form: FormData) -> Response:
    """Open the project of a file or a folder below the root; one that is there already is opened again."""
    state = state_of(request)
    project = open_orders(state.workspace, state.jobs, state.workspace.below(str(form.get("path", ""))))
    return go(request, f"/p/{project.key}/data")


async def _upload(request: Request) -> Response:
    """Take a file whose bytes are the body: orders of a new project, or later orders of the one that is named."""
    state = state_of(request)
    try:
        key = request.query_params.get("later", "")
        project = state.workspace.project(key) if key else None
        folder = state.workspace.root / UPLOADS
        path = await receive(request.stream(), folder, request.query_params.get("name", ""))
    except ClientDisconnect:  # nobody is there to be told
        return Response(status_code=400)
    except MarketfoldError as error:
        return refusal(request, error)
    if project:
        return go(request, f"/p/{key}/result?{urlencode({'orders': state.workspace.told(path)})}#measuring")
    return go(request, f"/p/{open_orders(state.workspace, state.jobs, path).key}/data")


def _ask_for_demo(request: Request, form: FormData) -> Response:  # noqa: ARG001
    return go(request, f"/demo/{state_of(request).jobs.ask('demo', '').ident}")


def _demo(request: Request) -> Response:
    """How far the demo shop is; where it is made, its project."""
    job = state_of(request).jobs.get(request.path_params["job"])
    if "project" in job.result:
        return go(request, f"/p/{job.result['project']}/data")
    return page(request, "demo.html.j2", "data", job=job)


ROUTES = (
    Route("/", start),
    Route("/data", start),
    Route("/open", with_form(_open), methods=["POST"]),
    Route("/upload", _upload, methods=["POST"]),
    Route("/demo", with_form(_ask_for_demo), methods=["POST"]),
    Route("/demo/{job}", _demo),
)
