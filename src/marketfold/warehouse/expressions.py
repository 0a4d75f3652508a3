"""Narwhals expressions as sqlglot trees, so that a feature or a cleaning rule has one formula for every engine.

What differs between dialects without an error is put so that it cannot: `LN` and never `LOG`, no `GREATEST` or `LEAST`
of cells that may be empty, halves rounded up by `FLOOR` (some dialects round them to even). It rounds only what is
not negative, and so do features and rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
from sqlglot import exp

from marketfold.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Node = Any
    Maker = Callable[[exp.Expr, Sequence[exp.Expr], Mapping[str, Any]], exp.Expr]

_PLAIN_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def column(name: str, table: str | None = None) -> exp.Column:
    """A column of a layer, quoted only where its name asks for it.

    >>> column("revenue").sql(), column("category_Tea_share").sql()
    ('revenue', '"category_Tea_share"')
    """
    return exp.Column(this=name_of(name), table=exp.to_identifier(table) if table else None)


def name_of(name: str) -> exp.Identifier:
    """The name of a column, quoted only where it must be: what is quoted keeps its case."""
    plain = set(name) <= _PLAIN_NAME and not name[:1].isdigit()
    return exp.to_identifier(name, quoted=not plain)


def number(value: float) -> exp.Expr:
    """A number, exact to its last digit.

    >>> number(-0.5).sql(), number(3).sql()
    ('-0.5', '3')
    """
    literal = exp.Literal.number(repr(abs(value)))
    return exp.Neg(this=literal) if value < 0 else literal


def literal(value: object) -> exp.Expr:
    """A text, number, day or truth of Python."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if value is None:
        return exp.Null()
    return exp.Literal.string(str(value))


def either(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Case:
    """One value where a condition holds, and else another, or none."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def rounded(value: exp.Expr) -> exp.Expr:
    """A number that is not negative, to the next whole one; halves go up in every dialect."""
    return exp.Floor(this=exp.Add(this=exp.Paren(this=value), expression=number(0.5)))


def all_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """Whether all conditions hold; at least one is given."""
    return exp.and_(*conditions)


def one_of(value: exp.Expr, texts: Sequence[str]) -> exp.Expr:
    """Whether a value is one of these texts."""
    return exp.In(this=value, expressions=[exp.Literal.string(text) for text in texts])


def _n_unique(value: exp.Expr) -> exp.Expr:
    """Different values, an empty cell among them, as Narwhals counts."""
    empty = exp.Max(this=either(exp.Is(this=value.copy(), expression=exp.Null()), number(1), number(0)))
    return exp.Add(this=exp.Count(this=exp.Distinct(expressions=[value])), expression=empty)


def _largest(values: Sequence[exp.Expr]) -> exp.Expr:
    """The larger of a cell and a number; where the cell is empty it is the number."""
    cell, least = values
    return either(exp.GT(this=cell, expression=least), cell.copy(), least.copy())


def _operator(kind: type[exp.Binary], *, swapped: bool = False) -> Maker:
    def make(this: exp.Expr, others: Sequence[exp.Expr], _: Mapping[str, Any]) -> exp.Expr:
        sides = (_wrapped(this), _wrapped(others[0]))
        left, right = reversed(sides) if swapped else sides
        return kind(this=left, expression=right)

    return make


def _wrapped(value: exp.Expr) -> exp.Expr:
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Not) else value


_FOLLOWING: dict[str, Maker] = {
    "__add__": _operator(exp.Add),
    "__sub__": _operator(exp.Sub),
    "__mul__": _operator(exp.Mul),
    "__truediv__": _operator(exp.Div),
    "__rsub__": _operator(exp.Sub, swapped=True),
    "__radd__": _operator(exp.Add, swapped=True),
    "__rmul__": _operator(exp.Mul, swapped=True),
    "__rtruediv__": _operator(exp.Div, swapped=True),
    "__eq__": _operator(exp.EQ),
    "__ne__": _operator(exp.NEQ),
    "__gt__": _operator(exp.GT),
    "__ge__": _operator(exp.GTE),
    "__lt__": _operator(exp.LT),
    "__le__": _operator(exp.LTE),
    "__and__": _operator(exp.And),
    "__or__": _operator(exp.Or),
    "__invert__": lambda this, *_: exp.Not(this=exp.Paren(this=this)),
    "is_null": lambda this, *_: exp.Is(this=_wrapped(this), expression=exp.Null()),
    "is_in": lambda this, _, told: one_of(this, list(told["other"])),
    "round": lambda this, *_: rounded(this),
    "sqrt": lambda this, *_: exp.Sqrt(this=this),
    "clip_lower": lambda this, others, _: _largest([_wrapped(this), *others]),
    "dt.month": lambda this, *_: exp.Month(this=this),
    "str.starts_with": lambda this, others, _: exp.Like(this=this, expression=exp.Literal.string(f"{others[0].this}%")),
    "sum": lambda this, *_: exp.Sum(this=this),
    "max": lambda this, *_: exp.Max(this=this),
    "min": lambda this, *_: exp.Min(this=this),
    "n_unique": lambda this, *_: _n_unique(this),
}
"""What follows a value, by the name that Narwhals gives it."""


@dataclass(frozen=True)
class Translation:
    """Narwhals expressions over the columns of one layer become sqlglot trees.

    `days` says what stands in the place of a day, by its date and by its number: the day from which features look back
    is known to the warehouse alone.
    """

    days: Mapping[object, exp.Expr] = field(default_factory=dict)

    def __call__(self, expression: nw.Expr) -> exp.Expr:
        """The tree of an expression; ModelError where a part of it has no form in SQL."""
        # Narwhals has no public way into an expression; a test follows each formula through, so that a change shows.
        first, *others = expression._nodes  # noqa: SLF001
        made = self._first(first)
        for node in others:
            make = _FOLLOWING.get(node.name)
            if node.name == "str.contains":
                make = self._contains
            if make is None:
                raise _unknown(node)
            made = make(made, [self._part(one) for one in node.exprs], node.kwargs)
        return made

    def _part(self, value: object) -> exp.Expr:
        if isinstance(value, nw.Expr):
            return self(value)
        known = self.days.get(value) if not isinstance(value, bool | float) else None
        return known.copy() if known is not None else literal(value)

    def _first(self, node: Node) -> exp.Expr:
        if node.name == "col":
            (name,) = node.kwargs["names"]
            return column(name)
        if node.name == "lit":
            return self._part(node.kwargs["value"])
        parts = [self._part(one) for one in node.exprs]
        if node.name == "when_then":
            return either(*parts)
        if node.name == "all_horizontal":
            return all_of(parts)
        if node.name == "max_horizontal" and len(parts) == 2:
            return _largest(parts)
        raise _unknown(node)

    @staticmethod
    def _contains(this: exp.Expr, others: Sequence[exp.Expr], _: Mapping[str, Any]) -> exp.Expr:
        asked = str(others[0].this)
        pattern = asked.replace(r"\d", "[0-9]")
        if "\\" in pattern or "(?" in pattern or not (pattern.startswith("^") and pattern.endswith("$")):
            raise ModelError(
                f"The pattern {asked} means something else in each database, so it has no form in SQL. "
                "Score with: marketfold score."
            )
        return exp.RegexpLike(this=this, expression=exp.Literal.string(pattern))


def _unknown(node: Node) -> ModelError:
    return ModelError(f"{node.name} has no form in SQL that is the same everywhere. Score with: marketfold score.")
