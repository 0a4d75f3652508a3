"""What measurements of a run found, kept beside it as records: a page is rendered from them and never read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - read back by its type
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from marketfold.damage import told_as
from marketfold.errors import MarketfoldError, RunFolderError
from marketfold.json_files import read_json
from marketfold.page import ReportPage  # noqa: TC001 - as the day

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.runs.read import Run

LIFT_TESTS = "lift_tests.csv"


@dataclass(frozen=True)
class Measured:
    """A measurement that was written.

    Attributes
    ----------
    date_from, date_to
        First and last day of the period.
    ask_again_on
        First day from which later orders would tell more; None where time does not help.
    plan
        What tells arms, names and offers from others.
    page
        Everything that its page says.
    """

    date_from: date
    date_to: date
    ask_again_on: date | None
    plan: str
    page: ReportPage

    @property
    def name(self) -> str:
        """Of its page, without an end."""
        return page_name(self.date_from, self.date_to)


def page_name(date_from: date, date_to: date) -> str:
    """What the page of a measurement is called, without an end."""
    return f"measured_{date_from}_{date_to}"


_MEASURED = TypeAdapter(Measured)


def read_measured(path: Path) -> Measured:
    """The records of a measurement; `RunFolderError` where they are gone or damaged."""
    with told_as(RunFolderError, str(path)):
        return _MEASURED.validate_python(read_json(path))


def is_measured(path: Path) -> bool:
    """Whether a file holds the records of a measurement, and so may be written again."""
    try:
        read_measured(path)
    except MarketfoldError:
        return False
    return True


def measurements(run: Run) -> tuple[list[Measured], list[str]]:
    """What was measured into the folder beside a run, the latest first; and why others cannot be read."""
    found, faults = [], []
    folder = measurement_folder(run)
    for path in sorted(folder.glob("measured_*.json")) if folder.is_dir() else ():
        try:
            found.append(read_measured(path))
        except MarketfoldError as error:
            faults.append(str(error))
    return sorted(found, key=lambda one: (one.date_to, one.date_from), reverse=True), faults


def measurement_folder(run: Run) -> Path:
    """Where measurements of a run are kept that have a folder of their own."""
    return run.beside("measured")


def measurement_place(run: Run, date_from: date, date_to: date) -> Path:
    """The page of a measurement in that folder, which is made; `RunFolderError` where something else is there."""
    folder = measurement_folder(run)
    page = folder / f"{page_name(date_from, date_to)}.html"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise RunFolderError(f"{folder} cannot be made ({error.strerror}). Move away what is there.") from error
    if folder.is_symlink() or (page.exists() and not page.with_suffix(".json").is_file()):
        raise RunFolderError(f"{folder} holds something else than measurements of this run. Move it away.")
    return page
