"""Named sides of the same customers: with few of them, one side may hold where all features at once do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import FeatureTable


@dataclass(frozen=True)
class NamedView:
    """A side of a customer.

    Attributes
    ----------
    name
        As the flag takes it.
    question
        What it asks of a customer.
    features
        Names of single features.
    blocks
        Names of feature blocks that belong to it whole.
    """

    name: str
    question: str
    features: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()


VIEWS: dict[str, NamedView] = {
    view.name: view
    for view in (
        NamedView("value", "how recently, how often, how much", ("recency_days", "order_count", "revenue_total")),
        NamedView("loyalty", "how recently and how often", ("recency_days", "order_count")),
        NamedView("timing", "how recently and in what rhythm", ("recency_days", "gap_mean_days")),
        NamedView("basket", "how large a basket", ("basket_mean", "basket_items_mean")),
        NamedView("recency_basket", "how recently and how large a basket", ("recency_days", "basket_mean")),
        NamedView("taste", "which products", ("product_breadth",), ("category",)),
        NamedView("seasonality", "in which season", (), ("quarter",)),
    )
}
ALL = "all"
"""Every feature at once."""


def select_view(table: FeatureTable, view: str) -> FeatureTable:
    """The columns of a view.

    Raises
    ------
    ParameterError
        If there is no such view, or the table has none of its features.
    """
    if view == ALL:
        return table
    if view not in VIEWS:
        message = f"There is no view {view!r}. Choose one of: {', '.join([ALL, *VIEWS])}."
        raise ParameterError(message)
    wanted = VIEWS[view]
    kept = [i for i, f in enumerate(table.features) if f.name in wanted.features or f.block in wanted.blocks]
    if not kept:
        message = (
            f"The view {view!r} needs {', '.join(wanted.features + wanted.blocks)}, and the orders do not offer them."
        )
        raise ParameterError(message)
    return replace(
        table, values=np.ascontiguousarray(table.values[:, kept]), features=tuple(table.features[i] for i in kept)
    )


def sampled_rows(n_units: int, most: int, seed: int) -> NDArray[np.intp]:
    """Rows of a seeded sample, ascending; all of them where there are not too many.

    >>> sampled_rows(3, 10, 0)
    array([0, 1, 2])
    """
    if n_units <= most:
        return np.arange(n_units)
    return np.sort(np.random.default_rng(seed).choice(n_units, most, replace=False))


def take_units(table: FeatureTable, rows: NDArray[np.intp]) -> FeatureTable:
    """Some of the units of a table."""
    return replace(
        table,
        ids=table.ids[rows],
        values=table.values[rows],
        revenue=table.revenue[rows],
        described={name: values[rows] for name, values in table.described.items()},
    )


def views_of(table: FeatureTable) -> tuple[str, ...]:
    """Views that tell the units apart by two features or more and that are narrower than all of it."""
    varies = np.ptp(table.values, axis=0) > 0
    names = []
    for view in VIEWS.values():
        kept = [i for i, f in enumerate(table.features) if f.name in view.features or f.block in view.blocks]
        if int(varies[kept].sum()) >= 2 and len(kept) < len(table.features):
            names.append(view.name)
    return tuple(names)
