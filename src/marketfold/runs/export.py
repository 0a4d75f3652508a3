"""The audiences of a finished run, from its own order file."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.audiences import ExportOptions, SegmentFacts, export_audiences, platform_named
from marketfold.errors import RunFolderError
from marketfold.json_files import write_json
from marketfold.orders import read_orders
from marketfold.report import audience_account
from marketfold.runs.read import Run

if TYPE_CHECKING:
    from marketfold.audiences import AudienceReport

DEFAULTS = ExportOptions()


def audience_folder(folder: str | Path, to: str) -> Path:
    """Where the audiences of a run go unless another place is named: beside it, for nothing personal is in a run."""
    folder = Path(folder)
    beside = folder.parent if folder.name not in {"", ".."} else folder.resolve().parent  # `.` lies within itself
    return beside / f"{folder.resolve().name}-audiences-{to}"


def export_run(
    folder: str | Path,
    to: str,
    options: ExportOptions = DEFAULTS,
    *,
    orders: str | Path | None = None,
    out: Path | None = None,
) -> AudienceReport:
    """Write the audiences of a run, from its own order file.

    Parameters
    ----------
    to
        Name of the platform.
    options
        As `export_audiences` takes them: consent, suppression, small audiences.
    orders
        The order file, where it is no longer where the run read it.
    out
        Folder for the audiences; beside the run folder if not given, for nothing personal belongs into a run.

    Raises
    ------
    RunFolderError
        If the order file is not where the run read it.
    AudienceError
        As `export_audiences` does.
    """
    run = Run.read(folder)
    out = out or audience_folder(run.folder, platform_named(to).name)
    source = Path(orders or run.record["input"]["path"])
    if orders is None and not (source.exists() or glob.has_magic(str(source))):
        message = f"{source} is not there any more, and names and addresses are read from it. Say where with --orders."
        raise RunFolderError(message)
    trust = {segment["number"]: segment["trust"] for segment in run.record["segments"]}
    about = {
        campaign.number: SegmentFacts(campaign.name, campaign.offer.title, trust.get(campaign.number))
        for campaign in run.plan.campaigns
    }
    assignments = run.assignments()
    report = export_audiences(
        read_orders(source, run.config.reading), assignments, to=to, folder=out, options=options, about=about
    )
    write_json(audience_account(report), out / "export.json")
    return report
