"""How surely the name of a column means a role."""

from __future__ import annotations

import pytest

from marketfold.orders.aliases import ALIASES
from marketfold.orders.role_names import sureness


@pytest.mark.parametrize(
    ("role", "column", "rank"),
    [
        ("amount", "amount", 0), ("order_id", "Order ID", 0), ("amount", "Amount (EUR)", 1), ("amount", "town", None),
        ("amount", "()", None), ("amount", "(amount)", 0), ("ordered_on", "(UTC)", None),
        ("quantity", "Order Lines/Quantity", 0),
        ("quantity", "Positionen/Quantity", 0), ("quantity", "Customer/Quantity", None), ("quantity", "/Quantity", 0),
    ],
)  # fmt: skip
def test_the_name_of_the_role_itself_is_the_surest_and_one_with_a_remark_less_sure(
    role: str, column: str, rank: int | None
):
    assert sureness(role, column) == rank


@pytest.mark.parametrize(("role", "column"), [("amount", "Total"), ("unit_price", "Price"), ("ordered_on", "Date")])
def test_a_remark_makes_any_name_less_sure_by_one(role: str, column: str):
    bare, remarked = sureness(role, column), sureness(role, f"{column} (as it was)")
    assert bare is not None
    assert bare > 0
    assert remarked == bare + 1


@pytest.mark.parametrize("role", ["amount", "customer_id", "ordered_on", "quantity"])
def test_other_names_of_a_role_are_less_sure_than_its_own_in_their_order(role: str):
    for rank, names in enumerate(ALIASES[role], start=1):
        assert {sureness(role, name) for name in names if name != role.replace("_", "")} == {rank}
