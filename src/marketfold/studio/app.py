"""The app: its pages, its files, and what is said where something cannot be done."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from importlib import resources
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import Route, Router

from marketfold.errors import MarketfoldError
from marketfold.page import asset
from marketfold.studio.jobs import Jobs
from marketfold.studio.pages import State, colours, refusal
from marketfold.studio.stations import BEFORE_A_PROJECT, all_stations
from marketfold.studio.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

_KINDS = {"css": "text/css", "js": "text/javascript"}
_OF_THE_PAGE = frozenset({"report.css", "early.js", "theme.js", "page.js", "tabs.js", "list.js", "figures.js"})


def _static(request: Request) -> Response:
    """A style sheet or a script: of the report, of the studio, or Plotly's own."""
    name = request.path_params["name"]
    if name == "plotly.min.js":
        path = resources.files("plotly").joinpath("package_data", name)
        return FileResponse(str(path), media_type="text/javascript", headers={"cache-control": "max-age=86400"})
    kind = _KINDS.get(name.rpartition(".")[2])
    if name == "colours.css":
        text = colours()
    elif name in _OF_THE_PAGE:
        text = asset(name)
    elif kind and (own := resources.files("marketfold.studio").joinpath("static", name)).is_file():
        text = own.read_text("utf-8")
    else:
        raise HTTPException(404)
    return Response(text, media_type=kind)


async def _refused(request: Request, error: Exception) -> Response:
    return refusal(request, cast("MarketfoldError", error))


async def _http(request: Request, error: Exception) -> Response:
    status = cast("HTTPException", error).status_code
    words = {404: "There is no such page. Choose where to go on the left."}
    return refusal(request, MarketfoldError(words.get(status, "This cannot be done here.")), status)


async def _no_place(request: Request, error: Exception) -> Response:
    """What the machine refuses: a full disk, a folder that may not be written."""
    refused = cast("OSError", error)
    where = f"{refused.filename}: " if refused.filename else ""
    words = f"{where}{refused.strerror or 'cannot be used'}. Check that there is room and permission, and try again."
    return refusal(request, MarketfoldError(words), 507)


async def _broken(request: Request, _error: Exception) -> Response:
    words = "Something went wrong inside. Nothing was lost: go back and try again."
    return refusal(request, MarketfoldError(words), 500)


class _AllStations:
    """What stations of a project answer: they are loaded when they are asked for first."""

    def __init__(self) -> None:
        self._router: Router | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if self._router is None:
            stations = await asyncio.to_thread(all_stations)
            self._router = Router([route for station in stations for route in station.routes])
        await self._router(scope, receive, send)


def make_app(root: Path) -> Starlette:
    """The studio of a root folder, without its guards."""
    workspace = Workspace(root)
    jobs = Jobs(workspace.home / "jobs")

    @asynccontextmanager
    async def working(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(jobs.keep_going())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    app = Starlette(
        routes=[Route("/static/{name}", _static), *(route for one in BEFORE_A_PROJECT for route in one.routes)],
        exception_handlers={
            MarketfoldError: _refused, HTTPException: _http, OSError: _no_place, Exception: _broken,
        },
        lifespan=working,
    )  # fmt: skip
    app.router.default = _AllStations()
    app.state.studio = State(workspace, jobs)
    return app
