"""What products are called, from the lines that name them."""

from __future__ import annotations

import pyarrow as pa

from marketfold import words
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.orders import read_orders


def clean(**more: list[str | None]) -> CleanOrders:
    columns = {
        "Order": ["1", "2", "3", "4"],
        "Customer": ["a", "b", "a", "c"],
        "Date": ["2024-01-31"] * 4,
        "StockCode": ["22", "22", "22", "7"],
        "Total": ["5"] * 4,
    }
    return clean_orders(read_orders(pa.table(columns | more)))


def test_the_commonest_name_stands_for_the_product() -> None:
    named = clean(Description=["CAKE  STAND", "cake stand", "CAKE  STAND", None])
    assert named.product_titles(["22", "7", "none"]) == {"22": "CAKE STAND"}
    assert words.titled("22", named.product_titles(["22"])["22"], "Kitchen") == "CAKE STAND (22, Kitchen)"


def test_without_names_there_is_none() -> None:
    assert clean().product_titles(["22"]) == {}
    assert clean(Description=["x"] * 4).product_titles([]) == {}
