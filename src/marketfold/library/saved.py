"""Segments of a run folder."""

from __future__ import annotations

import shutil
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyarrow import csv

from marketfold.damage import told_as
from marketfold.errors import RunFolderError
from marketfold.frames import Table
from marketfold.library.results import ExportedAudiences, export_options, traps_table
from marketfold.library.segments import Segments, as_day
from marketfold.progress import shown_progress
from marketfold.runs import Addressed, Run, Side, export_run, named_page, refresh_run, run_features, staged_folder

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from marketfold.analysis import Previous
    from marketfold.campaigns import CampaignPlan
    from marketfold.config import RunConfig
    from marketfold.model import SegmentModel
    from marketfold.page import ReportPage
    from marketfold.schema import Watched
    from marketfold.units import FeatureTable


class SavedSegments(Segments):
    """Segments of a run folder, with the campaigns as they were edited; `run` is the folder."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.run.folder

    @property
    def source(self) -> str:
        """From what they were made."""
        return Path(self.run.record["input"]["path"]).name

    @property
    def config(self) -> RunConfig:
        """The settings that they were made with."""
        return self.run.config

    @property
    def plan(self) -> CampaignPlan:
        """A campaign for each segment, as it was edited."""
        return self.run.plan

    @property
    def model(self) -> SegmentModel:
        """What assigns further customers; ModelError where the folder keeps none."""
        return self.run.model

    @cached_property
    def features(self) -> FeatureTable:
        """What was measured of each customer, in the user's units; what was not measured as it was filled."""
        return run_features(self.run)

    def to_arrow(self) -> pa.Table:
        """One row for each customer: id, segment (from 1), its name, and all that is known of the customer."""
        return self.run.segments

    @cached_property
    def profiles(self) -> Table:
        """Everybody, then one row for each segment: its size, money, trust, rule and medians."""
        path = self.folder / "profiles.csv"
        with told_as(RunFolderError, str(path)):
            return Table(csv.read_csv(path), "profiles")

    @property
    def traps(self) -> Table:
        """What may be wrong with the segments: severity, code, segments, and a sentence."""
        with told_as(RunFolderError, str(self.folder / "run.json")):
            return traps_table(self.run.record["traps"])

    def save(self, folder: str | Path, *, progress: Watched = True) -> SavedSegments:  # noqa: ARG002
        """Copy the run folder, whole or not at all; RunFolderError if the other folder exists already."""
        with staged_folder(Path(folder)) as staging:
            shutil.copytree(self.folder, staging, dirs_exist_ok=True)
        return load(folder)

    def export(
        self,
        to: str,
        folder: str | Path | None = None,
        *,
        orders: Any = None,
        progress: Watched = True,
        **options: Any,
    ) -> ExportedAudiences:
        """Write audiences to upload; see `Segments.export`. RunFolderError if the order file is not there any more."""
        asked = export_options(options)
        with shown_progress(progress, "export") as told:
            return ExportedAudiences(*export_run(self.folder, to, asked, orders=orders, out=folder, progress=told))

    def as_previous(self) -> Previous:
        """What a new segmentation carries on, briefs that were edited by hand included."""
        return self.run.as_previous()

    def _page(self) -> ReportPage:
        return named_page(self.folder)

    def _side(self) -> Side:
        return Side.of(self.run)

    def _addressed(self) -> Addressed:
        return Addressed.of(self.run)


def load(folder: str | Path) -> SavedSegments:
    """Read the segments of a run folder, which `Segments.save` or `marketfold run` wrote.

    RunFolderError if it is no run folder, damaged, or of an earlier version.

    Examples
    --------
    >>> import tempfile
    >>> from marketfold.demo import make_shop
    >>> from marketfold.library import segment
    >>> found = segment(make_shop(lines=600).lines, segments=3, quick=True, k_max=4, bootstraps=2)
    >>> with tempfile.TemporaryDirectory() as home:
    ...     saved = found.save(f"{home}/spring")
    ...     load(f"{home}/spring").to_arrow().equals(found.to_arrow()), saved.n_segments
    (True, 3)
    """
    return SavedSegments(Run.read(folder))


def refresh(
    folder: str | Path,
    new_orders: Any,
    out: str | Path | None = None,
    *,
    as_of: date | str | None = None,
    progress: Watched = True,
    **reading: Any,
) -> SavedSegments:
    """Add new orders to a run folder, and give the segments of today by its model, in a run folder of their own.

    Parameters
    ----------
    new_orders
        Orders as `read` takes them, with the columns of the run's; lines that were added before change nothing.
    out
        Folder to make; beside the run if not given. Where nothing is new none is made, and the run is given back.
    as_of
        Day on which features look back; the day after the last purchase if not given.
    reading
        What is read otherwise than in the run, such as `mapping` or `date_format`.

    Raises
    ------
    RunFolderError
        If the run keeps no lines or no model, or the new folder exists.
    OrdersError
        If the new orders cannot be read as those of the run were.
    ParameterError
        If a segment would have nobody, or the day is before the run's.

    Examples
    --------
    >>> import tempfile
    >>> from marketfold.demo import make_shop
    >>> from marketfold.library import segment
    >>> lines = make_shop(lines=1_000).lines
    >>> found = segment(lines.slice(0, 950), segments=3, quick=True, k_max=4, bootstraps=2)
    >>> with tempfile.TemporaryDirectory() as home:
    ...     folder = found.save(f"{home}/spring").folder
    ...     refresh(folder, lines.slice(950), f"{home}/summer").n_segments
    3
    """
    with shown_progress(progress, "refresh") as told:
        day = as_day(as_of) if as_of else None
        return SavedSegments(refresh_run(folder, new_orders, out, reading=reading, as_of=day, progress=told).run)
