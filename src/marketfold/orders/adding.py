"""New order lines below those that are kept: what both say is there once, and an order is as it was stated last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import ORDER_LINE, SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.engine import Engine

NO_DAY = date(1, 1, 1)
"""Stands for a missing day, so that two lines without one can be of one order."""
_SAME, _DAY, _PRODUCT, _BACK, _PLACE = "_same", "_day", "_product", "_back", "_place"
_ORDER = ("order_id", _DAY)


@dataclass(frozen=True)
class AddedLines:
    """What became of new lines.

    Attributes
    ----------
    lines
        All lines there are now, by day and then as they came; `source_line` is in that order.
    read
        Lines of the new source.
    known
        Those that were kept already, to the last cell.
    replaced
        Kept lines that gave way to others, as their order is stated anew.
    orders
        How many orders these are.
    """

    lines: nw.LazyFrame[Any]
    read: int
    known: int
    replaced: int
    orders: int

    @property
    def nothing_new(self) -> bool:
        """Whether all was known."""
        return self.read == self.known and not self.replaced


def add_lines(kept: nw.LazyFrame[Any], new: nw.LazyFrame[Any], engine: Engine, *, numbered_orders: bool) -> AddedLines:
    """Put new lines below those that are kept.

    An order of a day of which the new lines repeat any line (its number, product and direction, whatever else its cells
    say by now) is taken as they state it. One that they only go on with, on a later day or with lines of its own, keeps
    what it had. Where the source has no numbers of orders, or a line lacks its own, lines are the same that agree in
    every cell, as many as stand in both.

    Parameters
    ----------
    kept, new
        With the same columns and `source_line`, on one engine.
    numbered_orders
        Whether the order ids are the source's own.
    """
    names = [name for name in kept.collect_schema().names() if name != SOURCE_LINE]
    kept, new = (_keyed(frame, names, engine) for frame in (kept, new))
    new = engine.hold(new)
    told = ~nw.col("order_id").is_null() if numbered_orders else nw.col(SOURCE_LINE).is_null()
    gone = engine.hold(nw.concat([_stated_anew(kept, new, told, engine), _alike(kept, new, ~told, engine)]))
    known = _in_both(gone, new, engine)
    (sizes,) = engine.collect(new.select(nw.len().alias("n"))).to_pylist()
    changed = gone.join(new.select(_SAME), on=_SAME, how="anti").select(*_ORDER).unique()
    (orders,) = engine.collect(changed.select(nw.len().alias("n"))).to_pylist()
    (left,) = engine.collect(gone.select(nw.len().alias("n"))).to_pylist()
    stays = kept.join(gone.select(SOURCE_LINE), on=SOURCE_LINE, how="anti")
    cells = [nw.col(name) for name in names]
    both = nw.concat(
        [
            stays.select(nw.lit(0).alias("_come"), SOURCE_LINE, *cells),
            new.select(nw.lit(1).alias("_come"), SOURCE_LINE, *cells),
        ]
    )
    lines = both.sort("ordered_on", "_come", SOURCE_LINE).select(*names)
    return AddedLines(lines, sizes["n"], known, left["n"] - known, orders["n"])


def _keyed(frame: nw.LazyFrame[Any], names: Sequence[str], engine: Engine) -> nw.LazyFrame[Any]:
    """With what tells orders and their lines, and a fingerprint of all cells."""
    products = [nw.col(name) for name in ("product_id", "product_name") if name in names]
    money = [nw.col(name) < 0 for name in ("amount", "quantity") if name in names]
    keyed = engine.fingerprint(frame.select(SOURCE_LINE, *names), names, _SAME).with_columns(
        nw.col("ordered_on").fill_null(NO_DAY).alias(_DAY),
        nw.coalesce(*products, nw.lit("")).alias(_PRODUCT),
        nw.any_horizontal(*money, ignore_nulls=True).alias(_BACK),
    )
    place = nw.col("line_number").fill_null("") if "line_number" in names else nw.lit("")
    return keyed.with_columns(place.alias(_PLACE))


def _stated_anew(kept: nw.LazyFrame[Any], new: nw.LazyFrame[Any], told: nw.Expr, engine: Engine) -> nw.LazyFrame[Any]:
    """Kept lines of the orders that the new lines state anew."""
    fresh = new.filter(told)
    near = engine.hold(kept.filter(told).join(fresh.select(*_ORDER).unique(), on=list(_ORDER), how="semi"))
    line = [*_ORDER, _PRODUCT, _BACK, _PLACE]
    anew = near.join(fresh.select(*line).unique(), on=line, how="semi").select(*_ORDER).unique()
    return near.join(anew, on=list(_ORDER), how="semi").select(SOURCE_LINE, _SAME, *_ORDER)


def _alike(kept: nw.LazyFrame[Any], new: nw.LazyFrame[Any], untold: nw.Expr, engine: Engine) -> nw.LazyFrame[Any]:
    """Kept lines that agree with a new one in every cell, as many as there are of each in both."""
    nth = nw.col(SOURCE_LINE).cum_count().over(_SAME, order_by=SOURCE_LINE).alias("_nth")
    fresh = new.filter(untold)
    near = engine.hold(kept.filter(untold).join(fresh.select(_SAME).unique(), on=_SAME, how="semi"))
    pairs = [_SAME, "_nth"]
    found = near.with_columns(nth).join(fresh.with_columns(nth).select(*pairs), on=pairs, how="semi")
    return found.select(SOURCE_LINE, _SAME, *_ORDER)


def _in_both(gone: nw.LazyFrame[Any], new: nw.LazyFrame[Any], engine: Engine) -> int:
    """How many lines stand in both, as often as they do."""
    counts = [frame.group_by(_SAME).agg(nw.len().alias(name)) for frame, name in ((gone, "then"), (new, "now"))]
    both = counts[0].join(counts[1], on=_SAME, how="inner")
    fewer = nw.when(nw.col("then") < nw.col("now")).then(nw.col("then")).otherwise(nw.col("now"))
    (found,) = engine.collect(both.select(fewer.sum().cast(nw.Int64).alias("n"))).to_pylist()
    return int(found["n"] or 0)


def with_columns_of(new: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """New lines with exactly these columns, null where there is none."""
    own = set(new.collect_schema().names())
    cells = [nw.col(name) if name in own else nw.lit(None, dtype=ORDER_LINE[name]()).alias(name) for name in names]
    return new.select(SOURCE_LINE, *cells)
