"""What every page of the studio has: the stations with one sentence of result each, and the words of a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial, wraps
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from marketfold.config import without_flags
from marketfold.errors import ConfigError, MarketfoldError, ParameterError, RunFolderError
from marketfold.page import colour_rules, environment, figure_scripts
from marketfold.studio.look import Look, last_look
from marketfold.studio.opening import differing_from
from marketfold.studio.ways_out import ways_out
from marketfold.studio.workspace import OutdatedError
from marketfold.version import __version__
from marketfold.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.routing import Route

    from marketfold.config import Difference
    from marketfold.page import Part
    from marketfold.runs import Run
    from marketfold.studio.jobs import Job, Jobs
    from marketfold.studio.workspace import Project, Workspace

_MOST_DIGITS = 12
MOST_SEGMENTS = 60
"""Colours of so many are in the style sheet."""
MOST_FIELDS = 100 * MOST_SEGMENTS
"""Of a form: a plan has some 40 for each segment. How many bytes they have is bounded before."""


@dataclass(frozen=True)
class State:
    """What the app works on."""

    workspace: Workspace
    jobs: Jobs


@dataclass(frozen=True)
class Station:
    """A place of the studio.

    Attributes
    ----------
    key
        Its part of the address.
    title
        What it is called on the left.
    routes
        Everything that it answers.
    sentence
        Its result in a sentence, for the list on the left.
    takes_project
        Whether it is about one project; its address is `/p/PROJECT/KEY` then, else `/KEY`.
    """

    key: str
    title: str
    routes: tuple[Route, ...]
    sentence: Callable[[Desk | None], str]
    takes_project: bool = True


@dataclass(frozen=True)
class Desk:
    """A project with what is known of it: what was seen of its file, its run, and the work that is open.

    Attributes
    ----------
    look
        How the source was read with these settings; None where that was not seen yet.
    run
        The run that was made last, whatever the settings are now.
    fault
        Why the run cannot be opened, or why the settings cannot be used; empty otherwise.
    differing
        Settings that are others now than those of the run.
    """

    project: Project
    look: Look | None
    run: Run | None
    job: Job | None
    fault: str = ""
    differing: tuple[Difference, ...] = ()

    @property
    def is_outdated(self) -> bool:
        """Whether the run was made with other settings than are chosen now."""
        return bool(self.differing)


def desk_of(state: State, key: str) -> Desk:
    """All that is known of a project."""
    project = state.workspace.project(key)
    run, fault = None, ""
    differing: tuple[Difference, ...] = ()
    try:
        if project.run:
            from marketfold.runs import Run  # noqa: PLC0415 - what runs take is loaded when the first one is opened

            run = Run.read(state.workspace.path(project.run))
            differing = differing_from(run, project, state.workspace)
    except (RunFolderError, ConfigError) as error:
        fault = str(error)
    job = next((one for one in state.jobs.open_jobs() if one.project == key), None)
    return Desk(project, last_look(state.workspace, project), run, job, fault, differing)


def run_of(desk: Desk) -> Run:
    """The run of a desk; `ParameterError` where none was made yet."""
    if desk.run is None:
        raise ParameterError(desk.fault or "There are no segments yet. Make them first.")
    return desk.run


def revision_of(form: FormData) -> int:
    """The revision of the project that a page was made of."""
    number = number_in(form.get("revision"))
    return -1 if number is None else number


def number_in(given: Any) -> int | None:
    """A whole number that a form or an address holds; None where it holds none.

    >>> number_in("12"), number_in("-1"), number_in("9" * 5000)
    (12, None, None)
    """
    text = str(given or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else None


def state_of(request: Request) -> State:
    """What the app of a request works on."""
    state: State = request.app.state.studio
    return state


def page(request: Request, template: str, station: str, desk: Desk | None = None, **values: Any) -> HTMLResponse:
    """A page of the studio, or for htmx the part of it that the template names."""
    status = values.pop("status", 200)
    values = {
        "ways_out": partial(ways_out, project=desk.project if desk else None),
        "without_flags": without_flags,
    } | values
    html = (
        environment("marketfold.studio")
        .get_template(template)
        .render(
            request=request, version=__version__, station=station, places=partial(_places, desk), desk=desk, **values
        )
    )
    return HTMLResponse(printable(html), status)


def _places(desk: Desk | None) -> list[tuple[Station, str, str]]:
    """Each station with its address and its sentence; parts of pages have no list of them, and ask for none."""
    from marketfold.studio.stations import BEFORE_A_PROJECT, all_stations  # noqa: PLC0415 - each station makes pages

    stations = all_stations() if desk else BEFORE_A_PROJECT
    return [(one, _address(one, desk), one.sentence(desk)) for one in stations]


def _address(station: Station, desk: Desk | None) -> str:
    return f"/p/{desk.project.key}/{station.key}" if station.takes_project and desk else f"/{station.key}"


def drawn(parts: Sequence[Part]) -> dict[str, Any]:
    """What a template needs to draw parts of the report: the parts, and the figures among them."""
    return {"parts": parts, "figures": figure_scripts(parts)}


def refusal(request: Request, error: MarketfoldError, status: int = 422) -> Response:
    """The words of a refusal, at the place from which it was asked."""
    status = 409 if isinstance(error, OutdatedError) else status
    headline, *rest = map(without_flags, str(error).split("\n"))
    faults = tuple(without_flags(str(one)) for one in error.faults) or tuple(rest)
    told: dict[str, Any] = {"headline": headline, "faults": faults, "ways": ways_out(str(error), _project(request))}
    told["to"] = next(iter(request.url.path.split("/")[3:4]), "")
    if not request.headers.get("hx-request"):
        return page(request, "refusal.html.j2", "", status=status, **told)
    html = environment("marketfold.studio").get_template("refusal_part.html.j2").render(**told)
    return HTMLResponse(printable(html), 200, {"HX-Retarget": "#said", "HX-Reswap": "innerHTML"})


def _project(request: Request) -> Project | None:
    """The project that a request is about; None where it is about none."""
    try:
        return state_of(request).workspace.project(request.path_params["key"])
    except (KeyError, MarketfoldError, OSError):
        return None


def go(request: Request, address: str) -> Response:
    """Lead to another page after something was done."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def with_form(function: Callable[[Request, FormData], Response]) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """An endpoint that takes a form, and works beside the pages that are asked for meanwhile."""

    @wraps(function)
    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
            return await run_in_threadpool(function, request, form)

    return endpoint


@cache
def colours() -> str:
    """Style rules for the colours of segments."""
    return colour_rules(MOST_SEGMENTS)
