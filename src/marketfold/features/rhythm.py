"""Orders of a customer: how many, how far apart; and what was bought and sent back, as a lazy plan."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from marketfold.features.sums import day_number, whole


def sum_orders(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """One row per customer and order: its first and last day and its money in ten-thousandths."""
    return (
        lines.with_columns(whole(nw.col("amount")).alias("_cents"))
        .group_by("customer_id", "order_id")
        .agg(
            nw.col("ordered_on").min().alias("_on"),
            nw.col("ordered_on").max().alias("_last_on"),
            nw.col("_cents").sum().cast(nw.Int64),
        )
    )


def sum_rhythm(orders: nw.LazyFrame[Any], large_order_at: int | None) -> nw.LazyFrame[Any]:
    """One row per customer: orders, first and last order day, squares of the gaps, money in large orders.

    Parameters
    ----------
    orders
        As `sum_orders` gives them.
    large_order_at
        Orders above this amount, in ten-thousandths, are large; None where the lines tell it themselves.
    """
    dated = orders.with_columns(day_number("_on").alias("_day"))
    gap = nw.col("_day") - nw.col("_day").shift(1).over("customer_id", order_by="_day")
    cells = [
        nw.len().alias("_orders"),
        nw.col("_day").min().alias("_first_order_day"),
        nw.col("_day").max().alias("_last_order_day"),
        nw.col("_gap_square").sum().alias("_gap_squares"),
    ]
    if large_order_at is not None:
        cells.append(nw.when(nw.col("_cents") > large_order_at).then(nw.col("_cents")).sum().alias("_large"))
    spaced = dated.with_columns(gap.alias("_gap"))
    return (
        spaced.with_columns((nw.col("_gap") * nw.col("_gap")).alias("_gap_square")).group_by("customer_id").agg(*cells)
    )


def count_products(lines: nw.LazyFrame[Any], key: str) -> nw.LazyFrame[Any]:
    """One row per unit: its different products."""
    pairs = lines.filter(~nw.col("product_id").is_null()).group_by(key, "product_id").agg(nw.len().alias("_n"))
    return pairs.group_by(key).agg(nw.len().alias("_products"))


def sum_returns(returns: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """One row per customer: lines and money that were cancelled or came back."""
    return (
        returns.with_columns(whole(nw.col("amount")).alias("_cents"))
        .group_by("customer_id")
        .agg(nw.len().alias("_returned_lines"), nw.col("_cents").sum().alias("_returned_cents"))
    )
