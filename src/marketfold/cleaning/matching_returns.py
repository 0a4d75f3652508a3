"""Returned lines and the purchases that they take back.

A returned line is a line of its own (a negative quantity or amount, a credit note), and nothing in an export says
which purchase it undoes. The rules, in their order:

1. Of the same customer and product, bought on the same day or before. Among these: of the same order, then a line of
   exactly the returned quantity, then the latest; several lines one after the other, until the quantity is used up.
2. What names no product, or one that she did not buy: of the same order.
3. What names no product: an order of exactly that money, then the latest that brought as much.

What fits nowhere was bought before the orders begin, or is a gesture: it takes nothing off. A line whose whole quantity
came back for at least half of its money is gone (the rest is a fee that the shop kept, and no revenue); else the line
is worth less by what was given back.

Returns of different customers, or of different products of one, cannot get in each other's way. So the rules are asked
of arrays: first of the first return of each group (a customer and product, or an order), then of the second, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold.activity import scaled
from marketfold.engine import as_it_is
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from marketfold.engine import Engine

    Int64 = NDArray[np.int64]
    Flags = NDArray[np.bool_]

WHOLE_FOR = 0.5
"""Share of a line's money from which on its whole quantity coming back means that the line is gone."""

TAKEN_BACK = pa.schema(
    [(SOURCE_LINE, pa.int64()), ("back", pa.float64()), ("items_back", pa.float64()), ("returned_on", pa.date32())]
)
"""What came back of a purchase: its line, money and items in whole ten-thousandths, and the day."""

_COMPARED = pa.schema(
    [
        (SOURCE_LINE, pa.int64()),
        ("customer_id", pa.large_string()),
        ("order_id", pa.large_string()),
        ("product_id", pa.large_string()),
        ("ordered_on", pa.date32()),
        ("money", pa.int64()),
        ("items", pa.int64()),
        ("gone", pa.bool_()),
    ]
)
_NONE = -1


@dataclass
class MatchedReturns:
    """What returned lines take back.

    Attributes
    ----------
    table
        Rows of `TAKEN_BACK`.
    lines, money
        Returned lines that found a purchase, and the money (ten-thousandths) that is off.
    unmatched_lines, unmatched_money
        Returned lines, or the rest of one, that found none.
    told_twice
        Source lines of returns whose purchase is set aside already by its own status.
    whole
        Purchases of which all the money is off.
    """

    table: pa.Table = field(default_factory=TAKEN_BACK.empty_table)
    lines: int = 0
    money: int = 0
    unmatched_lines: int = 0
    unmatched_money: int = 0
    told_twice: tuple[int, ...] = ()
    whole: int = 0

    def __add__(self, other: MatchedReturns) -> MatchedReturns:
        """With those of other customers."""
        added = {name: getattr(self, name) + getattr(other, name) for name in vars(self) if name != "table"}
        return MatchedReturns(pa.concat_tables([self.table, other.table]), **added)


@dataclass
class _Lines:
    """Lines that were sold or came back, as arrays of one length, and what of each is still to be matched.

    Customers, orders and products are numbers that both sides share, -1 where there is none; `money` and `items` are
    whole ten-thousandths; `gone` is where the line's own status undid it already.
    """

    line: Int64
    customer: Int64
    order: Int64
    product: Int64
    day: Int64
    money: Int64
    items: Int64
    gone: Flags

    def __post_init__(self) -> None:
        self.whole_money = self.money.copy()

    def key(self, of: Int64) -> Int64:
        """A number for each customer and one of her orders or products, -1 where there is none."""
        # Both sides need the same factor, and the numbers are places in one list: below 2**31.
        return np.where(of < 0, _NONE, self.customer * 2**31 + of)


def _sides(returned: pa.Table, sold: pa.Table) -> tuple[_Lines, _Lines]:
    """Both tables, with columns of `_COMPARED`, as arrays; the returned lines by day and line."""
    tables = [
        pa.table([table[name] if name in table.column_names else pa.nulls(table.num_rows, kind.type)
                  for name, kind in zip(_COMPARED.names, _COMPARED, strict=True)], names=_COMPARED.names)
        for table in (returned, sold)
    ]  # fmt: skip
    order = [("ordered_on", "ascending"), (SOURCE_LINE, "ascending")]
    both = pa.concat_tables([tables[0].cast(_COMPARED).sort_by(order), tables[1].cast(_COMPARED)])

    def numbers(name: str) -> Int64:
        column = both[name].combine_chunks()
        if pa.types.is_large_string(column.type):
            whole = pc.dictionary_encode(column).indices.cast(pa.int64()).fill_null(_NONE)
        else:
            whole = (column.cast(pa.int32()) if pa.types.is_date(column.type) else column).cast(pa.int64()).fill_null(0)
        values: Int64 = whole.to_numpy()
        return values

    columns = [numbers(name) for name in _COMPARED.names]

    def part(rows: slice) -> _Lines:
        *cells, gone = (column[rows].copy() for column in columns)
        line, customer, order, product, day, money, items = cells
        return _Lines(line, customer, order, product, day, money, items, gone > 0)

    return part(slice(returned.num_rows)), part(slice(returned.num_rows, None))


@dataclass
class _Taking:
    """Returned lines, lines sold, and what has been taken so far, as parts of the columns of `TAKEN_BACK`."""

    back: _Lines
    sold: _Lines
    rows: list[tuple[Int64, Int64, Int64, Int64]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.of_gone = np.zeros_like(self.back.money)

    def take(self, line: Int64, back: Int64, money: Int64, items: Int64) -> None:
        """Take money and items off lines, each on account of its return."""
        self.sold.money[line] -= money
        self.sold.items[line] -= items
        gone = self.sold.gone[line]
        self.of_gone[back] += np.where(gone, money, 0)
        told = ~gone & ((money > 0) | (items > 0))
        self.rows.append((line[told], money[told], items[told], self.back.day[back[told]]))

    def take_items(self, line: Int64, back: Int64) -> None:
        """Take as many items off as came back and are there."""
        there, wanted = self.sold.items[line], self.back.items[back]
        worth, owed = self.sold.money[line], self.back.money[back]
        items = np.minimum(there, wanted)
        counted = items > 0
        part = np.rint(owed.astype(np.float64) * items / np.maximum(wanted, 1)).astype(np.int64)
        credited = np.where(counted & (items < wanted), part, owed)
        emptied = counted & (items == there)
        whole = emptied & (credited >= WHOLE_FOR * worth)
        # Where a price was corrected, the goods stayed.
        taken = np.where(emptied & ~whole, 0, items)
        money = np.where(whole, worth, np.minimum(worth, credited))
        self.take(line, back, money, taken)
        self.back.items[back] -= np.where(counted & (taken == 0), wanted, taken)
        self.back.money[back] = np.maximum(owed - np.where(counted, credited, money), 0)

    def take_money(self, line: Int64, back: Int64) -> None:
        """Take as much money off as is owed and there."""
        worth = self.sold.money[line]
        money = np.minimum(worth, self.back.money[back])
        self.take(line, back, money, np.where((money == worth) & (money > 0), self.sold.items[line], 0))
        self.back.money[back] -= money


@dataclass(frozen=True)
class _Pairs:
    """Returns, each with the lines sold that could be its own: places among the returns and among the lines sold."""

    back: Int64
    line: Int64

    def where(self, chosen: Flags | Int64) -> _Pairs:
        """Some of the pairs, or all in another order."""
        return _Pairs(self.back[chosen], self.line[chosen])

    def ranked(self, *ranks: NDArray[Any]) -> _Pairs:
        """By return, and the lines of each by their ranks, the weightiest rank first."""
        return self.where(np.lexsort((*reversed(ranks), self.back)))

    def walk(self, taking: _Taking, take: Callable[[Int64, Int64], None]) -> None:
        """Offer the ranked lines: to each return its first, then, where something is still owed, its second."""
        first = np.flatnonzero(_starts(self.back))
        last = np.append(first[1:], len(self.back))
        while len(first):
            take(self.line[first], self.back[first])
            first = first + 1
            more = first < last
            first, last = first[more], last[more]
            owing = taking.back.money[self.back[first]] > 0
            first, last = first[owing], last[owing]


def _starts(*columns: Int64) -> Flags:
    """Where a run of equal rows begins."""
    begins = np.zeros(len(columns[0]), bool)
    begins[:1] = True
    for column in columns:
        begins[1:] |= column[1:] != column[:-1]
    return begins


def _rounds(taking: _Taking, chosen: Flags, back_key: Int64, sold_key: Int64) -> Iterator[_Pairs]:
    """The chosen returns, each with the lines of its key that were sold in time and have money left.

    First comes of each key the first return, when that is done the second, and so on.
    """
    by_key = np.argsort(sold_key, kind="stable")
    keys = sold_key[by_key]
    backs = np.flatnonzero(chosen & (back_key >= 0))
    backs = backs[np.argsort(back_key[backs], kind="stable")]
    start, end = (np.searchsorted(keys, back_key[backs], side) for side in ("left", "right"))
    begins = np.flatnonzero(_starts(back_key[backs]))
    turn = np.arange(len(backs)) - np.repeat(begins, np.diff(np.append(begins, len(backs))))
    in_turn = np.argsort(turn, kind="stable")
    for now in np.split(in_turn, np.flatnonzero(np.diff(turn[in_turn])) + 1):
        size = end[now] - start[now]
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        pairs = _Pairs(np.repeat(backs[now], size), by_key[np.repeat(start[now], size) + within])
        sold, back = taking.sold, taking.back
        fits = (sold.money[pairs.line] > 0) & (sold.day[pairs.line] <= back.day[pairs.back])
        yield pairs.where(fits & (back.money[pairs.back] > 0))


def _of_product(taking: _Taking, *, by_order: bool) -> None:
    """Rule 1: lines of the same customer and product."""
    back, sold = taking.back, taking.sold
    for pairs in _rounds(taking, back.product >= 0, back.key(back.product), sold.key(sold.product)):
        line, of = pairs.line, pairs.back
        same = (sold.order[line] == back.order[of]) & (back.order[of] >= 0) & by_order
        exact = (back.items[of] > 0) & (sold.items[line] == back.items[of])
        ranks = (~same, ~exact, ~sold.gone[line], -sold.day[line], -sold.line[line])
        pairs.ranked(*ranks).walk(taking, taking.take_items)


def _take_order(taking: _Taking, pairs: _Pairs) -> None:
    """Take money off orders: their lines one after the other, those of exactly that money first."""
    sold, back = taking.sold, taking.back
    other = sold.money[pairs.line] != back.money[pairs.back]
    pairs.ranked(other, sold.line[pairs.line]).walk(taking, taking.take_money)


def _of_order(taking: _Taking) -> None:
    """Rule 2: lines of the same order."""
    back, sold = taking.back, taking.sold
    untouched = (back.money > 0) & (back.money == back.whole_money)
    for pairs in _rounds(taking, untouched, back.key(back.order), sold.key(sold.order)):
        _take_order(taking, pairs)


def _best_orders(taking: _Taking, pairs: _Pairs) -> _Pairs:
    """Of the lines of each return those of one order: of exactly that money, else the latest that brought as much."""
    sold, back = taking.sold, taking.back
    # A line without an order is an order by itself.
    order = np.where(sold.order[pairs.line] < 0, -2 - pairs.line, sold.order[pairs.line])
    by_order = np.lexsort((order, pairs.back))
    pairs, order = pairs.where(by_order), order[by_order]
    if not len(order):
        return pairs
    begins = _starts(pairs.back, order)
    first, of = np.flatnonzero(begins), np.cumsum(begins) - 1
    money, owner = np.add.reduceat(sold.money[pairs.line], first), pairs.back[first]
    gone = np.logical_and.reduceat(sold.gone[pairs.line], first)
    latest, last = (np.maximum.reduceat(column[pairs.line], first) for column in (sold.day, sold.line))
    other = money != back.money[owner]
    able = np.flatnonzero((money >= back.money[owner]) & ~(gone & other))
    able = able[np.lexsort((-last[able], -latest[able], ~gone[able], other[able], owner[able]))]
    best = np.zeros(len(first), bool)
    best[able[_starts(owner[able])]] = True
    return pairs.where(best[of])


def _of_customer(taking: _Taking) -> None:
    """Rule 3: an order of the same customer."""
    back, sold = taking.back, taking.sold
    for pairs in _rounds(taking, (back.money > 0) & (back.product < 0), back.customer, sold.customer):
        _take_order(taking, _best_orders(taking, pairs))


def agreements(undoing: nw.LazyFrame[Any], *, by_order: bool) -> Iterator[nw.LazyFrame[Any]]:
    """What a purchase must agree in with some line that undoes one: customer and product, order, or customer alone.

    `by_order` is whether the source numbers its orders itself.
    """
    product, has_product = nw.col("product_id"), "product_id" in undoing.collect_schema().names()
    if has_product:
        yield undoing.filter(~product.is_null()).select("customer_id", "product_id").unique()
    if by_order:
        yield undoing.filter(~nw.col("order_id").is_null()).select("customer_id", "order_id").unique()
    unnamed = undoing.filter(product.is_null()) if has_product else undoing
    yield unnamed.select("customer_id").unique()


@dataclass(frozen=True)
class ReturnsToMatch:
    """Lines sold and lines that came back, which are to find each other.

    `sold` (purchases), `gone` (undone by their own status) and `undoing` (lines that take back what others sold) have
    the columns `source_line, order_id, customer_id, ordered_on, amount` and, where the source has them, `product_id`
    and `quantity`. All lines sold that agree with some row of `agreements` are there; `by_order` is what those were
    asked with.
    """

    sold: nw.LazyFrame[Any]
    gone: nw.LazyFrame[Any]
    undoing: nw.LazyFrame[Any]
    by_order: bool

    def by_customers(self, engine: Engine) -> Iterator[tuple[pa.Table, pa.Table]]:
        """The lines that undo others, and the lines sold, those that are gone among them, of some customers at a time.

        Whose lines come together, for returns of different customers cannot get in each other's way.
        """
        sides = ((self.undoing, True, False), (self.sold, False, False), (self.gone, False, True))
        asked = [
            self._compared(frame).with_columns(nw.lit(undoes).alias("undoes"), nw.lit(gone).alias("gone"))
            for frame, undoes, gone in sides
        ]
        rows = nw.concat(asked, how="vertical").sort("customer_id", SOURCE_LINE)
        for found in _whole_groups(engine.mapped(rows, "", as_it_is), "customer_id"):
            yield found.filter(found["undoes"]), found.filter(pc.invert(found["undoes"]))

    def _compared(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Columns of `_COMPARED`, as far as the source has them."""
        columns = self.undoing.collect_schema().names()
        named = [name for name in _COMPARED.names if name in columns]
        sizes = [("amount", "money")] + ([("quantity", "items")] if "quantity" in columns else [])
        whole = [scaled(nw.col(name)).abs().fill_null(0.0).cast(nw.Int64).alias(new) for name, new in sizes]
        return frame.select(*named, *whole)


def _whole_groups(parts: Iterable[pa.Table], key: str) -> Iterator[pa.Table]:
    """Rows in parts, sorted by a text column, in other parts: those of one value of it are together."""
    rest: pa.Table | None = None
    for part in parts:
        rows = part if rest is None else pa.concat_tables([rest, part])
        values = pc.fill_null(rows[key], "")
        n_rest = pc.sum(pc.equal(values, values[-1])).as_py()  # of the last value there may be more to come
        if n_rest < len(rows):
            yield rows.slice(0, len(rows) - n_rest)
        rest = rows.slice(len(rows) - n_rest)
    if rest is not None:
        yield rest


def match_returns(to_match: ReturnsToMatch, engine: Engine) -> MatchedReturns:
    """Find for each returned line the purchases that it takes back.

    The returned lines and the purchases that could be theirs come home, which are few beside all lines, some customers
    at a time.
    """
    found = (match_tables(*sides, by_order=to_match.by_order) for sides in to_match.by_customers(engine))
    return sum(found, MatchedReturns())


def match_tables(undoing: pa.Table, sold: pa.Table, *, by_order: bool) -> MatchedReturns:
    """The same of tables with columns of `_COMPARED`."""
    taking = _Taking(*_sides(undoing, sold))
    _of_product(taking, by_order=by_order)
    if by_order:
        _of_order(taking)
    _of_customer(taking)
    return _account(taking)


def _account(taking: _Taking) -> MatchedReturns:
    back, sold = taking.back, taking.sold
    empty = (np.empty(0, np.int64),) * len(TAKEN_BACK)
    line, money, items, day = (np.concatenate(parts) for parts in zip(empty, *taking.rows, strict=True))
    arrays = [sold.line[line], money.astype(np.float64), items.astype(np.float64), day.astype("datetime64[D]")]
    twice = (back.whole_money > 0) & (taking.of_gone >= back.whole_money)
    return MatchedReturns(
        table=pa.table([pa.array(column) for column in arrays], schema=TAKEN_BACK),
        lines=int((back.money < back.whole_money).sum()),
        money=int(money.sum()),
        unmatched_lines=int((back.money > 0).sum()),
        unmatched_money=int(back.money.sum()),
        told_twice=tuple(back.line[twice].tolist()),
        whole=int(((sold.money <= 0) & (sold.whole_money > 0) & ~sold.gone).sum()),
    )
