"""Source columns as text, numbers and days: what can be said of each cell alone, as lazy expressions."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.orders.dates import EARLIEST, LATEST_READ, TIME_OF_DAY
from marketfold.orders.numbers import finite, plausible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.engine import Engine

BLANKS = " \t\r\n\v\f\u00a0\u200b\ufeff"

_EDGES = BLANKS + "".join(filter(str.isspace, map(chr, range(0x3001))))

_WIDEST = 2.0**62
"""Whole floats beyond it are no 64-bit integers; none is an id."""

NUMBER_LIKE = frozenset({"order_id", "line_number", "customer_id", "product_id", "phone", "postal_code"})
"""Texts of figures, which a spreadsheet or data frame may have turned into `17850.0`."""


def bare(text: str) -> str:
    r"""A text without what is blank around it, signs without width included.

    >>> bare(" \ufeffMug\u200b\n")
    'Mug'
    """
    return text.strip(_EDGES)


def begins_untidy(least: str | None, most: str | None) -> bool:
    """Whether some cell of a text column may be empty or begin with a blank, by the least and the most of its texts."""
    return least is not None and most is not None and (least < "!" or most > "\x7f")


LAST = " _last_"
"""Ending of the column that holds the last character of each text."""


def _may_end_untidily(text: nw.Expr, last: nw.Expr, null_values: Sequence[str], *, number_like: bool) -> nw.Expr:
    """Whether a text that does not begin untidily may be another as a tidy cell.

    Its last character is asked first: few give a reason to ask more of a cell.
    """

    def where(reason: nw.Expr, asked: nw.Expr) -> nw.Expr:
        return nw.when(reason).then(asked).otherwise(nw.lit(False))  # noqa: FBT003

    wide = reduce(or_, (text.str.ends_with(blank) for blank in BLANKS if blank > "\x7f"))
    untidy = (last < "!") | where(last > "~", wide)
    if null_values:
        untidy = untidy | text.is_in(null_values)
    if number_like:
        untidy = untidy | where(last == "0", text.str.ends_with(".0"))
    return untidy


def ends_untidy(column: str, null_values: Sequence[str], *, number_like: bool) -> nw.Expr:
    """Whether any cell of a text column that does not begin untidily may be another after `as_texts`.

    A table that is not copied is tidied again in every query; a column that needs none is better known as such. The
    last character of each is in the column named by it and `LAST`.
    """
    ends = _may_end_untidily(nw.col(column), nw.col(column + LAST), null_values, number_like=number_like)
    return ends.any().alias(column)


def _filled(text: nw.Expr, null_values: Sequence[str], *, number_like: bool) -> nw.Expr:
    """A trimmed text, null where it is empty or stands for a missing cell; a number-like `17850.0` is `17850`."""
    kept = text != ""
    if null_values:
        kept = kept & ~text.is_in(null_values)
    if not number_like:
        return nw.when(kept).then(text)
    whole = nw.when(text.str.contains(r"^[0-9]+\.0$")).then(text.str.replace_all(r"\.0$", "")).otherwise(text)
    # In Java `$` stands before a line's end, too, which may be none of the blanks.
    number = nw.when(text.str.ends_with(".0")).then(whole).otherwise(text)
    return nw.when(kept).then(number)


def _number_as_text(column: str) -> nw.Expr:
    """A column of floats as text, whole ones without a point; NaN and infinity are null."""
    number = finite(nw.col(column))
    is_whole = (number == number.floor()) & number.is_between(-_WIDEST, _WIDEST)
    whole = nw.when(is_whole).then(number).cast(nw.Int64).cast(nw.String)
    broken = nw.when(~is_whole).then(number).cast(nw.String)
    return nw.coalesce(whole, broken)


def _tidy_cell(column: str, dtype: nw.dtypes.DType, last: str, null_values: Sequence[str]) -> nw.Expr:
    """A cell as `as_texts` gives it; `last` is the column that holds the last character of a text.

    Engines take a set of characters off slowly (on DuckDB half a second of work for a million cells), and few cells
    have blanks. So each text is first asked, cheaply, whether it may be another: empty ones and those that begin with a
    blank of ASCII are below `!`, those that begin with another beyond all of ASCII.
    """
    text, number_like = nw.col(column), column in NUMBER_LIKE
    if dtype == nw.String:
        ends = _may_end_untidily(text, nw.col(last), null_values, number_like=number_like)
        trimmed = _filled(text.str.strip_chars(BLANKS), null_values, number_like=number_like)
        return nw.when((text < "!") | (text > "\x7f") | ends).then(trimmed).otherwise(text).alias(column)
    cell = _number_as_text(column) if dtype.is_float() else text.cast(nw.String)
    if null_values or not dtype.is_integer():  # a whole number is not empty and has no point
        cell = _filled(cell, null_values, number_like=number_like)
    return cell.alias(column)


def as_texts(
    frame: nw.LazyFrame[Any], columns: Sequence[str], null_values: Sequence[str], engine: Engine
) -> nw.LazyFrame[Any]:
    """Turn columns into trimmed text, null where there is none; others stay as they are.

    Parameters
    ----------
    frame
        Any columns, lazily.
    columns
        Those to turn; where named as a role of `NUMBER_LIKE`, `17850.0` is the id `17850`.
    null_values
        Texts that stand for a missing cell as well.
    engine
        Where the frame is computed.
    """
    if not columns:
        return frame
    schema = frame.collect_schema()
    last = LAST
    while any(name.casefold().endswith(last) for name in schema):  # columns may be called as their owner likes
        last += "_"
    if texts := [column for column in columns if schema[column] == nw.String]:
        frame = engine.last_letters(frame, {column + last: column for column in texts})
    turned = {column: _tidy_cell(column, schema[column], column + last, null_values) for column in columns}
    return frame.select(*(turned.get(column, nw.col(column)) for column in schema))


def native_number(column: str) -> nw.Expr:
    """A column of numbers; NaN, infinity and what no line amounts to are null."""
    return plausible(nw.col(column)).alias(column)


def plausible_day(day: nw.Expr) -> nw.Expr:
    """A day from 1970 on that can be told; another is unreadable, as 1899 and 2999 are placeholders."""
    return nw.when(day.is_between(EARLIEST, LATEST_READ)).then(day)


def native_day(column: str) -> nw.Expr:
    """A column of dates or times as days."""
    return plausible_day(nw.col(column).cast(nw.Date)).alias(column)


def iso_head(text: nw.Expr) -> nw.Expr:
    """The first ten characters of a text that may start as `2024-01-31` and have only a time after it."""
    ends = (text.str.len_chars() == 10) | (text.str.slice(10, 1) == "T") | (text.str.slice(10, 1) == " ")
    return nw.when(ends & (text.str.slice(4, 1) == "-")).then(text.str.slice(0, 10))


def without_time(text: nw.Expr) -> nw.Expr:
    """A text of a date without its time of day."""
    return text.str.replace_all(TIME_OF_DAY, "")
