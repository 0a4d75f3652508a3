"""What a column holds, whatever it may mean: how much is empty, how its numbers and days lie, what stands most often.

Of columns that may be about a person nothing is said but how many cells are empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from marketfold.errors import OrdersError
from marketfold.orders.cells import as_texts, without_time
from marketfold.orders.day_columns import read_days
from marketfold.orders.first_lines import read_cells
from marketfold.orders.guesses import names_things
from marketfold.orders.hints import filled, holds_days
from marketfold.orders.numbers import number_from_text, sample_evidence
from marketfold.orders.open_columns import holds_no_person, sounds_personal
from marketfold.orders.typing_lines import MOST_DAYS
from marketfold.schema import PERSONAL, ROLES, ColumnProfile, Holds, count_where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.config import ReadingOptions
    from marketfold.engine import Engine
    from marketfold.orders.numbers import Decimal
    from marketfold.orders.sources import Source

N_BINS = 16
N_VALUES = 5
N_SAMPLES = 3
MOST_COLUMNS = 120
"""Columns that are looked at; of those after them only the name and the first cells are known."""
_AT_ONCE = 24
_OUTLYING = 0.01
"""Share of the numbers at either end that the first and the last bar take in."""
_MOSTLY = 0.95
_LONGEST_SAMPLE = 60
_IS_NUMBERED = re.compile(r"[^\W\d_]{0,4}[-_#.]?\d[\w-]*")
"""An id of a customer that is no name, no address and no telephone number with its signs."""


def may_be_personal(column: str, role: str, cells: Sequence[object]) -> bool:
    """Whether a column may be about a person: by its role where it has one, else by its name and its cells.

    >>> may_be_personal("PRODUCTNAME", "product_name", ["Mug"]), may_be_personal("Name", "", ["Mug"])
    (False, True)
    """
    texts = [str(cell) for cell in filled(cells)]
    if not role:
        return sounds_personal(column) or not (not texts or holds_days(cells) or holds_no_person(cells))
    if role in PERSONAL or any("@" in text for text in texts):
        return True
    return role == "customer_id" and (sounds_personal(column) or not all(map(_IS_NUMBERED.fullmatch, texts)))


def first_samples(cells: Sequence[object]) -> tuple[str, ...]:
    """The first different cells, as they are shown."""
    texts = dict.fromkeys(str(cell).strip() for cell in filled(cells))
    return tuple(text[:_LONGEST_SAMPLE] for text in texts)[:N_SAMPLES]


def _holds(role: str, cells: Sequence[object]) -> Holds:
    """What the first cells of a column that is about nobody are."""
    known = filled(cells)
    if not known:
        return "nothing"
    if holds_days(known):
        return "day"
    is_id = ROLES[role].kind == "text" if role else names_things(known)
    if not is_id and sum(number is not None for number in read_cells(known)) >= _MOSTLY * len(known):
        return "number"
    return "class" if len({str(cell) for cell in known}) <= max(len(known) // 2, N_VALUES) else "text"


def profile_columns(source: Source, mapping: Mapping[str, str], options: ReadingOptions) -> dict[str, ColumnProfile]:
    """What each column of a source holds, by its name, over all of its lines.

    Parameters
    ----------
    mapping
        Column of each role that was found.
    options
        How cells are written, where the user said so.
    """
    roles = {column: role for role, column in mapping.items()}
    sample = source.sample()
    found: dict[str, ColumnProfile] = {}
    columns = list(source.columns)[:MOST_COLUMNS]
    for start in range(0, len(columns), _AT_ONCE):
        some = {f"c{place}": column for place, column in enumerate(columns[start : start + _AT_ONCE])}
        known = {column: (roles.get(column, ""), sample[column]) for column in some.values()}
        found |= _of_some(source, some, known, options)
    rest = source.columns[MOST_COLUMNS:]
    return found | {column: _unseen(column, roles.get(column, ""), sample[column]) for column in rest}


def _unseen(column: str, role: str, cells: Sequence[object]) -> ColumnProfile:
    if may_be_personal(column, role, cells):
        return ColumnProfile("personal")
    return ColumnProfile("unreadable", samples=first_samples(cells))


def _of_some(
    source: Source,
    names: Mapping[str, str],
    known: Mapping[str, tuple[str, Sequence[object]]],
    options: ReadingOptions,
) -> dict[str, ColumnProfile]:
    """Of columns that are loaded at once; where one of them cannot be, of each by itself."""
    try:
        frame = source.load(names, lambda raw: as_texts(raw, list(names), options.null_values, source.engine))
    except OrdersError:
        if len(names) == 1:
            return {column: _unseen(column, *known[column]) for column in names.values()}
        each = ({name: column} for name, column in names.items())
        return {column: one for some in each for column, one in _of_some(source, some, known, options).items()}
    asked = _Asked(frame.select(*names), source.engine, options)
    holds = {
        name: "personal" if may_be_personal(column, *known[column]) else _holds(*known[column])
        for name, column in names.items()
    }
    counts = asked.counts(list(names))
    numbers = [name for name, kind in holds.items() if kind == "number" and counts[name]]
    signs = {name: options.decimal or sample_evidence(known[names[name]][1]).sign or "." for name in numbers}
    lying = asked.numbers(signs) if signs else {}
    found = {}
    for name, column in names.items():
        n_rows, n_filled = counts[""], counts[name]
        empty = 1 - n_filled / n_rows if n_rows else None
        if holds[name] in {"personal", "nothing"}:  # of cells that only stand further down nobody knows whose they are
            later = holds[name] == "nothing" and n_filled
            found[column] = ColumnProfile("unreadable" if later else holds[name], empty)
            continue
        profile = lying.get(name) or (asked.days if holds[name] == "day" else asked.texts)(name, n_filled)
        role, cells = known[column]
        whole = [text for text, _ in profile.values]
        if holds[name] == "number" and not role:
            whole = [f"{end:.0f}" for end in profile.ends]
        if holds[name] != "day" and may_be_personal("", role, whole):
            found[column] = ColumnProfile("personal", empty)  # as the whole column shows, and not its first cells
            continue
        found[column] = replace(profile, empty_share=empty, samples=first_samples(cells))
    return found


@dataclass(frozen=True)
class _Asked:
    """Columns as text, and what is asked of them."""

    frame: nw.LazyFrame[Any]
    engine: Engine
    options: ReadingOptions

    def _row(self, frame: nw.LazyFrame[Any], *asked: nw.Expr) -> dict[str, Any]:
        row: dict[str, Any] = self.engine.collect(frame.select(*asked)).to_pylist()[0]
        return row

    def counts(self, names: Sequence[str]) -> dict[str, int]:
        """Rows, under no name, and filled cells of each column."""
        cells = (nw.col(name).count().alias(name) for name in names)
        row = self._row(self.frame, nw.len().alias("_rows"), *cells)
        return {name.replace("_rows", ""): int(n) for name, n in row.items()}

    def numbers(self, signs: Mapping[str, str]) -> dict[str, ColumnProfile]:
        """How the numbers of several columns lie, each with its decimal sign."""
        read = [_number(name, "," if sign == "," else ".") for name, sign in signs.items()]
        frame = self.engine.materialise(self.frame.select(*read))
        rows = {name: self._row(frame, *_lying(nw.col(name))) for name in signs}
        edges = {name: _edges(row["low"], row["high"], row["broken"] == 0) for name, row in rows.items() if row["n"]}
        steps = [
            count_where((nw.col(name) >= low) & (nw.col(name) < high)).alias(f"{name} {place}")
            for name, own in edges.items()
            for place, (low, high) in enumerate(pairwise([-np.inf, *own[1:-1], np.inf]))
        ]
        bars = self._row(frame, *steps) if steps else {}
        return {
            name: ColumnProfile(
                "number",
                bars=tuple(bars[f"{name} {place}"] / rows[name]["n"] for place in range(len(own) - 1)),
                ends=(float(rows[name]["least"]), float(rows[name]["most"])),
            )
            for name, own in edges.items()
        }

    def days(self, name: str, n_filled: int) -> ColumnProfile:
        """How the days of a column lie; as texts where they cannot be read as days."""
        text = self.frame.select(without_time(nw.col(name)).alias("text")).filter(~nw.col("text").is_null())
        counted = self.engine.collect(text.group_by("text").agg(nw.len().alias("n")).head(MOST_DAYS + 1))
        if counted.num_rows > MOST_DAYS:
            return self.texts(name, n_filled)
        counts = dict(sorted(zip(counted["text"].to_pylist(), counted["n"].to_pylist(), strict=True)))
        read = read_days("", counts, self.options.date_format, self.options.undo)
        if not read.days:
            return self.texts(name, n_filled)
        numbers = np.array([day.toordinal() for day in read.days.values()], np.float64)
        weights = np.array([counts[text] for text in read.days], np.float64)
        bars, _ = np.histogram(numbers, N_BINS, (numbers.min(), max(numbers.max(), numbers.min() + 1)), weights=weights)
        ends = (min(read.days.values()).isoformat(), max(read.days.values()).isoformat())
        return ColumnProfile("day", bars=tuple((bars / weights.sum()).tolist()), ends=ends)

    def texts(self, name: str, n_filled: int) -> ColumnProfile:
        """What stands most often in a column of texts."""
        counted = self.frame.select(name).filter(~nw.col(name).is_null()).group_by(name).agg(nw.len().alias("n"))
        most = self.engine.collect(counted.sort("n", name, descending=[True, False]).head(N_VALUES)).to_pylist()
        different = int(self._row(counted, nw.len().alias("n"))["n"])
        values = tuple((str(row[name])[:_LONGEST_SAMPLE], row["n"] / n_filled) for row in most if row["n"] > 1)
        return ColumnProfile("class" if values else "text", values=values, n_different=different)


def _number(name: str, sign: Decimal) -> nw.Expr:
    return number_from_text(nw.col(name), sign).alias(name)


def _lying(cell: nw.Expr) -> list[nw.Expr]:
    asked = {"least": cell.min(), "most": cell.max(), "n": cell.count(), "broken": (cell - cell.floor()).max()}
    asked |= {"low": cell.quantile(_OUTLYING, "linear"), "high": cell.quantile(1 - _OUTLYING, "linear")}
    return [one.alias(name) for name, one in asked.items()]


def _edges(low: float, high: float, whole: bool) -> list[float]:  # noqa: FBT001
    """Bounds of equal steps; of few whole numbers each has its own, and of one number alone they lie about it."""
    if whole and high - low < N_BINS:
        return [float(edge) for edge in np.arange(np.floor(low) - 0.5, np.ceil(high) + 1)]
    low, high = (low, high) if high > low else (low - 0.5, low + 0.5)
    return [float(edge) for edge in np.linspace(low, high, N_BINS + 1)]
