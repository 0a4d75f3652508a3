"""The page of the segments, as every request of that station shows it that asks for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold.config import load_config
from marketfold.damage import told_as
from marketfold.errors import RunFolderError
from marketfold.page import Prose
from marketfold.runs import RowsAsked
from marketfold.studio.customer_list import customer_list
from marketfold.studio.merging import card_merges, merged_in_words
from marketfold.studio.pages import drawn, number_in, page, state_of
from marketfold.studio.reports import page_of
from marketfold.studio.rule_of_thumb import rule_of
from marketfold.studio.run_reading import cards_of, feature_sets_of, lead_of, parts_of, reductions_of, solutions_of
from marketfold.studio.settings_form import in_words, panel_fields

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from marketfold.config import RunConfig
    from marketfold.runs import Run
    from marketfold.studio.pages import Desk
    from marketfold.studio.run_reading import Solution


def station_page(request: Request, desk: Desk, **values: Any) -> Response:
    """The page of the station, with what a request without JavaScript asked for in its place."""
    state, key = state_of(request), desk.project.key
    job = desk.job or state.jobs.latest(key, "run")
    config = load_config(desk.project.settings, state.workspace.root)
    fields = panel_fields(config)
    shown: dict[str, Any] = {
        "at": f"/p/{key}/segments",
        "job": job if job and job.kind == "run" else None,
        "fields": fields,
        "settings_now": {field.name: field.value for field in fields},
        "differing": [in_words(one) for one in desk.differing],
        "wanted": config.clustering.segments,
        "found": None,
    }
    if desk.run is not None:
        with told_as(RunFolderError, str(desk.run.folder)):
            shown |= _found(request, desk.run) | _merges(desk, config)
            shown["customers"] = values.pop("customers", None) or customer_list(desk.run, RowsAsked())
            shown["rule"] = values.pop("rule", None) or rule_of(desk.run, {})
    return page(request, "segments.html.j2", "segments", desk, **shown | values)


def _merges(desk: Desk, config: RunConfig) -> dict[str, Any]:
    """What can be done on each card beside renaming."""
    assert desk.run is not None  # noqa: S101  (asked by the caller)
    names = {campaign.number: campaign.name for campaign in desk.run.plan.campaigns}
    return {
        "tools_template": "segment_merge.html.j2",
        "merges": card_merges(desk, config, names),
        "merged": merged_in_words(desk.run),
    }


def _found(request: Request, run: Run) -> dict[str, Any]:
    """What a run says of its segments."""
    report, solutions = page_of(run.home), solutions_of(run)
    stability = parts_of(report, "stability")
    return {
        "found": report,
        "cards": cards_of(report),
        "cards_lead": lead_of(report, "segments"),
        "trust": next((part for part in stability if isinstance(part, Prose)), None),
        "solutions": solutions,
        "solution": chosen_solution(request, run, solutions),
        "made": run.record["choose_k"]["k"],
        "n_segments": len(run.record["segments"]),
        "number_reason": run.record["choose_k"]["decision"],
        "sets": feature_sets_of(run),
        "set_reason": run.record["feature_set"]["decision"],
        "reductions": reductions_of(run),
        "reduction_reason": run.record["reduction"]["decision"],
        "name_template": "segment_name.html.j2",
        **drawn(parts_of(report, "the-map")),
    }


def chosen_solution(request: Request, run: Run, solutions: list[Solution]) -> Solution | None:
    """The solution nearest to the number that is asked for; that of the run where none is."""
    k = number_in(request.query_params.get("k")) or int(run.record["choose_k"]["k"])
    return min(solutions, key=lambda one: abs(one.k - k), default=None)
