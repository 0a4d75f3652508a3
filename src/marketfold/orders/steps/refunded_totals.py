"""What was refunded, where only the money before and after it stands in the source."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.first_lines import CENT, FirstLines
from marketfold.orders.refund_totals import ALIKE, REFUND_ROLES, RefundPair
from marketfold.orders.steps.row_kinds import are_lines
from marketfold.schema import count_where

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

CODE = "refunds_from_totals"
MOST_HIGHER = 0.01
"""Share of the lines on which a total after refunds may be more: a slip."""


def take_refunded_totals(read: LinesRead) -> LinesRead:
    """Read what one total lacks of another as refunded; where that cannot be told, say what it would move."""
    if not read.has(*REFUND_ROLES) or read.has("refunded"):
        return read
    before, after = nw.col("before_refunds"), nw.col("after_refunds").fill_null(0.0)
    sold = are_lines(read) & (before > 0)
    found = read.measure(lines=count_where(sold), blank=count_where(sold & (after == 0)))
    if found["blank"] >= ALIKE * found["lines"]:  # a zero where nothing was changed, as Etsy writes it
        sold = sold & (after != 0)
    off = nw.when(sold & (before - after > CENT)).then(before - after)
    told = read.lines.with_columns(off.alias("refunded"))
    seen = read.measure(lower=off.count(), higher=count_where(sold & (after - before > CENT)))
    if not seen["lower"]:
        return read
    columns = (read.mapping["before_refunds"], read.mapping["after_refunds"])
    few = seen["higher"] <= MOST_HIGHER * found["lines"]
    said = "after_refunds" in read.options.mapping
    sure = said or (few and RefundPair.of(read.sample, *columns).sure)
    numbers = {"before": repr(columns[0]), "after": repr(columns[1]), "given": _given(columns[1])}
    money = _sum_of(read.with_lines(told))
    if sure and read.may(CODE):
        return read.decided(Decision(CODE, columns, int(seen["lower"]), money, numbers=numbers), told)
    return read.decided(Decision("total_is_lower", columns, int(seen["lower"]), money, numbers=numbers))


def _given(column: str) -> str:
    """The column as `--map` takes it in a shell."""
    return shlex.quote(f"after_refunds={column}")


def _sum_of(read: LinesRead) -> float:
    """What was refunded in all, that of an order once."""
    lines = FirstLines(read.sample, read.mapping)
    off: nw.Expr = nw.col("refunded")
    frame: nw.LazyFrame[Any] = read.lines
    if read.has("order_id") and lines.grain(lines.numbers("after_refunds") or []) in {"order", "once"}:
        frame = frame.group_by("order_id").agg(off.max().alias("refunded"))
    return round(float(read.engine.collect(frame.select(off.sum().alias("all")))["all"].to_pylist()[0] or 0.0), 4)
