"""A table of customers as the source: there is no layer of orders."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from tests.warehouse.shops import TABLE, in_duckdb, in_postgres

from marketfold.clustering import KMeansSegmenter
from marketfold.config import ReadingOptions, RunConfig
from marketfold.customer_tables import CustomerTable, read_source
from marketfold.errors import ModelError, ParameterError
from marketfold.features import build_matrix
from marketfold.model import SegmentModel
from marketfold.runs import score_orders
from marketfold.selection import Segmentation
from marketfold.warehouse import model_sql
from marketfold.warehouse.layers import feature_columns


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(5)
    n = 400
    spent = np.where(rng.random(n) < 0.1, np.nan, np.round(rng.gamma(2.0, 150.0, n), 2))
    days = np.datetime64("2024-01-01") + rng.integers(0, 700, n)
    return pa.table({
        "customer_id": [f"K{place:04d}" for place in range(n)],
        "Age": rng.integers(18, 80, n),
        "Annual Spend": pa.array(spent, from_pandas=True),
        "Last Visit": pa.array(days.astype("datetime64[D]")),
        "Newsletter": np.where(rng.random(n) < 0.4, "yes", "no"),
    })  # fmt: skip


def modelled(table: pa.Table, options: ReadingOptions | None = None) -> SegmentModel:
    read = read_source(table, options or ReadingOptions())
    assert isinstance(read, CustomerTable)
    matrix = build_matrix(read.features)
    return Segmentation.of(matrix, KMeansSegmenter(4, random_state=0).fit(matrix.values).labels_).model()


def test_every_customer_gets_the_segment_of_score(table: pa.Table):
    model = modelled(table)
    assert set(model.names) >= {"Age", "Annual Spend"}
    expected = score_orders(model, table, RunConfig()).to_pylist()
    with duckdb.connect() as connection:
        connection.register("people", table)
        got: list[dict[str, Any]] = connection.sql(model_sql(model, "duckdb", "people")).to_arrow_table().to_pylist()
    keys = ("customer_id", "segment", "fits_none")
    assert [{key: row[key] for key in keys} for row in sorted(got, key=lambda row: row["customer_id"])] == [
        {key: row[key] for key in keys} for row in expected
    ]


def reserved_table(table: pa.Table) -> pa.Table:
    """A table whose columns are called as what SQL has itself."""
    rng = np.random.default_rng(6)
    called = ("Order", "Group", "User", "End", "Limit")
    numbers = {name: rng.gamma(2.0, 10.0, len(table)).round(1) for name in called}
    return pa.table({"customer_id": table["customer_id"]} | numbers)


@pytest.mark.parametrize("warehouse", ["duckdb", "postgres"])
def test_words_of_sql_are_names_of_columns(table: pa.Table, warehouse: str, request: pytest.FixtureRequest):
    people = reserved_table(table)
    options = ReadingOptions(table=True)
    model = modelled(people, options)
    assert set(model.names) == set(people.column_names) - {"customer_id"}
    statement = model_sql(model, warehouse, TABLE)
    if warehouse == "postgres":
        connection = request.getfixturevalue("postgres")
        got = in_postgres(connection, statement, people)
    else:
        got = in_duckdb(statement, people)
    expected = score_orders(model, people, RunConfig(reading=options)).to_pylist()
    assert {row["customer_id"]: row["segment"] for row in got} == {
        row["customer_id"]: row["segment"] for row in expected
    }


def test_no_column_is_called_as_what_a_warehouse_keeps_for_itself(postgres: Any):
    words = {row[0] for row in postgres.execute("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")}
    asked = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
    words |= {row[0] for row in duckdb.execute(asked).fetchall()}
    assert "user" in words
    assert not words & set(feature_columns(sorted(words)).values())


def test_a_day_is_refused_and_so_are_rows_without_an_id(table: pa.Table):
    with pytest.raises(ParameterError, match="no --as-of"):
        model_sql(modelled(table), "duckdb", "people", "2026-01-01")
    nameless = modelled(table.drop_columns(["customer_id"]), ReadingOptions(table=True))
    with pytest.raises(ModelError, match="--map customer_id=COLUMN"):
        model_sql(nameless, "duckdb", "people")
