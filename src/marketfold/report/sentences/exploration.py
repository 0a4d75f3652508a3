"""Findings about the order lines in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold import words
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from marketfold.exploration import Finding

COLUMNS = {"product_id": "product", "list_price": "list price"}
"""Roles whose name is no word."""

Facts = dict[str, Any]


def _cap(f: Finding) -> Facts:
    if "quantity" not in f.texts:
        return {}
    exactly = f.numbers["differs_at_cap_share"] == 1 and f.numbers["differs_below_share"] == 0
    return {"variant": "exactly" if exactly else "mostly"}


def _at(f: Finding, currency: str | None) -> list[str]:
    """Where a column stops or is cut; of money where the column is."""
    unit = currency if "in_money" in f.numbers else None
    return [words.money(value, unit) for name, value in f.numbers.items() if name == "value" or name[:4] == "cut_"]


def _date_parts(f: Finding) -> Facts:
    (first, part), *others = zip(f.texts["columns"], f.texts["parts"], strict=True)
    which = [f"{first} is the {part} of {f.texts['date'][0]}", *(f"{label} its {part}" for label, part in others)]
    return {"which": which, "variant": "sampled" if f.numbers["lines"] < f.numbers["lines_kept"] else ""}


def _came_back(f: Finding) -> Facts:
    once = f.numbers["customers"]
    return {"came": f.numbers["all_customers"] - once, "variant": "" if once else "all"}


def _growth(f: Finding) -> Facts:
    return {"period": words.months([int(month) for month in f.texts["months"]]), "year_before": f.numbers["year"] - 1}


MORE: Mapping[str, Callable[[Finding], Facts]] = {
    "cap": _cap,
    "date_parts": _date_parts,
    "came_back": _came_back,
    "growth": _growth,
    "incomplete": lambda f: {"month": f.texts["last_day"][0][5:7]},
    "absent": lambda f: {"columns": [COLUMNS.get(name, name) for name in f.texts["columns"]]},
}
"""What some codes are said with beside their numbers and texts, and which variant of the phrase says it."""


def finding_sentence(finding: Finding, currency: str | None = None) -> str:
    """A finding as plain text; values of the user's file stand in it as they are: escape it before it becomes HTML.

    Parameters
    ----------
    currency
        Of the orders, as `Exploration.currency` has it.
    """
    code, numbers = finding.code, finding.numbers
    facts = {**numbers, "at": _at(finding, currency), **finding.texts, **(MORE[code](finding) if code in MORE else {})}
    variant = facts.pop("variant", "")
    text = say("finding", f"{code}.{variant}" if variant else code, currency, **facts)
    if "sampled_lines" not in numbers:
        return text
    lines, kept = (words.count(numbers[name]) for name in ("sampled_lines", "kept_lines"))
    return f"{text[:-1]} (seen on {lines} lines drawn from {kept})."
