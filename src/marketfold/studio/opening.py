"""From a path to a project: one that is there already is opened again, so that nothing is begun twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold.config import OF_THE_ENGINE, chosen, differences, load_config
from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.config import Difference
    from marketfold.runs import Run
    from marketfold.studio.jobs import Jobs
    from marketfold.studio.workspace import Project, Workspace


def below_root(workspace: Workspace, path: Path) -> Path:
    """A path with its links resolved; `ParameterError` where that is not below the root, or nothing is there."""
    found = path.resolve()
    if not found.is_relative_to(workspace.root):
        raise ParameterError(f"{path} is not below {workspace.root}. Choose a file that is.")
    if not found.exists():
        raise ParameterError(f"There is no {path}. Choose a file below {workspace.root}.")
    return found


def open_orders(workspace: Workspace, jobs: Jobs, path: Path) -> Project:
    """The project of an order file; a new one begins with a look at the file."""
    source = below_root(workspace, path)
    told = workspace.told(source)
    for project in workspace.projects():
        if project.source == told:
            return project
    project = workspace.create(source.name, source)
    jobs.ask("look", project.key, settings=project.settings)
    return project


def open_run(workspace: Workspace, jobs: Jobs, folder: Path) -> Project:
    """The project of a run folder, with the run's order file, settings and result.

    `RunFolderError` where it is no run folder, or one that is no longer read.
    """
    from marketfold.runs import Run  # noqa: PLC0415 - loads all that a run takes

    home = below_root(workspace, folder)
    told = workspace.told(home)
    for project in workspace.projects():
        if project.run == told:
            return project
    run = Run.read(home)
    source = source_of(workspace, run)
    project = workspace.create(
        home.name if home.name != "run" else home.parent.name, source, made_with(run, workspace.root)
    )
    project = workspace.change(project.key, project.revision, run=told)
    if source:
        jobs.ask("look", project.key, settings=project.settings)
    return project


def made_with(run: Run, root: Path) -> dict[str, Any]:
    """The settings that make a run again, nested, whatever `marketfold.toml` and the environment say by now."""
    settings = chosen(run.record["configuration"])
    for one in differences(run.record["configuration"], load_config(settings, root)):
        inner = settings
        for name in one.setting.path[:-1]:
            inner = inner.setdefault(name, {})
        inner[one.setting.path[-1]] = one.made
    for name in OF_THE_ENGINE:  # the studio reads by the engine that is built in
        settings.get("reading", {}).pop(name, None)
    return settings


def differing_from(run: Run, project: Project, workspace: Workspace) -> tuple[Difference, ...]:
    """Settings of a project that are others now than those of a run; `ConfigError` where they cannot be used."""
    now = load_config(project.settings, workspace.root)
    return tuple(differences(run.record["configuration"], now))


def source_of(workspace: Workspace, run: Run) -> Path | None:
    """The order file of a run; None where it is no longer there, or not below the root."""
    told = str(run.record["input"]["path"])
    for start in (workspace.root, run.home.parent.parent, run.home.parent):
        path: Path = (start / told).resolve()
        if path.is_relative_to(workspace.root) and path != workspace.root and path.exists():
            return path
    return None
