"""What one cell becomes, whatever its column holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from marketfold.orders.cells import (
    LAST,
    as_texts,
    begins_untidy,
    ends_untidy,
    filled_cell,
    iso_head,
    native_day,
    native_number,
    text_cell,
    trimmed,
    without_time,
)


def cells(values: list[Any], *asked: nw.Expr, name: str = "a", dtype: Any = None) -> list[Any]:
    frame = nw.from_native(pl.LazyFrame({name: pl.Series(values, dtype=dtype)}))
    found: list[Any] = frame.select(*asked).collect().to_native().to_series().to_list()
    return found


@pytest.mark.parametrize("blank", [" ", "\t", "\r", "\n", "\v", "\f", "\u00a0", "\u200b", "\ufeff"])
def test_blanks_of_every_kind_are_taken_off_a_cell(blank: str):
    texts = [f"{blank}a", f"a{blank}", f"{blank}a{blank}b{blank}", blank, "é", "a"]
    if blank in "\v\f\ufeff":  # which stand at the front alone, where they are looked for
        texts[1] = "a"
        texts[2] = f"{blank}a{blank}b"
    assert cells(texts, trimmed(nw.col("a"))) == ["a", "a", f"a{blank}b", "", "é", "a"]


@pytest.mark.parametrize(
    ("least", "most", "untidy"),
    [
        ("a", "b", False),
        ("", "b", True),
        (" a", "b", True),
        ("!", "b", False),
        ("a", "é", True),
        ("a", "~", False),
        ("a", "\x7f", False),
        (None, None, False),
    ],
)
def test_a_column_that_begins_tidily_is_known_by_its_ends(least: str | None, most: str | None, *, untidy: bool):
    assert begins_untidy(least, most) is untidy


@pytest.mark.parametrize(
    ("values", "missing", "number_like", "untidy"),
    [
        (["a", "b"], (), False, False),
        (["a", "b "], (), False, True),
        (["a", "b\u00a0"], (), False, True),
        (["a", "b!"], (), False, False),
        (["a", "é"], (), False, False),
        (["a", "-"], ("-",), False, True),
        (["a", "-"], (), False, False),
        (["10", "20"], (), True, False),
        (["10.0", "20"], (), True, True),
        (["10.0", "20"], (), False, False),
    ],
)
def test_a_cell_that_would_be_another_is_seen(
    values: list[str], missing: tuple[str, ...], *, number_like: bool, untidy: bool
):
    frame = nw.from_native(pl.LazyFrame({"a": values, f"a{LAST}": [value[-1:] for value in values]}))
    found = frame.select(ends_untidy("a", missing, number_like=number_like)).collect()
    assert found["a"].to_list() == [untidy]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.0, -3.0, 2.5, float("nan"), float("inf"), None], ["1", "-3", "2.5", None, None, None]),
        ([2.0**60, 2.0**63, -(2.0**63)], [str(2**60), "9.223372036854776e+18", "-9.223372036854776e+18"]),
        ([1, 20, None], ["1", "20", None]),
        ([" a", "b", None], ["a", "b", None]),
        ([date(2024, 1, 31)], ["2024-01-31"]),
    ],
)
def test_a_cell_as_text(values: list[Any], texts: list[str | None]):
    dtype = nw.from_native(pl.LazyFrame({"a": values})).collect_schema()["a"]
    assert cells(values, text_cell("a", dtype)) == texts


@pytest.mark.parametrize(
    ("missing", "number_like", "texts"),
    [
        ((), False, ["17850.0", "1.50", "x.0", None, "-", None]),
        ((), True, ["17850", "1.50", "x.0", None, "-", None]),
        (("-",), False, ["17850.0", "1.50", "x.0", None, None, None]),
        (("-", "x.0"), True, ["17850", "1.50", None, None, None, None]),
    ],
)
def test_which_cells_are_filled(missing: tuple[str, ...], *, number_like: bool, texts: list[str | None]):
    values = ["17850.0", "1.50", "x.0", "", "-", None]
    assert cells(values, filled_cell("a", missing, number_like=number_like)) == texts


def test_only_the_columns_asked_for_become_texts():
    frame = nw.from_native(pl.LazyFrame({"order_id": [1.0, 2.0], "other": [1.0, 2.5], "n": [7, 0]}))
    found = as_texts(frame, ["order_id", "n"], ()).collect().to_native()
    assert found.to_dict(as_series=False) == {"order_id": ["1", "2"], "other": [1.0, 2.5], "n": ["7", "0"]}
    missing = as_texts(frame, ["n"], ("0",)).collect().to_native()
    assert missing["n"].to_list() == ["7", None]
    assert as_texts(frame, [], ("0",)) is frame


def test_numbers_and_days_that_no_line_has_are_none():
    assert cells([1.5, float("nan"), float("-inf"), 1e12, 1.1e12, -1e12], native_number("a")) == [
        1.5, None, None, 1e12, None, -1e12
    ]  # fmt: skip
    days = [date(1970, 1, 1), date(1970, 1, 2), date(2098, 12, 31), date(2099, 1, 1), None]
    assert cells(days, native_day("a")) == [None, days[1], days[2], None, None]
    assert cells([datetime(2024, 1, 31, 23, 59)], native_day("a")) == [date(2024, 1, 31)]


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31 10:00", "2024-01-31"),
        ("2024-01-31T10:00", "2024-01-31"),
        ("2024-01-311", None),
        ("2024-01-31-10", None),
        ("2024/01/31", None),
        ("20240-1-31", None),
        ("2024-1-31", None),
        ("31.01.2024", None),
    ],
)
def test_what_may_start_as_iso_days_do(text: str, head: str | None):
    assert cells([text], iso_head(nw.col("a"))) == [head]


def test_a_time_is_taken_off_a_day():
    texts = ["2024-01-31 10:00", "31.01.2024", "Jan 31, 2024 at 9:05 PM"]
    assert cells(texts, without_time(nw.col("a"))) == ["2024-01-31", "31.01.2024", "Jan 31, 2024"]
