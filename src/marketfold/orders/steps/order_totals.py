"""A total of the whole order that stands on each of its lines, or on one of them.

What the first lines show is counted over all orders. Where the lines have something of their own that makes up the
total (quantity times price), they are counted by that; else the total is shared out over the lines of its order in
equal parts, to the cent, so that the money of the file is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.first_lines import MOSTLY, NEAR, OUGHT_TO_TELL, FirstLines
from marketfold.schema import MONEY_SCALE, SOURCE_LINE, count_where

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

_PRODUCT = "by price"
MUCH = 0.15
"""Share of the orders' totals that is more than shipping and tax; lines that lack it are told with a warning."""


def leave_order_totals(read: LinesRead) -> LinesRead:
    """Count the total of an order once."""
    if not read.has("order_id", "amount") or "amount" in read.options.mapping or not _is_suspect(read):
        return read
    found = _count_orders(read)
    several, alike = int(found["several"] or 0), int(found["alike"] or 0) + int(found["once"] or 0)
    priced = read.has("quantity", "unit_price")
    fits = int(found["fits"] or 0)
    if not several or alike < MOSTLY * several or not (several >= 3 or (priced and fits == several)):
        return read
    column = read.mapping["amount"]
    repeated, once, by_lines = (round(float(found[name] or 0.0), 4) for name in ("repeated", "total", "by_lines"))
    if priced and fits >= 0.7 * several:
        numbers = {"repeated": repeated, "once": once, "by_lines": by_lines}
        off = round(abs(once - by_lines), 4)
        code = "order_total" if off <= MUCH * abs(once) else "order_total_differs"
        decision = Decision(code, (column,), alike, off, numbers=numbers)
        return read.without("amount").decided(decision)
    numbers = {"repeated": repeated, "once": once, "orders": several}
    decision = Decision("order_total_shared", (column,), alike, round(abs(repeated - once), 4), numbers=numbers)
    return read.decided(decision, _shared(read.lines))


def _is_suspect(read: LinesRead) -> bool:
    """Whether the first lines, or the sums over all lines, give a reason to look at every order."""
    lines = FirstLines(read.sample, read.mapping)
    values = lines.numbers("amount") or []
    if lines.grain(values) in {"order", "once"}:
        return True
    if not read.has("quantity", "unit_price"):
        return False
    seen = read.overview
    differs = abs(seen.money["amount"] - seen.product) > OUGHT_TO_TELL * abs(seen.product)
    differs = differs or seen.empty > OUGHT_TO_TELL * seen.lines
    # lines that differ from each other in the orders seen, and whose amounts do too, are lines
    return differs and not (lines.mixed_orders and lines.grain(values) == "line")


def _differs(read: LinesRead) -> nw.Expr:
    """Whether the lines of an order are several things, as aggregates of it."""
    roles = [role for role in ("product_id", "unit_price", "quantity", "category") if read.has(role)]
    tests = [nw.col(role).min() != nw.col(role).max() for role in roles]
    if not tests:
        return nw.len() > 1
    test = tests[0].fill_null(False)  # noqa: FBT003
    for other in tests[1:]:
        test = test | other.fill_null(False)  # noqa: FBT003
    return test & (nw.len() > 1)


def _count_orders(read: LinesRead) -> dict[str, Any]:
    """Orders of several things, those with one amount on all lines or on one line, and what the money adds up to."""
    names = read.lines.collect_schema().names()
    lines = read.lines.filter(nw.col("row_kind").is_null()) if "row_kind" in names else read.lines
    priced = read.has("quantity", "unit_price")
    product = nw.col("quantity") * nw.col("unit_price") if priced else nw.lit(None, nw.Float64)
    amount = nw.col("amount")
    orders = (
        lines.filter(~nw.col("order_id").is_null())
        .with_columns(product.alias(_PRODUCT))
        .group_by("order_id")
        .agg(
            nw.len().alias("lines"),
            amount.count().alias("filled"),
            amount.min().alias("low"),
            amount.max().alias("high"),
            amount.sum().alias("sum"),
            nw.col(_PRODUCT).sum().alias("by_lines"),
            _differs(read).alias("differs"),
        )
    )
    whole = (nw.col("filled") == nw.col("lines")) & (nw.col("low") == nw.col("high"))
    several = nw.col("differs") & (nw.col("filled") > 0) & ~((nw.col("low") == 0) & (nw.col("high") == 0))
    off = (nw.col("by_lines") - nw.col("high")).abs()

    total = nw.when(whole).then(nw.col("high")).otherwise(nw.col("sum"))
    asked = orders.select(
        count_where(several).alias("several"),
        count_where(several & whole).alias("alike"),
        count_where(several & (nw.col("filled") == 1)).alias("once"),
        count_where(several & (off <= NEAR * nw.col("high").abs())).alias("fits"),
        nw.col("sum").sum().alias("repeated"),
        total.sum().alias("total"),
        nw.col("by_lines").sum().alias("by_lines"),
    )
    found: dict[str, Any] = read.engine.collect(asked).to_pylist()[0]
    return found


def _shared(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The total of each order in equal parts, what is left of the last cent on its first line."""
    parts = {
        "order lines": nw.len(),
        "order filled": nw.col("amount").count(),
        "order low": nw.col("amount").min(),
        "order high": nw.col("amount").max(),
        "order first": nw.col(SOURCE_LINE).min(),
    }
    orders = lines.group_by("order_id").agg(*(value.alias(name) for name, value in parts.items()))
    joined = lines.join(orders, on="order_id", how="left")
    count, high = nw.col("order lines"), nw.col("order high")
    once = (nw.col("order low") == high) & ((nw.col("order filled") == count) | (nw.col("order filled") == 1))
    part = (high * 100 / count).round() / 100
    first = nw.col(SOURCE_LINE) == nw.col("order first")
    share = ((nw.when(first).then(high - part * (count - 1)).otherwise(part)) * MONEY_SCALE).round() / MONEY_SCALE
    amount = nw.when(once & (count > 1)).then(share).otherwise(nw.col("amount"))
    return joined.with_columns(amount.alias("amount")).drop(*parts)
