"""Several files as one table: which columns are the same, what a file lacks, and which are other tables."""

from __future__ import annotations

import pytest

from marketfold.errors import OrdersError
from marketfold.orders.several import as_in_first, file_decisions, joint_columns, plain_label, refuse_lacking


def test_columns_of_a_name_are_one_whatever_their_case_and_signs():
    first, second = as_in_first([["Order ID", "Total", "total "], ["order_id", "TOTAL", "%", "%"]])
    assert first == {"Order ID": "Order ID", "Total": "Total", "total ": "total "}  # alike in one file: two columns
    assert second == {"order_id": "Order ID", "TOTAL": "Total", "%": "%"}
    assert (plain_label("%"), plain_label("Order ID")) == ("%", "orderid")


@pytest.mark.parametrize(("second", "same"), [("abxy", True), ("axyz", False), ("ab", True), ("a", True), ("x", False)])
def test_files_that_share_half_of_their_columns_are_one_table(second: str, *, same: bool):
    files = {"one.csv": list("abcd"), "two.csv": list(second)}
    if same:
        assert joint_columns(files) == tuple(dict.fromkeys("abcd" + second))
    else:
        with pytest.raises(
            OrdersError, match=r"one\.csv and two\.csv are different tables: one\.csv has the columns 'a'"
        ):
            joint_columns(files)


@pytest.mark.parametrize(("lacking", "more"), [(4, ""), (5, ""), (6, " and 1 more file"), (8, " and 3 more files")])
def test_what_files_lack_is_said_of_five(lacking: int, more: str):
    files = {"all.csv": ["a", "b", "c"]} | {f"{n}.csv": ["a", "b"] for n in range(lacking)}
    (told,) = file_decisions(files)
    assert (told.code, told.numbers["files"]) == ("files_differ", lacking + 1)
    said = str(told.numbers["lacks"])
    assert said.count("has no 'c'") == min(lacking, 5)
    assert said.endswith(more or "has no 'c'")


def test_files_of_the_same_columns_are_told_by_the_first_and_the_last():
    (told,) = file_decisions({"1.csv": ["a", "b"], "2.csv": ["b", "a"], "3.csv": ["a", "b"]})
    assert (told.code, told.numbers) == ("files_together", {"files": 3, "first": "1.csv", "last": "3.csv"})


def test_a_file_without_what_every_line_needs_is_refused_with_what_it_has_instead():
    files = {"1.csv": ["who", "day", "note"], "2.csv": ["Who?", "day"]}
    wanted = {"customer_id": "who", "ordered_on": "day", "note": "note"}
    with pytest.raises(OrdersError, match=r"2\.csv has no column 'who' \(customer_id\).*2\.csv has 'Who\?'"):
        refuse_lacking(files, wanted)
    refuse_lacking({"1.csv": ["who", "day", "note"], "2.csv": ["who", "day"]}, wanted)
    refuse_lacking(files, {"note": "note"})  # no line needs a note
    seven = {"1.csv": ["who"], "2.csv": list("abcdefg")}
    with pytest.raises(OrdersError, match="'a', 'b', 'c', 'd', 'e' and 2 more"):
        refuse_lacking(seven, wanted)
