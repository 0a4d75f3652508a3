"""Numbers and money as texts: one rule, said once for a text and once for every engine."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketfold.orders.numbers import (
    Decimal,
    DecimalEvidence,
    as_one_sign,
    mixed_decimals,
    number_from_text,
    read_number,
    sample_evidence,
)

READ: list[tuple[str, float | None]] = [
    ("1,234.50", 1234.5), ("(1,234.50)", -1234.5), ("$1,234.50", 1234.5), ("-$5", -5.0), ("$-5", -5.0), ("5-", -5.0),
    ("12", 12.0), (".5", 0.5), ("5.", 5.0), ("1e5", 100_000.0), ("EUR 12.50", 12.5), ("12.50 kr", 12.5),
    ("Rs. 500", 500.0), ("1 234.5", 1234.5), ("1\u00a0234.50 €", 1234.5), ("1'234.50", 1234.5),
    ("1,00,000", 100_000.0), ("CHF 12.-", 12.0), ("12.-", 12.0), ("\u22127", -7.0), ("+3", 3.0), ("US$5.00", 5.0),
    ("12.50 zł", 12.5), ("abc", None), ("", None), ("-", None), ("1.2.3", None), ("1,23", None), ("inf", None),
    ("nan", None), ("5 %", None), ("0x10", None), ("1_000", None), ("12 34", None), ("1e999", None), ("10:30", None),
    ("(5", None),
]  # fmt: skip

SWAP = str.maketrans(".,", ",.")


DECIMALS: tuple[Decimal, Decimal] = (".", ",")


def by_engines(texts: list[str], decimal: Decimal) -> list[list[float | None]]:
    table = pa.table({"text": texts})
    frames: list[Any] = [duckdb.from_arrow(table), pl.LazyFrame(pl.DataFrame(table))]
    asked = number_from_text(nw.col("text"), decimal).alias("number")
    return [nw.from_native(frame).select(asked).collect("pyarrow").get_column("number").to_list() for frame in frames]


@pytest.mark.parametrize(("text", "number"), READ)
def test_read_number(text: str, number: float | None) -> None:
    assert read_number(text) == number
    if text not in {"Rs. 500", "1,00,000"}:  # a point that is no decimal sign; grouping by two is Indian, with commas
        assert read_number(text.translate(SWAP), ",") == number


@pytest.mark.parametrize("decimal", [".", ","])
def test_engines_agree_with_the_rule(decimal: Decimal) -> None:
    texts = [text if decimal == "." else text.translate(SWAP) for text, _ in READ]
    for found in by_engines(texts, decimal):
        assert found == [read_number(text, decimal) for text in texts]


@pytest.mark.spark
def test_spark_agrees_with_the_rule(spark: Any) -> None:
    texts = [text for text, _ in READ]
    frame = nw.from_native(spark.createDataFrame(pa.table({"place": range(len(texts)), "text": texts})))
    asked = frame.with_columns(number_from_text(nw.col("text"), ".").alias("number")).sort("place").select("number")
    assert asked.to_native().toArrow()["number"].to_pylist() == [number for _, number in READ]


@given(
    st.decimals(-(10**9), 10**9, places=2),
    st.sampled_from(["", ",", " ", "'", "\u00a0"]),
    st.sampled_from(["{}", "${}", "{} €", "EUR {}", " {} "]),
)
def test_money_comes_back(value: Any, thousands: str, dress: str) -> None:
    figures = f"{abs(value):,.2f}".replace(",", thousands)
    number = float(value)
    for text in [f"-{figures}", f"({figures})", f"{figures}-"] if number < 0 else [figures, f"+{figures}"]:
        assert read_number(dress.format(text)) == number
        if "." not in dress:
            comma = figures.translate(SWAP) if thousands == "," else figures.replace(".", ",")
            assert read_number(dress.format(text.replace(figures, comma)), ",") == number


@settings(max_examples=25)
@given(st.lists(st.text("0123456789.,-+() $€eE'a\u00a0", max_size=12), min_size=1, max_size=60))
def test_engines_agree_on_any_text(texts: list[str]) -> None:
    for decimal in DECIMALS:
        expected = [read_number(text, decimal) for text in texts]
        for found in by_engines([text.strip() for text in texts], decimal):
            assert found == expected


def test_more_than_any_line_amounts_to_is_no_number() -> None:
    texts = ["999999999999", "4111111111111111", "-1e15", "1e300"]
    assert [read_number(text) for text in texts] == [999_999_999_999.0, None, None, None]
    for found in by_engines(texts, "."):
        assert found == [read_number(text) for text in texts]


@given(st.text(max_size=15))
def test_any_text_is_a_finite_number_or_none(text: str) -> None:
    number = read_number(text)
    assert number is None or math.isfinite(number)


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1.234,50"], ","), (["12,5", "1.234"], ","), (["0,125"], ","), (["1.234.567"], ","), (["1,234.50"], "."),
        (["12.5"], "."), (["1,234,567"], "."), ([".125"], "."), (["1,234"], None), (["1.234"], None), (["12"], None),
        (["1.50", "1,50"], None), (["12,50 €"], ","), (["1234.567"], "."), (["0.125"], "."),
    ],
)  # fmt: skip
def test_evidence_for_the_decimal_sign(texts: list[str], sign: str | None) -> None:
    assert sample_evidence(texts).sign == sign


def test_each_text_is_counted_for_the_sign_that_it_shows() -> None:
    texts = ["12,50", "12,50", "1,5", "12.50", "1.234", "1.234", "1,234", "12", "1.234,5.50", None, 12.5]
    assert sample_evidence(texts) == DecimalEvidence(comma=3, point=1, open_comma=1, open_point=2)
    assert sample_evidence([]) == DecimalEvidence()
    both = DecimalEvidence(1, 2, 3, 4) + DecimalEvidence(10, 20, 30, 40)
    assert both == DecimalEvidence(comma=11, point=22, open_comma=33, open_point=44)


@pytest.mark.parametrize(
    ("texts", "is_open", "point", "comma"),
    [
        (["12,50"], False, True, False),
        (["12.50"], False, False, True),
        (["1,234"], True, False, True),
        (["1.234"], True, True, False),
        (["12,50", "12.50"], True, True, True),
        (["12"], False, False, False),
    ],
)
def test_what_speaks_against_a_sign(texts: list[str], *, is_open: bool, point: bool, comma: bool) -> None:
    """What fits both signs is read as thousands by one of them: it speaks against the sign that is in it."""
    found = sample_evidence(texts)
    assert (found.is_open, found.against("."), found.against(",")) == (is_open, point, comma)


def test_files_with_different_signs_are_read_with_a_point() -> None:
    assert as_one_sign([["1.234,50", "soon", None, 5], ["12.25"]]) == [["1234.50", "soon", None, 5], ["12.25"]]
    for alike in ([["1,50"], ["2,25"]], [["1.50"], ["2.25"]], [["1,50"], ["12"]], []):
        assert as_one_sign(alike) == alike


def test_a_column_with_both_signs_is_told_with_how_many_of_each() -> None:
    fault = mixed_decimals("Total", sample_evidence(["1,50", "2,50", "3.25"]))
    assert fault.what == "'Total' has 2 values with a decimal comma and 1 with a decimal point."


@pytest.mark.parametrize("text", ["1000000000000", "1e12", "-1000000000000", "-1e12", "(1e12)"])
def test_a_thousand_thousand_millions_are_the_most(text: str) -> None:
    expected = None if text.startswith("(") else -1e12 if text.startswith("-") else 1e12
    assert read_number(text) == expected
    assert read_number(text.replace("000000000000", "000000000001").replace("1e12", "1.1e12")) is None
    for found in by_engines([text], "."):
        assert found == [expected]
