"""Columns of frames and Parquet that hold no plain cells: what can be read as cells is, the rest is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import pyarrow as pa

from marketfold.errors import OrdersError

if TYPE_CHECKING:
    from collections.abc import Mapping

BYTES = "bytes that are no text"
DURATIONS = "lengths of time"

_KINDS = {
    "List": "lists",
    "Array": "lists",
    "Map": "lists",
    "Struct": "records",
    "Duration": DURATIONS,
    "Time": "times of day",
    "Binary": BYTES,
}


_KNOWN_AS = (
    (pa.types.is_null, pa.string()),
    (pa.types.is_float16, pa.float32()),
    (pa.types.is_decimal256, pa.float64()),
)
"""Types that the engine does not know in Arrow, and as what it reads them from Parquet."""


def odd_kind(kind: nw.dtypes.DType) -> str | None:
    """What a column holds instead of cells; None where each of its values is a cell.

    >>> odd_kind(nw.List(nw.Int8)), odd_kind(nw.String())
    ('lists', None)
    """
    return _KINDS.get(type(kind).__name__)


def refuse_odd(source: str, odd: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Refuse to read a role from a column that holds no cells.

    Parameters
    ----------
    source
        Name of the file or frame.
    odd
        What each column without cells holds.
    wanted
        Role to column.

    Raises
    ------
    OrdersError
        Naming the column and what it holds.
    """
    for role, column in wanted.items():
        if column in odd:
            raise OrdersError(
                f"The column {column!r} of {source} holds {odd[column]}, which cannot be read as {role}. Write plain "
                f"values into it, or name another column: --map {role}=COLUMN."
            )


def cells_of(column: str, kind: nw.dtypes.DType) -> nw.Expr:
    """A column in a type that has cells: one of nothing but nulls has a type of its own."""
    return nw.col(column).cast(nw.String) if kind == nw.Unknown else nw.col(column)


def is_bytes(kind: pa.DataType) -> bool:
    """Whether a column holds bytes, which may be text."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """An Arrow column in a type that the engine knows, as it would read the same column of a Parquet file."""
    import pyarrow.compute as pc  # noqa: PLC0415  (slow to import)

    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain_column(column.cast(kind.value_type))
    known = next((plain for asked, plain in _KNOWN_AS if asked(kind)), None)
    if known is not None:
        return column.cast(known)
    if is_bytes(kind):
        return _text_if_it_is(column)
    if pa.types.is_timestamp(kind) and kind.tz:
        # A time with a zone as its own clock showed it: the order's day is the day where it was placed.
        return pc.local_timestamp(column)
    return column


def _text_if_it_is(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        return column
