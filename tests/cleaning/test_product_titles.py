"""What products are called, from the lines that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from marketfold import words
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\v", " "])
def test_signs_that_nobody_sees_are_no_part_of_a_name(mark: str, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    rows = [("22", "MUG"), ("22", f"{mark}MUG{mark}"), ("22", "CUP"), ("22", "CUP"), ("22", f"MUG{mark}"), ("9", mark)]
    lines = [f"{n},a,2024-01-31,{code},{name},5" for n, (code, name) in enumerate(rows)]
    file.write_text("\n".join(["Order,Customer,Date,StockCode,Description,Total", *lines]), encoding="utf-8")
    assert clean_orders(read_orders(file)).product_titles(["22", "9"]) == {"22": "MUG"}


def test_without_names_there_is_none() -> None:
    assert clean().product_titles(["22"]) == {}
    assert clean(Description=["x"] * 4).product_titles([]) == {}
