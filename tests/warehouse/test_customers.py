"""A table of customers as the source: there is no layer of orders."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from marketfold.clustering import KMeansSegmenter
from marketfold.config import ReadingOptions, RunConfig
from marketfold.customer_tables import CustomerTable, read_source
from marketfold.errors import ModelError, ParameterError
from marketfold.features import build_matrix
from marketfold.model import SegmentModel
from marketfold.runs import score_orders
from marketfold.selection import Segmentation
from marketfold.warehouse import model_sql


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


def test_a_day_is_refused_and_so_are_rows_without_an_id(table: pa.Table):
    with pytest.raises(ParameterError, match="no --as-of"):
        model_sql(modelled(table), "duckdb", "people", "2026-01-01")
    nameless = modelled(table.drop_columns(["customer_id"]), ReadingOptions(table=True))
    with pytest.raises(ModelError, match="--map customer_id=COLUMN"):
        model_sql(nameless, "duckdb", "people")
