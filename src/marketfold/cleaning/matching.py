"""How the source spells what does not count: a column has far fewer texts than lines, so each is looked at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.cleaning.charge_words import charge_of, charge_of_type, is_line_type, uci_codes
from marketfold.cleaning.rules import CANCELLED, RETURNED, distinct_texts
from marketfold.cleaning.status_words import read_statuses
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from marketfold.cleaning.rules import MatchedValues
    from marketfold.cleaning.status_words import Meaning
    from marketfold.config import CleaningOptions
    from marketfold.orders import Orders

STATUSES = ("status", "payment_status")
MOST_TEXTS = 100_000
"""Product ids and names that are looked at, the most frequent first: a charge is on many orders."""


@dataclass(frozen=True)
class StatusText:
    """A status as the source spells it, what it says, and how many lines and how much money have it."""

    column: str
    text: str
    meaning: Meaning | None
    lines: int
    money: float


@dataclass(frozen=True)
class Matches:
    """Texts that do not count, and what the others of a status column say.

    `short_codes` are product ids that were taken for charges because one shop calls them so, `short_lines` and
    `short_money` what stands on them.
    """

    values: MatchedValues
    statuses: tuple[StatusText, ...] = ()
    short_codes: tuple[str, ...] = ()
    short_lines: int = 0
    short_money: float = 0.0

    def of(self, *meanings: Meaning | None) -> list[StatusText]:
        """Statuses that say one of these, those with most lines first."""
        found = [one for one in self.statuses if one.meaning in meanings]
        return sorted(found, key=lambda one: (-one.lines, one.text))

    def charges(self, *reasons: str) -> list[str]:
        """Texts of charges, as the source spells them."""
        return sorted({text for (_, code), texts in self.values.items() if code in reasons for text in texts})


@dataclass
class _Draft:
    """Matches while they are gathered: texts of each column and reason."""

    values: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def add(self, column: str, code: str | None, text: str) -> None:
        if code is not None:
            self.values.setdefault((column, code), set()).add(text)

    def close(self) -> MatchedValues:
        return {which: tuple(sorted(texts)) for which, texts in self.values.items()}


def _plain(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text.strip().lower() for text in texts)


def _among(unwanted: Collection[str], column: str, distinct: nw.LazyFrame[Any], orders: Orders) -> list[str]:
    """The texts of a column that are in a list, in any case and spacing."""
    if not unwanted:
        return []
    plain = nw.col(column).str.strip_chars().str.to_lowercase()
    found: list[str] = orders.engine.collect(
        distinct.filter(plain.is_in(sorted(_plain(unwanted)))).select(column)
    )[column].to_pylist()  # fmt: skip
    return found


def _texts(column: str, orders: Orders) -> list[str]:
    """The different texts of a column, the most frequent first."""
    distinct = distinct_texts(orders.lines, column).filter(~nw.col(column).is_null())
    few = distinct.sort("_lines", column, descending=[True, False]).head(MOST_TEXTS).select(column)
    found: list[str] = orders.engine.collect(few)[column].to_pylist()
    return found


def _statuses(column: str, orders: Orders, options: CleaningOptions) -> list[StatusText]:
    """What each text of a status column says; what the user said goes before what the words say."""
    counted = orders.lines.group_by(column).agg(nw.len().alias("lines"), money_sum("amount").alias("money"))
    named = counted.filter(~nw.col(column).is_null()).sort("lines", column, descending=[True, False]).head(MOST_TEXTS)
    rows: list[dict[str, Any]] = orders.engine.collect(named).to_pylist()
    said = read_statuses((row[column] for row in rows), orders.facts.mapping.get(column, ""))
    cancelled, sold = _plain(options.cancelled_statuses), _plain(options.sale_statuses)
    found = []
    for row in rows:
        text = row[column].strip().lower()
        meaning: Meaning | None = said[row[column]]
        meaning = "cancelled" if text in cancelled else "sold" if text in sold else meaning
        money = float(row["money"] or 0.0)
        found.append(StatusText(column, row[column], meaning, int(row["lines"]), money))
    return found


def _add_charges(draft: _Draft, columns: Collection[str], orders: Orders, options: CleaningOptions) -> Sequence[str]:
    """Texts of lines that are no goods; gives back the short codes of one shop that were taken for charges."""
    goods = _plain(options.products)
    texts = {name: _texts(name, orders) for name in ("line_type", "product_id", "product_name") if name in columns}
    for text in texts.get("line_type", ()):
        draft.add("line_type", charge_of_type(text), text)
    if "category" in columns and "line_type" not in columns and is_line_type(found := _texts("category", orders)):
        for text in found:
            draft.add("category", charge_of_type(text), text)
    for column in ("product_id", "product_name"):
        for text in texts.get(column, ()):
            if text.strip().lower() not in goods:
                draft.add(column, charge_of(text), text)
    names: Mapping[str, Any] = uci_codes(texts.get("product_id", ()), texts.get("product_name", ()))
    short = {text: kind for text, kind in names.items() if text.strip().lower() not in goods}
    for text, kind in short.items():
        draft.add("product_id", kind, text)
    return sorted(short)


def match_values(
    columns: Collection[str], orders: Orders, options: CleaningOptions, customers: nw.LazyFrame[Any]
) -> Matches:
    """Find the statuses, products and customers that do not count.

    `customers` are the different customer ids, as `distinct_texts` gives them: they are many, and others count them.
    """
    draft = _Draft()
    for text in _among(options.test_customers, "customer_id", customers, orders):
        draft.add("customer_id", "test_customer", text)
    if "product_id" in columns and options.not_products:
        for text in _among(options.not_products, "product_id", distinct_texts(orders.lines, "product_id"), orders):
            draft.add("product_id", "not_a_product", text)
    short = _add_charges(draft, columns, orders, options)
    statuses = [one for column in STATUSES if column in columns for one in _statuses(column, orders, options)]
    reasons = {"cancelled": CANCELLED, "unpaid": CANCELLED, "absent": CANCELLED, "returned": RETURNED}
    for one in statuses:
        draft.add(one.column, reasons.get(one.meaning or ""), one.text)
    found = Matches(draft.close(), tuple(statuses), tuple(short))
    if not short:
        return found
    told = orders.lines.filter(nw.col("product_id").is_in(list(short)))
    (row,) = orders.engine.collect(told.select(nw.len().alias("lines"), money_sum("amount").alias("money"))).to_pylist()
    return replace(found, short_lines=int(row["lines"]), short_money=float(row["money"] or 0.0))
