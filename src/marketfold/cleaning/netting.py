"""What was bought, less what came back of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.activity import scaled
from marketfold.cleaning.matching_returns import MatchedReturns, ReturnsToMatch, match_returns
from marketfold.cleaning.refund_amounts import share_refunds
from marketfold.schema import MONEY_SCALE, SOURCE_LINE, count_where

if TYPE_CHECKING:
    from marketfold.engine import Engine
    from marketfold.orders import Orders


def less_returns(bought: nw.LazyFrame[Any], taken_back: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Lines less what came back of them: those that came back in whole are left out."""
    off = taken_back.group_by(SOURCE_LINE).agg(nw.col("back").sum(), nw.col("items_back").sum())
    names = bought.collect_schema().names()
    joined, back, items = bought.join(off, on=SOURCE_LINE, how="left"), nw.col("back"), nw.col("items_back")
    left = scaled(nw.col("amount")) - back
    cells = [nw.when(back.is_null()).then(nw.col("amount")).otherwise(left / MONEY_SCALE).alias("amount")]
    if "quantity" in names:
        fewer = (scaled(nw.col("quantity")) - items) / MONEY_SCALE
        cells.append(nw.when(items > 0).then(fewer).otherwise(nw.col("quantity")).alias("quantity"))
    return joined.filter(back.is_null() | (left > 0)).with_columns(*cells).select(*names)


@dataclass(frozen=True)
class Sides:
    """Lines that were bought, and lines that are no purchase because something was cancelled or came back.

    `undoes` is true where a line of `back` takes back what another line sold; `any_back` is whether there is any line
    in `back`.
    """

    bought: nw.LazyFrame[Any]
    back: nw.LazyFrame[Any]
    undoes: nw.Expr
    any_back: bool


@dataclass(frozen=True)
class NetOfReturns:
    """What came back of the purchases.

    Attributes
    ----------
    returns
        Lines that came back, `amount` and `quantity` made positive, and what a column says was refunded of lines.
    taken_back
        What is off each purchase; None where nothing is.
    lines, money
        Purchases that came back in whole, and the money that is off all purchases.
    matched
        How the returned lines found their purchases.
    refunded_lines, refunded_money, of_order
        Lines of which a column says that money was given back, that money, and whether it says it of whole orders.
    """

    returns: nw.LazyFrame[Any]
    taken_back: nw.LazyFrame[Any] | None = None
    lines: int = 0
    money: float = 0.0
    matched: MatchedReturns = field(default_factory=MatchedReturns)
    refunded_lines: int = 0
    refunded_money: float = 0.0
    of_order: bool = False


def _as_returns(bought: nw.LazyFrame[Any], given: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """What was given back of purchases, as returned lines of that money."""
    names = bought.collect_schema().names()
    joined = bought.join(given.select(SOURCE_LINE, "back", "items_back"), on=SOURCE_LINE, how="inner")
    cells = [(nw.col("back") / MONEY_SCALE).alias("amount")]
    if "quantity" in names:
        cells.append((nw.col("items_back") / MONEY_SCALE).alias("quantity"))
    return joined.with_columns(*cells).select(*names)


def _match(sides: Sides, sold: nw.LazyFrame[Any], orders: Orders) -> MatchedReturns:
    gone = sides.back.filter(~sides.undoes, nw.col("amount") > 0)
    marked = [side.with_columns(nw.lit(mark).alias("gone")) for side, mark in ((sold, False), (gone, True))]
    asked = ReturnsToMatch(
        sold=nw.concat(marked, how="vertical"),
        undoing=sides.back.filter(sides.undoes),
        columns=frozenset(sold.collect_schema().names()),
        by_order=all(one.code != "order_by_day" for one in orders.facts.decisions),
    )
    return match_returns(asked, orders.engine)


def _count(bought: nw.LazyFrame[Any], taken_back: nw.LazyFrame[Any], engine: Engine) -> tuple[int, float]:
    """Purchases that came back in whole, and the money that is off all of them."""
    off = taken_back.group_by(SOURCE_LINE).agg(nw.col("back").sum())
    joined = bought.join(off, on=SOURCE_LINE, how="inner")
    gone = count_where(scaled(nw.col("amount")) <= nw.col("back"))
    (row,) = engine.collect(joined.select(gone.alias("lines"), nw.col("back").sum())).to_pylist()
    return int(row["lines"] or 0), float(row["back"] or 0.0) / MONEY_SCALE


def net_of_returns(sides: Sides, orders: Orders, *, gross: bool) -> NetOfReturns:
    """Match what came back with what was bought; with `gross` it stays beside it."""
    engine, names = orders.engine, sides.bought.collect_schema().names()
    sizes = [nw.col(name).abs() for name in ("amount", "quantity") if name in names]
    returns = sides.back.with_columns(*sizes)
    parts: list[nw.LazyFrame[Any]] = []
    refunded_lines, refunded_money, of_order = 0, 0.0, False
    if "refunded" in names:
        given, of_order = share_refunds(sides.bought, engine)
        (row,) = engine.collect(given.select(nw.len().alias("lines"), nw.col("back").sum())).to_pylist()
        refunded_lines, refunded_money = int(row["lines"]), float(row["back"] or 0.0) / MONEY_SCALE
        if refunded_lines:
            parts.append(given)
            returns = nw.concat([returns, _as_returns(sides.bought, given)], how="vertical")
    matched = MatchedReturns()
    if sides.any_back and not gross:
        matched = _match(sides, less_returns(sides.bought, parts[0]) if parts else sides.bought, orders)
        if matched.told_twice:
            twice = engine.from_arrow(pa.table({SOURCE_LINE: pa.array(matched.told_twice, pa.int64())}))
            returns = returns.join(twice, on=SOURCE_LINE, how="anti")
        if matched.table.num_rows:
            parts.append(engine.from_arrow(matched.table))
    if not parts or gross:
        return NetOfReturns(returns, None, 0, 0.0, matched, refunded_lines, refunded_money, of_order)
    taken = nw.concat(parts, how="vertical") if len(parts) > 1 else parts[0]
    lines, money = _count(sides.bought, taken, engine)
    return NetOfReturns(returns, taken, lines, money, matched, refunded_lines, refunded_money, of_order)
