"""A formula that was checked, from an expression or from its text."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.formulas.reading import Reader
from marketfold.formulas.syntax import copies, levels, refused
from marketfold.formulas.vocabulary import MEASURES, MOST_COPIES, MOST_LETTERS, MOST_LEVELS
from marketfold.formulas.writing import tree_of

if TYPE_CHECKING:
    from marketfold.formulas.parts import Part


@dataclass(frozen=True)
class Formula:
    """A formula that was checked.

    Attributes
    ----------
    text
        As Python writes it.
    measured
        The same without what it is called.
    expr
        One number for each unit, never null.
    columns
        Columns of the order lines that it reads.
    money
        Whether it is an amount of money.
    label
        What it is called, where `.alias("...")` at its end says so.

    Examples
    --------
    >>> many = read_formula((nw.col("amount") >= 50).mean().alias("lines of fifty or more"))
    >>> many.text, many.label, many == read_formula(many.text)
    ("(nw.col('amount') >= 50).mean().alias('lines of fifty or more')", 'lines of fifty or more', True)
    """

    text: str
    measured: str
    expr: nw.Expr = field(compare=False)
    columns: tuple[str, ...]
    money: bool
    label: str | None = None


def read_formula(given: str | nw.Expr) -> Formula:
    """Check an expression, or its text.

    Raises
    ------
    ConfigError
        If it asks for a column that no order line has, or for anything that cannot be written down and read back; if it
        does not give one number for each unit, or may give none; if it reads what is personal.
    """
    if not isinstance(given, str | nw.Expr):
        raise refused(f"a feature is a Narwhals expression or its text, and this is of type {type(given).__name__}")
    try:
        tree = _parsed(given) if isinstance(given, str) else tree_of(given)
        text = ast.unparse(tree)
        if len(text) > MOST_LETTERS:
            raise refused(f"it has {len(text):,} letters, more than {MOST_LETTERS:,}")
        label, tree = _label(tree)
        if levels(tree) > MOST_LEVELS:
            raise refused("it is nested too deep")
        if copies(tree) > MOST_COPIES:
            raise refused(
                "it repeats itself too often inside, as roots and quotients of one another do; write it simpler"
            )
        reader = Reader()
        part = reader.read(tree)
    except RecursionError:
        raise refused("it is nested too deep") from None
    _check_whole(part)
    expr: nw.Expr = part.expr.cast(nw.Float64)
    return Formula(text, ast.unparse(tree), expr, tuple(dict.fromkeys(reader.columns)), part.money, label)


def _parsed(text: str) -> ast.expr:
    if len(text) > MOST_LETTERS:
        raise refused(f"it has {len(text):,} letters, more than {MOST_LETTERS:,}")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError):
        raise refused('it is no expression; write one as in nw.col("quantity").max()') from None


def _label(tree: ast.expr) -> tuple[str | None, ast.expr]:
    """What an alias at the end calls it, and what stands before."""
    match tree:
        case ast.Call(
            func=ast.Attribute(attr="alias", value=inner), args=[ast.Constant(value=str(label))], keywords=[]
        ):
            if not 0 < len(label.strip()) <= 80 or not label.isprintable():
                raise refused("what it is called, in alias, takes 1 to 80 letters in one line")
            return label.strip(), inner
    return None, tree


def _check_whole(part: Part) -> None:
    if part.level == "line" or part.kept is not None:
        ends = ", ".join(MEASURES)
        raise refused(
            f"it gives a value for each order line, and one for each customer is wanted; end it in one of: {ends}"
        )
    if part.level == "value":
        raise refused("it is the same for everybody, and one number for each customer is wanted")
    if part.kind not in {"number", "truth"}:
        raise refused(f"it gives a {part.kind}, and a number is wanted")
    if part.empty:
        raise refused(
            "it may be empty for a customer, as a quotient by zero and a mean of no lines are; end it in "
            ".fill_null(0), or in what else stands for nothing"
        )
