"""Lists of a payment account: money that was only moved, and refunds that have a row of their own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.hints import says_credit_note
from marketfold.orders.payment_types import says_back, says_moved, says_paid, says_payout
from marketfold.orders.steps.order_rows import MOST_ROWS
from marketfold.orders.steps.row_kinds import are_lines, mark_rows
from marketfold.schema import SOURCE_LINE, count_where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.orders.steps.lines_read import LinesRead

MOST_TYPES = 200
_OF_SALE = "customer of the sale"
SAME = 0.005
"""Share of the refunds by which rows and column may miss each other and still be the same refunds."""
MOSTLY = 0.6
MUCH = 0.01
"""Share of the money, in refunds without a customer, that is worth a warning."""


def leave_moved_money(read: LinesRead) -> LinesRead:
    """Set aside payouts, transfers, conversions and fees; beside these, whatever only takes money and is no refund."""
    if not read.has("line_type", "amount") or not read.may("moved_rows"):
        return read
    kinds = read.lines.filter(are_lines(read) & ~nw.col("line_type").is_null()).group_by("line_type")
    asked = kinds.agg(nw.len().alias("n"), nw.col("amount").max().alias("most")).sort("line_type").head(MOST_TYPES)
    rows = read.engine.collect(asked).to_pylist()
    account = any(says_paid(row["line_type"]) for row in rows)
    # elsewhere a transfer may be sold, and a fee be part of an order
    moved = [row["line_type"] for row in rows if says_moved(row["line_type"]) and (account or _is_payout(row))]
    if not moved or len(moved) == len(rows):
        return read
    for row in rows:  # what the shop paid to others, as PayPal lists it
        back = says_credit_note(row["line_type"]) or says_back(row["line_type"])
        if row["line_type"] not in moved and (row["most"] or 0.0) < 0 and not back:
            moved.append(row["line_type"])
    lines = read.lines.filter(are_lines(read) & nw.col("line_type").is_in(moved)).select(SOURCE_LINE, "amount")
    found = read.engine.collect(lines.head(MOST_ROWS)).to_pylist()
    money = round(sum(row["amount"] or 0.0 for row in found), 4)
    decision = Decision(
        "moved_rows", (read.mapping["line_type"],), len(found), money, numbers={"types": tuple(sorted(moved)[:6])}
    )
    return mark_rows(read, {int(row[SOURCE_LINE]): "moved_row" for row in found}).decided(decision)


def _is_payout(kind: dict[str, Any]) -> bool:
    return says_payout(kind["line_type"]) and (kind["most"] or 0.0) <= 0


def follow_references(read: LinesRead) -> LinesRead:
    """Give refunds the order and the customer of the sale that they refer to."""
    if not read.has("refers_to", "order_id", "customer_id", "amount") or not read.may("refunds_by_reference"):
        return read
    sales = (
        read.lines.filter(are_lines(read) & (nw.col("amount") > 0) & ~nw.col("customer_id").is_null())
        .group_by("order_id")
        .agg(nw.col("customer_id").min().alias(_OF_SALE))
        .rename({"order_id": "refers_to"})
    )
    lines = read.lines.join(sales, on="refers_to", how="left")
    theirs = ~nw.col(_OF_SALE).is_null() & (nw.col("amount") < 0)
    cells = [
        nw.when(theirs).then(nw.col(new)).otherwise(nw.col(role)).alias(role)
        for role, new in (("order_id", "refers_to"), ("customer_id", _OF_SALE))
    ]
    asked = lines.select(
        count_where(theirs).alias("lines"), nw.when(theirs).then(nw.col("amount")).sum().alias("money")
    )
    (found,) = read.engine.collect(asked).to_pylist()
    if not found["lines"]:
        return read
    decision = Decision(
        "refunds_by_reference",
        (read.mapping["refers_to"],),
        int(found["lines"]),
        round(abs(float(found["money"] or 0.0)), 4),
    )
    return read.decided(decision, read.engine.materialise(lines.with_columns(*cells).drop(_OF_SALE)))


def doubt_refunds_of_nobody(read: LinesRead) -> LinesRead:
    """Warn where refunds have no customer though sales have one: they can be taken off nobody."""
    if not read.has("amount", "customer_id") or not read.overview.lacks("customer_id"):
        return read
    amount = nw.col("amount")
    sums = {
        "lines": count_where(amount < 0),
        "back": nw.when(amount < 0).then(-amount).sum(),
        "bought": nw.when(amount > 0).then(amount).sum(),
    }
    nobody = read.lines.filter(are_lines(read) & nw.col("customer_id").is_null())
    (found,) = read.engine.collect(nobody.select(**sums)).to_pylist()
    back, bought = (float(found[name] or 0.0) for name in ("back", "bought"))
    if back <= bought:  # most sources give no reason to read the money of all lines
        return read
    sold = read.measure(of=nw.when(amount > 0).then(amount).sum())["of"]
    if back - bought < MUCH * float(sold or 0.0):
        return read
    decision = Decision("refunds_of_nobody", (read.mapping["customer_id"],), int(found["lines"]), round(back, 4))
    return read.decided(decision)


def leave_repeated_refunds(read: LinesRead) -> LinesRead:
    """Set aside rows of refunds that a column of refunds says of their sales too, so that they come off once."""
    if not read.has("refunded", "amount") or not read.may("refund_rows"):
        return read
    lines = read.lines.filter(are_lines(read))
    rows = _collect(read, lines.filter(nw.col("amount") < 0), "amount")
    given = _collect(read, lines.filter((nw.col("amount") > 0) & (nw.col("refunded").abs() > 0)), "refunded")
    repeated = _repeated(rows, given)
    if not repeated:
        return read
    money = round(sum(row["cents"] for row in repeated) / 100, 4)
    decision = Decision("refund_rows", (read.mapping["refunded"],), len(repeated), money)
    return mark_rows(read, {int(row[SOURCE_LINE]): "refund_row" for row in repeated}).decided(decision)


def _collect(read: LinesRead, lines: nw.LazyFrame[Any], money: str) -> list[dict[str, Any]]:
    cents = (nw.col(money).abs() * 100).round().alias("cents")
    found: list[dict[str, Any]] = read.engine.collect(lines.select(SOURCE_LINE, cents).head(MOST_ROWS)).to_pylist()
    return found


def _repeated(rows: Sequence[dict[str, Any]], given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that say what the column says: all where both add up to the same, else those of the same money."""
    of_rows, of_column = (sum(row["cents"] for row in side) for side in (rows, given))
    if abs(of_rows - of_column) <= SAME * of_column:
        return list(rows)
    left = Counter(row["cents"] for row in given)
    found = []
    for row in rows:
        if left[row["cents"]]:
            left[row["cents"]] -= 1
            found.append(row)
    return found if len(found) >= MOSTLY * min(len(rows), len(given)) else []
