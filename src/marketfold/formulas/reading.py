"""From the syntax tree of a formula to its expression: each name is looked up, and nothing is run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import narwhals as nw

from marketfold.errors import closest
from marketfold.formulas.measures import one_number, settings_of
from marketfold.formulas.parts import Part, as_expression, as_expressions, common_level, constant
from marketfold.formulas.syntax import all_of, called, method_of, only, refused, short
from marketfold.formulas.vocabulary import CELLS, COLUMNS, FUNCTIONS, MEASURES, NEVER_EMPTY, OTHERS, Kind
from marketfold.schema import PERSONAL

if TYPE_CHECKING:
    from collections.abc import Callable

_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__"}
_COMPARING: dict[type[ast.cmpop], str] = {
    ast.Eq: "__eq__", ast.NotEq: "__ne__", ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__",
}  # fmt: skip


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
            case ast.Compare(ops=[operator], comparators=[right]) if type(operator) in _COMPARING:
                return self._comparison(node.left, _COMPARING[type(operator)], right)
            case ast.Call(func=ast.Attribute()):
                return self._call(node)
        raise refused(f"{short(node)} is not understood; it takes nw.col(...), its methods, and + - * / < == & | ~")

    def _sign(self, node: ast.UnaryOp) -> Part:
        if isinstance(node.op, ast.Invert):
            part = self._of(node.operand, "truth", "~")
            return part._replace(expr=~part.expr)
        part = self._of(node.operand, "number", "-")
        return part._replace(expr=part.expr * -1, above=False)

    def _of(self, node: ast.AST, kind: Kind, where: str) -> Part:
        part = self.read(node)
        if part.kind != kind:
            raise refused(f"{where} takes a {kind}, and {short(node)} is a {part.kind}")
        return part

    def _operator(self, node: ast.BinOp) -> Part:
        kind: Kind = "truth" if isinstance(node.op, ast.BitAnd | ast.BitOr) else "number"
        left, right = (self._of(side, kind, short(node)) for side in (node.left, node.right))
        level = common_level(node, left, right)
        a, b = as_expressions(left, right)
        empty, above = left.empty or right.empty, left.above and right.above
        match node.op:
            case ast.BitAnd():
                return Part(a & b, kind, level, empty)
            case ast.BitOr():
                return Part(a | b, kind, level, empty)
            case ast.Div():  # engines give null, an infinity or an error for a quotient by zero
                return Part(nw.when(b != 0).then(a / b), kind, level, empty or not right.above, above)
            case op if type(op) in _ARITHMETIC:
                expr = getattr(a, _ARITHMETIC[type(op)])(b)
                return Part(expr, kind, level, empty, above and not isinstance(op, ast.Sub))
        raise refused(f"{short(node)}: there are + - * / & and |")

    def _comparison(self, left: ast.AST, operator: str, right: ast.AST) -> Part:
        a, b = self.read(left), self.read(right)
        if a.kind != b.kind:
            raise refused(f"a {a.kind} ({short(left)}) cannot be compared with a {b.kind} ({short(right)})")
        level = common_level(left, a, b)
        one, other = as_expressions(a, b)
        return Part(getattr(one, operator)(other), "truth", level, a.empty or b.empty)

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
            return Part(nw.len().cast(nw.Float64), "number", "unit", above=True)
        if name == "lit":
            return self.read(only(node))
        if name in {"max_horizontal", "min_horizontal"}:
            parts = [self._of_column(one, "number", f"nw.{name}") for one in node.args]
            if not parts or node.keywords:
                raise refused(f"nw.{name} takes numbers")
            empty, above = all(one.empty for one in parts), all(one.above for one in parts)
            return Part(getattr(nw, name)(*as_expressions(*parts)), "number", common_level(node, *parts), empty, above)
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
        return Part(nw.col(name), COLUMNS[name], "line", name not in NEVER_EMPTY, name == "amount")

    def _of_column(self, node: ast.AST, kind: Kind, where: str) -> Part:
        """As `_of`, where Narwhals takes a text for the name of a column."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = called("nw.col", node)
        return self._of(node, kind, where)

    def _when(self, node: ast.Call) -> Part:
        """`nw.when(a).then(b).otherwise(c)`, with `.when(...).then(...)` between them as often as one likes."""
        cases: list[tuple[ast.AST, ast.AST]] = []
        name, inner = method_of(node)
        otherwise = only(node) if name == "otherwise" else None
        at: ast.AST | None = inner if otherwise is not None else node
        while at is not None:
            match at:
                case ast.Call(func=ast.Attribute(attr="then", value=ast.Call() as tested)):
                    before = method_of(tested)
                    if before[0] != "when" or tested.keywords or not tested.args:
                        raise refused("it is written nw.when(...).then(...).otherwise(...)")
                    cases.append((all_of(tested.args), only(at)))
                    at = before[1]
                case _:
                    raise refused("it is written nw.when(...).then(...).otherwise(...)")
        tests = [self._of_column(test, "truth", "nw.when") for test, _ in cases]
        wanted = [then for _, then in cases] + ([] if otherwise is None else [otherwise])
        values = [self._value(one) for one in wanted]
        kinds = {one.kind for one in values}
        if len(kinds) > 1:
            raise refused(f"nw.when gives one kind of value, and here are a {' and a '.join(sorted(kinds))}")
        level = common_level(node, *tests, *values)
        exprs = [as_expression(one) for one in values]
        made = exprs.pop() if otherwise is not None else None
        for test, expr in zip(tests, exprs, strict=True):  # the last case first
            chosen = nw.when(as_expression(test)).then(expr)
            made = chosen if made is None else chosen.otherwise(made)
        empty = otherwise is None or any(one.empty for one in values)
        return Part(made, values[0].kind, level, empty, all(one.above for one in values))

    def _value(self, node: ast.AST) -> Part:
        """What `then` and `otherwise` take: a text there is a column, as Narwhals has it."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = called("nw.col", node)
        return self.read(node)

    # --- methods

    def _measured(self, name: str, inner: ast.AST, node: ast.Call) -> Part:
        part = self.read(inner)
        if part.level != "line":
            raise refused(f".{name}() is of order lines, and {short(inner)} is one number already")
        if part.kind not in MEASURES[name]:
            raise refused(f".{name}() takes a {' or a '.join(MEASURES[name])}, and {short(inner)} is a {part.kind}")
        given = settings_of(node, name)
        expr = part.expr.cast(nw.Float64) if part.kind == "truth" and name not in {"len", "count"} else part.expr
        lacks = part.kept is not None or part.empty
        counts = name in {"sum", "len", "count", "n_unique"}
        empty = not counts and (lacks or (name in {"std", "var"} and given.get("ddof", 1) != 0))
        above = not lacks and (part.above if name not in {"std", "var", "len"} else name == "len")
        return Part(one_number(name, expr, part.kept, given).cast(nw.Float64), "number", "unit", empty, above)

    def _cell(self, name: str, inner: ast.AST, node: ast.Call) -> Part:
        takes, gives = CELLS[name]
        part = self._of(inner, takes, f".{name}()")
        if name == "log":
            logged = nw.when(part.expr > 0).then(part.expr.log(*_numbers(node, 1)))
            return part._replace(expr=logged, empty=part.empty or not part.above, above=False)
        if name == "sqrt":
            return part._replace(
                expr=nw.when(part.expr >= 0).then(part.expr.sqrt()), empty=part.empty or not part.above
            )
        space, _, method = name.rpartition(".")
        texts = _texts(node, name) if name in {"str.contains", "str.starts_with", "str.ends_with"} else []
        if not texts and (node.args or node.keywords):
            raise refused(f".{name}() takes nothing")
        literal = {"literal": True} if name == "str.contains" else {}
        expr = getattr(getattr(part.expr, space) if space else part.expr, method)(*texts, **literal)
        if name == "dt.weekday":  # Narwhals on Spark calls Sunday 0
            expr = nw.when(expr == 0).then(nw.lit(7)).otherwise(expr)
        # a weekday is a number of one byte to some
        return part._replace(
            expr=expr.cast(nw.Float64) if gives == "number" else expr, kind=gives, above=part.above and name == "abs"
        )

    def _other(self, name: str, inner: ast.AST, node: ast.Call) -> Part:
        part = self.read(inner)
        if part.level == "value":
            raise refused(f".{name}() is of a column")
        made: Callable[[Part, ast.Call], Part] = getattr(self, f"_{name}")
        return made(part, node)

    def _alias(self, part: Part, _: ast.Call) -> Part:
        return part

    def _is_null(self, part: Part, _: ast.Call) -> Part:
        return part._replace(expr=part.expr.is_null(), kind="truth", empty=False)

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
                parts = [constant(one) for one in elements]
            case _:
                parts = []
        if not parts or any(one.kind != part.kind for one in parts):
            raise refused(f".is_in() takes a list of {part.kind}s")
        return part._replace(expr=part.expr.is_in([one.expr for one in parts]), kind="truth", above=False)

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
        value = self.read(only(node, "value"))
        if value.level != "value" or value.kind != part.kind:
            raise refused(f".fill_null() takes a {part.kind} for a {part.kind}")
        return part._replace(expr=part.expr.fill_null(value.expr), empty=False, above=part.above and value.above)

    def _clip(self, part: Part, node: ast.Call) -> Part:
        named = {one.arg: one.value for one in node.keywords}
        named |= dict(zip(("lower_bound", "upper_bound"), node.args, strict=False))
        if part.kind != "number" or not named or len(node.args) > 2 or set(named) - {"lower_bound", "upper_bound"}:
            raise refused(".clip() takes lower_bound and upper_bound, numbers, for a number")
        bounds = {str(end): self._of(bound, "number", ".clip()") for end, bound in named.items()}
        if any(bound.level != "value" for bound in bounds.values()):
            raise refused(".clip() takes numbers, no columns")
        above = part.above and all(bound.above for bound in bounds.values())
        return part._replace(expr=part.expr.clip(**{end: bound.expr for end, bound in bounds.items()}), above=above)

    def _filter(self, part: Part, node: ast.Call) -> Part:
        if part.level != "line" or not node.args or node.keywords:
            raise refused(".filter() takes what must be so of an order line")
        tests = [self._of_column(one, "truth", ".filter()") for one in node.args]
        if any(test.level == "unit" for test in tests):
            raise refused(".filter() takes what is so of single lines, and not of a customer")
        kept = part.kept
        for test in tests:
            kept = test.expr if kept is None else kept & test.expr
        return part._replace(kept=kept)


def _numbers(node: ast.Call, most: int) -> list[float]:
    given = [*node.args, *(one.value for one in node.keywords)]
    parts = [constant(one) for one in given]
    if len(parts) > most or any(one.kind != "number" or one.expr <= 1 for one in parts):
        raise refused(".log() takes a base above 1")
    return [one.expr for one in parts]


def _texts(node: ast.Call, name: str) -> list[str]:
    literal = name != "str.contains" or any(
        one.arg == "literal" and isinstance(one.value, ast.Constant) and one.value.value is True
        for one in node.keywords
    )
    others = [one for one in node.keywords if one.arg != "literal"]
    match node.args:
        case [ast.Constant(value=str(text))] if literal and not others:
            return [text]
    more = ", and literal=True: engines do not agree on patterns" if name == "str.contains" else ""
    raise refused(f".{name}() takes one text{more}")
