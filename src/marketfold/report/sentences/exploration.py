"""Findings about the order lines in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.exploration import Finding

COLUMNS = {"product_id": "product", "list_price": "list price"}
"""Roles whose name is no word."""


@dataclass(frozen=True)
class _Filled:
    """A finding, each of its numbers and texts as it stands in a sentence."""

    finding: Finding
    currency: str | None

    def number(self, name: str) -> float:
        return self.finding.numbers[name]

    def count(self, name: str) -> str:
        return words.count(self.number(name))

    def share(self, name: str) -> str:
        return words.share(abs(self.number(name)))

    def money(self, name: str) -> str:
        return words.money(self.number(name), self.currency)

    def times(self, name: str) -> str:
        return words.times(self.number(name))

    def day(self, name: str) -> str:
        return words.day(np.datetime64(self.text(name)))

    def texts(self, name: str) -> tuple[str, ...]:
        return self.finding.texts[name]

    def text(self, name: str) -> str:
        return self.texts(name)[0]

    @property
    def month(self) -> str:
        return words.MONTHS[int(self.number("month")) - 1]


def _cap(f: _Filled) -> str:
    column = f.text("column")
    stop = (
        f"{column} stops at exactly {words.money(f.number('value'))} on {f.share('line_share')} of lines: it is capped."
    )
    if "quantity" not in f.finding.texts:
        return stop
    product, amount = f"{f.text('quantity')} x {column}", f.text("amount")
    if f.number("differs_at_cap_share") == 1 and f.number("differs_below_share") == 0:
        return f"{stop} On exactly these lines {product} is not {amount}: go by {amount}."
    return f"{stop} {product} differs from {amount} on {f.share('differs_at_cap_share')} of them: go by {amount}."


def _cut(f: _Filled) -> str:
    column, number = f.text("column"), f.text("number")
    at = words.listed([words.money(value) for name, value in f.finding.numbers.items() if name.startswith("cut_")])
    return f"{column} follows from {number} (cut at {at}): segments by {column} only restate {number}."


def _date_parts(f: _Filled) -> str:
    date, several = f.text("date"), f.number("columns") > 1
    (first, part), *others = zip(f.texts("columns"), f.texts("parts"), strict=True)
    which = words.listed([f"{first} is the {part} of {date}", *(f"{label} its {part}" for label, part in others)])
    sampled = f.number("lines") < f.number("lines_kept")
    lines = (
        f"{f.count('lines')} lines drawn from {f.count('lines_kept')}" if sampled else f"{f.count('lines')} kept lines"
    )
    return f"On each of {lines}, {which}: {'they say' if several else 'it says'} nothing that {date} does not."


def _constant(f: _Filled) -> str:
    have = "has" if f.number("columns") == 1 else "have each"
    named = words.listed(f.texts("columns"))
    return f"{named} {have} one value on all {f.count('lines')} lines: nothing can be told apart by it."


def _few_large_customers(f: _Filled) -> str:
    few = int(f.number("customers"))
    bring, each = ("customer brings", "") if few == 1 else ("customers bring", "each ")
    return (
        f"{few} {bring} {f.share('revenue_share')} of revenue, {each}at least {f.times('ratio')} the next largest: "
        "look at them by hand."
    )


def _came_back(f: _Filled) -> str:
    customers, came = f.count("all_customers"), words.count(f.number("all_customers") - f.number("customers"))
    if f.number("customers") == 0:
        return f"Each of the {customers} customers ordered more than once."
    return f"{f.share('repeat_share')} of customers ordered more than once ({came} of {customers})."


def _growth(f: _Filled) -> str:
    months, year = [int(month) for month in f.texts("months")], int(f.number("year"))
    way = "more" if f.number("growth_share") > 0 else "less"
    same = "month" if len(months) == 1 else "months"
    return (
        f"{words.months(months)} {year} brought {f.share('growth_share')} {way} than the same {same} of "
        f"{year - 1} ({f.money('revenue')} against {f.money('revenue_before')})."
    )


def _bought_by(f: _Filled) -> str:
    return (
        f"{f.count('customers')} of {f.count('all_customers')} customers bought for the first time by {f.day('until')}"
    )


def _incomplete(f: _Filled) -> str:
    month = words.MONTHS[int(f.text("last_day")[5:7]) - 1]
    return f"The orders end on {f.day('last_day')}: {month} is incomplete, and comparisons leave it out."


def _duplicates(f: _Filled) -> str:
    verb = "line repeats" if f.number("lines") == 1 else "lines repeat"
    return f"{f.count('lines')} {verb} another one exactly ({f.share('line_share')} of the lines read)."


def _correlation(f: _Filled) -> str:
    one, other = f.texts("columns")
    way = "together" if f.number("r") > 0 else "against each other"
    r = words.decimal(f.number("r"))
    return f"{one} and {other} move {way} (r = {r}): together they say little more than one of them."


SENTENCES: dict[str, Callable[[_Filled], str]] = {
    "set_aside": lambda f: (
        f"{f.share('line_share')} of the lines read ({f.count('lines')}) were set aside for one reason: "
        f"{f.text('reason').replace('_', ' ')}."
    ),
    "one_intake": lambda f: f"{_bought_by(f)}: the file follows one intake, and its course over time is theirs.",
    "few_newcomers": lambda f: f"{_bought_by(f)}: hardly anyone is new.",
    "nobody_came_back": lambda f: (
        f"Each of the {f.count('all_customers')} customers ordered once: nothing can be learned about coming back."
    ),
    "once": lambda f: (
        f"{f.share('customer_share')} of customers ({f.count('customers')} of {f.count('all_customers')}) ordered "
        f"once; they bring {f.share('revenue_share')} of revenue."
    ),
    "came_back": _came_back,
    "cap": _cap,
    "cut": _cut,
    "date_parts": _date_parts,
    "peak": lambda f: (
        f"{f.month} brings {f.times('ratio')} an average month ({f.money('revenue')} against "
        f"{f.money('average_month')}, mean of {words.listed(f.texts('years'))})."
    ),
    "peak_of_one_year": lambda f: (
        f"{f.month} {f.number('year'):.0f} brought {f.times('ratio')} an average month ({f.money('revenue')} against "
        f"{f.money('average_month')}); one year does not tell a season from an event."
    ),
    "few_large_customers": _few_large_customers,
    "concentration": lambda f: (
        f"{f.share('customer_share')} of customers ({f.count('customers')} of {f.count('all_customers')}) "
        f"bring 80 % of revenue; the largest fifth brings {f.share('top_fifth_share')}."
    ),
    "spread_widely": lambda f: (
        f"Revenue is spread widely: it takes {f.share('customer_share')} of customers to bring 80 % of it."
    ),
    "growth": _growth,
    "status": lambda f: (
        f"{f.share('line_share')} of the {f.count('lines_read')} lines read are {f.text('value')}: "
        f"{f.text('column')} says little."
    ),
    "list_price_is_no_ceiling": lambda f: (
        f"{f.share('given_share')} of lines are charged below {f.text('list_price')} and {f.share('above_share')} "
        f"above it: {f.text('list_price')} is no ceiling."
    ),
    "discount": lambda f: (
        f"{f.share('given_share')} of lines are charged below {f.text('list_price')}; "
        f"over all lines the discount is {words.share(f.number('mean'))} on average."
    ),
    "hardly_a_discount": lambda f: f"Hardly a line is charged below {f.text('list_price')}.",
    "gaps": lambda f: (
        f"Half of all repeat orders come within {f.count('median_days')} days of the one before, the middle half after "
        f"{f.count('lower_days')} to {f.count('upper_days')} days ({f.count('gaps')} gaps)."
    ),
    "dominates": lambda f: (
        f"{f.text('value')} brings {f.share('revenue_share')} of revenue, the most of any {f.text('column')}; "
        f"{f.text('next')} follows with {f.share('next_revenue_share')}."
    ),
    "incomplete": _incomplete,
    "absent": lambda f: (
        f"There is no column for {words.listed([COLUMNS.get(name, name) for name in f.texts('columns')], 'or')}: "
        "what depends on it is left out."
    ),
    "missing": lambda f: (
        f"{f.text('column')} is empty on {f.share('empty_share')} of the lines read ({f.count('lines')})."
    ),
    "constant": _constant,
    "same": lambda f: f"{f.text('column')} and {f.text('given')} say the same: one adds nothing to the other.",
    "follows": lambda f: f"{f.text('column')} follows from {f.text('given')} without exception: it adds nothing to it.",
    "returns": lambda f: (
        f"{f.count('lines')} of the {f.count('lines_read')} lines read ({f.share('line_share')}) were cancelled or "
        f"returned, worth {f.money('value')}; they do not count as purchases."
    ),
    "duplicates": _duplicates,
    "correlation": _correlation,
}
"""How each code is said."""


def finding_sentence(finding: Finding, currency: str | None = None) -> str:
    """A finding as plain text; values of the user's file stand in it as they are: escape it before it becomes HTML.

    Parameters
    ----------
    currency
        Of the orders, as `Exploration.currency` has it.
    """
    text = SENTENCES[finding.code](_Filled(finding, currency))
    if "sampled_lines" not in finding.numbers:
        return text
    lines, kept = (words.count(finding.numbers[name]) for name in ("sampled_lines", "kept_lines"))
    return f"{text[:-1]} (seen on {lines} lines drawn from {kept})."
