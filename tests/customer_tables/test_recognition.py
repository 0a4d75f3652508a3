from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.customer_tables import is_customer_table
from marketfold.customer_tables.recognition import _are_values, names_an_id
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


@pytest.mark.parametrize(("rows", "table"), [(9, False), (10, True)])
def test_of_fewer_than_ten_rows_an_id_says_nothing(rows: int, *, table: bool) -> None:
    assert recognised({"ref_id": IDS[:rows], "Age": AGES[:rows], "Score": SPEND[:rows]}) is table
    assert recognised({"Fresh": AGES[:rows], "Milk": SPEND[:rows]}) is table
    assert recognised({"CustomerID": IDS[:rows], "Age": AGES[:rows], "Score": SPEND[:rows]})


@pytest.mark.parametrize(("different", "table"), [(8, True), (7, False)])
def test_rows_of_which_many_are_of_one_member_are_no_customers(different: int, *, table: bool) -> None:
    """Of ten rows that number themselves, with a day: so many members."""
    members = [f"m{n % different}@example.org" for n in range(10)]
    columns = {"id": IDS[:10], "Email": members, "Joined": DAYS[:10], "Age": AGES[:10], "Score": SPEND[:10]}
    assert recognised(columns) is table


@pytest.mark.parametrize(("repeated", "table"), [(50, True), (51, False)])
def test_one_row_in_twenty_may_stand_there_twice(repeated: int, *, table: bool) -> None:
    """Of a thousand rows beyond the first."""
    n = 1_000
    ids = [f"K{number}" for number in range(n)]
    rows = [f"A{number}" for number in range(1_000)] + ids
    rows[-repeated * 2 :] = rows[: repeated * 2]
    total = len(rows)
    assert len(set(rows)) == total - 2 * repeated
    columns = {"CustomerID": rows, "Age": [n % 40 for n in range(total)], "Score": [n % 7 for n in range(total)]}
    assert recognised(columns) is table


@pytest.mark.parametrize(("words", "table"), [(2, True), (3, False)])
def test_numbers_are_nearly_all_of_a_column(words: int, *, table: bool) -> None:
    """Nineteen of twenty cells."""
    ages = ["?"] * words + [str(age) for age in AGES[words:]]
    assert recognised({"CustomerID": IDS, "Age": ages, "Score": ages}) is table


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        (["12", "2024-01-05", "a"], True),
        (["12", "5.5", "a", "b", "c", "d"], True),
        (["12", "5.5", "a", "b", "c", "d", "e"], False),  # a third of them
        (["12", "a"], False),
        (["Q1", "x2", "2nd", "1e5"], False),
    ],
)
def test_names_of_which_a_third_are_numbers_or_days_are_a_row(columns: list[str], *, values: bool) -> None:
    assert _are_values(columns) is values


@pytest.mark.parametrize(
    ("name", "told"),
    [("id", True), ("CustomerID", True), ("member no.", True), ("key", True), ("Kundennummer", False), ("code", True),
     ("Paid", False), ("covid", False), ("Number of visits", False), ("customer number", True), ("uuid", True),
     ("#", False), ("", False)],
)  # fmt: skip
def test_a_name_says_whether_it_tells_rows_apart(name: str, *, told: bool) -> None:
    assert names_an_id(name) is told
