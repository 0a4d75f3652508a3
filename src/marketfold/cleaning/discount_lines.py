"""Discounts that stand on lines of their own: their money is taken off the goods of their order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.activity import scaled
from marketfold.cleaning.rules import CHARGES, DISCOUNT
from marketfold.cleaning.shares import share_of
from marketfold.schema import MONEY_SCALE, SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.cleaning.rules import MatchedValues, Rule
    from marketfold.engine import Engine

_CHANGE = "_change"


@dataclass(frozen=True)
class TakenOff:
    """Lines whose goods bear the discounts of their orders.

    `lines` and `money` count the discounts that were taken off; `left` is the money of those whose order has no goods
    that could bear it. Money is below zero, as it stands there.
    """

    frame: nw.LazyFrame[Any]
    lines: int = 0
    money: float = 0.0
    left: float = 0.0


def _is(rules: Sequence[Rule], matched: MatchedValues, *codes: str) -> nw.Expr:
    told = [rule.breaks(matched).fill_null(False) for rule in rules if rule.code in codes and rule.listed]  # noqa: FBT003
    return reduce(or_, told) if told else nw.lit(False)  # noqa: FBT003


def take_off_discounts(
    lines: nw.LazyFrame[Any], rules: Sequence[Rule], matched: MatchedValues, engine: Engine
) -> TakenOff:
    """Move the money of discount lines to the goods of their order, in proportion and to the cent.

    The money of all lines together stays as it is. What the goods of an order cannot bear stays on its discount.
    """
    if not any(code == DISCOUNT for _, code in matched):
        return TakenOff(lines)
    money = nw.col("amount")
    discount = _is(rules, matched, DISCOUNT) & (money < 0)
    goods = ~_is(rules, matched, *CHARGES, "not_a_product") & (money > 0)
    weighed = lines.filter(discount | goods, ~nw.col("order_id").is_null()).select(
        SOURCE_LINE, "order_id", scaled(money).abs().alias("_weight"), (money < 0).alias("_off")
    )
    sides = {
        side: nw.when(test).then(nw.col("_weight")).otherwise(nw.lit(0.0)).sum()
        for side, test in (("off", nw.col("_off")), ("goods", ~nw.col("_off")))
    }
    orders = weighed.group_by("order_id").agg(**sides).filter(nw.col("off") > 0, nw.col("goods") > 0)
    orders = orders.select("order_id", nw.min_horizontal("off", "goods").alias("_total"))
    parts = weighed.join(orders, on="order_id", how="inner").with_columns(
        share_of("_total", "_weight", "order_id", "_off").alias("_share")
    )
    signed = nw.when(nw.col("_off")).then(nw.col("_share")).otherwise(-nw.col("_share"))
    changes = engine.materialise(parts.select(SOURCE_LINE, signed.alias(_CHANGE)))
    borne_by = changes.filter(nw.col(_CHANGE) > 0).select(nw.len().alias("lines"), nw.col(_CHANGE).sum())
    (counted,) = engine.collect(borne_by).to_pylist()
    (all_off,) = engine.collect(lines.filter(discount).select(scaled(money).sum().alias("off"))).to_pylist()
    moved = float(counted[_CHANGE] or 0.0) / MONEY_SCALE
    left = float(all_off["off"] or 0.0) / MONEY_SCALE + moved
    if not counted["lines"]:
        return TakenOff(lines, left=left)
    changed = (scaled(money) + nw.col(_CHANGE)) / MONEY_SCALE
    amount = nw.when(nw.col(_CHANGE).is_null()).then(money).otherwise(changed)
    names = lines.collect_schema().names()
    borne = lines.join(changes, on=SOURCE_LINE, how="left").with_columns(amount.alias("amount")).select(*names)
    return TakenOff(borne, int(counted["lines"]), -moved, left)
