"""What was bought, less what came back of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.activity import scaled
from marketfold.cleaning.close_look import agreeing
from marketfold.cleaning.matching_returns import MatchedReturns, ReturnsToMatch, agreements, match_returns
from marketfold.cleaning.refund_amounts import share_refunds
from marketfold.schema import MONEY_SCALE, SOURCE_LINE, count_where

if TYPE_CHECKING:
    from datetime import date

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
class TakenBack:
    """What of the purchases came back later.

    Kept apart, so that the many lines that nothing came back of are read as they are each time somebody asks.

    Attributes
    ----------
    rest
        Purchases that nothing came back of.
    touched
        The others, as they were bought; kept by the engine.
    off
        What came back of `touched`: `source_line`, `back` and `items_back` (whole ten-thousandths), and the day,
        `returned_on`.
    """

    rest: nw.LazyFrame[Any]
    touched: nw.LazyFrame[Any]
    off: nw.LazyFrame[Any]

    def stayed(self) -> nw.LazyFrame[Any]:
        """All lines less what came back of them."""
        return nw.concat([self.rest, less_returns(self.touched, self.off)], how="vertical")

    def before_day(self, day: date) -> TakenBack:
        """What was bought and what came back before a day."""
        earlier = self.bought_where(nw.col("ordered_on") < day)
        return replace(earlier, off=self.off.filter(nw.col("returned_on") < day))

    def bought_where(self, test: nw.Expr) -> TakenBack:
        """The same of some purchases."""
        return replace(self, rest=self.rest.filter(test), touched=self.touched.filter(test))


@dataclass(frozen=True)
class CameBack:
    """Lines that are no purchase because something was cancelled or came back.

    Attributes
    ----------
    lines
        All of them; kept by the engine where there are any.
    undoing, gone
        Those that take back what another line sold, and those that were sold and are undone by their own status.
    by_order
        Whether the source numbers its orders itself.
    """

    lines: nw.LazyFrame[Any]
    undoing: nw.LazyFrame[Any]
    gone: nw.LazyFrame[Any]
    by_order: bool

    @classmethod
    def sort(cls, lines: nw.LazyFrame[Any], undoes: nw.Expr, orders: Orders) -> CameBack:
        """Tell the lines apart by `undoes`."""
        by_order = all(one.code != "order_by_day" for one in orders.facts.decisions)
        return cls(lines, lines.filter(undoes), lines.filter(~undoes, nw.col("amount") > 0), by_order)

    def keys(self, engine: Engine) -> tuple[nw.LazyFrame[Any], ...]:
        """What a purchase must agree in with some undoing line, kept by the engine."""
        return tuple(engine.hold(key) for key in agreements(self.undoing, by_order=self.by_order))


@dataclass(frozen=True)
class Sides:
    """Lines that were bought, and lines that came back.

    `bought` is `kept` without the repeats, `dropped`; `could_be` are those of `bought` that agree with some of the
    `keys` of `back`, or all of `bought`: then there are no keys. None where no purchases are to be found for what came
    back.
    """

    bought: nw.LazyFrame[Any]
    back: CameBack
    kept: nw.LazyFrame[Any]
    could_be: nw.LazyFrame[Any] | None
    keys: tuple[nw.LazyFrame[Any], ...] = ()
    dropped: nw.LazyFrame[Any] | None = None

    def split(self, touched: nw.LazyFrame[Any], off: nw.LazyFrame[Any], engine: Engine) -> TakenBack:
        """Purchases of which something came back, and the rest."""
        apart = [frame.select(SOURCE_LINE) for frame in (touched, self.dropped) if frame is not None]
        # One look-up for both, because the rest is scanned again and again.
        numbers = engine.hold(nw.concat(apart, how="vertical"))
        return TakenBack(self.kept.join(numbers, on=SOURCE_LINE, how="anti"), touched, off)


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
    taken_back: TakenBack | None = None
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


def _match(sides: Sides, sold: nw.LazyFrame[Any], engine: Engine) -> MatchedReturns:
    back = sides.back
    gone = agreeing(back.gone, sides.keys) if sides.keys else back.gone
    return match_returns(ReturnsToMatch(sold, gone, back.undoing, back.by_order), engine)


def _count(touched: nw.LazyFrame[Any], off: nw.LazyFrame[Any], engine: Engine) -> tuple[int, float]:
    """Purchases that came back in whole, and the money that is off all of them."""
    joined = touched.join(off.group_by(SOURCE_LINE).agg(nw.col("back").sum()), on=SOURCE_LINE, how="inner")
    gone = count_where(scaled(nw.col("amount")) <= nw.col("back"))
    (row,) = engine.collect(joined.select(gone.alias("lines"), nw.col("back").sum())).to_pylist()
    return int(row["lines"] or 0), float(row["back"] or 0.0) / MONEY_SCALE


def _refunds(sides: Sides, engine: Engine) -> tuple[NetOfReturns, nw.LazyFrame[Any] | None]:
    """What the returned lines and a column of refunds say; and what the column takes off each line, if anything."""
    names = sides.bought.collect_schema().names()
    sizes = [nw.col(name).abs() for name in ("amount", "quantity") if name in names]
    returns = sides.back.lines.with_columns(*sizes)
    if "refunded" not in names:
        return NetOfReturns(returns), None
    given, of_order = share_refunds(sides.bought, engine)
    (row,) = engine.collect(given.select(nw.len().alias("lines"), nw.col("back").sum())).to_pylist()
    lines, money = int(row["lines"]), float(row["back"] or 0.0) / MONEY_SCALE
    if lines:
        returns = nw.concat([returns, _as_returns(sides.bought, given)], how="vertical")
    net = NetOfReturns(returns, refunded_lines=lines, refunded_money=money, of_order=of_order)
    return net, given if lines else None


def _take_refunds_off(
    sides: Sides, net: NetOfReturns, given: nw.LazyFrame[Any], matched: pa.Table, engine: Engine
) -> NetOfReturns:
    """The same where a column of refunds has a say, beside the returned lines."""
    off = nw.concat([given, engine.from_arrow(matched)], how="vertical") if matched.num_rows else given
    touched = engine.hold(sides.bought.join(off.select(SOURCE_LINE), on=SOURCE_LINE, how="semi"))
    lines, money = _count(touched, off, engine)
    return replace(net, taken_back=sides.split(touched, off, engine), lines=lines, money=money)


def net_of_returns(sides: Sides, engine: Engine, *, gross: bool) -> NetOfReturns:
    """Match what came back with what was bought; with `gross` it stays beside it."""
    net, given = _refunds(sides, engine)
    if gross:
        return net
    matched, could_be = MatchedReturns(), sides.could_be
    if could_be is not None:
        matched = _match(sides, could_be if given is None else less_returns(could_be, given), engine)
        net = replace(net, matched=matched)
    if matched.told_twice:
        twice = engine.from_arrow(pa.table({SOURCE_LINE: pa.array(matched.told_twice, pa.int64())}))
        net = replace(net, returns=net.returns.join(twice, on=SOURCE_LINE, how="anti"))
    if given is not None:
        return _take_refunds_off(sides, net, given, matched.table, engine)
    if could_be is None or not matched.table.num_rows:
        return net
    off = engine.hold(engine.from_arrow(matched.table))
    touched = engine.hold(could_be.join(off.select(SOURCE_LINE), on=SOURCE_LINE, how="semi"))
    taken_back = sides.split(touched, off, engine)
    return replace(net, taken_back=taken_back, lines=matched.whole, money=matched.money / MONEY_SCALE)
