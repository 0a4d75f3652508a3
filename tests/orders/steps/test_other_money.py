"""What another column of money would come to is told from more than one in two hundred on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketfold.decisions import Decision
from marketfold.orders.steps.other_money import tell_other_money

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.orders.steps import LinesRead

    Lines = Callable[..., LinesRead]


def told_of(read: LinesRead) -> list[tuple[str, tuple[str, ...], float | None]]:
    return [(one.code, one.columns, one.money) for one in read.decisions]


def names_of(read: LinesRead) -> list[str]:
    return list(read.lines.collect_schema().names())


@pytest.mark.parametrize(
    ("amounts", "cells", "money"),
    [
        ([600, 400], {"tip": [5, None]}, None),
        ([600, 400], {"tip": [5, 0.01]}, 5.01),
        ([600, 400], {"tip": [2, 1], "tax": [1, 1]}, None),
        ([600, 400], {"tip": [2, 1], "tax": [1, 1.5]}, 5.5),
        ([600, 400], {"tip": [None, None], "tax": [3, 2]}, None),
        ([600, 400], {"tax": [-3, -2]}, None),
        ([600, 400], {"tax": [-3, -3]}, -6),
        ([-600, -400], {"tax": [3, 2]}, None),
        ([-600, -400], {"tax": [3, 2.5]}, 5.5),
        ([None, None], {"tax": [0, 0]}, None),
        ([1, 1], {"tax": [0.33333, 0.11111]}, 0.4444),
    ],
)
def test_tips_and_taxes_may_be_in_the_amount(
    lines_of: Lines, amounts: list[float | None], cells: dict[str, list[float | None]], money: float | None
) -> None:
    floats = {role: [None if cell is None else float(cell) for cell in some] for role, some in cells.items()}
    own = [None if one is None else float(one) for one in amounts]
    read = tell_other_money(lines_of({"customer_id": ["A", "B"], "amount": own} | floats))
    assert names_of(read) == ["source_line", "customer_id", "amount"]
    assert not read.has("tip")
    assert not read.has("tax")
    assert told_of(read) == ([] if money is None else [("amount_may_include", tuple(cells), money)])


@pytest.mark.parametrize(("amounts", "mine"), [([600.0, 400.12346], 1000.1235), ([None, None], 0.0)])
def test_what_may_be_included_is_told_beside_the_rest(
    lines_of: Lines, amounts: list[float | None], mine: float
) -> None:
    cells = {"customer_id": ["A", "B"], "amount": amounts, "tip": [10.0, 2.5]}
    (told,) = tell_other_money(lines_of(cells, names={"amount": "Paid"})).decisions
    assert told.numbers == {"taken": "'Paid'", "mine": mine, "rest": round(mine - 12.5, 4)}


def test_without_an_amount_tips_are_left_alone(lines_of: Lines) -> None:
    read = lines_of({"customer_id": ["A", "B"], "tip": [1.0, 2.0]})
    assert tell_other_money(read) is read


def items(per_item: int, per_line: int) -> dict[str, Sequence[Any]]:
    """Lines of products once one and once two are bought of, for the same money or for twice as much."""
    products = [f"P{n}" for n in range(per_item + per_line) for _ in range(2)]
    amounts = [3.0] * (2 * per_item) + [4.0, 8.0] * per_line
    return {
        "customer_id": ["A"] * len(products), "product_id": products, "quantity": [1.0, 2.0] * (per_item + per_line),
        "amount": amounts,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("per_item", "per_line", "told"), [(4, 0, False), (5, 0, True), (5, 1, False), (6, 1, True), (10, 2, False)]
)
def test_an_amount_that_stays_however_many_are_bought_is_doubted(
    lines_of: Lines, per_item: int, per_line: int, *, told: bool
) -> None:
    read = tell_other_money(lines_of(items(per_item, per_line)))
    mine, total = 6.0 * per_item + 12.0 * per_line, 9.0 * per_item + 20.0 * per_line
    wanted = [("amount_per_item", ("amount", "quantity"), total - mine)] if told else []
    assert told_of(read) == wanted
    for one in read.decisions:
        assert one.numbers == {
            "taken": "'amount'", "other": "'quantity'", "mine": mine, "total": total, "off": (total - mine) / mine,
        }  # fmt: skip


@pytest.mark.parametrize("lacking", ["product_id", "quantity", "amount"])
def test_nothing_is_doubted_without_products_quantities_and_amounts(lines_of: Lines, lacking: str) -> None:
    read = lines_of({role: cells for role, cells in items(6, 0).items() if role != lacking})
    assert tell_other_money(read).decisions == ()


def test_an_amount_that_was_given_or_has_a_price_beside_it_is_not_doubted(lines_of: Lines) -> None:
    assert tell_other_money(lines_of(items(6, 0), given={"amount": "amount"})).decisions == ()
    amounts = items(6, 0) | {"unit_price": [3.0, 1.5] * 6}
    assert tell_other_money(lines_of(amounts)).decisions == ()


ORDERS = {
    "order_id": ["1", "1", "2", "2", "3", "3", "4", "4", "5", "5", "6"],
    "customer_id": ["A"] * 11,
    "product_id": ["P", "Q"] * 5 + ["P"],
    "amount": [10.0] * 11,
}


@pytest.mark.parametrize(
    ("other", "total"),
    [
        ([21, 21, 22, 22, 23, 23, 24, 24, 7, 8, 9], 114),  # on every line of four orders, on the lines of one
        ([21, None, 22, None, 23, None, 24, None, 25, None, 9], 124),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 66),  # of the line
        ([11, 12, 11, 12, 11, 12, 11, 12, 11, 12, 11], 126),
    ],
)
def test_another_column_counts_the_money_of_an_order_once(
    lines_of: Lines, other: list[int | None], total: float
) -> None:
    cells = ORDERS | {"other_amount": [None if one is None else float(one) for one in other]}
    read = tell_other_money(lines_of(cells))
    assert told_of(read) == [("other_money", ("amount", "other_amount"), abs(total - 110))]
    assert read.decisions[0].numbers == {
        "taken": "'amount'", "other": "'other_amount'", "mine": 110, "total": total, "off": abs(total - 110) / 110,
    }  # fmt: skip
    assert "other_amount" not in names_of(read)


@pytest.mark.parametrize(
    ("last", "off"), [(10.0, None), (10.5, None), (10.56, 0.56), (9.5, None), (9.44, 0.56)], ids=str
)
def test_another_column_within_one_in_two_hundred_is_not_told(lines_of: Lines, last: float, off: float | None) -> None:
    other = [10.0] * 10 + [last]
    read = tell_other_money(lines_of(ORDERS | {"other_amount": other}))
    assert told_of(read) == ([] if off is None else [("other_money", ("amount", "other_amount"), off)])
    assert not read.has("other_amount")


def test_money_beside_none_is_wholly_off(lines_of: Lines) -> None:
    cells = ORDERS | {"amount": [0.0] * 11, "other_amount": [1.0 + n for n in range(11)]}
    (told,) = tell_other_money(lines_of(cells)).decisions
    assert told.numbers == {"taken": "'amount'", "other": "'other_amount'", "mine": 0, "total": 66, "off": 1.0}


def test_amounts_of_quantity_times_price_are_called_so(lines_of: Lines) -> None:
    cells = ORDERS | {"quantity": [1.0] * 11, "unit_price": [10.0] * 11, "other_amount": [1.0 + n for n in range(11)]}
    names = {"amount": None, "quantity": "Pieces", "unit_price": "Price", "other_amount": "Fees"}
    (told,) = tell_other_money(lines_of(cells, names=names)).decisions
    assert told.columns == ("Pieces times Price", "Fees")


def test_other_lines_count_where_amount_and_price_are_known(lines_of: Lines) -> None:
    cells = {
        "customer_id": ["A"] * 4, "amount": [100.0, 100.0, None, 50.0], "quantity": [1.0, 2.0, 3.0, 4.0],
        "unit_price": [100.0, 50.5, 10.0, None],
    }  # fmt: skip
    assert tell_other_money(lines_of(cells)).decisions == ()  # 201 beside 200
    (told,) = tell_other_money(lines_of(cells | {"unit_price": [100.0, 51.0, 10.0, None]})).decisions
    assert (told.code, told.columns, told.money) == ("price_differs", ("amount", "quantity", "unit_price"), 2.0)
    assert told.numbers == {
        "taken": "'amount'", "other": "'quantity'", "price": "'unit_price'", "mine": 200, "total": 202, "off": 0.01,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("order_total_shared", []),
        ("amount_by_likeness", ["likeness_differs"]),
        ("blank_rows", ["price_differs"]),
    ],
)
def test_what_was_decided_before_says_how_a_price_is_doubted(lines_of: Lines, before: str, after: list[str]) -> None:
    cells = {"customer_id": ["A", "B"], "amount": [10.0, 10.0], "quantity": [1.0, 1.0], "unit_price": [5.0, 10.0]}
    read = tell_other_money(lines_of(cells, decisions=(Decision(before),)))
    assert [one.code for one in read.decisions] == [before, *after]


@pytest.mark.parametrize("lacking", ["amount", "quantity", "unit_price"])
def test_a_price_is_compared_where_all_three_are_there(lines_of: Lines, lacking: str) -> None:
    cells = {"customer_id": ["A", "B"], "amount": [10.0, 10.0], "quantity": [1.0, 1.0], "unit_price": [5.0, 10.0]}
    del cells[lacking]
    assert tell_other_money(lines_of(cells)).decisions == ()
