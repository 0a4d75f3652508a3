"""What all lines say together is asked once, and again where the lines have changed."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.engine import DuckDBEngine, Engine, PolarsEngine
from marketfold.orders.steps import LinesRead

ROWS: dict[str, list[Any]] = {
    "source_line": [2, 3, 4, 7],
    "order_id": ["1", "1", None, "3"],
    "customer_id": ["K1", "k1", "K2", None],
    "product_id": ["a", "b", "c", "d"],
    "quantity": [1.0, 2.0, 3.0, 4.0],
    "unit_price": [1.5, 2.0, 3.0, None],
    "amount": [1.5, None, 8.0, 5.0],
}


@pytest.fixture(params=["duckdb", "polars"])
def lines(request: pytest.FixtureRequest) -> LinesRead:
    table = pa.table(ROWS)
    engine: Engine = PolarsEngine()
    frame: nw.LazyFrame[Any] = nw.from_native(pl.DataFrame(table).lazy())
    if request.param == "duckdb":
        engine = DuckDBEngine()
        frame = engine.from_arrow(table)
    roles = {role: role for role in ROWS if role != "source_line"}
    return LinesRead(frame, engine, roles, {"customer_id": ["K1", "K2"]}, ReadingOptions())


def test_what_lines_say_together(lines: LinesRead) -> None:
    seen = lines.overview
    assert (seen.lines, seen.last) == (4, 7)
    assert seen.filled == {"order_id": 3, "product_id": 4, "customer_id": 3}
    assert [seen.lacks(role) for role in ("order_id", "product_id")] == [True, False]
    assert (seen.money, seen.product, seen.empty) == ({"amount": 14.5}, 14.5, 1)
    assert seen.both == (9.5, 10.5)
    assert seen.in_small == 1


def test_no_line_says_nothing(lines: LinesRead) -> None:
    seen = lines.with_lines(lines.lines.filter(nw.col("source_line") < 0)).overview
    assert (seen.lines, seen.last, seen.money, seen.both, seen.in_small) == (0, 0, {"amount": 0.0}, (0.0, 0.0), 0)


def test_lines_that_stay_are_asked_once_and_others_again(lines: LinesRead) -> None:
    seen = lines.overview
    assert lines.without("amount").overview is seen
    fewer = lines.with_lines(lines.lines.filter(nw.col("source_line") < 4))
    assert (fewer.overview.lines, fewer.overview.last, lines.overview.lines) == (2, 3, 4)
