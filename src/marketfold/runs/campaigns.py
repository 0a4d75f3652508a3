"""The campaigns of a finished run: the audiences to reach, from its own order file, and later what they did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.audiences import (
    ExportOptions,
    Origin,
    SegmentFacts,
    count_audiences,
    export_audiences,
    platform_named,
)
from marketfold.config import RunConfig
from marketfold.json_files import write_json
from marketfold.report import audience_account, settings_rows
from marketfold.runs.exported import ACCOUNT, audience_fingerprint
from marketfold.runs.read import Run
from marketfold.runs.sources import on_a_server, read_people
from marketfold.stage_costs import StageClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from marketfold.audiences import AudienceReport, People
    from marketfold.campaigns import CampaignPlan
    from marketfold.schema import Progress, Trust

DEFAULTS = ExportOptions()


def export_run(
    folder: str | Path,
    to: str,
    options: ExportOptions = DEFAULTS,
    *,
    orders: Any = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> tuple[AudienceReport, Path]:
    """Write the audiences of a run, from its own order file; their folder is returned, too.

    Parameters
    ----------
    to
        Name of the platform.
    options
        As `export_audiences` takes them: consent, suppression, small audiences.
    orders
        The order file, where it is no longer where the run read it; or the table that the run was made from.
    out
        Folder for the audiences; beside the run folder if not given, for nothing personal belongs into a run.
    progress
        Told of each stage.

    Raises
    ------
    RunFolderError
        If the order file is not where the run read it, or is another file than the run read.
    AudienceError
        As `export_audiences` does.
    """
    run = Run.read(folder)
    out = Path(out) if out else audience_folder(run, to)
    clock = StageClock(progress)
    found, about, asked = _people(run, options, orders, clock)
    with clock.stage("export"):
        report = export_audiences(found, run.assignments(), to=to, folder=out, options=asked, about=about)
    write_json(audience_account(report) | {"plan": audience_fingerprint(run)}, out / ACCOUNT)
    return report, out


def count_run(
    folder: str | Path,
    to: str,
    options: ExportOptions = DEFAULTS,
    *,
    orders: Any = None,
    progress: Progress | None = None,
) -> AudienceReport:
    """Say who would be in the files of `export_run`, and who would not and why; nothing is written."""
    run = Run.read(folder)
    platform_named(to)
    clock = StageClock(progress)
    found, about, asked = _people(run, options, orders, clock)
    with clock.stage("export"):
        return count_audiences(found, run.assignments(), to=to, options=asked, about=about)


def audience_folder(run: Run, to: str) -> Path:
    """Where the audiences of a run for a platform go: beside it, for nothing personal belongs into a run."""
    return run.beside(f"audiences-{platform_named(to).name}")


def _people(
    run: Run, options: ExportOptions, orders: Any, clock: StageClock
) -> tuple[People, dict[int, SegmentFacts], ExportOptions]:
    """Who is in the run's own orders, what is known of each segment, and what is asked with where it comes from."""
    known = {segment["number"]: (segment["trust"], segment.get("rule")) for segment in run.record["segments"]}
    with clock.stage("read"):
        found = read_people(run, orders)
    origin = origin_of(
        run.config,
        name=f"{run.home.parent.name}/{run.home.name}, made by Marketfold {run.record['marketfold']}",
        source="a table" if _is_table(orders) else found.facts.name,
        sha256=run.record["input"].get("sha256"),
        days=(run.as_of, run.plan.campaign_days),
    )
    if found.facts.table and on_a_server(run.record["input"]):
        origin = replace(origin, lines=run.record["input"]["lines"])
    return found, facts_of(run.plan, known), replace(options, origin=origin)


def _is_table(orders: Any) -> bool:
    return orders is not None and not isinstance(orders, str | Path)


def facts_of(plan: CampaignPlan, known: Mapping[int, tuple[Trust | None, str | None]]) -> dict[int, SegmentFacts]:
    """What goes along with the audience of each segment; `known` are its trust and its rule, by number."""
    return {
        one.number: SegmentFacts(one.name, one.offer.title, known[one.number][0], known[one.number][1] or "")
        for one in plan.campaigns
    }


def origin_of(
    config: RunConfig, *, name: str, source: str, sha256: str | None, days: tuple[date | None, int]
) -> Origin:
    """What segments were made from: what run and file are called, and not where they lie.

    `days` are the one on which they look back, and for how many a campaign runs.
    """
    usual = dict(settings_rows(RunConfig().model_dump(mode="json")))
    settings = dict(settings_rows(config.model_dump(mode="json")))
    as_of, campaign_days = days
    return Origin(
        run=name,
        source=source,
        sha256=sha256 or "",
        as_of=as_of,
        until=as_of and as_of + timedelta(days=campaign_days),
        settings=tuple(f"{key} = {value}" for key, value in settings.items() if usual.get(key) != value),
    )
