"""Orders of a customer: how many, how far apart; and what was sent back, as a lazy plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.features.sums import day_number, time_sums, whole, with_days

if TYPE_CHECKING:
    from marketfold.features.sums import Yardstick


def sum_orders(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """One row per customer and order: its first and last day and its money in ten-thousandths."""
    return (
        lines.with_columns(whole(nw.col("amount")).alias("_cents"))
        .group_by("customer_id", "order_id")
        .agg(
            nw.col("ordered_on").min().alias("_on"),
            nw.col("ordered_on").max().alias("_last_on"),
            nw.col("_cents").sum(),
        )
    )


def sum_rhythm(orders: nw.LazyFrame[Any], yardstick: Yardstick) -> nw.LazyFrame[Any]:
    """One row per customer: orders, their first and last day, squares of the gaps, money by time and in large orders.

    An order is dated by its first line.

    Parameters
    ----------
    orders
        As `sum_orders` gives them.
    yardstick
        Halves of the window, and from which amount an order is large where its lines do not tell.
    """
    dated = orders.with_columns(day_number("_on").alias("_day"))
    gap = nw.col("_day") - nw.col("_day").shift(1).over("customer_id", order_by="_day")
    cells = [
        nw.len().alias("_orders"),
        nw.col("_gap_square").sum().alias("_gap_squares"),
    ]
    if yardstick.large_deal_size is None:
        large = nw.col("_cents") > yardstick.large_order_at
        cells.append(nw.when(large).then(nw.col("_cents")).sum().alias("_large"))
    spaced = dated.with_columns(gap.alias("_gap")).with_columns((nw.col("_gap") * nw.col("_gap")).alias("_gap_square"))
    return with_days(spaced.group_by("customer_id").agg(*cells, *time_sums("_on", yardstick)))


def sum_returns(returns: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """One row per customer: lines and money that were cancelled or came back."""
    return (
        returns.with_columns(whole(nw.col("amount")).alias("_cents"))
        .group_by("customer_id")
        .agg(nw.len().alias("_returned_lines"), nw.col("_cents").sum().alias("_returned_cents"))
    )
