"""What is asked of typed order lines before they are handed on, one question after the other.

A step looks at whole columns, may mend the lines, and says so with a `Decision`; or it finds that nothing can be told
and adds a fault, which stops the reading. To add one: a function in a module here, its place in `STEPS`, and the kinds
of decision it makes in `decisions.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.orders.steps.completing import add_amount, add_order_id
from marketfold.orders.steps.credit_notes import negate_credit_notes
from marketfold.orders.steps.currency_signs import tell_currency_signs
from marketfold.orders.steps.day_checks import check_days
from marketfold.orders.steps.discounts import take_discount
from marketfold.orders.steps.filling import fill_blocks, fill_from_above, fill_orders
from marketfold.orders.steps.identities import doubt_one_order_each, fold_ids, key_orders, refuse_shortened
from marketfold.orders.steps.lines_read import LinesRead
from marketfold.orders.steps.not_lines import leave_blank_rows, leave_headers, leave_notes, leave_totals
from marketfold.orders.steps.order_rows import leave_order_rows
from marketfold.orders.steps.order_totals import leave_order_totals
from marketfold.orders.steps.other_money import tell_other_money
from marketfold.orders.steps.parts_of_lines import leave_parts_of_lines
from marketfold.orders.steps.payment_rows import (
    doubt_refunds_of_nobody,
    follow_references,
    leave_moved_money,
    leave_repeated_refunds,
)
from marketfold.orders.steps.refunded_totals import take_refunded_totals
from marketfold.orders.steps.twice_named import doubt_twice_named

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[LinesRead], LinesRead]

STEPS: tuple[Step, ...] = (
    doubt_twice_named,
    leave_blank_rows,
    leave_headers,
    leave_totals,
    leave_notes,
    leave_moved_money,
    fill_blocks,
    fill_from_above,
    fill_orders,
    leave_order_rows,
    negate_credit_notes,
    leave_repeated_refunds,
    follow_references,
    tell_currency_signs,
    leave_order_totals,
    add_amount,
    take_discount,
    leave_parts_of_lines,
    take_refunded_totals,
    tell_other_money,
    doubt_refunds_of_nobody,
    refuse_shortened,
    fold_ids,
    doubt_one_order_each,
    key_orders,
    add_order_id,
    check_days,
)
"""In their order: which rows are lines, what they brought, who bought, and when."""

__all__ = ["STEPS", "LinesRead"]
