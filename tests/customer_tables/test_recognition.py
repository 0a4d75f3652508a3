from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.customer_tables import is_customer_table
from marketfold.customer_tables.recognition import (
    OFTEN,
    _are_values,
    _come_again,
    _is_plain_order,
    id_column,
    names_an_id,
    order_columns,
)
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


@pytest.mark.parametrize(
    ("name", "of_orders"),
    [
        ("InvoiceDate", True),
        ("date", True),
        ("Paid at", True),
        ("Date (order date)", True),
        ("State (paid at)", False),  # a name in brackets is less sure
        ("Created at", False),
        ("timestamp", False),
        ("Order ID", True),
        ("Order No", True),
        ("Beleg", True),
        ("id", False),
        ("name", False),
        ("Qty", True),
        ("count", False),
        ("items", False),
        ("Unit price", True),
        ("Price", True),
        ("MSRP", True),
        ("SKU", True),
        ("EAN", True),
        ("Product", False),
        ("Age", False),
    ],
)
def test_a_name_says_of_a_row_that_it_is_a_line_of_an_order(name: str, *, of_orders: bool) -> None:
    assert order_columns([name]) == ([name] if of_orders else [])


@pytest.mark.parametrize(
    ("columns", "mapping", "identity"),
    [
        ({"CustomerID": ["a", "a"], "ref": ["x", "y"]}, {}, "CustomerID"),
        ({"CustomerID": ["a", "b"], "ref_id": ["x", "y"]}, {"customer_id": "ref_id"}, "ref_id"),
        ({"one_id": ["a", "a"], "two_id": ["x", "y"], "three_id": ["x", "y"]}, {}, "two_id"),
        ({"one_id": ["a", "a"], "Phone": ["1", "2"], "Email": ["x", "y"]}, {}, "Email"),
        ({"one_id": [None, ""], "Phone": ["1", "2"]}, {}, "Phone"),
        ({"one_id": ["a", None, " a "], "Age": ["1", "2", "3"]}, {}, None),
        ({"one_id": ["a", None, "b"], "Age": ["1", "2", "3"]}, {}, "one_id"),
    ],
)
def test_which_column_numbers_the_customers(
    columns: dict[str, list[Any]], mapping: dict[str, str], identity: str | None
) -> None:
    assert id_column(mapping, columns) == identity


@pytest.mark.parametrize(
    ("columns", "measures", "plain"),
    [
        ({"customer": IDS, "Kaufzeit": DAYS, "total": SPEND}, ["total"], True),
        ({"customer": IDS, "Kaufzeit": DAYS, "Age": AGES}, ["Age"], False),
        ({"customer": IDS, "Kaufzeit": DAYS, "total": SPEND, "Age": AGES}, ["total", "Age"], False),
        ({"customer": IDS, "Kaufzeit": DAYS, "born": DAYS, "total": SPEND}, ["total"], False),
        ({"customer": IDS, "total": SPEND}, ["total"], False),
        ({"customer": IDS, "last_order_date": DAYS, "total": SPEND}, ["total"], False),
    ],
)
def test_who_when_and_how_much_and_nothing_else_is_an_order(
    columns: dict[str, Any], measures: list[str], *, plain: bool
) -> None:
    assert _is_plain_order(columns, measures) is plain


@pytest.mark.parametrize(
    ("name", "different", "again"),
    [
        ("CustomerID", 7, True),
        ("CustomerID", 8, False),
        ("Email", 7, True),
        ("Email", 8, False),
        ("Member", 2, False),  # may be a class
        ("Age", 2, False),
        ("id", 2, False),  # the column that numbers the rows itself
    ],
)
def test_customers_come_again_who_stand_in_many_rows_of_another_column(
    name: str, different: int, *, again: bool
) -> None:
    assert OFTEN == 0.8
    sample = {"id": list(range(10))} | {name: [f"K{n % different}" for n in range(10)]}
    assert _come_again(sample, "id") is again


@pytest.mark.parametrize(
    ("columns", "table"),
    [
        ({"Fresh": AGES}, False),
        ({"Fresh": AGES, "Milk": SPEND, "on": DAYS}, False),
        ({"CustomerID": IDS[:3], "Age": AGES[:3]}, False),
        ({"CustomerID": IDS[:3], "Age": AGES[:3], "Score": SPEND[:3], "Joined": DAYS[:3]}, False),
        ({"CustomerID": IDS[:10], "Age": AGES[:10]}, True),
        ({"CustomerID": IDS[:10], "Age": AGES[:10], "Score": SPEND[:10], "Joined": DAYS[:10]}, True),
    ],
)
def test_how_much_few_rows_must_tell_to_be_customers(columns: dict[str, Any], *, table: bool) -> None:
    assert recognised(columns) is table
