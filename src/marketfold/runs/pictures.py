"""A run's figures as pictures, its tables as CSV, its report as PDF: for slides, and for those who want paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa

from marketfold.csv_files import write_csv
from marketfold.errors import ParameterError, RunFolderError
from marketfold.report.images import write_figure, write_pdf
from marketfold.report.reading_back import figures_of_page, tables_of_page
from marketfold.runs.folder import staged_folder
from marketfold.runs.read import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from marketfold.report.reading_back import Rows

Picture = Literal["png", "svg", "pdf", "csv"]


def write_pictures(
    folder: str | Path,
    kind: Picture,
    out: Path,
    *,
    only: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
) -> tuple[str, ...]:
    """Write what a run's report shows as files of another kind, all of them or none.

    Parameters
    ----------
    folder
        A run folder.
    kind
        `png` or `svg` for every figure, `csv` for every table, `pdf` for the report.
    out
        Folder to make.
    only
        Anchors of the figures or tables wanted, as in the address of a link to them; all if empty.
    progress
        Called with the name of each file that was written.

    Returns
    -------
    tuple of str
        Names of the files.

    Raises
    ------
    ParameterError
        If there is no such kind, or the report has no such figure or table.
    RunFolderError
        If it is no run folder, its report is gone, or the folder exists already.
    MissingDependencyError
        If Chromium, or for pictures kaleido, is not installed.
    """
    if kind not in get_args(Picture):
        message = f"--to takes {', '.join(get_args(Picture))}; got {kind!r}."
        raise ParameterError(message)
    report = Run.read(folder).report
    writers = {"report": lambda path: write_pdf(report, path)} if kind == "pdf" else _writers(_text(report), kind)
    unknown = [name for name in only if name not in writers]
    if unknown:
        message = f"The report has no {', '.join(unknown)}. There are: {', '.join(writers)}."
        raise ParameterError(message)
    names = []
    with staged_folder(out) as staging:
        for key in only or writers:
            names.append(f"{key}.{kind}")
            writers[key](staging / names[-1])
            if progress:
                progress(names[-1])
    return tuple(names)


def _text(report: Path) -> str:
    try:
        return report.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{report} cannot be read ({error.strerror}). Make the run again."
        raise RunFolderError(message) from error


def _writers(page: str, kind: Picture) -> dict[str, Callable[[Path], None]]:
    if kind == "csv":
        return {key: _table_writer(rows) for key, rows in tables_of_page(page).items()}

    def drawing(key: str) -> Callable[[Path], None]:
        return lambda path: write_figure(figures[key], path)

    figures = figures_of_page(page)
    return {key: drawing(key) for key in figures}


def _table_writer(rows: Rows) -> Callable[[Path], None]:
    columns = [pa.array(column, pa.string()) for column in zip(*rows[1:], strict=True)]
    columns = columns or [pa.array([], pa.string()) for _ in rows[0]]
    return lambda path: write_csv(pa.Table.from_arrays(columns, names=rows[0]), path)
