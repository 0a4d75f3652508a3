"""Bring the orders, and see what each column is taken for."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, get_origin

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from marketfold import words
from marketfold.config import as_flags, as_toml, chosen, load_config, settled, with_given
from marketfold.errors import ParameterError
from marketfold.page import environment
from marketfold.schema import ROLES
from marketfold.studio.cells import first_cells
from marketfold.studio.deciding import changed, choices_in, form_settings, name_of, options_of, role_words
from marketfold.studio.look import forget_looks, last_look, stamp_of
from marketfold.studio.pages import Station, desk_of, go, page, revision_of, state_of, with_form
from marketfold.studio.stations.start import ROUTES as START
from marketfold.studio.workspace import with_setting
from marketfold.words import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from marketfold.studio.look import Look
    from marketfold.studio.pages import Desk, State
    from marketfold.studio.workspace import Project, Workspace

NO_ROLE = "nothing"
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def _sentence(desk: Desk | None) -> str:
    if desk is None or desk.look is None:
        return "Bring your orders"
    if desk.look.refused:
        return "Cannot be read yet"
    return f"{words.plural(desk.look.lines, 'line')} of {desk.look.name}"


def _data(request: Request) -> Response:
    """What each column is taken for."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    look, project = desk.look, desk.project
    job = desk.job or (state.jobs.latest(key, "look") if look is None else None)
    source = state.workspace.source(project)
    return page(
        request, "data.html.j2", "data", desk, job=job, look=look,
        has_changed=bool(look and look.stamp != stamp_of(source)), is_gone=not source.exists(),
        faults=_faults(look) if look else (), roles={role: role_words(role) for role in ROLES}, nothing=NO_ROLE,
        fields=[_field(one, project, look) for one in form_settings()], command=_command(desk),
        toml=as_toml(project.settings), carries_on=_carried_on(desk), words=words, end=_end,
        facts=_facts(look) if look else (),
    )  # fmt: skip


def _faults(look: Look) -> list[tuple[str, str, Any]]:
    """Each cause of a refusal with its hint and with what can be chosen; the refusal itself where it has no causes."""
    faults = look.faults or ((look.refused, ""),) if look.refused else ()
    return [(what, hint, choices_in(hint or what, look)) for what, hint in faults]


def _facts(look: Look) -> list[tuple[str, str]]:
    said = look.said
    found = [("order lines" if look.kind == "orders" else "rows", words.count(look.lines))] if look.lines else []
    if look.kind == "orders":
        found += [("orders", words.count(look.orders)), ("customers", words.count(look.customers))]
        found.append(("of money", words.money(said["amount_total"], look.currency, short=True)))
    elif look.kind:
        found += [("customers", words.count(look.customers)), ("features", words.count(len(said["features"])))]
    return found


def _end(value: float | str) -> str:
    """The lowest or highest of a column, as it is written under its bars."""
    if isinstance(value, str):
        return value
    if value == int(value):
        is_year = _FIRST_YEAR <= value <= _LAST_YEAR
        return str(int(value)) if is_year else words.count(value)
    return words.decimal(value)


def _field(setting: Any, project: Project, look: Look | None) -> dict[str, Any]:
    """One field of the form, as its setting declares it."""
    value = project.settings.get("reading", {}).get(setting.path[-1])
    options = (look.sheets if look else ()) if setting.path[-1] == "sheet" else options_of(setting)
    return {
        "name": setting.path[-1], "label": name_of(setting), "help": setting.field.description,
        "unset": setting.default_words, "options": options, "is_switch": setting.kind is bool,
        "takes_many": get_origin(setting.kind) is tuple, "value": value,
    }  # fmt: skip


def _command(desk: Desk) -> str:
    project, previous = desk.project, _carried_on(desk)
    carried = [f"--previous {shlex.quote(previous)}"] if previous else []
    source = shlex.quote(project.source or "orders.csv")
    return " ".join(["marketfold run", source, *as_flags(project.settings), *carried])


def _carried_on(desk: Desk) -> str | None:
    """The run from which names and numbers come: that of the run as it is, or for the one that would be made now."""
    return desk.project.run if desk.is_outdated else desk.project.previous


def _asked(request: Request, state: State, project: Project, to: str = "data") -> Response:
    """Lead to the page, once a look with the settings as they are now is there or asked for."""
    if last_look(state.workspace, project) is None:
        state.jobs.ask("look", project.key, settings=project.settings)
    return go(request, f"/p/{project.key}/{to}")


def _settled(request: Request, state: State, form: FormData, settings: Mapping[str, Any]) -> Response:
    """Take settings that a form says."""
    kept = settled(settings, state.workspace.root)
    return _asked(request, state, state.workspace.change(request.path_params["key"], revision_of(form), settings=kept))


def _roles(request: Request, form: FormData) -> Response:
    """Give columns the roles that the form says; only those that it says otherwise than before are touched."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    before = {column.name: column.role for column in desk.look.columns} if desk.look else {}
    asked = {name.removeprefix("role:"): str(role) for name, role in form.items() if name.startswith("role:")}
    new = {column: "" if role == NO_ROLE else role for column, role in asked.items() if column in before}
    new = {column: role for column, role in new.items() if role != before[column] and role in {"", *ROLES}}
    settings = _with_roles(desk.project.settings, new)
    return _asked(
        request, state, state.workspace.change(key, revision_of(form), settings=settled(settings, state.workspace.root))
    )


def _with_roles(settings: Mapping[str, Any], new: Mapping[str, str]) -> dict[str, Any]:
    twice = next((role for role in new.values() if role and list(new.values()).count(role) > 1), None)
    if twice:
        raise ParameterError(f"Two columns cannot both be: {role_words(twice)}. Choose one of them.")
    reading = settings.get("reading", {})
    mapping = {role: column for role, column in reading.get("mapping", {}).items() if column not in new}
    none = [column for column in reading.get("no_role", ()) if column not in new]
    mapping |= {role: column for column, role in new.items() if role}
    none += [column for column, role in new.items() if not role]
    kept = with_setting(with_setting(dict(settings), ("reading", "mapping"), None), ("reading", "no_role"), None)
    return with_given(kept, {"reading": {"mapping": mapping, "no_role": none}})


def _reading(request: Request, form: FormData) -> Response:
    """Read the file as the form says."""
    state, key = state_of(request), request.path_params["key"]
    settings = state.workspace.project(key).settings
    for setting in form_settings():
        text = str(form.get(setting.path[-1], ""))
        value: Any = text if text.strip() or text == "\t" else None
        if setting.kind is bool:
            value = True if text else None
        elif get_origin(setting.kind) is tuple:
            value = [line.strip() for line in text.splitlines() if line.strip()] or None
        settings = with_setting(settings, setting.path, value)
    return _asked(
        request, state, state.workspace.change(key, revision_of(form), settings=settled(settings, state.workspace.root))
    )


def _take(request: Request, form: FormData) -> Response:
    """Choose otherwise: what a hint, a doubt or a preview offers."""
    state, key = state_of(request), request.path_params["key"]
    give, back = (str(form.get(name, "")) for name in ("give", "back"))
    values = [str(one) for one in form.getlist("value")]
    settings = changed(state.workspace, state.workspace.project(key), give, back, values)
    project = state.workspace.change(key, revision_of(form), settings=settings)
    return _asked(request, state, project, to if (to := str(form.get("to"))) in {"cleaning", "segments"} else "data")


def _again(request: Request, form: FormData) -> Response:  # noqa: ARG001
    """Look at the file once more."""
    state, key = state_of(request), request.path_params["key"]
    forget_looks(state.workspace, key)
    state.jobs.ask("look", key, settings=state.workspace.project(key).settings)
    return go(request, f"/p/{key}/data")


def _only(request: Request, form: FormData) -> Response:
    """Take one file of a folder alone."""
    state, key = state_of(request), request.path_params["key"]
    path = state.workspace.below(str(form.get("path", "")))
    project = state.workspace.change(key, revision_of(form), source=state.workspace.told(path), settings={})
    forget_looks(state.workspace, key)
    return _asked(request, state, project)


def _cells(request: Request) -> Response:
    """The first cells of one column, which are shown when they are asked for and kept nowhere."""
    state, key = state_of(request), request.path_params["key"]
    project, column = state.workspace.project(key), request.query_params.get("column", "")
    found = first_cells(state.workspace, project, column)
    html = environment("marketfold.studio").get_template("cells.html.j2").render(cells=found)
    if request.headers.get("hx-request"):
        return HTMLResponse(printable(html))
    return page(request, "cells_page.html.j2", "data", desk_of(state, key), cells=found, column=column)


def _settings_file(workspace: Workspace, project: Project) -> str:
    """Everything that holds for a project and is not so anyway: what a file in the root says, too."""
    holds = load_config(project.settings, workspace.root).model_dump(mode="json")
    return as_toml(chosen(holds))


def _toml(request: Request) -> Response:
    """The settings as a file that `marketfold run` reads."""
    workspace = state_of(request).workspace
    project = workspace.project(request.path_params["key"])
    headers = {"content-disposition": 'attachment; filename="marketfold.toml"'}
    return PlainTextResponse(_settings_file(workspace, project), headers=headers, media_type="application/toml")


DATA = Station(
    "data",
    "Data",
    (
        *START,
        Route("/p/{key}/data", _data),
        Route("/p/{key}/cells", _cells),
        Route("/p/{key}/marketfold.toml", _toml),
        Route("/p/{key}/roles", with_form(_roles), methods=["POST"]),
        Route("/p/{key}/reading", with_form(_reading), methods=["POST"]),
        Route("/p/{key}/take", with_form(_take), methods=["POST"]),
        Route("/p/{key}/again", with_form(_again), methods=["POST"]),
        Route("/p/{key}/only", with_form(_only), methods=["POST"]),
    ),
    _sentence,
)
