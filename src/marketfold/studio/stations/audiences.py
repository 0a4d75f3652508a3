"""Audiences: whom a platform would get and who drops out, the files, and how to upload them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.routing import Route

from marketfold.audiences import PLATFORMS, likely_columns, says_yes_or_no
from marketfold.report import audience_table, export_target
from marketfold.runs import exported_audiences
from marketfold.studio.audience_request import ELSEWHERE, AudienceRequest, as_seen, keep_list
from marketfold.studio.pages import MOST_FIELDS, desk_of, go, page, run_of, state_of
from marketfold.studio.workspace import OutdatedError

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.runs import Run
    from marketfold.studio.jobs import Job, Kind
    from marketfold.studio.pages import Desk

KINDS: dict[str, Kind] = {"count": "count", "export": "export"}
"""Jobs by the button that asks for them."""


def _columns(desk: Desk) -> list[str]:
    """Columns of the order file that may record consent: those that sound like it, then those that say yes or no."""
    columns = [str(one) for one in run_of(desk).record["input"].get("extra_columns", ())]
    likely = [one for purpose in ("ads", "mail") for one in likely_columns(columns, cast("Any", purpose))]
    held = {one.name: one.profile for one in desk.look.columns} if desk.look else {}
    return list(dict.fromkeys((*likely, *(one for one in columns if one not in held or says_yes_or_no(held[one])))))


def _shown(request: Request) -> Response:
    """What was asked last, what came of it, and what lies there."""
    state, key = state_of(request), request.path_params["key"]
    desk = desk_of(state, key)
    run = run_of(desk)
    job = state.jobs.latest(key, "count", "export")
    roles = run.record["input"].get("mapping", {})
    first = export_target(run.plan, roles) or next(iter(PLATFORMS))
    asked = AudienceRequest.from_job(job.request) if job else AudienceRequest(to=first)
    return page(
        request, "audiences.html.j2", "campaigns", desk, job=job, asked=asked, platforms=PLATFORMS, suggested=first,
        columns=_columns(desk), elsewhere=ELSEWHERE, plan=run.plan, exported=exported_audiences(run),
        counted=_counted(job, run), of=as_seen(run),
    )  # fmt: skip


def _counted(job: Job | None, run: Run) -> dict[str, Any] | None:
    """What the last count or export found, and whether it is of this plan; None where there is none."""
    if job is None or job.state != "done" or "account" not in job.result:
        return None
    account = job.result["account"]
    return {
        "table": audience_table(account),
        "platform": PLATFORMS[account["to"]],
        "said": [account["consent"], *job.result["together"], *account["notes"]],
        "is_outdated": job.request.get("of") != as_seen(run),
        "written": job.kind == "export",
    }


async def _ask(request: Request) -> Response:
    """Count, or write the files: both with what the form says."""
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        return await run_in_threadpool(_begin, request, form)


def _begin(request: Request, form: FormData) -> Response:
    state, key = state_of(request), request.path_params["key"]
    now = as_seen(run_of(desk_of(state, key)))
    if form.get("of", now) != now:
        raise OutdatedError("The run or its plan was changed since this page was opened. Load it again.")
    asked, brought = AudienceRequest.of(form, state.workspace), form.get("list")
    if isinstance(brought, UploadFile) and brought.filename and brought.size:
        asked = replace(asked, suppression=keep_list(state.workspace, brought.filename, brought.file))
    kind = KINDS.get(str(form.get("do", "")), "count")
    state.jobs.ask(kind, key, **asdict(asked) | {"segments": list(asked.segments), "of": now})
    return go(request, f"/p/{key}/campaigns/audiences")


def _download(request: Request) -> Response:
    """A file of an audience, if it is one: names are looked up in what lies there, never put together."""
    run = run_of(desk_of(state_of(request), request.path_params["key"]))
    folder, name = request.path_params["folder"], request.path_params["name"]
    for one in exported_audiences(run):
        if one.folder.name == folder and name in one.files:
            return FileResponse(one.folder / name, filename=name, media_type="application/octet-stream")
    raise HTTPException(404)


ROUTES = (
    Route("/p/{key}/campaigns/audiences", _shown),
    Route("/p/{key}/campaigns/audiences", _ask, methods=["POST"]),
    Route("/p/{key}/campaigns/audiences/{folder}/{name}", _download),
)
