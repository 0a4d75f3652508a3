"""What one column tells of another, over a seeded sample of lines: columns without a role take part here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.special import entr

from marketfold.exploration.relations import (
    MIN_CLASS_LINES,
    MOST_RANGES,
    Cap,
    Cuts,
    Follows,
    cut_between,
    drawn,
    is_cap,
    just_below,
)
from marketfold.exploration.tables import CLASSES, as_dates, collect
from marketfold.frames import terse
from marketfold.orders import read_number
from marketfold.schema import SOURCE_LINE, day_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

SAMPLE_TO_RELATE = 50_000
"""Lines that columns are compared on: a class of one line in a thousand still has fifty of them."""
MOST_CLASSES = 60
MOST_COLUMNS = 14
LINES_FOR_EACH = 5
"""With fewer lines for each value of a column, other columns follow from it by chance."""
PARTS = ("year", "quarter", "month", "weekday", "year and month", "year and quarter")


@terse
@dataclass(frozen=True)
class Dependence:
    """What one class column tells of another.

    Attributes
    ----------
    labels
        Class columns with two values or more, then the parts of the order date.
    values
        Theil's uncertainty coefficient, shape (n_columns, n_columns): the share, 0 to 1, of what is not known of the
        row's column that is known once the other is; 1 on the diagonal.
    unmapped, constants
        Columns without a role that were looked at, and those of them that have the same value on every line.
    date_parts
        Columns that say the same as a part of the order date, and the part.
    follows, cuts, caps
        Of columns without a role, as for the others.
    """

    labels: tuple[str, ...]
    values: Float64
    unmapped: tuple[str, ...]
    constants: tuple[str, ...]
    date_parts: tuple[tuple[str, str], ...]
    follows: tuple[Follows, ...]
    cuts: tuple[Cuts, ...]
    caps: tuple[Cap, ...]
    n_lines: int  # that were compared
    n_kept: int


@dataclass(frozen=True)
class _Column:
    """A column as codes: 0, 1, ... for its values, -1 where it is empty."""

    label: str
    codes: NDArray[np.int64]
    spare: bool = False

    @property
    def n_values(self) -> int:
        return int(self.codes.max(initial=-1)) + 1

    def is_class(self) -> bool:
        """Whether there are few values, two at least on a fair number of lines."""
        if not 2 <= self.n_values <= MOST_CLASSES:
            return False
        lines = np.bincount(self.codes[self.codes >= 0])
        return bool(np.sort(lines)[-2] >= MIN_CLASS_LINES and lines.sum() >= LINES_FOR_EACH * self.n_values)


def _coded(label: str, values: NDArray[Any], *, spare: bool = False) -> _Column:
    codes = np.full(len(values), -1, dtype=np.int64)
    filled = np.array([value is not None for value in values], dtype=bool)
    codes[filled] = np.unique(values[filled].astype(str), return_inverse=True)[1]
    return _Column(label, codes, spare)


def _pair(a: _Column, b: _Column) -> NDArray[np.int64]:
    """Lines for each pair of values where both are filled, shape (n_values of a, n_values of b)."""
    both = (a.codes >= 0) & (b.codes >= 0)
    flat = np.bincount(a.codes[both] * b.n_values + b.codes[both], minlength=a.n_values * b.n_values)
    return flat.reshape(a.n_values, b.n_values).astype(np.int64)


def uncertainty_coefficient(pairs: NDArray[np.int64]) -> float:
    """Share of the row's entropy that goes once the column is known (Theil 1970), 0 to 1.

    >>> uncertainty_coefficient(np.array([[30, 0], [0, 20]])), uncertainty_coefficient(np.array([[5, 5], [5, 5]]))
    (1.0, 0.0)
    """
    if not pairs.sum():
        return 0.0
    counts = pairs.sum(axis=1), pairs.sum(axis=0), pairs
    row, column, both = (entr(part / pairs.sum()).sum() for part in counts)
    return float(np.clip((row + column - both) / row, 0, 1).round(12)) if row else 0.0


def _is_known(pairs: NDArray[np.int64]) -> bool:
    """Whether the row's value is the same on all lines with the same value of the column, with two rows at least."""
    return bool(((pairs > 0).sum(axis=0) <= 1).all() and (pairs.sum(axis=1) > 0).sum() > 1)


def _date_parts(days: NDArray[np.datetime64], label: str) -> dict[str, _Column]:
    months = days.astype("datetime64[M]").astype(np.int64)
    year, month = months // 12, months % 12
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    values = (year, month // 3, month, weekday, months, year * 4 + month // 3)
    named = zip(PARTS, values, strict=True)
    return {part: _Column(f"{part} of {label}", np.unique(value, return_inverse=True)[1]) for part, value in named}


def _same_parts(columns: list[_Column], parts: dict[str, _Column]) -> Iterator[tuple[str, str]]:
    for column in columns:
        for name, part in parts.items():
            pairs = _pair(column, part)
            if _is_known(pairs) and _is_known(pairs.T):
                yield column.label, name
                break


def _follows(columns: list[_Column], dated: set[str]) -> Iterator[Follows]:
    """Pairs in which a column without a role takes part; parts of the date among themselves surprise nobody."""
    for a, b in permutations(columns, 2):
        if not (a.spare or b.spare) or {a.label, b.label} <= dated:
            continue
        pairs = _pair(a, b)
        back = _is_known(pairs.T)
        if _is_known(pairs) and not (back and a.label > b.label):
            kind: Literal["same", "follows"] = "same" if back else "follows"
            yield Follows(a.label, a.label, b.label, b.label, kind, a.n_values, b.n_values)


def _cap(label: str, values: NDArray[Any]) -> Cap | None:
    """Cap of a column of text; None where a cell is not a number."""
    texts, lines = np.unique([str(value) for value in values if value is not None], return_counts=True)
    read = [read_number(str(text), ".") for text in texts]
    if not read or any(value is None for value in read):
        return None
    numbers, filled = np.array(read, dtype=np.float64), int(lines.sum())
    top = float(numbers.max())
    at, near = (int(lines[here].sum()) for here in (numbers == top, (numbers < top) & (numbers >= just_below(top))))
    capped = at >= MIN_CLASS_LINES and is_cap(top, filled, at, near, len(np.unique(numbers)))
    return Cap(label, label, top, at, at / filled) if capped else None


def _cuts(columns: list[_Column], spare: dict[str, Any], kept: dict[str, Any], tables: Tables) -> Iterator[Cuts]:
    for column in columns:
        if not column.spare or column.n_values > MOST_RANGES:
            continue
        names = np.unique(spare[column.label][column.codes >= 0].astype(str))
        for number in reversed(tables.columns.numbers):
            values = kept[number].astype(np.float64)
            both = (column.codes >= 0) & np.isfinite(values)
            low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
            np.minimum.at(low, column.codes[both], values[both])
            np.maximum.at(high, column.codes[both], values[both])
            lines = np.bincount(column.codes[both], minlength=len(names))
            if found := cut_between(names, lines, low, high):
                yield Cuts(column.label, column.label, number, tables.label(number), *found)
                break


def _spare(tables: Tables, lines: NDArray[np.int64], seed: int, share: float) -> dict[str, Any]:
    """Cells of the columns without a role on the lines of the sample."""
    frame = tables.clean.orders.unmapped()
    if frame is None:
        return {}
    rows = collect(tables.engine, frame.filter(drawn(seed, share)))
    order = np.argsort(rows[SOURCE_LINE], kind="stable")
    place = order[np.searchsorted(rows[SOURCE_LINE][order], lines)]
    return {name: rows[f"open_{i}"].astype(object)[place] for i, name in enumerate(tables.clean.orders.open_columns)}


def relate(tables: Tables, seed: int = 0) -> Dependence | None:
    """Compare class columns, those without a role among them, on about 50,000 kept lines; None without any."""
    share = min(1.0, SAMPLE_TO_RELATE / max(tables.columns.n_kept, 1))
    roles = [name for name in CLASSES if 0 < tables.columns.distinct.get(name, 0) <= MOST_CLASSES]
    cells = tables.purchases.filter(drawn(seed, share)).select(
        SOURCE_LINE, day_number("ordered_on").alias("day"), *roles, *tables.columns.numbers
    )
    kept = tables.collect(cells.sort(SOURCE_LINE))
    spare = _spare(tables, kept[SOURCE_LINE], seed, share)
    coded = [_coded(tables.label(name), kept[name]) for name in roles]
    coded += [_coded(name, values, spare=True) for name, values in spare.items()]
    columns = [column for column in coded if column.is_class()][:MOST_COLUMNS]
    if not columns and not spare:
        return None
    parts = _date_parts(as_dates(kept["day"]), tables.label("ordered_on"))
    dated = tuple(_same_parts(columns, parts))
    drawn_parts = [parts[part] for part in ("year", "month") if parts[part].is_class()] if columns else []
    compared = [*columns, *drawn_parts]
    values = np.eye(len(compared))
    for (i, a), (j, b) in permutations(enumerate(compared), 2):
        values[i, j] = uncertainty_coefficient(_pair(a, b))
    caps = [_cap(name, values) for name, values in spare.items()]
    return Dependence(
        labels=tuple(column.label for column in compared),
        values=values,
        unmapped=tuple(spare),
        constants=tuple(c.label for c in coded if c.spare and c.n_values == 1 and (c.codes >= 0).all()),
        date_parts=dated,
        follows=tuple(_follows(columns, {label for label, _ in dated})),
        cuts=tuple(_cuts(columns, spare, kept, tables)),
        caps=tuple(cap for cap in caps if cap is not None),
        n_lines=len(kept["day"]),
        n_kept=tables.columns.n_kept,
    )
