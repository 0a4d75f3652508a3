"""What a column holds, over all of its lines; and nothing of columns that may be about a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.orders import may_be_personal, open_source, profile_columns
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
