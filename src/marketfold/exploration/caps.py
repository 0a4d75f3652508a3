"""Columns that stop at a round value: whatever was above it is not known any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.exploration.tables import Tables

MIN_CAP_SHARE = 0.05
MIN_DISTINCT = 20
NEAR = 0.95
"""A cap shows as many lines exactly at the maximum and few just below it."""


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
    """Whether many of the filled lines lie at the maximum and few just below it.

    Parameters
    ----------
    at, near
        Lines at the maximum, and within a twentieth below it.
    distinct
        Different values; of few, one at the end is no wall.
    """
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
