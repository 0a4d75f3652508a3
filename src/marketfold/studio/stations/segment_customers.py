"""The customers of a run one by one, why each is where it is, and whom a rule of one's own would find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from marketfold.csv_files import write_csv
from marketfold.damage import told_as
from marketfold.errors import ParameterError, RunFolderError
from marketfold.runs import RowsAsked, RunRows
from marketfold.studio.customer_list import customer_list, why_here
from marketfold.studio.pages import desk_of, number_in, page, run_of, state_of, with_form
from marketfold.studio.rule_of_thumb import rule_of
from marketfold.studio.stations.segments_page import station_page
from marketfold.temporary import working_folder

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from marketfold.runs import Run
    from marketfold.studio.pages import Desk


def _customers(request: Request, form: FormData) -> Response:
    """A page of the table, as its form asks for it."""
    desk, run = _desk(request)
    with told_as(RunFolderError, str(run.folder)):
        found = customer_list(run, asked_of(form), shows_ids=bool(form.get("show") or form.get("show_now")))
    if not request.headers.get("hx-request"):
        return station_page(request, desk, customers=found)
    return page(request, "segments_rows.html.j2", "segments", desk, at=_address(desk), customers=found)


def _why(request: Request, form: FormData) -> Response:
    """Why a customer is in its segment."""
    desk, run = _desk(request)
    shows_ids = bool(form.get("show") or form.get("show_now"))
    row = number_in(request.path_params["row"])
    if row is None:
        raise ParameterError("There is no such row. Load the page again.")
    with told_as(RunFolderError, str(run.folder)):
        found = why_here(run, row, shows_ids=shows_ids)
    if not request.headers.get("hx-request"):
        listed = customer_list(run, asked_of(form), shows_ids=shows_ids)
        return station_page(request, desk, customers=listed, why=found)
    return page(request, "segments_why.html.j2", "segments", desk, why=found)


def _rule(request: Request, form: FormData) -> Response:
    """How many meet a rule, as its sliders move."""
    desk, run = _desk(request)
    with told_as(RunFolderError, str(run.folder)):
        found = rule_of(run, form)
    if not request.headers.get("hx-request"):
        return station_page(request, desk, rule=found)
    return page(request, "segments_rule_found.html.j2", "segments", desk, rule=found)


def _rule_ids(request: Request, form: FormData) -> Response:
    """The ids of those who meet a rule, as a file."""
    _, run = _desk(request)
    with told_as(RunFolderError, str(run.folder)):
        ids = RunRows(run).ids_meeting(rule_of(run, form).conditions)
    with working_folder("marketfold-") as folder:
        write_csv(ids, folder / "customers.csv")
        content = (folder / "customers.csv").read_bytes()
    name = {"content-disposition": 'attachment; filename="customers.csv"'}
    return Response(content, media_type="text/csv", headers=name)


def asked_of(form: FormData) -> RowsAsked:
    """Which rows a form asks for; what it does not say, or says wrong, leaves nobody out."""
    order = str(form.get("order") or form.get("order_now") or "")
    column, _, way = order.partition(":")
    return RowsAsked(
        sort=column, descending=way == "down", segment=number_in(form.get("segment")), arm=str(form.get("arm") or ""),
        trust=str(form.get("trust") or ""), search=str(form.get("search") or "").strip(),
        page=number_in(form.get("page")) or 1,
    )  # fmt: skip


def _desk(request: Request) -> tuple[Desk, Run]:
    desk = desk_of(state_of(request), request.path_params["key"])
    return desk, run_of(desk)


def _address(desk: Desk) -> str:
    return f"/p/{desk.project.key}/segments"


ROUTES = (
    Route("/p/{key}/segments/customers", with_form(_customers), methods=["POST"]),
    Route("/p/{key}/segments/customers/{row}", with_form(_why), methods=["POST"]),
    Route("/p/{key}/segments/rule", with_form(_rule), methods=["POST"]),
    Route("/p/{key}/segments/rule.csv", with_form(_rule_ids), methods=["POST"]),
)
