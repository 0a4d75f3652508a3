"""Which column is a discount that is still to be taken off, by its name and by what the first lines hold."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from marketfold.decisions import Decision
from marketfold.orders.first_lines import (
    follows_discounted,
    is_cut,
    is_less_by_discount,
    is_numeric,
    read_cells,
    without_percent,
)
from marketfold.orders.money_names import is_subtotal, name_words, sounds_like_money, word_set

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketfold.orders.first_lines import FirstLines
    from marketfold.orders.role_names import Rank

MOST_ADDED = 4
"""Columns of taxes and shipping that are tried beside an amount, all their combinations."""
_ADDED = word_set("tax taxes vat mwst ust tva iva btw shipping freight delivery versand versandkosten porto")
MOST_COMPARED = 12
"""Columns of money of which pairs are compared."""


def find_discount(
    lines: FirstLines, rank: Rank, given: Collection[str], *, by_line: bool
) -> tuple[str | None, list[Decision]]:
    """The column of discounts, None where none has a say; and what is to be told of it.

    Parameters
    ----------
    lines
        The first lines, with the columns of prices and amounts known.
    rank
        How surely a column's name means a role.
    given
        Roles that the user gave.
    by_line
        Whether the amount was found to be a price of all items of the line.
    """
    return _Finding(lines, rank, given).find(by_line=by_line)


@dataclass(frozen=True)
class _Finding:
    """The search for a discount."""

    lines: FirstLines
    rank: Rank
    given: Collection[str]

    def find(self, *, by_line: bool) -> tuple[str | None, list[Decision]]:
        """A column of discounts, where it can say something of the money."""
        if not by_line and not {"quantity", "unit_price"} <= set(self.lines.mapping):
            return self._proven(), []
        found = []
        for column in self.lines.free:
            rank, cells = self.rank("discount", column), without_percent(self.lines.sample[column])
            if rank is not None and is_numeric(cells):
                found.append((not any(read_cells(cells)), rank, column))
        if not found:
            return None, []
        column, price = min(found)[2], self.lines.mapping["amount" if by_line else "unit_price"]
        if self._is_in_price(read_cells(without_percent(self.lines.sample[column])), price):
            return None, [Decision("discount_in_price", (price, column))]
        return column, []

    def _proven(self) -> str | None:
        """A discount that the amount has not taken off yet, as another column of money shows (Etsy's `Order Value`)."""
        amount = self.lines.mapping.get("amount")
        if amount is None or "amount" in self.given:
            return None
        if self.lines.grain(self.lines.cells(amount)) in {"order", "once"}:
            return None
        named = [one for one in self.lines.free if sounds_like_money(one) or is_subtotal(one)]
        totals = [one for one in named if self.lines.is_numeric(one)]
        totals += [self.lines.mapping["other_amount"]] if "other_amount" in self.lines.mapping else []
        for column in self.lines.free:
            if self.rank("discount", column) is None or not self.lines.is_numeric(column):
                continue
            off = [abs(cut or 0.0) for cut in self.lines.cells(column)]
            if any(off) and any(self._is_before(amount, off, total) for total in totals):
                return column
        return None

    def _is_before(self, amount: str, off: list[float], total: str) -> bool:
        """Whether a total is the amount less the discount, with or without taxes and shipping."""
        extra = [name for name in self.lines.free if _ADDED & set(name_words(name)) and name != total]
        extra = [name for name in extra if self.lines.is_numeric(name) and not sounds_like_money(name)][:MOST_ADDED]
        added = [self.lines.cells(name) for name in extra]
        return is_less_by_discount(self.lines.cells(total), self.lines.cells(amount), off, added)

    def _is_in_price(self, off: list[float | None], price: str) -> bool:
        """Whether a price is another column less the discount."""
        charged = self.lines.cells(price)
        for column in self.lines.sample:
            if column in {price, self.lines.mapping.get("quantity")} or not self.lines.is_numeric(column):
                continue
            rows = list(zip(self.lines.cells(column), charged, off, strict=True))
            told = [is_cut(before, after, cut) for before, after, cut in rows if before and after and cut]
            if told and sum(told) >= 0.9 * len(told):
                return True
        return self._is_in_gross(off, price)

    def _is_in_gross(self, off: list[float | None], price: str) -> bool:
        """Whether a price without tax is that of money with tax which has the discount off (SumUp's `Price (Net)`)."""
        named = [
            one for one in self.lines.sample if sounds_like_money(one) or {"price", "preis"} & set(name_words(one))
        ]
        money = [one for one in named if one != price and self.lines.is_numeric(one)][:MOST_COMPARED]
        cells = [self.lines.cells(one) for one in money]
        charged = self.lines.cells(price)
        return any(follows_discounted(charged, before, after, off) for before, after in permutations(cells, 2))
