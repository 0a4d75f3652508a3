from __future__ import annotations

from datetime import date

import pyarrow as pa

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.orders.totals import total_lines


def test_empty_cells_are_counted_and_are_no_customer_or_order():
    table = pa.table(
        {
            "source_line": [2, 3, 4, 5],
            "order_id": ["1", "1", "2", None],
            "customer_id": ["a", None, "a", None],
            "ordered_on": pa.array([date(2024, 1, 2), None, date(2024, 3, 1), date(2024, 2, 1)], pa.date32()),
            "quantity": [1.0, -2.0, None, 1.0],
            "amount": [0.1, 0.2, -5.0, 0.0],
        }
    )
    engine = DuckDBEngine()
    found = total_lines(engine.from_arrow(table), engine)
    assert (found.lines, found.orders, found.customers) == (4, 2, 1)
    assert (found.first_on, found.last_on) == (date(2024, 1, 2), date(2024, 3, 1))
    assert found.amount_total == -4.7
    assert (found.zero_amounts, found.negative_amounts, found.negative_quantities) == (1, 1, 1)
    assert found.nulls == {"order_id": 1, "customer_id": 2, "ordered_on": 1, "quantity": 1, "amount": 0}
