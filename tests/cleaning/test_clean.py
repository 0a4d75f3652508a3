from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketfold.cleaning import REASONS, CleanOrders, clean_orders, sample_customers
from marketfold.config import CleaningOptions
from marketfold.decisions import Decision
from marketfold.errors import OrdersError, TooMuchSetAsideError
from marketfold.orders import read_orders

GOOD = {
    "order_id": "7",
    "line_number": "1",
    "customer_id": "anna",
    "ordered_on": date(2024, 5, 1),
    "product_id": "cup",
    "quantity": 2.0,
    "amount": 10.0,
    "status": "Shipped",
}


def lines(*changes: dict[str, Any], **dropped: bool) -> pl.DataFrame:
    """One good line for each change to it."""
    rows = [{**GOOD, "line_number": str(place), **change} for place, change in enumerate(changes, start=1)]
    numbers, text = ("quantity", "amount"), ("order_id", "line_number", "customer_id", "product_id", "status")
    kinds: dict[str, Any] = dict.fromkeys(GOOD, pl.Date) | dict.fromkeys(numbers, pl.Float64)
    kinds |= dict.fromkeys(text, pl.String)
    return pl.DataFrame(rows, schema=kinds).drop([name for name, gone in dropped.items() if gone])


def clean(frame: pl.DataFrame, **options: Any) -> CleanOrders:
    return clean_orders(read_orders(frame), CleaningOptions(allow_mostly_set_aside=True, **options))


def reasons(cleaned: CleanOrders) -> dict[int, str]:
    rows = cleaned.engine.collect(cleaned.set_aside).to_pylist()
    return {row["source_line"]: row["reason"] for row in rows}


FAULTS = [
    ({"customer_id": None}, "no_customer"),
    ({"ordered_on": None}, "unreadable_date"),
    ({"ordered_on": date(2999, 1, 1)}, "unreadable_date"),
    ({"ordered_on": date(1899, 12, 30)}, "unreadable_date"),
    ({"amount": None}, "unreadable_money"),
    ({"customer_id": " Test "}, "test_customer"),
    ({"product_id": "postage"}, "shipping"),
    ({"product_id": "Bank charges"}, "charge"),
    ({"status": "CANCELLED "}, "cancelled"),
    ({"status": "Refunded"}, "returned"),
    ({"order_id": "C536379", "quantity": -2.0, "amount": -99.0}, "returned"),
    ({"quantity": -1.0, "amount": -99.0}, "returned"),
    ({"amount": 0.0}, "zero_price"),
    ({"amount": -99.0}, "returned"),
]


@pytest.mark.parametrize(
    ("change", "reason"), FAULTS, ids=[f"{reason}-{place}" for place, (_, reason) in enumerate(FAULTS)]
)
def test_each_rule_sets_its_line_aside(change: dict[str, Any], reason: str):
    cleaned = clean(lines({}, change, {}))
    assert reasons(cleaned) == {3: reason}
    assert cleaned.report.ledger.lines_set_aside == {reason: 1}
    assert cleaned.report.ledger.reconciles()
    assert cleaned.engine.collect(cleaned.bought)["source_line"].to_pylist() == [2, 4]


def test_a_line_of_no_items_that_brought_money_is_a_purchase():
    """A service or a correction: nothing came back."""
    cleaned = clean(lines({}, {"quantity": 0.0}, {"quantity": 0.0, "amount": 0.0}))
    assert reasons(cleaned) == {4: "zero_price"}
    assert cleaned.engine.collect(cleaned.returns).num_rows == 0


def test_a_line_has_the_reason_of_the_first_rule():
    everything = {"customer_id": None, "status": "cancelled", "quantity": -1.0, "amount": None, "ordered_on": None}
    everything["order_id"] = "of its own"  # else the customer and day of the order's first line are its own
    assert reasons(clean(lines({}, everything))) == {3: "no_customer"}
    cancelled_and_returned = {"status": "cancelled", "quantity": -1.0, "amount": -1.0}
    assert reasons(clean(lines({}, cancelled_and_returned))) == {3: "cancelled"}


def test_clean_orders_show_counts_and_no_cell():
    table = pa.table({"customer": ["Ann Smith", "k2"], "date": ["2024-01-05", "Ann Smith"], "amount": ["5.0", "6.0"]})
    assert repr(clean_orders(read_orders(table))) == "<CleanOrders: 1 of 2 lines kept>"


def test_the_detail_says_what_is_wrong():
    frame = lines({}, {"status": "Refunded"}, {"product_id": "Postage"}, {"product_id": "M"}, {"customer_id": None})
    rows = clean(frame, not_products=("m",)).set_aside
    details = {row["reason"]: row["detail"] for row in rows.collect().to_arrow().to_pylist()}
    assert details == {
        "returned": "status Refunded",
        "shipping": "product id Postage",
        "not_a_product": "product id M",
        "no_customer": "no customer",
    }


def test_returns_stay_with_their_value():
    cleaned = clean(
        lines({}, {"status": "Cancelled"}, {"quantity": -3.0, "amount": -15.0}, {"customer_id": None, "quantity": -1.0})
    )
    back = cleaned.engine.collect(cleaned.returns).to_pylist()
    assert [(row["source_line"], row["amount"], row["quantity"]) for row in back] == [(3, 10.0, 2.0), (4, 15.0, 3.0)]


def test_without_quantities_a_negative_amount_is_a_return():
    cleaned = clean(lines({}, {"amount": -4.0}, quantity=True))
    assert reasons(cleaned) == {3: "returned"}
    assert cleaned.engine.collect(cleaned.returns)["amount"].to_pylist() == [4.0]


def test_a_shop_whose_orders_all_begin_with_c_keeps_them():
    cleaned = clean_orders(read_orders(lines(*({"order_id": f"C{number}"} for number in range(6)))))
    assert cleaned.report.ledger.lines_kept == 6
    assert [one.code for one in cleaned.report.decisions] == ["credit_notes_ignored"]


def test_repeats_count_as_the_same_line_only_with_its_number():
    twice = lines({}, {"line_number": "1"}, {"line_number": "9"}, {"line_number": "9", "status": "On Hold"})
    numbered = clean(twice)
    assert numbered.report.duplicates == 1
    assert reasons(numbered) == {3: "duplicate"}
    bare = twice.drop("line_number")
    reported = clean(bare)
    assert (reported.report.duplicates, reported.report.ledger.lines_kept) == (2, 4)
    assert Decision("repeats_kept", lines=2, money=20.0) in reported.report.decisions
    asked = clean(bare, drop_duplicates=True)
    assert reasons(asked) == {3: "duplicate", 4: "duplicate"}
    assert asked.report.ledger.reconciles()
    assert asked.engine.collect(asked.set_aside)["detail"].to_pylist() == ["repeats line 2"] * 2
    assert [(one.code, one.lines) for one in asked.report.applied] == [("duplicate", 2)]
    assert reported.report.applied == ()


def test_the_rules_that_set_a_line_aside_stand_in_the_order_in_which_they_were_asked():
    cleaned = clean(lines({}, {"amount": 0.0}, {"customer_id": None}, {"amount": 0.0}))
    assert [(one.code, one.lines) for one in cleaned.report.applied] == [("no_customer", 1), ("zero_price", 2)]


def test_from_a_tenth_set_aside_the_report_says_so_first():
    quiet = clean(lines(*[{}] * 10, {"status": "void"}))
    assert "set_aside" not in [one.code for one in quiet.report.decisions]
    loud = clean(lines(*[{}] * 8, {"status": "void"}))
    first = loud.report.decisions[0]
    assert (first.code, first.lines, first.numbers["lines_read"]) == ("set_aside", 1, 9)
    assert first.numbers["line_share"] == pytest.approx(1 / 9)


def test_a_quarter_without_a_customer_is_normal():
    cleaned = clean_orders(read_orders(lines(*[{}] * 6, {"customer_id": None}, {"customer_id": None})))
    assert Decision("no_customer_as_usual", numbers={"line_share": 0.25}) in cleaned.report.decisions


def test_more_than_half_set_aside_stops():
    mostly = lines({}, {"status": "void"}, {"amount": 0.0})
    with pytest.raises(
        TooMuchSetAsideError, match=r"2 of 3 lines would be set aside: 1 cancelled .*--allow-mostly-set-aside"
    ):
        clean_orders(read_orders(mostly))
    assert clean(mostly).report.ledger.lines_kept == 1
    with pytest.raises(TooMuchSetAsideError, match="No purchase is left"):
        clean(lines({"amount": 0.0}))


def test_a_header_without_lines_is_an_error():
    with pytest.raises(OrdersError):
        clean_orders(read_orders(lines()))


def test_rows_that_could_not_be_split_are_in_the_ledger(tmp_path: Any):
    path = tmp_path / "orders.csv"
    path.write_text(
        "customer_id,order_id,order_date,amount\na,1,2024-01-02,5.00\nb,2,2024-01-03,7.00,99\nc,3,2024-01-05,1.5\n"
    )
    cleaned = clean_orders(read_orders(path))
    assert cleaned.report.ledger.lines_set_aside == {"malformed": 1}
    assert cleaned.report.ledger.lines_read == cleaned.report.reads.lines == 3
    assert reasons(cleaned) == {3: "malformed"}
    assert cleaned.report.ledger.reconciles()


def test_mixed_currencies_are_said():
    frame = lines({}, {}).with_columns(currency=pl.Series(["EUR", "USD"]))
    assert Decision("currencies", numbers={"currencies": 2}) in clean(frame).report.decisions


def test_cancelled_lines_of_an_export_and_their_money(clean_sales: CleanOrders, totals: dict[str, Any]):
    ledger, reads, known = clean_sales.report.ledger, clean_sales.report.reads, totals["sales.csv"]
    cancelled = known["lines"] - known["lines_kept"]
    assert (ledger.lines_read, ledger.lines_kept) == (known["lines"], known["lines_kept"])
    assert ledger.lines_set_aside == {"cancelled": cancelled} == {"cancelled": known["statuses"]["Cancelled"]}
    assert (reads.orders, reads.customers, reads.amount_total) == (known["orders"], known["customers"], known["amount"])
    assert (str(reads.first_on), str(reads.last_on)) == (known["first_on"], known["last_on"])
    assert (ledger.money_read, ledger.money_kept) == (known["amount"], known["amount_kept"])
    assert ledger.reconciles()
    assert clean_sales.report.duplicates == 0


def test_purchases_that_cost_nothing_are_set_aside(clean_purchases: CleanOrders, totals: dict[str, Any]):
    ledger, known = clean_purchases.report.ledger, totals["purchases.txt"]
    assert ledger.lines_set_aside == {"zero_price": known["zero_lines"]}
    assert (ledger.lines_read, ledger.money_kept) == (known["lines"], known["amount"])
    assert clean_purchases.report.duplicates == 1
    assert ledger.reconciles()


def test_credit_notes_take_their_money_with_them(examples: Path, totals: dict[str, Any]):
    cleaned, known = clean_orders(read_orders(examples / "credit_notes.csv")), totals["credit_notes.csv"]
    ledger = cleaned.report.ledger
    assert (ledger.lines_read, ledger.lines_kept, ledger.money_kept) == (
        known["lines"],
        known["kept"]["lines"],
        known["kept"]["amount"],
    )
    assert {
        reason: {"lines": n, "amount": ledger.money_set_aside[reason]} for reason, n in ledger.lines_set_aside.items()
    } == known["set_aside"]
    assert {"lines": ledger.lines_net, "amount": ledger.money_net} == known["net"]
    assert ledger.reconciles()


def test_the_sales_file(shared_data: Any):
    cleaned = clean_orders(read_orders(shared_data / "sales_data_sample.csv"))
    ledger, reads = cleaned.report.ledger, cleaned.report.reads
    assert (ledger.lines_read, ledger.lines_kept, ledger.lines_set_aside) == (2823, 2763, {"cancelled": 60})
    assert (reads.lines, reads.orders, reads.customers) == (2823, 307, 92)
    assert (reads.first_on, reads.last_on, reads.amount_total) == (date(2003, 1, 6), date(2005, 5, 31), 10032628.85)
    assert ledger.money_read == 10032628.85
    assert ledger.reconciles()
    assert cleaned.report.duplicates == 0


def test_cdnow(shared_data: Any):
    ledger = clean_orders(read_orders(shared_data / "CDNOW_master.txt")).report.ledger
    assert (ledger.lines_read, ledger.lines_set_aside, ledger.money_kept) == (69659, {"zero_price": 80}, 2500315.63)
    assert ledger.reconciles()


def test_the_report_shows_itself():
    report = clean(lines({}, {"status": "void"})).report
    assert "set aside: cancelled" in str(report)
    assert "<td>set aside: cancelled</td>" in report._repr_html_()


CELLS = {
    "order_id": st.sampled_from(["1", "2", "C77", None]),
    "line_number": st.sampled_from(["1", "2"]),
    "customer_id": st.sampled_from(["anna", "ben", "TEST", None]),
    "ordered_on": st.sampled_from([date(2024, 1, 1), date(2024, 3, 3), date(1899, 12, 30), None]),
    "product_id": st.sampled_from(["cup", "Postage", "Coupon"]),
    "quantity": st.sampled_from([1.0, 2.0, -1.0, None]),
    "amount": st.one_of(st.none(), st.floats(-1e7, 1e7).map(lambda money: round(money, 2))),
    "status": st.sampled_from(["Shipped", "cancelled", None]),
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=12), st.booleans())
def test_every_line_and_cent_is_kept_or_set_aside(rows: list[dict[str, Any]], drop: bool):
    # two sure purchases, so that there is always something to keep
    frame = lines(*rows, {"order_id": "98", "line_number": "1"}, {"order_id": "99", "line_number": "1"})
    cleaned = clean(frame, drop_duplicates=drop)
    ledger = cleaned.report.ledger
    assert ledger.reconciles()
    assert ledger.lines_read == len(frame)
    aside = cleaned.engine.collect(cleaned.set_aside)
    kept = cleaned.engine.collect(cleaned.bought)
    assert sorted(aside["source_line"].to_pylist() + kept["source_line"].to_pylist()) == list(range(2, len(frame) + 2))
    assert set(aside["reason"].to_pylist()) <= set(REASONS)
    assert kept.num_rows == ledger.lines_kept
    assert round(sum(kept["amount"].to_pylist()), 2) == pytest.approx(ledger.money_kept, abs=0.005)
    assert all(money > 0 for money in kept["amount"].to_pylist())
    stayed = cleaned.engine.collect(cleaned.purchases)
    assert stayed.num_rows == ledger.lines_net
    assert all(money > 0 for money in stayed["amount"].to_pylist())
    assert sum(stayed["amount"].to_pylist()) == pytest.approx(ledger.money_net, abs=0.005)


def test_cleaning_needs_no_optional_column():
    bare = pa.table({"customer": ["a", "b"], "date": ["2024-01-05", "2024-02-01"], "amount": [3.0, 4.0]})
    assert clean_orders(read_orders(bare)).report.ledger.lines_kept == 2


def in_order(cleaned: CleanOrders, which: str = "purchases") -> pa.Table:
    return cleaned.engine.collect(getattr(cleaned, which).sort("source_line"))


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("kind", [pl.DataFrame.to_arrow, pl.DataFrame.clone])
def test_purchases_that_are_at_hand_are_those_that_are_judged_anew(kind: Any, repeats: bool):
    """Also on an earlier day, when what came back later had not come back, and of fewer customers."""
    sold = [{"order_id": str(n), "customer_id": f"c{n % 7}", "ordered_on": date(2024, 1, n + 1)} for n in range(20)]
    back = [
        {**sold[n], "quantity": -2.0, "amount": -10.0, "ordered_on": date(2024, 2, 1), "line_number": "9"}
        for n in (3, 5)
    ]
    part = {**sold[8], "quantity": -1.0, "amount": -4.0, "ordered_on": date(2024, 2, 2), "line_number": "9"}
    again = [{**sold[5], "line_number": "6"}] if repeats else []  # as `lines` numbers it
    frame = kind(lines(*sold, *back, part, *again))
    anew, at_hand = clean(frame, drop_duplicates=repeats), clean(frame, drop_duplicates=repeats)
    assert at_hand.purchases is not at_hand.at_hand  # until it was asked for
    assert at_hand.purchases is at_hand.at_hand
    assert in_order(at_hand).equals(in_order(anew))
    assert 0 < in_order(anew).num_rows < in_order(anew, "bought").num_rows
    for day in (date(2024, 1, 10), date(2024, 2, 2), date(2024, 3, 1)):
        assert in_order(at_hand.before_day(day)).equals(in_order(anew.before_day(day)))
        assert in_order(at_hand.from_day(day)).equals(in_order(anew.from_day(day)))
    few, as_few = sample_customers(at_hand, 4), sample_customers(anew, 4)
    assert in_order(few).num_rows < in_order(few, "bought").num_rows  # something came back to one of the four
    assert in_order(few).equals(in_order(as_few))
    assert in_order(few, "bought").equals(in_order(as_few, "bought"))
    assert in_order(few.before_day(date(2024, 2, 1))).num_rows == in_order(few, "bought").num_rows
