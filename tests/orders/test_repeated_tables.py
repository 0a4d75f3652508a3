"""Sheets whose rows stand in another one too, totals aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.orders.repeated_tables import rows_within, same_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS = ("id", "day", "who", "money")


def table(*rows: Sequence[object]) -> dict[str, list[object]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}


LINES = [(n, f"2024-01-{n + 1:02}", f"C{n % 3}", 10 + n) for n in range(12)]
TOTAL = (None, None, None, 99)


def test_a_row_of_totals_is_none_of_a_sheets_lines():
    assert rows_within([table(*LINES), table(*LINES[:5], TOTAL)], COLUMNS) == {1: 0}


def test_many_rows_with_few_cells_are_lines_like_the_others():
    """Half the rows of a sheet are no totals: they must stand in the other one too."""
    sparse = [(None, f"2024-02-{n + 1:02}", None, None) for n in range(5)]
    assert rows_within([table(*LINES), table(*LINES[:5], *sparse)], COLUMNS) == {}
    assert rows_within([table(*LINES, *sparse), table(*LINES[:5], *sparse)], COLUMNS) == {1: 0}


def test_two_rows_may_be_the_same_by_chance():
    assert rows_within([table(*LINES), table(*LINES[:2])], COLUMNS) == {}
    assert rows_within([table(*LINES), table(*LINES[:3])], COLUMNS) == {1: 0}


def test_of_two_sheets_with_the_same_rows_the_first_is_read():
    assert rows_within([table(*LINES), table(*LINES)], COLUMNS) == {1: 0}
    assert rows_within([table(*LINES[:5]), table(*LINES), table(*LINES[::-1])], COLUMNS) == {0: 1, 2: 1}
    assert (
        rows_within([table(*LINES), table(*LINES[:4], LINES[0])], COLUMNS) == {}
    )  # a row that comes twice there alone


def test_half_as_many_cells_as_most_rows_have_make_no_line():
    two, three = (None, None, "C1", 99), (None, "2024-01-31", "C1", 99)
    assert rows_within([table(*LINES), table(*LINES[:5], two)], COLUMNS) == {1: 0}
    assert rows_within([table(*LINES), table(*LINES[:5], three)], COLUMNS) == {}


@pytest.mark.parametrize(("totals", "within"), [(2, True), (3, False)])
def test_one_row_in_ten_and_one_more_may_be_a_total(totals: int, *, within: bool):
    few = table(*LINES[:10], *[TOTAL] * totals)
    assert (rows_within([table(*LINES), few], COLUMNS) == {1: 0}) is within


def test_a_file_that_is_another_byte_for_byte_is_read_once(tmp_path: Path):
    told = {"orders.csv": "a,b\n", "orders (1).csv": "a,b\n", "more.csv": "a,c\n", "copy of more.csv": "a,c\n"}
    for name, text in told.items():
        (tmp_path / name).write_text(text, "utf-8")
    paths = {name: tmp_path / name for name in (*told, "orders.csv")}
    assert same_files(paths) == {"orders (1).csv": "orders.csv", "copy of more.csv": "more.csv"}
