"""Which rule a line breaks first, and what is left of lines of which something came back: of frames in memory."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl
import pytest

from marketfold.cleaning.clean import _mostly_credit_notes
from marketfold.cleaning.netting import less_returns
from marketfold.cleaning.rules import by_rule, first_broken, passed, rules_for, undoes_purchase

SOLD: dict[str, Any] = {
    "row_kind": None, "customer_id": "Ann", "order_id": "A1", "amount": 5.0, "quantity": 1.0, "status": "paid",
    "cancelled_on": None, "returned_on": None, "product_id": "cup",
}  # fmt: skip
TEXTS = {
    ("customer_id", "test_customer"): ("Test",), ("status", "cancelled"): ("void", "off"),
    ("status", "returned"): tuple(f"back {n}" for n in range(20)),
}  # fmt: skip
BROKEN: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"customer_id": None}, "no_customer"),
    ({"customer_id": None, "amount": None}, "no_customer"),
    ({"amount": None, "quantity": -1.0}, "unreadable_money"),
    ({"customer_id": "Test", "amount": -5.0}, "test_customer"),
    ({"customer_id": "Tests"}, None),
    ({"status": "void"}, "cancelled"),
    ({"status": "off", "quantity": -1.0}, "cancelled"),
    ({"status": "Void"}, None),
    ({"status": None}, None),
    ({"status": "back 19"}, "returned"),
    ({"status": "back 20"}, None),
    ({"cancelled_on": "2024-01-05"}, "cancelled"),
    ({"cancelled_on": "0000-00-00"}, None),
    ({"cancelled_on": "no"}, None),
    ({"cancelled_on": ""}, None),
    ({"returned_on": "5.1.2024 10:00"}, "returned"),
    ({"returned_on": "YES"}, "returned"),
    ({"cancelled_on": "no", "returned_on": "yes"}, "returned"),
    ({"order_id": "C123"}, "returned"),
    ({"order_id": "C12A"}, None),
    ({"order_id": "AC123"}, None),
    ({"order_id": "C"}, None),
    ({"order_id": None}, None),
    ({"quantity": -0.5}, "returned"),
    ({"quantity": 0.0}, None),
    ({"quantity": None}, None),
    ({"amount": -0.01}, "returned"),
    ({"amount": 0.0}, "zero_price"),
    ({"amount": 0.01}, None),
]


def test_a_line_is_set_aside_by_the_first_rule_that_it_breaks():
    frame = pl.LazyFrame([SOLD | change for change, _ in BROKEN], dict.fromkeys(SOLD, pl.String) | {
        "amount": pl.Float64, "quantity": pl.Float64})  # fmt: skip
    lines = nw.from_native(frame)
    rules = dict(enumerate(rules_for(tuple(SOLD))))
    numbered = lines.with_columns(first_broken(rules, TEXTS).alias("n"))
    told = numbered.select(by_rule(rules, "n", lambda rule: nw.lit(rule.code)).alias("code")).collect()["code"]
    assert told.to_list() == [code for _, code in BROKEN]
    kept = lines.filter(*passed(rules.values(), TEXTS)).collect()
    assert len(kept) == sum(code is None for _, code in BROKEN)


def test_without_a_list_of_texts_and_without_credit_notes_these_are_no_reason():
    columns = ("order_id", "status", "row_kind")
    rows = [{"order_id": "C123", "status": "void", "row_kind": None}]
    lines = nw.from_native(pl.LazyFrame(rows, dict.fromkeys(columns, pl.String)))
    for marked, kept in ((True, 0), (False, 1)):
        rules = rules_for(columns, credit_notes=marked)
        assert len(lines.filter(*passed(rules, {})).collect()) == kept


@pytest.mark.parametrize(
    ("amount", "quantity", "order", "undoes"),
    [
        (5.0, 1.0, "A1", (False, False)), (-5.0, 1.0, "A1", (True, True)), (5.0, -1.0, "A1", (True, True)),
        (0.0, 0.0, "A1", (False, False)), (5.0, 1.0, "C1", (True, False)), (5.0, None, None, (False, False)),
    ],
)  # fmt: skip
def test_what_undoes_a_purchase(amount: float, quantity: float | None, order: str | None, undoes: tuple[bool, bool]):
    kinds = {"amount": pl.Float64, "quantity": pl.Float64, "order_id": pl.String}
    line = nw.from_native(pl.LazyFrame([{"amount": amount, "quantity": quantity, "order_id": order}], kinds))
    columns = tuple(kinds)
    asked = {str(notes): undoes_purchase(columns, credit_notes=notes).alias(str(notes)) for notes in (True, False)}
    assert line.select(**asked).collect().rows() == [undoes]


@pytest.mark.parametrize(
    ("marked", "others", "mostly"), [(5, 5, False), (6, 5, True), (5, 6, False), (0, 1, False), (1, 0, True)]
)
def test_a_mark_that_most_lines_bear_is_no_mark(marked: int, others: int, *, mostly: bool):
    rules = dict(enumerate(rules_for(("order_id", "quantity"))))
    (place,) = (place for place, rule in rules.items() if rule.columns == ("order_id",))
    counted = [{"_rule": rule, "lines": n} for rule, n in ((place, marked), (None, others)) if n]
    assert _mostly_credit_notes(counted, rules) is mostly


def test_lines_are_worth_what_did_not_come_back_of_them():
    bought = pl.LazyFrame({"source_line": [1, 2, 3, 4], "amount": [10.0, 20.0, 30.0, 40.0], "quantity": [1.0, 2, 3, 4]})
    off = pl.LazyFrame(
        {
            "source_line": [2, 2, 3, 4], "back": [50_000.0, 50_000, 300_000, 399_900],
            "items_back": [0.0, 10_000, 30_000, 0],
        }
    )  # fmt: skip
    left = less_returns(nw.from_native(bought), nw.from_native(off)).collect().sort("source_line")
    assert left.rows() == [(1, 10.0, 1.0), (2, 10.0, 1.0), (4, pytest.approx(0.01), 4.0)]
