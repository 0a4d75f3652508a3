"""The table of rules: in which order they are asked, of which columns, and a rule more."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.cleaning import rules as table
from marketfold.cleaning.rules import REASONS, RETURNED, RULES, Rule, rules_for
from marketfold.config import CleaningOptions
from marketfold.orders import read_orders


def cleaned(**columns: list[object]) -> CleanOrders:
    """Orders of three customers; what is given stands instead."""
    frame = {
        "order_id": ["1", "2", "3"],
        "customer_id": ["anna", "ben", "cleo"],
        "ordered_on": ["2024-01-05", "2024-02-06", "2024-03-07"],
        "quantity": [1.0, 2.0, 3.0],
        "amount": [10.0, 20.0, 30.0],
    }
    return clean_orders(read_orders(pl.DataFrame(frame | columns)), CleaningOptions(allow_mostly_set_aside=True))


def set_aside(clean: CleanOrders) -> dict[str, int]:
    return clean.report.ledger.lines_set_aside


TOO_DEAR = Rule(
    "too_dear", "more than anything costs", ("amount",), lambda _: nw.col("amount") > 1_000, 'lines["amount"] > 1000'
)


@pytest.fixture
def one_line_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line in the table that a new rule takes, and what is made of the table when it is read."""
    monkeypatch.setattr(table, "RULES", (*RULES, TOO_DEAR))
    monkeypatch.setitem(REASONS, TOO_DEAR.code, TOO_DEAR.words)


@pytest.mark.usefixtures("one_line_more")
def test_a_rule_is_one_line_in_one_table():
    clean = cleaned(amount=[10.0, 20.0, 3_000.0])
    ledger = clean.report.ledger
    assert ledger.lines_set_aside == {"too_dear": 1}
    assert (ledger.money_kept, ledger.money_set_aside) == (30.0, {"too_dear": 3_000.0})
    assert ledger.reconciles()
    kept = clean.engine.collect(clean.purchases.select("customer_id").sort("customer_id"))
    assert kept["customer_id"].to_pylist() == ["anna", "ben"]
    assert any("more than anything costs" in text for text in clean.report.warnings)
    why = clean.engine.collect(clean.set_aside)
    assert why["reason"].to_pylist() == ["too_dear"]


def test_every_reason_is_explained():
    assert {rule.code for rule in RULES} <= set(REASONS)
    assert all(REASONS.values())


def test_a_rule_without_its_columns_is_not_asked():
    asked = rules_for(["customer_id", "ordered_on", "amount"])
    assert {column for rule in asked for column in rule.columns} == {"customer_id", "ordered_on", "amount"}


def test_what_is_negative_in_quantity_or_money_came_back():
    asked = rules_for(["quantity", "amount"])
    assert [rule.columns for rule in asked if rule.code == RETURNED] == [("quantity",), ("amount",)]


def test_a_letter_before_the_order_id_can_be_no_credit_note():
    with_notes, without = rules_for(["order_id"]), rules_for(["order_id"], credit_notes=False)
    assert [rule.code for rule in with_notes] == [RETURNED]
    assert without == ()


def test_the_first_broken_rule_is_the_reason():
    clean = cleaned(customer_id=[None, "ben", "cleo"], order_id=["C1", "2", "3"], amount=[-10.0, 20.0, 30.0])
    assert set_aside(clean) == {"no_customer": 1}


@pytest.mark.parametrize(
    ("quantity", "amount", "reason"),
    [(0.0, 5.0, None), (0.0, 0.0, "zero_price"), (-1.0, 5.0, "returned"), (1.0, -5.0, "returned")],
)
def test_nothing_bought_is_not_something_brought_back(quantity: float, amount: float, reason: str | None):
    """A quantity of 0 with money is a charge or a fee that was paid, and no return."""
    clean = cleaned(quantity=[quantity, 2.0, 3.0], amount=[amount, 20.0, 30.0])
    assert set_aside(clean) == ({} if reason is None else {reason: 1})
