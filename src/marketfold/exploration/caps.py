"""Columns that stop at a round value: whatever was above it is not known any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

if TYPE_CHECKING:
    from marketfold.exploration.tables import Tables

MIN_CAP_SHARE = 0.05
MIN_DISTINCT = 20
NEAR = 0.95
"""A cap shows as many lines exactly at the maximum and few just below it."""


@dataclass(frozen=True)
class Cap:
    """A number column that ends in a wall.

    Attributes
    ----------
    value
        The maximum.
    lines, line_share
        Kept lines at exactly that value, and their share of the filled ones, 0 to 1.
    differs_at_cap_share, differs_below_share
        Share of lines, at the cap and below it, on which quantity x unit price is not the amount; None where that
        cannot be asked. Near 1 and near 0 show that the column, and not the amount, was cut.
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
    rows = tables.collect(
        tables.purchases.filter(~nw.col("quantity").is_null(), ~nw.col("unit_price").is_null())
        .with_columns(at=nw.when(at).then(nw.lit(1)).otherwise(nw.lit(0)), off=off)
        .group_by("at")
        .agg(nw.col("off").mean())
    )
    share = {int(at): float(off) for at, off in zip(rows["at"], rows["off"], strict=True)}
    return share.get(1), share.get(0)


def find_caps(tables: Tables) -> tuple[Cap, ...]:
    """Number columns whose round maximum holds at least a twentieth of the kept lines."""
    found = []
    for column in tables.columns.numbers:
        stats = tables.columns.stats[column]
        value, filled = stats["maximum"], stats["filled"]
        here = nw.col(column)
        row = tables.collect(
            tables.purchases.select(
                (here == value).cast(nw.Int64).sum().alias("at"),
                ((here < value) & (here >= value - (1 - NEAR) * abs(value))).cast(nw.Int64).sum().alias("near"),
                here.n_unique().alias("distinct"),
            )
        )
        at, near, distinct = (int(row[name][0] or 0) for name in ("at", "near", "distinct"))
        if is_round(value) and at >= MIN_CAP_SHARE * filled and at > 2 * near and distinct >= MIN_DISTINCT:
            found.append(Cap(column, tables.label(column), value, at, at / filled, *_differs(tables, column, value)))
    return tuple(found)
