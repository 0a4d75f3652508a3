"""What is seen of an order file before anything is made of it, kept beside its project for each choice of settings."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter

from marketfold.json_files import read_json
from marketfold.schema import ColumnProfile

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.studio.workspace import Project, Workspace

SHAPES_READING = ("reading", "cleaning")
"""Branches of the settings that decide how a source is read; the others change nothing of what is seen here."""
N_SHOWN = 20
"""Lines that are shown of each reason."""

Reason = Literal["", "given", "name", "content"]


@dataclass(frozen=True)
class ColumnSeen:
    """A column of the source.

    Attributes
    ----------
    role
        What it means; empty where it means nothing.
    reason
        Whether that was given, or found by its name or its content.
    taken
        Of a table of customers: what it is for, in words.
    profile
        What it holds; nothing of a person's.
    """

    name: str
    role: str = ""
    reason: Reason = ""
    taken: str = ""
    profile: ColumnProfile = field(default_factory=lambda: ColumnProfile("unreadable"))

    @property
    def is_used(self) -> bool:
        """Whether it has a role, or was said to have none; of a table of customers, whether it is for something."""
        return bool(self.role or self.reason or (self.taken and not self.taken.startswith("left out")))


@dataclass(frozen=True)
class AsideSeen:
    """Lines that were set aside for one reason: how many, their money, and the first of them with what shows it."""

    reason: str
    words: str
    lines: int
    money: float
    first: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Kept:
    """What of the orders counts."""

    lines: int
    orders: int
    customers: int
    money: float


@dataclass(frozen=True)
class Look:
    """A source as it is read with some settings.

    Attributes
    ----------
    said
        Everything that `marketfold inspect --json` says; of a source that cannot be read its name alone.
    sheets, files
        Of a workbook and of a folder: what there is to choose from.
    refused, faults
        Why it cannot be used, and each cause with its hint; empty where it can.
    stamp
        The file as it was when it was looked at: by it is known that it has changed.
    """

    said: dict[str, Any] = field(default_factory=dict)
    columns: tuple[ColumnSeen, ...] = ()
    aside: tuple[AsideSeen, ...] = ()
    kept: Kept | None = None
    sheets: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    refused: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    stamp: str = ""

    @property
    def kind(self) -> str:
        """What it is: orders, or customers; empty of what cannot be read."""
        return str(self.said.get("kind", ""))

    @property
    def name(self) -> str:
        """Of the file."""
        return str(self.said.get("name", ""))

    @property
    def lines(self) -> int:
        """Rows that were read."""
        return int(self.said.get("lines", 0))

    @property
    def orders(self) -> int:
        """Orders that were read."""
        return int(self.said.get("orders", 0))

    @property
    def customers(self) -> int:
        """Customers that were read."""
        return int(self.said.get("customers", 0))

    @property
    def currency(self) -> str | None:
        """Code of the one currency of the money."""
        return self.said.get("currency")

    @property
    def ledger(self) -> dict[str, Any]:
        """Lines and money from read to kept, as `run.json` has them; empty where nothing could be cleaned."""
        return self.said.get("ledger") or {}

    @property
    def decisions(self) -> tuple[dict[str, Any], ...]:
        """What was decided, as records of `run.json`."""
        return tuple(self.said.get("decisions", ()))


_LOOK = TypeAdapter(Look)


def reading_part(settings: dict[str, Any]) -> dict[str, Any]:
    """The part of settings that decides how a source is read."""
    return {branch: settings[branch] for branch in SHAPES_READING if branch in settings}


def look_file(workspace: Workspace, project: Project | str, settings: dict[str, Any]) -> Path:
    """Where it is kept what was seen with these settings."""
    key = project if isinstance(project, str) else project.key
    text = json.dumps(reading_part(settings), sort_keys=True)
    return workspace.folder(key) / "looks" / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"


def last_look(workspace: Workspace, project: Project, settings: dict[str, Any] | None = None) -> Look | None:
    """What was seen with the project's settings, or with others; None where nobody looked."""
    path = look_file(workspace, project, project.settings if settings is None else settings)
    try:
        return _LOOK.validate_python(read_json(path))
    except (OSError, ValueError):
        return None


def forget_looks(workspace: Workspace, key: str) -> None:
    """Take away what was seen of a project's source, for it is another now."""
    shutil.rmtree(workspace.folder(key) / "looks", ignore_errors=True)


def stamp_of(path: Path) -> str:
    """A file or folder as it is now, without reading it; empty where it is gone."""
    try:
        about = path.stat()
    except OSError:
        return ""
    return f"{about.st_size} {about.st_mtime_ns}"
