"""What is told of a driver's words."""

from __future__ import annotations

import pytest

from marketfold.orders.databases import _said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("No such table. \nand a trace", "No such table"),
        ('Cannot open "/home/ann/shop.duckdb" now.', "Cannot open shop.duckdb now"),
        (r"Cannot open 'C:\data\shop.duckdb'", "Cannot open shop.duckdb"),
        ('Table "orders" is gone', 'Table "orders" is gone'),
        ("", ""),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_drivers_words_are_one_line_without_folders(words: str, told: str):
    assert _said(Exception(words)) == told
