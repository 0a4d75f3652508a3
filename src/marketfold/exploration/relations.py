"""Which columns say the same: correlations, classes cut from a number, and classes that follow from another class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw
import numpy as np

from marketfold.exploration.tables import NUMBERS
from marketfold.frames import terse
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64

CUT_COLUMNS = ("deal_size", "category", "status")
"""Classes that someone may have cut from a number; geography is never one."""

MOST_RANGES = 12
MIN_CLASS_LINES = 20
"""A class with fewer lines lies inside a range by chance."""

MIN_CAP_SHARE = 0.05
MIN_DISTINCT = 20
NEAR = 0.95
"""A cap shows as many lines exactly at the maximum and few just below it."""


@dataclass(frozen=True)
class Correlations:
    """Pearson's r, shape (n_columns, n_columns), between number columns, over kept lines where all are filled."""

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    values: Float64
    n_lines: int


@dataclass(frozen=True)
class Cuts:
    """A class column that follows from a number: the classes are ranges of it that do not overlap, lowest first.

    `cuts` are the roundest numbers between each class and the next, shape (n_classes - 1,).
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


@terse
@dataclass(frozen=True)
class LineSample:
    """A seeded sample of kept lines, for pictures of single lines.

    `values` of the number columns have shape (n_sampled, n_columns), `groups` (the class of each line) (n_sampled,).
    Groups and their label are empty texts where there is no class column. `n_lines` were sampled from.
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
    sums = [value.sum().alias(f"sum_{i}") for i, value in enumerate(away)]
    squares = [(value * value).sum().alias(f"square_{i}") for i, value in enumerate(away)]
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


def cut_between(
    names: NDArray[Any], lines: NDArray[np.int64], low: Float64, high: Float64
) -> tuple[tuple[str, ...], tuple[float, ...], NDArray[np.int64]] | None:
    """Classes, cuts and lines of `Cuts`, from the lines and the range of each class; None where ranges overlap."""
    order = np.argsort(low, kind="stable")
    low, high, lines = low[order], high[order], lines[order].astype(np.int64)
    apart = np.isfinite(low).all() and np.isfinite(high).all() and (high[:-1] < low[1:]).all()
    if lines.min() < MIN_CLASS_LINES or not apart:
        return None
    cuts = tuple(round_number_between(float(a), float(b)) for a, b in zip(high[:-1], low[1:], strict=True))
    return tuple(str(name) for name in names[order]), cuts, lines


def find_cuts(tables: Tables) -> Iterator[Cuts]:
    """Class columns that are ranges of a number column, over kept lines."""
    numbers = tables.columns.numbers
    sides = [getattr(nw.col(f"{name}__{side}"), side)() for name in numbers for side in ("min", "max")]
    for column in CUT_COLUMNS:
        if column not in tables.classes or not 2 <= tables.columns.distinct[column] <= MOST_RANGES:
            continue
        kept = tables.cube.filter(~nw.col(column).is_null())
        rows = tables.collect(kept.group_by(column).agg(nw.col("lines").sum(), *sides))
        for number in reversed(numbers):
            low, high = (rows[f"{number}__{side}"].astype(np.float64) for side in ("min", "max"))
            if found := cut_between(rows[column], rows["lines"], low, high):
                yield Cuts(column, tables.label(column), number, tables.label(number), *found)
                break


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


def find_follows(tables: Tables) -> Iterator[Follows]:
    """Class columns that another class column determines without exception, over kept lines where both are filled."""
    several = [name for name in tables.classes if tables.columns.distinct[name] > 1]
    distinct = _pairs(tables, several)
    for column, given in permutations(several, 2):
        n = distinct.get(f"{column}|{given}", distinct.get(f"{given}|{column}", 0))
        n_column, n_given = distinct[f"{column}~{given}"], distinct[f"{given}~{column}"]
        same = n == n_given == n_column
        # With as many pairs as values of `given`, each of these has one value of `column`.
        if n != n_given or n_column < 2 or (same and column > given):
            continue
        kind: Literal["follows", "same"] = "same" if same else "follows"
        yield Follows(column, tables.label(column), given, tables.label(given), kind, n_column, n_given)


@dataclass(frozen=True)
class Cap:
    """A number column that ends in a wall: kept lines at exactly its maximum, and their share of the filled ones.

    `differs_at_cap_share` and `differs_below_share` are shares of lines, at the cap and below it, on which quantity x
    unit price is not the amount; None where that cannot be asked. Near 1 and near 0 show that the column, and not the
    amount, was cut.
    """

    column: str
    label: str
    value: float
    lines: int
    line_share: float
    differs_at_cap_share: float | None = None
    differs_below_share: float | None = None


def is_round(value: float) -> bool:
    """Whether a number has at most two digits that are not a zero at its end, or ends in 99.

    >>> is_round(100.0), is_round(4500.0), is_round(13.37)
    (True, True, False)
    """
    digits = f"{value:.2f}".replace(".", "")
    return len(digits.strip("0")) <= 2 or f"{value + 1:.0f}".rstrip("0") in {"1", "5"}


def is_cap(value: float, filled: int, at: int, near: int, distinct: int) -> bool:
    """Whether many lines lie at the maximum, few `near` below it, and different values are many: few have no wall."""
    return at >= MIN_CAP_SHARE * filled and at > 2 * near and distinct >= MIN_DISTINCT and is_round(value)


def just_below(value: float) -> float:
    """Where the stretch just below a maximum begins."""
    return value - (1 - NEAR) * abs(value)


def _differs(tables: Tables, column: str, value: float) -> tuple[float | None, float | None]:
    needed = ("quantity", "unit_price", "amount")
    if column != "unit_price" or any(name not in tables.columns.stats for name in needed):
        return None, None
    if "amount" not in tables.clean.facts.mapping:  # then the amount was computed from the price
        return None, None
    product = nw.col("quantity") * nw.col("unit_price")
    rounding = 0.005 * nw.col("quantity").abs() + 0.0051  # half a cent on each item, and on the line
    off = ((product - nw.col("amount")).abs() > rounding).cast(nw.Float64)
    at = nw.col("unit_price") == value
    both = tables.purchases.filter(~nw.col("quantity").is_null(), ~nw.col("unit_price").is_null())
    sided = both.with_columns(at=nw.when(at).then(nw.lit(1)).otherwise(nw.lit(0)), off=off)
    rows = tables.collect(sided.group_by("at").agg(nw.col("off").mean()))
    share = {int(at): float(off) for at, off in zip(rows["at"], rows["off"], strict=True)}
    return share.get(1), share.get(0)


def find_caps(tables: Tables) -> Iterator[Cap]:
    """Number columns whose round maximum holds at least a twentieth of the kept lines."""
    for column in tables.columns.numbers:
        here, stats = nw.col(column), tables.columns.stats[column]
        value, filled = stats["maximum"], int(stats["filled"])
        at_it = (here == value).cast(nw.Int64).sum()
        near_it = ((here < value) & (here >= just_below(value))).cast(nw.Int64).sum()
        row = tables.collect(tables.purchases.select(at=at_it, near=near_it, distinct=here.n_unique()))
        at, near, distinct = (int(row[name][0] or 0) for name in ("at", "near", "distinct"))
        if is_cap(value, filled, at, near, distinct):
            yield Cap(column, tables.label(column), value, at, at / filled, *_differs(tables, column, value))


_MODULUS = 2_147_483_647  # 2^31 - 1
_MULTIPLIER = 48_271  # Park, Miller and Stockmeyer (1993): a full-period multiplier for this modulus


def drawn(seed: int, share: float) -> nw.Expr:
    """Whether a source line is in the sample that holds `share` (0 to 1) of all lines."""
    # a number for each line that is the same on every engine, in no order that the file knows
    once = (nw.col(SOURCE_LINE) * _MULTIPLIER + (seed * 7_919 + 1)) % _MODULUS
    return (once * _MULTIPLIER + 12_345) % _MODULUS < int(_MODULUS * share)


def sample_lines(tables: Tables, seed: int, n_lines: int, by: str = "") -> LineSample:
    """About `n_lines` kept lines, all of them where there are no more, the same for the same seed."""
    columns = tuple(name for name in NUMBERS if name in tables.columns.numbers)
    frame = tables.purchases
    if tables.columns.n_kept > n_lines:
        frame = frame.filter(drawn(seed, n_lines / tables.columns.n_kept))
    rows = tables.collect(frame.select(SOURCE_LINE, *columns, *([by] if by else [])).sort(SOURCE_LINE))
    n = len(rows[SOURCE_LINE])
    groups = rows[by].astype(object) if by else np.full(n, "", dtype=object)
    return LineSample(
        columns=columns,
        labels=tuple(tables.label(name) for name in columns),
        values=np.column_stack([rows[name].astype(np.float64) for name in columns]) if columns else np.empty((n, 0)),
        groups=np.array(["" if name is None else str(name) for name in groups], dtype=object),
        group_label=tables.label(by) if by else "",
        n_lines=tables.columns.n_kept,
    )
