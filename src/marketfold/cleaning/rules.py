"""The rules that a purchase must pass, in the order in which they are asked.

A line is set aside by the first rule that it breaks, so every set-aside line has one reason. Rules about what cannot
be read come before rules about what it means: a cancelled line without a customer is `no_customer`, because it can
serve nobody's return rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.schema import ROW_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from marketfold.config import CleaningOptions
    from marketfold.engine import Engine

CANCELLED = "cancelled"
RETURNED = "returned"
DUPLICATE = "duplicate"
MALFORMED = "malformed"
RETURNS = frozenset({CANCELLED, RETURNED})
"""Reasons whose lines stay as the customer's returns."""

MatchedValues = Mapping[str, tuple[str, ...]]
"""Unwanted texts by column, exactly as the source spells them."""


@dataclass(frozen=True)
class Rule:
    """One reason to set a line aside.

    `code` is the reason, as in the ledger and in `set_aside.csv`, and `words` says it to a reader. Without one of
    `columns` the rule is not asked. `breaks` is true where a line breaks it, given the unwanted texts of each column as
    the source spells them; `detail` says what is wrong with the one line, where there is more to say than `words`.
    """

    code: str
    words: str
    columns: tuple[str, ...]
    breaks: Callable[[MatchedValues], nw.Expr]
    detail: Callable[[], nw.Expr] | None = None

    def explain(self) -> nw.Expr:
        """The detail of a line that breaks the rule, as text."""
        return self.detail() if self.detail else nw.lit(self.words)


def _one_of(column: str) -> Callable[[MatchedValues], nw.Expr]:
    """Whether a text is one of the unwanted."""

    def breaks(matched: MatchedValues) -> nw.Expr:
        exact = [nw.col(column) == text for text in matched.get(column, ())]
        return reduce(or_, exact) if exact else nw.lit(False)  # noqa: FBT003

    return breaks


def _credit_note() -> nw.Expr:
    """Whether an order id is a C followed by digits, the mark of a credit note."""
    # The pattern is asked only where the cheap look at the first letter says so.
    starts = nw.col("order_id").str.starts_with("C")
    return nw.when(starts).then(nw.col("order_id").str.contains(r"^C\d+$")).otherwise(nw.lit(False))  # noqa: FBT003


def _as_found(prefix: str, column: str) -> Callable[[], nw.Expr]:
    return lambda: nw.concat_str(nw.lit(prefix), nw.col(column), separator=" ")


def _is_kind(kind: str) -> Callable[[MatchedValues], nw.Expr]:
    return lambda _: nw.col("row_kind") == kind


RULES: tuple[Rule, ...] = (
    *(Rule(kind, text, ("row_kind",), _is_kind(kind)) for kind, text in ROW_KINDS.items()),
    Rule("no_customer", "no customer", ("customer_id",), lambda _: nw.col("customer_id").is_null()),
    Rule(
        "unreadable_date",
        "no date that can be read, or one that no shop had",
        ("ordered_on",),
        lambda _: nw.col("ordered_on").is_null(),
    ),
    Rule("unreadable_money", "no amount that can be read", ("amount",), lambda _: nw.col("amount").is_null()),
    Rule("test_customer", "a customer made for testing", ("customer_id",), _one_of("customer_id")),
    Rule(
        "not_a_product",
        "a charge and not a product",
        ("product_id",),
        _one_of("product_id"),
        _as_found("product id", "product_id"),
    ),
    Rule(CANCELLED, "cancelled by its status", ("status",), _one_of("status"), _as_found("status", "status")),
    Rule(CANCELLED, "a credit note: its order id is C and digits", ("order_id",), lambda _: _credit_note()),
    Rule(RETURNED, "returned: a negative quantity", ("quantity",), lambda _: nw.col("quantity") < 0),
    Rule("zero_price", "an amount of zero", ("amount",), lambda _: nw.col("amount") == 0),
    Rule("not_positive", "a negative amount", ("amount",), lambda _: nw.col("amount") < 0),
)
REFUND = Rule(RETURNED, "returned: a negative amount", ("amount",), lambda _: nw.col("amount") < 0)
"""Stands in for the negative quantity where a source has no quantities."""

REASONS: dict[str, str] = {
    MALFORMED: "a row that could not be split into fields",
    **{rule.code: rule.words for rule in reversed(RULES)},
    CANCELLED: "cancelled by status or credit note",
    DUPLICATE: "an exact repeat of another line",
}
"""Every reason code and what it means."""


def rules_for(columns: Collection[str], *, credit_notes: bool = True) -> tuple[Rule, ...]:
    """The rules that a table with these columns can be asked, in their order.

    `credit_notes` is whether a C before the digits of an order id marks a credit note.
    """
    rules = [REFUND if rule.code == RETURNED and "quantity" not in columns else rule for rule in RULES]
    return tuple(
        rule
        for rule in rules
        if set(rule.columns) <= set(columns)
        and (credit_notes or not (rule.code == CANCELLED and "order_id" in rule.columns))
    )


def distinct_texts(lines: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """The different texts of a column, null among them where a cell is empty."""
    return lines.group_by(column).agg(nw.len().alias("_lines"))


def match_values(
    lines: nw.LazyFrame[Any],
    columns: Collection[str],
    options: CleaningOptions,
    engine: Engine,
    customers: nw.LazyFrame[Any],
) -> MatchedValues:
    """How the source spells the statuses, products and customers that do not count, in any case and spacing.

    A column has far fewer texts than lines, so the distinct ones are compared once, and a line only with those found.
    `customers` are the different customer ids, as `distinct_texts` gives them: they are many, and others count them.
    """
    unwanted = {
        "customer_id": options.test_customers,
        "product_id": options.not_products,
        "status": options.cancelled_statuses,
    }
    found = {}
    for column, texts in unwanted.items():
        if column in columns:
            plain = nw.col(column).str.strip_chars().str.to_lowercase()
            distinct = customers if column == "customer_id" else distinct_texts(lines, column)
            alike = distinct.filter(plain.is_in(sorted({text.strip().lower() for text in texts})))
            found[column] = tuple(sorted(engine.collect(alike.select(column)).column(column).to_pylist()))
    return found


def passed(rules: Sequence[Rule], matched: MatchedValues) -> list[nw.Expr]:
    """For each rule whether a line passes it; where a rule cannot tell (an empty cell), it does.

    Says the same as `first_broken` being null, in a form that engines push into the scan.
    """
    return [(~rule.breaks(matched)).fill_null(True) for rule in rules]  # noqa: FBT003


def first_broken(rules: Sequence[Rule], matched: MatchedValues) -> nw.Expr:
    """Number of the first rule that a line breaks (its place in `rules`), null where it breaks none."""
    number = nw.lit(None, nw.Int32)
    for place, rule in reversed(list(enumerate(rules))):
        number = nw.when(rule.breaks(matched)).then(nw.lit(place, nw.Int32)).otherwise(number)
    return number


def by_rule(rules: Sequence[Rule], number: str, tell: Callable[[Rule], nw.Expr]) -> nw.Expr:
    """What `tell` says of the rule whose number stands in a column, as text."""
    text = nw.lit(None, nw.String)
    for place, rule in reversed(list(enumerate(rules))):
        text = nw.when(nw.col(number) == place).then(tell(rule)).otherwise(text)
    return text
