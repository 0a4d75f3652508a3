"""Named feature sets: with few customers, one of them may hold where all features at once do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError
from marketfold.features import EXPECTED, OWN, Outlook, outlook_of, with_expected

if TYPE_CHECKING:
    from marketfold.units import FeatureTable


EXPECTED_SET = "expected"
"""The feature set that takes what is expected of each customer."""
FEATURE_SETS: dict[str, tuple[str, ...]] = {
    "value": ("recency_days", "order_count", "revenue_total"),
    "loyalty": ("recency_days", "order_count"),
    "timing": ("recency_days", "gap_mean_days"),
    "basket": ("basket_mean", "basket_items_mean"),
    "recency_basket": ("recency_days", "basket_mean"),
    "taste": ("product_breadth", "category"),
    "taste_basket": ("category", "basket_mean", "basket_items_mean"),
    "seasonality": ("quarter",),
    EXPECTED_SET: ("expected_value_365d", "expected_orders_365d", "order_count"),
}
"""Features that ask one question of a customer: single ones, and whole blocks, by name."""
ALL = "all"
"""Every feature at once, without what is expected: that is computed from recency, frequency, age and money, and would
only count them twice."""


def widened(table: FeatureTable, feature_set: str) -> FeatureTable:
    """The table with the features of what is expected, where the feature set asks for them.

    Raises
    ------
    ParameterError
        If nothing is expected of its units.
    """
    return with_expected(table) if set(FEATURE_SETS.get(feature_set, ())) & set(EXPECTED) else table


def _columns(table: FeatureTable, feature_set: str) -> list[int]:
    """Places of its features in a table, and of those that somebody defined: who defines one wants it to count.

    Empty where the orders do not offer the features of the set.
    """
    wanted = FEATURE_SETS[feature_set]
    of_set = [i for i, feature in enumerate(table.features) if feature.name in wanted or feature.block in wanted]
    own = [i for i, feature in enumerate(table.features) if feature.aspect == OWN]
    return sorted([*of_set, *own]) if of_set else []


def select_features(table: FeatureTable, feature_set: str) -> FeatureTable:
    """The columns of a feature set; ParameterError if there is no such set, or the table has none of its features."""
    if feature_set == ALL:
        return table
    if feature_set not in FEATURE_SETS:
        known = ", ".join([ALL, *FEATURE_SETS])
        raise ParameterError(f"There is no feature set {feature_set!r}. Choose one of: {known}.")
    table = widened(table, feature_set)
    kept = _columns(table, feature_set)
    if not kept:
        names = ", ".join(FEATURE_SETS[feature_set])
        raise ParameterError(f"The feature set {feature_set!r} needs {names}, and the orders do not offer them.")
    return replace(
        table, values=np.ascontiguousarray(table.values[:, kept]), features=tuple(table.features[i] for i in kept)
    )


def feature_sets_of(table: FeatureTable) -> tuple[str, ...]:
    """Feature sets that tell the units apart by two features or more and that are narrower than all of it.

    Of those that come to the same features, because the orders lack what tells them apart, the one that asks for least.
    """
    if isinstance(outlook_of(table), Outlook):
        table = with_expected(table)
    varies = np.ptp(table.values, axis=0) > 0
    columns = {name: tuple(_columns(table, name)) for name in FEATURE_SETS}
    asking_most_first = sorted(columns, key=lambda name: -len(FEATURE_SETS[name]))
    named = {columns[name]: name for name in asking_most_first}
    return tuple(
        name
        for name, kept in columns.items()
        if named[kept] == name and int(varies[list(kept)].sum()) >= 2 and len(kept) < len(table.features)
    )
