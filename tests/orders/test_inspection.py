"""What is said of a source before anything is made of it, row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from marketfold.decisions import Decision
from marketfold.orders import Inspection, inspect_orders, read_orders

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


def inspection(**more: Any) -> Inspection:
    nothing: dict[str, Any] = {
        "name": "orders.csv", "encoding": None, "delimiter": None, "mapping": {"amount": "Total"}, "extra_columns": (),
        "lines": 1_000, "orders": 20, "customers": 3, "first_on": None, "last_on": None, "amount_total": 5.0,
        "date_styles": {}, "decimals": {}, "empty": {}, "unreadable": {}, "zero_amounts": 0, "negative_amounts": 0,
        "negative_quantities": 0, "malformed": {}, "id_is_personal": False, "decisions": (),
    }  # fmt: skip
    return Inspection(**nothing | more)


@pytest.mark.parametrize(
    ("more", "what", "says"),
    [
        ({}, "source", "orders.csv"),
        ({"encoding": "utf-8", "delimiter": ";"}, "source", "orders.csv (utf-8, separated by ';')"),
        ({}, "lines, orders, customers", "1,000, 20, 3"),
        ({"first_on": date(2024, 1, 2), "last_on": date(2024, 1, 3)}, "dates", "2024-01-02 to 2024-01-03"),
        ({"malformed": {"too_long": 1_000}}, "rows that could not be split", "too_long 1,000"),
        ({"unreadable": {"amount": 2}}, "unreadable cells", "amount 2"),
        ({"zero_amounts": 1}, "lines with zero money, negative money, negative quantity", "1, 0, 0"),
        ({"negative_quantities": 2}, "lines with zero money, negative money, negative quantity", "0, 0, 2"),
        ({}, "unreadable cells", None),
        ({}, "columns without a role", None),
    ],
)
def test_a_row_says_what_there_is_to_say(more: dict[str, Any], what: str, says: str | None):
    found = inspection(**more)
    assert dict(found.rows()).get(what) == says
    assert (f"{what}: {says}" in str(found)) is (says is not None)
    assert "  amount = Total" in str(found)


def test_what_was_decided_is_shown_and_days_are_texts_in_json():
    found = inspection(decisions=(Decision("header_found", numbers={"row": "3"}),), first_on=date(2024, 1, 2))
    shown = found.to_dict()
    assert (shown["first_on"], shown["last_on"], shown["extra_columns"]) == ("2024-01-02", None, [])
    assert shown["decisions"][0]["code"] == "header_found"
    assert "decision" in found._repr_html_()
    assert "decision" not in inspection()._repr_html_()
