"""Result: later orders in, and what the campaigns did, with the checks above the verdict."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.routing import Route

from marketfold import words
from marketfold.errors import MarketfoldError, MeasurementError
from marketfold.file_names import ORDER_FILE_NAMES
from marketfold.page import figure_scripts
from marketfold.report import holdout_of
from marketfold.runs import LIFT_TESTS, audience_fingerprint, measurement_folder, measurements
from marketfold.studio.bringing import UPLOADS
from marketfold.studio.pages import Station, desk_of, go, page, run_of, state_of, with_form

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.runs import Run
    from marketfold.studio.pages import Desk, State

MOST_OFFERED = 200
"""Files that are named at the field; any other below the root can be typed."""


def _sentence(desk: Desk | None) -> str:
    if desk is None or desk.run is None:
        return "What the campaigns did"
    found, _ = measurements(desk.run)
    if found:
        again = found[0].ask_again_on
        told = f"Ask again on {words.day(again)}" if again else found[0].page.title
        return f"Of a run with other settings. {told}" if desk.is_outdated else told
    try:
        period = _period(desk.run)
    except MarketfoldError:
        return "The plan cannot be read"
    return f"Ask after {words.day(period[1])}" if period else "Bring later orders"


def _period(run: Run) -> tuple[date, date] | None:
    """First and last day of the campaigns, as they were planned; None where the run looks back from no day."""
    return (run.as_of, run.as_of + timedelta(days=run.plan.campaign_days - 1)) if run.as_of else None


def _shown(request: Request) -> Response:
    """What was measured, or what will be asked and when."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    if desk.run is None:
        return page(request, "result.html.j2", "result", desk, plan=None, figures=None)
    plan, job = desk.run.plan, state.jobs.latest(key, "measure")
    found, faults = measurements(desk.run)
    shown = next((one for one in found if one.name == request.query_params.get("of")), found[0] if found else None)
    parts = [part for section in shown.page.sections for part in section.parts] if shown else []
    holdouts = [(one, holdout_of(one, plan)) for one in plan.campaigns if one.holdout]
    return page(
        request, "result.html.j2", "result", desk,
        plan=plan, job=job, shown=shown, found=found, faults=faults, figures=figure_scripts(parts) if parts else None,
        is_outdated=shown is not None and shown.plan != audience_fingerprint(desk.run),
        asked=(job.request if job else _usual(desk.run)) | _brought(request), offered=_offered(state), day=words.day,
        held_out=sum(one.held_out for one in plan.campaigns), period=_period(desk.run), holdouts=holdouts,
        has_tests=(measurement_folder(desk.run) / LIFT_TESTS).is_file(),
    )  # fmt: skip


def _brought(request: Request) -> dict[str, str]:
    """The file that was uploaded just now."""
    return {"orders": request.query_params["orders"]} if "orders" in request.query_params else {}


def _usual(run: Run) -> dict[str, Any]:
    """What is likely to be asked first."""
    period = _period(run)
    days = (day.isoformat() for day in period) if period else ("", "")
    return {"orders": "", **dict(zip(("date_from", "date_to"), days, strict=True))}


def _offered(state: State) -> list[str]:
    """Files that may hold later orders: those that lie in the root and that were brought."""
    root = state.workspace.root
    there = [path for folder in (root / UPLOADS, root) if folder.is_dir() for path in sorted(folder.iterdir())]
    fit = (
        path for path in there if path.suffix.lower() in ORDER_FILE_NAMES and path.is_file() and path.name[:1] != "."
    )
    return [path.relative_to(root).as_posix() for path in fit][:MOST_OFFERED]


def _ask(request: Request, form: FormData) -> Response:
    """Measure with the orders and the days of the form."""
    state, key = state_of(request), request.path_params["key"]
    run_of(desk_of(state, key))
    text = str(form.get("orders", "")).strip()
    if not text:
        raise MeasurementError("Choose the file of later orders: those of all customers, that cover the period.")
    days = {name: _day(str(form.get(name, ""))) for name in ("date_from", "date_to")}
    state.jobs.ask("measure", key, orders=state.workspace.told(state.workspace.below(text)), **days)
    return go(request, f"/p/{key}/result")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise MeasurementError(f"{text!r} is no day. Give the first and the last day as in 2026-07-01.") from error


def _tests(request: Request) -> Response:
    """The lift tests, for a marketing-mix model."""
    path: Path = measurement_folder(run_of(desk_of(state_of(request), request.path_params["key"]))) / LIFT_TESTS
    if not path.is_file() or path.is_symlink():
        raise HTTPException(404)
    return FileResponse(path, filename=LIFT_TESTS, media_type="application/octet-stream")


RESULT = Station(
    "result",
    "Result",
    (
        Route("/p/{key}/result", _shown),
        Route("/p/{key}/result", with_form(_ask), methods=["POST"]),
        Route(f"/p/{{key}}/result/{LIFT_TESTS}", _tests),
    ),
    _sentence,
)
