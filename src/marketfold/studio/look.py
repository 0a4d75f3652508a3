"""What is seen of an order file before anything is made of it, kept beside its project for each choice of settings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from marketfold.config import load_config
from marketfold.decisions import in_currency
from marketfold.errors import MarketfoldError
from marketfold.json_files import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.studio.workspace import Project, Workspace

SHAPES_READING = ("reading", "cleaning")
"""Branches of the settings that decide how a source is read; the others change nothing of what is seen here."""


@dataclass(frozen=True)
class ColumnSeen:
    """A column of the source: what it means, and some of its cells where they are nobody's own."""

    name: str
    role: str = ""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """A source as it is read with some settings; `refused` says why it cannot be used, with what it takes."""

    kind: str = ""
    name: str = ""
    lines: int = 0
    orders: int = 0
    customers: int = 0
    first_on: str = ""
    last_on: str = ""
    currency: str | None = None
    columns: tuple[ColumnSeen, ...] = ()
    ledger: dict[str, Any] = field(default_factory=dict)
    decisions: tuple[dict[str, Any], ...] = ()
    refused: str = ""
    faults: tuple[tuple[str, str], ...] = ()


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


def look_at(workspace: Workspace, key: str, settings: dict[str, Any]) -> Look:
    """Read the source of a project with some settings, and keep what was seen."""
    from marketfold.orders import open_source  # noqa: PLC0415 - pages ask for what was seen, and read nothing

    source = str(workspace.path(workspace.project(key).source or ""))
    config = load_config(reading_part(settings))
    opened = open_source(source, config.reading)
    try:
        look = _seen(source, config)
    except MarketfoldError as error:
        faults = tuple((fault.what, fault.hint) for fault in error.faults)
        look = Look(name=opened.name, columns=tuple(map(ColumnSeen, opened.columns)), refused=str(error), faults=faults)
    path = look_file(workspace, key, settings)
    path.parent.mkdir(exist_ok=True)
    write_json(look, path)
    return look


def _seen(source: str, config: Any) -> Look:
    from marketfold.cleaning import clean_orders  # noqa: PLC0415
    from marketfold.customer_tables import CustomerTable, read_source  # noqa: PLC0415
    from marketfold.orders import inspect_orders  # noqa: PLC0415

    read = read_source(source, config.reading)
    if isinstance(read, CustomerTable):
        facts = read.facts
        return Look("customers", facts.name, facts.lines, customers=len(read.features))
    found = inspect_orders(read)
    options = config.cleaning.model_copy(update={"allow_mostly_set_aside": True})
    clean = clean_orders(read, options)
    roles = {column: role for role, column in found.mapping.items()}
    decisions = in_currency((*found.decisions, *clean.report.decisions), clean.currency)
    return Look(
        "orders", found.name, found.lines, found.orders, found.customers, str(found.first_on), str(found.last_on),
        clean.currency, tuple(ColumnSeen(name, roles.get(name, "")) for name in (*roles, *found.extra_columns)),
        clean.report.ledger.to_dict(), tuple(one.to_dict() for one in decisions),
    )  # fmt: skip
