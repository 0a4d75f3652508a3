"""A column that says how much of a line or an order was given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.activity import scaled
from marketfold.cleaning.shares import share_of
from marketfold.schema import SOURCE_LINE, count_where

if TYPE_CHECKING:
    from marketfold.engine import Engine

MOSTLY = 0.9
"""So many of the orders with several lines must write a refund once, or on every line, for it to be the order's."""


def _is_of_order(lines: nw.LazyFrame[Any], engine: Engine) -> bool:
    """Whether the column holds what was given back of a whole order: once, or the same on each of its lines."""
    given, cells = nw.col("_given"), nw.col("refunded").count()
    orders = lines.group_by("order_id").agg(
        nw.len().alias("n"),
        cells.alias("filled"),
        count_where(given > 0).alias("given"),
        nw.when(given > 0).then(given).min().alias("least"),
        given.max().alias("most"),
        count_where(given == nw.col("_weight")).alias("in_full"),
    )
    n = nw.col("n")
    once = (nw.col("filled") < n) & (nw.col("given") == 1)
    repeated = (nw.col("given") == n) & (nw.col("least") == nw.col("most")) & (nw.col("in_full") < n)
    several = orders.filter(n > 1, nw.col("given") > 0)
    row = engine.collect(
        several.select(nw.len().alias("orders"), count_where(once | repeated).alias("whole"))
    ).to_pylist()[0]
    return bool(row["orders"]) and int(row["whole"] or 0) >= MOSTLY * int(row["orders"])


def share_refunds(bought: nw.LazyFrame[Any], engine: Engine) -> tuple[nw.LazyFrame[Any], bool]:
    """What was given back of each line that was bought, as the column `refunded` says.

    Returns
    -------
    tuple
        Kept by the engine: `source_line`, `back` (whole ten-thousandths, above zero and at most what the line
        brought), `items_back` (all, where all the money is back, else 0) and `returned_on` (the day of the order, for
        no column tells the day of the refund). And whether the column holds refunds of whole orders: then they are
        divided among the lines in proportion.
    """
    items = scaled(nw.col("quantity")) if "quantity" in bought.collect_schema().names() else nw.lit(0.0)
    lines = bought.select(
        SOURCE_LINE,
        "order_id",
        "ordered_on",
        "refunded",
        items.fill_null(0.0).alias("_items"),
        scaled(nw.col("amount")).alias("_weight"),
        scaled(nw.col("refunded")).abs().fill_null(0.0).alias("_given"),
    )
    of_order = lines.group_by("order_id").agg(nw.col("_given").max().alias("_most")).filter(nw.col("_most") > 0)
    touched = engine.materialise(lines.join(of_order, on="order_id", how="inner"))
    whole = _is_of_order(touched, engine)
    if whole:
        bounded = touched.with_columns(nw.col("_weight").sum().over("order_id").alias("_order"))
        bounded = bounded.with_columns(nw.min_horizontal("_most", "_order").alias("_total"))
        parts = bounded.with_columns(share_of("_total", "_weight", "order_id").alias("back"))
    else:
        parts = touched.with_columns(nw.min_horizontal("_given", "_weight").alias("back"))
    all_back = nw.when(nw.col("back") >= nw.col("_weight")).then(nw.col("_items")).otherwise(nw.lit(0.0))
    found = parts.filter(nw.col("back") > 0).select(
        SOURCE_LINE, "back", all_back.alias("items_back"), nw.col("ordered_on").alias("returned_on")
    )
    return engine.materialise(found), whole
