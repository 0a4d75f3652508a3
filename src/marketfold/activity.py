"""What each customer did in the kept order lines, measured once and read by features, campaigns and exploration.

Money is added as whole ten-thousandths: whole numbers add up to the same in any order, so an engine may share the work
between threads or machines as it likes. The sums are held as float64, which engines add fastest and which is exact for
whole numbers below 2**53, that is for sums below 900 billion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import MONEY_SCALE, day_number

if TYPE_CHECKING:
    from datetime import date

    from marketfold.engine import Engine


def scaled(amount: nw.Expr) -> nw.Expr:
    """Money or a quantity as whole ten-thousandths."""
    return (amount * MONEY_SCALE).round()


@dataclass(frozen=True)
class Activity:
    """Orders and customers of order lines, each computed by the engine when it is first asked for, and kept there."""

    purchases: nw.LazyFrame[Any] = field(repr=False)
    returns: nw.LazyFrame[Any] = field(repr=False)
    engine: Engine = field(repr=False)

    @cached_property
    def orders(self) -> nw.LazyFrame[Any]:
        """One row per order of a customer.

        `customer_id`, `ordered_on` (day of the first line, which dates the order), `line_count`,
        `revenue_scaled` (ten-thousandths), `gap_days` since the customer's order before: 0 where both are of one day,
        null for the first; and `on_first_day`, whether it is of the day on which the customer first ordered.
        """
        lines = self.purchases.with_columns(scaled(nw.col("amount")).alias("revenue_scaled"))
        grouped = lines.group_by("customer_id", "order_id").agg(
            nw.col("ordered_on").min(),
            nw.len().alias("line_count"),
            nw.col("revenue_scaled").sum(),
        )
        day = nw.col("_day")
        gap = day - day.shift(1).over("customer_id", order_by="_day")
        spaced = grouped.with_columns(day_number("ordered_on").alias("_day")).with_columns(
            gap.alias("gap_days"), (day == day.min().over("customer_id")).alias("on_first_day")
        )
        return self.engine.hold(spaced.drop("order_id", "_day"))

    @cached_property
    def customers(self) -> nw.LazyFrame[Any]:
        """One row per customer who bought, sorted: what Polars gives for a quotient depends on its place in a column.

        `customer_id`, `order_count`, `order_days` (different days with an order), `line_count`, `first_on` and
        `last_on` (days of the first and the last order), `gap_squares` (sum of the squared days between an order and
        the next; their plain sum is `last_on - first_on`), `revenue_scaled`, of it `first_day_scaled` on the first day,
        and `returned_line_count` and `returned_scaled` of what was cancelled or came back.
        """
        gap, on = nw.col("gap_days"), nw.col("ordered_on")
        bought = self.orders.group_by("customer_id").agg(
            nw.len().alias("order_count"),
            (nw.when(gap > 0).then(nw.lit(1)).otherwise(nw.lit(0)).sum().cast(nw.Int64) + 1).alias("order_days"),
            nw.col("line_count").sum().cast(nw.Int64),
            on.min().alias("first_on"),
            on.max().alias("last_on"),
            nw.when(gap > 0).then(gap * gap).otherwise(nw.lit(0)).sum().cast(nw.Float64).alias("gap_squares"),
            nw.col("revenue_scaled").sum(),
            nw.when(nw.col("on_first_day"))
            .then(nw.col("revenue_scaled"))
            .otherwise(nw.lit(0.0))
            .sum()
            .alias("first_day_scaled"),
        )
        back = self.returns.with_columns(scaled(nw.col("amount")).alias("returned_scaled")).group_by("customer_id")
        returned = back.agg(nw.len().alias("returned_line_count"), nw.col("returned_scaled").sum())
        both = bought.join(returned, on="customer_id", how="left")
        whole = both.with_columns(nw.col("returned_line_count").fill_null(0), nw.col("returned_scaled").fill_null(0.0))
        return self.engine.hold(whole.sort("customer_id"))

    @cached_property
    def n_customers(self) -> int:
        """How many customers bought."""
        return int(self.engine.collect(self.customers.select(nw.len()))[0][0].as_py())

    @cached_property
    def span(self) -> tuple[date, date] | None:
        """First and last day with a purchase; lines that were set aside have no say. None where nothing was bought.

        Asked of the lines: who measures as a model does may want no more than the days of all these orders.
        """
        days = nw.col("ordered_on").min().alias("first"), nw.col("ordered_on").max().alias("last")
        (row,) = self.engine.collect(self.purchases.select(*days)).to_pylist()
        return (row["first"], row["last"]) if row["first"] else None
