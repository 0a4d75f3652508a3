from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import ReadingOptions
from marketfold.experiments import read_outcomes
from marketfold.orders import read_orders

FROM, TO = date(2026, 7, 1), date(2026, 7, 31)
LINES = [
    ("1", "a", "2026-07-01", 10.0), ("1", "a", "2026-07-01", 2.5), ("2", "a", "2026-07-31", 10.0),
    ("3", "b", "2026-06-30", 10.0), ("3", "b", "2026-07-01", 10.0),  # begun before the period: an order of that time
    ("4", "b", "2026-08-01", 10.0),
    ("5", "c", "2026-07-31", 7.0), ("5", "c", "2026-08-02", 3.0),  # begun on the last day
    ("6", "stranger", "2026-07-02", 99.0),
]  # fmt: skip
ASSIGNED = pa.table(
    {
        "customer_id": ["d", "c", "b", "a", "new"],
        "segment": [2, 1, 1, 1, 1],
        "arm": ["treated", "holdout", "treated", "treated", None],
        "revenue_before": [4.0, None, 2.0, 1.0, 0.0],
    }
)


def later(lines: list[tuple[str, str, str, float]]) -> CleanOrders:
    order, customer, day, amount = zip(*lines, strict=True)
    table = pa.table({"order_id": order, "customer_id": customer, "ordered_on": day, "amount": amount})
    return clean_orders(read_orders(table, ReadingOptions(date_format="%Y-%m-%d")))


def test_what_each_customer_did_in_the_period():
    found = read_outcomes(ASSIGNED, later(LINES), FROM, TO)
    assert found.segment.tolist() == [2, 1, 1, 1]  # who came after the run has no arm
    assert found.held_out.tolist() == [False, True, False, False]
    assert found.orders.tolist() == [0, 1, 0, 2]
    assert found.ordered.tolist() == [0, 1, 0, 1]
    assert found.revenue.tolist() == [0, 10.0, 0, 22.5]
    assert found.before is not None
    assert found.before.tolist() == [4, 0, 2, 1]
    assert found.known is not None
    assert found.known.tolist() == [False, False, True, False]
    own = found.of(1)
    assert own.revenue.tolist() == [10.0, 0, 22.5]
    assert own.known is not None
    assert own.known.tolist() == [False, True, False]


def test_what_is_not_known_of_the_time_before_is_left_open():
    found = read_outcomes(ASSIGNED.drop_columns(["revenue_before"]), later(LINES[:3] + LINES[6:]), FROM, TO)
    assert found.before is None
    assert found.known is None
    assert np.sum(found.revenue) == pytest.approx(32.5)
