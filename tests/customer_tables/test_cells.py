"""One column of a table of customers: what its cells are, each kind just on either side of its bound."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.customer_tables.cells import Column, as_day
from marketfold.orders import EARLIEST, latest_day


def column(*cells: Any, name: str = "column", dtype: pa.DataType | None = None, **options: Any) -> Column:
    return Column.of(name, pa.chunked_array([pa.array(cells, dtype)]), ReadingOptions(**options))


def test_cells_are_trimmed_texts_and_each_row_has_one_of_them() -> None:
    found = column(" a ", "b", "a", "", None, " ")
    assert found.texts == ("a", "b")
    assert found.codes.tolist() == [0, 1, 0, -1, -1, -1]
    assert found.filled.tolist() == [True, True, True, False, False, False]
    assert (found.counts.tolist(), found.different) == ([2, 1], 2)
    assert found.classes.tolist() == ["a", "b", "a", None, None, None]
    some = found.take(np.array([1, 3]))
    assert (some.classes.tolist(), some.counts.tolist(), some.different) == (["b", None], [0, 1], 1)


def test_whole_numbers_stand_without_a_point_and_what_stands_for_nothing_is_none() -> None:
    assert column(1.0, 2.5, float("nan"), None).texts == ("1", "2.5")
    assert column("x", "n/a", null_values=("n/a",)).texts == ("x",)


@pytest.mark.parametrize(("wrong", "is_number"), [(1, True), (2, False)])
def test_nineteen_in_twenty_cells_are_numbers(wrong: int, *, is_number: bool) -> None:
    cells = [str(10 + place) for place in range(20 - wrong)] + ["x", "y"][:wrong]
    found = column(*cells, *[None] * 10)
    assert found.is_number is is_number
    assert np.isnan(found.numbers).tolist() == [False] * (20 - wrong) + [True] * (wrong + 10)
    assert found.numbers[:3].tolist() == [10, 11, 12]


@pytest.mark.parametrize(("wrong", "is_date"), [(1, True), (2, False)])
def test_nineteen_in_twenty_cells_are_days(wrong: int, *, is_date: bool) -> None:
    cells = [f"2024-01-{place + 1:02}" for place in range(20 - wrong)] + ["x", "y"][:wrong]
    found = column(*cells)
    assert found.is_date is is_date
    assert not found.is_number
    assert found.days[:2].tolist() == [date(2024, 1, 1).toordinal(), date(2024, 1, 2).toordinal()]
    assert np.isnan(found.days[-1])


def test_days_that_can_be_read_in_two_ways_are_days_of_which_more_must_be_said() -> None:
    found = column("03/04/2024", "05/06/2024")
    assert found.is_date
    assert found.day_fault is not None
    assert column("03/04/2024", "25/06/2024").day_fault is None
    assert column("03/04/2024", "05/06/2024", date_format="%d/%m/%Y").days.tolist() == [
        date(2024, 4, 3).toordinal(), date(2024, 6, 5).toordinal()
    ]  # fmt: skip


def test_days_beyond_those_of_any_order_are_none() -> None:
    far = date(latest_day().year + 3, 1, 1).isoformat()
    assert np.isnan(column("2024-01-05", far).days).tolist() == [False, True]


def test_typed_days_are_days_and_no_numbers() -> None:
    for cells in ((date(2024, 1, 5), None), (datetime(2024, 1, 5, 10, 30), None)):
        found = column(*cells)
        assert (found.holds_days, found.is_date, found.is_number, found.looks_personal) == (True, True, False, False)
        assert found.days[0] == date(2024, 1, 5).toordinal()
    assert not column(date(2024, 1, 5), dtype=pa.date32()).is_number


def test_eight_figures_are_a_day_where_all_begin_with_a_century() -> None:
    assert column("20240105", "19991231").is_date
    assert not column("20240105", "30001231").is_date
    assert not column("2024010", "2024011").is_date


def test_an_empty_column_is_nothing() -> None:
    found = column(None, "", dtype=pa.string())
    assert (found.is_number, found.is_date, found.is_flag, found.looks_personal, found.different) == (
        False, False, False, False, 0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "flags"),
    [
        (("yes", "no", None), [1, 0, None]),
        (("Ja", "NEIN", "ja"), [1, 0, 1]),
        (("1", "0", "0"), [1, 0, 0]),
        (("true", "False"), [1, 0]),
        (("yes", "ja"), None),  # nobody says no
        (("no", "0"), None),
        (("yes", "no", "maybe"), None),
    ],
)
def test_yes_and_no_in_any_language(cells: tuple[str | None, ...], flags: list[float | None] | None) -> None:
    found = column(*cells)
    assert found.is_flag is (flags is not None)
    if flags is not None:
        assert [None if np.isnan(one) else one for one in found.flags] == flags


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,5", 1.5), ("€ 7", 7), ("7 EUR", 7), ("K12", None), ("12 K", None), ("-3,25", -3.25), ("1.234,5", 1234.5)],
)
def test_letters_beside_a_number_are_money_or_make_a_code_of_it(text: str, number: float | None) -> None:
    found = column(text, "2,5", "3,5", "4,25").numbers[0]
    assert (None if np.isnan(found) else found) == number


@pytest.mark.parametrize(("mails", "personal"), [(2, False), (3, True)])
def test_over_half_of_the_cells_are_addresses(mails: int, *, personal: bool) -> None:
    cells = [f"a{place}@shop.example" for place in range(mails)] + ["x", "y", "z"][: 4 - mails]
    assert column(*cells).looks_personal is personal


def test_a_day_number_lies_within_what_any_order_can_have() -> None:
    assert as_day(date(2024, 1, 5).toordinal() + 0.9) == date(2024, 1, 5)
    assert as_day(1) == EARLIEST
    assert as_day(date(9999, 1, 1).toordinal()) == latest_day()


@pytest.mark.parametrize(("iso", "refused"), [(12, False), (13, True)])
def test_a_format_is_refused_where_another_reads_over_twice_as_many_cells(iso: int, *, refused: bool) -> None:
    """Six cells of one day at other hours, as the format has it, beside days of another."""
    cells = [f"05.01.2024 {hour:02}:00" for hour in range(6)] + [f"2024-02-{day + 1:02}" for day in range(iso)]
    assert (column(*cells, date_format="%d.%m.%Y").day_fault is not None) is refused
