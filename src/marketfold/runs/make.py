"""From a source to a finished run on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.campaigns import load_playbook
from marketfold.pipeline import segment_market
from marketfold.runs.folder import refuse_existing
from marketfold.runs.write import write_run
from marketfold.temporary import claimed

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.config import RunConfig
    from marketfold.runs.read import Run
    from marketfold.schema import Progress


def make_run(
    orders: str, config: RunConfig, folder: Path, previous: Run | None = None, progress: Progress | None = None
) -> Run:
    """Segment the customers of an order file, and write the run folder, whole or not at all.

    Parameters
    ----------
    previous
        An earlier run, whose names, numbers and arms are carried on.

    Raises
    ------
    RunFolderError
        If the folder exists, cannot be made, or another process makes it.
    MarketfoldError
        As `segment_market` does.
    """
    refuse_existing(folder)  # before the work, not after it
    if config.campaigns.playbook != "auto":
        load_playbook(config.campaigns.playbook)
    with claimed(folder):
        analysis = segment_market(orders, config, progress, previous=previous.as_previous() if previous else None)
        return write_run(analysis, folder, progress)
