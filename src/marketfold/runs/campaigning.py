"""The audiences of a finished run, to upload."""

from __future__ import annotations

import glob
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.campaigns import export_audiences
from marketfold.errors import RunFolderError
from marketfold.orders import read_orders
from marketfold.runs.read import Run

if TYPE_CHECKING:
    from marketfold.campaigns import AudienceReport
    from marketfold.campaigns.platforms import Platform


def audience_folder(folder: str | Path, to: Platform) -> Path:
    """Where the audiences of a run go unless another place is named: beside it, for nothing personal is in a run."""
    folder = Path(folder)
    return folder.parent / f"{folder.resolve().name}-audiences-{to}"


def export_run(
    folder: str | Path, to: Platform, *, orders: str | Path | None = None, out: Path | None = None, **how: Any
) -> AudienceReport:
    """Write the audiences of a run, from its own order file.

    Parameters
    ----------
    folder
        The run folder.
    to
        The platform.
    orders
        The order file, where it is no longer where the run read it.
    out
        Folder for the audiences; beside the run folder if not given, for nothing personal belongs into a run.
    how
        As `export_audiences` takes it: consent, suppression, small audiences.

    Raises
    ------
    RunFolderError
        If the order file is not where the run read it.
    AudienceError
        As `export_audiences` does.
    """
    run = Run.read(folder)
    source = Path(orders or run.record["input"]["path"])
    if orders is None and not (source.exists() or glob.has_magic(str(source))):
        message = f"{source} is not there any more, and names and addresses are read from it. Say where with --orders."
        raise RunFolderError(message)
    out = out or audience_folder(run.folder, to)
    trust = {segment["number"]: segment["trust"] for segment in run.record["segments"]}
    orders_again = read_orders(source, run.config.reading)
    report = export_audiences(orders_again, run.assignments(), to=to, folder=out, trust=trust, **how)
    account = json.dumps(report.to_dict(), indent=1, ensure_ascii=False)
    (out / "export.json").write_text(account + "\n", encoding="utf-8")
    return report
