"""From cells to typed lines: what each text becomes, in a table that stays where it is and in a file that is copied."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from marketfold.config import ReadingOptions
from marketfold.orders import open_source
from marketfold.orders.typing_lines import CellReadings, _mostly_iso, type_lines

if TYPE_CHECKING:
    from pathlib import Path

Cells = list[str]
WHERE = pytest.mark.parametrize("kind", ["frame", "file"])


def typed(
    folder: Path, kind: str, columns: dict[str, Cells], **options: Any
) -> tuple[dict[str, list[Any]], CellReadings]:
    """The typed cells of columns that are called as their roles, and what was decided over them."""
    source: Any = pl.DataFrame(columns)
    if kind == "file":
        source = folder / "orders.csv"
        with source.open("w", newline="") as out:
            csv.writer(out).writerows([columns, *zip(*columns.values(), strict=True)])
    given = ReadingOptions(**options)
    opened = open_source(source, given)
    lines, readings = type_lines(opened, {role: role for role in columns}, opened.sample(), given)
    table = opened.engine.collect(lines.sort("source_line"))
    assert table["source_line"].to_pylist() == list(range(2, 2 + len(next(iter(columns.values())))))
    return {role: table[role].to_pylist() for role in columns}, readings


def unread_numbers(readings: CellReadings) -> dict[str, int]:
    """How many texts of each column are no number; of a column of plain numbers nothing."""
    left: Any = readings.left_numbers()
    (row,) = left.collect("pyarrow").to_arrow().to_pylist() if left is not None else ({},)
    return {role: int(n) for role, n in row.items() if n}


NUMBERS = pytest.mark.parametrize(
    ("cells", "options", "read", "sign", "unread"),
    [
        (["1", "2.5", "3"], {}, [1, 2.5, 3], None, None),
        (["1,5", "2,25", "3"], {}, [1.5, 2.25, 3], ",", None),
        (["1.5", "x", "$3"], {}, [1.5, None, 3], ".", 1),
        (["1.5", "inf", "nan"], {}, [1.5, None, None], ".", 2),
        (["1,234", "2,345", "7"], {"decimal": ","}, [1.234, 2.345, 7], ",", 0),
        (["1,234", "2,345", "7"], {"decimal": "."}, [1234, 2345, 7], ".", 0),
        (["1,234", "2,345", "7"], {}, [1234, 2345, 7], ".", 0),  # three figures after it are thousands
        (["1,234", "2,5", "7"], {}, [1.234, 2.5, 7], ",", 0),
        (["1,5", "2.5", "7"], {"decimal": ","}, [1.5, None, 7], ",", 1),
        (["n/a", "2.5", ""], {"null_values": ["n/a"]}, [None, 2.5, None], None, None),
        (["n/a", "2.5", ""], {}, [None, 2.5, None], ".", 1),
        ([" 1.5 ", "2.5\u00a0", "7"], {}, [1.5, 2.5, 7], ".", None),
        (["5000000000000", "2", "-3"], {}, [None, 2, -3], ".", 1),  # more than any line amounts to
    ],
)


@NUMBERS
def test_what_a_number_becomes(
    tmp_path: Path, cells: Cells, options: dict[str, Any], read: Cells, sign: str | None, unread: int | None
):
    found, readings = typed(tmp_path, "frame", {"customer_id": ["a", "b", "c"], "amount": cells}, **options)
    assert found == {"customer_id": ["a", "b", "c"], "amount": read}
    assert readings.faults == []
    assert readings.decimals == ({"amount": sign} if sign else {})
    assert unread_numbers(readings) == ({"amount": unread} if unread else {})


def test_numbers_of_a_file_become_the_same(tmp_path: Path):
    cells = {"amount": ["1,5", "2,25", "x"], "quantity": ["7", "", " 3 "], "tax": ["n/a", "1,5 €", "-"]}
    who = {"customer_id": ["a", "b", "c"]}
    found, readings = typed(tmp_path, "file", who | cells, null_values=["-"])
    assert found == who | {"amount": [1.5, 2.25, None], "quantity": [7, None, 3], "tax": [None, 1.5, None]}
    assert readings.decimals == {"amount": ",", "quantity": ",", "tax": ","}
    assert unread_numbers(readings) == {"amount": 1, "tax": 1}


def test_both_signs_in_one_column_are_a_fault_unless_one_is_given(tmp_path: Path):
    _, readings = typed(tmp_path, "frame", {"amount": ["1,5", "2.5", "2,75"]})
    (fault,) = readings.faults
    assert fault.what == "'amount' has 2 values with a decimal comma and 1 with a decimal point."
    assert typed(tmp_path, "frame", {"amount": ["1,5", "2.5", "2,75"]}, decimal=".")[1].faults == []


@WHERE
def test_a_column_that_does_not_tell_its_sign_has_that_of_the_others(tmp_path: Path, kind: str):
    found, readings = typed(tmp_path, kind, {"amount": ["1,5", "2,25"], "unit_price": ["1,234", "$3"]})
    assert found["unit_price"] == [1.234, 3]
    assert readings.decimals == {"amount": ",", "unit_price": ","}
    apart, readings = typed(tmp_path, kind, {"amount": ["1,5 €", "2,25"], "unit_price": ["1.5 €", "2.5"]})
    assert (apart["amount"], apart["unit_price"]) == ([1.5, 2.25], [1.5, 2.5])
    assert readings.decimals == {"amount": ",", "unit_price": "."}


def test_a_discount_may_have_a_sign_of_per_cent_and_an_amount_may_not(tmp_path: Path):
    found, readings = typed(tmp_path, "frame", {"amount": ["5 %", "7"], "discount": ["5 %", "0.25%"]})
    assert found == {"amount": [None, 7], "discount": [5, 0.25]}
    assert unread_numbers(readings) == {"amount": 1}


@pytest.mark.parametrize(
    ("cells", "options", "read", "styles", "unread"),
    [
        (["2024-01-31", "2024-02-01 10:00", "2024-02-02T10:00"], {}, [(1, 31), (2, 1), (2, 2)], {"%Y-%m-%d": 3}, 0),
        (["31.01.2024", "01.02.2024", "x"], {}, [(1, 31), (2, 1), None], {"%d.%m.%Y": 2}, 1),
        (["2024-01-31", "2024-02-01", "soon"], {}, [(1, 31), (2, 1), None], {"%Y-%m-%d": 2}, 1),
        (["2024-01-31", "2024-02-01", "13.02.2024"], {}, [(1, 31), (2, 1), (2, 13)],
         {"%Y-%m-%d": 2, "%d.%m.%Y": 1}, 0),
        (["2024-01-31", "", "2024-02-30"], {}, [(1, 31), None, None], {"%Y-%m-%d": 1}, 1),
        (["05/01/2024", "06/01/2024", "2024-01-31"], {"date_format": "%d/%m/%Y"}, [(1, 5), (1, 6), None],
         {"%d/%m/%Y": 2}, 1),
        (["1706659200", "1706745600", "1706832000"], {}, [(1, 31), (2, 1), (2, 2)], {"time since 1970": 3}, 0),
        (["1706659200000", "1706745599999", "1706745600000"], {}, [(1, 31), (1, 31), (2, 1)],
         {"time since 1970": 3}, 0),
    ],
)  # fmt: skip
def test_what_a_day_becomes(
    tmp_path: Path, cells: Cells, options: dict[str, Any], read: list[Any], styles: dict[str, int], unread: int
):
    found, readings = typed(tmp_path, "frame", {"ordered_on": cells, "amount": ["1", "2", "3"]}, **options)
    assert found["ordered_on"] == [date(2024, *day) if day else None for day in read]
    assert found["amount"] == [1, 2, 3]
    assert readings.unreadable_days == ({"ordered_on": unread} if unread else {})
    assert readings.date_styles == styles
    assert ("time_since_epoch" in [one.code for one in readings.decisions]) is ("time since 1970" in styles)


@pytest.mark.parametrize(
    ("cells", "read", "unread"),
    [
        (["2024-01-31", "2024-02-01 10:00", "2024-02-02"], [(1, 31), (2, 1), (2, 2)], 0),
        (["2024-01-31", "2024-02-01", "soon"], [(1, 31), (2, 1), None], 1),
        (["2024-01-31", "2024-02-01", "13.02.2024"], [(1, 31), (2, 1), (2, 13)], 0),
    ],
)
def test_days_of_a_file_become_the_same(tmp_path: Path, cells: Cells, read: list[Any], unread: int):
    """What is written as ISO has it is tried first."""
    found, readings = typed(tmp_path, "file", {"ordered_on": cells})
    assert found["ordered_on"] == [date(2024, *day) if day else None for day in read]
    assert readings.unreadable_days == ({"ordered_on": unread} if unread else {})


def test_numbers_and_days_need_no_reading_and_flags_about_texts_are_told():
    typed_cells = {"ordered_on": [date(2024, 1, 31), date(1969, 1, 1)], "amount": [1.5, float("nan")]}
    source = open_source(pl.DataFrame(typed_cells), ReadingOptions())
    mapping = {"ordered_on": "ordered_on", "amount": "amount"}
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, []),
        ({"decimal": ","}, ["--decimal"]),
        ({"date_format": "%d.%m.%Y"}, ["--date-format"]),
        ({"decimal": ",", "date_format": "%d.%m.%Y"}, ["--date-format", "--decimal"]),
    ]
    for options, flags in cases:
        lines, readings = type_lines(source, mapping, source.sample(), ReadingOptions(**options))
        table = source.engine.collect(lines.sort("source_line"))
        assert table["amount"].to_pylist() == [1.5, None]
        assert table["ordered_on"].to_pylist() == [date(2024, 1, 31), None]
        assert [one.numbers["flags"] for one in readings.decisions] == flags
        assert readings.left_numbers() is None


@WHERE
def test_only_columns_with_texts_that_are_no_plain_numbers_are_left(kind: str, tmp_path: Path):
    cells = {"ordered_on": ["31.01.2024"] * 3, "amount": ["1.5", "2", "3"], "quantity": ["1", "x", "2"]}
    left: Any = typed(tmp_path, kind, cells)[1].left
    assert [name for name in left.collect_schema().names() if name.endswith(" left")] == [
        "ordered_on left",
        "quantity left",
    ]


@pytest.mark.parametrize(
    ("values", "iso"),
    [
        (["2024-01-31"], True),
        (["2024-01-31 10:00", None, "", 7], True),
        (["2024-01-31", "soon"], False),  # half is not most
        (["2024-01-31", "2024-01-31", "soon"], True),
        (["2024-1-31"], False),
        (["2024/01/31"], False),
        (["2024-01/31"], False),
        (["abcd-01-31"], False),
        ([], False),
    ],
)
def test_whether_most_days_are_written_as_iso_has_it(values: list[object], *, iso: bool):
    assert _mostly_iso(values) is iso


@WHERE
def test_ids_lose_their_blanks_and_the_point_of_a_float(tmp_path: Path, kind: str):
    cells = {
        "customer_id": [" 17850.0", "K1\t", "1.50", ""],
        "product_name": ["a ", "b", "", "n/a"],
        "status": ["-", "b", "", "c"],
    }
    found, _ = typed(tmp_path, kind, cells, null_values=["-"])
    assert found["customer_id"] == ["17850", "K1", "1.50", None]
    assert found["status"] == [None, "b", None, "c"]
