"""Statuses that stand on the first line of an order alone."""

from __future__ import annotations

import polars as pl
import pytest

from marketfold.config import ReadingOptions
from marketfold.orders import Orders, read_orders


def read(column: str, cells: list[str | None], *undo: str) -> Orders:
    """Two orders of two lines and one of one, with a status column."""
    frame = pl.DataFrame(
        {
            "order_id": ["1", "1", "2", "2", "3"],
            "customer_id": ["a", "a", "b", "b", "c"],
            "ordered_on": ["2024-01-05", "2024-01-05", "2024-01-06", "2024-01-06", "2024-01-07"],
            "amount": [1.0, 2.0, 3.0, 4.0, 5.0],
            column: cells,
        }
    )
    return read_orders(frame, ReadingOptions(undo=undo))


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("Status", "status"),
        ("Financial Status", "status"),
        ("Cancelled at", "cancelled_on"),
        ("Retourdatum", "returned_on"),
    ],
)
def test_a_status_on_the_first_line_is_that_of_the_order(column: str, role: str):
    cells = ["2024-02-01", None, "2024-02-02", None, None]
    orders = read(column, cells)
    found = orders.engine.collect(orders.lines.sort("source_line"))[role].to_pylist()
    assert found == ["2024-02-01", "2024-02-01", "2024-02-02", "2024-02-02", None]
    assert [(one.code, one.columns) for one in orders.facts.decisions] == [("cells_of_the_order", (column,))]


@pytest.mark.parametrize(
    "cells",
    [
        ["paid", "paid", "refunded", "refunded", "paid"],
        ["paid", None, "paid", "refunded", "paid"],
        [None, "returned", None, "paid", None],
        [None, None, None, None, "returned"],
    ],
)
def test_a_status_of_each_line_stays_on_it(cells: list[str | None]):
    orders = read("Status", cells)
    assert orders.engine.collect(orders.lines.sort("source_line"))["status"].to_pylist() == cells
    assert orders.facts.decisions == ()


def test_it_can_be_undone():
    cells = ["refunded", None, "paid", None, None]
    orders = read("Status", cells, "cells_of_the_order")
    assert orders.engine.collect(orders.lines.sort("source_line"))["status"].to_pylist() == cells
