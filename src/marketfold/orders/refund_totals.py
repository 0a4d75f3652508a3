"""The same money before and after what was refunded, in two columns: `Order Total` beside `Adjusted Order Total`.

Found by names and first lines; over all lines it is counted in `steps`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from marketfold.decisions import Decision
from marketfold.orders.first_lines import CENT, ENOUGH_VOTES, is_numeric, read_cells
from marketfold.orders.money_names import is_net, name_words, sounds_like_money, word_set

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

REFUND_ROLES = ("before_refunds", "after_refunds")
"""Roles that are given here."""

MOST_NAMED = 12
"""Columns of money after refunds that are tried."""
ALIKE = 0.6
"""Share of the rows on which both are the same, or the second is blank or zero: most orders are not refunded."""
_AFTER = word_set(
    "adjusted adj current remaining bereinigt angepasst korrigiert ajuste ajustee rectifie ajustado ajustada "
    "corregido rettificato rettificata corretto aangepast gecorrigeerd corrigido"
)
_LESS_REFUNDS = re.compile(
    r"\b(?:after|net of|less|minus|nach|abzuglich|apres|despues de|menos|dopo|meno|na|apos) "
    r"(?:\w+ )?(?:refund|return|erstattung|ruckerstattung|retour|rembours|reembolso|devoluc|rimbors|reso|terugbetaling)"
)
_OTHERWISE = word_set(
    "fee fees gebuhr gebuhren commission tax taxes vat mwst iva tva discount rabatt shipping versand tip"
)


_MINUS_REFUND = re.compile(r"[-\u2212\u2013] ?(?:refund|erstattung|rembours|reembolso|rimbors|terugbetaling)")


def says_after_refunds(name: str) -> bool:
    """Whether a name says that what was refunded is off.

    >>> [says_after_refunds(one) for one in ("Adjusted Order Total", "current_total_price", "Total nach Erstattung")]
    [True, True, True]
    """
    found = name_words(name)
    if _LESS_REFUNDS.search(" ".join(found)) or _MINUS_REFUND.search(name.casefold()):
        return True
    return bool(_AFTER & set(found)) and not _OTHERWISE & set(found)


@dataclass(frozen=True)
class RefundPair:
    """Two columns of money, of which the second may be the first after refunds."""

    before: str
    after: str
    whole: list[float] = field(repr=False)
    left: list[float | None] = field(repr=False)

    @classmethod
    def of(cls, sample: Mapping[str, Sequence[object]], before: str, after: str) -> RefundPair:
        """Two columns of a source, by their first cells."""
        whole = [value or 0.0 for value in read_cells(sample[before])]
        return cls(before, after, whole, read_cells(sample[after]))

    @property
    def sure(self) -> bool:
        """Whether the name says so, or that it is net where some is left of nothing and taxes would be on each line."""
        return says_after_refunds(self.after) or (is_net(self.after) and not is_net(self.before) and 0.0 in self.left)

    @property
    def _sold(self) -> list[int]:
        """Rows of a sale."""
        return [place for place, value in enumerate(self.whole) if value > 0]

    @property
    def lower(self) -> list[int]:
        """Rows on which less is left."""
        rows = self._sold
        blank = [place for place in rows if not self.left[place]]
        if len(blank) >= ALIKE * len(rows):  # a zero where nothing was changed, as Etsy writes it
            rows = sorted(set(rows) - set(blank))
        return [place for place in rows if self.whole[place] - (self.left[place] or 0) > CENT]

    def fits(self) -> bool:
        """Whether both are the same on most rows, and the second is never more."""
        rows = self._sold
        if any((self.left[place] or 0) - self.whole[place] > CENT for place in rows):
            return False
        return len(rows) >= ENOUGH_VOTES and len(self.lower) <= (1 - ALIKE) * len(rows)

    def is_told_by(self, cells: list[float | None]) -> bool:
        """Whether another column, as a discount, is just what the second lacks."""
        off = [self.whole[row] - (self.left[row] or 0) - abs(cells[row] or 0) for row in self.lower]
        return bool(off) and sum(abs(rest) <= 2 * CENT for rest in off) >= 0.9 * len(off)


class RefundRoles(NamedTuple):
    """Roles of all columns, with those of refunds, and what is to be said of it."""

    mapping: dict[str, str]
    decisions: tuple[Decision, ...] = ()


def give_refund_roles(
    sample: Mapping[str, Sequence[object]], mapping: Mapping[str, str], given: Collection[str]
) -> RefundRoles:
    """Find money before and after refunds; and take the money before them where an amount has them off already.

    Parameters
    ----------
    sample
        The first cells of each column.
    mapping
        Roles that are known.
    given
        Roles that the user gave; they stay as they are.
    """
    whole = _before_refunds(sample, mapping) if "refunded" not in given else None
    if whole is None:
        found = _find_totals(sample, mapping) | dict(mapping)
        if found.get("other_amount") == found.get("after_refunds"):
            found.pop("other_amount", None)
        return RefundRoles(found)
    net, refunded = mapping["amount"], mapping["refunded"]
    numbers = {"net": repr(net), "refunded": repr(refunded), "whole": repr(whole)}
    told = (Decision("refunds_in_amount", (net, refunded, whole), numbers=numbers),)
    if "amount" in given:
        return RefundRoles({role: column for role, column in mapping.items() if role != "refunded"}, told)
    return RefundRoles({role: column for role, column in mapping.items() if column != whole} | {"amount": whole}, told)


def _find_totals(sample: Mapping[str, Sequence[object]], mapping: Mapping[str, str]) -> dict[str, str]:
    """The roles of money before and after refunds, where a source has such columns."""
    if "after_refunds" in mapping:
        return {"before_refunds": mapping["amount"]} if "amount" in mapping else {}
    pair = None if "refunded" in mapping else _best_pair(sample, mapping)
    return {"before_refunds": pair.before, "after_refunds": pair.after} if pair else {}


def _before_refunds(sample: Mapping[str, Sequence[object]], mapping: Mapping[str, str]) -> str | None:
    """The column of which the amount is what a column of refunds leaves; None where it is not less by them."""
    if not {"amount", "refunded"} <= set(mapping):
        return None
    mine, off = read_cells(sample[mapping["amount"]]), read_cells(sample[mapping["refunded"]])
    cut = zip(mine, off, strict=True)
    sold = {row: own + abs(less) for row, (own, less) in enumerate(cut) if less and own is not None}
    if len(sold) < ENOUGH_VOTES:
        return None
    for column, cells in sample.items():
        if column in {mapping["amount"], mapping["refunded"]} or not is_numeric(cells):
            continue
        whole = read_cells(cells)
        if sum(abs((whole[row] or 0) - money) <= CENT for row, money in sold.items()) >= 0.9 * len(sold):
            return column
    return None


def _best_pair(sample: Mapping[str, Sequence[object]], mapping: Mapping[str, str]) -> RefundPair | None:
    """The surest pair: of the amount itself, else of the largest money."""
    amount, taken = mapping.get("amount"), {column for role, column in mapping.items() if role != "other_amount"}
    money = [one for one in sample if sounds_like_money(one) or one in {amount, mapping.get("other_amount")}]
    named = [one for one in sample if says_after_refunds(one) and one not in taken][:MOST_NAMED]
    wanted = [(before, after) for after in named for before in money if not says_after_refunds(before)]
    wanted += [(amount, after) for after in money if amount and after not in {*taken, *named}]
    numeric = {column for column in {one for pair in wanted for one in pair} if is_numeric(sample[column])}
    pairs = [RefundPair.of(sample, *pair) for pair in wanted if pair[0] != pair[1] and set(pair) <= numeric]
    fitting = [pair for pair in pairs if pair.fits()]
    fitting = [pair for pair in fitting if pair.after in named or (pair.lower and not _is_explained(sample, pair))]

    def key(pair: RefundPair) -> tuple[bool, bool, int, float]:
        return pair.sure, pair.before == amount, -len(pair.lower), sum(pair.whole)

    return max(fitting, key=key, default=None)


def _is_explained(sample: Mapping[str, Sequence[object]], pair: RefundPair) -> bool:
    """Whether another column, as a discount or a tax, is just what the second of a pair lacks."""
    others = [column for column in sample if column not in {pair.before, pair.after}]
    return any(pair.is_told_by(read_cells(sample[one])) for one in others if is_numeric(sample[one]))
