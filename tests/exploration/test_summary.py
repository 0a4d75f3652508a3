from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.exploration import Exploration, explore
from marketfold.exploration.tables import as_dates, collect, month_number, month_starts
from marketfold.orders import read_orders
from marketfold.schema import day_number

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.cleaning import CleanOrders


def test_to_dict_is_strict_json(sales: Exploration, totals: dict[str, Any]):
    text = json.dumps(sales.to_dict(), allow_nan=False)
    back = json.loads(text)
    assert back["over_time"]["starts"][0] == "2021-01-01"
    assert back["lines"]["kept"] == totals["sales.csv"]["lines_kept"]


def test_no_customer_is_in_the_numbers(sales: Exploration, sales_rows: pd.DataFrame):
    text = json.dumps(sales.to_dict())
    assert not [name for name in sales_rows["CUSTOMERNAME"].unique() if name in text]


def test_the_notebook_shows_names_as_text():
    lines = make_shop(lines=600, random_state=0).lines
    category = pa.array(["<script>x</script>"] * len(lines))
    other = lines.set_column(
        lines.column_names.index("country"), "country", pa.array(["A & B", "A & B", "C", "<i>"] * 1000)[: len(lines)]
    )
    other = other.set_column(other.column_names.index("category"), "category", category)
    shown = explore(clean_orders(read_orders(other)))._repr_html_()
    assert "<script>" not in shown
    assert "<td>dominates</td><td>value: A &amp; B; " in shown


def test_the_same_seed_gives_the_same_numbers():
    def once() -> str:
        return json.dumps(
            explore(clean_orders(read_orders(make_shop(lines=600, random_state=3).lines)), random_state=5).to_dict()
        )

    assert once() == once()


def test_progress_reaches_its_end():
    steps: list[tuple[str, int, int]] = []
    clean = clean_orders(read_orders(make_shop(lines=600, random_state=0).lines))
    explore(clean, progress=lambda what, done, total: steps.append((what, done, total)))
    assert [done for _, done, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1][1] == steps[-1][2]


@pytest.fixture
def barest() -> CleanOrders:
    """Customer, date and amount: all that must be there."""
    days = ["2024-01-02", "2024-01-02", "2024-02-10", "2024-03-05"]
    table = pa.table({"customer": ["a", "b", "a", "c"], "date": days, "amount": [5.0, 5.0, 5.0, 5.0]})
    return clean_orders(read_orders(table))


def test_the_barest_file_is_explored(barest: CleanOrders):
    exploration = explore(barest)
    assert exploration.lines.orders == 4
    assert exploration.correlations is None
    assert exploration.counts == ()
    assert exploration.missing.empty.sum() == 0
    json.dumps(exploration.to_dict(), allow_nan=False)


def test_days_and_months_as_numbers():
    clean = clean_orders(
        read_orders(
            pa.table(
                {
                    "customer": ["a", "b", "c", "d"],
                    "date": pa.array([date(1970, 1, 2), date(2000, 2, 29), date(2003, 12, 31), date(2024, 3, 1)]),
                    "amount": [1.0, 2.0, 3.0, 4.0],
                }
            )
        )
    )
    days, months = day_number("ordered_on").alias("d"), month_number("ordered_on").alias("m")
    rows = collect(clean.engine, clean.purchases.select(days, months).sort("d"))
    assert as_dates(rows["d"]).astype(str).tolist() == ["1970-01-02", "2000-02-29", "2003-12-31", "2024-03-01"]
    assert month_starts(rows["m"]).astype(str).tolist() == ["1970-01-01", "2000-02-01", "2003-12-01", "2024-03-01"]
