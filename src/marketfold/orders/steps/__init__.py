"""What is asked of typed order lines before they are handed on, one question after the other.

A step looks at whole columns, may mend the lines, and says so with a `Decision`; or it finds that nothing can be told
and adds a fault, which stops the reading. To add one: a function in a module here, its place in `STEPS`, and the kinds
of decision it makes in `decisions.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.orders.steps.completing import add_amount, add_order_id
from marketfold.orders.steps.day_checks import check_days
from marketfold.orders.steps.lines_read import LinesRead
from marketfold.orders.steps.order_totals import leave_order_totals

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[LinesRead], LinesRead]

STEPS: tuple[Step, ...] = (
    leave_order_totals,
    add_amount,
    add_order_id,
    check_days,
)
"""In their order: which rows are lines, what they brought, who bought, and when."""

__all__ = ["STEPS", "LinesRead"]
