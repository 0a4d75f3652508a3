from __future__ import annotations

from datetime import date

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine
from marketfold.polars_engine import PolarsEngine
from marketfold.schema import ORDER_LINE, PERSONAL, Ledger, day_number, day_number_of, exact_mean, money_sum

DAYS = [date(1900, 1, 1), date(1970, 1, 1), date(2000, 2, 29), date(2023, 12, 31), date(2024, 3, 1)]


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=lambda engine: engine.name)
def test_days_as_numbers_are_those_of_the_calendar(engine: Engine):
    frame = engine.from_arrow(pa.table({"day": pa.array(DAYS, pa.date32())}))
    found = engine.collect(frame.select(day_number("day").alias("n")))["n"].to_pylist()
    assert sorted(found) == [day_number_of(day) for day in DAYS]
    assert [day_number_of(day) for day in DAYS] == [(day - date(1970, 1, 1)).days for day in DAYS]


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=lambda engine: engine.name)
def test_money_is_added_exactly_in_any_order(engine: Engine):
    cents = np.random.default_rng(0).integers(-10_000_000, 10_000_000, 3_000)
    totals = set()
    for order in (cents, cents[::-1], np.sort(cents)):
        frame = engine.from_arrow(pa.table({"amount": order / 100}))
        row = engine.collect(frame.select(money_sum("amount").alias("sum"))).to_pylist()[0]
        totals.add(row["sum"])
    assert totals == {int(cents.sum()) / 100}


def test_a_mean_is_of_the_cells_that_are_filled():
    engine = PolarsEngine()
    frame = engine.from_arrow(pl.DataFrame({"x": [0.1, 0.2, None]}).to_arrow())
    assert engine.collect(frame.select(m=exact_mean(nw.col("x"))))["m"].to_pylist() == [pytest.approx(0.15)]


def test_personal_roles_are_no_columns_of_order_lines():
    assert "email" in PERSONAL
    assert not PERSONAL & set(ORDER_LINE)


@pytest.mark.parametrize(
    ("kept", "money", "right"),
    [(8, 70.0, True), (7, 70.0, False), (8, 70.0001, False), (8, 70.00001, True)],
)
def test_a_ledger_adds_up_to_the_line_and_to_the_ten_thousandth(kept: int, money: float, *, right: bool):
    ledger = Ledger(10, kept, {"cancelled": 2}, 100.0, money, {"cancelled": 30.0})
    assert ledger.reconciles() is right


def test_an_empty_ledger():
    assert Ledger(0, 0).set_aside_share == 0
    assert Ledger(4, 3).set_aside_share == 0.25
