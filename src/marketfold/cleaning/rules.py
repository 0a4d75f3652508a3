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
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from marketfold.schema import ROW_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable


CANCELLED = "cancelled"
RETURNED = "returned"
DISCOUNT = "discount"
DUPLICATE = "duplicate"
MALFORMED = "malformed"
RETURNS = frozenset({CANCELLED, RETURNED})
"""Reasons whose lines stay as the customer's returns."""

Which = tuple[str, str]
"""A column and the reason that some of its texts are."""
MatchedValues = Mapping[Which, tuple[str, ...]]
"""Unwanted texts by column and reason, exactly as the source spells them."""


@dataclass(frozen=True)
class Rule:
    """One reason to set a line aside.

    `code` is the reason, as in the ledger and in `set_aside.csv`, and `words` says it to a reader. Without one of
    `columns` the rule is not asked. `breaks` is true where a line breaks it, given the unwanted texts of each column as
    the source spells them, and `plain` says the same in plain pandas, as a notebook of a run writes it; `detail` says
    what is wrong with the one line, where there is more to say than `words`. `listed` is whether the rule is about
    texts that must be found first.
    """

    code: str
    words: str
    columns: tuple[str, ...]
    breaks: Callable[[MatchedValues], nw.Expr]
    plain: str
    detail: Callable[[], nw.Expr] | None = None
    listed: bool = False

    def explain(self) -> nw.Expr:
        """The detail of a line that breaks the rule, as text."""
        return self.detail() if self.detail else nw.lit(self.words)

    def applied(self, matched: MatchedValues, lines: int) -> AppliedRule:
        """How it was asked of a source in which it set so many lines aside."""
        texts = matched.get((self.columns[0], self.code), ())
        return AppliedRule(self.code, self.words, self.plain.replace(_TEXTS, repr(list(texts))), lines)


class AppliedRule(NamedTuple):
    """A rule as it was asked of a source: its reason, in words too, in plain pandas, and the lines set aside by it."""

    code: str
    words: str
    plain: str
    lines: int


class AskedRules(NamedTuple):
    """What the rules were asked with: the texts that were found, and whether C and digits mark a credit note.

    `drops_repeats` is whether exact repeats are set aside, and `gross` whether revenue stays as it was bought.
    """

    texts: MatchedValues
    credit_notes: bool
    drops_repeats: bool
    gross: bool


_TEXTS = "TEXTS"
"""Stands in the plain form of a rule for the texts that were found."""
FEW_TEXTS = 12
"""So many texts are compared one by one, which engines push into the scan; more are looked up in a list."""


def _one_of(column: str, code: str) -> Callable[[MatchedValues], nw.Expr]:
    """Whether a text is one of the unwanted."""

    def breaks(matched: MatchedValues) -> nw.Expr:
        texts = matched.get((column, code), ())
        if len(texts) > FEW_TEXTS:
            return nw.col(column).is_in(list(texts))
        exact = [nw.col(column) == text for text in texts]
        return reduce(or_, exact) if exact else nw.lit(False)  # noqa: FBT003

    return breaks


def _credit_note() -> nw.Expr:
    """Whether an order id is a C followed by digits, the mark of a credit note."""
    # The pattern is asked only where the cheap look at the first letter says so.
    starts = nw.col("order_id").str.starts_with("C")
    return nw.when(starts).then(nw.col("order_id").str.contains(r"^C\d+$")).otherwise(nw.lit(False))  # noqa: FBT003


_DAY_OR_YES = (
    r"(?i)^\s*(true|yes|y|1|1\.0|x|ja|j|wahr|oui|vrai|si|s\x{ed}|sim|vero|verdadero|waar|cancell?ed|returned|refunded"
    r"|storniert|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|[12]\d{7}|\d{1,2}\.? [a-z]{3,}\.? \d{4}.*"
    r"|[a-z]{3,}\.? \d{1,2},? \d{4}.*)\s*$"
)


def _told(column: str) -> Callable[[MatchedValues], nw.Expr]:
    """Whether a column that says when (or whether) something happened says that it did."""
    cell = nw.col(column)
    never = cell.str.starts_with("0000")  # how some shops write no day
    return lambda _: ~cell.is_null() & ~never & cell.str.contains(_DAY_OR_YES)


def _as_found(prefix: str, column: str) -> Callable[[], nw.Expr]:
    return lambda: nw.concat_str(nw.lit(prefix), nw.col(column), separator=" ")


def _is_kind(kind: str) -> Callable[[MatchedValues], nw.Expr]:
    return lambda _: nw.col("row_kind") == kind


CHARGES: dict[str, str] = {
    "gift_card": "a gift card, which is bought and not yet goods",
    "shipping": "shipping and no product",
    DISCOUNT: "a discount, which is taken off the goods of its order",
    "tax": "a tax and no product",
    "tip": "a tip and no product",
    "charge": "a charge and not a product",
}
"""Reasons of lines that are no goods, as `charge_words` tells them apart."""
CHARGE_COLUMNS = {"line_type": "type", "product_id": "product id", "product_name": "product", "category": "category"}
"""Columns that can say so, and what a detail calls them."""


def _listed(code: str, words: str, column: str, called: str) -> Rule:
    return Rule(code, words, (column,), _one_of(column, code), _among(column), _as_found(called, column), listed=True)


def _among(column: str) -> str:
    return f'lines["{column}"].isin({_TEXTS})'


def _says(column: str) -> str:
    """Of a column that says when (or whether) something happened, in plain pandas."""
    pattern = _DAY_OR_YES.replace(r"\x{ed}", "\u00ed").replace("(true", "(?:true", 1)
    return f'lines["{column}"].str.contains(r"{pattern}") & ~lines["{column}"].str.startswith("0000", na=False)'


RULES: tuple[Rule, ...] = (
    *(
        Rule(kind, text, ("row_kind",), _is_kind(kind), f'lines["row_kind"] == "{kind}"')
        for kind, text in ROW_KINDS.items()
    ),
    Rule(
        "no_customer",
        "no customer",
        ("customer_id",),
        lambda _: nw.col("customer_id").is_null(),
        'lines["customer_id"].isna()',
    ),
    Rule(
        "unreadable_date",
        "no date that can be read, or one that no shop had",
        ("ordered_on",),
        lambda _: nw.col("ordered_on").is_null(),
        'lines["ordered_on"].isna()',
    ),
    Rule(
        "unreadable_money",
        "no amount that can be read",
        ("amount",),
        lambda _: nw.col("amount").is_null(),
        'lines["amount"].isna()',
    ),
    Rule(
        "test_customer",
        "a customer made for testing",
        ("customer_id",),
        _one_of("customer_id", "test_customer"),
        _among("customer_id"),
        listed=True,
    ),
    _listed("not_a_product", "a charge and not a product", "product_id", "product id"),
    *(
        _listed(code, text, column, called)
        for column, called in CHARGE_COLUMNS.items()
        for code, text in CHARGES.items()
    ),
    _listed(CANCELLED, "not bought after all, by its status", "status", "status"),
    _listed(CANCELLED, "not bought after all, by its payment", "payment_status", "payment"),
    Rule(
        CANCELLED,
        "cancelled, as the column of cancellations says",
        ("cancelled_on",),
        _told("cancelled_on"),
        _says("cancelled_on"),
        _as_found("cancelled", "cancelled_on"),
    ),
    _listed(RETURNED, "returned or refunded, by its status", "status", "status"),
    _listed(RETURNED, "returned or refunded, by its payment", "payment_status", "payment"),
    Rule(
        RETURNED,
        "returned, as the column of returns says",
        ("returned_on",),
        _told("returned_on"),
        _says("returned_on"),
        _as_found("returned", "returned_on"),
    ),
    Rule(
        RETURNED,
        "a credit note: its order id is C and digits",
        ("order_id",),
        lambda _: _credit_note(),
        r'lines["order_id"].str.fullmatch(r"C\d+")',
    ),
    Rule(
        RETURNED,
        "returned: a negative quantity",
        ("quantity",),
        lambda _: nw.col("quantity") < 0,
        'lines["quantity"] < 0',
    ),
    Rule(RETURNED, "returned: a negative amount", ("amount",), lambda _: nw.col("amount") < 0, 'lines["amount"] < 0'),
    Rule("zero_price", "an amount of zero", ("amount",), lambda _: nw.col("amount") == 0, 'lines["amount"] == 0'),
)

REASONS: dict[str, str] = {
    MALFORMED: "a row that could not be split into fields",
    **{rule.code: rule.words for rule in reversed(RULES)},
    CANCELLED: "not bought after all: cancelled, failed, not paid for",
    RETURNED: "returned or refunded",
    DUPLICATE: "an exact repeat of another line",
}
"""Every reason code and what it means."""


def repeats_applied(lines: int) -> AppliedRule:
    """That exact repeats were set aside, which is asked last, of the lines that are left."""
    plain = 'lines.drop(columns="source_line").duplicated()'
    return AppliedRule(DUPLICATE, REASONS[DUPLICATE], plain, lines)


def undoes_purchase(columns: Collection[str], *, credit_notes: bool) -> nw.Expr:
    """Whether a line takes back what another line sold, and is not itself the line that was sold."""
    signs = [nw.col("amount") < 0]
    signs += [nw.col("quantity") < 0] if "quantity" in columns else []
    signs += [_credit_note()] if credit_notes else []
    return reduce(or_, (sign.fill_null(False) for sign in signs))  # noqa: FBT003


def rules_for(columns: Collection[str], *, credit_notes: bool = True) -> tuple[Rule, ...]:
    """The rules that a table with these columns can be asked, in their order.

    `credit_notes` is whether a C before the digits of an order id marks a credit note.
    """
    return tuple(
        rule for rule in RULES if set(rule.columns) <= set(columns) and (credit_notes or rule.columns != ("order_id",))
    )


def distinct_texts(lines: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """The different texts of a column, null among them where a cell is empty."""
    return lines.group_by(column).agg(nw.len().alias("_lines"))


def passed(rules: Iterable[Rule], matched: MatchedValues) -> list[nw.Expr]:
    """For each rule whether a line passes it; where a rule cannot tell (an empty cell), it does.

    Says the same as `first_broken` being null, in a form that engines push into the scan.
    """
    return [(~rule.breaks(matched)).fill_null(True) for rule in rules]  # noqa: FBT003


def first_broken(rules: Mapping[int, Rule], matched: MatchedValues) -> nw.Expr:
    """Number of the first rule that a line breaks, null where it breaks none."""
    number = nw.lit(None, nw.Int32)
    for place, rule in reversed(list(rules.items())):
        number = nw.when(rule.breaks(matched)).then(nw.lit(place, nw.Int32)).otherwise(number)
    return number


def by_rule(rules: Mapping[int, Rule], number: str, tell: Callable[[Rule], nw.Expr]) -> nw.Expr:
    """What `tell` says of the rule whose number stands in a column, as text."""
    text = nw.lit(None, nw.String)
    for place, rule in reversed(list(rules.items())):
        text = nw.when(nw.col(number) == place).then(tell(rule)).otherwise(text)
    return text
