"""From a table of order lines to what was bought and what came back: the reading and cleaning of a model's run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlglot import exp

from marketfold.cleaning import RETURNS
from marketfold.orders import BLANKS, EARLIEST, LATEST_READ, NUMBER_LIKE
from marketfold.schema import MONEY_SCALE, ROLES
from marketfold.warehouse.expressions import Translation, column, either, literal, number, one_of, rounded
from marketfold.warehouse.layers import Layers, columns, select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.cleaning import OrderRules, Rule

SOURCE = "source"
"""What the table is called within the statement: an own name of ours must not hide one of its columns."""
MOST = 1e300
"""Numbers beyond it are none; so is what is no number, which no comparison holds for or which is above all."""
_KEPT = ("customer_id", "order_id", "ordered_on", "amount", "quantity", "list_price", "product_id", "category")
_KEPT_TOO = ("deal_size", "country", "territory", "state")


@dataclass(frozen=True)
class LineLayers:
    """Names of the layers of purchases and of returned lines, and the columns that their lines have."""

    purchases: str
    returns: str
    columns: tuple[str, ...]


def trimmed(source: exp.Expr) -> exp.Expr:
    """A cell as text without blanks around it, whatever is one to `marketfold score`."""
    return exp.Trim(this=exp.cast(source, "text"), expression=exp.Literal.string(BLANKS))


def text_cell(source: exp.Expr, null_values: Iterable[str] = ()) -> exp.Expr:
    """A cell as text without blanks around it; null where nothing is left, or what stands for nothing."""
    text = trimmed(source)
    missing = [exp.Literal.string(text) for text in ("", *null_values)]
    if len(missing) == 1:
        return exp.Nullif(this=text, expression=missing[0])
    return either(exp.Not(this=exp.In(this=text, expressions=missing)), text.copy())


def number_cell(source: exp.Expr) -> exp.Expr:
    """A cell as a number; null where it is none or has no end."""
    cast = exp.cast(source, "double")
    return either(exp.LT(this=exp.Abs(this=cast), expression=number(MOST)), cast.copy())


def day_cell(source: exp.Expr) -> exp.Expr:
    """A cell as a day; null where no order can have it."""
    day = exp.cast(source, "date")
    known = exp.Between(this=day, low=literal(EARLIEST), high=literal(LATEST_READ))
    return either(known, day.copy())


def day_number(day: exp.Expr) -> exp.Expr:
    """Days since 1970-01-01."""
    return exp.DateDiff(this=day, expression=literal(date(1970, 1, 1)), unit=exp.var("DAY"))


def scaled(amount: exp.Expr) -> exp.Expr:
    """Money, zero or more, as whole ten-thousandths: they add up to the same in any order."""
    return rounded(exp.Mul(this=amount, expression=number(MONEY_SCALE)))


def add_lines(layers: Layers, rules: OrderRules, table: exp.Expr) -> LineLayers:
    """Add the layers from a table with the source's columns to purchases and returns."""
    cells = _cells(rules)
    source = layers.add("source_lines", select(cells, exp.alias_(table, SOURCE, table=True)))
    lines, names = _complete(layers, source, tuple(cells), rules)
    translate = Translation()
    reasons = [
        exp.If(this=_breaks(rule, rules) or translate(rule.breaks(rules.matched)), true=literal(rule.code))
        for rule in rules.rules(names)
    ]
    reason = exp.Case(ifs=reasons)
    judged = layers.add("judged_lines", select({**columns(names), "set_aside_because": reason}, lines))
    return LineLayers(
        purchases=_purchases(layers, judged, names, drops_repeats=rules.drops_repeats),
        returns=_returns(layers, judged, names, rules),
        columns=_of_use(names),
    )


def _breaks(rule: Rule, rules: OrderRules) -> exp.Expr | None:
    """Whether a text is one of those that a rule knows in any case; None where it knows none.

    Some databases make small letters of ASCII alone, so texts with others are listed as these would have them, too.
    """
    folded = rules.in_any_case(rule)
    if not folded:
        return None
    spelled = [form for text in folded for form in (text.lower(), _ascii_lower(text), _ascii_lower(text.upper()))]
    name = rule.columns[0]
    known = one_of(exp.Lower(this=column(name)), sorted(set(spelled)))
    exact = [text for text in rules.matched[name, rule.code] if text not in folded or not text.isascii()]
    return exp.or_(known, one_of(column(name), exact)) if exact else known


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _cells(rules: OrderRules) -> dict[str, exp.Expr]:
    cells = {}
    for role, kind in ((role.name, role.kind) for role in ROLES.values() if role.name in rules.columns):
        cell = exp.column(exp.to_identifier(rules.columns[role], quoted=True), table=SOURCE)
        if kind == "text":
            cells[role] = text_cell(cell, rules.null_values)
        else:
            cells[role] = day_cell(cell) if kind == "date" else number_cell(cell)
    return cells


def _complete(layers: Layers, source: str, names: tuple[str, ...], rules: OrderRules) -> tuple[str, tuple[str, ...]]:
    """Add what a source need not have, the amount and the number of the order, and give ids and e-mails one form."""
    cells = columns(names) | {name: _without_point(column(name)) for name in names if name in NUMBER_LIKE}
    if rules.folds_emails:
        customer = column("customer_id")
        folded = exp.Lower(this=exp.Replace(this=customer, expression=literal(" "), replacement=literal("")))
        is_email = exp.Like(this=customer.copy(), expression=literal("%@%"))
        cells["customer_id"] = either(is_email, folded, cells["customer_id"])
    if "amount" not in cells:
        cells["amount"] = exp.Mul(this=column("quantity"), expression=column("unit_price"))
    if "order_id" not in cells:  # what a customer bought on one day is one order
        cells["order_id"] = exp.cast(column("ordered_on"), "text")
    return layers.add("order_lines", select(cells, source)), tuple(cells)


def _without_point(text: exp.Expr) -> exp.Expr:
    """An id of figures as it was before a spreadsheet made a broken number of it: 17850 of 17850.0."""
    length = exp.Sub(this=exp.Length(this=text.copy()), expression=number(2))
    figures = exp.Substring(this=text.copy(), start=number(1), length=length)
    return either(exp.RegexpLike(this=text, expression=literal("^[0-9]+[.]0$")), figures, text.copy())


def _of_use(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in (*_KEPT, *_KEPT_TOO) if name in names)


def _purchases(layers: Layers, judged: str, names: tuple[str, ...], *, drops_repeats: bool) -> str:
    bought = select(columns(names), judged).where(exp.Is(this=column("set_aside_because"), expression=exp.Null()))
    if drops_repeats:  # lines that agree in every column are the same line
        judged = layers.add("different_lines", bought.distinct())
        bought = exp.select().from_(judged)
    cells = {**columns(_of_use(names)), "revenue_scaled": scaled(column("amount"))}
    return layers.add("purchases", bought.select(*select(cells, judged).expressions, append=False))


def _returns(layers: Layers, judged: str, names: tuple[str, ...], rules: OrderRules) -> str:
    """Lines that came back; `takes_back` is 1 where one takes back what another sold, which SQL does not look for."""
    undoing: list[exp.Expr] = [
        exp.LT(this=column(name), expression=number(0)) for name in ("amount", "quantity") if name in names
    ]
    undoing += [Translation()(rule.breaks({})) for rule in rules.rules(names) if rule.columns == ("order_id",)]
    takes_back = number(0) if rules.gross else either(exp.or_(*undoing), number(1), number(0))
    cells = {
        **columns(("customer_id", "ordered_on")),
        "revenue_scaled": scaled(exp.Abs(this=column("amount"))),
        "takes_back": takes_back,
    }
    came_back = one_of(column("set_aside_because"), sorted(RETURNS))
    return layers.add("returns", select(cells, judged).where(came_back))
