"""Named feature sets: with few customers, one of them may hold where all features at once do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import FeatureTable


@dataclass(frozen=True)
class FeatureSet:
    """Features that ask one question of a customer: single ones, and whole blocks, by name."""

    name: str
    features: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()

    def columns(self, table: FeatureTable) -> list[int]:
        """Places of its features in a table; empty where the orders do not offer them."""
        return [i for i, f in enumerate(table.features) if f.name in self.features or f.block in self.blocks]


FEATURE_SETS: dict[str, FeatureSet] = {
    one.name: one
    for one in (
        FeatureSet("value", ("recency_days", "order_count", "revenue_total")),
        FeatureSet("loyalty", ("recency_days", "order_count")),
        FeatureSet("timing", ("recency_days", "gap_mean_days")),
        FeatureSet("basket", ("basket_mean", "basket_items_mean")),
        FeatureSet("recency_basket", ("recency_days", "basket_mean")),
        FeatureSet("taste", ("product_breadth",), ("category",)),
        FeatureSet("seasonality", (), ("quarter",)),
    )
}
ALL = "all"
"""Every feature at once."""


def select_features(table: FeatureTable, feature_set: str) -> FeatureTable:
    """The columns of a feature set; ParameterError if there is no such set, or the table has none of its features."""
    if feature_set == ALL:
        return table
    if feature_set not in FEATURE_SETS:
        message = f"There is no feature set {feature_set!r}. Choose one of: {', '.join([ALL, *FEATURE_SETS])}."
        raise ParameterError(message)
    wanted = FEATURE_SETS[feature_set]
    kept = wanted.columns(table)
    if not kept:
        names = ", ".join(wanted.features + wanted.blocks)
        raise ParameterError(f"The feature set {feature_set!r} needs {names}, and the orders do not offer them.")
    return replace(
        table, values=np.ascontiguousarray(table.values[:, kept]), features=tuple(table.features[i] for i in kept)
    )


def take_units(table: FeatureTable, rows: NDArray[np.intp]) -> FeatureTable:
    """Some of the units of a table."""
    return replace(
        table,
        ids=table.ids[rows],
        values=table.values[rows],
        revenue=table.revenue[rows],
        described={name: values[rows] for name, values in table.described.items()},
    )


def sample_units(table: FeatureTable, most: int, seed: int) -> FeatureTable:
    """A seeded sample of the units; the table itself where there are not too many."""
    return table if len(table.ids) <= most else take_units(table, sample_rows(len(table.ids), most, seed))


def feature_sets_of(table: FeatureTable) -> tuple[str, ...]:
    """Feature sets that tell the units apart by two features or more and that are narrower than all of it."""
    varies = np.ptp(table.values, axis=0) > 0
    columns = {name: one.columns(table) for name, one in FEATURE_SETS.items()}
    return tuple(
        name for name, kept in columns.items() if int(varies[kept].sum()) >= 2 and len(kept) < len(table.features)
    )
