"""New order lines below those that are kept: what both say is there once, and an order is as it was stated last."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from marketfold.orders.adding import AddedLines, add_lines, with_columns_of
from marketfold.polars_engine import PolarsEngine

SCHEMA = {
    "source_line": pl.Int64, "order_id": pl.String, "customer_id": pl.String, "ordered_on": pl.Date,
    "product_id": pl.String, "amount": pl.Float64,
}  # fmt: skip
Line = tuple[str | None, int, str, float]
"""Its order, its day of January, its product and its money."""
ENGINE = PolarsEngine()


def frame(lines: list[Line]) -> Any:
    rows = [
        (place, order, "K", date(2024, 1, day) if day else None, product, money)
        for place, (order, day, product, money) in enumerate(lines, start=2)
    ]
    return nw.from_native(pl.LazyFrame(rows, SCHEMA, orient="row"))


def added(
    kept: list[Line], new: list[Line], *, numbered: bool = True
) -> tuple[AddedLines, list[tuple[str | None, float]]]:
    found = add_lines(frame(kept), frame(new), ENGINE, numbered_orders=numbered)
    rows = ENGINE.collect(found.lines).to_pylist()
    return found, [(row["order_id"], row["amount"]) for row in rows]


@pytest.mark.parametrize(
    ("kept", "new", "lines", "counts"),
    [
        ([("1", 1, "A", 5.0)], [("2", 2, "A", 6.0)], [("1", 5.0), ("2", 6.0)], (1, 0, 0, 0)),
        ([("1", 1, "A", 5.0)], [("1", 1, "A", 5.0)], [("1", 5.0)], (1, 1, 0, 0)),  # known to the last cell
        ([("1", 1, "A", 5.0)], [("1", 1, "A", 7.0)], [("1", 7.0)], (1, 0, 1, 1)),  # stated anew
        ([("1", 1, "A", 5.0), ("1", 1, "B", 3.0)], [("1", 1, "A", 7.0)], [("1", 7.0)], (1, 0, 2, 1)),
        ([("1", 1, "A", 5.0)], [("1", 1, "B", 3.0)], [("1", 5.0), ("1", 3.0)], (1, 0, 0, 0)),  # goes on
        ([("1", 1, "A", 5.0)], [("1", 2, "A", 5.0)], [("1", 5.0), ("1", 5.0)], (1, 0, 0, 0)),  # on a later day
        ([("1", 1, "A", 5.0)], [("1", 1, "A", -5.0)], [("1", 5.0), ("1", -5.0)], (1, 0, 0, 0)),  # what came back
        ([("1", 0, "A", 5.0)], [("1", 0, "A", 7.0)], [("1", 7.0)], (1, 0, 1, 1)),  # of no day, both
        ([("1", 1, "A", 5.0), ("2", 1, "A", 5.0)], [("2", 1, "A", 6.0)], [("1", 5.0), ("2", 6.0)], (1, 0, 1, 1)),
        ([("2", 3, "A", 5.0)], [("1", 1, "A", 6.0)], [("1", 6.0), ("2", 5.0)], (1, 0, 0, 0)),  # by day
        ([(None, 1, "A", 5.0)], [(None, 1, "A", 7.0)], [(None, 5.0), (None, 7.0)], (1, 0, 0, 0)),
        ([(None, 1, "A", 5.0)] * 2, [(None, 1, "A", 5.0)] * 3, [(None, 5.0)] * 3, (3, 2, 0, 0)),  # as many as in both
        ([(None, 1, "A", 5.0)] * 3, [(None, 1, "A", 5.0)] * 2, [(None, 5.0)] * 3, (2, 2, 0, 0)),
        ([], [("1", 1, "A", 5.0)], [("1", 5.0)], (1, 0, 0, 0)),
        ([("1", 1, "A", 5.0)], [], [("1", 5.0)], (0, 0, 0, 0)),
    ],
)
def test_what_becomes_of_new_lines(
    kept: list[Line], new: list[Line], lines: list[tuple[str | None, float]], counts: tuple[int, int, int, int]
):
    """Counted are the lines that were read, those known already, kept ones that gave way, and the orders of these."""
    found, rows = added(kept, new)
    assert rows == lines
    assert (found.read, found.known, found.replaced, found.orders) == counts
    assert found.nothing_new is (counts[0] == counts[1] and not counts[2])


def test_without_numbers_of_orders_lines_are_the_same_that_agree_in_every_cell():
    found, rows = added([("1", 1, "A", 5.0)], [("1", 1, "A", 7.0), ("1", 1, "A", 5.0)], numbered=False)
    assert sorted(rows) == [("1", 5.0), ("1", 7.0)]
    assert (found.read, found.known, found.replaced, found.orders) == (2, 1, 0, 0)


def test_new_lines_have_the_columns_of_the_kept_ones():
    lines = with_columns_of(frame([("1", 1, "A", 5.0)]), ["order_id", "quantity", "amount"])
    assert ENGINE.collect(lines).to_pylist() == [{"source_line": 2, "order_id": "1", "quantity": None, "amount": 5.0}]
