"""Deleting what was made: a project, its run folder, or both; order files and exported audiences always stay."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.errors import ParameterError
from marketfold.file_names import RUN_FILE, RUNS

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.studio.jobs import Jobs
    from marketfold.studio.workspace import Workspace


@dataclass(frozen=True)
class Going:
    """What would be deleted.

    Attributes
    ----------
    project
        Key of the project that goes; empty where none does.
    run
        Run folder that goes, as a project keeps it; empty where none does.
    source
        The order file, which stays.
    others
        Other projects that show this run.
    carried
        Other projects whose run carries names, numbers and holdouts on from this one.
    elsewhere
        The project's run where it stays, for it does not lie below the folder of runs.
    """

    project: str = ""
    run: str = ""
    source: str = ""
    others: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    elsewhere: str = ""


def what_goes(workspace: Workspace, key: str, run: str) -> Going:
    """What is deleted with a project, or with a run folder; `ParameterError` where there is nothing to delete."""
    project = workspace.project(key) if key else None
    told = (project.run or "") if project else run
    folder = _own_run(workspace, told) if told else None
    if project is None and folder is None:
        raise ParameterError("There is no such run among those that the studio made. Choose one from the list.")
    rest = [one for one in workspace.projects() if told and one.key != key]
    return Going(
        project=key,
        run=told if folder else "",
        source=(project.source or "") if project else "",
        others=tuple(one.key for one in rest if one.run == told),
        carried=tuple(one.key for one in rest if one.previous == told) if folder else (),
        elsewhere=told if told and folder is None and workspace.path(told).exists() else "",
    )


def _own_run(workspace: Workspace, told: str) -> Path | None:
    """A run folder that may be deleted: it lies in the folder of runs itself, and is no link to elsewhere."""
    folder = workspace.path(told)
    home = workspace.root / RUNS
    if folder.parent != home or folder.name in {"", ".", ".."} or home.is_symlink() or folder.is_symlink():
        return None
    return folder if (folder / RUN_FILE).is_file() else None


def delete(workspace: Workspace, jobs: Jobs, going: Going) -> None:
    """Delete, and end the work that is still done for it."""
    if going.project:
        jobs.forget(going.project)
        workspace.delete(going.project)
    if going.run and (folder := _own_run(workspace, going.run)):
        shutil.rmtree(folder)
        shutil.rmtree(workspace.home / "comparisons", ignore_errors=True)  # ids are in them; they can be made again
