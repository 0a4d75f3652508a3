"""Whatever runs the statement says of each customer what `marketfold score` says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.warehouse.shops import Printed, in_duckdb, in_postgres, in_spark, printed

from marketfold.demo import make_shop

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")


def assert_agrees(got: list[dict[str, Any]], shop: Printed, as_of: date | None = None, source: Any = None) -> None:
    """The same customers, segments and fits-none to the last one; distances as near as float32 comes."""
    expected = {row["customer_id"]: row for row in shop.score(as_of, source).to_pylist()}
    found = {row["customer_id"]: row for row in got}
    assert len(found) == len(got)
    assert found.keys() == expected.keys()
    for name in ("segment", "segment_name", "fits_none", "trust"):
        differ = [key for key, row in expected.items() if found[key][name] != row[name]]
        assert not differ, f"{name}: {len(differ)} of {len(expected)}"
    for name in ("distance", "confidence"):
        most = max(abs(found[key][name] - row[name]) for key, row in expected.items())
        assert most < 2e-6, name
    assert not any(row["unmatched_returns"] for row in got)


SHARED: dict[str, dict[str, Any]] = {
    "sales_data_sample.csv": {"geography": True},
    "cdnow_sample.csv": {"reduction": "pca", "reading": {"mapping": {"customer_id": "masterid"}}},
    "CDNOW_master.txt": {},
}


@pytest.fixture(scope="module", params=[*SHARED, "demo"])
def shop(request: pytest.FixtureRequest) -> Printed:
    if request.param == "demo":
        return printed(make_shop(lines=20_000).lines, reduction="pca")
    folder: Path = request.getfixturevalue("shared_data")
    return printed(folder / request.param, **SHARED[request.param])


def test_duckdb_agrees_with_score(shop: Printed):
    assert_agrees(in_duckdb(shop.sql("duckdb"), shop.lines()), shop)


def test_postgres_agrees_with_score(shop: Printed, postgres: Any):
    assert_agrees(in_postgres(postgres, shop.sql("postgres"), shop.lines()), shop)


@pytest.fixture(scope="module")
def small() -> Printed:
    return printed(make_shop(lines=4_000, random_state=3).lines, geography=True)


@QUIET
@pytest.mark.spark
def test_spark_agrees_with_score(small: Printed, spark: Any):
    assert_agrees(in_spark(spark, small.sql("spark"), small.lines()), small)


@QUIET
@pytest.mark.spark
def test_spark_agrees_on_the_sales_file(shared_data: Path, spark: Any):
    shop = printed(shared_data / "sales_data_sample.csv", reduction="pca")
    assert_agrees(in_spark(spark, shop.sql("spark"), shop.lines()), shop)


@pytest.mark.parametrize("as_of", ["2025-12-01", "2026-03-01"])
@pytest.mark.parametrize("run", [in_duckdb, in_postgres], ids=["duckdb", "postgres"])
def test_another_day_agrees(small: Printed, as_of: str, run: Callable[..., Any], request: pytest.FixtureRequest):
    dialect = run.__name__.removeprefix("in_")
    first = (request.getfixturevalue("postgres"),) if dialect == "postgres" else ()
    got = run(*first, small.sql(dialect, as_of), small.lines())
    assert_agrees(got, small, date.fromisoformat(as_of))
