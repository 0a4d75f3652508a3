"""The segments of a run: what they are called and made of, and what other settings would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from marketfold import words
from marketfold.campaigns import foresee
from marketfold.config import SEGMENTS_PANEL, load_config
from marketfold.damage import told_as
from marketfold.errors import ParameterError, RunFolderError
from marketfold.runs import read_plan, rename_segment
from marketfold.studio.merging import merged_in_words, merged_with, taken_apart
from marketfold.studio.opening import made_with
from marketfold.studio.pages import (
    Station,
    desk_of,
    go,
    number_in,
    page,
    revision_of,
    run_of,
    state_of,
    with_form,
)
from marketfold.studio.plan_form import at_its_field
from marketfold.studio.run_reading import solutions_of
from marketfold.studio.settings_form import chosen_as, filled_in, with_merges
from marketfold.studio.stations.segment_customers import ROUTES as CUSTOMER_ROUTES
from marketfold.studio.stations.segments_page import chosen_solution, station_page
from marketfold.studio.workspace import OutdatedError

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from marketfold.config import RunConfig
    from marketfold.runs import Run
    from marketfold.studio.pages import Desk

OPEN_TO_CHOICE = ("clustering.segments", "features.feature_set", "reduction.method")
"""Settings that have a button of their own on this page."""


def _sentence(desk: Desk | None) -> str:
    if desk is None:
        return ""
    if desk.job is not None and desk.job.kind == "run":
        return "Being made"
    if desk.run is None:
        return "Not made yet"
    told = words.plural(len(desk.run.record["segments"]), "segment")
    return f"{told}, made with other settings" if desk.is_outdated else told


def _shown(request: Request) -> Response:
    return station_page(request, desk_of(state_of(request), request.path_params["key"]))


def _solution(request: Request) -> Response:
    """One number of segments, as the slider moves."""
    desk = desk_of(state_of(request), request.path_params["key"])
    if desk.run is None:
        return go(request, f"/p/{desk.project.key}/segments")
    if not request.headers.get("hx-request"):
        return station_page(request, desk)
    solutions = solutions_of(desk.run)
    with told_as(RunFolderError, str(desk.run.folder)):
        solution, made = chosen_solution(request, desk.run, solutions), desk.run.record["choose_k"]["k"]
    if solution is None:
        raise ParameterError("This run does not say what other numbers of segments would give. Make it again.")
    shown = {"at": f"/p/{desk.project.key}/segments", "solution": solution, "made": made}
    shown |= {"merged": merged_in_words(desk.run), "n_segments": len(desk.run.record["segments"])}
    config = load_config(desk.project.settings, state_of(request).workspace.root)
    return page(request, "segments_solution.html.j2", "segments", desk, wanted=config.clustering.segments, **shown)


def _settings(request: Request, form: FormData) -> Response:
    """Take the settings of the form."""
    workspace, key = state_of(request).workspace, request.path_params["key"]
    project = workspace.project(key)
    settings = filled_in(project.settings, form, workspace.root, SEGMENTS_PANEL)
    workspace.change(key, revision_of(form), settings=settings)
    return go(request, f"/p/{key}/segments")


def _use(request: Request, form: FormData) -> Response:
    """Take one setting that stands beside its evidence; an empty value leaves it to Marketfold.

    What was merged is forgotten: the numbers of segments that are made otherwise mean others.
    """
    workspace, key = state_of(request).workspace, request.path_params["key"]
    name = str(form.get("name", ""))
    if name not in OPEN_TO_CHOICE:
        raise ParameterError(f"{name!r} cannot be chosen here. Choose one of the buttons of this page.")
    project = workspace.project(key)
    settings = chosen_as(project.settings, name, str(form.get("value", "")), workspace.root)
    workspace.change(key, revision_of(form), settings=with_merges(settings, [], workspace.root))
    return go(request, f"/p/{key}/segments")


def _merge(request: Request, form: FormData) -> Response:
    """Make a segment one with another, when they are found again."""
    desk, config = _desk(request)
    number, other = (number_in(form.get(name)) for name in ("segment", "with"))
    if number == other:
        raise ParameterError("A segment is merged with another one. Choose which.")
    return _with_merges(request, form, merged_with(desk, config, (number, other)))


def _apart(request: Request, form: FormData) -> Response:
    """Let a segment be by itself again, when they are found again."""
    desk, config = _desk(request)
    return _with_merges(request, form, taken_apart(desk, config, number_in(form.get("segment"))))


def _desk(request: Request) -> tuple[Desk, RunConfig]:
    """What a click on a card is about, and the settings as they are."""
    desk = desk_of(state_of(request), request.path_params["key"])
    return desk, load_config(desk.project.settings, state_of(request).workspace.root)


def _with_merges(request: Request, form: FormData, merges: list[str]) -> Response:
    workspace, key = state_of(request).workspace, request.path_params["key"]
    settings = with_merges(workspace.project(key).settings, merges, workspace.root)
    workspace.change(key, revision_of(form), settings=settings)
    return go(request, f"/p/{key}/segments")


def _back(request: Request, form: FormData) -> Response:
    """Take the settings of the run again."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    if desk.run is not None:
        settings = made_with(desk.run, state.workspace.root)
        state.workspace.change(key, revision_of(form), settings=settings)
    return go(request, f"/p/{key}/segments")


def _check_name(run: Run, number: int, name: str) -> None:
    """Refuse a name that cannot be, in words for whoever typed it."""
    path = f"{number}.name"
    unfit = at_its_field(foresee(run.plan, {path: name})[1].get(path), path)
    if unfit:
        raise ParameterError(f"The segment keeps its name. {unfit.fault.what} {unfit.fault.hint}".strip())


def _rename(request: Request, form: FormData) -> Response:
    """Call a segment otherwise, in everything that the run has made."""
    key = request.path_params["key"]
    run = run_of(desk_of(state_of(request), key))
    number, known = number_in(request.path_params["number"]), str(form.get("known", ""))
    if number is None:
        raise ParameterError("There is no such segment. Load the page again.")
    name = " ".join(str(form.get("name", "")).split())
    now = {campaign.number: campaign.name for campaign in read_plan(run.home).campaigns}
    if number in now and now[number] != known:
        raise OutdatedError(
            f"This segment was renamed to “{now[number]}” since the page was opened, and is still called that. Load "
            f"the page again, and give it the name “{name}” where that is still wanted."
        )
    if name != known:
        _check_name(run, number, name)
        rename_segment(run.home, number, name)
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    return go(request, f"/p/{key}/segments#segment-{number}")


SEGMENTS = Station(
    "segments",
    "Segments",
    (
        Route("/p/{key}/segments", _shown),
        Route("/p/{key}/segments/solution", _solution),
        Route("/p/{key}/segments/settings", with_form(_settings), methods=["POST"]),
        Route("/p/{key}/segments/use", with_form(_use), methods=["POST"]),
        Route("/p/{key}/segments/merge", with_form(_merge), methods=["POST"]),
        Route("/p/{key}/segments/apart", with_form(_apart), methods=["POST"]),
        Route("/p/{key}/segments/back", with_form(_back), methods=["POST"]),
        Route("/p/{key}/segments/{number}/name", with_form(_rename), methods=["POST"]),
        *CUSTOMER_ROUTES,
    ),
    _sentence,
)
