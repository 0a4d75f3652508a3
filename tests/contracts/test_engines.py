from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders, sample_customers
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.errors import ParameterError
from marketfold.features import build_features, build_matrix, plan_features, split_at
from marketfold.orders import read_orders
from marketfold.schema import Unit
from marketfold.units import FeatureTable

if TYPE_CHECKING:
    from collections.abc import Callable

    Frame = Callable[[pa.Table], Any]

UNITS: tuple[Unit, ...] = ("customer", "order", "order_line")
OWN = {
    "weekend_share": "nw.col('amount').filter(nw.col('ordered_on').dt.weekday() > 5).sum() / nw.col('amount').sum()",
    "largest_line_total": "nw.col('amount').max()",
    "middle_line_total": "nw.col('amount').quantile(0.5, interpolation='linear')",
    "spread_mean": "(nw.col('amount').std() / nw.col('amount').filter(nw.col('quantity') > 2).mean()).fill_null(0)",
    "sort_count": "nw.col('category').filter(nw.col('amount') > 20).n_unique()",
    "tea_share": "nw.col('category').str.to_lowercase().str.contains('a', literal=True).fill_null(False).mean()",
    "logged": "nw.when(nw.len() > 1).then(nw.col('amount').log(2).mean().fill_null(0)).otherwise(nw.len().sqrt())",
}
"""Features of one's own, with nearly all that a formula may hold."""
# createDataFrame and toArrow say this of pandas 3; neither uses pandas here
QUIET = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")


def to_polars(table: pa.Table) -> Any:
    return pl.from_arrow(table)


@pytest.fixture(scope="module")
def lines() -> pa.Table:
    """A shop's lines with cancelled, repeated, anonymous and unreadable ones, and more categories than get a column."""
    shop = make_shop(600).lines
    many = [f"{name} {place % 4}" for place, name in enumerate(shop["category"].to_pylist())]
    return shop.set_column(shop.column_names.index("category"), "category", pa.array(many))


@pytest.fixture(scope="module")
def on_duckdb(lines: pa.Table) -> CleanOrders:
    return clean_orders(read_orders(lines))


def assert_same_table(here: FeatureTable, there: FeatureTable) -> None:
    assert here.names == there.names
    assert here.ids.tolist() == there.ids.tolist()
    assert here.values == pytest.approx(there.values, rel=1e-6, abs=1e-6)
    assert here.revenue == pytest.approx(there.revenue, abs=1e-6)
    assert (here.as_of, here.settings, here.left_out) == (there.as_of, there.settings, there.left_out)
    assert {name: column.tolist() for name, column in here.described.items()} == {
        name: column.tolist() for name, column in there.described.items()
    }


def assert_same_orders(here: CleanOrders, there: CleanOrders) -> None:
    assert here.report == there.report
    assert here.report.ledger.reconciles()
    rows = [sorted(clean.engine.collect(clean.set_aside).to_pylist(), key=str) for clean in (here, there)]
    assert rows[0] == rows[1]


def lines_of(clean: CleanOrders) -> list[dict[str, Any]]:
    lines = clean.engine.collect(clean.purchases.select("source_line", "customer_id", "amount"))
    return sorted(lines.to_pylist(), key=lambda line: line["source_line"])


def assert_same_sample(other: CleanOrders, on_duckdb: CleanOrders) -> None:
    """A sample of the customers has the same people, with their lines and no others."""
    people = set(build_features(on_duckdb).sample(8, 3).ids.tolist())
    assert len(people) == 8
    few = lines_of(sample_customers(other, 8, 3))
    assert few == [line for line in lines_of(on_duckdb) if line["customer_id"] in people]


def assert_same_parts(other: CleanOrders, on_duckdb: CleanOrders) -> None:
    """What customers are where the engine has them, a part at a time and as a sample, is what they are here."""
    whole = build_features(on_duckdb)
    lazy = plan_features(other, names=whole.names, settings=whole.settings)
    made = pa.concat_tables(lazy.mapped(lambda table: pa.table({"id": table.ids.tolist(), "revenue": table.revenue})))
    assert dict(zip(made["id"].to_pylist(), made["revenue"].to_pylist(), strict=True)) == pytest.approx(
        dict(zip(whole.ids.tolist(), whole.revenue.tolist(), strict=True)), abs=1e-6
    )
    assert_same_table(lazy.sample(8, 3), whole.sample(8, 3))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("few", [20_000, -1])
def test_polars_agrees_with_duckdb(
    lines: pa.Table, on_duckdb: CleanOrders, unit: Unit, few: int, monkeypatch: pytest.MonkeyPatch
):
    """Also where lines are too many to be kept at once, and stay as they are told."""
    for step in ("cleaning.clean", "orders.typing_lines"):
        monkeypatch.setattr(f"marketfold.{step}.FEW_LINES", few)
    other = clean_orders(read_orders(to_polars(lines)))
    assert other.engine.name == "polars"
    assert_same_orders(other, on_duckdb)
    options = FeatureOptions(unit=unit, own_features=OWN)
    assert_same_table(build_features(other, options), build_features(on_duckdb, options))


@QUIET
@pytest.mark.spark
def test_spark_agrees_with_duckdb(lines: pa.Table, on_duckdb: CleanOrders, spark: Any):
    other = clean_orders(read_orders(spark.createDataFrame(lines)))
    assert other.engine.name == "pyspark"
    assert_same_orders(other, on_duckdb)
    for unit in UNITS[:2]:
        options = FeatureOptions(unit=unit, own_features=OWN)
        assert_same_table(build_features(other, options), build_features(on_duckdb, options))
    assert_same_sample(other, on_duckdb)
    assert_same_parts(other, on_duckdb)


@pytest.mark.spark
def test_spark_connect_agrees_too(connect: str, spark: Any):
    """The tests by Spark of this file, in a process of its own, which leaves nothing in the cluster's memory."""
    before = set(spark.sparkContext._jsc.getPersistentRDDs())
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", __file__]
    environment = os.environ | {"SPARK_REMOTE": connect}
    words = [*command, "-k", "spark and not connect"]
    ended = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.startswith(".")
    assert set(spark.sparkContext._jsc.getPersistentRDDs()) <= before


def test_a_sample_is_the_same_on_every_engine(lines: pa.Table, on_duckdb: CleanOrders):
    assert_same_sample(on_duckdb, on_duckdb)
    assert_same_sample(clean_orders(read_orders(to_polars(lines))), on_duckdb)
    whole = build_features(on_duckdb)
    few, wanted = sample_customers(on_duckdb, 8), whole.sample(8)
    found = build_features(few, names=wanted.names, settings=wanted.settings)
    assert found.ids.tolist() == wanted.ids.tolist()
    assert found.values == pytest.approx(wanted.values, rel=1e-6, abs=1e-6)
    assert whole.sample(len(whole)) is whole
    assert build_features(sample_customers(on_duckdb, 1_000)).ids.tolist() == whole.ids.tolist()
    with pytest.raises(ParameterError, match="A sample has 1 unit or more; got n_units=0"):
        whole.sample(0)


def test_the_matrix_is_the_same_on_every_engine(lines: pa.Table, on_duckdb: CleanOrders):
    here = build_matrix(build_features(on_duckdb), geography=True)
    there = build_matrix(build_features(clean_orders(read_orders(to_polars(lines)))), geography=True)
    assert here.names == there.names
    assert here.values == pytest.approx(there.values, abs=1e-5)


def test_the_future_is_the_same_on_every_engine(lines: pa.Table, on_duckdb: CleanOrders):
    as_of = build_features(on_duckdb).as_of
    assert as_of
    cut = as_of.replace(month=1, day=1)
    _, here = split_at(on_duckdb, cut)
    _, there = split_at(clean_orders(read_orders(to_polars(lines))), cut)
    assert here["customer_id"].equals(there["customer_id"])
    assert here["revenue"].to_pylist() == pytest.approx(there["revenue"].to_pylist(), abs=1e-6)


def test_the_order_of_the_lines_does_not_matter(lines: pa.Table, on_duckdb: CleanOrders):
    shuffled = lines.take(np.random.default_rng(0).permutation(len(lines)))
    again = clean_orders(read_orders(shuffled))
    assert again.report == on_duckdb.report
    assert build_features(again).values.tobytes() == build_features(on_duckdb).values.tobytes()
