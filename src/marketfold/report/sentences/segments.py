"""What is said of a segment's rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.segments import Large, phrase_of
from marketfold.words import listed, measured, share, singular, units_word

if TYPE_CHECKING:
    from marketfold.schema import Unit
    from marketfold.segments import Bound, SegmentRule
    from marketfold.units import Feature, FeatureTable


def rule_words(rule: SegmentRule, table: FeatureTable, currency: str | None = None) -> str:
    """The conditions, in the units of the table that the rule was found in; amounts carry their currency.

    >>> from datetime import date
    >>> from marketfold.units import Feature, FeatureTable
    >>> from marketfold.segments import find_rule
    >>> days = np.array([[float(day)] for day in range(1, 41)])
    >>> recency = Feature("recency_days", "days since the last order", "days", "timing")
    >>> ids = np.array([f"C{day}" for day in range(1, 41)])
    >>> table = FeatureTable("customer", ids, days, (recency,), days[:, 0], date(2026, 1, 1))
    >>> rule_words(find_rule(table, (days[:, 0] > 20).astype(np.int32), 0), table)
    'last order within 20 days'
    """
    names = dict.fromkeys(condition.feature for condition in rule.conditions)
    by_feature = {name: [one for one in rule.conditions if one.feature == name] for name in names}
    return listed([_bounds(table, name, bounds, currency) for name, bounds in by_feature.items()])


def rule_sentence(rule: SegmentRule, table: FeatureTable, currency: str | None = None) -> str:
    """The words, the share of the segment that meets them, that of the others, and of whom these shares are."""
    them, others = share(rule.recall), share(rule.others_share)
    tried = f"finds {them} of them, and {others} of the rest meet it too"
    unseen = "measured on others than it was made from"
    seen = f"measured on the very {units_word(table.unit)} that it was made from, which flatters it"
    told = {
        "same units": f"{tried}; {seen}",
        "held back": f"{tried}; {unseen}",
        # the shares are of five rules, one for each fifth, and not of this very one
        "cross-validated": f"rules made like it from four fifths of the {units_word(table.unit)} find {them} of them "
        f"in the last fifth, and {others} of the rest there meet them too",
    }
    return f"{rule_words(rule, table, currency)} ({told[rule.measured]})."


def _bounds(table: FeatureTable, name: str, bounds: list[Bound], currency: str | None) -> str:
    """One feature's bounds, among all values of the table."""
    feature, column = table.features[table.names.index(name)], table.shown(name)
    column = column[~np.isnan(column)]
    ends = Ends(column.min(), column.max(), bool((column == np.floor(column)).all()))
    return bounds_words(feature, bounds, ends, Large.of(table.settings).text(currency), table.unit, currency)


@dataclass(frozen=True)
class Ends:
    """The least and the most that a feature is of any unit, and whether it is a whole number of all."""

    least: float
    most: float
    whole: bool


def bounds_words(
    feature: Feature, bounds: list[Bound], ends: Ends, large: str, unit: Unit, currency: str | None = None
) -> str:
    """One feature's bounds: above 2 of what is counted is 3 or more; above what is written like the most, the most.

    >>> from marketfold.units import Feature
    >>> from marketfold.segments import Bound
    >>> orders = Feature("order_count", "orders", "count", "value")
    >>> bounds_words(orders, [Bound("order_count", True, 2.0)], Ends(1, 9, True), "large orders", "customer")
    '3 orders or more'
    """
    phrase = phrase_of(feature.name, unit)
    above = next((bound.threshold for bound in bounds if bound.above), None)
    below = next((bound.threshold for bound in bounds if not bound.above), None)
    counted = above is not None and feature.measure == "count" and ends.whole
    least = above + 1 if above is not None and counted else above
    nothing = below == (-1 if phrase.halves else 0)

    def filled(text: str, **values: float) -> str:
        amounts = {key: phrase.said(value, feature.measure, currency) for key, value in values.items()}
        return text.format(label=feature.label, large=large, **amounts)

    at_end = [
        end
        for end, bound in ((ends.most, least), (ends.least, below))
        if bound is not None and _alike(end, bound, feature)
    ]
    if at_end and (least is None or below is None) and not (nothing and phrase.none):
        return singular(filled(phrase.exactly, x=float(at_end[0])))
    if least is not None and below is not None:
        return (
            singular(filled(phrase.exactly, x=below))
            if least == below
            else filled(phrase.between, low=least, high=below)
        )
    if below is not None:
        return singular(filled(phrase.none if nothing and phrase.none else phrase.below, x=below))
    assert least is not None  # noqa: S101  (a bound is one or the other)
    return singular(filled(phrase.at_least if counted else phrase.above, x=least))


def _alike(one: float, other: float, feature: Feature) -> bool:
    return measured(one, feature.measure) == measured(other, feature.measure)
