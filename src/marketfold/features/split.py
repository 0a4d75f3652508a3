"""The past and the future of the same customers, kept apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import pyarrow as pa

from marketfold.errors import TooFewUnitsError
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from datetime import date

    from marketfold.cleaning import CleanOrders


def before_day(clean: CleanOrders, day: date) -> CleanOrders:
    """Purchases and returns before a day; nothing on or after it can be seen in what is returned."""
    if clean.before is not None and clean.before <= day:
        return clean
    return clean.before_day(day)


def split_at(clean: CleanOrders, cut: date) -> tuple[CleanOrders, pa.Table]:
    """Orders before a day, and what the same customers spent from that day on.

    Features built from the first part cannot see the second: the lines are not in it. The `report` of the first part
    stays that of the whole source, and `set_aside` too. One thing an export cannot undo: a status is that of the day
    of the export, so a line that was cancelled after the cut is no purchase before it either.

    Returns
    -------
    tuple
        The orders before the cut, and a table (customer_id, revenue) with a row for each customer who bought before
        it, sorted by id, 0.0 where nothing came.

    Raises
    ------
    TooFewUnitsError
        If there is no purchase before the cut, or none after it.
    """
    early = before_day(clean, cut)
    after = clean.purchases.filter(nw.col("ordered_on") >= cut)
    later = after.group_by("customer_id").agg(money_sum("amount").alias("revenue"))
    joined = early.activity.customers.select("customer_id").join(later, on="customer_id", how="left")
    future = clean.engine.collect(joined.with_columns(nw.col("revenue").fill_null(0.0))).sort_by("customer_id")
    if not future.num_rows or not any(future.column("revenue").to_pylist()):
        side = "came back after" if future.num_rows else "bought before"
        message = f"No customer {side} {cut}, so there is no past and future to compare. Choose another cut."
        raise TooFewUnitsError(message)
    return early, future.cast(pa.schema([("customer_id", pa.string()), ("revenue", pa.float64())]))
