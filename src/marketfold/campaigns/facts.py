"""The facts about a segment that a playbook's rules may ask for, each beside the same fact of everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.campaigns.customers import Customers
    from marketfold.schema import Float64, Measure

OVERDUE_GAPS = 2.0
"""A customer is overdue when she has been away for this many times her own time between orders."""


@dataclass(frozen=True)
class Fact:
    """One thing a rule can ask."""

    name: str
    label: str
    measure: Measure


FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("customer_count", "customers", "count"),
        Fact("customer_share", "share of all customers", "share"),
        Fact("revenue_share", "share of all revenue", "share"),
        Fact("revenue_lead", "revenue share divided by customer share", "ratio"),
        Fact("one_order_share", "customers with a single order", "share"),
        Fact("order_count", "orders of the median customer", "count"),
        Fact("recency_days", "time since the last order", "days"),
        Fact("revenue_total", "revenue of the median customer", "money"),
        Fact("order_value", "worth of an order of the median customer", "money"),
        Fact("lines_per_order", "lines on an order of the median customer", "count"),
        Fact("gap_days", "time between orders, of those who came back", "days"),
        Fact("overdue_share", "customers away for over twice their time between orders", "share"),
        Fact("season_share", "share of a year's orders in the three busiest months", "share"),
        Fact("category_count", "categories the median customer has bought", "count"),
    )
}


@dataclass(frozen=True)
class SegmentFacts:
    """Facts of one segment, and of everybody; a fact that cannot be known is absent from both."""

    values: dict[str, float]
    everyone: dict[str, float]


def _median(values: Float64) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _of(customers: Customers, overdue: NDArray[np.bool_], who: NDArray[np.bool_]) -> dict[str, float]:
    revenue, everything, share = customers.revenue[who].sum(), customers.revenue.sum(), float(who.mean())
    revenue_share = float(revenue / everything) if everything else 0.0
    orders = customers.order_count[who]
    values = {
        "customer_count": float(who.sum()),
        "customer_share": share,
        "revenue_share": revenue_share,
        "revenue_lead": revenue_share / share if share else float("nan"),
        "one_order_share": float((orders == 1).mean()) if len(orders) else float("nan"),
        "order_count": _median(orders),
        "recency_days": _median(customers.recency_days[who]),
        "revenue_total": _median(customers.revenue[who]),
        "order_value": _median(customers.revenue[who] / orders),
        "lines_per_order": _median(customers.line_count[who] / orders),
        "gap_days": _median(customers.gap_days[who]),
        "overdue_share": float(overdue[who].mean()) if len(orders) else float("nan"),
    }
    if customers.category_count is not None:
        values["category_count"] = _median(customers.category_count[who])
    return {name: value for name, value in values.items() if np.isfinite(value)}


def overdue_customers(customers: Customers) -> NDArray[np.bool_]:
    """Who has been away for over twice the own time between orders; a first-time buyer is held to everybody's."""
    gap = customers.gap_days
    usual = _median(gap)
    own = np.where(np.isnan(gap), usual, gap)
    if np.isnan(usual):
        return np.zeros(len(own), dtype=np.bool_)
    return np.asarray(customers.recency_days > OVERDUE_GAPS * np.maximum(own, 1.0), dtype=np.bool_)


def segment_facts(customers: Customers, seasons: Sequence[float | None]) -> tuple[SegmentFacts, ...]:
    """Compute the facts of every segment, in the order of the labels.

    `seasons` has each segment's share of a year's orders in its three busiest months, where it has a season.
    """
    overdue = overdue_customers(customers)
    everyone = _of(customers, overdue, np.ones(len(customers.ids), dtype=np.bool_))
    found = []
    for segment, season in enumerate(seasons):
        values = _of(customers, overdue, np.asarray(customers.labels == segment))
        found.append(SegmentFacts(values | ({} if season is None else {"season_share": season}), everyone))
    return tuple(found)
