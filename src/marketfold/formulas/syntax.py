"""Small things that are asked of a formula's syntax tree, and how one is put together."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from marketfold.errors import ConfigError
from marketfold.formulas.vocabulary import COPIES

if TYPE_CHECKING:
    from collections.abc import Sequence


def refused(why: str) -> ConfigError:
    """What is wrong with a formula, to be raised."""
    return ConfigError(why)


def as_column(node: ast.expr) -> ast.expr:
    """What is written where Narwhals takes a text for the name of a column."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return called("nw.col", node) if is_text else node


def all_of(tests: Sequence[ast.expr]) -> ast.expr:
    """Several tests as one."""
    first, *others = map(as_column, tests)
    for other in others:
        first = ast.BinOp(first, ast.BitAnd(), other)
    return first


def method_of(node: ast.Call) -> tuple[str, ast.expr | None]:
    """Name of what is called, `str.contains` as one, and what it is called on; None for a function of Narwhals."""
    func = node.func
    assert isinstance(func, ast.Attribute)  # noqa: S101  (asked for by those who call)
    match func.value:
        case ast.Name(id="nw"):
            return func.attr, None
        case ast.Attribute(attr=("str" | "dt") as space, value=inner) if not isinstance(inner, ast.Name):
            return f"{space}.{func.attr}", inner
    return func.attr, func.value


def only(node: ast.Call, keyword: str | None = None) -> ast.expr:
    """The one argument of a call."""
    given = [*node.args, *(one.value for one in node.keywords if one.arg == keyword)]
    if len(given) != 1 or len(node.args) + len(node.keywords) > 1:
        raise refused(f"{short(node)} takes one argument")
    return given[0]


def arguments(node: ast.Call, *names: str) -> dict[str, ast.expr]:
    """Those of a call, by name; ConfigError where there are others, or one is given twice."""
    pairs = [*zip(names, node.args, strict=False), *((str(one.arg), one.value) for one in node.keywords)]
    given = dict(pairs)
    if len(node.args) > len(names) or len(given) < len(pairs) or set(given) - set(names):
        raise refused(f"{short(node)}: it takes {' and '.join(names) or 'nothing'}")
    return given


def copies(node: ast.AST) -> int:
    """How many names and values an engine is asked for, with those that it is asked for more than once."""
    parts = [copies(one) for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr | ast.keyword)]
    match node:
        case ast.BinOp(op=ast.Div()):
            return parts[0] + 2 * parts[1]
        case ast.Call(func=ast.Attribute(attr=name)):
            return COPIES.get(name, 1) * sum(parts)
    return sum(parts) or 1


def levels(node: ast.AST) -> int:
    """How deep a tree is."""
    return 1 + max((levels(one) for one in ast.iter_child_nodes(node)), default=0)


def short(node: ast.AST) -> str:
    """A part of a formula as an error shows it."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:59]}…"


def called(name: str, *arguments: ast.expr) -> ast.Call:
    """A call of a function, `nw.col` say."""
    module, _, function = name.partition(".")
    return ast.Call(ast.Attribute(ast.Name(module), function), list(arguments), [])


def on(made: ast.expr, name: str, arguments: list[ast.expr], named: list[ast.keyword] | None = None) -> ast.Call:
    """A method of what was made; `str.contains` is one of its texts."""
    for part in name.split("."):
        made = ast.Attribute(made, part)
    return ast.Call(made, arguments, named or [])
