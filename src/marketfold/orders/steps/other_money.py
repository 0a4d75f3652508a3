"""What another reading of the money would come to, where a file has more than one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.first_lines import ENOUGH_VOTES, OUGHT_TO_TELL, FirstLines, price_votes

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead


def tell_other_money(read: LinesRead) -> LinesRead:
    """Say what another column of money, or quantity times price, would come to if it differs by more than 0.5 %."""
    return _tell_included(_tell_items(_tell_price(_tell_column(read))))


def _tell_included(read: LinesRead) -> LinesRead:
    """Say what tips and taxes come to, which may be in the amount or beside it."""
    roles = [role for role in ("tip", "tax") if read.has(role)]
    if not roles or not read.has("amount"):
        return read
    sums = read.measure(amount=nw.col("amount").sum(), **{role: nw.col(role).sum() for role in roles})
    mine, included = float(sums["amount"] or 0.0), {role: float(sums[role] or 0.0) for role in roles}
    columns = tuple(read.mapping[role] for role in roles)
    for role in roles:
        read = read.without(role)
    money = round(sum(included.values()), 4)
    if abs(money) <= OUGHT_TO_TELL * abs(mine):
        return read
    numbers = {"taken": repr(read.mapping["amount"]), "mine": round(mine, 4), "rest": round(mine - money, 4)}
    return read.decided(Decision("amount_may_include", columns, money=money, numbers=numbers))


def _tell_items(read: LinesRead) -> LinesRead:
    """Warn where an amount is the same for each product, however many items a line has."""
    if not read.has("amount", "quantity", "product_id") or read.has("unit_price") or "amount" in read.options.mapping:
        return read
    item, line = price_votes(FirstLines(read.sample, read.mapping), "amount")
    if item < ENOUGH_VOTES or item <= ENOUGH_VOTES * line:
        return read
    amount, product = nw.col("amount"), nw.col("quantity") * nw.col("amount")
    sums = read.measure(mine=amount.sum(), total=product.sum())
    return _told(
        read, "amount_per_item", (read.mapping["amount"], read.mapping["quantity"]), (sums["mine"], sums["total"])
    )


def _tell_column(read: LinesRead) -> LinesRead:
    if not read.has("other_amount"):
        return read
    lines = FirstLines(read.sample, read.mapping)
    if lines.grain(lines.numbers("other_amount") or []) in {"order", "once"}:
        other = nw.col("other_amount")
        orders = read.lines.group_by("order_id").agg(
            other.min().alias("low"), other.max().alias("high"), other.sum().alias("sum")
        )
        once = nw.when(nw.col("low") == nw.col("high")).then(nw.col("high")).otherwise(nw.col("sum"))
        (total,) = read.engine.collect(orders.select(once.sum().alias("total")))["total"].to_pylist()
    else:
        total = read.overview.money["other_amount"]
    mine = read.overview.money["amount"]
    taken = read.mapping.get("amount") or f"{read.mapping['quantity']} times {read.mapping['unit_price']}"
    return _told(read.without("other_amount"), "other_money", (taken, read.mapping["other_amount"]), (mine, total))


def _tell_price(read: LinesRead) -> LinesRead:
    codes = {one.code for one in read.decisions}
    if not read.has("amount", "quantity", "unit_price") or codes & {"order_total_shared"}:
        return read
    columns = (read.mapping["amount"], read.mapping["quantity"], read.mapping["unit_price"])
    doubtful = "amount_by_likeness" in codes
    return _told(read, "likeness_differs" if doubtful else "price_differs", columns, read.overview.both)


def _told(read: LinesRead, code: str, columns: tuple[str, ...], sums: tuple[float | None, float | None]) -> LinesRead:
    mine, total = (round(float(value or 0.0), 4) for value in sums)
    if abs(total - mine) <= OUGHT_TO_TELL * abs(mine):
        return read
    names = ("taken", "other", "price")[: len(columns)]
    numbers = {name: repr(column) for name, column in zip(names, columns, strict=True)}
    share = abs(total - mine) / abs(mine) if mine else 1.0
    told = numbers | {"mine": mine, "total": total, "off": share}
    return read.decided(Decision(code, columns, money=round(abs(total - mine), 4), numbers=told))
