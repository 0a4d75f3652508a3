"""A run's report: its records in `page.json`, and the HTML that is rendered from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.page import PageData, write_page
from marketfold.report import with_plan

if TYPE_CHECKING:
    from marketfold.campaigns import CampaignPlan

PAGE_FILE, REPORT_FILE = "page.json", "report.html"


def read_page(folder: str | Path) -> PageData:
    """The records of a run's report.

    Raises
    ------
    RunFolderError
        If they are gone or damaged.
    """
    return PageData.load(Path(folder) / PAGE_FILE)


def write_report_files(data: PageData, folder: Path) -> Path:
    """Write the records, and the report that is rendered from them; its path is returned."""
    data.save(folder / PAGE_FILE)
    return render_run(folder)


def render_run(folder: str | Path) -> Path:
    """Render the report from its records again, in the style of this version; its path is returned.

    Raises
    ------
    RunFolderError
        If the records are gone or damaged, or the report cannot be written.
    """
    report = Path(folder) / REPORT_FILE
    write_page(read_page(folder).named(), report)
    return report


def refresh_page(folder: str | Path, plan: CampaignPlan) -> Path:
    """Take the segments' names, their aims and the chapter of the campaigns anew from a plan; the report is returned.

    Raises
    ------
    RunFolderError
        As `render_run` does.
    """
    return write_report_files(with_plan(read_page(folder), plan), Path(folder))
