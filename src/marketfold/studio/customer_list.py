"""The table of customers and the reason of each, in the words of the report; ids of people wait for a click."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pyarrow import csv

from marketfold import words
from marketfold.damage import told_as
from marketfold.errors import RunFolderError
from marketfold.report import customer_cell, phrases
from marketfold.runs import RunRows

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.runs import RowsAsked, RowsFound, Run
    from marketfold.units import Feature

NUMERIC = frozenset({
    "last_order_on", "order_count", "revenue_total", "usual_gap_days", "overdue_days", "expected_value_365d",
    "alive_chance",
})  # fmt: skip
FACTS = (
    "overdue_days", "usual_gap_days", "last_order_on", "expected_value_365d", "alive_chance", "next_product",
    "trust", "arm",
)  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A column of the table: what it is called, how it is sorted now, and what its heading asks for."""

    name: str
    label: str
    numeric: bool
    sorted: str
    asks: str


@dataclass(frozen=True)
class Line:
    """A customer of the table."""

    row: int
    segment: int
    called: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class CustomerList:
    """A page of the table, with what was asked for."""

    asked: RowsAsked
    order: str
    found: RowsFound
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]
    segments: tuple[tuple[int, str], ...]
    arms: tuple[tuple[str, str], ...]
    trusts: tuple[str, ...]
    what: str
    hides_ids: bool
    shows_ids: bool


@dataclass(frozen=True)
class Compared:
    """A feature of one customer, beside the middle of the segment and of everybody."""

    label: str
    this: str
    segment: str
    everybody: str


@dataclass(frozen=True)
class Why:
    """Why a customer is in its segment."""

    row: int
    called: str
    segment: int
    name: str
    reason: str
    facts: tuple[tuple[str, str], ...]
    shaping: tuple[Compared, ...]
    others: tuple[Compared, ...]


def customer_list(run: Run, asked: RowsAsked, *, shows_ids: bool = False) -> CustomerList:
    """A page of the customers of a run."""
    rows, currency = RunRows(run), run.plan.currency
    found, hides = rows.page(asked), run.id_is_personal and not shows_ids
    labels = {**phrases("customer_column")} | {"order_id": "Order", "source_line": "Line"}
    shown = [name for name in rows.columns if name != rows.unit_id]
    with told_as(RunFolderError, "segments.parquet"):
        lines = tuple(
            Line(row["row"], int(row["segment"]), called(row, rows.unit_id, hidden=hides), tuple(
                str(row["segment_name"]) if name == "segment" else customer_cell(name, row[name], currency)
                for name in shown
            ))
            for row in found.rows
        )  # fmt: skip
    known = {campaign["number"]: campaign["name"] for campaign in run.record["segments"]}
    return CustomerList(
        asked, f"{asked.sort}:{'down' if asked.descending else 'up'}" if asked.sort else "", found,
        tuple(_heading(name, labels.get(name, name), asked) for name in (rows.unit_id, *shown)), lines,
        tuple(known.items()), tuple(phrases("customer_arm").items()) if "arm" in rows.columns else (),
        tuple(one for one in ("group", "slice", "weak") if one in {s["trust"] for s in run.record["segments"]}),
        words.unit_word(run.record["unit"]), hides, shows_ids and run.id_is_personal,
    )  # fmt: skip


def _heading(name: str, label: str, asked: RowsAsked) -> Heading:
    numeric, now = name in NUMERIC, asked.sort == name
    down = not asked.descending if now else numeric
    way = ("descending" if asked.descending else "ascending") if now else ""
    return Heading(name, label, numeric, way, f"{name}:{'down' if down else 'up'}")


def called(row: dict[str, Any], unit_id: str, *, hidden: bool) -> str:
    """What a unit is called in the table: by its id, or by its place where that is somebody's name."""
    number = row.get("row", row.get("file_row_number", 0)) + 1
    return f"No. {number}" if hidden else str(row[unit_id])


def why_here(run: Run, number: int, *, shows_ids: bool = False) -> Why:
    """What speaks for a customer's place: its own values beside the middle of its segment and of everybody."""
    rows, currency = RunRows(run), run.plan.currency
    row, values = rows.row(number), rows.values(number)
    labels = phrases("customer_column")
    path = run.home / "profiles.csv"
    with told_as(RunFolderError, str(path)):
        medians = _medians(path, path.stat().st_mtime_ns)
        segment, shaping = int(row["segment"]), set(run.record["features"]["shaping"])
        compared = {
            one.name: _compared(one, values.get(one.name), (medians[segment], medians[None]), currency)
            for one in run.described_features
        }
    return Why(
        number, called(row, rows.unit_id, hidden=run.id_is_personal and not shows_ids), segment,
        str(row["segment_name"]), str(row.get("why_here") or ""),
        tuple((labels[name], customer_cell(name, row[name], currency)) for name in FACTS if row.get(name) is not None),
        tuple(one for name, one in compared.items() if name in shaping),
        tuple(one for name, one in compared.items() if name not in shaping),
    )  # fmt: skip


Medians = dict[int | None, dict[str, Any]]


def _compared(
    feature: Feature, value: Any, beside: tuple[dict[str, Any], dict[str, Any]], currency: str | None
) -> Compared:
    def text(given: Any) -> str:
        return words.MISSING if given is None else words.measured(float(given), feature.measure, currency)

    middle = (one.get(f"{feature.name}_median", one.get(feature.name)) for one in beside)
    return Compared(words.sentence(feature.label).rstrip("."), text(value), *map(text, middle))


@lru_cache(maxsize=8)
def _medians(path: Path, _changed: int) -> Medians:
    return {one["segment"]: one for one in csv.read_csv(path).to_pylist()}
