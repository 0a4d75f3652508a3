from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketfold import words


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [
        (0.0, "money", "0"),
        (19.5, "money", "19.50"),
        (150.25, "money", "150"),
        (-0.004, "money", "0.00"),
        (1_234_567.4, "money", "1,234,567"),
        (0.0004, "share", "<0.1 %"),
        (0.0042, "share", "0.4 %"),
        (0.021, "share", "2.1 %"),
        (0.08, "share", "8 %"),
        (0.4649, "share", "46 %"),
        (0.927, "share", "92.7 %"),
        (0.995, "share", "99.5 %"),
        (0.99951, "share", ">99.9 %"),
        (0.0, "share", "0 %"),
        (1.0, "share", "100 %"),
        (1.5, "share", "150 %"),
        (-0.3, "share", "\u221230 %"),
        (-0.9999, "share", "<\u221299.9 %"),
        (-0.0001, "share", ">\u22120.1 %"),
        (0.5, "days", "0.5 days"),
        (1.0, "days", "1 day"),
        (2.25, "days", "2.2 days"),
        (1_500.4, "days", "1,500 days"),
        (2.25, "count", "2.2"),
        (11.4, "count", "11"),
        (-0.001, "ratio", "0"),
        (0.456, "ratio", "0.46"),
        (0.62, "flag", "62 %"),
        (math.nan, "share", words.MISSING),
    ],
)
def test_a_value_is_written_one_way(value: float, measure: str, text: str):
    assert words.measured(value, measure) == text  # type: ignore[arg-type]


@given(st.floats(0, 1))
def test_some_are_never_none_and_most_are_never_all(share: float):
    text = words.share(share)
    assert (text == "0 %") == (share == 0)
    assert (text == "100 %") == (share == 1)


@given(st.floats(-1e12, 1e12))
def test_money_is_within_half_of_what_it_shows(amount: float):
    text = words.exact_money(amount).replace(",", "").replace(words.MINUS, "-")
    assert float(text) == pytest.approx(amount, abs=0.00501)


def test_an_amount_carries_its_currency_and_its_sign():
    assert words.money(-1234.5, "EUR") == f"{words.MINUS}€1,234"
    assert words.money(2_500_000, "SEK", short=True) == f"2.5M{words.NARROW_SPACE}SEK"
    assert words.money(45_600, short=True) == "46K"
    assert [words.money(size, short=True) for size in (999_400, 999_600, 999_960_000)] == ["999K", "1.0M", "1.0B"]


def test_days_are_read_from_both_kinds_of_dates():
    assert words.day(date(2005, 5, 31)) == words.day(np.datetime64("2005-05-31T12:00")) == "31 May 2005"
