"""Small tables of customers made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
from sklearn.cluster import KMeans

from marketfold.features import FeatureMatrix, MatrixScaler
from marketfold.schema import Float32, Float64, Labels
from marketfold.segments import number_and_name
from marketfold.selection import Segmentation
from marketfold.units import Feature, FeatureTable

FEATURES = (
    Feature("recency_days", "days since the last order", "days", "timing"),
    Feature("order_count", "orders", "count", "value"),
    Feature("revenue_total", "revenue", "money", "value"),
    Feature("basket_mean", "money per order", "money", "basket"),
)


def matrix_of(values: Float32, table: FeatureTable) -> FeatureMatrix:
    """A matrix that was scaled by hand."""
    return FeatureMatrix(values, table, MatrixScaler().fit(table.values), {})


def segmented(matrix: FeatureMatrix, labels: Labels, table: FeatureTable | None = None) -> Segmentation:
    """Segments with the names that a run gives them."""
    return number_and_name(Segmentation.of(matrix, labels, table))[0]


def shop(seed: int = 0) -> tuple[FeatureMatrix, Labels]:
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
    return matrix_of(scaled, table), labels


def standardised(table: FeatureTable) -> FeatureMatrix:
    values = table.values
    return matrix_of(((values - values.mean(axis=0)) / values.std(axis=0)).astype(np.float32), table)


def with_column(matrix: FeatureMatrix, feature: Feature, column: Float64) -> FeatureMatrix:
    """The same shop with one more feature, standardised."""
    table = matrix.table
    wider = replace(table, values=np.column_stack([table.values, column]), features=(*table.features, feature))
    scaled = (column - column.mean()) / column.std()
    return matrix_of(np.column_stack([matrix.values, scaled]).astype(np.float32), wider)


@cache
def clean_shop(seed: int = 0) -> tuple[FeatureMatrix, Labels]:
    """300 customers of three overlapping groups, as K-means would cut them; no trap in it."""
    rng = np.random.default_rng(seed)
    centre = np.array([[30, 8, 60, 0.1], [120, 3, 110, 0.3], [200, 5, 70, 0.6]])
    spread = np.array([25, 2.5, 20, 0.12])
    values = centre[np.repeat([0, 1, 2], 100)] + rng.normal(0, 1, (300, 4)) * spread
    values[:, 0] = np.maximum(1, np.round(values[:, 0]))
    values[:, 1] = np.maximum(1, np.round(values[:, 1]))
    values[:, 2:] = np.maximum(values[:, 2:], 0.01)
    table = FeatureTable(
        unit="customer",
        ids=np.array([f"C{i:03}" for i in range(300)]),
        values=values,
        features=(FEATURES[0], FEATURES[1], FEATURES[3], Feature("discount_share", "discount", "share", "basket")),
        revenue=values[:, 1] * values[:, 2],
        as_of=date(2005, 6, 1),
        described={"country": np.array(["FR", "US", "DE"], dtype=object)[rng.integers(0, 3, 300)]},
    )
    matrix = standardised(table)
    labels = KMeans(3, n_init=5, random_state=seed).fit_predict(matrix.values)
    return matrix, labels.astype(np.int32)
