"""What a column holds, over all of its lines; and nothing of columns that may be about a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.orders import column_profiles, may_be_personal, open_source, profile_columns
from marketfold.orders.column_profiles import _edges, _holds, first_samples
from marketfold.schema import ColumnProfile


def profiles(
    columns: Mapping[str, Sequence[object]], mapping: dict[str, str] | None = None
) -> dict[str, ColumnProfile]:
    options = ReadingOptions()
    return profile_columns(open_source(pa.table(dict(columns)), options), mapping or {}, options)


def test_numbers_are_counted_in_steps_and_their_ends_are_told():
    found = profiles({"Price": [*(f"{n},50" for n in range(100)), None, ""]})["Price"]
    assert (found.holds, found.ends) == ("number", (0.5, 99.5))
    assert found.empty_share == pytest.approx(2 / 102)
    assert sum(found.bars) == pytest.approx(1)
    assert max(found.bars) < 0.1


def test_few_whole_numbers_have_a_step_each():
    found = profiles({"Quarter": ["1", "2", "2", "4"]})["Quarter"]
    assert found.bars == (0.25, 0.5, 0.0, 0.25)


def test_one_number_alone_and_numbers_far_out():
    assert sum(profiles({"x": [3.5] * 9})["x"].bars) == pytest.approx(1)
    far = profiles({"x": [*(n / 7 for n in range(1000)), 1e9]})["x"]
    assert far.ends[1] == 1e9
    assert max(far.bars) < 0.1


def test_days_are_read_as_the_orders_are():
    found = profiles({"When": ["24/12/2024", "05/07/2024", "24/12/2024"]})["When"]
    assert (found.holds, found.ends) == ("day", ("2024-07-05", "2024-12-24"))
    assert [found.bars[0], found.bars[-1]] == pytest.approx([1 / 3, 2 / 3])
    assert profiles({"When": ["05/07/2024"] * 4})["When"].holds == "class"  # day-first or month-first


def test_classes_have_their_shares_and_texts_their_number():
    found = profiles({"Kind": ["Tea"] * 3 + ["Cup"], "Code": [f"x{n}" for n in range(4)]})
    assert found["Kind"].values == (("Tea", 0.75),)
    assert (found["Code"].holds, found["Code"].n_different) == ("text", 4)
    assert profiles({"Blank": ["", None]})["Blank"] == ColumnProfile("nothing", 1.0)


@pytest.mark.parametrize(
    ("column", "role", "cells"),
    [
        ("Name", "", ["Ada"]),
        ("x", "", ["ada@example.com"]),
        ("x", "", ["0151 23456789"]),
        ("x", "", [f"free text {n}" for n in range(300)]),
        ("City", "city", ["Ulm"]),
        ("Customer", "customer_id", ["Ada Birke", "Ben Erle"]),
        ("Customer", "customer_id", ["+49 151 23456789"]),
        ("Code", "product_id", ["ada@example.com"]),
    ],
)
def test_nothing_is_said_of_what_may_be_about_a_person(column: str, role: str, cells: list[object]):
    assert may_be_personal(column, role, cells)
    found = profiles({column: [*cells, None]}, {role: column} if role else {})[column]
    assert found == ColumnProfile("personal", 1 - len(cells) / (len(cells) + 1))


@pytest.mark.parametrize(
    ("column", "role", "cells"),
    [
        ("When", "", ["2024-01-31"]),
        ("Name of item", "product_name", ["Mug"]),
        ("Customer", "customer_id", ["C-17", "18"]),
    ],
)
def test_what_is_about_nobody_is_shown(column: str, role: str, cells: list[object]):
    assert not may_be_personal(column, role, cells)


def test_a_file_is_read_whole(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("Kind;Price\n" + "Tea;1,5\n" * 2000 + "Cup;2,5\n" * 3000, encoding="utf-8")
    found = profile_columns(open_source(path, ReadingOptions()), {}, ReadingOptions())
    assert found["Kind"].values == (("Cup", 0.6), ("Tea", 0.4))
    assert found["Price"].ends == (1.5, 2.5)


def test_what_only_stands_further_down_is_not_told_either():
    below = ["ada@example.com"] * 1500
    late = profiles({"x": [*[None] * 1500, *below], "y": [*["Tea"] * 1500, *below]})
    assert late["x"] == ColumnProfile("unreadable", 0.5)
    assert late["y"] == ColumnProfile("personal", 0.0)


@pytest.mark.parametrize(
    ("low", "high", "whole", "edges"),
    [
        (1, 3, True, [0.5, 1.5, 2.5, 3.5]),
        (1.5, 2.5, True, [0.5, 1.5, 2.5, 3.5]),  # between whole numbers lie those at either side
        (0, 15, True, [place - 0.5 for place in range(17)]),
        (0, 16, True, [float(place) for place in range(17)]),  # too many for one each
        (0, 1, False, [place / 16 for place in range(17)]),
        (4, 4, True, [3.5, 4.5]),
        (4, 4, False, [3.5 + place / 16 for place in range(17)]),
    ],
)
def test_steps_between_two_numbers(low: float, high: float, *, whole: bool, edges: list[float]):
    assert _edges(low, high, whole) == edges


def test_the_first_different_cells_are_shown_and_long_ones_cut():
    assert first_samples([" b ", None, "a", "", "b", "c", "d"]) == ("b", "a", "c")
    assert first_samples(["x" * 61, "y" * 60]) == ("x" * 60, "y" * 60)
    assert first_samples([None, ""]) == ()


@pytest.mark.parametrize(
    ("role", "cells", "holds"),
    [
        ("", [None, ""], "nothing"),
        ("", ["2024-01-31", "2024-02-01"], "day"),
        ("", ["1,5"] * 19 + ["x"], "number"),
        ("", ["1,5"] * 18 + ["x"] * 2, "class"),
        ("", ["P12", "P13"], "class"),  # an id, though it can be read as money
        ("order_id", ["12", "13"], "class"),
        ("amount", ["P12", "13"], "number"),
        ("amount", ["12", "13"], "number"),
        ("", list("abcde"), "class"),
        ("", list("abcdef"), "text"),
        ("", list("abcdef") * 2, "class"),  # half as many as there are cells
        ("", [*"abcdef", *"abcde"], "text"),
    ],
)
def test_what_the_first_cells_are(role: str, cells: list[object], holds: str):
    assert _holds(role, cells) == holds


@pytest.mark.parametrize(
    ("column", "role", "cells", "personal"),
    [
        ("x", "", [None], False),
        ("x", "", ["a", "b"], False),
        ("x", "customer_id", ["ABCD-17", "#9"], False),
        ("x", "customer_id", ["ABCDE-17"], True),
        ("x", "customer_id", ["17", "Ann"], True),
        ("E-mail", "customer_id", ["17"], True),
        ("x", "order_id", ["Ann"], False),
        ("E-mail", "order_id", ["17"], False),
        ("x", "email", ["17"], True),
    ],
)
def test_which_columns_may_be_about_a_person(column: str, role: str, cells: list[object], *, personal: bool):
    assert may_be_personal(column, role, cells) is personal


def test_what_stands_once_is_told_by_how_many_there_are():
    texts = profiles({"Kind": [*"aabbccddeeff", "g", "h"], "Long": ["x" * 70] * 14})
    assert [value for value, _ in texts["Kind"].values] == list("abcde")
    assert texts["Kind"].n_different == 8
    assert texts["Long"].values == (("x" * 60, 1.0),)


def test_columns_after_those_that_are_looked_at_are_known_by_their_first_cells(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(column_profiles, "MOST_COLUMNS", 2)
    kinds = ["a", "a", "b"]
    found = profiles({"Kind": kinds, "Town size": kinds, "Other": kinds, "E-mail": kinds}, {"Other": "amount"})
    assert (found["Kind"].holds, found["Town size"].holds) == ("class", "class")
    assert found["Other"] == ColumnProfile("unreadable", samples=("a", "b"))
    assert found["E-mail"] == ColumnProfile("personal")


def test_a_row_of_no_cells_is_no_share():
    assert profiles({"x": pa.array([], pa.string())})["x"] == ColumnProfile("nothing", None)


def test_the_outermost_hundredths_stand_in_the_first_and_the_last_bar():
    numbers = profiles({"x": [float(n) + 0.5 for n in range(201)]})["x"]
    assert numbers.ends == (0.5, 200.5)
    assert numbers.bars[0] > numbers.bars[1]
    assert numbers.bars[-1] > numbers.bars[-2]
