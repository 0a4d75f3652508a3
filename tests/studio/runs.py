"""A studio in which somebody has made a run already."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from marketfold.runs import Run
from marketfold.studio.opening import made_with
from marketfold.studio.workspace import Project, Workspace


def with_run(root: Path, made: Path, *, personal: bool = False) -> Project:
    """A project below a root, with a copy of a run and the settings that it was made with."""
    workspace, folder = Workspace(root), root / "runs" / "shop"
    shutil.copytree(made, folder)
    if personal:
        record = json.loads((folder / "run.json").read_text("utf-8"))
        record["input"]["id_is_personal"] = True
        (folder / "run.json").write_text(json.dumps(record), "utf-8")
    source = root / "shop.csv"
    source.touch()
    project = workspace.create(source.name, source, made_with(Run.read(folder), root))
    return workspace.change(project.key, project.revision, run=workspace.told(folder))


def at(project: Project, rest: str = "") -> str:
    """The address of the station of segments."""
    return f"/p/{project.key}/segments{rest}"
