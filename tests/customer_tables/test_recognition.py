from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.customer_tables import is_customer_table
from marketfold.demo import make_shop
from marketfold.orders import open_source

N = 40
IDS = [f"K{number}" for number in range(N)]
AGES = [20 + number % 31 for number in range(N)]
SPEND = [float(number * number % 97) for number in range(N)]
DAYS = [date(2024, 1, 1) + timedelta(days=7 * number % 300) for number in range(N)]
TWICE = [f"K{number // 2}" for number in range(N)]


def recognised(columns: dict[str, Any], options: ReadingOptions | None = None) -> bool:
    options = options or ReadingOptions()
    return is_customer_table(open_source(pa.table(columns), options), options)


@pytest.mark.parametrize(
    "columns",
    [
        {"CustomerID": IDS, "Age": AGES, "Spending Score (1-100)": SPEND},
        {"Kundennummer": IDS, "Alter": AGES, "Umsatz": SPEND},
        {"master_id": IDS, "last_order_date": DAYS, "customer_value": SPEND, "order_num_total": AGES},
        {"ID": IDS, "Year_Birth": AGES, "Dt_Customer": DAYS, "Income": SPEND},
        {"id_cliente": IDS, "Frecuencia": AGES, "Recency": SPEND},
        {"Customer ID": IDS, "Created at": [f"{day}" for day in DAYS], "Total Spent": SPEND, "Orders": AGES},
        {"Email": [f"{one}@example.org" for one in IDS], "visits": AGES, "spend": SPEND},
        {"Fresh": AGES, "Milk": SPEND},
        {"Q1": AGES, "Q2": SPEND, "Q3": AGES},
        {"RowNumber": list(range(1, N + 1)), "CustomerId": IDS, "Surname": ["H"] * N, "Age": AGES, "Balance": SPEND},
        {"CustomerID": IDS[:3], "Age": AGES[:3], "Spending Score (1-100)": SPEND[:3]},
        {"customer": IDS, "Recency": AGES, "Frequency": AGES, "Monetary": SPEND},
    ],
)
def test_one_row_for_each_customer_is_recognised(columns: dict[str, Any]) -> None:
    assert recognised(columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"CustomerID": TWICE, "Age": AGES, "Score": SPEND},
        {"customer": IDS, "date": DAYS, "total": SPEND},
        {"customer": IDS, "Kaufzeit": DAYS, "total": SPEND},
        {"order_id": IDS, "customer_id": TWICE, "order_date": DAYS, "amount": SPEND},
        {"InvoiceNo": IDS, "CustomerID": TWICE, "Betrag": SPEND, "Menge": AGES},
        {"sku": IDS, "stock": AGES, "weight": SPEND},
        {"Day of sale": DAYS, "visitors": AGES, "takings": SPEND},
        {"CustomerID": IDS, "Name": [f"Person {one}" for one in IDS]},
        {"id": IDS[:5], "Age": AGES[:5], "Score": SPEND[:5]},
        {"19": AGES, "15": SPEND, "39": AGES},
        {"customer_id": IDS[:5], "when": DAYS[:5], "how much": SPEND[:5]},
    ],
)
def test_other_tables_are_not(columns: dict[str, Any]) -> None:
    assert not recognised(columns)


def test_an_id_that_repeats_beyond_the_first_rows_is_seen() -> None:
    ids = [f"K{number}" for number in range(1_500)] + [f"K{number}" for number in range(1_500)]
    assert not recognised({"CustomerID": ids, "Age": list(range(3_000))})


def test_what_the_user_says_decides() -> None:
    orders = {"customer": TWICE, "date": DAYS, "total": SPEND}
    assert recognised(orders, ReadingOptions(table=True))
    assert recognised({"who": IDS, "when": DAYS, "n": AGES}, ReadingOptions(mapping={"last_on": "when"}))
    table = {"CustomerID": IDS, "Age": AGES, "Score": SPEND}
    assert not recognised(table, ReadingOptions(undo=("customer_table",)))
    assert not recognised(table, ReadingOptions(mapping={"ordered_on": "Age"}))
    assert not recognised(table, ReadingOptions(mapping={"amount": "Score"}))


@pytest.mark.parametrize("name", ["sales.csv", "purchases.txt", "credit_notes.csv", "sales_two_styles.csv"])
def test_files_of_orders_stay_orders(examples: Path, name: str) -> None:
    options = ReadingOptions()
    assert not is_customer_table(open_source(examples / name, options), options)


def test_the_demo_shop_stays_orders() -> None:
    assert not recognised(make_shop(1_000).lines)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("wholesale_customers.csv", True),
        ("sales_data_sample.csv", False),
        ("CDNOW_master.txt", False),
        ("cdnow_sample.csv", False),
        ("rfm_orders.csv", False),
    ],
)
def test_published_files(shared_data: Path, name: str, table: bool) -> None:
    options = ReadingOptions()
    assert is_customer_table(open_source(shared_data / name, options), options) is table
