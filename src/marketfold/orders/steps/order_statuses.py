"""A status of the whole order that stands on its first line only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.decisions import Decision

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

STATUSES = ("status", "payment_status", "cancelled_on", "returned_on")
MOSTLY = 0.9
"""So many of the orders with several lines must have a status on the first line alone."""


def _first_alone(read: LinesRead, role: str) -> tuple[int, int]:
    """Orders of several lines in the sample that have a status on the first alone, and those that have one at all."""
    orders: dict[object, list[bool]] = {}
    for order, cell in zip(read.cells("order_id"), read.cells(role), strict=True):
        if order not in {None, ""}:
            orders.setdefault(order, []).append(cell is not None and str(cell).strip() != "")
    several = [filled for filled in orders.values() if len(filled) > 1 and any(filled)]
    return sum(filled[0] and not any(filled[1:]) for filled in several), len(several)


def spread_order_statuses(read: LinesRead) -> LinesRead:
    """Give every line of an order the statuses that stand on its first line, as Shopify writes them."""
    filled_before = {column for one in read.decisions for column in one.columns}
    roles = [role for role in STATUSES if read.has(role) and read.mapping[role] not in filled_before]
    if not roles or not read.has("order_id") or not read.may("order_statuses"):
        return read
    seen = [_first_alone(read, role) for role in roles]
    alone, several = (sum(numbers) for numbers in zip(*seen, strict=True))
    if not alone or alone < MOSTLY * several:
        return read
    filled = []
    for role in roles:
        cell = nw.col(role)
        # lines without an order number are of no order together
        empty = cell.is_null() & ~nw.col("order_id").is_null()
        filled.append(nw.when(empty).then(cell.max().over("order_id")).otherwise(cell).alias(role))
    columns = tuple(read.mapping[role] for role in roles)
    return read.decided(Decision("order_statuses", columns), read.lines.with_columns(*filled))
