"""From the syntax tree of a formula to its expression: each name is looked up, and nothing is run."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.errors import closest
from marketfold.formulas.measures import one_number, settings_of
from marketfold.formulas.parts import Part, as_expression, as_expressions, common_level, constant, same_for_all
from marketfold.formulas.syntax import all_of, arguments, as_column, method_of, only, refused, short
from marketfold.formulas.vocabulary import CELLS, COLUMNS, FUNCTIONS, MEASURES, NEVER_EMPTY, OTHERS, Kind
from marketfold.schema import PERSONAL, ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
}  # fmt: skip
_COMPARING: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
_TEXTS = {"str.contains": ("pattern", "literal"), "str.starts_with": ("prefix",), "str.ends_with": ("suffix",)}


class Reader:
    """Builds the expression of a syntax tree, and notes the columns that it reads."""

    def __init__(self) -> None:
        self.columns: list[str] = []

    def read(self, node: ast.AST) -> Part:
        """What a node is; ConfigError where it is nothing that a formula may hold."""
        match node:
            case (
                ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()) | ast.Call(func=ast.Name(id="date"))
            ):
                return constant(node)
            case ast.UnaryOp(op=ast.USub() | ast.Invert()):
                return self._sign(node)
            case ast.BinOp():
                return self._operator(node)
            case ast.Compare(ops=[symbol]) if type(symbol) in _COMPARING:
                return self._comparison(node, _COMPARING[type(symbol)])
            case ast.Call(func=ast.Attribute()):
                return self._call(node)
        raise refused(f"{short(node)} is not understood; it takes nw.col(...), its methods, and + - * / < == & | ~")

    def _sign(self, node: ast.UnaryOp) -> Part:
        if isinstance(node.op, ast.Invert):
            part = self._of(node.operand, "truth", "~")
            return part._replace(expr=not part.expr if part.level == "value" else ~part.expr)
        part = self._of(node.operand, "number", "-")
        return part._replace(expr=part.expr * -1, above=False)

    def _of(self, node: ast.AST, kind: Kind, where: str) -> Part:
        part = self.read(node)
        if part.kind != kind:
            raise refused(f"{where} takes a {kind}, and {short(node)} is a {part.kind}")
        return part

    def _operator(self, node: ast.BinOp) -> Part:
        kind: Kind = "truth" if isinstance(node.op, ast.BitAnd | ast.BitOr) else "number"
        made = _OPERATORS.get(type(node.op))
        if made is None:
            raise refused(f"{short(node)}: there are + - * / & and |")
        left, right = (self._of(side, kind, short(node)) for side in (node.left, node.right))
        quotient = isinstance(node.op, ast.Div)
        if quotient and right.level == "value" and right.expr == 0:
            raise refused(f"{short(node)} divides by zero")
        level = common_level(node, left, right)
        if level == "value":
            return same_for_all(made(left.expr, right.expr), node)
        a, b = as_expressions(left, right)
        expr = made(a, b)
        empty, above = left.empty or right.empty, left.above and right.above
        if not quotient:
            money = left.money != right.money if isinstance(node.op, ast.Mult) else left.money or right.money
            return Part(expr, kind, level, empty, above and not isinstance(node.op, ast.Sub), money=money)
        if right.level != "value":  # engines give null, an infinity or an error for a quotient by zero
            expr, empty = nw.when(b != 0).then(expr), empty or not right.above
        return Part(expr, kind, level, empty, above, money=left.money and not right.money)

    def _comparison(self, node: ast.Compare, made: Callable[[Any, Any], Any]) -> Part:
        left, right = node.left, node.comparators[0]
        a, b = self.read(left), self.read(right)
        if a.kind != b.kind:
            raise refused(f"a {a.kind} ({short(left)}) cannot be compared with a {b.kind} ({short(right)})")
        level = common_level(node, a, b)
        if level == "value":
            return same_for_all(made(a.expr, b.expr), node)
        return Part(made(*as_expressions(a, b)), "truth", level, a.empty or b.empty)

    def _call(self, node: ast.Call) -> Part:
        name, inner = method_of(node)
        if inner is None:
            return self._function(name, node)
        if name in {"then", "otherwise"}:
            return self._when(node)
        if name in MEASURES:
            return self._measured(name, inner, node)
        if name in CELLS:
            return self._cell(name, inner, node)
        if name not in OTHERS:
            raise refused(f"there is no .{name}(...) here; {closest(name, [*MEASURES, *CELLS, *OTHERS])}")
        return self._other(name, inner, node)

    # --- functions of Narwhals

    def _function(self, name: str, node: ast.Call) -> Part:
        if name == "col":
            return self._column(node)
        if name == "len":
            arguments(node)
            return Part(nw.len().cast(nw.Float64), "number", "unit", above=True)
        if name == "lit":
            return self.read(only(node))
        if name in {"max_horizontal", "min_horizontal"}:
            parts = [self._of_column(one, "number", f"nw.{name}") for one in node.args]
            if not parts or node.keywords:
                raise refused(f"nw.{name} takes numbers")
            level = common_level(node, *parts)
            if level == "value":
                return same_for_all((max if name == "max_horizontal" else min)(one.expr for one in parts), node)
            empty, above = all(one.empty for one in parts), all(one.above for one in parts)
            expr, money = getattr(nw, name)(*as_expressions(*parts)), any(one.money for one in parts)
            return Part(expr, "number", level, empty, above, money=money)
        raise refused(f"there is no nw.{name} here; {closest(name, FUNCTIONS)}")

    def _column(self, node: ast.Call) -> Part:
        match node:
            case ast.Call(args=[ast.Constant(value=str(name))], keywords=[]):
                pass
            case _:
                raise refused("nw.col takes the name of one column")
        if name in PERSONAL or name == "customer_id":
            raise refused(f"{name} is personal, and what is personal is in no feature")
        if name not in COLUMNS:
            raise refused(
                f"no order line has a column {name!r}; {closest(name, COLUMNS)} "
                "Columns are called by what they mean, which mapping= (--map) says of yours"
            )
        self.columns.append(name)
        money = ROLES[name].kind == "money"
        return Part(nw.col(name), COLUMNS[name], "line", name not in NEVER_EMPTY, name == "amount", money=money)

    def _of_column(self, node: ast.expr, kind: Kind, where: str) -> Part:
        """As `_of`, where Narwhals takes a text for the name of a column."""
        return self._of(as_column(node), kind, where)

    def _when(self, node: ast.Call) -> Part:
        """`nw.when(a).then(b).otherwise(c)`, with `.when(...).then(...)` between them as often as one likes."""
        cases: list[tuple[ast.expr, ast.expr]] = []
        name, inner = method_of(node)
        otherwise = only(node) if name == "otherwise" else None
        at: ast.AST | None = inner if otherwise is not None else node
        while at is not None:
            match at:
                case ast.Call(func=ast.Attribute(attr="then", value=ast.Call(func=ast.Attribute()) as tested)):
                    before = method_of(tested)
                    if before[0] != "when" or tested.keywords or not tested.args:
                        raise refused("it is written nw.when(...).then(...).otherwise(...)")
                    cases.append((all_of(tested.args), only(at)))
                    at = before[1]
                case _:
                    raise refused("it is written nw.when(...).then(...).otherwise(...)")
        tests = [self._of_column(test, "truth", "nw.when") for test, _ in cases]
        wanted = [then for _, then in cases] + ([] if otherwise is None else [otherwise])
        values = [self.read(as_column(one)) for one in wanted]
        kinds = {one.kind for one in values}
        if len(kinds) > 1:
            raise refused(f"nw.when gives one kind of value, and here are a {' and a '.join(sorted(kinds))}")
        level = common_level(node, *tests, *values)
        if level == "value":
            raise refused(f"{short(node)} is the same for everybody")
        exprs = [as_expression(one) for one in values]
        made = exprs.pop() if otherwise is not None else None
        for test, expr in zip(tests, exprs, strict=True):  # the last case first
            chosen = nw.when(as_expression(test)).then(expr)
            made = chosen if made is None else chosen.otherwise(made)
        empty = otherwise is None or any(one.empty for one in values)
        above, money = all(one.above for one in values), any(one.money for one in values)
        return Part(made, values[0].kind, level, empty, above, money=money)

    # --- methods

    def _measured(self, name: str, inner: ast.AST, node: ast.Call) -> Part:
        part = self.read(inner)
        if part.level != "line":
            raise refused(f".{name}() is of order lines, and {short(inner)} is one number already")
        if part.kind not in MEASURES[name]:
            raise refused(f".{name}() takes a {' or a '.join(MEASURES[name])}, and {short(inner)} is a {part.kind}")
        given = settings_of(node, name, lambda one: self._same(one).expr)
        expr = part.expr.cast(nw.Float64) if part.kind == "truth" and name not in {"len", "count"} else part.expr
        lacks = part.kept is not None or part.empty
        counts = name in {"sum", "len", "count", "n_unique"}
        empty = not counts and (lacks or (name in {"std", "var"} and given.get("ddof", 1) != 0))
        above = not lacks and (part.above if name not in {"std", "var", "len"} else name == "len")
        money = part.money and not (counts and name != "sum") and name != "var"
        number = one_number(name, expr, part.kept, given).cast(nw.Float64)
        return Part(number, "number", "unit", empty, above, money=money)

    def _cell(self, name: str, inner: ast.AST, node: ast.Call) -> Part:
        takes, gives = CELLS[name]
        part = self._of(inner, takes, f".{name}()")
        if part.level == "value":
            raise refused(f".{name}() is of a column")
        if name == "log":
            bases = [self._same(one) for one in arguments(node, "base").values()]
            if any(one.kind != "number" or one.expr <= 1 for one in bases):
                raise refused(".log() takes a base above 1")
            logged = nw.when(part.expr > 0).then(part.expr.log(*(one.expr for one in bases)))
            return part._replace(expr=logged, empty=part.empty or not part.above, above=False, money=False)
        texts = [_text(node, name)] if name in _TEXTS else list(arguments(node))
        if name == "sqrt":
            root = nw.when(part.expr >= 0).then(part.expr.sqrt())
            return part._replace(expr=root, empty=part.empty or not part.above, money=False)
        space, _, method = name.rpartition(".")
        literal = {"literal": True} if name == "str.contains" else {}
        expr = getattr(getattr(part.expr, space) if space else part.expr, method)(*texts, **literal)
        if name == "dt.weekday":  # Narwhals on Spark calls Sunday 0
            expr = nw.when(expr == 0).then(nw.lit(7)).otherwise(expr)
        # a weekday is a number of one byte to some
        return part._replace(
            expr=expr.cast(nw.Float64) if gives == "number" else expr, kind=gives, above=part.above and name == "abs"
        )

    def _same(self, node: ast.AST) -> Part:
        """What must be the same for everybody."""
        part = self.read(node)
        if part.level != "value":
            raise refused(f"{short(node)} is no number, text, true, false or day")
        return part

    def _other(self, name: str, inner: ast.AST, node: ast.Call) -> Part:
        if name == "alias":
            raise refused(
                f".alias() says what all is called: it stands at the end, with one text, unlike {short(node)}"
            )
        part = self.read(inner)
        if part.level == "value":
            raise refused(f".{name}() is of a column")
        made: Callable[[Part, ast.Call], Part] = getattr(self, f"_{name}")
        return made(part, node)

    def _is_null(self, part: Part, node: ast.Call) -> Part:
        arguments(node)
        return part._replace(expr=part.expr.is_null(), kind="truth", empty=False, above=False, money=False)

    def _cast(self, part: Part, node: ast.Call) -> Part:
        match only(node, "dtype"):
            case ast.Attribute(value=ast.Name(id="nw"), attr=("Float64" | "Int64") as wanted):
                whole = wanted == "Float64" or part.kind == "truth"
            case _:
                whole = False
        if not whole or part.kind not in {"number", "truth"}:
            raise refused("a number or a truth is cast to nw.Float64; engines do not agree on other casts")
        return part._replace(expr=part.expr.cast(nw.Float64), kind="number")

    def _is_in(self, part: Part, node: ast.Call) -> Part:
        match only(node, "other"):
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                parts = [self._same(one) for one in elements]
            case _:
                parts = []
        if not parts or any(one.kind != part.kind for one in parts):
            raise refused(f".is_in() takes a list of {part.kind}s")
        values = [float(one.expr) if one.kind == "number" else one.expr for one in parts]  # Polars takes no others
        return part._replace(expr=part.expr.is_in(values), kind="truth", above=False, money=False)

    def _is_between(self, part: Part, node: ast.Call) -> Part:
        match node:
            case ast.Call(
                args=[low, high], keywords=[] | [ast.keyword(arg="closed", value=ast.Constant(value="both"))]
            ):
                ends = [self.read(low), self.read(high)]
            case _:
                raise refused(".is_between(low, high) includes both ends")
        if any(end.kind != part.kind for end in ends):
            raise refused(f".is_between() takes two {part.kind}s, as {short(node)} does not")
        level = common_level(node, part, *ends)
        low_end, high_end = map(as_expression, ends)
        empty = part.empty or any(end.empty for end in ends)
        return Part((part.expr >= low_end) & (part.expr <= high_end), "truth", level, empty)

    def _fill_null(self, part: Part, node: ast.Call) -> Part:
        value = self._same(only(node, "value"))
        if value.kind != part.kind:
            raise refused(f".fill_null() takes a {part.kind} for a {part.kind}")
        return part._replace(expr=part.expr.fill_null(value.expr), empty=False, above=part.above and value.above)

    def _clip(self, part: Part, node: ast.Call) -> Part:
        bounds = {end: self._same(bound) for end, bound in arguments(node, "lower_bound", "upper_bound").items()}
        if not bounds or any(one.kind != "number" for one in (part, *bounds.values())):
            raise refused(".clip() takes lower_bound and upper_bound, numbers, for a number")
        above = part.above and all(bound.above for bound in bounds.values())
        return part._replace(expr=part.expr.clip(**{end: bound.expr for end, bound in bounds.items()}), above=above)

    def _filter(self, part: Part, node: ast.Call) -> Part:
        if part.level != "line" or not node.args or node.keywords:
            raise refused(".filter() takes what must be so of an order line")
        tests = [self._of_column(one, "truth", ".filter()") for one in node.args]
        if common_level(node, *tests) != "line" or any(test.level == "value" for test in tests):
            raise refused(".filter() takes what is so of single lines, and not of a customer")
        kept = part.kept
        for test in tests:
            kept = test.expr if kept is None else kept & test.expr
        return part._replace(kept=kept)


def _text(node: ast.Call, name: str) -> str:
    match arguments(node, *_TEXTS[name]):
        case {"pattern": ast.Constant(value=str(text)), "literal": ast.Constant(value=True)}:
            return text
        case {"prefix": ast.Constant(value=str(text))} | {"suffix": ast.Constant(value=str(text))}:
            return text
    more = ", and literal=True: engines do not agree on patterns" if name == "str.contains" else ""
    raise refused(f".{name}() takes one text{more}")
