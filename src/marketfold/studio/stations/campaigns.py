"""Campaigns: the plan as a form, and beside it what follows from it before it is saved."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse
from starlette.routing import Route

from marketfold import words
from marketfold.campaigns import aim_parts, foresee, load_playbook
from marketfold.config import flags_named
from marketfold.errors import MarketfoldError, ParameterError
from marketfold.page import environment
from marketfold.report import campaign_brief, division_table, holdout_facts, holdout_table, plan_notes
from marketfold.runs import change_plan
from marketfold.studio.pages import Station, desk_of, go, page, run_of, state_of, with_form
from marketfold.studio.plan_form import (
    changes_in,
    check_current,
    filled_with,
    fingerprint,
    fingerprints,
    general,
    plan_fields,
    promises_left,
    typed,
)
from marketfold.studio.stations import audiences
from marketfold.studio.workspace import OutdatedError
from marketfold.words import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.campaigns import CampaignPlan, Playbook, Unfit
    from marketfold.runs import Run
    from marketfold.studio.pages import Desk

_SAVING = threading.Lock()
"""Of two tabs that save at once the second sees what the first did."""


def _sentence(desk: Desk | None) -> str:
    if desk is None or desk.run is None:
        return "What to say to each segment"
    try:
        plan = desk.run.plan
    except MarketfoldError:
        return "The plan cannot be read"
    if desk.is_outdated:
        return "Of a run with other settings"
    money = plan.budget.total
    divided = "no budget yet" if money is None else f"{words.money(money, plan.currency)} divided"
    return f"{words.plural(len(plan.campaigns), 'campaign')}, {divided}"


def _follows(plan: CampaignPlan) -> dict[str, Any]:
    """Everything beside the form, by the report's own parts."""
    notes = plan_notes(plan)
    return {
        "plan": plan,
        "division": division_table(plan),
        "notes": [note for note in notes if not flags_named(note)],
        "open_notes": [note for note in notes if flags_named(note)],
        "briefs": {one.number: campaign_brief(one, plan) for one in plan.campaigns},
        "holdouts": {one.number: holdout_facts(one, plan) for one in plan.campaigns},
    }


def _playbook(run: Run) -> Playbook | None:
    """The playbook as the run was told; None where it has moved."""
    told = run.config.campaigns.playbook
    try:
        return load_playbook(run.plan.playbook if told == "auto" else told)
    except MarketfoldError:
        return None


def _page(request: Request, desk: Desk, given: Mapping[str, str] | None = None, **told: Any) -> Response:
    """The form, as the plan fills it or as it was typed, with everything beside it."""
    if desk.run is None:
        return page(request, "campaigns.html.j2", "campaigns", desk, shown=None)
    before = desk.run.plan
    shown, unfit = foresee(before, given) if given else (before, {})
    values = _follows(shown) | {
        "fields": plan_fields(before, given, unfit),
        "unfit": unfit,
        "aims": {key: aim.title for key, aim in book.aims.items()} if (book := _playbook(desk.run)) else {},
        "fingerprint": fingerprint(before),
        "was": fingerprints(before),
        "n_changes": len(given or {}),
        "promises": promises_left(shown, given or {}),
        "refused": "",
        "saved": False,
    }
    return page(request, "campaigns.html.j2", "campaigns", desk, shown=shown, **(values | told))


def _shown(request: Request) -> Response:
    desk = desk_of(state_of(request), request.path_params["key"])
    return _page(request, desk, saved="saved" in request.query_params)


def _follow(request: Request, form: FormData) -> Response:
    """What would follow from the form as it is, for the places beside it; nothing is saved."""
    before = run_of(desk_of(state_of(request), request.path_params["key"])).plan
    check_current(form, before)
    given = changes_in(form)
    shown, unfit = foresee(before, given)
    values = _follows(shown) | {"fields": plan_fields(before, given, unfit), "unfit": unfit, "n_changes": len(given)}
    values["promises"] = promises_left(shown, given)
    html = environment("marketfold.studio").get_template("campaign_follows.html.j2").render(**values)
    return HTMLResponse(printable(html))


def _save(request: Request, form: FormData) -> Response:
    """Change the plan, or say at its field why a part cannot be as it was typed."""
    state, key = state_of(request), request.path_params["key"]
    given = changes_in(form)
    with _SAVING:
        desk = desk_of(state, key)
        run = run_of(desk)
        try:
            check_current(form, run.plan)
        except OutdatedError as error:
            return _page(request, desk, given, refused=str(error), status=409)
        unfit: Mapping[str, Unfit] = foresee(run.plan, given)[1]
        if unfit:
            return _page(request, desk, given, refused="Nothing was saved: see what is marked below.", status=422)
        if given:
            change_plan(run.folder, given)
    if request.headers.get("hx-request"):
        now = desk_of(state, key)
        return _page(request, now, saved=True, promises=promises_left(run_of(now).plan, given))
    return go(request, f"/p/{key}/campaigns?saved")


def _take_aim(request: Request, form: FormData) -> Response:
    """Fill a campaign's fields with what another aim of the playbook says; nothing is saved."""
    desk = desk_of(state_of(request), request.path_params["key"])
    run, number = run_of(desk), request.path_params["number"]
    check_current(form, run.plan)
    book, aim = _playbook(run), str(form.get(f"aim-{number}", ""))
    campaign = next((one for one in run.plan.campaigns if one.number == number), None)
    if campaign is None or book is None or aim not in book.aims:
        raise ParameterError("There is no such aim in the playbook. Load the page again.")
    texts = {path: typed(general(path), value) for path, value in aim_parts(campaign, book, aim).items()}
    same = filled_with(run.plan)
    return _page(request, desk, {path: text for path, text in (changes_in(form) | texts).items() if text != same[path]})


def _sizes(request: Request) -> Response:
    """What other sizes of one holdout would show and cost."""
    plan = run_of(desk_of(state_of(request), request.path_params["key"])).plan
    number = request.path_params["number"]
    campaign = next((one for one in plan.campaigns if one.number == number), None)
    if campaign is None or (table := holdout_table(campaign, plan)) is None:
        raise ParameterError("There is no such holdout. Load the page again.")
    html = environment("marketfold.studio").get_template("parts/table.html.j2").render(part=table)
    return HTMLResponse(printable(html))


CAMPAIGNS = Station(
    "campaigns",
    "Campaigns",
    (
        Route("/p/{key}/campaigns", _shown),
        Route("/p/{key}/campaigns", with_form(_save), methods=["POST"]),
        Route("/p/{key}/campaigns/follow", with_form(_follow), methods=["POST"]),
        Route("/p/{key}/campaigns/{number:int}/aim", with_form(_take_aim), methods=["POST"]),
        Route("/p/{key}/campaigns/{number:int}/holdouts", _sizes),
        *audiences.ROUTES,
    ),
    _sentence,
)
