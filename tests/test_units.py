from __future__ import annotations

from datetime import date

import numpy as np

from marketfold.units import Feature, FeatureTable


def test_a_table_is_its_values_and_never_shows_an_id():
    feature = Feature("order_count", "orders", "count", "value")
    table = FeatureTable(
        "customer", np.array(["secret a", "secret b"]), np.array([[1.0], [3.0]]), (feature,), np.array([5.0, 7.0]),
        date(2024, 1, 1), described={"country": np.array(["FR", None], dtype=object)},
    )  # fmt: skip
    assert len(table) == 2
    assert np.asarray(table, dtype=np.float32).tolist() == [[1.0], [3.0]]
    assert table.column("order_count").tolist() == [1.0, 3.0]
    assert table.to_arrow().to_pydict() == {
        "customer_id": ["secret a", "secret b"], "country": ["FR", None], "order_count": [1.0, 3.0],
    }  # fmt: skip
    shown = repr(table) + table._repr_html_()
    assert "secret" not in shown
    assert "2 customers x 1 features, as of 2024-01-01" in shown
    assert "<td>2</td>" in shown
