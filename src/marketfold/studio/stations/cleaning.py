"""See which lines count and which do not, and decide what was in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.routing import Route

from marketfold import words
from marketfold.studio.deciding import changed, choices_in, doubts_of, filled
from marketfold.studio.look import last_look, reading_part, stamp_of
from marketfold.studio.pages import Station, desk_of, go, page, state_of, with_form

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.studio.deciding import Doubt
    from marketfold.studio.jobs import Job, Jobs
    from marketfold.studio.look import Look
    from marketfold.studio.pages import Desk

GROUPS = (
    ("warned", "Worth a look", "What may be wrong, and how much it moves."),
    ("set aside", "Set aside", "Rows that were kept out, each kind with its reason."),
    ("read", "Read right", "Where the file could be read in more than one way, and what shows which is right."),
    ("off", "Switched off", "Decisions that you took back. Each can be switched on again by itself."),
    ("given", "Said by you", "What you said of the file. Each can be taken back by itself."),
)


def _sentence(desk: Desk | None) -> str:
    if desk is None or desk.look is None:
        return "Not looked at yet"
    if not desk.look.ledger:
        return "Nothing counts yet"
    lines = desk.look.ledger["lines"]
    doubted = sum(one["way"] == "warned" for one in desk.look.decisions)
    more = f", {words.count(doubted)} worth a look" if doubted else ""
    return f"{words.count(lines['kept'])} of {words.plural(lines['read'], 'line')} count{more}"


@dataclass(frozen=True)
class Bar:
    """A row of the ledger: `left` and `width` are shares of all lines, for its bar."""

    what: str
    lines: int
    money: float
    left: float
    width: float
    kind: str = "total"


def ledger_bars(look: Look) -> list[Bar]:
    """The ledger from what was read to what counts, each reason where it falls off."""
    lines, money = look.ledger["lines"], look.ledger["money"]
    read = max(lines["read"], 1)
    bars = [Bar("read", lines["read"], money["read"], 0, lines["read"] / read)]
    left = lines["read"]
    for one in look.aside:
        left -= one.lines
        bars.append(Bar(one.words, one.lines, one.money, left / read, one.lines / read, "aside"))
    bars.append(Bar("kept", lines["kept"], money["kept"], 0, lines["kept"] / read))
    back, net = look.ledger["came_back"], look.ledger["net"]
    if back["money"]:
        share = back["lines"] / read
        bars.append(Bar("of these came back", back["lines"], back["money"], net["lines"] / read, share, "aside"))
        bars.append(Bar("stays", net["lines"], net["money"], 0, net["lines"] / read))
    return bars


@dataclass(frozen=True)
class Preview:
    """What another choice would change, beside what is now; `look` is None until it was looked at."""

    give: str
    back: str
    look: Look | None
    job: Job | None


def _preview(request: Request, desk: Desk) -> Preview | None:
    give, back = (request.query_params.get(name, "") for name in ("give", "back"))
    if not give and not back:
        return None
    state, project = state_of(request), desk.project
    settings = changed(state.workspace, project, give, back)
    look = last_look(state.workspace, project, settings)
    if look and desk.look and look.stamp != desk.look.stamp:
        look = None
    return Preview(give, back, look, None if look else _job_for(state.jobs, project.key, settings))


def _job_for(jobs: Jobs, key: str, settings: dict[str, Any]) -> Job | None:
    asked = {"settings": reading_part(settings)}
    found = (job for job in jobs.all() if (job.project, job.kind, job.request) == (key, "look", asked))
    return next(found, None)


def compared(before: Look, after: Look) -> list[tuple[str, str, str, str]]:
    """What counts before and after a change: what, both in words, and the difference."""
    if before.kept is None or after.kept is None:
        return []
    rows = []
    for what, name in (("order lines", "lines"), ("orders", "orders"), ("customers", "customers")):
        one, other = getattr(before.kept, name), getattr(after.kept, name)
        rows.append((what, words.count(one), words.count(other), _difference(other - one, words.count)))
    one, other = before.kept.money, after.kept.money
    difference = _difference(round(other - one, 2), lambda size: words.exact_money(size, after.currency))
    rows.append(
        ("money", words.exact_money(one, before.currency), words.exact_money(other, after.currency), difference)
    )
    return rows


def _difference(value: float, write: Any) -> str:
    return words.signed(value, write) if value else "the same"


def _aside_compared(before: Look, after: Look) -> list[tuple[str, int, int]]:
    """Reasons of which more or fewer lines are set aside."""
    counts = [{one.words: one.lines for one in look.aside} for look in (before, after)]
    both = dict.fromkeys([*counts[0], *counts[1]])
    found = [(what, counts[0].get(what, 0), counts[1].get(what, 0)) for what in both]
    return [row for row in found if row[1] != row[2]]


def _shown(request: Request) -> Response:
    """The ledger, the decisions, and what another choice would change."""
    state = state_of(request)
    desk = desk_of(state, request.path_params["key"])
    look, preview = desk.look, _preview(request, desk)
    doubts = doubts_of(state.workspace, desk.project, look) if look else []
    after = preview.look if preview else None
    return page(
        request, "cleaning.html.j2", "cleaning", desk, look=look, words=words, preview=preview,
        job=(preview.job if preview else None) or desk.job, bars=ledger_bars(look) if look and look.ledger else (),
        groups=_grouped(doubts), compared=compared(look, after) if look and after else (),
        aside_compared=_aside_compared(look, after) if look and after else (),
        choices=choices_in(look.refused, look) if look else (),
    )  # fmt: skip


def _grouped(doubts: list[Doubt]) -> list[tuple[str, str, str, list[Doubt]]]:
    found = [(way, title, lead, [one for one in doubts if one.way == way]) for way, title, lead in GROUPS]
    return [group for group in found if group[3]]


def _ask(request: Request, form: FormData) -> Response:
    """Look at the file as another choice would have it read; nothing is changed."""
    state, key = state_of(request), request.path_params["key"]
    project = state.workspace.project(key)
    give, back = (str(form.get(name, "")) for name in ("give", "back"))
    values = [str(one) for one in form.getlist("value")]
    settings = changed(state.workspace, project, give, back, values)
    look = last_look(state.workspace, project, settings)
    if look is None or look.stamp != stamp_of(state.workspace.source(project)):
        state.jobs.ask("look", key, settings=reading_part(settings))
    asked = {"give": filled(give, values), "back": back}
    return go(request, f"/p/{key}/cleaning?{urlencode({name: text for name, text in asked.items() if text})}")


CLEANING = Station(
    "cleaning",
    "Cleaning",
    (Route("/p/{key}/cleaning", _shown), Route("/p/{key}/preview", with_form(_ask), methods=["POST"])),
    _sentence,
)
