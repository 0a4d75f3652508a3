"""What the first lines of a source say of a column of money: its numbers, and what one of its cells is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING

from marketfold.orders.numbers import read_number, sample_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OUGHT_TO_TELL = 0.005
"""Share of the money from which on another reading of it is worth a word."""

ENOUGH_VOTES = 5
MOSTLY = 0.8
NEAR = 0.4
"""Share of an order's total by which its lines may miss it: shipping, tax and discounts."""
CENT = 0.0051


def read_cells(values: Sequence[object]) -> list[float | None]:
    """Cells as numbers, None where there is none."""
    sign = sample_evidence(values).sign or "."
    texts = {text: _number(text, sign) for text in {value for value in values if isinstance(value, str)}}
    return [texts[value] if isinstance(value, str) else _number(value, sign) for value in values]


def _number(value: object, sign: str) -> float | None:
    if isinstance(value, str):
        return read_number(value, "," if sign == "," else ".") if value.strip() else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = float(value)
    return number if number == number else None  # noqa: PLR0124  (NaN)


def is_numeric(values: Sequence[object]) -> bool:
    """Whether nearly all cells that hold something are numbers."""
    filled = [value for value in values if value is not None and str(value).strip()]
    for some in (filled[:20], filled):  # a column of texts is known by its first cells
        if not some or sum(number is not None for number in read_cells(some)) < 0.9 * len(some):
            return False
    return True


def without_percent(values: Sequence[object]) -> list[object]:
    """Cells without a per cent sign at their end."""
    return [value.strip().removesuffix("%").strip() if isinstance(value, str) else value for value in values]


@dataclass(frozen=True)
class MoneyColumn:
    """One column that may be money.

    `rank` is how surely its name says so, 0 the surest; `grain` is what one cell is about: a `line`, an `order` (the
    same on each of its lines), an order that has it `once` (the other lines are empty), or `unknown`.
    """

    name: str
    values: list[float | None] = field(repr=False)
    rank: int
    grain: str

    @property
    def of_order(self) -> bool:
        """Whether a cell is the order's and not the line's."""
        return self.grain in {"order", "once"}


@dataclass(frozen=True)
class FirstLines:
    """The first lines of a source, and which columns of it mean what so far."""

    sample: Mapping[str, Sequence[object]]
    mapping: Mapping[str, str]
    _read: dict[str, list[float | None]] = field(default_factory=dict, repr=False, compare=False)
    _numeric: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def with_mapping(self, mapping: Mapping[str, str]) -> FirstLines:
        """The same lines with other meanings of their columns; what was read of them stays known."""
        return FirstLines(self.sample, mapping, self._read, self._numeric)

    @property
    def free(self) -> list[str]:
        """Columns that mean nothing so far."""
        taken = set(self.mapping.values())
        return [column for column in self.sample if column not in taken]

    def cells(self, column: str) -> list[float | None]:
        """Cells of a column as numbers, None where there is none; read once."""
        if column not in self._read:
            self._read[column] = read_cells(self.sample[column])
        return self._read[column]

    def is_numeric(self, column: str) -> bool:
        """Whether nearly all cells of a column that hold something are numbers."""
        if column not in self._numeric:
            self._numeric[column] = is_numeric(self.sample[column])
        return self._numeric[column]

    def numbers(self, role: str) -> list[float | None] | None:
        """Cells of a role's column as numbers; None without one."""
        return self.cells(self.mapping[role]) if role in self.mapping else None

    @cached_property
    def by_price(self) -> list[float | None] | None:
        """Quantity times price of each line."""
        quantities, prices = self.numbers("quantity"), self.numbers("unit_price")
        if quantities is None or prices is None:
            return None
        pairs = zip(quantities, prices, strict=True)
        return [None if one is None or price is None else one * price for one, price in pairs]

    @cached_property
    def orders(self) -> list[list[int]]:
        """Lines of each order, by their place; without those that have no order number."""
        if "order_id" not in self.mapping:
            return []
        found: dict[object, list[int]] = {}
        for place, order in enumerate(self.sample[self.mapping["order_id"]]):
            if order is not None and order != "":
                found.setdefault(order, []).append(place)
        return list(found.values())

    @cached_property
    def _telling(self) -> list[Sequence[object]]:
        """Columns in which two lines of an order differ if they are two things."""
        roles = [role for role in ("product_id", "unit_price", "quantity", "category") if role in self.mapping]
        if roles:
            return [self.sample[self.mapping[role]] for role in roles]
        return [values for values in self.sample.values() if len(set(map(str, values))) < len(values)]

    @cached_property
    def mixed_orders(self) -> list[list[int]]:
        """Orders whose lines differ from each other: what stands alike on them all is the order's."""
        return [
            lines
            for lines in self.orders
            if len(lines) > 1 and any(len({str(cells[line]) for line in lines}) > 1 for cells in self._telling)
        ]

    def grain(self, values: list[float | None]) -> str:
        """What one cell of a money column is about."""
        alike = once = seen = fits = 0
        for lines in self.mixed_orders:
            filled = [value for line in lines if (value := values[line]) is not None]
            if not filled or not any(filled):
                continue
            seen += 1
            once += len(filled) == 1
            alike += len(filled) == len(lines) and len(set(filled)) == 1
            fits += self._is_sum(lines, filled[0])
        if not seen:
            return "unknown"
        if once >= MOSTLY * seen:
            return "once"
        if alike + once < MOSTLY * seen:
            return "line"
        return "order" if fits >= MOSTLY * seen or self._varies(values) else "unknown"

    def _is_sum(self, lines: list[int], total: float) -> bool:
        if self.by_price is None:
            return False
        parts = [self.by_price[line] or 0.0 for line in lines]
        near = abs(sum(parts) - total) <= NEAR * abs(total)  # shipping, tax or a discount may be in it
        return near and all(abs(part - total) > CENT for part in parts)

    def _varies(self, values: list[float | None]) -> bool:
        """Whether orders differ enough that one value on all lines of each is no chance."""
        firsts = Counter(values[lines[0]] for lines in self.orders)
        return len(self.mixed_orders) >= 3 and max(firsts.values()) <= 0.5 * sum(firsts.values())

    def total(self, column: MoneyColumn) -> float:
        """Sum of a column, that of an order counted once."""
        if not column.of_order:
            return sum(value for value in column.values if value is not None)
        kept = 0.0
        for lines in self.orders:
            filled = [value for line in lines if (value := column.values[line]) is not None]
            kept += max(filled, key=abs) if filled and len(set(filled)) == 1 else sum(filled)
        return kept

    def is_per_line(self, values: list[float | None]) -> bool | None:
        """Whether a column grows with the quantity; None where that cannot be seen."""
        quantities, prices = self.numbers("quantity"), self.numbers("unit_price")
        if quantities is None or prices is None:
            return None
        near, of = 0, 0
        for value, quantity, price in zip(values, quantities, prices, strict=True):
            if value and quantity and price and abs(quantity) >= 2 and value * quantity * price > 0:
                of += 1
                ratio = abs(value / price)
                near += ratio * ratio > abs(quantity) and ratio < 3 * abs(quantity)
        return near >= MOSTLY * of if of else None

    def agrees(self, values: list[float | None]) -> float:
        """Share of the lines of several items on which a column is quantity times price, 0 to 1."""
        if self.by_price is None:
            return 0.0
        quantities = self.numbers("quantity") or []
        told = [
            abs(value - product) <= CENT
            for value, product, quantity in zip(values, self.by_price, quantities, strict=True)
            if value is not None and product and quantity != 1
        ]
        return sum(told) / len(told) if told else 0.0


def price_votes(lines: FirstLines, role: str) -> tuple[int, int]:
    """How many pairs of lines say that a column is for one item, and how many that it is for all items of the line.

    Two lines of one product with different quantities are one vote: the same money on both, or the same for each item.
    """
    products = lines.sample.get(lines.mapping.get("product_id", ""), ())
    pairs: dict[str, set[tuple[float, float]]] = {}
    cells = (lines.numbers("quantity") or (), lines.numbers(role) or ())
    for product, quantity, price in zip(products, *cells, strict=False):
        if product and quantity and price and quantity > 0 < price:
            pairs.setdefault(str(product), set()).add((quantity, price))
    item = line = 0
    for found in pairs.values():
        for (some, price), (more, other) in combinations(sorted(found)[:12], 2):
            if some != more:
                item += abs(price - other) <= CENT
                line += abs(price * more - other * some) <= CENT * max(some, more)
    return item, line


def is_less_by_discount(
    whole: Sequence[float | None],
    mine: Sequence[float | None],
    off: Sequence[float],
    added: Sequence[list[float | None]],
) -> bool:
    """Whether a total is an amount less the discount, with or without some of the columns that may be added to it."""
    rows = enumerate(zip(whole, mine, off, strict=True))
    rest = {row: total - own + cut for row, (total, own, cut) in rows if cut and own and total is not None}
    for some in (chosen for n in range(len(added) + 1) for chosen in combinations(added, n)):
        fits = sum(abs(left - sum(one[row] or 0.0 for one in some)) <= 2 * CENT for row, left in rest.items())
        if len(rest) >= ENOUGH_VOTES and fits >= 0.9 * len(rest):
            return True
    return False


def is_cut(before: float, after: float, cut: float) -> bool:
    """Whether one price is another less a share, per cent, or money."""
    cut = abs(cut)
    ways = (before * (1 - cut),) if cut <= 1 else (before * (1 - cut / 100), before - cut)
    return before - after > 2 * CENT and any(abs(way - after) <= 2 * CENT for way in ways)


def follows_discounted(
    charged: Sequence[float | None],
    before: Sequence[float | None],
    after: Sequence[float | None],
    off: Sequence[float | None],
) -> bool:
    """Whether money is in proportion to what a discount left of other money, and not to that money before it."""
    rows = zip(before, after, off, charged, strict=True)
    known = [(one, left, less, mine) for one, left, less, mine in rows if one and left and mine]
    cut = [(mine / one, mine / left) for one, left, less, mine in known if less]
    whole = [mine / one for one, _, less, mine in known if not less]
    told = [is_cut(one, left, less) for one, left, less, _ in known if less]
    if len(cut) < ENOUGH_VOTES or not whole or sum(told) < 0.9 * len(told):
        return False
    usual = median(whole)
    of_before, of_after = (abs(median(pair[side] for pair in cut) - usual) for side in (0, 1))
    return of_after < 0.25 * of_before
