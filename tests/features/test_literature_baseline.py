from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from marketfold.features import literature_line_table
from marketfold.orders import read_orders


def test_without_a_class_there_is_no_baseline():
    orders = read_orders(pl.DataFrame({"customer": ["a"], "date": ["2024-01-05"], "amount": [1.0]}))
    assert literature_line_table(orders) is None


def lines(n: int = 20, **columns: list[object]) -> pl.DataFrame:
    """Lines of twenty days in two countries, one with `columns` instead of or beside those."""
    table: dict[str, list[object]] = {
        "order_id": [f"o{i}" for i in range(n)],
        "customer_id": [f"c{i % 5}" for i in range(n)],
        "order_date": [date(2024, 1, 20) + timedelta(days=i) for i in range(n)],
        "quantity": [1 + i % 3 for i in range(n)],
        "amount": [10.0 + i for i in range(n)],
        "country": ["France" if i % 4 else "Spain" for i in range(n)],
    }
    return pl.DataFrame(table | columns)


def test_lines_are_numbers_and_a_column_for_each_value_of_a_class() -> None:
    table = literature_line_table(read_orders(lines(product_id=[f"P{i % 2}" for i in range(20)])))
    assert table is not None
    assert table.unit == "order_line"
    assert table.names == ("quantity", "amount", "month", "year", "product_code", "country_France", "country_Spain")
    assert table.values[12].tolist() == [1, 22, 2, 2024, 0, 0, 1]  # the first of February
    assert table.values[11].tolist() == [3, 21, 1, 2024, 1, 1, 0]  # the last of January
    assert table.revenue.tolist() == [10.0 + i for i in range(20)]
    assert table.as_of == date(2024, 2, 9)
    assert [one.block for one in table.features[-3:]] == [None, "country", "country"]


def test_of_its_classes_a_line_keeps_its_country_beside_the_columns() -> None:
    table = literature_line_table(read_orders(lines(category=["Tea" if i % 2 else "Jam" for i in range(20)])))
    assert table is not None
    assert list(table.described) == ["country"]
    assert table.described["country"].tolist()[:5] == ["Spain", "France", "France", "France", "Spain"]


@pytest.mark.parametrize(("empty", "kept"), [(2, (True, 18)), (3, (False, 20))])
def test_a_column_that_is_empty_in_over_a_tenth_is_left_out_and_else_the_lines_are(
    empty: int, kept: tuple[bool, int]
) -> None:
    countries: list[object] = [None] * empty + ["France", "Spain"] * 10
    table = literature_line_table(read_orders(lines(country=countries[:20], deal_size=["small", "large"] * 10)))
    assert table is not None
    assert ("country_France" in table.names, len(table.ids)) == kept


@pytest.mark.parametrize(("values", "is_class"), [(1, False), (2, True), (50, True), (51, False)])
def test_a_class_has_two_to_fifty_values(values: int, *, is_class: bool) -> None:
    table = literature_line_table(read_orders(lines(102, country=[f"Land {i % values:02}" for i in range(102)])))
    assert (table is not None) == is_class
    assert table is None or len(table.names) == 4 + values
