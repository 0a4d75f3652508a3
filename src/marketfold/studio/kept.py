"""Where is kept what was made of runs: the lessons beside their project, comparisons beside each other."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from marketfold.errors import ParameterError
from marketfold.file_names import PLAN_FILE, RUN_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.studio.workspace import Workspace

NOTEBOOKS = "notebook-"
"""How folders of notebooks begin."""


def state_of_run(folder: Path) -> str:
    """A text that changes when a run is made anew or its plan is changed."""
    found = []
    for name in (RUN_FILE, PLAN_FILE):
        try:
            about = (folder / name).stat()
        except OSError:
            continue
        found.append(f"{name} {about.st_mtime_ns} {about.st_size}")
    return " ".join([str(folder.resolve()), *found])


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def lessons_name(digest: str) -> str:
    """What the lessons of a run are called."""
    return f"lessons-{digest}.html"


def lessons_file(workspace: Workspace, key: str, run: Path) -> Path:
    """Where the lessons of a run as it stands are, or will be: others where their scripts would not run any more."""
    from marketfold.learn import lessons_policy  # noqa: PLC0415 - what runs take is loaded when one is shown

    return workspace.folder(key) / lessons_name(_digest(state_of_run(run), lessons_policy()))


def notebook_folder(workspace: Workspace, key: str, run: Path) -> Path:
    """Where the notebook of a run as it stands is, or will be."""
    return workspace.folder(key) / f"{NOTEBOOKS}{_digest(state_of_run(run))}"


def comparison_folder(workspace: Workspace, earlier: str, later: str) -> Path:
    """Where the comparison of two runs as they stand is, or will be."""
    digest = _digest(*(state_of_run(workspace.path(one)) for one in (earlier, later)))
    return workspace.home / "comparisons" / digest


def comparison_named(workspace: Workspace, name: str) -> Path:
    """A comparison that was made; `ParameterError` if there is none."""
    if not (len(name) == 16 and set(name) <= set("0123456789abcdef")):
        raise ParameterError("There is no such comparison. Choose two runs.")
    folder = workspace.home / "comparisons" / name
    if not folder.is_dir():
        raise ParameterError("There is no such comparison any more. Choose the two runs again.")
    return folder
