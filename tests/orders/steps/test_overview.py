"""What all lines say together is asked once, and again where the lines have changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine
from marketfold.orders.steps import LinesRead
from marketfold.orders.steps.overview import in_capitals
from marketfold.polars_engine import PolarsEngine

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.mark.parametrize(
    ("shown", "capitals"),
    [
        (["K1", "K2"], True),
        (["K1", "7", None, " K3 "], True),
        (["K1", "k2"], False),
        (["K1", "Kb"], False),
        (["1", "2"], False),  # numbers have no case
        ([7, None], False),
        ([], False),
    ],
)
def test_ids_are_in_capitals_where_all_are_and_some_have_a_letter(
    lines_of: Callable[..., LinesRead], shown: list[Any], *, capitals: bool
) -> None:
    lines = lines_of({"customer_id": ["K1", "k1", "k2", None]})
    lines = replace(lines, sample={"customer_id": shown})
    assert in_capitals(lines) is capitals
    assert lines.overview.in_small == (2 if capitals else 0)


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "seen"),
    [
        ([None, 5.0], [1.0, 2.0], [0.5, 2.0], (4.5, 1, (5.0, 4.0))),
        ([None, 5.0], [0.0, 2.0], [0.5, 2.0], (4.0, 0, (5.0, 4.0))),
        ([None, 5.0], [-1.0, 2.0], [3.0, 2.0], (1.0, 0, (5.0, 4.0))),
        ([3.0, 5.0], [None, 2.0], [3.0, 2.0], (4.0, 0, (5.0, 4.0))),
        ([3.0, 5.0], [1.0, 2.0], [3.0, 2.0], (7.0, 0, (8.0, 7.0))),
        ([0.0, 5.0], [1.0, 2.0], [3.0, 2.0], (7.0, 0, (5.0, 7.0))),
    ],
)
def test_amounts_are_laid_beside_quantity_times_price(
    lines_of: Callable[..., LinesRead],
    amount: list[float | None],
    quantity: list[float | None],
    price: list[float],
    seen: tuple[float, int, tuple[float, float]],
) -> None:
    cells = {"customer_id": ["1", "2"], "amount": amount, "quantity": quantity, "unit_price": price}
    found = lines_of(cells | {"other_amount": [1.25, None], "row_kind": [None, "total_row"]}).overview
    assert (found.product, found.empty, found.both) == seen
    assert found.money == {"amount": sum(one or 0.0 for one in amount), "other_amount": 1.25}
    assert found.filled == {"customer_id": 2, "row_kind": 1}
    for role in ("amount", "quantity", "unit_price"):
        found = lines_of({name: one for name, one in cells.items() if name != role}).overview
        assert (found.product, found.empty, found.both) == (0.0, 0, (0.0, 0.0))
