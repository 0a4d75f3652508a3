from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.exploration import explore
from marketfold.orders import read_orders

if TYPE_CHECKING:
    import pyarrow as pa


@pytest.fixture(scope="module")
def lines() -> pa.Table:
    return make_shop(lines=600, random_state=1).lines


@pytest.fixture(scope="module")
def on_duckdb(lines: pa.Table) -> dict[str, Any]:
    return explore(clean_orders(read_orders(lines))).to_dict()


def assert_same(here: Any, there: Any, place: str = "") -> None:
    """Equal to the last digit but one: engines add floats in their own order."""
    if isinstance(here, dict):
        assert here.keys() == there.keys(), place
        for key in here:
            assert_same(here[key], there[key], f"{place}.{key}")
    elif isinstance(here, list):
        assert len(here) == len(there), place
        for number, (one, other) in enumerate(zip(here, there, strict=True)):
            assert_same(one, other, f"{place}[{number}]")
    elif isinstance(here, float):
        assert here == pytest.approx(there, rel=1e-9, abs=1e-9), place
    else:
        assert here == there, place


def test_polars_gives_the_same_numbers(lines: pa.Table, on_duckdb: dict[str, Any]):
    clean = clean_orders(read_orders(pl.from_arrow(lines)))
    assert clean.engine.name == "polars"
    assert_same(explore(clean).to_dict(), on_duckdb)


@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
@pytest.mark.spark
def test_spark_gives_the_same_numbers(lines: pa.Table, on_duckdb: dict[str, Any], spark: Any):
    clean = clean_orders(read_orders(spark.createDataFrame(lines)))
    assert clean.engine.name == "pyspark"
    assert_same(explore(clean).to_dict(), on_duckdb)
