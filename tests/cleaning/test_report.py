from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.cleaning.discount_lines import TakenOff
from marketfold.cleaning.matching import Matches, StatusText
from marketfold.cleaning.report import (
    Account,
    _named,
    _on_charges,
    check_enough_kept,
    check_reconciles,
    decide_on,
    list_reasons,
)
from marketfold.errors import LedgerError, OrdersError, TooMuchSetAsideError
from marketfold.orders import read_orders
from marketfold.schema import Ledger

LEDGER = Ledger(10, 7, {"cancelled": 2, "no_date": 1}, 100.0, 80.5, {"cancelled": 19.0, "no_date": 0.5})


def test_a_ledger_that_adds_up_passes():
    check_reconciles(LEDGER, 10)


@pytest.mark.parametrize(
    ("aside", "named"),
    [
        ({"cancelled": 2, "gift_card": 3}, ["2 cancelled"]),
        ({"no_customer": 8}, ["8 no customer"]),
        ({"gift_card": 3, "total_row": 1}, ["3 gift card", "1 total row"]),
    ],
)
def test_reasons_add_up_to_the_lines_that_are_counted(aside: dict[str, int], named: list[str]):
    told = list_reasons(replace(LEDGER, lines_set_aside=aside)).split("; ")
    assert [one.split(" (")[0] for one in told] == named


@pytest.mark.parametrize(
    "broken",
    [
        replace(LEDGER, lines_kept=8),
        replace(LEDGER, money_kept=80.51),
        replace(LEDGER, money_set_aside={"cancelled": 19.0}),
    ],
)
def test_a_broken_ledger_is_a_bug_to_report(broken: Ledger):
    with pytest.raises(LedgerError, match=r"bug of Marketfold; please report it .* source has 10 lines"):
        check_reconciles(broken, 10)


def test_a_line_that_was_lost_on_the_way_is_missed():
    with pytest.raises(LedgerError, match="source has 11 lines; 10 were read, 7 kept"):
        check_reconciles(LEDGER, 11)


def test_amounts_of_half_a_cent_and_huge_amounts_add_up():
    assert Ledger(2, 1, {"cancelled": 1}, 0.005, 0.0025, {"cancelled": 0.0025}).reconciles()
    assert Ledger(3, 1, {"a": 1, "b": 1}, 3e13 + 0.3, 1e13 + 0.1, {"a": 1e13 + 0.1, "b": 1e13 + 0.1}).reconciles()


@pytest.mark.parametrize(("statuses", "warned"), [(["5"] * 4, False), (["5", "5", "5", "7"], True)])
def test_one_unknown_status_on_all_lines_tells_nothing(statuses: list[str], warned: bool):
    lines = pa.table({
        "order_id": ["1", "2", "3", "4"], "customer_id": ["a", "b", "c", "a"], "status": statuses,
        "order_date": [f"2024-01-0{day}" for day in range(1, 5)], "amount": [1.0, 2.0, 3.0, 4.0],
    })  # fmt: skip
    found = clean_orders(read_orders(lines)).report.decisions
    assert ("statuses_unknown" in [one.code for one in found]) is warned


def ledger(kept: int, **aside: int) -> Ledger:
    """Lines that were kept, and those set aside by their reason; each brought 1.00."""
    read = kept + sum(aside.values())
    return Ledger(read, kept, aside, float(read), float(kept), {reason: float(n) for reason, n in aside.items()})


@pytest.mark.parametrize(
    ("found", "stops"),
    [
        (ledger(5, cancelled=5), None),
        (ledger(5, cancelled=6), "6 of 11 lines would be set aside: 6 cancelled"),
        (ledger(5, gift_card=50, total_row=9), None),  # no lines, and no sales
        (ledger(0, cancelled=1), "No purchase is left"),
    ],
)
def test_more_than_half_set_aside_stops_unless_it_is_allowed(found: Ledger, stops: str | None):
    if stops is None:
        check_enough_kept(found, allow_mostly_set_aside=False)
        return
    with pytest.raises(TooMuchSetAsideError, match=stops):
        check_enough_kept(found, allow_mostly_set_aside=False)
    if found.lines_kept:
        check_enough_kept(found, allow_mostly_set_aside=True)


def test_a_source_without_lines_is_told_as_such():
    with pytest.raises(OrdersError, match="a header and no rows"):
        check_enough_kept(ledger(0), allow_mostly_set_aside=True)


def told(found: Ledger, **more: int) -> list[str]:
    numbers = {"duplicates": 0, "currencies": 0} | more
    return [one.code for one in decide_on(found, money_repeated=0.0, credit_notes_ignored=False, **numbers)]


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (ledger(9, cancelled=1), ["set_aside"]),
        (ledger(91, cancelled=9), []),
        (ledger(90, cancelled=5, no_customer=5), ["set_aside", "no_customer_as_usual"]),
        (ledger(90, cancelled=6, no_customer=4), ["set_aside"]),
        (ledger(70, no_customer=30), ["set_aside", "no_customer_as_usual"]),
        (ledger(69, no_customer=31), ["set_aside"]),
        (ledger(0), []),
    ],
)
def test_a_tenth_set_aside_is_told_and_up_to_three_tenths_without_a_customer_are_usual(found: Ledger, codes: list[str]):
    assert told(found) == codes


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"duplicates": 3, "currencies": 1}, []),
        ({"duplicates": 3, "currencies": 2}, ["currencies"]),
        ({"duplicates": 4}, ["repeats_kept"]),
    ],
)
def test_currencies_and_repeats_that_were_kept_are_told(more: dict[str, int], codes: list[str]):
    """Three repeats were set aside."""
    assert told(ledger(97, duplicate=3), **more) == codes


@pytest.mark.parametrize(
    ("n_texts", "named"),
    [
        (1, "'fee 0'"),
        (6, "'fee 0', 'fee 1', 'fee 2', 'fee 3', 'fee 4' and 'fee 5'"),
        (7, "'fee 0', 'fee 1', 'fee 2', 'fee 3', 'fee 4', 'fee 5' and 1 more"),
        (9, "'fee 0', 'fee 1', 'fee 2', 'fee 3', 'fee 4', 'fee 5' and 3 more"),
    ],
)
def test_six_charges_are_named_and_the_others_counted(n_texts: int, named: str):
    matches = Matches({("product_name", "charge"): tuple(f"fee {n}" for n in range(n_texts))})
    off = TakenOff(nw.from_native(pl.LazyFrame()))
    (found,) = _on_charges(ledger(90, charge=4, tip=3, cancelled=2), matches, off)
    assert (found.code, found.lines, found.money) == ("charges", 7, 7.0)
    assert found.numbers == {"texts": named, "kinds": "3 tip and 4 charge"}
    assert list(_on_charges(ledger(90, cancelled=2), matches, off)) == []


@pytest.mark.parametrize(("found", "more"), [(0, 0), (1, 0), (6, 0), (7, 1), (9, 3)])
def test_six_statuses_are_named_and_the_others_counted(found: int, more: int):
    statuses = [StatusText("status", f"S{n}", None, 10 - n, 2.5 * n) for n in range(found)]
    named = [(f"S{n}", 10 - n, 2.5 * n) for n in range(min(found, 6))]
    assert list(_named(statuses)) == [*named, *([("more", more, None)] if more else [])]


def test_an_account_counts_whole_ten_thousandths():
    account = Account()
    account.add(None, 2, 10.00004)
    account.add(None, 1, 0.00006)
    account.add("cancelled", 3, 1.5)
    account.add("cancelled", 1, -0.5)
    found = account.close(malformed=0)
    assert found == Ledger(7, 3, {"cancelled": 4}, 11.0001, 10.0001, {"cancelled": 1.0})
    broken = account.close(malformed=2)
    assert (broken.lines_read, broken.lines_set_aside) == (9, {"cancelled": 4, "malformed": 2})
    assert (broken.money_set_aside, broken.money_read) == ({"cancelled": 1.0, "malformed": 0.0}, 11.0001)


def test_a_tenth_set_aside_is_told_with_its_share_and_reasons():
    (found,) = decide_on(
        ledger(80, cancelled=15, gift_card=10), duplicates=0, money_repeated=0.0, currencies=0,
        credit_notes_ignored=False,
    )  # fmt: skip
    assert (found.code, found.lines) == ("set_aside", 15)
    assert {name: found.numbers[name] for name in ("line_share", "lines_read")} == {
        "line_share": 15 / 95, "lines_read": 95,
    }  # fmt: skip
    assert str(found.numbers["reasons"]).startswith("15 cancelled")
    ignored, kept = decide_on(
        ledger(100, duplicate=1), duplicates=3, money_repeated=4.5, currencies=0, credit_notes_ignored=True
    )
    assert (ignored.code, kept.code, kept.lines, kept.money) == ("credit_notes_ignored", "repeats_kept", 2, 4.5)
