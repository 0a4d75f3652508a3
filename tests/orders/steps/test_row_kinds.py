"""Rows of a source that are said to be no order lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pytest

from marketfold.orders.steps.row_kinds import are_lines, mark_rows, mark_where

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead


def rows(read: LinesRead) -> list[tuple[Any, ...]]:
    table = read.engine.collect(read.lines.sort("source_line"))
    return list(zip(*(table[name].to_pylist() for name in ("source_line", "amount", "row_kind")), strict=True))


def test_of_a_row_that_is_none_all_cells_go_and_what_it_was_first_stays(lines_of: Callable[..., LinesRead]):
    plain = lines_of({"amount": [1.0, 2.0, 3.0]})
    first = mark_rows(plain, {2: "total_row"})
    assert rows(first) == [(1, 1.0, None), (2, None, "total_row"), (3, 3.0, None)]
    again = mark_rows(first, {2: "note_row", 3: "blank_row", 9: "note_row"})
    assert rows(again) == [(1, 1.0, None), (2, None, "total_row"), (3, None, "blank_row")]
    assert mark_rows(plain, {}) is plain


def test_of_rows_that_are_told_at_once_the_cells_stay_and_the_last_word_holds(lines_of: Callable[..., LinesRead]):
    first = mark_where(lines_of({"amount": [1.0, 2.0, 3.0]}), nw.col("amount") > 2, "order_row")
    assert rows(first) == [(1, 1.0, None), (2, 2.0, None), (3, 3.0, "order_row")]
    again = mark_where(first, nw.col("amount") != 2, "item_row")
    assert rows(again) == [(1, 1.0, "item_row"), (2, 2.0, None), (3, 3.0, "item_row")]
    assert rows(mark_where(again, nw.col("amount") > 9, "note_row")) == rows(again)


@pytest.mark.parametrize(
    ("kind", "line"),
    [(None, True), ("gift_card", True), ("part_of_line", True), ("total_row", False), ("moved_row", False)],
)
def test_a_row_may_be_a_line_unless_it_is_said_to_be_none(
    lines_of: Callable[..., LinesRead], kind: str | None, *, line: bool
):
    read = lines_of({"amount": [1.0, 2.0], "row_kind": ["note_row", kind]})
    assert [row[0] for row in rows(read.with_lines(read.lines.filter(are_lines(read))))] == ([2] if line else [])
    plain = lines_of({"amount": [1.0, 2.0]})
    assert len(plain.engine.collect(plain.lines.filter(are_lines(plain)))) == 2
