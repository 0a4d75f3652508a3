"""Which columns say the same: correlations, classes cut from a number, and classes that follow from another class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np

from marketfold.exploration.columns import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

CUT_COLUMNS = ("deal_size", "category", "status")
"""Classes that someone may have cut from a number; geography is never one."""

MIN_CLASS_LINES = 20
"""A class with fewer lines lies inside a range by chance."""


@dataclass(frozen=True)
class Correlations:
    """Pearson's r between number columns, over kept lines where all of them are filled.

    Attributes
    ----------
    values
        Shape (n_columns, n_columns), -1 to 1.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    values: Float64
    n_lines: int


@dataclass(frozen=True)
class Cuts:
    """A class column that follows from a number: the classes are ranges of it that do not overlap.

    Attributes
    ----------
    classes
        From the lowest range up.
    cuts
        Roundest number between each class and the next, shape (n_classes - 1,).
    lines
        Of each class, shape (n_classes,).
    """

    column: str
    label: str
    number: str
    number_label: str
    classes: tuple[str, ...]
    cuts: tuple[float, ...]
    lines: NDArray[np.int64]


@dataclass(frozen=True)
class Follows:
    """A class column whose value is known once another is: `same` where that holds both ways."""

    column: str
    label: str
    given: str
    given_label: str
    kind: Literal["follows", "same"]
    n_values: int
    n_given_values: int


@dataclass(frozen=True)
class LineSample:
    """A seeded sample of kept lines, for pictures of single lines.

    Attributes
    ----------
    columns, labels
        Number columns and the user's names for them.
    values
        Shape (n_sampled, n_columns).
    groups
        Class of each line, shape (n_sampled,); the empty text where there is no class column.
    group_label
        The user's name for the class column; empty where there is none.
    n_lines
        Kept lines that were sampled from.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    values: Float64
    groups: NDArray[np.object_]
    group_label: str
    n_lines: int


def correlate(tables: Tables) -> Correlations | None:
    """Correlations of the number columns that vary; None with fewer than two. Two passes: means, then products."""
    columns = tables.columns.numbers
    if len(columns) < 2:
        return None
    filled = tables.purchases.filter(*[~nw.col(name).is_null() for name in columns])
    pairs = list(combinations(range(len(columns)), 2))
    # Around the mean of the filled cells: a sum of raw products would cancel digits.
    away = [nw.col(name) - tables.columns.stats[name]["mean"] for name in columns]
    sums = [away[i].sum().alias(f"sum_{i}") for i in range(len(columns))]
    squares = [(away[i] * away[i]).sum().alias(f"square_{i}") for i in range(len(columns))]
    products = [(away[i] * away[j]).sum().alias(f"product_{i}_{j}") for i, j in pairs]
    row = tables.collect(filled.select(nw.len().alias("n"), *sums, *squares, *products))
    n = int(row["n"][0])
    if n < 3:
        return None
    total = np.array([float(row[f"sum_{i}"][0]) for i in range(len(columns))])
    spread = np.array([float(row[f"square_{i}"][0]) for i in range(len(columns))]) - total**2 / n
    values = np.eye(len(columns))
    for i, j in pairs:
        shared = float(row[f"product_{i}_{j}"][0]) - total[i] * total[j] / n
        values[i, j] = values[j, i] = np.clip(shared / max(math.sqrt(spread[i] * spread[j]), 1e-300), -1, 1)
    # engines add in any order: the last digits differ from run to run
    return Correlations(columns, tuple(tables.label(name) for name in columns), np.round(values, 9), n)


def round_number_between(low: float, high: float) -> float:
    """The roundest number above `low` and up to `high`.

    >>> round_number_between(2999.97, 3002.40)
    3000.0
    """
    for digits in range(-math.floor(math.log10(max(abs(high), 1e-9))), 12):
        rounded = round(math.floor(high * 10**digits + 1e-9) / 10**digits, 12)
        if low < rounded <= high:
            return float(rounded)
    return high


def _ranges(tables: Tables, column: str) -> dict[str, NDArray[Any]]:
    kept = tables.cube.filter(~nw.col(column).is_null())
    sides = [getattr(nw.col(f"{name}__{side}"), side)() for name in tables.columns.numbers for side in ("min", "max")]
    return tables.collect(kept.group_by(column).agg(nw.col("lines").sum(), *sides))


def _cut_from(ranges: dict[str, NDArray[Any]], column: str, number: str, tables: Tables) -> Cuts | None:
    low, high = ranges[f"{number}__min"].astype(float), ranges[f"{number}__max"].astype(float)
    order = np.argsort(low, kind="stable")
    low, high, lines = low[order], high[order], ranges["lines"][order].astype(np.int64)
    if not (np.isfinite(low).all() and np.isfinite(high).all() and (high[:-1] < low[1:]).all()):
        return None
    return Cuts(
        column=column,
        label=tables.label(column),
        number=number,
        number_label=tables.label(number),
        classes=tuple(str(name) for name in ranges[column][order]),
        cuts=tuple(round_number_between(a, b) for a, b in zip(high[:-1], low[1:], strict=True)),
        lines=lines,
    )


def find_cuts(tables: Tables) -> tuple[Cuts, ...]:
    """Class columns that are ranges of a number column, over kept lines."""
    found = []
    for column in CUT_COLUMNS:
        if column not in tables.classes or not 2 <= tables.columns.distinct[column] <= 12:
            continue
        ranges = _ranges(tables, column)
        if ranges["lines"].min() < MIN_CLASS_LINES:
            continue
        cuts = (_cut_from(ranges, column, number, tables) for number in reversed(tables.columns.numbers))
        found += [cut for cut in cuts if cut is not None][:1]
    return tuple(found)


def _distinct(value: nw.Expr, name: str) -> list[nw.Expr]:
    """Different values, and whether there are empty cells, which `n_unique` counts as one more."""
    return [value.n_unique().alias(name), value.is_null().cast(nw.Int64).max().alias(f"{name}__empty")]


def _pairs(tables: Tables, several: Sequence[str]) -> dict[str, int]:
    """Different pairs `a|b`, and values of a column where the other is filled too (`a~b`); all in one query."""
    cells = []
    for a, b in combinations(several, 2):
        both = ~nw.col(a).is_null() & ~nw.col(b).is_null()
        pair = nw.concat_str(nw.col(a), nw.col(b), separator="\x1f")
        cells += _distinct(nw.when(both).then(pair), f"{a}|{b}")
        cells += _distinct(nw.when(both).then(nw.col(a)), f"{a}~{b}")
        cells += _distinct(nw.when(both).then(nw.col(b)), f"{b}~{a}")
    if not cells:
        return {}
    row = tables.collect(tables.cube.select(*cells))
    return {name: int(row[name][0]) - int(row[f"{name}__empty"][0]) for name in row if not name.endswith("__empty")}


def find_follows(tables: Tables) -> tuple[Follows, ...]:
    """Class columns that another class column determines without exception, over kept lines where both are filled."""
    several = [name for name in tables.classes if tables.columns.distinct[name] > 1]
    distinct = _pairs(tables, several)
    found: list[Follows] = []
    for column, given in permutations(several, 2):
        n = distinct.get(f"{column}|{given}", distinct.get(f"{given}|{column}", 0))
        n_column, n_given = distinct[f"{column}~{given}"], distinct[f"{given}~{column}"]
        same = n == n_given == n_column
        # With as many pairs as values of `given`, each of these has one value of `column`.
        if n != n_given or n_column < 2 or (same and column > given):
            continue
        kind: Literal["follows", "same"] = "same" if same else "follows"
        found.append(Follows(column, tables.label(column), given, tables.label(given), kind, n_column, n_given))
    return tuple(found)


_MODULUS = 2_147_483_647  # 2^31 - 1
_MULTIPLIER = 48_271  # Park, Miller and Stockmeyer (1993): a full-period multiplier for this modulus


def _scattered(seed: int) -> nw.Expr:
    """A number below 2^31 - 1 for each source line: the same on every engine, in no order that the file knows."""
    once = (nw.col("source_line") * _MULTIPLIER + (seed * 7_919 + 1)) % _MODULUS
    return (once * _MULTIPLIER + 12_345) % _MODULUS


def drawn(seed: int, share: float) -> nw.Expr:
    """Whether a source line is in the sample that holds `share` (0 to 1) of all lines."""
    return _scattered(seed) < int(_MODULUS * share)


def sample_lines(tables: Tables, seed: int, n_lines: int, by: str = "") -> LineSample:
    """About `n_lines` kept lines, all of them where there are no more, the same for the same seed."""
    columns = tuple(name for name in NUMBERS if name in tables.columns.numbers)
    frame = tables.purchases
    if tables.columns.n_kept > n_lines:
        frame = frame.filter(drawn(seed, n_lines / tables.columns.n_kept))
    rows = tables.collect(frame.select("source_line", *columns, *([by] if by else [])).sort("source_line"))
    n = len(rows["source_line"])
    groups = rows[by].astype(object) if by else np.full(n, "", dtype=object)
    return LineSample(
        columns=columns,
        labels=tuple(tables.label(name) for name in columns),
        values=np.column_stack([rows[name].astype(np.float64) for name in columns]) if columns else np.empty((n, 0)),
        groups=np.array(["" if name is None else str(name) for name in groups], dtype=object),
        group_label=tables.label(by) if by else "",
        n_lines=tables.columns.n_kept,
    )
