"""What a column of refunds says of each line, and whether it says it of whole orders."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from marketfold.cleaning.refund_amounts import share_refunds
from marketfold.polars_engine import PolarsEngine

DAY = date(2024, 1, 5)


def shared(*rows: tuple[str, float, float | None], quantity: float | None = 2.0) -> tuple[list[tuple[Any, ...]], bool]:
    """What came back of lines of (order, amount, refunded), in money and items, and whether of whole orders."""
    table = pl.DataFrame(
        {
            "source_line": list(range(1, len(rows) + 1)),
            "order_id": [row[0] for row in rows],
            "ordered_on": [DAY] * len(rows),
            "amount": [row[1] for row in rows],
            "refunded": pl.Series([row[2] for row in rows], dtype=pl.Float64),
        }
    )
    if quantity is not None:
        table = table.with_columns(quantity=quantity)
    found, whole = share_refunds(nw.from_native(table.lazy()), PolarsEngine())
    back = nw.to_native(found.collect()).sort("source_line").to_pandas()
    assert back["returned_on"].dt.date.tolist() == [DAY] * len(back)
    return list(zip(back["source_line"], back["back"] / 10_000, back["items_back"] / 10_000, strict=True)), whole


def test_a_refund_of_a_line_is_at_most_what_it_brought():
    rows = ("1", 10, 4), ("2", 10, 10), ("3", 10, 12), ("4", 10, 0), ("5", 10, None), ("6", 10, -3)
    assert shared(*rows) == ([(1, 4, 0), (2, 10, 2), (3, 10, 2), (6, 3, 0)], False)


def test_without_quantities_no_items_come_back():
    assert shared(("1", 10, 10), quantity=None) == ([(1, 10, 0)], False)


@pytest.mark.parametrize(
    ("rows", "back"),
    [
        ((("1", 30, 12), ("1", 10, None)), [(1, 9, 0), (2, 3, 0)]),  # once
        ((("1", 30, 12), ("1", 10, 12)), [(1, 9, 0), (2, 3, 0)]),  # on each line
        ((("1", 30, 50), ("1", 10, 50)), [(1, 30, 2), (2, 10, 2)]),  # never more than the order brought
        ((("1", 30, 12), ("1", 10, None), ("2", 5, 1)), [(1, 9, 0), (2, 3, 0), (3, 1, 0)]),
    ],
)
def test_a_refund_of_an_order_is_shared_by_what_its_lines_brought(rows: Any, back: list[tuple[float, ...]]):
    assert shared(*rows) == (back, True)


@pytest.mark.parametrize(
    "rows",
    [
        (("1", 30, 12), ("1", 10, 4)),  # another on each line
        (("1", 30, 12), ("1", 10, 0)),  # a zero says that nothing of the other line came back
        (("1", 10, 10), ("1", 10, 10)),  # the same on each line, and all that each brought
        (("1", 30, 12), ("1", 10, 4), ("1", 10, None)),
    ],
)
def test_what_is_written_on_each_line_is_the_lines(rows: Any):
    back, whole = shared(*rows)
    assert not whole
    assert [money for _, money, _ in back] == [given for _, _, given in rows if given]


@pytest.mark.parametrize(("lines", "whole"), [(1, True), (2, False)])
def test_nine_of_ten_orders_of_several_lines_decide(lines: int, *, whole: bool):
    orders = [row for n in range(10 - lines) for row in ((f"a{n}", 30, 12), (f"a{n}", 10, None))]
    orders += [row for n in range(lines) for row in ((f"b{n}", 30, 12), (f"b{n}", 10, 4))]
    assert shared(*orders)[1] is whole
