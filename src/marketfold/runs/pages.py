"""A run's report: its records, the HTML that is rendered from them, and its figures, tables and PDF for slides."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from marketfold.csv_files import write_csv
from marketfold.errors import ParameterError
from marketfold.learn import lesson_links
from marketfold.orders import unique_labels
from marketfold.page import PageData, figures_of, plotly_figure, tables_of, write_figure, write_page, write_pdf
from marketfold.report import with_plan
from marketfold.runs.folder import staged_folder
from marketfold.runs.read import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.campaigns import CampaignPlan
    from marketfold.page import FigurePart, ReportPage, TablePart
    from marketfold.schema import Progress

PAGE_FILE, REPORT_FILE, LESSONS_FILE = "page.json", "report.html", "learn.html"
KINDS = ("png", "svg", "pdf", "csv")


def read_page(folder: str | Path) -> PageData:
    """The records of a run's report; `RunFolderError` where they are gone or damaged."""
    return PageData.load(Path(folder) / PAGE_FILE)


def named_page(folder: str | Path) -> ReportPage:
    """A run's report as people read it; `RunFolderError` where its records are gone or damaged."""
    return PageData.load_named(Path(folder) / PAGE_FILE)


def write_report_files(data: PageData, folder: Path) -> Path:
    """Write the records, and the report that is rendered from them; its path is returned."""
    data.save(folder / PAGE_FILE)
    return render_run(folder)


def render_run(folder: str | Path) -> Path:
    """Render the report from its records again, in the style of this version; its path is returned.

    Its figures lead to their lessons where these lie in the folder.
    `RunFolderError` if the records are gone or damaged, or the report cannot be written.
    """
    report = Path(folder) / REPORT_FILE
    lessons = lesson_links(LESSONS_FILE) if (Path(folder) / LESSONS_FILE).is_file() else None
    write_page(named_page(folder), report, lessons)
    return report


def refresh_page(folder: str | Path, plan: CampaignPlan) -> Path:
    """Take the segments' names, their aims and the chapter of the campaigns anew from a plan, and render the report."""
    return write_report_files(with_plan(read_page(folder), plan), Path(folder))


def write_pictures(
    folder: str | Path,
    kind: str,
    out: Path,
    *,
    only: Sequence[str] = (),
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Write what a run's report shows as files of another kind, all of them or none; their names are returned.

    Parameters
    ----------
    kind
        `png` or `svg` for every figure, `csv` for every table, `pdf` for the report.
    out
        Folder to make.
    only
        Anchors of the figures or tables wanted, as in the address of a link to them; all if empty.
    progress
        Told of each file that was written.

    Raises
    ------
    ParameterError
        If there is no such kind, or the report has no such figure or table.
    RunFolderError
        If it is no run folder, its `page.json` is gone or damaged, or the folder exists already.
    MissingDependencyError
        If Chromium, or for pictures kaleido, is not installed.
    """
    if kind not in KINDS:
        raise ParameterError(f"--to takes {', '.join(KINDS)}; got {kind!r}.")
    writers = _writers(Run.read(folder), kind)
    unknown = [name for name in only if name not in writers]
    if unknown:
        raise ParameterError(f"The report has no {', '.join(unknown)}. There are: {', '.join(writers)}.")
    names = [f"{key}.{kind}" for key in only or writers]
    with staged_folder(out) as staging:
        for done, (key, name) in enumerate(zip(only or writers, names, strict=True), start=1):
            writers[key](staging / name)
            if progress:
                progress("draw", done, len(names))
    return tuple(names)


def _writers(run: Run, kind: str) -> dict[str, Callable[[Path], None]]:
    if kind == "pdf":
        return {"report": lambda path: write_pdf(run.report, path)}
    parts = [part for section in named_page(run.folder).sections for part in section.parts]
    if kind == "csv":
        return {table.key: partial(_write_rows, table) for table in tables_of(parts)}
    return {part.key: partial(_draw, part) for part in figures_of(parts)}


def _draw(part: FigurePart, path: Path) -> None:
    write_figure(plotly_figure(part), path)


def _write_rows(table: TablePart, path: Path) -> None:
    columns = [pa.array([row[place] for row in table.rows], pa.string()) for place in range(len(table.columns))]
    labels = unique_labels([column.label for column in table.columns])  # a page may say "came" twice
    write_csv(pa.Table.from_arrays(columns, names=labels), path)
