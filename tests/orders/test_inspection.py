"""What is said of a source before anything is made of it, row by row."""

from __future__ import annotations

import pyarrow as pa

from marketfold.orders import inspect_orders, read_orders

TABLE: dict[str, list[str | None]] = {
    "Order ID": ["1", "2", "3", "4"],
    "Customer ID": ["a", "b", "a", None],
    "Order Date": ["2024-01-05", "2024-01-06", "2024-02-07", "2024-03-08"],
    "Amount": ["1.250,50", "0,00", "-2,25", "7,5"],
    "Colour": ["red", "blue", "red", "blue"],
}


def test_each_row_of_an_inspection_has_its_figures():
    rows = dict(inspect_orders(read_orders(pa.table(TABLE))).rows())
    assert rows.pop("source")
    assert rows == {
        "lines, orders, customers": "4, 4, 2",
        "dates": "2024-01-05 to 2024-03-08",
        "money": "1,255.75",
        "dates written as": "%Y-%m-%d 4",
        "empty cells": "customer_id 1",
        "decimal sign": "amount ','",
        "lines with zero money, negative money, negative quantity": "1, 1, 0",
        "columns without a role": "Colour",
    }


def test_what_there_is_nothing_to_say_of_has_no_row():
    table = pa.table(TABLE).slice(0, 1).drop_columns(["Colour", "Amount"]).append_column("Amount", pa.array([5.0]))
    rows = dict(inspect_orders(read_orders(table)).rows())
    assert set(rows) == {"source", "lines, orders, customers", "dates", "money", "dates written as"}
