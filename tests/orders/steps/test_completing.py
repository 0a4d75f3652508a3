"""The amount and the order number of a source that has none."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from marketfold.decisions import Decision
from marketfold.orders.steps.completing import add_amount, add_order_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead

    Lines = Callable[..., LinesRead]

PRICED = {"customer_id": ["A", "B", "C"], "quantity": [2.0, -1.0, None], "unit_price": [1.5, 4.0, 3.0]}


def test_an_amount_is_quantity_times_price(lines_of: Lines) -> None:
    read = add_amount(lines_of(PRICED, names={"quantity": "Qty", "unit_price": "Price"}))
    assert read.engine.collect(read.lines)["amount"].to_pylist() == [3.0, -4.0, None]
    (told,) = read.decisions
    assert (told.code, told.columns) == ("amount_from_price", ("Qty", "Price"))
    assert told.numbers == {"quantity": "'Qty'", "price": "'Price'"}


@pytest.mark.parametrize("lacking", ["quantity", "unit_price"])
def test_one_of_them_makes_no_amount(lines_of: Lines, lacking: str) -> None:
    read = lines_of({role: cells for role, cells in PRICED.items() if role != lacking})
    assert add_amount(read) is read


def test_an_amount_that_is_there_stays(lines_of: Lines) -> None:
    read = lines_of(PRICED | {"amount": [1.0, 2.0, 3.0]})
    assert add_amount(read) is read


@pytest.mark.parametrize(
    ("before", "told"), [("order_total", False), ("order_total_left", False), ("blank_rows", True)]
)
def test_an_amount_in_the_place_of_a_total_is_told_once(lines_of: Lines, before: str, *, told: bool) -> None:
    read = add_amount(lines_of(PRICED, decisions=(Decision(before),)))
    assert [one.code for one in read.decisions] == [before, *(["amount_from_price"] if told else [])]
    assert read.engine.collect(read.lines)["amount"].to_pylist() == [3.0, -4.0, None]


def test_what_a_customer_bought_on_one_day_is_an_order(lines_of: Lines) -> None:
    days = [date(2024, 1, 5), date(2024, 1, 5), date(2024, 11, 30)]
    read = add_order_id(lines_of({"customer_id": ["A", "B", "A"], "ordered_on": days}))
    found = read.engine.collect(read.lines)["order_id"].to_pylist()
    assert found == ["A 2024-01-05", "B 2024-01-05", "A 2024-11-30"]
    assert [one.code for one in read.decisions] == ["order_by_day"]


def test_order_numbers_that_are_there_stay(lines_of: Lines) -> None:
    read = lines_of({"order_id": ["1"], "customer_id": ["A"], "ordered_on": [date(2024, 1, 5)]})
    assert add_order_id(read) is read
