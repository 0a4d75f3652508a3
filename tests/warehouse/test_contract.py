"""Ten thousand made-up rows with everything that a cell can hold: the same labels wherever the statement runs."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from sqlglot import exp
from tests.warehouse.made_up import made_up_model
from tests.warehouse.shops import Printed, in_duckdb, in_postgres, in_spark, printed
from tests.warehouse.test_agreement import QUIET

from marketfold.units import FeatureTable
from marketfold.warehouse.layers import feature_columns
from marketfold.warehouse.statement import segments_sql

N_ROWS = 10_000


def contract_lines(seed: int = 11) -> pa.Table:
    rng = np.random.default_rng(seed)
    customer = rng.integers(0, 1_200, N_ROWS)
    ids = np.array([f"{'c' if one % 7 else 'C'}{one:04d}" for one in customer], dtype=object)
    ids[rng.random(N_ROWS) < 0.02] = None
    order = customer * 10 + rng.integers(0, 9, N_ROWS)
    day = np.array([date(2024, 1, 1) + timedelta(days=int(one * 37 % 900)) for one in order], dtype=object)
    day[rng.random(N_ROWS) < 0.01] = None
    quantity = rng.integers(0, 6, N_ROWS).astype(object)
    quantity[rng.random(N_ROWS) < 0.03] = None
    price = np.round(rng.gamma(1.5, 20.0, N_ROWS), 3)
    amount = np.array([None if q is None else q * p for q, p in zip(quantity, price, strict=True)], dtype=object)
    amount[rng.random(N_ROWS) < 0.02] = 0.0
    amount[rng.random(N_ROWS) < 0.01] = np.nan
    amount[rng.random(N_ROWS) < 0.005] = np.inf
    amount[rng.random(N_ROWS) < 0.003] = 9e6  # far beyond where winsorising begins
    products = np.array([f"P{one}" for one in range(40)] + [None], dtype=object)
    statuses = np.array(["Shipped", "Cancelled", None], dtype=object)
    text = np.array(["Tea", "  Tea ", "Coffee", "", "O'Brien", "ü", None, "50 %"], dtype=object)
    columns = {
        "Order": pa.array([f"O{one}" for one in order]),
        "Customer": pa.array(ids),
        "Day": pa.array(day, pa.date32()),
        "Quantity": pa.array(quantity, pa.float64()),
        "Amount": pa.array(amount, pa.float64()),
        "List Price": pa.array(np.round(price * rng.choice([0.9, 1.0, 1.4], N_ROWS), 2)),
        "Product": pa.array(products[rng.integers(0, 41, N_ROWS)]),
        "Category": pa.array(text[rng.integers(0, len(text), N_ROWS)]),
        "Status": pa.array(statuses[rng.choice(3, N_ROWS, p=[0.9, 0.05, 0.05])]),
        "Country": pa.array(np.array(["Spain", "France", "Peru", None], dtype=object)[customer % 4]),
    }  # fmt: skip
    return pa.table(columns)


MAPPING = {
    "order_id": "Order", "customer_id": "Customer", "ordered_on": "Day", "quantity": "Quantity", "amount": "Amount",
    "list_price": "List Price", "product_id": "Product", "category": "Category", "status": "Status",
    "country": "Country",
}  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> tuple[Printed, pa.Table]:
    """A model of the first half of the customers, and the lines of all: many lie beyond the reach of theirs."""
    lines = contract_lines()
    half = lines.filter(pa.array([one is None or int(one[1:]) < 600 for one in lines["Customer"].to_pylist()]))
    settings: dict[str, Any] = {
        "reading": {"mapping": MAPPING},
        "cleaning": {"drop_duplicates": True, "allow_mostly_set_aside": True},
    }
    shop = printed(half, geography=True, n_segments=5, **settings)
    segmenter = copy(shop.model.segmenter)
    segmenter.reaches_ = segmenter.reaches_ * np.float32(0.7)  # so that many are beyond it
    shop = replace(shop, model=replace(shop.model, segmenter=segmenter))
    return shop, pa.concat_tables([lines, lines.slice(0, 300)])


def assert_contract(got: list[dict[str, Any]], contract: tuple[Printed, pa.Table]) -> None:
    shop, lines = contract
    expected = {row["customer_id"]: row for row in shop.score(source=lines).to_pylist()}
    found = {row["customer_id"]: row for row in got}
    assert len(found) == len(got) > 1_000
    assert found.keys() == expected.keys()
    keys = ("segment", "fits_none")
    assert [key for key, row in expected.items() if any(found[key][one] != row[one] for one in keys)] == []
    beyond = sum(row["fits_none"] for row in got)
    assert 50 < beyond < len(got) - 50
    assert {row["segment"] for row in got} == {1, 2, 3, 4, 5}


def test_contract_on_duckdb(contract: tuple[Printed, pa.Table]):
    assert_contract(in_duckdb(contract[0].sql("duckdb"), contract[1]), contract)


def test_contract_on_postgres(contract: tuple[Printed, pa.Table], postgres: Any):
    assert_contract(in_postgres(postgres, contract[0].sql("postgres"), contract[1]), contract)


@QUIET
@pytest.mark.spark
def test_contract_on_spark(contract: tuple[Printed, pa.Table], spark: Any):
    assert_contract(in_spark(spark, contract[0].sql("spark"), contract[1]), contract)


@pytest.mark.parametrize("components", [True, False], ids=["pca", "none"])
def test_ties_and_caps_fall_as_in_python(components: bool):
    """Whole and half steps, so that many rows lie as near to one centre as to another, and beyond every cap."""
    model = made_up_model(components=components)
    rng = np.random.default_rng(2)
    values = rng.choice([-1.0, 0.0, 0.5, 1.0, 2.0, 64.0, 65.0, 1e6], (N_ROWS, len(model.names)))
    logged = model.scaler.logged_
    values[:, logged] = np.maximum(values[:, logged], 0.0)
    ids = np.array([f"{row:05d}" for row in range(N_ROWS)])
    table = FeatureTable("customer", ids, values, model.features, np.zeros(N_ROWS), date(2026, 1, 1))
    expected = model.assign(table)
    called = feature_columns(model.names)
    frame = pa.table({"customer_id": ids, "unmatched_returns": np.zeros(N_ROWS)} | {
        called[name]: values[:, place] for place, name in enumerate(model.names)
    })  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("feature_rows", frame)
        statement = segments_sql(model, "duckdb", exp.to_table("feature_rows"))
        got = connection.sql(statement).to_arrow_table().sort_by("customer_id")
    assert got["segment"].to_pylist() == expected.numbers.tolist()
    assert got["fits_none"].to_pylist() == expected.fits_none.tolist()
    assert 0 < sum(expected.fits_none) <= N_ROWS
    assert np.abs(got["distance"].to_numpy() - expected.distances).max() < 1e-3
