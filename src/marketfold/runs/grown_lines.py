"""The lines of a run with new ones, read as those were and written together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyarrow import parquet

from marketfold.decisions import SourceFacts
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import OrdersError
from marketfold.orders import add_lines, fingerprint, kept_orders, with_columns_of
from marketfold.orders.sources import FIRST_LINE
from marketfold.runs.kept_lines import LINES_FILE, KeptLines, KeptSource
from marketfold.runs.new_lines import doubts_of, new_currencies, read_like
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.config import ReadingOptions, RunConfig
    from marketfold.orders import AddedLines, Orders
    from marketfold.runs.read import Run


@dataclass(frozen=True)
class GrownLines:
    """All lines there are now, in a file of the engine's own folder, and where they came from."""

    path: Path
    rows: int
    added: AddedLines
    orders: Orders
    source: KeptSource
    doubts: tuple[str, ...]


def grown_lines(run: Run, kept: KeptLines, source: Any, config: RunConfig, named: tuple[str, ...]) -> GrownLines:
    """Read the new orders, and write them with the kept lines into the engine's own folder."""
    new, reading = read_like(run, kept, source, config.reading, named)
    lines, engine = new.lines, new.engine
    if not isinstance(engine, DuckDBEngine):
        engine = DuckDBEngine(config.reading.memory_limit)
        lines = engine.from_arrow(new.engine.collect(lines))
    old = engine.scan_parquet([run.folder / LINES_FILE], SOURCE_LINE, FIRST_LINE)
    names = [name for name in old.collect_schema().names() if name != SOURCE_LINE]
    known = _currencies(old, names, engine)
    if faults := new_currencies(known, new, None if known else run.plan.currency):
        raise OrdersError.from_faults(f"{new.facts.name} does not go on where {run.folder} ends", faults)
    own_orders = "order_id" in run.record["input"]["mapping"]
    added = add_lines(old, with_columns_of(lines, names), engine, numbered_orders=own_orders)
    path = engine.folder / LINES_FILE
    engine.write_parquet(added.lines, path)
    rows = parquet.read_metadata(path).num_rows
    about = run.record["input"]
    facts = SourceFacts(
        name=new.facts.name,
        lines=rows,
        mapping=dict(about["mapping"]),
        extra_columns=tuple(about["extra_columns"]),
        id_is_personal=run.id_is_personal or new.facts.id_is_personal,
        currency=new.facts.currency or (None if "currency" in names else run.plan.currency),
        decisions=new.facts.decisions,
    )
    orders = kept_orders(engine.scan_parquet([path], SOURCE_LINE, FIRST_LINE), engine, facts)
    origin = KeptSource(new.facts.place_of(source), fingerprint(source), added.read, _otherwise(run, reading))
    return GrownLines(path, rows, added, orders, origin, doubts_of(run, new))


def _otherwise(run: Run, reading: ReadingOptions) -> dict[str, Any]:
    """What is read otherwise than in the run."""
    own = run.config.reading.model_dump(mode="json")
    return {name: value for name, value in reading.model_dump(mode="json").items() if value != own[name]}


def _currencies(lines: Any, names: list[str], engine: DuckDBEngine) -> list[str]:
    """What the kept lines call their money, where a column says so."""
    if "currency" not in names:
        return []
    found = engine.collect(lines.select("currency").unique())["currency"].to_pylist()
    return sorted(str(one) for one in found if one is not None)
