"""One look over all lines, from which the steps see whether they have a reason to look closer.

Most sources give no step a reason. What a step would ask of every line to find that out is asked here, of all steps in
one query, so that an ordinary source is read once more and not once for each step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import SOURCE_LINE, count_where, money_sum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.orders.steps.lines_read import LinesRead

OF_AN_ORDER = (
    "customer_id", "ordered_on", "status", "payment_status", "cancelled_on", "returned_on", "currency", "country",
    "territory", "state", "deal_size", "till",
)  # fmt: skip
"""Roles that say something of the whole order, never of one line."""
_COUNTED = ("order_id", "product_id", *OF_AN_ORDER, "row_kind")
_MONEY = ("amount", "other_amount")


@dataclass(frozen=True)
class Overview:
    """What all lines say together.

    Attributes
    ----------
    lines
        Number of rows, those among them that are marked as no lines.
    last
        The greatest `source_line`; 0 where there is no row.
    filled
        Number of cells that are not empty in each column that is counted: ids, and what is said of a whole order.
    money
        Exact sum of each column of money that a line has.
    product, empty
        Sum of quantity times price, and number of lines where it is above zero and the amount is empty.
    both
        Amounts, and quantity times price, of the lines that have both.
    in_small
        Number of customer ids that are not in capitals, where all of the sample are.
    """

    lines: int
    last: int
    filled: Mapping[str, int]
    money: Mapping[str, float]
    product: float = 0.0
    empty: int = 0
    both: tuple[float, float] = (0.0, 0.0)
    in_small: int = 0

    def lacks(self, role: str) -> bool:
        """Whether some row has no cell of a role that is counted."""
        return self.filled[role] < self.lines


def in_capitals(read: LinesRead) -> bool:
    """Whether all customer ids of the sample are in capitals, and some have a letter."""
    shown = [str(cell).strip() for cell in read.cells("customer_id") if cell is not None]
    return all(text == text.upper() for text in shown) and any(text != text.lower() for text in shown)


def _products() -> dict[str, nw.Expr]:
    amount, product = nw.col("amount"), nw.col("quantity") * nw.col("unit_price")
    known = ~product.is_null() & ~amount.is_null()
    return {
        "product": (product * 100).sum() / 100,
        "empty": count_where(amount.is_null() & (product > 0)),
        "both amount": nw.when(known).then(amount).sum(),
        "both product": nw.when(known).then(product).sum(),
    }


def look_over(read: LinesRead) -> Overview:
    """Ask all lines at once."""
    names = set(read.lines.collect_schema().names())
    counted, money = ([name for name in wanted if name in names] for wanted in (_COUNTED, _MONEY))
    asked = {"lines": nw.len(), "last": nw.col(SOURCE_LINE).max()}
    asked |= {f"{name} filled": nw.col(name).count() for name in counted}
    asked |= {f"{name} money": money_sum(name) for name in money}
    if {"amount", "quantity", "unit_price"} <= names:
        asked |= _products()
    if in_capitals(read):
        customer = nw.col("customer_id")
        asked["in small"] = count_where(customer != customer.str.to_uppercase())
    found: dict[str, Any] = read.measure(**asked)
    return Overview(
        lines=int(found["lines"]),
        last=int(found["last"] or 0),
        filled={name: int(found[f"{name} filled"]) for name in counted},
        money={name: float(found[f"{name} money"] or 0.0) for name in money},
        product=float(found.get("product") or 0.0),
        empty=int(found.get("empty") or 0),
        both=(float(found.get("both amount") or 0.0), float(found.get("both product") or 0.0)),
        in_small=int(found.get("in small") or 0),
    )
