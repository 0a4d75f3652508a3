"""Whether a column says who bought, judged by how its cells lie beside those of the orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Sample = Mapping[str, Sequence[object]]

MAKERS = frozenset({"company", "companyname", "firma", "entreprise", "societe", "empresa", "unternehmen", "azienda"})
"""Names of a customer in one shop, and of a product's maker in the next."""
MOSTLY = 0.5


def _pairs(sample: Sample, one: str, other: str) -> list[tuple[str, str]]:
    """Cells of two columns, row by row, where both are filled."""
    rows = zip(sample[one], sample[other], strict=True)
    return [(str(a).strip(), str(b).strip()) for a, b in rows if a not in (None, "") and b not in (None, "")]


def one_each(sample: Sample, customer: str, order: str) -> bool:
    """Whether each order has a customer of its own, and there are two at least."""
    pairs = set(_pairs(sample, customer, order))
    return len(pairs) > 1 and len({one for one, _ in pairs}) == len(pairs) == len({order for _, order in pairs})


def comes_again(sample: Sample, customer: str, order: str) -> bool:
    """Whether each order has one customer, and some customer several orders."""
    pairs = set(_pairs(sample, customer, order))
    return len({order for _, order in pairs}) == len(pairs) > len({one for one, _ in pairs}) > 1


def changes_within(sample: Sample, column: str, order: str, day: str | None) -> bool:
    """Whether a column has several values on most orders of several lines, as a product's maker has.

    An order is a number on one day, for numbers may start anew.
    """
    days = sample[day] if day else [""] * len(sample[order])
    orders: dict[tuple[object, str], list[object]] = {}
    for number, when, cell in zip(sample[order], days, sample[column], strict=True):
        if cell not in {None, ""} and number not in {None, ""}:
            orders.setdefault((number, str(when)[:10]), []).append(cell)
    several = [cells for cells in orders.values() if len(cells) > 1]
    return sum(len(set(cells)) > 1 for cells in several) > MOSTLY * len(several) if several else False


def on_several_days(sample: Sample, column: str, day: str) -> bool:
    """Whether most values that come again do so on another day, as customers do and orders do not."""
    days: dict[str, list[str]] = {}
    for cell, when in _pairs(sample, column, day):
        days.setdefault(cell, []).append(when[:10])
    again = [found for found in days.values() if len(found) > 1]
    return sum(len(set(found)) > 1 for found in again) > MOSTLY * len(again) if again else False
