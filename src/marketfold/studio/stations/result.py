"""The station of result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from marketfold.studio.pages import Station, desk_of, page, state_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.pages import Desk


def _sentence(desk: Desk | None) -> str:
    return "" if desk is None else "Not looked at yet"


def _shown(request: Request) -> Response:
    desk = desk_of(state_of(request), request.path_params["key"])
    return page(request, "result.html.j2", "result", desk)


RESULT = Station("result", "Result", (Route("/p/{key}/result", _shown),), _sentence)
