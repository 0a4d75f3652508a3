"""Kept lines that must be compared with others: those that may repeat one, and those that may have come back.

They are few, but it takes all lines to tell which. So both are found in one pass, with all their columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.engine import Engine

_PRINT = "_fingerprint"
# Few columns tell nearly all lines apart; whoever agrees on them is compared on every column.
_NUMBERED = ("order_id", "line_number")
_UNNUMBERED = ("order_id", "product_id", "quantity", "amount")


@dataclass(frozen=True)
class CloseLook:
    """What a close look at the kept lines found; kept by the engine.

    Attributes
    ----------
    repeats
        Lines that agree with an earlier line in every column but `source_line`: `source_line` of the repeat, `repeats`
        (the first line of its kind), `amount`.
    could_be
        Lines, with all their columns, that agree with some returned line, and perhaps others; repeats are among them.
    """

    repeats: nw.LazyFrame[Any]
    could_be: nw.LazyFrame[Any]


def _mark(place: int) -> str:
    return f"_agrees_{place}"


def _is_marked(places: Sequence[int]) -> nw.Expr:
    return nw.any_horizontal(*(~nw.col(_mark(place)).is_null() for place in places), ignore_nulls=True)


def agreeing(lines: nw.LazyFrame[Any], keys: Sequence[nw.LazyFrame[Any]]) -> nw.LazyFrame[Any]:
    """Lines that agree with some row of some of `keys`, found in one pass and marked by a column for each of them.

    Each of `keys` holds different rows, of columns of the lines.
    """
    for place, key in enumerate(keys):
        lines = lines.join(key.with_columns(nw.lit(1).alias(_mark(place))), on=key.collect_schema().names(), how="left")
    return lines.filter(_is_marked(range(len(keys))))


def _repeats(lines: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Lines that agree with an earlier one in all columns but `source_line`."""
    compared = [name for name in columns if name != SOURCE_LINE]
    first = nw.col(SOURCE_LINE).min().over(*compared).alias("repeats")
    found = lines.select(*columns).with_columns(first).filter(nw.col(SOURCE_LINE) > nw.col("repeats"))
    return found.select(SOURCE_LINE, "repeats", "amount")


def compare_all(kept: nw.LazyFrame[Any], engine: Engine) -> CloseLook:
    """The same as `look_closely` where all lines are few: any of them could be what came back."""
    return CloseLook(engine.hold(_repeats(kept, kept.collect_schema().names())), kept)


def look_closely(
    kept: nw.LazyFrame[Any], lines: nw.LazyFrame[Any], keys: Sequence[nw.LazyFrame[Any]], engine: Engine
) -> CloseLook:
    """Find the repeats among the kept of all lines, and what agrees with some row of `keys`.

    Grouping ten million lines by all their columns would be most of the work of a whole cleaning. A fingerprint of a
    few columns finds the candidates; a fingerprint can agree by chance, so the candidates are compared in full.
    """
    columns = lines.collect_schema().names()
    compared = [name for name in columns if name != SOURCE_LINE]
    telling = [name for name in (_NUMBERED if "line_number" in compared else _UNNUMBERED) if name in compared]
    # Looked for among all lines, because that costs less than to ask each first whether it is kept. But rows that are
    # no order lines have the same empty cells.
    real = lines.filter(nw.col("row_kind").is_null()) if "row_kind" in compared else lines
    alike = engine.repeated(engine.fingerprint(real, telling, _PRINT), _PRINT)
    near = engine.hold(agreeing(engine.fingerprint(kept, telling, _PRINT), [alike, *keys]))
    repeats = _repeats(near.filter(_is_marked([0])), columns)
    by_key = range(1, len(keys) + 1)
    could_be = near.filter(_is_marked(by_key)) if keys else near.filter(nw.col(SOURCE_LINE).is_null())
    return CloseLook(engine.hold(repeats), could_be.select(*columns))
