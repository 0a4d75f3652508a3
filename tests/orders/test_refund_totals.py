"""Which columns are the same money before and after refunds, by their names and first cells."""

from __future__ import annotations

import pytest

from marketfold.orders.refund_totals import RefundPair, RefundRoles, give_refund_roles, says_after_refunds

WHOLE = "10 20 30 40 50 60"
LESS = "10 20 30 40 50 50"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Adjusted Total", True),
        ("Betrag bereinigt", True),
        ("Total after refunds", True),
        ("Sales less returns", True),
        ("Total minus any refund", True),
        ("Total - Refund", True),
        ("Total \u2212Refunds", True),
        ("Order Total", False),
        ("Refund", False),
        ("Refund total after tax", False),
        ("Adjusted fee", False),
        ("Adjusted Shipping", False),
        ("Current discount", False),
        ("Net of refunds and fees", True),
        ("Less two long refunds", False),
    ],
)
def test_a_name_says_that_refunds_are_off(name: str, *, says: bool):
    assert says_after_refunds(name) is says


@pytest.mark.parametrize(
    ("before", "after", "lower", "fits"),
    [
        ("10 20 30 40 50", "10 20 30 40 40", [4], True),
        ("10 20 30 40 50", "10 20 20 30 50", [2, 3], True),  # two of five orders are refunded
        ("10 20 30 40 50", "10 20 20 30 40", [2, 3, 4], False),
        ("10 20 30 40", "10 20 30 40", [], False),  # four orders are too few
        ("10 20 30 40 50", "10 20 30 40 51", [], False),  # more than was paid
        ("10 20 30 40 50", "10 20 30 40 50.005", [], True),
        ("10 20 30 40 50", "10 20 30 40 49.995", [], True),
        ("10 20 30 40 50", "_ _ _ 30 50", [3], True),  # blank where nothing changed, as of three in five
        ("10 20 30 40 50", "0 0 0 30 50", [3], True),
        ("10 20 30 40 50", "_ _ 30 40 50", [0, 1], True),  # and otherwise all was given back
        ("0 -5 10 20 30 40 50", "0 -9 10 20 30 40 40", [6], True),  # of what is no sale nothing can be refunded
        ("_ 10 20 30 40", "5 10 20 30 40", [], False),
        ("0.50 0.50 0.50 0.50 0.50", "0.50 0.50 0.50 0.50 0", [4], True),  # less than one is money too
    ],
)
def test_what_is_left_of_most_orders_is_the_same(before: str, after: str, lower: list[int], *, fits: bool):
    pair = RefundPair.of(sample(before=before, after=after), "before", "after")
    assert (pair.lower, pair.fits()) == (lower, fits)


def sample(**columns: str) -> dict[str, list[str | None]]:
    return {
        name.replace("_", " "): [None if cell == "_" else cell for cell in cells.split()]
        for name, cells in columns.items()
    }


def roles(columns: dict[str, list[str | None]], *given: str, **mapping: str) -> dict[str, str]:
    found = give_refund_roles(columns, mapping, given)
    assert isinstance(found, RefundRoles)
    return found.mapping


@pytest.mark.parametrize(
    ("other", "cells", "after"),
    [
        ("Adjusted Total", LESS, "Adjusted Total"),
        ("Sales", LESS, "Sales"),  # the cells alone show it
        ("Town", LESS, None),  # which is no money
        ("Sales", WHOLE, None),  # the same on all orders
        ("Adjusted Total", WHOLE, "Adjusted Total"),
        ("Adjusted Total", "a b c d e f", None),
        ("Adjusted Fee", LESS, None),
    ],
)
def test_a_second_total_is_found_by_its_name_or_by_what_it_lacks(other: str, cells: str, after: str | None):
    columns = sample(Order_Total=WHOLE) | {other: list(cells.split())}
    found = roles(columns, amount="Order Total")
    assert found == {"amount": "Order Total"} | (
        {"before_refunds": "Order Total", "after_refunds": after} if after else {}
    )


def test_what_is_left_is_no_other_money_at_the_same_time():
    columns = sample(Order_Total=WHOLE, Adjusted_Total=LESS, Gross_Total="11 21 31 41 51 61")
    pair = {"before_refunds": "Order Total", "after_refunds": "Adjusted Total"}
    assert roles(columns, amount="Order Total", other_amount="Adjusted Total") == {"amount": "Order Total"} | pair
    other = {"amount": "Order Total", "other_amount": "Gross Total"}
    assert roles(columns, **other) == other | pair


@pytest.mark.parametrize(("discount", "after"), [("0 0 0 0 0 10", None), ("0 0 0 0 0 9", "Sales")])
def test_what_another_column_explains_was_not_refunded(discount: str, after: str | None):
    columns = sample(Order_Total=WHOLE, Sales=LESS, Note="a b c d e f", Discount=discount)
    assert roles(columns, amount="Order Total").get("after_refunds") == after
    named = sample(Order_Total=WHOLE, Adjusted_Total=LESS, Discount=discount)
    assert roles(named, amount="Order Total")["after_refunds"] == "Adjusted Total"


def test_of_several_columns_a_name_is_surer_than_cells_and_the_amount_than_other_money():
    both = sample(Order_Total=WHOLE, Sales="10 20 30 40 50 55", Adjusted_Total="10 20 30 40 40 50")
    assert roles(both, amount="Order Total")["after_refunds"] == "Adjusted Total"
    larger = sample(Order_Total=WHOLE, Gross_Total="10 20 30 40 50 61", Adjusted_Total=LESS)
    assert roles(larger, amount="Order Total")["before_refunds"] == "Order Total"
    alone = sample(Order_Total=WHOLE, Gross_Total="10 20 30 40 50 62", Adjusted_Total=LESS)
    assert roles(alone)["before_refunds"] == "Gross Total"  # the largest money
    nearer = sample(Order_Total=WHOLE, Gross_Total="10 20 30 40 52 62", Adjusted_Total=LESS)
    assert roles(nearer)["before_refunds"] == "Order Total"  # that lacks something on the fewest orders


def test_where_refunds_have_a_column_no_second_total_is_looked_for():
    columns = sample(Order_Total=WHOLE, Adjusted_Total=LESS, Refunded="0 0 0 0 0 3")
    known = {"amount": "Order Total", "refunded": "Refunded"}
    assert roles(columns, **known) == known


def test_a_total_after_refunds_that_is_given_is_of_the_amount():
    columns = sample(Order_Total=WHOLE, Left=LESS)
    known = {"amount": "Order Total", "after_refunds": "Left"}
    assert roles(columns, "after_refunds", **known) == known | {"before_refunds": "Order Total"}
    assert roles(columns, "after_refunds", after_refunds="Left") == {"after_refunds": "Left"}


@pytest.mark.parametrize(("refunded", "whole"), [("2 2 2 2 2", True), ("2 2 2 2 0", False), ("-2 -2 -2 -2 -2", True)])
def test_an_amount_less_its_refunds_gives_way_to_the_money_before_them(refunded: str, *, whole: bool):
    """As five refunds show; another role of that money goes."""
    amount = "8 18 28 38 48" if whole else "8 18 28 38 50"
    columns = sample(Note="a b c d e", Amount=amount, Refunded=refunded, Gross="10 20 30 40 50")
    known = {"amount": "Amount", "refunded": "Refunded", "other_amount": "Gross"}
    assert roles(columns, **known) == ({"amount": "Gross", "refunded": "Refunded"} if whole else known)
    given = roles(columns, "amount", **known)
    assert given == ({"amount": "Amount", "other_amount": "Gross"} if whole else known)
    assert roles(columns, "refunded", **known) == known


def test_blank_cells_are_no_refunds_and_no_money():
    columns = sample(Amount="8 18 _ 38 48 8", Refunded="2 2 2 _ 2 2", Gross="10 20 9 40 50 10")
    known = {"amount": "Amount", "refunded": "Refunded"}
    assert roles(columns, **known) == known  # four refunds of an amount
    nothing = sample(Amount="0 0 0 0 0", Refunded="2 2 2 2 2", Gross="2 2 2 2 2")
    assert roles(nothing, **known)["amount"] == "Gross"  # all was given back
    blank = sample(Amount="-2 -2 -2 -2 -2", Refunded="2 2 2 2 2", Gross="_ _ _ _ _", Sales="0 0 0 0 0")
    assert roles(blank, **known)["amount"] == "Sales"
