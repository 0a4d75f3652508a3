"""Lines that are parts of another line of their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketfold.orders.steps.parts_of_lines import leave_parts_of_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.orders.steps import LinesRead


def cells(read: LinesRead, role: str) -> list[Any]:
    table = read.engine.collect(read.lines.sort("source_line"))
    return list(table[role].to_pylist()) if role in table.column_names else [None] * table.num_rows


def left_out(read: LinesRead) -> list[int]:
    return [place for place, kind in enumerate(cells(read, "row_kind")) if kind == "part_of_line"]


@pytest.mark.parametrize(
    ("parent", "amount", "parts"),
    [
        ([None, "1", "1", None], [30.0, 10.0, 20.0, 5.0], [1, 2]),
        (["", "1", "0", "0"], [30.0, 10.0, 20.0, 5.0], [1]),  # empty, or 0, is no parent
        (["1", "1", "3", "4"], [30.0, 10.0, 20.0, 5.0], [1]),  # nor is the line itself
        ([None, "1", None, "3"], [0.0, 10.0, 20.0, 5.0], [3]),  # a bundle without a price has that of its parts
        ([None, "1", None, "3"], [None, 10.0, -20.0, -5.0], [3]),
        ([None, "1", None, "3"], [0.5, None, 20.0, 0.0], [1, 3]),
        ([None, "9", None, None], [30.0, 10.0, 20.0, 5.0], []),  # a parent that is not there
        ([None, "1", "2", None], [30.0, 10.0, 20.0, 5.0], [1]),  # what is a part itself has no money to count
        ([None, None, None, None], [30.0, 10.0, 20.0, 5.0], []),
    ],
)
@pytest.mark.parametrize("own", ["line_id", "line_number"])
def test_the_parts_of_a_line_with_a_price_bring_nothing_more(
    lines_of: Callable[..., LinesRead],
    parent: Sequence[str | None],
    amount: Sequence[float | None],
    parts: list[int],
    own: str,
):
    lines = {"order_id": ["A"] * 4, own: ["1", "2", "3", "4"], "parent_line": parent, "amount": amount}
    read = leave_parts_of_lines(lines_of(lines, names={"parent_line": "Teil von"}))
    assert left_out(read) == parts
    assert cells(read, "amount") == [None if place in parts else one for place, one in enumerate(amount)]
    money = sum(amount[place] or 0.0 for place in parts)
    told = [(one.code, one.columns, one.lines, one.money) for one in read.decisions]
    assert told == ([("part_of_line", ("Teil von",), len(parts), money)] if parts else [])
    assert not {"is part", "family", "parent money"} & set(read.lines.collect_schema().names())
    assert not leave_parts_of_lines(lines_of(lines, undo=("part_of_line",))).decisions
    assert not leave_parts_of_lines(lines_of(lines).without("order_id")).decisions
    assert not leave_parts_of_lines(lines_of(lines).without(own)).decisions


def test_a_parent_is_one_of_its_own_order(lines_of: Callable[..., LinesRead]):
    lines = {"order_id": ["A", "B", "B"], "line_id": ["1", "1", "2"], "parent_line": [None, None, "1"],
             "amount": [30.0, 0.0, 5.0]}  # fmt: skip
    assert not leave_parts_of_lines(lines_of(lines)).decisions
    assert left_out(leave_parts_of_lines(lines_of(lines | {"amount": [0.0, 30.0, 5.0]}))) == [2]


def test_what_a_row_is_already_it_stays(lines_of: Callable[..., LinesRead]):
    lines = {"order_id": ["A"] * 3, "line_id": ["1", "2", "3"], "parent_line": [None, "1", "1"],
             "amount": [3.0, 1.0, 2.0], "row_kind": [None, "gift_card", None]}  # fmt: skip
    assert cells(leave_parts_of_lines(lines_of(lines)), "row_kind") == [None, "gift_card", "part_of_line"]


@pytest.mark.parametrize(
    ("kinds", "amount", "parts"),
    [
        (["configurable", "simple", "simple"], [25.0, 25.0, 8.0], [1]),
        (["Configurable", None, "simple"], [25.0, 20.0, 8.0], [1]),
        (["configurable", "simple", "simple"], [0.0, 25.0, 8.0], []),
        (["simple", "simple", "simple"], [25.0, 25.0, 8.0], []),
        (["configurable", "configurable", "simple"], [25.0, 25.0, 8.0], []),
    ],
)
def test_the_variant_of_a_product_is_the_same_line(
    lines_of: Callable[..., LinesRead], kinds: list[str | None], amount: list[float], parts: list[int]
):
    lines = {"order_id": ["A"] * 3, "product_kind": kinds, "product_id": ["S", "S", "T"], "amount": amount}
    read = leave_parts_of_lines(lines_of(lines, names={"product_kind": "Art"}))
    assert left_out(read) == parts
    told = [(one.columns, one.lines, one.money) for one in read.decisions]
    assert told == ([(("Art",), 1, amount[1])] if parts else [])
    assert not leave_parts_of_lines(lines_of(lines).without("product_id")).decisions
    named = lines | {"line_id": ["1", "2", "3"], "parent_line": [None, None, "1"]}  # the number goes before the kind
    assert left_out(leave_parts_of_lines(lines_of(named))) == ([2] if amount[0] else [])
    alone = lines | {"parent_line": [None, None, "1"]}
    assert left_out(leave_parts_of_lines(lines_of(alone))) == parts
