"""The table of phrases: how each feature is said in names, rules and differences.

`difference_text` stands here and not in `report.sentences`, for figures, briefs and the choice of what to list need its
words, and all of them are made before the report.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from marketfold.customer_tables import part_of
from marketfold.features import OTHER, category_of, is_place
from marketfold.words import measured, money, share, singular

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.schema import Measure, Unit
    from marketfold.segments.distinguishing_features import DistinguishingFeature


@dataclass(frozen=True)
class Large:
    """What counts as large: deals of one `size`, or orders over an amount `at`; and what is known of it."""

    at: float | None = None
    size: str | None = None

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Large:
        """As the settings of a table of features have it.

        >>> Large.of({"large_order_at": "3500.0"}).text("EUR")
        'large orders (over €3,500)'
        """
        at = settings.get("large_order_at", settings.get("large_deal_from"))
        return cls(None if at is None else float(at), settings.get("large_deal_size"))

    def text(self, currency: str | None = None) -> str:
        """In words, with the amount."""
        if self.size is None:
            return "large orders" if self.at is None else f"large orders (over {money(self.at, currency)})"
        deals = f"deals of size {self.size}"
        return deals if self.at is None else f"{deals} (from {money(self.at, currency)})"


@dataclass(frozen=True)
class Phrase:
    """How one feature is said; the fields are explained in `phrases.toml`, an empty string is silence."""

    match: tuple[str, ...] = ()
    aspect: str = ""
    rank: int = 99
    order: int = 90
    yields_to: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    low_tail: str = ""
    high_tail: str = ""
    one: str = ""
    few: str = ""
    high_slow: str = ""
    company_low: str = ""
    company_high: str = ""
    company_one: str = ""
    low_to: float = math.inf
    high_from: float = -math.inf
    apart: float = 1.0
    low_orders: float = 0.0
    high_orders: float = 0.0
    high_else: str = ""
    halves: bool = False
    difference: str = "{label}: {this}, others {others}"
    difference_all: str = ""
    difference_none: str = ""
    below: str = "{label} up to {x}"
    above: str = "{label} over {x}"
    at_least: str = "{label} of {x} or more"
    between: str = "{label} between {low} and {high}"
    exactly: str = "{label} of {x}"
    none: str = ""

    def said(self, value: float, measure: Measure, currency: str | None = None) -> str:
        """A value of the feature in the units in which the phrase speaks of it."""
        return share((1 + value) / 2) if self.halves else measured(value, measure, currency)

    def words(
        self, *, high: bool, this: float, others: float, orders: float, companies: bool = False
    ) -> tuple[str, str]:
        """Adjective and tail of a segment with these medians; empty where nothing fits, and what is not known holds."""
        fewest = self.high_orders if high else self.low_orders
        near = this < self.apart * others and others < self.apart * this
        if orders < fewest or near:
            return "", ""
        too_much = this < self.high_from if high else this > self.low_to
        if too_much:
            return (self.high_else if high else ""), ""
        company = (self.company_high if high else self.company_low) if companies else ""
        return (company or self.high, self.high_tail) if high else (company or self.low, self.low_tail)


@cache
def _table() -> tuple[Phrase, ...]:
    text = files("marketfold.segments").joinpath("phrases.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = [
        {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        for row in tomllib.loads(text)["phrase"]
    ]
    return tuple(Phrase(**row, rank=rank) for rank, row in enumerate(rows))


def _of_category(category: str) -> Phrase:
    """The share of revenue in one category. A name says it as a preference, and only where it is one."""
    name = "other categories" if category == OTHER else category
    safe = name.replace("{", "{{").replace("}", "}}")
    return Phrase(
        aspect="taste",
        rank=6,
        order=55,
        high_tail="" if category == OTHER else name,
        difference=f"{{this}} of their revenue is in {safe}, others {{others}}",
        below=f"up to {{x}} of revenue in {safe}",
        above=f"over {{x}} of revenue in {safe}",
        between=f"{{low}} to {{high}} of revenue in {safe}",
        none=f"nothing in {safe}",
    )


@cache
def phrase_of(feature: str, unit: Unit = "customer", label: str = "") -> Phrase:
    """The phrase of a feature by its name; a plain one, of an aspect of its own, for a feature that the table lacks.

    Such are the columns of a table of customers and features that somebody defined, called by their label as a person
    called them.

    >>> phrase_of("recency_days").high, phrase_of("recency_days", "order").high
    ('lapsed', 'early')
    >>> phrase_of("shoe_size").difference.format(label="shoe size", this="42", others="40")
    'shoe size: 42, others 40'
    """
    category = category_of(feature)
    if category is not None:
        return _of_category(category)
    wanted = (feature,) if unit == "customer" else (f"{unit}:{feature}", feature)
    for name in wanted:
        for phrase in _table():
            if name in phrase.match:
                return phrase
    return Phrase(aspect=feature) if is_place(feature) else _of_column(feature, label or feature)


def _of_column(feature: str, label: str) -> Phrase:
    """A column of the user's own, called as it is called there."""
    day = feature.removeprefix("days since ")
    if day != feature:
        return Phrase(aspect=feature, order=80, low_tail=f", late {day}", high_tail=f", early {day}")
    whole = part_of(feature)  # in a name the whole speaks for its parts, where both stand out
    yields_to = (phrase_of(whole).aspect,) if whole else ()
    low, high = f", low {label}", f", high {label}"
    return Phrase(aspect=feature, order=80, yields_to=yields_to, low_tail=low, high_tail=high)


def difference_text(feature: DistinguishingFeature, unit: Unit = "customer", currency: str | None = None) -> str:
    """A distinguishing feature in the user's units: medians, or averages where medians look alike to a reader.

    Empty where even averages do, as they may with shares that are mostly zero.
    """
    phrase = phrase_of(feature.name, unit)
    pair, average = (feature.median, feature.others), ""
    this, others = (phrase.said(value, feature.measure, currency) for value in pair)
    if feature.measure == "flag" or this == others:
        pair = feature.mean, feature.others_mean
        this, others = (phrase.said(value, feature.measure, currency) for value in pair)
        average = "" if feature.measure == "flag" else " (averages)"
    if this == others:
        return ""
    ends = {-1.0: phrase.difference_none, 1.0: phrase.difference_all} if phrase.halves else {}
    text = ends.get(pair[0]) or phrase.difference
    large = (feature.large or Large()).text(currency)
    text = text.format(label=feature.label, this=this, others=others, large=large)
    return singular(text) + average
