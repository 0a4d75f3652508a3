from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.cluster import KMeans

from marketfold.features import MatrixScaler, literature_line_table
from marketfold.orders import read_orders

PUBLISHED = {1: 104_451, 3: 90_483, 5: 85_016, 8: 77_134, 14: 62_724}


def test_the_published_figures_come_out(shared_data: Any):
    table = literature_line_table(read_orders(shared_data / "sales_data_sample.csv"))
    assert table is not None
    assert table.values.shape == (2823, 37)
    scaled = MatrixScaler(tail=0.0, skewed_above=np.inf).fit_transform(table.values)
    for k, wcss in PUBLISHED.items():
        found = KMeans(k, n_init=20, random_state=0).fit(scaled).inertia_
        assert found == pytest.approx(wcss, rel=1e-3)


def test_without_a_class_there_is_no_baseline():
    orders = read_orders(pl.DataFrame({"customer": ["a"], "date": ["2024-01-05"], "amount": [1.0]}))
    assert literature_line_table(orders) is None
