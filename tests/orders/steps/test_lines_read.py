"""Lines on their way through the steps are what they were, but for what a step says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.decisions import Decision
from marketfold.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead

CELLS = {"customer_id": ["A", "B"], "amount": [1.0, 2.0], "quantity": [3.0, 4.0]}
NAMES = {"customer_id": "Buyer", "amount": "Paid"}


def test_a_source_has_all_of_some_roles_or_not(lines_of: Callable[..., LinesRead]) -> None:
    read = lines_of(CELLS, names=NAMES)
    assert (read.has(), read.has("amount"), read.has(*CELLS)) == (True, True, True)
    assert (read.has("unit_price"), read.has("amount", "unit_price")) == (False, False)
    assert list(read.cells("amount")) == [1.0, 2.0]


def test_what_is_undone_may_not_be_decided(lines_of: Callable[..., LinesRead]) -> None:
    read = lines_of(CELLS, undo=("total_rows",))
    assert (read.may("total_rows"), read.may("note_rows")) == (False, True)


def test_columns_are_measured_by_name(lines_of: Callable[..., LinesRead]) -> None:
    read = lines_of(CELLS)
    assert read.measure(most=nw.col("amount").max(), pieces=nw.col("quantity").sum()) == {"most": 2.0, "pieces": 7.0}


def test_a_role_that_is_left_is_no_longer_there(lines_of: Callable[..., LinesRead]) -> None:
    read = lines_of(CELLS, names=NAMES)
    less = read.without("amount")
    assert less.mapping == {"customer_id": "Buyer", "quantity": "quantity"}
    assert less.lines.collect_schema().names() == ["source_line", "customer_id", "quantity"]
    assert less.without("unit_price").mapping == less.mapping
    assert read.has("amount")


def test_decisions_and_faults_come_one_after_the_other(lines_of: Callable[..., LinesRead]) -> None:
    one, other = Decision("blank_rows", lines=1), Decision("note_rows", lines=2)
    read = lines_of(CELLS, decisions=(one,))
    seen = read.overview
    told = read.decided(other)
    assert (told.decisions, read.decisions) == ((one, other), (one,))
    assert told.overview is seen
    fewer = read.decided(other, read.lines.filter(nw.col("amount") > 1))
    assert (fewer.decisions, fewer.overview.lines, seen.lines) == ((one, other), 1, 2)
    first, second = Fault("id_shortened"), Fault("no_customers")
    assert read.refused(first).refused(second).faults == (first, second)
