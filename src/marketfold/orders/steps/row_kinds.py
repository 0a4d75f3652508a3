"""Marking rows of a source as no order lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import pyarrow as pa

from marketfold.schema import NO_LINES, SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.orders.steps.lines_read import LinesRead

KIND = "row_kind"
_NEW_KIND = "new kind"


def mark_rows(read: LinesRead, kinds: Mapping[int, str]) -> LinesRead:
    """Say of rows what they are; their other cells go, for neither their money nor their names are those of lines.

    Parameters
    ----------
    kinds
        A code of `schema.ROW_KINDS` for each row, by its number.
    """
    if not kinds:
        return read
    table = pa.table({SOURCE_LINE: pa.array(list(kinds), pa.int64()), _NEW_KIND: pa.array(list(kinds.values()))})
    lines = read.lines.join(read.engine.from_arrow(table), on=SOURCE_LINE, how="left")
    names = read.lines.collect_schema().names()
    plain = nw.col(_NEW_KIND).is_null()
    cells = [nw.when(plain).then(nw.col(name)).alias(name) for name in names if name not in {SOURCE_LINE, KIND}]
    kind = nw.coalesce(nw.col(KIND), nw.col(_NEW_KIND)) if KIND in names else nw.col(_NEW_KIND)
    # kept, for whatever asks next would join again
    return read.with_lines(read.engine.materialise(lines.select(SOURCE_LINE, *cells, kind.alias(KIND))))


def mark_where(read: LinesRead, test: nw.Expr, kind: str) -> LinesRead:
    """Say of all rows for which something is so what they are, without a look at each; their cells stay."""
    names = read.lines.collect_schema().names()
    known = nw.col(KIND) if KIND in names else nw.lit(None, nw.String)
    marked = nw.when(test).then(nw.lit(kind)).otherwise(known).alias(KIND)
    return read.with_lines(read.engine.materialise(read.lines.with_columns(marked)))


def are_lines(read: LinesRead) -> nw.Expr:
    """Whether a row may still be an order line."""
    if KIND not in read.lines.collect_schema():
        return nw.col(SOURCE_LINE) > 0
    return ~nw.col(KIND).is_in(NO_LINES).fill_null(value=False)
