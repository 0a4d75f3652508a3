"""Lines that repeat another line exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import SOURCE_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.engine import Engine

# Few columns tell nearly all lines apart; whoever agrees on them is compared on every column.
_NUMBERED = ("order_id", "line_number")
_UNNUMBERED = ("order_id", "product_id", "quantity", "amount")
_PRINT = "_fingerprint"


def find_repeats(lines: nw.LazyFrame[Any], columns: Sequence[str], engine: Engine) -> nw.LazyFrame[Any]:
    """Lines that agree with an earlier line in every column but `source_line`.

    Grouping ten million lines by all their columns would be most of the work of a whole cleaning. A fingerprint of a
    few columns finds the candidates; a fingerprint can agree by chance, so the candidates are compared in full.

    Parameters
    ----------
    lines
        Order lines.
    columns
        Their columns.
    engine
        Holds `lines`.

    Returns
    -------
    nw.LazyFrame
        Kept by the engine: `source_line` of the repeat, `repeats` (the first line of its kind), `amount`.
    """
    compared = [name for name in columns if name != SOURCE_LINE]
    telling = _NUMBERED if "line_number" in compared else _UNNUMBERED
    marked = engine.fingerprint(lines, [name for name in telling if name in compared], _PRINT)
    suspects = marked.group_by(_PRINT).agg(nw.len().alias("_alike")).filter(nw.col("_alike") > 1).select(_PRINT)
    candidates = engine.materialise(marked.join(suspects, on=_PRINT, how="semi"))
    first = nw.col(SOURCE_LINE).min().over(*compared).alias("repeats")
    repeats = candidates.with_columns(first).filter(nw.col(SOURCE_LINE) > nw.col("repeats"))
    return engine.materialise(repeats.select(SOURCE_LINE, "repeats", "amount"))
