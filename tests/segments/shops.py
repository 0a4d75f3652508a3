"""Small tables of customers made by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from marketfold.schema import Feature, FeatureTable, Float32, Labels

FEATURES = (
    Feature("recency_days", "days since the last order", "days", "timing"),
    Feature("order_count", "orders", "count", "value"),
    Feature("revenue_total", "revenue", "money", "value"),
    Feature("basket_mean", "money per order", "money", "basket"),
)


@dataclass(frozen=True)
class Scaled:
    values: Float32
    table: FeatureTable


def shop(seed: int = 0) -> tuple[Scaled, Labels]:
    """Two groups of 40 and 60: frequent big baskets, and everybody else."""
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [40, 60]).astype(np.int32)
    first = labels == 0
    recency = np.where(first, rng.integers(1, 40, 100), rng.integers(60, 200, 100)).astype(float)
    orders = np.where(first, rng.integers(8, 14, 100), rng.integers(1, 5, 100)).astype(float)
    basket = np.where(first, rng.normal(3000, 200, 100), rng.normal(900, 100, 100))
    values = np.stack([recency, orders, orders * basket, basket], axis=1)
    country = np.where(first, "FR", np.where(np.arange(100) % 2, "US", "DE")).astype(object)
    table = FeatureTable(
        unit="customer",
        ids=np.array([f"C{i:03}" for i in range(100)]),
        values=values,
        features=FEATURES,
        revenue=values[:, 2],
        as_of=date(2005, 6, 1),
        described={"country": country},
    )
    scaled = ((values - values.mean(axis=0)) / values.std(axis=0)).astype(np.float32)
    return Scaled(scaled, table), labels
