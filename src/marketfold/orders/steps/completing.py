"""What a source need not have: the amount and the order number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.decisions import Decision

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead


def add_amount(read: LinesRead) -> LinesRead:
    """Quantity times price, where no column has what a line brought."""
    if read.has("amount") or not read.has("quantity", "unit_price"):
        return read
    lines = read.lines.with_columns((nw.col("quantity") * nw.col("unit_price")).alias("amount"))
    columns = read.mapping["quantity"], read.mapping["unit_price"]
    numbers = {"quantity": repr(columns[0]), "price": repr(columns[1])}
    if any(one.code.startswith("order_total") for one in read.decisions):  # said there already
        return read.with_lines(lines)
    return read.decided(Decision("amount_from_price", columns, numbers=numbers), lines)


def add_order_id(read: LinesRead) -> LinesRead:
    """What a customer bought on one day is one order, where no column numbers the orders."""
    if read.has("order_id"):
        return read
    day = nw.col("ordered_on").dt.to_string("%Y-%m-%d")
    order_id = nw.concat_str(nw.col("customer_id"), day, separator=" ").alias("order_id")
    return read.decided(Decision("order_by_day"), read.lines.with_columns(order_id))
