"""What is seen of an order file before anything is made of it, kept beside its project for each choice of settings."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
from pydantic import TypeAdapter

from marketfold.cleaning import REASONS
from marketfold.config import load_config
from marketfold.customer_tables import ASIDE
from marketfold.errors import MarketfoldError
from marketfold.json_files import read_json, write_json
from marketfold.orders import (
    ColumnProfile,
    alias_rank,
    first_samples,
    is_contact,
    match_roles,
    open_source,
    profile_columns,
    tables_within,
)
from marketfold.runs import CustomersSeen, OrdersSeen, inspect_source
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.cleaning import CleanOrders
    from marketfold.config import ReadingOptions, RunConfig
    from marketfold.orders import Source
    from marketfold.studio.workspace import Project, Workspace

SHAPES_READING = ("reading", "cleaning")
"""Branches of the settings that decide how a source is read; the others change nothing of what is seen here."""
N_SHOWN = 20
"""Lines that are shown of each reason."""
_UNSHOWN = frozenset({"malformed"})
"""Reasons whose detail is a row as it stands, whoever it is about."""

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


def look_at(workspace: Workspace, key: str, settings: dict[str, Any]) -> Look:
    """Read the source of a project with some settings, and keep what was seen."""
    path = workspace.path(workspace.project(key).source or "")
    look = _look(path, load_config(reading_part(settings)))
    kept = look_file(workspace, key, settings)
    kept.parent.mkdir(exist_ok=True)
    write_json(look, kept)
    return look


def _look(path: Path, config: RunConfig) -> Look:
    stamp, (sheets, files) = stamp_of(path), tables_within(path)
    try:
        source = open_source(str(path), config.reading)
    except MarketfoldError as error:
        return Look({"name": path.name}, (), sheets=sheets, files=files, stamp=stamp, **_refusal(error))
    try:
        seen: OrdersSeen | CustomersSeen | None = inspect_source(source, config)
        fault = seen.fault if seen else None
    except MarketfoldError as error:
        seen, fault = None, error
    said = seen.to_dict() if seen else {"name": source.name, "encoding": source.encoding}
    clean = seen.clean if isinstance(seen, OrdersSeen) else None
    return Look(
        said=said,
        columns=_columns(source, seen, config.reading),
        aside=_aside(seen),
        kept=_kept(clean) if clean else None,
        sheets=sheets,
        files=files,
        stamp=stamp,
        **_refusal(fault),
    )


def _refusal(error: MarketfoldError | None) -> dict[str, Any]:
    if error is None:
        return {}
    faults = tuple((fault.what, fault.hint) for fault in error.faults)
    return {"refused": str(error).partition("\n")[0], "faults": faults}


def _columns(
    source: Source, seen: OrdersSeen | CustomersSeen | None, options: ReadingOptions
) -> tuple[ColumnSeen, ...]:
    """Each column with what it means and what it holds; of a source that is refused as far as its names tell."""
    taken: dict[str, str] = {}
    if isinstance(seen, OrdersSeen):
        mapping = seen.found.mapping
    elif seen:
        mapping, taken = seen.table.facts.mapping, dict(seen.table.rows())
    else:
        mapping = match_roles(source.sample(), options.mapping, options.no_role).mapping
    roles = {column: role for role, column in reversed(mapping.items())}
    profiles = profile_columns(source, mapping, options)
    return tuple(
        ColumnSeen(
            column,
            role := roles.get(column, ""),
            _reason(role, column, options),
            taken.get(column, ""),
            profiles[column],
        )
        for column in source.columns
    )


def _reason(role: str, column: str, options: ReadingOptions) -> Reason:
    if not role:
        return "given" if column in options.no_role else ""
    if options.mapping.get(role) == column:
        return "given"
    return "name" if alias_rank(role, column) is not None else "content"


def first_cells(path: Path, settings: dict[str, Any], column: str) -> tuple[str, ...]:
    """The first different cells of a column, read from the source now: they are kept nowhere.

    Raises
    ------
    OrdersError
        If the source cannot be read any more.
    """
    source = open_source(str(path), load_config(reading_part(settings)).reading)
    return first_samples(source.sample().get(column, ()))


def _aside(seen: OrdersSeen | CustomersSeen | None) -> tuple[AsideSeen, ...]:
    """What was set aside, the most lines first."""
    if isinstance(seen, CustomersSeen):
        ledger, rows = seen.table.ledger, seen.table.set_aside.to_pylist()
        first = {reason: [(row[SOURCE_LINE], "") for row in rows if row["reason"] == reason] for reason in ASIDE}
        words: dict[str, str] = ASIDE
    elif seen and seen.clean:
        ledger, first, words = seen.clean.report.ledger, _first_lines(seen.clean), REASONS
    else:
        return ()
    counted = sorted(ledger.lines_set_aside.items(), key=lambda one: (-one[1], one[0]))
    return tuple(
        AsideSeen(code, words[code], lines, ledger.money_set_aside.get(code, 0.0), tuple(first.get(code, ()))[:N_SHOWN])
        for code, lines in counted
    )


def _first_lines(clean: CleanOrders) -> dict[str, list[tuple[int, str]]]:
    """The first lines of each reason with what shows it, where that is about nobody."""
    found = {}
    for reason in clean.report.ledger.lines_set_aside:
        some = clean.set_aside.filter(nw.col("reason") == reason).sort(SOURCE_LINE).head(N_SHOWN)
        rows = clean.engine.collect(some).to_pylist()
        found[reason] = [(int(row[SOURCE_LINE]), _detail(reason, row["detail"])) for row in rows]
    return found


def _detail(reason: str, detail: str | None) -> str:
    text = detail or ""
    return "" if reason in _UNSHOWN or text == REASONS[reason] or "@" in text or is_contact(text) else text


def _kept(clean: CleanOrders) -> Kept:
    names = ("order_id", "customer_id")
    frame = clean.purchases.select(*(nw.col(name).n_unique() for name in names if name in clean.columns))
    counts = clean.engine.collect(frame).to_pylist()[0]
    ledger = clean.report.ledger
    return Kept(ledger.lines_net, int(counts.get("order_id", 0)), int(counts.get("customer_id", 0)), ledger.money_net)
