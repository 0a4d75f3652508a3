"""Months of one shop that write numbers in two ways: each file is read by its own decimal sign, or it is asked."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from marketfold.config import ReadingOptions
from marketfold.customer_tables import read_source
from marketfold.errors import OrdersError
from marketfold.orders import read_orders
from marketfold.orders.totals import total_lines

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ("Order ID", "Customer ID", "Order Date", "Quantity", "Unit Price", "Line Total")
POINT = ["1,K,2024-01-02,2,10.50,21.00", '2,L,2024-01-03,1,"1,234.25","1,234.25"']
COMMA = ["3;K;2024-02-02;3;0,75;2,25", "4;L;2024-02-03;2;1.500,00;3.000,00"]
WHOLE = ["5,K,2024-03-02,1,7,7", "6,M,2024-03-03,2,8,16"]
RIGHT = 21 + 1234.25 + 2.25 + 3000


def month(rows: list[str], sign: str = ",") -> str:
    return "\n".join([sign.join(HEAD), *rows]) + "\n"


@pytest.fixture(params=["folder", "zip"])
def months(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    parts = {"a.csv": month(POINT), "b.csv": month(COMMA, ";"), "c.csv": month(WHOLE)}
    where = tmp_path / "months"
    if request.param == "zip":
        with zipfile.ZipFile(where, "w") as archive:
            for name, text in parts.items():
                archive.writestr(name, text)
        return where
    where.mkdir()
    for name, text in parts.items():
        (where / name).write_text(text)
    return where


def test_each_file_is_read_by_its_own_sign(months: Path):
    orders = read_orders(months)
    totals = total_lines(orders.lines, orders.engine)
    assert (totals.lines, totals.amount_total, totals.nulls["amount"]) == (6, RIGHT + 7 + 16, 0)
    (told,) = [one for one in orders.facts.decisions if one.code == "decimals_by_file"]
    assert "comma in 1 of 3 files" in told.what
    assert told.columns == ("Unit Price", "Line Total")


def test_one_sign_for_all_is_taken_as_said(months: Path):
    orders = read_orders(months, ReadingOptions(decimal="."))
    assert total_lines(orders.lines, orders.engine).nulls["amount"] == 2
    assert "decimals_by_file" not in [one.code for one in orders.facts.decisions]


def test_a_file_that_does_not_tell_is_asked_about(tmp_path: Path):
    for name, rows, sign in (
        ("a.csv", POINT, ","),
        ("b.csv", COMMA, ";"),
        ("c.csv", ["5;K;2024-03-02;1;7;1.234"], ";"),
    ):
        (tmp_path / name).write_text(month(rows, sign))
    with pytest.raises(OrdersError, match="'Line Total' has 2 values with a decimal comma"):
        read_orders(tmp_path)


def test_one_file_with_both_signs_is_asked_about(tmp_path: Path):
    (tmp_path / "a.csv").write_text(month([*POINT, '3,K,2024-02-02,3,"0,75","2,25"']))
    with pytest.raises(OrdersError, match="decimal comma"):
        read_orders(tmp_path / "a.csv")


def test_a_folder_is_read_as_what_it_is(months: Path):
    assert read_source(months, ReadingOptions()).facts.lines == 6
