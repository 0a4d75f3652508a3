"""Bring the orders, and see what each column is taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from marketfold import words
from marketfold.studio.pages import Station, desk_of, page, state_of
from marketfold.studio.stations.start import ROUTES as START

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.pages import Desk


def _sentence(desk: Desk | None) -> str:
    if desk is None or desk.look is None:
        return "Bring your orders"
    if desk.look.refused:
        return "Cannot be read yet"
    return f"{words.count(desk.look.lines)} lines of {desk.look.name}"


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
        *START,
        Route("/p/{key}/data", _data),
    ),
    _sentence,
)
