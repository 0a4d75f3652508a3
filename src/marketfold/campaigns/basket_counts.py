"""Pairs of things in the same orders, counted in the engine: only sums for things and for pairs come home.

The number of pairs is bounded by looking at the things of the most orders, and at orders of not too many things.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.campaigns.basket_tests import LEAST_ORDERS, Margins, Seen

if TYPE_CHECKING:
    from marketfold.campaigns.basket_tests import Numbers
    from marketfold.campaigns.customers import Purchases, Thing
    from marketfold.engine import Engine
    from marketfold.schema import Float64

MOST_THINGS = 1_000
"""Things that are looked at, those of the most orders: half a million pairs, however many products there are."""

MOST_IN_ORDER = 100
"""An order of more different things is a stock and no basket, and of 1,000 would have half a million pairs alone."""


@dataclass(frozen=True)
class Counts:
    """What was counted of orders and of the things in them.

    Attributes
    ----------
    names
        Things that are looked at, those of the most orders first: their places are the codes of everything else.
    n_orders
        Orders of everybody and then of each segment, with any number of things.
    sizes
        Orders of several things, of one, and of too many.
    n_left_out
        Things beyond those that are looked at.
    kept
        One row for each order of several things and thing that is looked at: `basket`, `customer`, `segment`, `code`,
        and `beside`, how many other things the order has.
    """

    names: list[str]
    n_orders: Numbers
    sizes: tuple[int, int, int]
    margins: Margins
    n_left_out: int
    kept: nw.LazyFrame[Any]
    engine: Engine


def _rows(purchases: Purchases, what: Thing) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """One row for each order and thing in it, and the same with the number of different things in the order."""
    assert purchases.lines is not None  # noqa: S101  (asked for only where there are things)
    engine, known = purchases.engine, purchases.lines.filter(~nw.col(what).is_null())
    rows = engine.hold(known.select("basket", "customer", "segment", thing=nw.col(what)).unique())
    sizes = rows.group_by("basket").agg(size=nw.len().cast(nw.Int64))
    return rows, engine.hold(rows.join(sizes, on="basket", how="inner"))


def _with_others(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """With `one` in orders of several things and how many are `beside` each there; all else has zeros.

    Both follow from the size: to write them down for every line takes longer than to find them again.
    """
    several = (nw.col("size") > 1) & (nw.col("size") <= MOST_IN_ORDER)
    other = nw.when(several).then(nw.col("size") - 1).otherwise(nw.lit(0))
    one = nw.when(several).then(nw.lit(1)).otherwise(nw.lit(0))
    return rows.with_columns(one=one, beside=other)


def _whole(table: pa.Table, name: str) -> Numbers:
    return np.asarray(table[name].to_numpy(), dtype=np.float64).round().astype(np.int64)


def _real(table: pa.Table, name: str) -> Float64:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _with_everybody(by_segment: Any) -> Any:
    """Sums of segments, shape (n_segments, ...), below everybody's."""
    return np.concatenate([by_segment.sum(axis=0, keepdims=True), by_segment])


def _by_thing(table: pa.Table, shape: tuple[int, int], values: Any) -> Any:
    spread = np.zeros(shape, dtype=values.dtype)
    spread[_whole(table, "segment"), _whole(table, "code")] = values
    return _with_everybody(spread)


def count_things(purchases: Purchases, what: Thing) -> Counts:
    """Count orders, and the things of the most orders."""
    engine, n = purchases.engine, purchases.n_segments
    unsized, sized = _rows(purchases, what)
    rows = _with_others(sized)
    sums = {"orders": nw.col("one").sum(), "beside": nw.col("beside").sum(), "all_orders": nw.len()}
    found = engine.collect(rows.group_by("thing").agg(**sums).filter(nw.col("orders") >= LEAST_ORDERS))
    engine.release(unsized)
    names = found.sort_by([("orders", "descending"), ("thing", "ascending")])["thing"].to_pylist()
    shape = n, min(len(names), MOST_THINGS)
    codes = pa.table(
        {"thing": pa.array(names[:MOST_THINGS], pa.string()), "code": pa.array(range(shape[1]), pa.int64())}
    )
    coded = rows.join(engine.from_arrow(codes), on="thing", how="inner")
    kept = engine.materialise(
        coded.filter(nw.col("one") == 1).select("basket", "customer", "segment", "code", "beside")
    )
    table = engine.collect(coded.group_by("segment", "code").agg(**sums))
    counted = {name: _by_thing(table, shape, _whole(table, name)) for name in sums}
    n_orders, places, sizes = _sizes(engine.collect(rows.group_by("segment", "size").agg(rows=nw.len())), n)
    margins = Margins(places=places, squares=_squares(kept, engine, shape), **counted)
    engine.release(sized)  # not before `kept` was asked, which some engines make of it only then
    return Counts(names[:MOST_THINGS], n_orders, sizes, margins, len(names) - shape[1], kept, engine)


def _sizes(by_size: pa.Table, n_segments: int) -> tuple[Numbers, Numbers, tuple[int, int, int]]:
    """Orders and places of everybody and each segment, and how many orders have several things, one, or too many."""
    size, segment = _whole(by_size, "size"), _whole(by_size, "segment")
    orders = _whole(by_size, "rows") // size
    several, large = (size > 1) & (size <= MOST_IN_ORDER), size > MOST_IN_ORDER
    n_orders, places = np.zeros(n_segments, dtype=np.int64), np.zeros(n_segments, dtype=np.int64)
    np.add.at(n_orders, segment, orders)
    np.add.at(places, segment, np.where(several, orders * size, 0))
    sizes = int(orders[several].sum()), int(orders[size == 1].sum()), int(orders[large].sum())
    return _with_everybody(n_orders), _with_everybody(places), sizes


def _squares(kept: nw.LazyFrame[Any], engine: Engine, shape: tuple[int, int]) -> Float64:
    near = nw.col("near")
    squared = _near(kept, "segment").with_columns(square=near * near)
    table = engine.collect(squared.group_by("segment", "code").agg(squares=nw.col("square").sum()))
    squares: Float64 = _by_thing(table, shape, _real(table, "squares"))
    return squares


def _near(kept: nw.LazyFrame[Any], *by: str) -> nw.LazyFrame[Any]:
    """Places beside each thing in the orders of each customer."""
    return kept.group_by("customer", *by, "code").agg(near=nw.col("beside").sum().cast(nw.Float64))


def count_pairs(counts: Counts) -> tuple[Seen, Seen]:
    """Pairs that stand together in enough orders, of everybody and of each segment; the first is in more orders."""
    partner = counts.kept.select("basket", other=nw.col("code"))
    both = counts.kept.join(partner, on="basket", how="inner").filter(nw.col("code") < nw.col("other"))
    engine, n, enough = counts.engine, nw.col("together").sum(), nw.col("together") >= LEAST_ORDERS
    own = engine.hold(both.group_by("segment", "code", "other").agg(together=nw.len().cast(nw.Int64)))
    everyone = engine.collect(own.group_by("code", "other").agg(together=n).filter(enough))
    by_segment = engine.collect(own.filter(enough))
    engine.release(own)
    return _seen(everyone), _seen(by_segment, _whole(by_segment, "segment") + 1)


def _seen(table: pa.Table, group: Numbers | None = None) -> Seen:
    first, second, together = (_whole(table, name) for name in ("code", "other", "together"))
    return Seen(np.zeros(len(first), dtype=np.int64) if group is None else group, first, second, together)


def count_customers(counts: Counts, likely: tuple[Seen, Seen]) -> tuple[Seen, Seen]:
    """The likely pairs again, of everybody and of each segment, with what customers as clusters need."""
    named = np.concatenate([np.stack([one.first, one.second]) for one in likely], axis=1)
    first, second = np.unique(named, axis=1)
    asked = counts.engine.from_arrow(pa.table({"code": pa.array(first), "other": pa.array(second)}))
    partner = counts.kept.select("basket", other=nw.col("code"))
    both = counts.kept.join(asked, on="code", how="inner").join(partner, on=["basket", "other"], how="inner")
    by_customer = both.group_by("customer", "segment", "code", "other").agg(x=nw.len().cast(nw.Float64))
    x, near = nw.col("x"), nw.col("near")
    rows = by_customer.join(_near(counts.kept), on=["customer", "code"], how="inner")
    sums = {
        "together": x.sum(),
        "customers": nw.len(),
        "squares": nw.col("square").sum(),
        "crosses": nw.col("cross").sum(),
    }
    summed = rows.with_columns(square=x * x, cross=x * near).group_by("segment", "code", "other").agg(**sums)
    table = counts.engine.collect(summed).sort_by([(name, "ascending") for name in ("segment", "code", "other")])
    everyone = table.group_by(["code", "other"], use_threads=False).aggregate([(name, "sum") for name in sums])
    everyone = everyone.rename_columns({f"{name}_sum": name for name in sums})
    return _clustered(everyone), _clustered(table, _whole(table, "segment") + 1)


def _clustered(table: pa.Table, group: Numbers | None = None) -> Seen:
    squares, crosses = _real(table, "squares"), _real(table, "crosses")
    return replace(_seen(table, group), customers=_whole(table, "customers"), squares=squares, crosses=crosses)
