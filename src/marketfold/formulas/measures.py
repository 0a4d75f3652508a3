"""One number of a unit's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.formulas.syntax import arguments, refused

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable


def one_number(name: str, expr: nw.Expr, kept: nw.Expr | None, given: dict[str, Any]) -> nw.Expr:
    """Of the lines that are kept: the others are made null, which no measure but these three counts."""
    if name == "len":
        return nw.len() if kept is None else _times(kept)
    if name == "n_unique":  # an empty cell is a value of its own, as Narwhals has it; a line that is not kept is none
        cells = expr if kept is None else nw.when(kept).then(expr)
        empty = cells.is_null() if kept is None else kept & expr.is_null()
        nulls = nw.when(cells.is_null()).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).max()
        own = nw.when(empty).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).max()
        return cells.n_unique().cast(nw.Float64) - nulls + own
    cells = expr if kept is None else nw.when(kept).then(expr)
    found: nw.Expr = getattr(cells, name)(**given)
    return found


def _times(test: nw.Expr) -> nw.Expr:
    return nw.when(test).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).sum()


def settings_of(node: ast.Call, name: str, value_of: Callable[[ast.expr], Any]) -> dict[str, Any]:
    """What a measure takes beside the lines."""
    wanted: dict[str, tuple[Any, ...]] = {"std": ("ddof",), "var": ("ddof",), "quantile": ("quantile", "interpolation")}
    values = {key: value_of(value) for key, value in arguments(node, *wanted.get(name, ())).items()}
    if name == "quantile" and (values.get("interpolation") != "linear" or not _is_share(values.get("quantile"))):
        raise refused('.quantile() takes a share from 0 to 1 and interpolation="linear", which all engines have')
    if values.get("ddof", 1) not in {0, 1} or isinstance(values.get("ddof"), bool):
        raise refused(f".{name}() takes a ddof of 0 or 1")
    return values


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
