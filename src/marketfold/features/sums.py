"""Exact sums over lines, orders and returns, one row per unit, as a lazy plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from marketfold.activity import scaled
from marketfold.schema import UNIT_ID, day_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Unit

DESCRIBING = ("country", "territory", "state")
"""Columns that describe a unit and do not shape segments."""
SEVERAL = "(several)"

Rows = Literal["lines", "orders", "returns"]
REVENUE = nw.col("revenue_scaled")


@dataclass(frozen=True, eq=False)
class Sum:
    """An aggregate that a formula asks for.

    Attributes
    ----------
    name
        Column in which the formula finds it, as float64, 0 where a unit has no such row.
    value
        The aggregate. It should be whole, so that it is the same on every engine.
    rows
        What it is over: purchases, orders as in `Activity.orders`, or returned lines (of customers). Each has
        `revenue_scaled`, the money in ten-thousandths; of an order or an order line, `orders` are its lines.
    """

    name: str
    value: nw.Expr
    rows: Rows = "lines"


def money_where(name: str, condition: nw.Expr, rows: Rows = "lines") -> Sum:
    """Money, in ten-thousandths, of the rows on which a condition holds."""
    return Sum(name, nw.when(condition).then(REVENUE).sum(), rows)


ALWAYS = (Sum("line_count", nw.len()), Sum("revenue_scaled", REVENUE.sum()))
"""What `Activity` tells of a customer and lines must tell of an order."""


def _sorted_out(sums: Sequence[Sum], unit: Unit) -> dict[Rows, list[nw.Expr]]:
    """Aggregates by the rows that they are over, each once."""
    by_rows: dict[Rows, list[nw.Expr]] = {"lines": [], "orders": [], "returns": []}
    for one in {one.name: one for one in sums}.values():
        rows: Rows = "lines" if one.rows == "orders" and unit != "customer" else one.rows
        by_rows[rows].append(one.value.alias(one.name))
    return by_rows


def _ends(name: str) -> list[nw.Expr]:
    return [nw.col(name).min().alias(f"_least_{name}"), nw.col(name).max().alias(f"_most_{name}")]


def _described(name: str) -> nw.Expr:
    least = nw.col(f"_least_{name}")
    several = nw.when(~least.is_null()).then(nw.lit(SEVERAL))
    return nw.when(least == nw.col(f"_most_{name}")).then(least).otherwise(several).alias(name)


def sum_units(clean: CleanOrders, unit: Unit, sums: Sequence[Sum]) -> nw.LazyFrame[Any]:
    """One row per unit: its id, what describes it, first and last day as day numbers, and its sums.

    Parameters
    ----------
    clean
        Orders before the as-of date.
    unit
        What a row is.
    sums
        What formulas ask for, beside what `Activity.customers` has of every customer; of an order or an order line,
        `line_count` and `revenue_scaled` are always there.
    """
    key = UNIT_ID[unit]
    wanted = _sorted_out(sums if unit == "customer" else [*ALWAYS, *sums], unit)
    described = [name for name in DESCRIBING if name in clean.columns]
    wanted["lines"] += [cell for name in described for cell in _ends(name)]
    day = nw.col("ordered_on")
    if unit != "customer":
        wanted["lines"] += [day.min().alias("first_on"), day.max().alias("last_on")]
    lines, returns = (
        rows.with_columns(scaled(nw.col("amount")).alias("revenue_scaled")) for rows in (clean.purchases, clean.returns)
    )
    sources = {"lines": lines, "orders": clean.activity.orders, "returns": returns}
    frames = [sources[rows].group_by(key).agg(*cells) for rows, cells in wanted.items() if cells]
    joined, *others = [clean.activity.customers, *frames] if unit == "customer" else frames
    for frame in others:
        joined = joined.join(frame, on=key, how="left")
    joined = joined.with_columns(
        *(_described(name) for name in described),
        day_number("first_on").alias("first_day"),
        day_number("last_on").alias("last_day"),
    )
    texts = {
        key,
        "first_on",
        "last_on",
        *described,
        *(f"_{end}_{name}" for name in described for end in ("least", "most")),
    }
    numbers = [name for name in joined.collect_schema().names() if name not in texts]
    return joined.with_columns(*(nw.col(name).cast(nw.Float64).fill_null(0.0) for name in numbers))
