from __future__ import annotations

import polars as pl

from marketfold.features import literature_line_table
from marketfold.orders import read_orders


def test_without_a_class_there_is_no_baseline():
    orders = read_orders(pl.DataFrame({"customer": ["a"], "date": ["2024-01-05"], "amount": [1.0]}))
    assert literature_line_table(orders) is None
