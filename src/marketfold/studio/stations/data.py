"""Bring the orders, and see what each column is taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from marketfold import words
from marketfold.errors import ParameterError
from marketfold.studio.pages import Station, desk_of, go, page, state_of, with_form

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.pages import Desk


def _sentence(desk: Desk | None) -> str:
    if desk is None or desk.look is None:
        return "Bring your orders"
    if desk.look.refused:
        return "Cannot be read yet"
    return f"{words.count(desk.look.lines)} lines of {desk.look.name}"


def _start(request: Request) -> Response:
    """The first page: bring a file, or take the demo shop."""
    return page(request, "start.html.j2", "data")


def _open(request: Request, form: FormData) -> Response:
    """Begin a project with a file below the root."""
    state = state_of(request)
    path = (state.workspace.root / str(form.get("path", ""))).resolve()
    if not path.is_relative_to(state.workspace.root) or not path.exists():
        raise ParameterError(f"{form.get('path')} is not below {state.workspace.root}. Choose a file that is.")
    project = state.workspace.create(path.name, path)
    state.jobs.ask("look", project.key, settings=project.settings)
    return go(request, f"/p/{project.key}/data")


def _data(request: Request) -> Response:
    """What each column is taken for."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    job = desk.job or (state.jobs.latest(key, "look") if desk.look is None else None)
    return page(request, "data.html.j2", "data", desk, job=job)


DATA = Station(
    "data",
    "Data",
    (
        Route("/", _start),
        Route("/data", _start),
        Route("/open", with_form(_open), methods=["POST"]),
        Route("/p/{key}/data", _data),
    ),
    _sentence,
)
