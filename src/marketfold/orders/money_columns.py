"""Which columns are money, and of what: by their names, and by what the first lines hold.

A shop's table may have several columns of money, each of another grain (an item, a line, the whole order) or with
something more in it (tax, shipping). What is chosen here from the first lines is checked over all lines in `steps`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.decisions import Decision
from marketfold.errors import Fault
from marketfold.orders.discount_columns import find_discount
from marketfold.orders.first_lines import (
    CENT,
    ENOUGH_VOTES,
    OUGHT_TO_TELL,
    FirstLines,
    MoneyColumn,
    price_votes,
)
from marketfold.orders.hints import map_flag
from marketfold.orders.money_names import (
    QUANTITY_WORDS,
    is_cost,
    is_gross,
    is_net,
    is_subtotal,
    is_tax,
    is_tip,
    name_words,
    sounds_like_money,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from marketfold.orders.role_names import Rank

MONEY_ROLES = ("unit_price", "amount", "discount", "discount_percent", "other_amount", "tip", "tax")
"""Roles that are given here."""

UNKNOWN_NAME = 9
PRICE_NAME = 8
_BY_LINE = frozenset({"price_of_line", "price_as_amount", "unit_price_as_amount"})
"""What is decided where a price is that of all items of its line."""


@dataclass
class MoneyFound:
    """Roles that were given to columns, and what is to be said of it."""

    mapping: dict[str, str] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def find_money(
    sample: Mapping[str, Sequence[object]], mapping: Mapping[str, str], given: Collection[str], rank: Rank
) -> MoneyFound:
    """Give the roles of money to columns.

    Parameters
    ----------
    sample
        The first cells of each column.
    mapping
        Roles that are known: those that the user gave, and all that are no money.
    given
        Roles that the user gave; they stay as they are.
    rank
        How surely a column's name means a role.
    """
    return _Finding(sample, dict(mapping), frozenset(given), rank).find()


@dataclass
class _Finding:
    """The search for columns of money."""

    sample: Mapping[str, Sequence[object]]
    mapping: dict[str, str]
    given: frozenset[str]
    rank: Rank
    found: MoneyFound = field(default_factory=MoneyFound)

    def find(self) -> MoneyFound:
        """Prices first, for they show what the other columns are."""
        if "unit_price" not in self.given:
            self._give("unit_price", self._price())
        if "amount" not in self.given:
            self._find_amount()
        if not self.given & {"discount", "discount_percent"}:
            by_line = bool({one.code for one in self.found.decisions} & _BY_LINE)
            column, told = find_discount(self.lines, self.rank, self.given, by_line=by_line)
            self._give("discount", column)
            self.found.decisions += told
        if "amount" in self.found.mapping and "other_amount" not in self.mapping:
            self._find_included(self.mapping["amount"])
        return self.found

    def __post_init__(self) -> None:
        self._read = FirstLines(self.sample, self.mapping)

    @property
    def lines(self) -> FirstLines:
        """The first lines, as far as their columns are known by now."""
        return self._read.with_mapping(self.mapping)

    def _give(self, role: str, column: str | None) -> None:
        if column is not None:
            self.mapping[role] = self.found.mapping[role] = column

    def _take_back(self, role: str) -> None:
        self.mapping.pop(role, None)
        self.found.mapping.pop(role, None)

    def _ranked(self, role: str) -> list[tuple[int, str]]:
        """Columns that a name gives a role; those that hold numbers, where any does."""
        ranked = [(rank, column) for column in self.lines.free if (rank := self.rank(role, column)) is not None]
        numeric = [(rank, column) for rank, column in ranked if self._read.is_numeric(column)]
        return numeric or ranked

    def _price(self) -> str | None:
        """The price of an item as charged: net before gross, a price before a cost."""
        ranked = self._ranked("unit_price")
        named = {column for _, column in ranked}
        for column in self.lines.free:
            if {"price", "preis", "prijs"} & set(name_words(column)) and is_net(column) and column not in named:
                ranked.append((1, column))
        if not ranked:
            return None
        quantities = self.lines.numbers("quantity")
        best = {column: rank for rank, column in reversed(ranked)}
        if len(best) > 1 and quantities is not None:  # a price that grows with the quantity is the line's
            first = self._cheapest([column for column in best if not is_cost(column)] or best)
            lines = self.lines.with_mapping(self.mapping | {"unit_price": first})
            per_line = {column for column in best if column != first and lines.is_per_line(self._read.cells(column))}
            best = {column: rank for column, rank in best.items() if column not in per_line}
        return min(best, key=lambda column: self._price_key(column, best[column]))

    def _cheapest(self, columns: Iterable[str]) -> str:
        return min(columns, key=lambda column: _size(self._read.cells(column)))

    def _price_key(self, column: str, rank: int) -> tuple[bool, bool, bool, int, float]:
        return is_cost(column), not is_net(column), is_gross(column), rank, _size(self._read.cells(column))

    def _amounts(self) -> list[MoneyColumn]:
        """Columns that may be what a line or an order brought."""
        ranked = {column: rank for rank, column in self._ranked("amount")}
        for column in self.lines.free:
            if column not in ranked and sounds_like_money(column) and self._read.is_numeric(column):
                ranked[column] = UNKNOWN_NAME
        lines = self.lines
        if lines.by_price is not None and not any(rank < PRICE_NAME for rank in ranked.values()):
            for column in self.lines.free:  # no name says it: a column that is quantity times price says so itself
                if column not in ranked and self._read.is_numeric(column) and self._is_product(column):
                    ranked[column] = UNKNOWN_NAME
        columns = []
        for column, rank in ranked.items():
            values = self._read.cells(column)
            columns.append(MoneyColumn(column, values, rank, lines.grain(values)))
        return self._without_payouts([column for column in columns if self._may_be_amount(column)])

    def _is_product(self, column: str) -> bool:
        return self.lines.agrees(self._read.cells(column)) >= 0.5

    def _may_be_amount(self, column: MoneyColumn) -> bool:
        if column.rank < PRICE_NAME:
            return True
        several = {value for value in column.values if value is not None}
        if len(several) < min(3, len(column.values)):  # a constant is no money
            return False
        if self.lines.by_price is not None:
            return column.of_order or bool(self.lines.is_per_line(column.values))
        customers = [str(value) for value in self.sample.get(self.mapping.get("customer_id", ""), ())]
        orders = self.sample.get(self.mapping.get("order_id", ""), ())
        return bool(orders) or len(customers) < 20 or len(set(customers)) < len(customers)

    def _without_payouts(self, columns: list[MoneyColumn]) -> list[MoneyColumn]:
        """Without what is left after the fee of a bank: the shop sold for the whole."""
        fees = [
            self._read.cells(column)
            for column in self.sample
            if {"fee", "fees", "gebuhr", "gebuhren"} & set(name_words(column)) and self._read.is_numeric(column)
        ]
        kept = []
        for column in columns:
            others = [other.values for other in columns if other is not column]
            if not any(_is_less_by(column.values, whole, fee) for whole in others for fee in fees):
                kept.append(column)
        return kept

    def _find_amount(self) -> None:
        columns = self._amounts()
        if {"quantity", "unit_price"} <= self.given:  # the user has said what a line brings
            self._add_other(None, columns)
            return
        price = self._price_of_line(columns)
        if price is not None:
            columns = [*columns, price]
        if not columns:
            return
        chosen = self._choose(columns)
        if chosen is price:
            self._take_back("unit_price")
        self._give("amount", chosen.name)
        if chosen.rank == UNKNOWN_NAME:
            self.found.decisions.append(Decision("amount_by_likeness", (chosen.name,)))
        if chosen is price:
            columns = [*columns, *self._other_prices()]
        if not chosen.of_order:
            self._add_other(chosen, columns)

    def _other_prices(self) -> list[MoneyColumn]:
        """Other prices of the whole line, where the amount is one: with tax beside without."""
        named = [one for one in self.lines.free if {"price", "preis", "prix", "prijs"} & set(name_words(one))]
        return [
            MoneyColumn(one, self._read.cells(one), PRICE_NAME, "line")
            for one in named
            if (is_gross(one) or is_net(one)) and self._read.is_numeric(one)
        ]

    def _price_of_line(self, amounts: list[MoneyColumn]) -> MoneyColumn | None:
        """The price column where a line brings just that: it is already for the quantity, or there is none."""
        name = self.mapping.get("unit_price")
        lines = self.lines
        prices = lines.numbers("unit_price")
        if name is None or prices is None or any(not one.of_order for one in amounts if one.rank < PRICE_NAME):
            return None
        column = MoneyColumn(name, prices, PRICE_NAME, lines.grain(prices))
        if "quantity" in self.mapping:
            if "unit_price" in self.given or not _grows_with_quantity(lines, by_name=_is_amazon(self.sample)):
                return None
            self.found.decisions.append(
                Decision("price_of_line", (name,), numbers={"quantity": repr(self.mapping["quantity"])})
            )
            return column
        unclear = any(one.grain == "unknown" and one.rank < PRICE_NAME for one in amounts)
        covers = all(_covers(lines, prices, total.values) for total in amounts if total.of_order)
        if unclear or not covers or self._hidden_quantity() or not self._read.is_numeric(name):
            return None
        each = {"unit", "each", "per", "einzelpreis", "stuckpreis", "stukprijs", "unitaire", "unitario"}
        plain = not each & set(name_words(name))
        self.found.decisions.append(Decision("price_as_amount" if plain else "unit_price_as_amount", (name,)))
        return column

    def _hidden_quantity(self) -> str | None:
        for column in self.lines.free:
            if QUANTITY_WORDS & set(name_words(column)) and "photos" not in name_words(column):
                counts = [value for value in self._read.cells(column) if value is not None]
                if counts and max(counts) > 1 and all(value == int(value) for value in counts):
                    return column
        return None

    def _choose(self, columns: list[MoneyColumn]) -> MoneyColumn:
        """The surest that holds any money: of the line, by a known name, net of tax and discount."""
        columns = [column for column in columns if any(column.values)] or columns
        surest = min(columns, key=_key)
        alike = [column for column in columns if _key(column) == _key(surest)]
        lines = self.lines
        totals = {column.name: lines.total(column) for column in alike}
        if len(alike) == 1:
            return self._before_tax(surest, columns)
        by_price = sorted(alike, key=lambda column: -lines.agrees(column.values))
        if lines.agrees(by_price[0].values) >= 0.5 > lines.agrees(by_price[1].values):
            return by_price[0]
        smallest = min(alike, key=lambda column: abs(totals[column.name]))
        largest = max(abs(total) for total in totals.values())
        same = largest - abs(totals[smallest.name]) <= OUGHT_TO_TELL * largest
        subtotals = any(is_subtotal(column.name) for column in alike)
        if same or subtotals or all(column.of_order for column in alike):
            return surest if same else smallest
        told = " and ".join(f"{name!r} ({words.exact_money(total)})" for name, total in totals.items())
        what = f"{told} can both be amount; the money is that of the first {len(smallest.values):,} lines."
        self.found.faults.append(Fault(what, map_flag("amount", surest.name)))
        return surest

    def _before_tax(self, chosen: MoneyColumn, columns: list[MoneyColumn]) -> MoneyColumn:
        """A subtotal of the same grain, where it is less than a total that has tax and shipping in it."""
        if is_net(chosen.name) or chosen.rank >= PRICE_NAME:
            return chosen
        mine = abs(self.lines.total(chosen))
        for other in columns:
            same = other.of_order == chosen.of_order and other.rank < PRICE_NAME and is_subtotal(other.name)
            if same and 0 < abs(self.lines.total(other)) < mine:
                return other
        return chosen

    def _add_other(self, chosen: MoneyColumn | None, columns: list[MoneyColumn]) -> None:
        """Another column of money that adds up to something else, to be told with its sum."""
        lines = self.lines
        mine = lines.total(chosen) if chosen else sum(value or 0.0 for value in lines.by_price or ())
        others = [one for one in columns if one is not chosen and one.name not in self.mapping.values()]
        differ = [one for one in others if abs(lines.total(one) - mine) > OUGHT_TO_TELL * abs(mine)]
        if differ:
            self._give("other_amount", min(differ, key=_key).name)

    def _find_included(self, amount: str) -> None:
        """Tips and taxes that may be in an amount of which no name says that they are not (a card reader's `Total`)."""
        values = self._read.cells(amount)
        if is_net(amount) or is_subtotal(amount) or amount in {self.mapping.get("unit_price")}:
            return
        if self.rank("unit_price", amount) is not None or self.lines.agrees(values) >= 0.5:
            return
        for role, named in (("tip", is_tip), ("tax", is_tax)):
            free = [one for one in self.lines.free if named(one) and self._read.is_numeric(one)]
            money = {one: self._read.cells(one) for one in free}
            told = [
                one for one, cells in money.items() if any(cells) and self.lines.grain(cells) not in {"order", "once"}
            ]
            self._give(role, told[0] if told else None)


def _key(column: MoneyColumn) -> tuple[bool, bool, bool, bool, int]:
    unknown = column.rank >= PRICE_NAME
    return column.of_order, unknown, is_gross(column.name), not is_net(column.name), column.rank


def _size(values: list[float | None]) -> float:
    return sum(abs(value) for value in values if value is not None)


def _is_less_by(values: list[float | None], whole: list[float | None], fee: list[float | None]) -> bool:
    """Whether one column is another less a fee."""
    rows = [
        abs(whole_one - abs(part) - value) <= CENT
        for value, whole_one, part in zip(values, whole, fee, strict=True)
        if value is not None and whole_one is not None and part
    ]
    return bool(rows) and sum(rows) >= 0.9 * len(rows)


def _covers(lines: FirstLines, prices: list[float | None], totals: list[float | None]) -> bool:
    """Whether the prices of an order's lines make up its total, save for shipping and the like."""
    shares = []
    for order in lines.orders:
        filled = [value for line in order if (value := totals[line]) is not None]
        if filled and filled[0]:
            shares.append(sum(prices[line] or 0.0 for line in order) / filled[0])
    return not shares or 0.6 <= median(shares) <= 1.4


def _is_amazon(columns: Iterable[str]) -> bool:
    """Whether these are the columns of an order report of Amazon, whose `item-price` is that of all items."""
    names = {"".join(name_words(column)) for column in columns}
    return "itemprice" in names and bool(names & {"amazonorderid", "itempromotiondiscount", "itemtax", "buyeremail"})


def _grows_with_quantity(lines: FirstLines, *, by_name: bool) -> bool:
    """Whether a price is for all items of the line: divided by the quantity it is one per product, and alone not."""
    item, line = price_votes(lines, "unit_price")
    if by_name:
        return line >= item
    return line >= ENOUGH_VOTES and line > ENOUGH_VOTES * item
