"""The columns of order lines, and the types and small records that stages hand to each other.

An *order line* table has the columns of `ORDER_LINE`, those that the source offers and always `REQUIRED`. Money is in
the currency of the run, dates are days. Personal roles never enter it: they stay in the source and are read when an
audience is exported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datetime import date


Unit = Literal["customer", "order", "order_line"]
Trust = Literal["group", "slice", "weak"]
"""What a segment has earned; `selection.trust.SegmentTest` says what each takes."""
Aspect = Literal["value", "timing", "basket", "taste", "seasonality", "geography", "own"]
FeatureSetName = Literal[
    "auto",
    "all",
    "value",
    "loyalty",
    "timing",
    "basket",
    "recency_basket",
    "taste",
    "taste_basket",
    "seasonality",
    "expected",
]
RFMMeasure = Literal["recency", "frequency", "money"]
Measure = Literal["days", "count", "money", "share", "ratio", "flag", "year"]

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Labels = NDArray[np.int32]
Ids = NDArray[np.str_]

Kind = Literal["text", "number", "money", "date"]


@dataclass(frozen=True)
class Role:
    """What a source column can mean to us.

    A `personal` column is read only for audiences; one that is `passing` is read with the lines and not kept.
    """

    name: str
    kind: Kind
    meaning: str
    personal: bool = False
    passing: bool = False


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("order_id", "text", "order number; lines with the same one were bought together"),
        Role("refers_to", "text", "order or payment that a refund is of", passing=True),
        Role("line_number", "text", "position of the line within its order"),
        Role("customer_id", "text", "who bought"),
        Role("ordered_on", "date", "day of the order"),
        Role("quantity", "number", "items on the line; negative for a return"),
        Role("unit_price", "money", "price of one item as charged"),
        Role("list_price", "money", "price of one item before any discount (MSRP)"),
        Role("amount", "money", "what the line brought"),
        Role("discount", "money", "discount on the line, as money or as a share up to 1", passing=True),
        Role("discount_percent", "number", "discount on the line in per cent", passing=True),
        Role("other_amount", "money", "another column of money, to compare", passing=True),
        Role("tip", "money", "tip that may be in the amount", passing=True),
        Role("tax", "money", "tax that may be in the amount", passing=True),
        Role("parent_line", "text", "the line that a line is a part of, as a bundle or a variant", passing=True),
        Role("line_id", "text", "number of the line, by which another says that it is a part of it", passing=True),
        Role("product_kind", "text", "configurable product or its simple variant", passing=True),
        Role("product_id", "text", "which product"),
        Role("product_name", "text", "what the product is called"),
        Role("line_type", "text", "whether a line is goods, shipping, a fee or a discount"),
        Role("category", "text", "product line or department"),
        Role("status", "text", "status of the order"),
        Role("payment_status", "text", "status of the payment, beside that of the order"),
        Role("cancelled_on", "text", "when the order was cancelled, or whether it was"),
        Role("returned_on", "text", "when the goods or the money went back, or whether they did"),
        Role("refunded", "money", "money that was given back of the line or the order"),
        Role("before_refunds", "money", "money of the line or the order, refunded or not", passing=True),
        Role("after_refunds", "money", "the same money less what was refunded", passing=True),
        Role("country", "text", "country of the customer"),
        Role("territory", "text", "sales region"),
        Role("state", "text", "state or province"),
        Role("deal_size", "text", "size class of the deal, as the source gives it"),
        Role("currency", "text", "currency of the money columns"),
        Role("till", "text", "till, terminal or shop that numbers its own receipts", passing=True),
        Role("customer_name", "text", "name of the customer", personal=True),
        Role("contact_first_name", "text", "given name of the contact", personal=True),
        Role("contact_last_name", "text", "family name of the contact", personal=True),
        Role("phone", "text", "telephone number", personal=True),
        Role("email", "text", "e-mail address", personal=True),
        Role("address", "text", "street and house", personal=True),
        Role("city", "text", "town", personal=True),
        Role("postal_code", "text", "postal code", personal=True),
    )
}
PERSONAL = frozenset(name for name, role in ROLES.items() if role.personal)

SOURCE_LINE = "source_line"
"""Row of the source as a spreadsheet numbers it: the header is row 1, the first order line row 2."""

UNIT_ID: dict[Unit, str] = {"customer": "customer_id", "order": "order_id", "order_line": SOURCE_LINE}
"""Column that says which unit a row belongs to."""

ASSIGNED = ("segment", "segment_name", "distance", "confidence", "fits_none", "trust")
"""What is said of each unit that is put into a segment: columns of `segments.*` beside its id."""

LISTED = (
    "no", "customer_id", "segment", "segment_name", "last_order_on", "order_count", "revenue_total", "usual_gap_days",
    "overdue_days", "expected_value_365d", "alive_chance", "next_product", "why_here", "trust", "arm",
)  # fmt: skip
"""Columns of `customers.*`, as far as they are known."""

REQUIRED = (SOURCE_LINE, "order_id", "customer_id", "ordered_on", "amount")

ROW_KINDS: dict[str, str] = {
    "repeated_header": "the header again, where tables were pasted together",
    "total_row": "a total or subtotal of other rows",
    "order_row": "a row about a whole order, beside a row for each of its items",
    "item_row": "an item without money of its own, beside the row of its order",
    "note_row": "a note below the table",
    "moved_row": "money that was moved or kept as a fee, and no sale",
    "refund_row": "a refund that a column says of its sale too",
    "blank_row": "a row without a cell in the columns that are read",
    "part_of_line": "a part of another line, whose money has it already",
    "stray_date": "a day far from all others",
}
"""What a row can be that is no order line, as `row_kind` says it; that column is there where such rows are. Their money
is null, for it is that of other rows; but a stray date keeps its money, and has no day."""

NO_LINES = ("repeated_header", "total_row", "order_row", "item_row", "note_row", "moved_row", "refund_row", "blank_row")
"""Row kinds that are about no line, customer or day of their own: all their cells are null."""

_DTYPES = {"text": nw.String, "number": nw.Float64, "money": nw.Float64, "date": nw.Date}

ORDER_LINE: dict[str, type[nw.dtypes.DType]] = {
    SOURCE_LINE: nw.Int64,
    **{name: _DTYPES[role.kind] for name, role in ROLES.items() if not (role.personal or role.passing)},
    "row_kind": nw.String,
}

MONEY_SCALE = 10_000
"""Money is summed as whole ten-thousandths, so that a total is exact and the same on every engine, whatever the order
of adding."""


def money_sum(column: str) -> nw.Expr:
    """Exact sum of a money column, independent of the order in which lines are added."""
    return _exact_sum(nw.col(column), MONEY_SCALE) / MONEY_SCALE


def count_where(test: nw.Expr) -> nw.Expr:
    """Number of rows for which something is so, as a whole number: engines may add up to decimals.

    Where it cannot be told, because a cell is null, it is not so.
    """
    return nw.when(test).then(1).otherwise(0).sum().cast(nw.Int64)


def exact_mean(value: nw.Expr, scale: int = MONEY_SCALE) -> nw.Expr:
    """Mean of the cells that are filled, to one part in `scale`, whatever the order in which they are added."""
    return _exact_sum(value, scale) / (value.count().cast(nw.Float64) * scale)


def _exact_sum(value: nw.Expr, scale: int) -> nw.Expr:
    return (value * scale).round().cast(nw.Int64).sum().cast(nw.Float64)


_UNIX_EPOCH = 719_163  # ordinal of 1970-01-01


def day_number(column: str) -> nw.Expr:
    """Days since 1970-01-01, from calendar parts, for engines differ in what the difference of two dates is."""
    day = nw.col(column)
    year = day.dt.year().cast(nw.Int64) - 1
    leap_days = year // 4 - year // 100 + year // 400
    return year * 365 + leap_days + day.dt.ordinal_day().cast(nw.Int64) - _UNIX_EPOCH


def day_number_of(day: date) -> int:
    """The same for one day.

    >>> from datetime import date
    >>> day_number_of(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _UNIX_EPOCH


Holds = Literal["personal", "nothing", "number", "day", "class", "text", "unreadable"]


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds.

    Attributes
    ----------
    holds
        What its cells are; "personal" where they may be about a person.
    empty_share
        Share of the cells that are empty, 0 to 1; None where that was not counted.
    bars
        Share of the filled cells in each of at most 16 equal steps, from low to high; of numbers and days.
    ends
        The lowest and the highest number; of days as ISO texts.
    values
        The commonest texts, each with its share of the filled cells.
    n_different
        How many different texts there are; 0 where that was not counted.
    samples
        The first different cells; empty for what may be about a person.
    """

    holds: Holds
    empty_share: float | None = None
    bars: tuple[float, ...] = ()
    ends: tuple[float | str, ...] = ()
    values: tuple[tuple[str, float], ...] = ()
    n_different: int = 0
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """Every line and every cent that was read is either kept or set aside for a reason.

    What is kept was bought. Of that, `lines_came_back` lines came back in whole, and `money_came_back` of the money;
    `money_net` is what stayed, which is what revenue means everywhere else.
    """

    lines_read: int
    lines_kept: int
    lines_set_aside: dict[str, int] = field(default_factory=dict)
    money_read: float = 0.0
    money_kept: float = 0.0
    money_set_aside: dict[str, float] = field(default_factory=dict)
    lines_came_back: int = 0
    money_came_back: float = 0.0

    @property
    def lines_net(self) -> int:
        """Lines that were bought and stayed."""
        return self.lines_kept - self.lines_came_back

    @property
    def money_net(self) -> float:
        """Money of what was bought and stayed."""
        return round(self.money_kept - self.money_came_back, 4)

    @property
    def set_aside_share(self) -> float:
        """Share of the lines that were set aside, 0 to 1."""
        return 1 - self.lines_kept / self.lines_read if self.lines_read else 0.0

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """As `run.json` has it."""
        lines = {"read": self.lines_read, "kept": self.lines_kept, "set_aside": self.lines_set_aside}
        money = {"read": self.money_read, "kept": self.money_kept, "set_aside": self.money_set_aside}
        came_back = {"lines": self.lines_came_back, "money": self.money_came_back}
        net = {"lines": self.lines_net, "money": self.money_net}
        return {"lines": lines, "money": money, "came_back": came_back, "net": net}

    def reconciles(self) -> bool:
        """Whether both columns add up, money to the ten-thousandth in which it was summed."""
        lines = self.lines_kept + sum(self.lines_set_aside.values())
        parts = [self.money_kept, *self.money_set_aside.values()]
        slack = max(0.5 / MONEY_SCALE, 1e-12 * sum(abs(part) for part in parts))
        return lines == self.lines_read and abs(math.fsum(parts) - self.money_read) < slack


ProgressCode = Literal[
    "read", "clean", "explore", "features", "choose", "null_shops", "feature_sets", "elbow", "evidence", "reductions",
    "training", "segment", "stability", "profile", "plan", "write", "report", "assign", "compare", "measure", "export",
    "draw", "check",
]  # fmt: skip
"""What slow work is doing; `marketfold.progress` says it in words."""


class Progress(Protocol):
    """How slow work tells how far it is: what is being done, how many steps are done, how many there are."""

    def __call__(self, what: ProgressCode, done: int, total: int) -> None:
        """Take note of one step."""


Watched = Progress | bool
"""What a caller gives as progress: something to call, or whether a line is shown where somebody watches."""
