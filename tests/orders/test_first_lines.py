"""What the first lines say of a column of money: whose it is, for one item or all, and what a discount took off it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketfold.orders.first_lines import (
    FirstLines,
    MoneyColumn,
    follows_discounted,
    is_cut,
    is_less_by_discount,
    is_numeric,
    price_votes,
    read_cells,
)

Cells = list[float | None]
ROLES = ("order_id", "product_id", "quantity", "unit_price")


def lines(**columns: str) -> FirstLines:
    """Lines of columns named as their roles, their cells apart by blanks and `_` for an empty one."""
    sample = {role: [None if cell == "_" else cell for cell in cells.split()] for role, cells in columns.items()}
    return FirstLines(sample, {role: role for role in sample if role in ROLES})


def cells(text: str) -> Cells:
    return [None if cell == "_" else float(cell) for cell in text.split()]


def test_cells_are_numbers_or_nothing():
    assert read_cells(["1.5", " ", "x", 2, Decimal("3.25"), True, None, float("nan")]) == [
        1.5, None, None, 2.0, 3.25, None, None, None
    ]  # fmt: skip
    assert read_cells(["1.234,5", "2,5"]) == [1234.5, 2.5]


@pytest.mark.parametrize(
    ("values", "numeric"),
    [
        (["1"] * 9 + ["x"], True),
        (["1"] * 8 + ["x"] * 2, False),
        (["1", "", " ", None], True),
        (["", None], False),
        ([], False),
        (["x"] * 3 + ["1"] * 97, False),  # words among the first twenty
        (["x"] * 2 + ["1"] * 17 + ["x"] + ["1"] * 80, False),
        (["x"] * 2 + ["1"] * 18 + ["x"] + ["1"] * 79, True),  # the third stands below them
        (["1"] * 20 + ["x"] * 3, False),
    ],
)
def test_a_column_is_numeric_where_nine_in_ten_are(values: list[object], *, numeric: bool):
    assert is_numeric(values) is numeric


ORDERS = {"order_id": "1 1 2 2 3 3 4 4 5 5 6", "product_id": "A B A B A B A B A B A"}


@pytest.mark.parametrize(
    ("values", "grain"),
    [
        ("1 2 3 4 5 6 7 8 9 10 11", "line"),
        ("30 30 40 40 50 50 60 60 70 70 9", "order"),
        ("30 30 40 40 50 50 60 60 70 71 9", "order"),  # four of five are alike
        ("30 30 40 40 50 50 60 61 70 71 9", "line"),
        ("30 _ _ 40 50 _ 60 _ 70 _ 9", "once"),
        ("30 _ 40 _ 50 _ 60 _ 70 71 9", "once"),
        ("30 _ 40 _ 50 _ 60 60 70 70 9", "order"),
        ("30 _ 40 _ 50 _ 60 61 70 71 9", "line"),
        ("5 5 5 5 5 5 5 5 5 5 5", "unknown"),  # a constant is the same on all lines of an order by chance
        ("5 5 5 5 5 5 6 6 7 7 8", "order"),  # half of the orders have the same
        ("5 5 5 5 5 5 5 5 7 7 8", "unknown"),
        ("0 0 _ _ 0 0 _ _ 0 0 9", "unknown"),
        ("0 0 _ _ 50 50 60 60 70 70 9", "order"),  # an order without money does not hide those below it
        ("0 0 40 _ _ 50 _ 60 70 _ 9", "once"),
    ],
)
def test_whose_a_cell_is(values: str, grain: str):
    assert lines(**ORDERS).grain(cells(values)) == grain


def test_lines_without_an_order_number_are_of_none():
    own = FirstLines({"order_id": ["1", None, "2", "", "1", 0]}, {"order_id": "order_id"})
    assert own.orders == [[0, 4], [2], [5]]
    assert FirstLines({"order_id": ["1"]}, {}).orders == []


def test_without_orders_of_different_lines_nobody_can_tell():
    assert lines(order_id="1 2 3", product_id="A B C").grain(cells("1 2 3")) == "unknown"
    assert lines(order_id="1 1 2 2", product_id="A A B B").grain(cells("1 1 2 2")) == "unknown"
    assert lines(product_id="A B A B").grain(cells("1 1 2 2")) == "unknown"
    assert lines(order_id="1 1 _ _", product_id="A B A B").grain(cells("_ _ 2 2")) == "unknown"


def test_without_products_and_prices_any_column_with_repeats_tells_the_lines_of_an_order_apart():
    totals, order = cells("30 30 40 40 50 50"), "1 1 2 2 3 3"
    assert lines(order_id=order, size="S M S M S M").grain(totals) == "order"
    assert lines(order_id=order, size="S S M M L L").grain(totals) == "unknown"
    assert lines(order_id=order, row="1 2 3 4 5 6").grain(totals) == "unknown"  # what numbers the rows tells nothing
    assert lines(order_id=order, product_id="A A B B A A", size="S M S M S M").grain(totals) == "unknown"
    assert lines(order_id="1 1 2 2", size="S M S M").grain(totals) == "unknown"  # two orders are alike by chance


@pytest.mark.parametrize(
    ("prices", "totals", "grain"),
    [
        ("10 10 5 15", "30 30 20 20", "order"),
        ("10 10 5 15", "33 33 22 22", "order"),  # with shipping
        ("10 10 5 15", "50 50 33.3 33.3", "order"),
        ("10 10 5 15", "51 51 34 34", "unknown"),
        ("10 10 5 15", "20 20 15 15", "unknown"),  # that of one line
        ("30 _ 20 _", "33 33 22 22", "order"),
        ("1 10 1 15", "20 20 15 15", "unknown"),
    ],
)
def test_of_few_orders_a_total_is_told_by_its_lines(prices: str, totals: str, grain: str):
    few = lines(order_id="1 1 2 2", product_id="A B A B", quantity="1 2 1 1", unit_price=prices)
    assert few.grain(cells(totals)) == grain


@pytest.mark.parametrize(
    ("values", "grain", "total"),
    [
        ("30 30 40 40 9", "line", 149.0),
        ("30 30 40 40 9", "order", 79.0),
        ("30 _ _ 40 9", "once", 79.0),
        ("30 31 -40 -40 _", "order", 21.0),  # what differs within an order is of its lines
        ("30 30 40 40 9", "unknown", 149.0),
    ],
)
def test_the_total_of_an_order_counts_once(values: str, grain: str, total: float):
    column = MoneyColumn("total", cells(values), 0, grain)
    assert lines(order_id="1 1 2 2 3").total(column) == total


@pytest.mark.parametrize(
    ("quantities", "values", "per_line"),
    [
        ("2 3 4", "20 30 40", True),
        ("2 3 4", "10 10 10", False),
        ("1 1 1", "10 10 10", None),
        ("4", "20", False),  # half-way, on a scale of ratios, between one item and all
        ("4", "20.1", True),
        ("2", "59", True),
        ("2", "60", False),
        ("2 2 2 2 2", "20 20 20 20 10", True),
        ("2 2 2 2 2", "20 20 20 10 10", False),
        ("-2 -3", "-20 -30", True),
        ("-2 3", "20 -30", None),
        ("_ 2", "10 _", None),
    ],
)
def test_a_column_that_grows_with_the_quantity_is_of_the_line(quantities: str, values: str, per_line: bool | None):
    own = lines(quantity=quantities, unit_price=" ".join("10" for _ in quantities.split()))
    assert own.is_per_line(cells(values)) is per_line
    assert lines(quantity=quantities).is_per_line(cells(values)) is None


def test_how_often_a_column_is_quantity_times_price():
    own = lines(quantity="2 3 4 1 2", unit_price="10 10 10 10 _")
    assert own.agrees(cells("20 30 41 10 7")) == pytest.approx(2 / 3)  # of lines of one item it says nothing
    assert own.agrees(cells("20.005 30.02 _ 10 7")) == 0.5
    assert lines(quantity="1 1", unit_price="5 6").agrees(cells("5 6")) == 0.0
    assert lines(quantity="2 2").agrees(cells("5 6")) == 0.0


@pytest.mark.parametrize(
    ("products", "quantities", "prices", "votes"),
    [
        ("A A", "1 2", "10 10", (1, 0)),
        ("A A", "1 2", "10 20", (0, 1)),
        ("A A", "1 2", "10 15", (0, 0)),
        ("A A", "2 3", "10 15", (0, 1)),
        ("A A", "3 2", "15 10", (0, 1)),
        ("A A", "2 4", "10 40", (0, 0)),
        ("A A", "2 2", "10 10", (0, 0)),
        ("A B", "1 2", "10 10", (0, 0)),
        ("A A A", "1 2 3", "10 10 10", (3, 0)),
        ("A A", "1 2", "10 10.005", (1, 0)),
        ("A A", "1 2", "10 10.01", (0, 0)),
        ("A A", "1 3", "3.33 10", (0, 1)),  # rounded to the cent
        ("A A", "1 -2", "10 10", (0, 0)),
        ("A A", "1 2", "10 0", (0, 0)),
        ("_ _", "1 2", "10 10", (0, 0)),
    ],
)
def test_lines_of_one_product_vote_for_what_its_price_is(
    products: str, quantities: str, prices: str, votes: tuple[int, int]
):
    own = lines(product_id=products, quantity=quantities, unit_price=prices)
    assert price_votes(own, "unit_price") == votes


@pytest.mark.parametrize(("rows", "less"), [(5, True), (4, False)])
def test_a_total_is_less_by_the_discount_on_five_rows_or_more(rows: int, *, less: bool):
    mine, off, tax = [10.0] * rows, [1.0] * rows, [1.9] * rows
    whole, taxed = [9.0] * rows, [10.9] * rows
    assert is_less_by_discount(whole, mine, off, []) is less
    assert is_less_by_discount(taxed, mine, off, [[*tax]]) is less
    assert not is_less_by_discount(taxed, mine, off, [])
    assert not is_less_by_discount(mine, mine, off, [])
    assert is_less_by_discount([0.0] * rows, off, off, []) is less  # nothing is left
    assert is_less_by_discount([11.9] * rows, mine, off, [[*tax], [1.0] * rows]) is less  # tax and shipping


def test_a_row_whose_tax_is_blank_has_none():
    whole, tax = [10.9] * 8 + [9.0] * 2, [1.9] * 8 + [None] * 2
    assert is_less_by_discount(whole, [10.0] * 10, [1.0] * 10, [tax])


@pytest.mark.parametrize(("wrong", "less"), [(1, True), (2, False)])
def test_one_row_in_ten_may_be_otherwise(wrong: int, *, less: bool):
    whole = [9.0] * (10 - wrong) + [5.0] * wrong
    assert is_less_by_discount([*whole, 3.0, None], [10.0] * 11 + [8.0], [1.0] * 10 + [0.0, 1.0], []) is less


@pytest.mark.parametrize(
    ("before", "after", "cut", "told"),
    [
        (10.0, 7.5, 0.25, True),
        (10.0, 7.5, 25.0, True),
        (10.0, 7.5, 2.5, True),
        (10.0, 7.5, -2.5, True),
        (10.0, 8.0, 2.5, False),
        (10.0, 0.0, 1.0, True),
        (10.0, 9.0, 1.0, False),  # up to one it is a share
        (10.0, 10.0, 0.0, False),
        (10.0, 9.99, 0.001, False),  # as much as rounding does
        (10.0, 9.98, 0.02, False),
        (10.0, 9.988, 0.0012, True),
        (10.0, 9.98, 2.0, False),
        (10.0, 7.49, 0.25, True),
        (10.0, 7.48, 0.25, False),
        (10.0, 7.52, 0.25, False),
        (200.0, 150.0, 50.0, True),
        (200.0, 100.0, 50.0, True),
        (200.0, 120.0, 50.0, False),
        (10.0, 9.8, 0.02, True),
        (10.0, 7.49, 2.5, True),
        (10.0, 7.48, 2.5, False),
    ],
)
def test_a_price_less_a_share_per_cent_or_money(before: float, after: float, cut: float, *, told: bool):
    assert is_cut(before, after, cut) is told


def test_money_in_proportion_to_what_a_discount_left():
    before, after, off = cells("100 80 60 40 20 50"), cells("75 60 45 30 15 50"), cells("25 20 15 10 5 0")
    taxed = [1.19 * (value or 0.0) for value in after]
    assert follows_discounted(taxed, before, after, off)
    assert not follows_discounted([1.19 * (value or 0.0) for value in before], before, after, off)
    assert not follows_discounted(taxed[1:], before[1:], after[1:], off[1:])  # four discounts are too few
    assert not follows_discounted(taxed[:-1], before[:-1], after[:-1], off[:-1])  # nothing without one to compare with
    assert not follows_discounted(taxed, before, after, cells("25 20 15 10 9 0"))  # the cut is not what was taken off
    assert not follows_discounted(taxed, before, after, cells("0 0 0 0 0 0"))
    # lines without money say nothing, and one of ten discounts may be told otherwise
    blank = cells("_ 70 70 0")
    assert follows_discounted(
        [*taxed, *cells("9 9 _ 9")], [*before, *blank], [*after, *cells("9 0 9 9")], [*off, *cells("1 1 1 1")]
    )
    ten = [*off[:5], *off[:5], 0.0]
    twice = ([*taxed[:5], *taxed[:5], 59.5], [*before[:5], *before[:5], 50.0], [*after[:5], *after[:5], 50.0])
    assert follows_discounted(*twice, ten)
    assert follows_discounted(*twice, [1.5, *ten[1:]])
    assert not follows_discounted(*twice, [1.5, 1.5, *ten[2:]])


@pytest.mark.parametrize(("off", "follows"), [(0.78, True), (0.80, False), (0.70, True), (0.68, False)])
def test_money_between_both_is_in_proportion_to_the_nearer_by_far(off: float, *, follows: bool):
    """It may miss what a discount left by a quarter of that by which it misses the whole."""
    before, after = cells("100 80 60 40 20 50"), cells("75 60 45 30 15 50")
    charged = [off * (value or 0.0) for value in before[:5]]
    assert follows_discounted([*charged, 50.0], before, after, cells("25 20 15 10 5 0")) is follows
