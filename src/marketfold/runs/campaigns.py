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
from marketfold.orders import TableAddress, fingerprint, table_address
from marketfold.report import audience_account, settings_rows
from marketfold.runs.exported import ACCOUNT, audience_fingerprint
from marketfold.runs.kept_lines import KeptLines
from marketfold.runs.read import Run
from marketfold.stage_costs import StageClock
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from marketfold.audiences import AudienceReport, People
    from marketfold.campaigns import CampaignPlan
    from marketfold.decisions import TableRead
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
    source = orders if _is_table(orders) else order_sources(run, orders)
    known = {segment["number"]: (segment["trust"], segment.get("rule")) for segment in run.record["segments"]}
    with clock.stage("read"):
        found = read_source(source, run.config.reading)
    refuse_other_table(run, found.facts.table)
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


def order_sources(run: Run, given: str | Path | None) -> str | list[str]:
    """What the run read, and what was added to it since, as it can be read again.

    Raises
    ------
    RunFolderError
        As `order_source`.
    """
    if given is not None or not run.record.get("refreshed"):
        return order_source(run, given)
    sources = KeptLines.of(run).sources
    gone = [one.path for one in sources if one.sha256 is None or fingerprint(one.path) != one.sha256]
    if gone:
        raise RunFolderError(
            f"Names and addresses are read from what {run.folder} was made from, and {listed(gone)} "
            f"{'is' if len(gone) == 1 else 'are'} not there any more, or changed. Put them back; or give a file of all "
            "customers with --orders."
        )
    return [one.path for one in sources]


def order_source(run: Run, given: str | Path | None) -> str:
    """What the run read, as it can be read again: who is in another file or table is not whom the run speaks of.

    A table on a server has no bytes to tell it by: it is known by the names of its database and its own.

    Raises
    ------
    RunFolderError
        If it is gone, another one, changed, or cannot be known again.
    """
    source = str(given) if given else where_it_was(run)
    address = table_address(source)
    if address is not None and not address.is_file:
        return _table_on_server(run, address)
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
    read = run.record["input"].get("table")
    return TableAddress(None, source, read["name"]).text if read and recorded and address is None else source


def _table_on_server(run: Run, address: TableAddress) -> str:
    """The address of the table that the run read; which one it is is seen when it is read."""
    read = run.record["input"]
    if not on_a_server(read):
        raise RunFolderError(
            f"{run.folder} was made from {read['path']}, and {address.text} cannot be compared with that. Give what it "
            f"was made from; or make a run from the table, with --previous {run.folder} to keep segments and holdout."
        )
    was = table_address(read["path"])
    return (address if address.table or was is None or was.table is None else address.of(was.table)).secret_text


def refuse_other_table(run: Run, found: TableRead | None) -> None:
    """`RunFolderError` where a table was read, and not the one that the run was made from; its file may have moved."""
    was = run.record["input"].get("table")
    if not found or not was:
        return
    same_database = not on_a_server(run.record["input"]) or found.database == was["database"]
    if (found.kind, found.table) != (was["kind"], was["name"]) or not same_database:
        raise RunFolderError(
            f"{found.address} is not the table that {run.folder} was made from, which is {was['name']} of "
            f"{was['database']} ({was['kind']}): the customers of another table are not those of the run."
        )


def on_a_server(read: Mapping[str, Any]) -> bool:
    """Whether a run read a table that has no bytes to know it by."""
    return read.get("table") is not None and read.get("sha256") is None


def where_it_was(run: Run) -> str:
    """The orders that the run read. A path that was relative counts from where it leads to that very file.

    The run was made in a folder above it, as a rule, whatever the folder is from which it is exported. A path without a
    name of its own leads anywhere: `.`, `..` and `**` would be the whole disk from high enough.
    """
    told, recorded = run.record["input"]["path"], run.record["input"].get("sha256")
    path = Path(told)
    if path.is_absolute() or recorded is None or path.name in {"", ".."} or "**" in path.parts:
        return str(told)
    places = [str(path), *(str(folder / path) for folder in run.home.parents)]
    return next((one for one in places if is_there(one) and fingerprint(one) == recorded), str(path))


def is_there(source: str) -> bool:
    """Whether there is such a file or folder, or the file of such a table; a pattern is taken for one."""
    address = table_address(source)
    path = Path(address.place if address else source)
    return path.exists() or (address is None and glob.has_magic(source))
