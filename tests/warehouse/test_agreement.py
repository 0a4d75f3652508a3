"""Whatever runs the statement says of each customer what `marketfold score` says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.warehouse.shops import Printed, in_duckdb, in_postgres, in_spark, printed

from marketfold.demo import make_shop

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


MOST_LINES = 10_000
"""From the beginning of each file."""
SHARED: dict[str, dict[str, Any]] = {
    "sales_data_sample.csv": {"geography": True},
    "cdnow_sample.csv": {"reduction": "pca", "reading": {"mapping": {"customer_id": "masterid"}}},
    "CDNOW_master.txt": {},
}


@pytest.fixture(scope="module", params=[*SHARED, "demo"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    if request.param == "demo":
        return printed(make_shop(lines=8_000).lines, reduction="pca")
    folder: Path = request.getfixturevalue("shared_data")
    begun = tmp_path_factory.mktemp("shared") / request.param
    with (folder / request.param).open("rb") as whole:
        begun.write_bytes(b"".join(islice(whole, MOST_LINES)))
    return printed(begun, **SHARED[request.param])


def test_duckdb_agrees_with_score(shop: Printed):
    assert_agrees(in_duckdb(shop.sql("duckdb"), shop.lines()), shop)


def test_postgres_agrees_with_score(shop: Printed, postgres: Any):
    assert_agrees(in_postgres(postgres, shop.sql("postgres"), shop.lines()), shop)


@pytest.fixture(scope="module")
def small() -> Printed:
    return printed(make_shop(lines=4_000, random_state=3).lines, geography=True)


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


UNTIDY: dict[str, dict[str, Callable[[str], str]]] = {
    "blanks": {
        "customer_id": lambda text: text + "\t" if text.endswith("3") else text,
        "order_id": lambda text: f"\ufeff{text}\r\n" if text.endswith("5") else text,
        "status": lambda text: f"\u200b {text}\t\v",
        "category": lambda text: text + "\u00a0" if len(text) % 2 else text,
    },
    "points": {
        "customer_id": lambda text: figures_of(text) + (".0" if text[-1] in "135" else ""),
        "order_id": lambda text: figures_of(text) + ".0",
    },
}


def figures_of(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def changed(lines: pa.Table, changes: dict[str, Callable[[str], str]]) -> pa.Table:
    for name, change in changes.items():
        cells = [None if cell is None else change(cell) for cell in lines[name].to_pylist()]
        lines = lines.set_column(lines.column_names.index(name), name, pa.array(cells, pa.string()))
    return lines


@pytest.fixture(scope="module", params=UNTIDY)
def untidy(request: pytest.FixtureRequest) -> tuple[Printed, pa.Table]:
    """A shop of which some cells are written otherwise, and its lines as they were before that."""
    lines = make_shop(lines=4_000, random_state=3).lines
    source = changed(printed(lines).lines(), UNTIDY[request.param])
    return printed(source), source


@pytest.mark.parametrize("run", [in_duckdb, in_postgres], ids=["duckdb", "postgres"])
def test_cells_are_tidied_as_score_does(
    untidy: tuple[Printed, pa.Table], run: Callable[..., Any], request: pytest.FixtureRequest
):
    shop, source = untidy
    dialect = run.__name__.removeprefix("in_")
    first = (request.getfixturevalue("postgres"),) if dialect == "postgres" else ()
    statement = shop.sql(dialect)
    assert all(letter.isprintable() or letter == "\n" for letter in statement)
    assert_agrees(run(*first, statement, source), shop)


@QUIET
@pytest.mark.spark
def test_spark_tidies_cells_as_score_does(untidy: tuple[Printed, pa.Table], spark: Any):
    shop, source = untidy
    assert_agrees(in_spark(spark, shop.sql("spark"), source), shop)


@pytest.mark.parametrize("run", [in_duckdb, in_postgres], ids=["duckdb", "postgres"])
def test_a_status_in_another_case_is_the_same(small: Printed, run: Callable[..., Any], request: pytest.FixtureRequest):
    """Found as one word in the run's lines, and in others in capitals."""
    dialect = run.__name__.removeprefix("in_")
    first = (request.getfixturevalue("postgres"),) if dialect == "postgres" else ()
    lines = changed(small.lines(), {"status": str.upper})
    assert "CANCELLED" in lines["status"].to_pylist()
    assert_agrees(run(*first, small.sql(dialect), lines), small, source=lines)
