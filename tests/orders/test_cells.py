"""What one cell becomes, whatever its column holds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest

from marketfold.duckdb_engine import DuckDBEngine
from marketfold.orders.cells import (
    LAST,
    as_texts,
    begins_untidy,
    ends_untidy,
    iso_head,
    native_day,
    native_number,
    without_time,
)
from marketfold.polars_engine import PolarsEngine
from marketfold.spark_engine import SparkEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.engine import Engine


def cells(values: list[Any], *asked: nw.Expr, name: str = "a", dtype: Any = None) -> list[Any]:
    frame = nw.from_native(pl.LazyFrame({name: pl.Series(values, dtype=dtype)}))
    found: list[Any] = frame.select(*asked).collect().to_native().to_series().to_list()
    return found


def texts_of(values: list[Any], missing: tuple[str, ...] = (), name: str = "a") -> list[str | None]:
    frame = nw.from_native(pl.LazyFrame({name: values}, strict=False))
    found: list[str | None] = as_texts(frame, [name], missing, PolarsEngine()).collect()[name].to_list()
    return found


@pytest.mark.parametrize("blank", [" ", "\t", "\r", "\n", "\v", "\f", "\u00a0", "\u200b", "\ufeff"])
def test_blanks_of_every_kind_are_taken_off_a_cell(blank: str):
    texts = [f"{blank}a", f"a{blank}", f"{blank}a{blank}b{blank}", blank, "é", "a"]
    assert texts_of(texts) == ["a", "a", f"a{blank}b", None, "é", "a"]


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
        (["a", "b\ufeff"], (), False, True),
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
    assert texts_of(values) == texts


@pytest.mark.parametrize(
    ("missing", "name", "texts"),
    [
        ((), "category", ["17850.0", "10.0", "1.50", "x.0", None, "-", "-", None]),
        ((), "order_id", ["17850", "10", "1.50", "x.0", None, "-", "-", None]),
        (("-",), "category", ["17850.0", "10.0", "1.50", "x.0", None, None, None, None]),
        (("-", "x.0", "10"), "order_id", ["17850", "10", "1.50", None, None, None, None, None]),
    ],
)
def test_which_cells_are_filled(missing: tuple[str, ...], name: str, texts: list[str | None]):
    values = ["17850.0", " 10.0", "1.50", "x.0", "", "-", "- ", None]
    assert texts_of(values, missing, name) == texts


@pytest.mark.parametrize(
    ("values", "missing", "texts"),
    [
        ([Decimal("10.0"), Decimal("2.5")], (), ["10", "2.5"]),
        ([True, False], ("true",), [None, "false"]),
        ([10.0, 2.5], ("10",), [None, "2.5"]),
    ],
)
def test_what_is_no_text_is_filled_alike(values: list[Any], missing: tuple[str, ...], texts: list[str | None]):
    assert texts_of(values, missing, "order_id") == texts


ODD = {
    "\u00a010.0\t": "10", " 10.0\u2028": "10.0\u2028", "10.0\u2028": "10.0\u2028", " .0": ".0", "\u200b": None,
    "\x7fa\x7f": "\x7fa\x7f", "e\u0301 ": "e\u0301", "\ufeff😀\v": "😀", "- ": None, "": None,
}  # fmt: skip
"""Cells with blanks, and signs that are none, at their ends, and what they are as an order id where `-` is none."""


def assert_tidied(engine: Engine) -> None:
    frame = engine.from_arrow(pa.table({"order_id": list(ODD), "place": list(range(len(ODD)))}))
    found = engine.collect(as_texts(frame, ["order_id"], ("-",), engine)).sort_by("place")
    assert found.column_names == ["order_id", "place"]
    assert dict(zip(ODD, found["order_id"].to_pylist(), strict=True)) == ODD


@pytest.mark.parametrize("engine", [PolarsEngine, DuckDBEngine])
def test_odd_cells_are_tidied_alike(engine: Callable[[], Engine]):
    assert_tidied(engine())


@pytest.mark.spark
def test_odd_cells_are_tidied_alike_by_spark(spark: Any):  # noqa: ARG001  (the session that the engine takes)
    assert_tidied(SparkEngine())


@pytest.mark.parametrize("other", ["a _last_", "A _LAST_", "a _last__", "b _last_"])
@pytest.mark.parametrize("engine", [PolarsEngine, DuckDBEngine])
def test_a_column_may_be_called_as_a_helper_is(engine: Callable[[], Engine], other: str):
    made = engine()
    frame = made.from_arrow(pa.table({"a": [" v ", "10.0 "], other: ["v ", "w"], "n": [1, 2]}))
    for columns in (["a"], ["a", other]):
        found = made.collect(as_texts(frame, columns, (), made)).sort_by("n").to_pydict()
        assert found == {"a": ["v", "10.0"], other: ["v" if other in columns else "v ", "w"], "n": [1, 2]}


def test_only_the_columns_asked_for_become_texts():
    frame = nw.from_native(pl.LazyFrame({"order_id": [1.0, 2.0], "other": [1.0, 2.5], "n": [7, 0]}))
    found = as_texts(frame, ["order_id", "n"], (), PolarsEngine()).collect().to_native()
    assert found.to_dict(as_series=False) == {"order_id": ["1", "2"], "other": [1.0, 2.5], "n": ["7", "0"]}
    missing = as_texts(frame, ["n"], ("0",), PolarsEngine()).collect().to_native()
    assert missing["n"].to_list() == ["7", None]
    assert as_texts(frame, [], ("0",), PolarsEngine()) is frame


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
