"""What somebody works on, kept on disk: an order file, the settings chosen for it, and the run made with them.

A crash or a closed tab loses nothing. Every change counts the project's revision up, and a change that was begun from
an earlier one is refused, so that of two tabs the second is told.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from marketfold.damage import told_as
from marketfold.errors import MarketfoldError, ParameterError, RunFolderError
from marketfold.json_files import read_json, write_json
from marketfold.temporary import locked

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = ".marketfold-studio"
_LONGEST_CHANGE = 5.0
"""Seconds."""
_ELSEWHERE = re.compile(r"^[\\/]|\\|\0|^[a-zA-Z]:|://|(^|/)\.\.(/|$)")
"""Paths from a root or a drive, of another machine (`//server/share`), or upwards."""
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class OutdatedError(MarketfoldError):
    """Something was changed elsewhere since the page was shown from which this change comes."""


@dataclass(frozen=True)
class Project:
    """An order file and what was decided about it.

    Attributes
    ----------
    key
        Its name in addresses.
    source
        Path of the order file, relative where it lies below the root; None for a run whose file is gone.
    settings
        What was chosen, nested as `load_config` takes it.
    run
        Folder of the run that was made last, relative where it lies below the root.
    previous
        Folder of the earlier run whose names, numbers and held-out customers `run` carries on, if it does.
    revision
        How often it was changed.
    """

    key: str
    source: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    run: str | None = None
    previous: str | None = None
    revision: int = 0


_PROJECT = TypeAdapter(Project)


class Workspace:
    """The folder below which order files are picked and runs are written."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.home = self.root / HOME
        self._changing = threading.Lock()

    def path(self, text: str) -> Path:
        """Where a path of a project leads."""
        return self.root / text

    def source(self, project: Project) -> Path:
        """The order file of a project; where it has none, a place where nothing is."""
        return self.path(project.source) if project.source else self.folder(project.key) / "no-order-file"

    def below(self, text: str) -> Path:
        """Where a path leads that was given in a page: a file or folder that is there, below the root, links resolved.

        `ParameterError` for anything else: another folder, something hidden, another machine.
        """
        path = None if _ELSEWHERE.search(text) else self.root / text
        with suppress(OSError, RuntimeError, ValueError):  # too long, a link to itself, no text
            path = path and path.resolve(strict=True)
            parts = path.relative_to(self.root).parts if path else (".",)
            if path and parts and not any(part[:1] == "." for part in parts):
                return path
        raise ParameterError(f"{text[:80]!r} is not below {self.root.name}. Choose a file or a folder that is.")

    def told(self, path: Path) -> str:
        """A path as a project keeps it."""
        path = path.absolute()
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def folder(self, key: str) -> Path:
        """What belongs to a project; `ParameterError` where no project can be called so."""
        if not _KEY.fullmatch(key):
            raise ParameterError(f"There is no project {key!r}.")
        return self.home / "projects" / key

    def project(self, key: str) -> Project:
        """A project by its key; `ParameterError` if there is none, `RunFolderError` if it is damaged."""
        path = self.folder(key) / "project.json"
        if not path.is_file():
            raise ParameterError(f"There is no project {key!r}. Choose one from the list of runs.")
        with told_as(RunFolderError, str(path)):
            return replace(_PROJECT.validate_python(read_json(path)), key=key)

    def projects(self) -> list[Project]:
        """All that can be read, those changed last first."""
        found = []
        for path in sorted((self.home / "projects").glob("*/project.json"), key=_changed, reverse=True):
            try:
                found.append(self.project(path.parent.name))
            except MarketfoldError:
                continue
        return found

    def create(self, name: str, source: Path | None, settings: dict[str, Any] | None = None) -> Project:
        """A new project for an order file."""
        stem = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")[:50] or "orders"
        with self._changing:
            key, number = stem, 2
            while self.folder(key).exists():
                key, number = f"{stem}-{number}", number + 1
            project = Project(key, self.told(source) if source else None, settings or {})
            self.folder(key).mkdir(parents=True)
            self._write(project)
        return project

    def change(self, key: str, revision: int | None, **changes: Any) -> Project:
        """Change parts of a project; `OutdatedError` where it was changed since `revision`, if one is given."""
        with self._changing, _alone(self.folder(key)):
            project = self.project(key)
            if revision is not None and revision != project.revision:
                raise OutdatedError(
                    "This was changed in another tab since this page was opened. Nothing was lost: here is how it "
                    "stands now. Make your change again where it is still wanted."
                )
            project = replace(project, revision=project.revision + 1, **changes)
            self._write(project)
        return project

    def delete(self, key: str) -> None:
        """Forget a project; its order file and its run stay."""
        shutil.rmtree(self.folder(key))

    def _write(self, project: Project) -> None:
        write_json(project, self.folder(project.key) / "project.json")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no other process change a project meanwhile; one that takes longer than a change takes is not waited for."""
    handle, end = None, time.monotonic() + _LONGEST_CHANGE
    with suppress(OSError):
        while (handle := locked(folder)) is None and time.monotonic() < end:
            time.sleep(0.01)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def with_setting(settings: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The settings with another value at a path; None takes it out.

    >>> with_setting({"clustering": {"segments": 4}}, ("clustering", "segments"), None)
    {}
    """
    name, *rest = path
    inner = with_setting(settings.get(name, {}), tuple(rest), value) if rest else value
    kept = {key: one for key, one in settings.items() if key != name}
    return kept if inner is None or inner == {} else kept | {name: inner}
