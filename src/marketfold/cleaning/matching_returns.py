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
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.activity import scaled
from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from marketfold.engine import Engine

WHOLE_FOR = 0.5
"""Share of a line's money from which on its whole quantity coming back means that the line is gone."""

TAKEN_BACK = pa.schema(
    [(SOURCE_LINE, pa.int64()), ("back", pa.float64()), ("items_back", pa.float64()), ("returned_on", pa.date32())]
)
"""What came back of a purchase: its line, money and items in whole ten-thousandths, and the day."""


@dataclass
class _Line:
    """A line that was sold, and what of it has not come back yet; `gone` where its own status undid it already."""

    line: int
    order: str | None
    day: date
    money: int
    items: int
    gone: bool
    whole_money: int = 0

    def __post_init__(self) -> None:
        self.whole_money = self.money


@dataclass
class _Return:
    """A returned line, and what of it has found no purchase yet."""

    line: int
    customer: str
    order: str | None
    product: str | None
    day: date
    money: int
    items: int
    of_gone: int = 0
    whole_money: int = 0

    def __post_init__(self) -> None:
        self.whole_money = self.money


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
    """

    table: pa.Table = field(default_factory=TAKEN_BACK.empty_table)
    lines: int = 0
    money: int = 0
    unmatched_lines: int = 0
    unmatched_money: int = 0
    told_twice: tuple[int, ...] = ()


@dataclass
class _Taking:
    """What has been taken so far, as columns of `TAKEN_BACK`."""

    rows: list[tuple[int, float, float, date]] = field(default_factory=list)

    def take(self, line: _Line, back: _Return, money: int, items: int) -> None:
        """Take money and items off a line, on account of a return."""
        line.money -= money
        line.items -= items
        if line.gone:
            back.of_gone += money
        elif money or items:
            self.rows.append((line.line, float(money), float(items), back.day))

    def take_items(self, line: _Line, back: _Return) -> None:
        """Take as many items off as came back and are there."""
        if not back.items or not line.items:
            money = min(line.money, back.money)
            self.take(line, back, money, 0)
            back.money -= money
            return
        items = min(line.items, back.items)
        credited = back.money if items == back.items else round(back.money * items / back.items)
        money = min(line.money, credited)
        if items == line.items and credited >= WHOLE_FOR * line.money:
            money = line.money
        elif items == line.items:
            items = 0  # a price was corrected: the goods stayed
        self.take(line, back, money, items)
        back.items -= items or back.items
        back.money = max(back.money - credited, 0)

    def take_order(self, lines: Sequence[_Line], back: _Return) -> None:
        """Take money off an order: its lines one after the other, those of exactly that money first."""
        for line in sorted(lines, key=lambda one: (one.money != back.money, one.line)):
            money = min(line.money, back.money)
            if money:
                self.take(line, back, money, line.items if money == line.money else 0)
                back.money -= money


def _of_product(taking: _Taking, sold: Sequence[_Line], back: _Return, *, by_order: bool) -> None:
    """Rule 1: lines of the same customer and product."""

    def rank(line: _Line) -> tuple[bool, bool, bool, int, int]:
        same = by_order and line.order is not None and line.order == back.order
        exact = bool(back.items) and line.items == back.items
        return (not same, not exact, not line.gone, -line.day.toordinal(), -line.line)

    for line in sorted((one for one in sold if one.money > 0 and one.day <= back.day), key=rank):
        if back.money <= 0:
            return
        taking.take_items(line, back)


def _of_customer(taking: _Taking, sold: Sequence[_Line], back: _Return) -> None:
    """Rule 3: an order of exactly that money, then the latest that brought as much."""
    orders: dict[object, list[_Line]] = defaultdict(list)
    for line in sold:
        if line.money > 0 and line.day <= back.day:
            orders[line.order if line.order is not None else line.line].append(line)
    best: tuple[tuple[bool, bool, int, int], list[_Line]] | None = None
    for lines in orders.values():
        money, gone = sum(line.money for line in lines), all(line.gone for line in lines)
        if money < back.money or (gone and money != back.money):
            continue
        latest = max(line.day.toordinal() for line in lines)
        rank = (money != back.money, not gone, -latest, -max(line.line for line in lines))
        if best is None or rank < best[0]:
            best = rank, lines
    if best:
        taking.take_order(best[1], back)


@dataclass(frozen=True)
class ReturnsToMatch:
    """Lines sold and lines that came back, and how they may find each other.

    `sold` has `source_line, order_id, customer_id, ordered_on, amount`, `gone` and, where the source has them,
    `product_id` and `quantity`; `undoing` the same columns of the returned lines. `by_order` is whether the source
    numbers its orders itself.
    """

    sold: nw.LazyFrame[Any]
    undoing: nw.LazyFrame[Any]
    columns: frozenset[str]
    by_order: bool

    def rows(self, frame: nw.LazyFrame[Any], engine: Engine) -> list[dict[str, Any]]:
        """A frame as records, by day and line, money and items in whole ten-thousandths."""
        named = {SOURCE_LINE, "order_id", "customer_id", "ordered_on"} | ({"product_id"} & self.columns)
        extra = [nw.col("gone")] if "gone" in frame.collect_schema().names() else []
        numbers = [scaled(nw.col(name)).abs().fill_null(0.0).cast(nw.Int64).alias(new) for name, new in self._numbers()]
        table = engine.collect(frame.select(*sorted(named), *extra, *numbers))
        rows: list[dict[str, Any]] = table.sort_by(
            [("ordered_on", "ascending"), (SOURCE_LINE, "ascending")]
        ).to_pylist()
        return rows

    def _numbers(self) -> Iterable[tuple[str, str]]:
        yield "amount", "money"
        if "quantity" in self.columns:
            yield "quantity", "items"

    def alike(self, engine: Engine, keys: pa.Table) -> list[_Keyed]:
        """Lines sold that agree with some row of `keys` in its columns."""
        wanted = engine.from_arrow(keys)
        found = self.rows(self.sold.join(wanted, on=keys.column_names, how="semi"), engine)
        return [(tuple(row[name] for name in keys.column_names), row) for row in found]


_Keyed = tuple[tuple[Any, ...], dict[str, Any]]


def _groups(keyed: Iterable[_Keyed], lines: dict[int, _Line]) -> dict[tuple[Any, ...], list[_Line]]:
    """Lines by key; a line that is in several groups is one line, so that nothing comes back twice."""
    groups: dict[tuple[Any, ...], list[_Line]] = defaultdict(list)
    for key, row in keyed:
        number = row[SOURCE_LINE]
        if number not in lines:
            lines[number] = _Line(
                number, row["order_id"], row["ordered_on"], row["money"], row.get("items", 0), row["gone"]
            )
        groups[key].append(lines[number])
    return groups


def _keys(returns: Sequence[_Return], **columns: str) -> pa.Table:
    """The different values of attributes of returned lines, as a table to join by."""
    rows = sorted({tuple(getattr(one, name) for name in columns.values()) for one in returns}, key=str)
    return pa.table({name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(columns)})


def match_returns(to_match: ReturnsToMatch, engine: Engine) -> MatchedReturns:
    """Find for each returned line the purchases that it takes back.

    The returned lines and the purchases that could be theirs come home, which are few beside all lines; each rule
    brings home no more than it needs.
    """
    returns = [
        _Return(row[SOURCE_LINE], row["customer_id"], row["order_id"], row.get("product_id"), row["ordered_on"],
                row["money"], row.get("items", 0))
        for row in to_match.rows(to_match.undoing, engine)
    ]  # fmt: skip
    lines: dict[int, _Line] = {}
    taking = _Taking()
    if named := [one for one in returns if one.product is not None]:
        keys = _keys(named, customer_id="customer", product_id="product")
        sold = _groups(to_match.alike(engine, keys), lines)
        for one in named:
            _of_product(taking, sold.get((one.customer, one.product), ()), one, by_order=to_match.by_order)
    left = [one for one in returns if one.money > 0 and one.money == one.whole_money and one.order is not None]
    if left and to_match.by_order:
        sold = _groups(to_match.alike(engine, _keys(left, customer_id="customer", order_id="order")), lines)
        for one in left:
            taking.take_order([line for line in sold.get((one.customer, one.order), ()) if line.day <= one.day], one)
    if left := [one for one in returns if one.money > 0 and one.product is None]:
        sold = _groups(to_match.alike(engine, _keys(left, customer_id="customer")), lines)
        for one in left:
            _of_customer(taking, sold.get((one.customer,), ()), one)
    return _account(returns, taking)


def _account(returns: Sequence[_Return], taking: _Taking) -> MatchedReturns:
    columns = list(zip(*taking.rows, strict=True)) or [()] * len(TAKEN_BACK)
    arrays = [pa.array(column, kind.type) for column, kind in zip(columns, TAKEN_BACK, strict=True)]
    return MatchedReturns(
        table=pa.Table.from_arrays(arrays, schema=TAKEN_BACK),
        lines=sum(one.money < one.whole_money for one in returns),
        money=round(sum(money for _, money, _, _ in taking.rows)),
        unmatched_lines=sum(one.money > 0 for one in returns),
        unmatched_money=sum(one.money for one in returns),
        told_twice=tuple(one.line for one in returns if one.whole_money and one.of_gone >= one.whole_money),
    )
