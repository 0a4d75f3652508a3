"""The lessons and the report of a run, in pages of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from marketfold.studio.pages import Station, desk_of, page, state_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.pages import Desk


def _sentence(desk: Desk | None) -> str:
    return "" if desk is None or desk.run is None else "On your own customers"


def _learn(request: Request) -> Response:
    return page(request, "learn.html.j2", "learn", desk_of(state_of(request), request.path_params["key"]))


def _report(request: Request) -> Response:
    return page(request, "report_station.html.j2", "report", desk_of(state_of(request), request.path_params["key"]))


LEARN = Station("learn", "Learn", (Route("/p/{key}/learn", _learn),), _sentence)
REPORT = Station("report", "Report", (Route("/p/{key}/report", _report),), _sentence)
