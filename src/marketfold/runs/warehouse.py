"""The model of a run for a warehouse: as one statement, or as a project of dbt."""

from __future__ import annotations

from pathlib import Path

from marketfold.csv_files import write_csv
from marketfold.errors import RunFolderError
from marketfold.runs.folder import staged_folder
from marketfold.runs.read import Run

TABLE = "orders"


def run_sql(folder: str | Path, dialect: str, table: str = TABLE, as_of: str | None = None) -> str:
    """The model of a run folder as a statement; see `marketfold.warehouse.model_sql`.

    RunFolderError if it is no run folder.
    """
    from marketfold.warehouse import model_sql  # noqa: PLC0415  (few ask for SQL, and sqlglot takes a while)

    return model_sql(Run.read(folder).model, dialect, table, as_of)


def write_dbt_project(
    folder: str | Path, out: str | Path, dialect: str, table: str = TABLE, as_of: str | None = None
) -> Path:
    """Write a project that `dbt build` runs: models, their tests, and the segments' names; whole or not at all.

    RunFolderError if it is no run folder, or if there is something in `out` already.
    """
    from marketfold.warehouse import NAMES, dbt_project, segment_names  # noqa: PLC0415

    model, out = Run.read(folder).model, Path(out)
    files = dbt_project(model, dialect, table, as_of)
    _check_free(out)
    whole = out.resolve()  # a link stays, and leads to what is written
    # a folder that is there already stays as well: a shell may stand in it
    made = whole / f".{NAMES}" if whole.is_dir() else whole
    with staged_folder(made) as staging:
        for place, text in files.items():
            path = staging / place
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (staging / "seeds").mkdir()
        write_csv(segment_names(model), staging / "seeds" / f"{NAMES}.csv")
    if made != whole:
        for path in list(made.iterdir()):
            path.rename(whole / path.name)
        made.rmdir()
    return out


def _check_free(out: Path) -> None:
    """RunFolderError if there is something in a folder, or if it is none."""
    try:
        is_filled = out.is_dir() and any(out.iterdir())
    except OSError as error:
        raise RunFolderError(f"{out} cannot be read ({error.strerror}). Name another folder with --dbt.") from error
    if is_filled:
        raise RunFolderError(f"{out} is not empty, and nothing is written over. Name another folder with --dbt.")
    if out.is_symlink() and not out.exists():
        raise RunFolderError(f"{out} is a link to nothing. Name a folder with --dbt.")
    if out.exists() and not out.is_dir():
        raise RunFolderError(f"{out} is a file. Name a folder with --dbt.")
