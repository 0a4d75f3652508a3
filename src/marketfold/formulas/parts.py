"""A part of a formula: its expression, and what is known of it without looking at any line."""

from __future__ import annotations

import ast
from datetime import date
from typing import Any, NamedTuple

import narwhals as nw

from marketfold.formulas.syntax import refused, short
from marketfold.formulas.vocabulary import MEASURES, MOST_NUMBER, Kind, Level


class Part(NamedTuple):
    """What a part of a formula is.

    What is one value for all (`level` "value") is that value, and no expression. `empty` is whether it may be null,
    `above` whether it is above zero for sure, as money of purchases is, and `money` whether it is an amount of money;
    `kept` are the lines that a filter leaves.
    """

    expr: Any
    kind: Kind
    level: Level
    empty: bool = False
    above: bool = False
    kept: nw.Expr | None = None
    money: bool = False


def constant(node: ast.AST) -> Part:
    """A number, a text, a truth or a day."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            value: Any = -number
        case ast.Constant(value=bool() | str() | int() | float() as value):
            pass
        case ast.Call(func=ast.Name(id="date")):
            return _day(node)
        case _:
            raise refused(f"{short(node)} is no number, text, true, false or day")
    return same_for_all(value, node)


def same_for_all(value: float | str, node: ast.AST) -> Part:
    """A number, a text or a truth that a node stands for."""
    if isinstance(value, bool):
        return Part(value, "truth", "value")
    if isinstance(value, str):
        return Part(value, "text", "value")
    if not abs(value) <= MOST_NUMBER:
        raise refused(f"{short(node)} is too large a number")
    return Part(value, "number", "value", above=value > 0)


def _day(node: ast.Call) -> Part:
    """What `date(2024, 1, 31)` stands for."""
    match node:
        case ast.Call(
            args=[ast.Constant(value=int(year)), ast.Constant(value=int(month)), ast.Constant(value=int(day))],
            keywords=[],
        ):
            try:
                return Part(date(year, month, day), "date", "value")
            except (ValueError, OverflowError):
                pass
    raise refused("a day is written date(2024, 1, 31)")


def common_level(node: ast.AST, *parts: Part) -> Level:
    """The level of what is made of several parts."""
    if any(part.kept is not None for part in parts):
        raise refused(f"{short(node)}: after .filter(...) comes one of {', '.join(MEASURES)}")
    levels = {part.level for part in parts} - {"value"}
    if len(levels) > 1:
        raise refused(f"{short(node)} sets single order lines beside one number of a customer")
    return levels.pop() if levels else "value"


def as_expression(part: Part) -> nw.Expr:
    """Its expression, also where it is one value for all."""
    if part.level == "value":
        return nw.lit(float(part.expr) if part.kind == "number" else part.expr)
    expr: nw.Expr = part.expr
    return expr


def as_expressions(*parts: Part) -> list[nw.Expr]:
    """Those of several parts."""
    return [as_expression(part) for part in parts]
