"""A total of the whole order that stands on each of its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.decisions import Decision
from marketfold.orders.roles import sureness

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead


def leave_order_totals(read: LinesRead) -> LinesRead:
    """Leave out a total that would count the order again with each line."""
    needed = read.has("order_id", "amount", "quantity", "unit_price")
    if not needed or "amount" in read.options.mapping or sureness("amount", read.mapping["amount"]) in {0, 1}:
        return read
    orders: dict[object, list[tuple[object, object]]] = {}
    cells = (read.cells(role) for role in ("order_id", "amount", "unit_price"))
    for order, amount, price in zip(*cells, strict=True):
        orders.setdefault(order, []).append((amount, price))
    several = [lines for lines in orders.values() if len({price for _, price in lines}) > 1]
    repeated = sum(len({amount for amount, _ in lines if amount not in {None, ""}}) == 1 for lines in several)
    if repeated <= 0.8 * len(several) or not several:
        return read
    return read.without("amount").decided(Decision("order_total", (read.mapping["amount"],)))
