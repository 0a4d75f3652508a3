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

BLANKS = " \t\r\n\v\f\u00a0\u200b\ufeff"

_LAST_BLANKS = (" ", "\t", "\n", "\r", "\u00a0", "\u200b")
"""Blanks that exports leave at the end of a cell; asking for each costs less than one regular expression. Of text files
that hold one of the others anywhere, `TextSource` trims all cells."""

_WIDEST = 2.0**62
"""Whole floats beyond it are no 64-bit integers; none is an id."""

NUMBER_LIKE = frozenset({"order_id", "line_number", "customer_id", "product_id", "phone", "postal_code"})
"""Texts of figures, which a spreadsheet or data frame may have turned into `17850.0`."""


def _may_have_blanks(text: nw.Expr) -> nw.Expr:
    ends = [text.str.ends_with(blank) for blank in _LAST_BLANKS]
    return reduce(or_, ends, (text < "!") | (text > "\x7f"))


def trimmed(text: nw.Expr) -> nw.Expr:
    """A text without blanks around it.

    Engines take a set of characters off slowly (on DuckDB half a second of work for a million cells), and few cells
    have blanks. So each cell is first asked, cheaply, whether it may begin or end with one: below `!` are the blanks of
    ASCII, and those beyond it begin with a byte above `~`.
    """
    return nw.when(_may_have_blanks(text)).then(text.str.strip_chars(BLANKS)).otherwise(text)


def begins_untidy(least: str | None, most: str | None) -> bool:
    """Whether some cell of a text column may be empty or begin with a blank, by the least and the most of its texts."""
    return least is not None and most is not None and (least < "!" or most > "\x7f")


LAST = " last"
"""Ending of the column that holds the last character of each text."""


def ends_untidy(column: str, null_values: Sequence[str], *, number_like: bool) -> nw.Expr:
    """Whether any cell of a text column that does not begin untidily may be another after `as_texts`.

    A table that is not copied is tidied again in every query; a column that needs none is better known as such. The
    last character, in the column named by it and `LAST`, is asked first: few give a reason to ask more of a cell.
    """
    text, last = nw.col(column), nw.col(column + LAST)

    def where(reason: nw.Expr, asked: nw.Expr) -> nw.Expr:
        return nw.when(reason).then(asked).otherwise(nw.lit(False))  # noqa: FBT003

    wide = reduce(or_, (text.str.ends_with(blank) for blank in _LAST_BLANKS if blank > "\x7f"))
    untidy = (last < "!") | where(last > "~", wide)
    if null_values:
        untidy = untidy | text.is_in(null_values)
    if number_like:
        untidy = untidy | where(last == "0", text.str.ends_with(".0"))
    return untidy.any().alias(column)


def text_cell(column: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """A cell as trimmed text, whatever its type; empty cells are not yet null."""
    cell = nw.col(column)
    if dtype.is_float():
        number = finite(cell)
        is_whole = (number == number.floor()) & number.is_between(-_WIDEST, _WIDEST)
        whole = nw.when(is_whole).then(number).cast(nw.Int64).cast(nw.String)
        broken = nw.when(~is_whole).then(number).cast(nw.String)
        return nw.coalesce(whole, broken).alias(column)
    if dtype == nw.String:
        return trimmed(cell).alias(column)
    return cell.cast(nw.String).alias(column)


def filled_cell(column: str, null_values: Sequence[str], *, number_like: bool) -> nw.Expr:
    """A trimmed text, null where it is empty or stands for a missing cell.

    Parameters
    ----------
    column
        Name of the column.
    null_values
        Texts that stand for a missing cell as well.
    number_like
        Whether `17850.0` is the id `17850`.
    """
    text = nw.col(column)
    kept = text != ""
    if null_values:
        kept = kept & ~text.is_in(null_values)
    if not number_like:
        return nw.when(kept).then(text).alias(column)
    whole = nw.when(text.str.contains(r"^[0-9]+\.0$")).then(text.str.replace_all(r"\.0$", "")).otherwise(text)
    number = nw.when(text.str.ends_with(".0")).then(whole).otherwise(text)
    return nw.when(kept).then(number).alias(column)


def as_texts(frame: nw.LazyFrame[Any], columns: Sequence[str], null_values: Sequence[str]) -> nw.LazyFrame[Any]:
    """Turn columns into trimmed text, null where there is none; others stay as they are."""
    if not columns:
        return frame
    schema = frame.collect_schema()
    frame = frame.with_columns(*(text_cell(column, schema[column]) for column in columns))
    # a whole number has neither blanks nor a point
    open_ones = [column for column in columns if null_values or not schema[column].is_integer()]
    filled = [filled_cell(column, null_values, number_like=column in NUMBER_LIKE) for column in open_ones]
    return frame.with_columns(*filled) if filled else frame


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
