"""Totals over order lines, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import NO_LINES, SOURCE_LINE, count_where, money_sum

if TYPE_CHECKING:
    from datetime import date

    from marketfold.engine import Engine


@dataclass(frozen=True)
class Totals:
    """Counts, dates and money over all lines that were read; `nulls` counts empty or unreadable cells by column."""

    lines: int
    orders: int
    customers: int
    first_on: date | None
    last_on: date | None
    amount_total: float
    zero_amounts: int
    negative_amounts: int
    negative_quantities: int
    nulls: dict[str, int]


def n_known(column: str) -> nw.Expr:
    """Different values of a column; a missing one is none."""
    missing = nw.when(nw.col(column).is_null()).then(1).otherwise(0).max()
    return nw.col(column).n_unique() - missing


def total_lines(lines: nw.LazyFrame[Any], engine: Engine) -> Totals:
    """Add up order lines; rows that are none are not counted."""
    names = lines.collect_schema().names()
    if "row_kind" in names:
        lines = lines.filter(~nw.col("row_kind").is_in(NO_LINES).fill_null(value=False)).drop("row_kind")
        names = [name for name in names if name != "row_kind"]
    signs = [count_where(nw.col("quantity") < 0).alias("negative_quantities")] if "quantity" in names else []
    asked = [
        nw.len().alias("lines"),
        n_known("order_id").alias("orders"),
        n_known("customer_id").alias("customers"),
        nw.col("ordered_on").min().alias("first_on"),
        nw.col("ordered_on").max().alias("last_on"),
        money_sum("amount").alias("amount_total"),
        count_where(nw.col("amount") == 0).alias("zero_amounts"),
        count_where(nw.col("amount") < 0).alias("negative_amounts"),
        *signs,
        *(count_where(nw.col(name).is_null()).alias(f"null {name}") for name in names if name != SOURCE_LINE),
    ]
    row: dict[str, Any] = engine.collect(lines.select(*asked)).to_pylist()[0]
    return Totals(
        **{name: int(row[name]) for name in ("lines", "orders", "customers")},
        first_on=row["first_on"],
        last_on=row["last_on"],
        amount_total=float(row["amount_total"] or 0.0),
        **{name: int(row.get(name, 0)) for name in ("zero_amounts", "negative_amounts", "negative_quantities")},
        nulls={name: int(row[f"null {name}"]) for name in names if name != SOURCE_LINE},
    )
