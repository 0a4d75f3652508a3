"""A row for the whole order beside a row for each of its items, as eBay's report has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.orders.steps.row_kinds import are_lines, mark_rows
from marketfold.schema import SOURCE_LINE, count_where

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

MOSTLY = 0.8
CENT = 0.011
MOST_ROWS = 1_000_000
"""Orders with a row of their own; more would have to come home to be marked one by one."""


def _of_item(read: LinesRead) -> nw.Expr:
    """What an item brings: its quantity times its price, else its amount."""
    parts = [nw.col("quantity") * nw.col("unit_price")] if read.has("quantity", "unit_price") else []
    if read.has("amount"):
        parts.append(nw.col("amount"))
    return nw.coalesce(*parts) if len(parts) > 1 else parts[0]


def _sum(value: nw.Expr) -> nw.Expr:
    return nw.when(~nw.col("is_head")).then(value).sum()


def _is_bare(read: LinesRead) -> nw.Expr:
    """Whether a row says neither how many nor how much, as that of a payment below the items of a till's sale."""
    told = [nw.col(name) for name in ("quantity", "unit_price", "amount") if read.has(name)]
    return nw.all_horizontal(*(cell.is_null() for cell in told), ignore_nulls=True)


def _compare(read: LinesRead) -> list[dict[str, Any]]:
    """Each order whose first row alone has no product: its number, and what that row and the items say.

    `told` is whether the row repeats what its items add up to, in money or in pieces; `worth` is how many items have
    money of their own.
    """
    lines = read.lines.filter(are_lines(read) & ~nw.col("order_id").is_null())
    blank = nw.col("product_id").is_null()
    bare = blank & _is_bare(read)
    lines = lines.with_columns((blank & ~bare).alias("is_head"), _of_item(read).alias("worth")).filter(~bare)
    totals = [name for name in ("amount", "unit_price", "quantity") if name in lines.collect_schema().names()]
    head = [nw.when(nw.col("is_head")).then(nw.col(name)).max().alias(f"head {name}") for name in totals]
    heads = nw.when(nw.col("is_head"))
    orders = lines.group_by("order_id").agg(
        nw.len().alias("rows"),
        count_where(nw.col("is_head")).alias("heads"),
        heads.then(nw.col(SOURCE_LINE)).min().alias("head"),
        nw.col(SOURCE_LINE).min().alias("first"),
        _sum(nw.col("worth")).alias("items"),
        nw.when(~nw.col("is_head")).then(nw.col("worth")).count().alias("worth"),
        *([_sum(nw.col("quantity")).alias("pieces")] if "quantity" in totals else []),
        *([nw.when(~nw.col("is_head")).then(nw.col("amount")).count().alias("amounts")] if read.has("amount") else []),
        *head,
    )
    one = (nw.col("rows") > 1) & (nw.col("heads") == 1) & (nw.col("head") == nw.col("first"))
    found: list[dict[str, Any]] = read.engine.collect(orders.filter(one).head(MOST_ROWS)).to_pylist()
    return found


def _repeats_items(order: dict[str, Any]) -> bool:
    """Whether a row says of its order what the items add up to."""
    money = [order.get("head amount"), order.get("head unit_price")]
    if any(value is not None and abs(value - (order["items"] or 0.0)) < CENT for value in money):
        return True
    pieces = order.get("head quantity")
    several = order["rows"] > 2 and pieces is not None and pieces > 1
    # or it holds the only money of the order beside prices of the items, as a total with shipping does
    return (several and pieces == order["pieces"]) or (
        order.get("amounts") == 0 and order.get("head amount") is not None and order["worth"] > 0
    )


def leave_order_rows(read: LinesRead) -> LinesRead:
    """Set aside rows about a whole order where each of its items has a row; or the items, where they have no money."""
    money = read.has("amount") or read.has("quantity", "unit_price")
    if not (read.has("order_id", "product_id") and money and read.may("order_rows")):
        return read
    blank = nw.col("product_id").is_null() & ~nw.col("order_id").is_null()
    if not read.overview.lacks("product_id") or not read.measure(blank=count_where(blank))["blank"]:
        return read
    orders = _compare(read)
    if orders and all(not order["worth"] for order in orders):
        return _leave_items(read, orders) if len(orders) > 1 and read.may("item_rows") else read
    told = [order for order in orders if order["worth"] and _repeats_items(order)]
    if not told or len(told) < MOSTLY * len(orders):
        return read
    heads = {int(order["head"]): "order_row" for order in told}
    heads |= _payments_of(read, {order["order_id"] for order in told})
    moved = sum(order["items"] or order.get("head amount") or 0.0 for order in told)
    marked = mark_rows(read, heads).decided(Decision("order_rows", lines=len(heads), money=round(float(moved), 4)))
    priced = read.has("quantity", "unit_price", "amount") and not any(order["amounts"] for order in told)
    if not priced or "amount" in read.options.mapping:
        return marked
    return marked.without("amount").decided(Decision("order_total_left", (read.mapping["amount"],)))


def _payments_of(read: LinesRead, orders: set[str]) -> dict[int, str]:
    """Rows without product, quantity or money in these orders: they too are about the order and no item."""
    bare = are_lines(read) & nw.col("product_id").is_null() & _is_bare(read)
    found = read.engine.collect(read.lines.filter(bare).select(SOURCE_LINE, "order_id").head(MOST_ROWS)).to_pylist()
    return {int(row[SOURCE_LINE]): "order_row" for row in found if row["order_id"] in orders}


def _leave_items(read: LinesRead, orders: list[dict[str, Any]]) -> LinesRead:
    """Let the row of the order be its line where its items have no money."""
    numbers = read.lines.filter(are_lines(read) & ~nw.col("product_id").is_null())
    items = read.engine.collect(numbers.select(SOURCE_LINE, "order_id")).to_pylist()
    of_them = {order["order_id"] for order in orders}
    found = {int(row[SOURCE_LINE]): "item_row" for row in items if row["order_id"] in of_them}
    return mark_rows(read, found).decided(Decision("item_rows", lines=len(found)))
