"""The campaigns of a finished run: the audiences to reach, from its own order file, and later what they did."""

from __future__ import annotations

import glob
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
from marketfold.customer_tables import read_source
from marketfold.errors import RunFolderError
from marketfold.json_files import write_json
from marketfold.orders import fingerprint
from marketfold.report import audience_account, settings_rows
from marketfold.runs.exported import ACCOUNT, audience_fingerprint
from marketfold.runs.read import Run
from marketfold.stage_costs import StageClock
from marketfold.words import listed

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
    source = orders if _is_table(orders) else _order_files(run, orders)
    known = {segment["number"]: (segment["trust"], segment.get("rule")) for segment in run.record["segments"]}
    with clock.stage("read"):
        found = read_source(source[0] if len(source) == 1 else source, run.config.reading)
    origin = origin_of(
        run.config,
        name=f"{run.home.parent.name}/{run.home.name}, made by Marketfold {run.record['marketfold']}",
        source="a table" if _is_table(orders) else ", ".join(one.name for one in source),
        sha256=run.record["input"].get("sha256"),
        days=(run.as_of, run.plan.campaign_days),
    )
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


def _order_files(run: Run, given: str | Path | None) -> list[Path]:
    """The files that the run read: its own, and those whose lines were added to it since."""
    if given is not None or not run.record.get("refreshed"):
        return [_order_file(run, given)]
    sources = [(Path(one["path"]), one["sha256"]) for one in run.record["lines"]["sources"]]
    gone = [path for path, sha256 in sources if sha256 is None or fingerprint(path) != sha256]
    if gone:
        raise RunFolderError(
            f"Names and addresses are read from the files that {run.folder} was made from, and "
            f"{listed([str(path) for path in gone])} {'is' if len(gone) == 1 else 'are'} not there any more, or "
            "changed. Put them back; or give a file of all customers with --orders."
        )
    return [path for path, _ in sources]


def _order_file(run: Run, given: str | Path | None) -> Path:
    """The file that the run read: who is in another one is not whom the run speaks of."""
    source = Path(given) if given else where_it_was(run)
    if given is None and not is_there(source):
        message = f"{source} is not there any more, and names and addresses are read from it. Say where with --orders."
        raise RunFolderError(message)
    recorded = None if run.record.get("refreshed") else run.record["input"].get("sha256")
    if recorded is None and given is None:
        raise RunFolderError(
            f"{run.folder} does not say how its order file is recognised, so {source} may hold the people of another "
            f"shop. If it is the file that was read, say so with --orders {source}."
        )
    if recorded is not None and fingerprint(source) not in {recorded, None}:  # what is not there is refused when read
        raise RunFolderError(
            f"{source} is not the file that {run.folder} was made from, or it was changed since: the customers of "
            "another file are not those of the run. Give the file that was read with --orders; or make a new run from "
            f"this one, with --previous {run.folder} to keep segments, names and holdout, and export that."
        )
    return source


def where_it_was(run: Run) -> Path:
    """The order file that the run read. A path that was relative counts from where it leads to that very file.

    The run was made in a folder above it, as a rule, whatever the folder is from which it is exported. A path without a
    name of its own leads anywhere: `.`, `..` and `**` would be the whole disk from high enough.
    """
    path, recorded = Path(run.record["input"]["path"]), run.record["input"].get("sha256")
    if path.is_absolute() or recorded is None or path.name in {"", ".."} or "**" in path.parts:
        return path
    places = [path, *(folder / path for folder in run.home.parents)]
    return next((one for one in places if is_there(one) and fingerprint(one) == recorded), path)


def is_there(source: Path) -> bool:
    """Whether there is such a file or folder; a pattern is taken for one."""
    return source.exists() or glob.has_magic(str(source))
