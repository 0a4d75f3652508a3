"""Sheets whose rows stand in another one too, totals aside."""

from __future__ import annotations

from collections.abc import Sequence

from marketfold.orders.repeated_tables import rows_within

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
