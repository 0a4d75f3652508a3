"""Lines that are parts of another line: a bundle's children, the variant of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.schema import count_where

if TYPE_CHECKING:
    from marketfold.orders.steps.lines_read import LinesRead

CODE = "part_of_line"


def leave_parts_of_lines(read: LinesRead) -> LinesRead:
    """Count the price of a parent once: where it has one, its children bring nothing more."""
    if not read.has("order_id") or not read.may(CODE):
        return read
    own = next((role for role in ("line_id", "line_number") if read.has(role)), None)
    if own is not None and read.has("parent_line"):
        parent = nw.when(~nw.col("parent_line").is_in(["", "0"])).then(nw.col("parent_line"))
        child = ~nw.when(parent != nw.col(own)).then(parent).is_null()
        family = nw.when(child).then(parent).otherwise(nw.col(own))
        return _left(read, read.mapping["parent_line"], child, family)
    if read.has("product_kind", "product_id"):
        kind = nw.col("product_kind").str.to_lowercase()
        return _left(read, read.mapping["product_kind"], (kind != "configurable").fill_null(True), nw.col("product_id"))  # noqa: FBT003
    return read


def _left(read: LinesRead, column: str, child: nw.Expr, family: nw.Expr) -> LinesRead:
    """Leave out the children in each family of an order whose parent has money of its own."""
    keyed = read.lines.with_columns(child.alias("is part"), family.alias("family"))
    own_money = nw.when(~nw.col("is part")).then(nw.col("amount")).alias("parent money")
    parents = (
        keyed.select("order_id", "family", own_money)
        .group_by("order_id", "family")
        .agg(nw.col("parent money").sum().alias("parent money"))
    )
    joined = keyed.join(parents, on=["order_id", "family"], how="left")
    paid = (nw.col("is part") & (nw.col("parent money") != 0)).fill_null(False)  # noqa: FBT003
    asked = joined.select(
        count_where(paid).alias("lines"),
        nw.when(paid).then(nw.col("amount")).sum().alias("money"),
    )
    (found,) = read.engine.collect(asked).to_pylist()
    if not found["lines"]:
        return read
    kinds = [nw.col("row_kind")] if "row_kind" in read.lines.collect_schema().names() else []
    kind = nw.coalesce(*kinds, nw.when(paid).then(nw.lit(CODE)))
    marked = joined.with_columns(kind.alias("row_kind"), nw.when(~paid).then(nw.col("amount")).alias("amount")).drop(
        "is part", "family", "parent money"
    )
    money = round(float(found["money"] or 0.0), 4)
    return read.decided(Decision(CODE, (column,), int(found["lines"]), money), marked)
