"""From a Narwhals expression to the syntax tree of its text."""

from __future__ import annotations

import ast
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.errors import closest
from marketfold.formulas.syntax import all_of, called, on, refused
from marketfold.formulas.vocabulary import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

_SYMBOLS: dict[str, ast.operator | ast.cmpop] = {
    "add": ast.Add(), "sub": ast.Sub(), "mul": ast.Mult(), "truediv": ast.Div(), "and": ast.BitAnd(), "or": ast.BitOr(),
    "eq": ast.Eq(), "ne": ast.NotEq(), "lt": ast.Lt(), "le": ast.LtE(), "gt": ast.Gt(), "ge": ast.GtE(),
}  # fmt: skip


def tree_of(expr: nw.Expr) -> ast.expr:
    """The syntax tree of an expression.

    Narwhals has no public way to look into one; where a version has another inside, texts still work.
    """
    nodes = getattr(expr, "_nodes", None)
    if not nodes:
        raise refused("this version of Narwhals does not show what an expression is made of; give it as text")
    made = _begun(nodes[0])
    for node in nodes[1:]:
        if node.name == "alias" and node.kwargs["name"] == "literal":
            continue  # `1 + x` brings one of its own
        made = _continued(made, node)
    return made


def _begun(node: Any) -> ast.expr:
    if node.name == "col":
        return called("nw.col", *(_written(name) for name in node.kwargs["names"]))
    if node.name == "lit":
        return called("nw.lit", _written(node.kwargs["value"]))
    if node.name == "all_horizontal" and len(node.exprs) >= 1:
        return all_of([_written(one, as_column=True) for one in node.exprs])
    if node.name == "when_then":
        test, then, *otherwise = (_written(one, as_column=True) for one in node.exprs)
        made = on(called("nw.when", test), "then", [then])
        return on(made, "otherwise", otherwise) if otherwise else made
    if node.name not in FUNCTIONS:
        raise refused(f"there is no nw.{node.name} here; {closest(node.name, FUNCTIONS)}")
    return called(f"nw.{node.name}", *(_written(one, as_column=True) for one in node.exprs))


def _continued(made: ast.expr, node: Any) -> ast.expr:
    name = node.name.strip("_") if node.name.startswith("__") else ""
    if name in {"invert", "neg"}:
        return ast.UnaryOp(ast.Invert() if name == "invert" else ast.USub(), made)
    turned = name.startswith("r") and name[1:] in _SYMBOLS
    symbol = _SYMBOLS.get(name[1:] if turned else name)
    if symbol is not None:
        other = _written(node.exprs[0])
        left, right = (other, made) if turned else (made, other)
        if isinstance(symbol, ast.cmpop):
            return ast.Compare(left, [symbol], [right])
        return ast.BinOp(left, symbol, right)
    if node.name in {"clip_lower", "clip_upper"}:
        end = ast.keyword(f"{node.name.removeprefix('clip_')}_bound", _written(node.exprs[0]))
        return on(made, "clip", [], [end])
    arguments = [_written(one, as_column=not node.str_as_lit) for one in node.exprs]
    named = [ast.keyword(key, _written(value)) for key, value in node.kwargs.items() if value is not None]
    if node.name == "alias":
        arguments, named = [one.value for one in named], []
    return on(made, node.name, arguments, named)


def _written(value: Any, *, as_column: bool = False) -> ast.expr:
    """An argument of a formula as syntax."""
    if isinstance(value, nw.Expr):
        return tree_of(value)
    if isinstance(value, str) and as_column:
        return called("nw.col", ast.Constant(value))
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        value = value.item()
    if isinstance(value, bool | int | float | str):
        return _plain(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return ast.Call(ast.Name("date"), [ast.Constant(part) for part in (value.year, value.month, value.day)], [])
    if isinstance(value, list | tuple | set | frozenset):
        return ast.List([_written(one) for one in _ordered(value)])
    if isinstance(value, nw.dtypes.DType) or (isinstance(value, type) and issubclass(value, nw.dtypes.DType)):
        name = value.__name__ if isinstance(value, type) else type(value).__name__
        return ast.Attribute(ast.Name("nw"), name)
    raise refused(
        f"a {type(value).__name__} in it cannot be written down, so it could not be saved with the segments; use "
        "columns, numbers, texts, days and lists of them"
    )


def _plain(value: float | str) -> ast.expr:
    """A number, a text or a truth; a number below zero is a sign and a number, as Python reads it."""
    if isinstance(value, int | float) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _ordered(values: Iterable[Any]) -> list[Any]:
    """A set in an order of its own, so that its text is the same in every process."""
    return sorted(values, key=repr) if isinstance(values, set | frozenset) else list(values)
