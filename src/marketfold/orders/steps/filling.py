"""Cells of an order, or of a customer, that stand only on the first of their rows."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from operator import and_, or_
from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.steps.overview import OF_AN_ORDER
from marketfold.orders.steps.row_kinds import KIND, are_lines
from marketfold.orders.totals import n_known
from marketfold.schema import SOURCE_LINE, count_where, money_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.orders.steps.lines_read import LinesRead

_OF_A_LINE = ("product_id", "line_number", "quantity", "unit_price", "amount")

MOSTLY = 0.8
"""Share of the orders of several lines whose cell stands on the first line alone, where that is how a source writes."""
_PROBE = 5000
"""Lines without a cell whose orders are looked at first: a sample, for most sources leave no cell of an order out."""
FEWEST_CONTINUED, FEWEST_UNNUMBERED = 0.01, 0.05
"""Share of rows without order, customer and day above which they go on with the order above; without order numbers
such a row may just be damaged, so more of them are wanted."""
FEWEST_BLOCKS, MOSTLY_SORTED = 3, 0.9


def _present(read: LinesRead, roles: Sequence[str]) -> list[str]:
    names = set(read.lines.collect_schema().names())
    return [role for role in roles if role in names]


def _above(role: str) -> nw.Expr:
    """The nearest filled cell above, the row's own included."""
    return nw.col(role).fill_null(strategy="forward").over(order_by=SOURCE_LINE)


def _worth(read: LinesRead) -> nw.Expr:
    """What a line brings, as far as it is known yet."""
    parts = [nw.col("amount")] if read.has("amount") else []
    if read.has("quantity", "unit_price"):
        parts.append(nw.col("quantity") * nw.col("unit_price"))
    return (nw.coalesce(*parts) if len(parts) > 1 else parts[0]) if parts else nw.lit(None, nw.Float64)


def _filled(read: LinesRead, code: str, roles: Sequence[str], cells: Sequence[nw.Expr]) -> LinesRead:
    """Put cells in the place of empty ones, and say of how many lines and how much money that is."""
    lines = read.lines.with_columns(*(cell.alias(f"{role} filled") for role, cell in zip(roles, cells, strict=True)))
    changed = reduce(or_, (nw.col(role).is_null() & ~nw.col(f"{role} filled").is_null() for role in roles))
    lines = lines.with_columns(_worth(read).alias("worth"), nw.when(changed).then(1).otherwise(0).alias("changed"))
    lines = read.engine.materialise(lines)
    told = read.engine.collect(
        lines.filter(nw.col("changed") == 1).select(nw.len().alias("lines"), money_sum("worth").alias("money"))
    ).to_pylist()[0]
    names = [name for name in read.lines.collect_schema().names() if name not in {"again", "head"}]
    mended = lines.select(*(nw.col(f"{name} filled").alias(name) if name in roles else nw.col(name) for name in names))
    if not told["lines"]:
        return read
    columns = tuple(dict.fromkeys(read.mapping[role] for role in roles))
    return read.decided(Decision(code, columns, int(told["lines"]), float(told["money"] or 0.0)), mended)


# --- from the row above


def _continues(read: LinesRead) -> nw.Expr:
    """Whether a row has neither order, customer nor day, and something of a line all the same."""
    head = [nw.col(role).is_null() for role in _present(read, ("order_id", "customer_id", "ordered_on"))]
    something = [~nw.col(role).is_null() for role in _present(read, _OF_A_LINE)]
    return reduce(and_, head, are_lines(read)) & reduce(or_, something)


def fill_from_above(read: LinesRead) -> LinesRead:
    """Give rows without order, customer and day those of the row above, as Odoo and grouped spreadsheets leave them.

    Only where no order number stands twice: a source that repeats it on each line does not leave it out either.
    """
    if not read.may("cells_from_above"):
        return read
    seen = read.overview
    if not (seen.lacks("ordered_on") and seen.lacks("customer_id")):
        return read
    again = _continues(read)
    first = nw.when(~again & are_lines(read)).then(nw.col(SOURCE_LINE)).min()
    asked = {"again": count_where(again), "first": first, "first_again": nw.when(again).then(nw.col(SOURCE_LINE)).min()}
    numbered = read.has("order_id")
    if numbered:
        asked |= {"ids": nw.col("order_id").count(), "orders": n_known("order_id")}
    found = read.measure(**asked)
    least = FEWEST_CONTINUED if numbered else FEWEST_UNNUMBERED
    if not found["again"] or found["again"] < least * seen.lines:
        return read
    if found["first"] is None or found["first_again"] < found["first"]:
        return read
    if numbered and found["orders"] < MOSTLY * found["ids"]:
        return read
    roles = _present(read, ("order_id", *OF_AN_ORDER))
    # by the number of the row that begins the order: a guest's rows have no customer, not that of the order before
    own = nw.when(~again & are_lines(read))
    headed = read.lines.with_columns(again.alias("again"), own.then(nw.col(SOURCE_LINE)).alias("head"))
    headed = read.engine.materialise(headed.with_columns(_above("head").alias("head")))
    heads = [nw.when(~nw.col("again")).then(nw.col(role)).max().over("head") for role in roles]
    cells = [
        nw.when(nw.col("again")).then(nw.coalesce(nw.col(role), head)).otherwise(nw.col(role))
        for role, head in zip(roles, heads, strict=True)
    ]
    return _filled(read.with_lines(headed), "cells_from_above", roles, cells)


def fill_blocks(read: LinesRead) -> LinesRead:
    """Give each row the customer above, where each customer stands once, in order, above her own orders.

    Such is a pivot table. An order without a customer in a list by day is a sale to a guest, and stays one.
    """
    if not read.may("customers_from_above"):
        return read
    shown = [cell for cell in read.cells("customer_id") if cell not in {None, ""}]
    if len(set(shown)) < len(shown):
        return read
    known = ~nw.col("customer_id").is_null()
    line = nw.col(SOURCE_LINE)
    seen = read.measure(
        known=count_where(known),
        rows=count_where(are_lines(read)),
        first=nw.when(are_lines(read)).then(line).min(),
        first_known=nw.when(known).then(line).min(),
    )
    gaps = seen["rows"] - seen["known"]
    if gaps < seen["known"] / 4 or seen["known"] < FEWEST_BLOCKS or seen["first"] != seen["first_known"]:
        return read
    ids = read.engine.collect(read.lines.filter(known).select(SOURCE_LINE, "customer_id")).sort_by(SOURCE_LINE)
    if not _grouped(ids["customer_id"].to_pylist()) or _by_day(read, seen["first"]):
        return read
    head = reduce(or_, (~nw.col(role).is_null() for role in _present(read, ("order_id", "ordered_on"))))
    gap = ~known & are_lines(read) & head
    filled = nw.when(gap).then(_above("customer_id")).otherwise(nw.col("customer_id"))
    return _filled(read, "customers_from_above", ["customer_id"], [filled])


def _by_day(read: LinesRead, first: int) -> bool:
    """Whether the first lines stand by day, as a list of sales does and one by customer does not."""
    rows = read.lines.filter(are_lines(read) & (nw.col(SOURCE_LINE) < first + _PROBE) & ~nw.col("ordered_on").is_null())
    table = read.engine.collect(rows.select(SOURCE_LINE, "ordered_on")).sort_by(SOURCE_LINE)
    days = table["ordered_on"].to_pylist()
    return days in (sorted(days), sorted(days, reverse=True))


def _grouped(ids: Sequence[str]) -> bool:
    """Whether each customer stands once, in an order: by number, or by letters as some language sorts them."""
    if len(set(ids)) < len(ids):
        return False
    if all(text.isdecimal() for text in ids):
        numbers = [int(text) for text in ids]
        return numbers in (sorted(numbers), sorted(numbers, reverse=True))
    plain = [text.casefold() for text in ids]
    steps = sum(a <= b for a, b in pairwise(plain))
    return max(steps, len(ids) - 1 - steps) >= MOSTLY_SORTED * (len(ids) - 1)


# --- from the first line of the order


def _standing_once(read: LinesRead, roles: Sequence[str]) -> list[str]:
    """Roles whose cell stands on the first line of an order and on no other, in nearly every order that has one.

    Some order of several lines has a cell of each of the roles that are asked for.
    """
    lines = read.lines.filter(~nw.col("order_id").is_null())
    counts = [nw.len().alias("lines"), nw.col(SOURCE_LINE).min().alias("first")]
    for role in roles:
        filled = ~nw.col(role).is_null()
        counts += [
            count_where(filled).alias(f"{role} filled"),
            nw.when(filled).then(nw.col(SOURCE_LINE)).min().alias(f"{role} first"),
        ]
    orders = lines.group_by("order_id").agg(*counts).filter(nw.col("lines") > 1)
    asked = []
    for role in roles:
        has = nw.col(f"{role} filled") > 0
        once = (nw.col(f"{role} filled") == 1) & (nw.col(f"{role} first") == nw.col("first"))
        asked += [count_where(has).alias(f"{role} has"), count_where(once).alias(f"{role} once")]
    (found,) = read.engine.collect(orders.select(*asked)).to_pylist()
    return [role for role in roles if found[f"{role} once"] >= MOSTLY * found[f"{role} has"]]


def _probed(read: LinesRead, roles: Sequence[str]) -> list[str]:
    """Roles that some line lacks while another line of its order has them, as far as a sample of such lines shows."""
    of_them = read.lines.filter(~nw.col("order_id").is_null())
    if read.overview.lines > _PROBE:
        lacking = reduce(or_, (nw.col(role).is_null() for role in roles))
        orders = of_them.filter(lacking).head(_PROBE).select("order_id").unique()
        of_them = of_them.join(orders, on="order_id", how="semi")
    per_order = of_them.group_by("order_id").agg(
        nw.len().alias("lines"), *(nw.col(role).count().alias(role) for role in roles)
    )
    mixed = [count_where((nw.col(role) > 0) & (nw.col(role) < nw.col("lines"))).alias(role) for role in roles]
    (found,) = read.engine.collect(per_order.select(*mixed)).to_pylist()
    return [role for role in roles if found[role]]


def fill_orders(read: LinesRead) -> LinesRead:
    """Give each line of an order what stands on its first line alone, as Shopify's export leaves it."""
    if not read.has("order_id") or not read.may("cells_of_the_order"):
        return read
    roles = _present(read, OF_AN_ORDER)
    seen = read.overview
    lines = read.measure(lines=count_where(are_lines(read)))["lines"] if seen.filled.get(KIND) else seen.lines
    roles = [role for role in roles if 0 < seen.filled[role] < lines]
    roles = _probed(read, roles) if roles else []
    roles = _standing_once(read, roles) if roles else []
    if not roles:
        return read
    own = ~nw.col("order_id").is_null()
    forward = [nw.col(role).fill_null(strategy="forward").over("order_id", order_by=SOURCE_LINE) for role in roles]
    cells = [nw.when(own).then(cell).otherwise(nw.col(role)) for role, cell in zip(roles, forward, strict=True)]
    return _filled(read, "cells_of_the_order", roles, cells)
