"""Source columns as text, numbers and days: what can be said of each cell alone, as lazy expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.orders.dates import EARLIEST, TIME_OF_DAY, latest_day
from marketfold.orders.numbers import finite

if TYPE_CHECKING:
    from collections.abc import Sequence

BLANKS = " \t\r\n\v\f\u00a0\u200b\ufeff"

NUMBER_LIKE = frozenset({"order_id", "line_number", "customer_id", "product_id", "phone", "postal_code"})
"""Texts of figures, which a spreadsheet or data frame may have turned into `17850.0`."""


def text_cell(column: str, dtype: nw.dtypes.DType, null_values: Sequence[str], *, number_like: bool) -> nw.Expr:
    """A cell as trimmed text; null where it is empty.

    Parameters
    ----------
    column
        Name of the column.
    dtype
        Its type in the frame.
    null_values
        Texts that stand for a missing cell as well.
    number_like
        Whether `17850.0` is the id `17850`.
    """
    cell = nw.col(column)
    if dtype.is_float():
        number = finite(cell)
        whole = nw.when(number == number.floor()).then(number).cast(nw.Int64).cast(nw.String)
        return nw.coalesce(whole, nw.when(number != number.floor()).then(number).cast(nw.String)).alias(column)
    text = _stripped(cell, dtype, null_values)
    if number_like and dtype == nw.String:
        whole = nw.when(text.str.contains(r"^[0-9]+\.0$")).then(text.str.replace_all(r"\.0$", "")).otherwise(text)
        text = nw.when(text.str.ends_with(".0")).then(whole).otherwise(text)
    return text.alias(column)


def _stripped(cell: nw.Expr, dtype: nw.dtypes.DType, null_values: Sequence[str]) -> nw.Expr:
    if dtype.is_temporal():
        return cell.cast(nw.String)
    text = cell.cast(nw.String).str.strip_chars(BLANKS)
    return nw.when(~text.is_in(["", *null_values])).then(text)


def native_number(column: str) -> nw.Expr:
    """A column of numbers; NaN and infinity are null."""
    return finite(nw.col(column)).alias(column)


def plausible_day(day: nw.Expr) -> nw.Expr:
    """A day from 1970 to the end of next year; another is unreadable, as 1899 and 2999 are placeholders."""
    return nw.when(day.is_between(EARLIEST, latest_day())).then(day)


def native_day(column: str) -> nw.Expr:
    """A column of dates or times as days."""
    return plausible_day(nw.col(column).cast(nw.Date)).alias(column)


def iso_head(text: nw.Expr) -> nw.Expr:
    """The first ten characters of a text that may start as `2024-01-31` and have only a time after it."""
    ends = (text.str.len_chars() == 10) | text.str.slice(10, 1).is_in(["T", " "])
    return nw.when(ends & (text.str.slice(4, 1) == "-")).then(text.str.slice(0, 10))


def without_time(text: nw.Expr) -> nw.Expr:
    """A text of a date without its time of day."""
    return text.str.replace_all(TIME_OF_DAY, "")


def names_of(frame: nw.LazyFrame[Any]) -> list[str]:
    """Column names of a lazy frame."""
    return frame.collect_schema().names()
