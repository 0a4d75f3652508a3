"""Look at an order file: what each column means and holds, what counts, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.cleaning import REASONS
from marketfold.config import load_config
from marketfold.customer_tables import ASIDE
from marketfold.errors import MarketfoldError
from marketfold.json_files import write_json
from marketfold.orders import (
    alias_rank,
    is_contact,
    match_roles,
    open_source,
    profile_columns,
    tables_within,
)
from marketfold.runs import CustomersSeen, OrdersSeen, inspect_source
from marketfold.schema import SOURCE_LINE
from marketfold.studio.look import (
    N_SHOWN,
    AsideSeen,
    ColumnSeen,
    Kept,
    Look,
    Reason,
    look_file,
    reading_part,
    stamp_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.cleaning import CleanOrders
    from marketfold.config import ReadingOptions, RunConfig
    from marketfold.orders import Source
    from marketfold.studio.workspace import Workspace

_UNSHOWN = frozenset({"malformed"})
"""Reasons whose detail is a row as it stands, whoever it is about."""


def look_at(workspace: Workspace, key: str, settings: dict[str, Any]) -> Look:
    """Read the source of a project with some settings, and keep what was seen."""
    path = workspace.source(workspace.project(key))
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
