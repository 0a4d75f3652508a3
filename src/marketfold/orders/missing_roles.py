"""What is said where the columns cannot be those of order lines: which are missing, and which may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.errors import Fault
from marketfold.orders.guesses import guess_fault
from marketfold.orders.hints import closest_column, map_flag
from marketfold.orders.item_columns import no_total_beside
from marketfold.schema import ROLES
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_NAMED = 8


def _left(sample: Mapping[str, Sequence[object]], taken: set[str]) -> str:
    names = [repr(column) for column in sample if column not in taken]
    more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    return f" Columns without a meaning are {listed([*names[:_MOST_NAMED], *more])}." if names else ""


def _missing(role: str, sample: Mapping[str, Sequence[object]], taken: set[str]) -> Fault:
    close = closest_column(role, {column: cells for column, cells in sample.items() if column not in taken})
    what = f"no column for {role} ({ROLES[role].meaning})."
    if close:
        return Fault(f"{what} Closest: {close!r}.", map_flag(role, close))
    return Fault(
        f"{what} None of the others looks like one.",
        f"--map {role}=COLUMN, if there is such a column.{_left(sample, taken)}",
    )


def _half_a_price(
    lacking: str, found: Mapping[str, str], sample: Mapping[str, Sequence[object]], taken: set[str]
) -> Fault:
    """The fault of a source with a quantity or a price, and neither the other nor an amount."""
    left = {column: cells for column, cells in sample.items() if column not in taken}
    what = _missing(lacking, sample, taken)
    if amount := closest_column("amount", left):
        return Fault(
            f"no column for amount ({ROLES['amount'].meaning}). Closest: {amount!r}.", map_flag("amount", amount)
        )
    if lacking == "quantity" and not closest_column("quantity", left):
        price = found["unit_price"]
        way_out = f"where each row is one item, its price is the amount: {map_flag('amount', price)}"
        return Fault(f"no column for amount, and {what.what}", way_out)
    return Fault(f"no column for amount, and {what.what}", what.hint)


def _no_money(fault: Fault) -> Fault:
    """What can be done where no column is money; a column that may be it is named by the hint."""
    if "COLUMN" not in fault.hint:
        return fault
    what = (
        f"{fault.what} No column of numbers looks like money, and customers cannot be told apart by what they brought "
        "without it."
    )
    hint = (
        f"{fault.hint} Or add a column of prices from the shop. To segment by how often and how lately people bought "
        "alone, add a column of ones and give it as amount: all money of the report is then a number of lines."
    )
    return Fault(what, hint)


def missing_roles(
    sample: Mapping[str, Sequence[object]], found: Mapping[str, str], items: tuple[str, ...], faults: Sequence[Fault]
) -> list[Fault]:
    """Why columns cannot be those of order lines: what is needed and no column has.

    Parameters
    ----------
    sample
        The first cells of each column.
    found
        Column of each role.
    items
        Columns that are one product each.
    faults
        What was found already; a role that one of them names is not missed again.
    """
    told: list[Fault] = []
    faulted = " ".join(fault.what + fault.hint for fault in faults)
    if guess := guess_fault(sample, found, faulted):
        told.append(guess)
        faulted += guess.what
    taken = set(found.values())
    unnamed = [role for role in ("customer_id", "ordered_on") if role not in found and role not in faulted]
    told += [_missing(role, sample, taken) for role in unnamed]
    if "amount" in found or "amount" in faulted:
        return told
    lacking = [role for role in ("quantity", "unit_price") if role not in found]
    if items and lacking:
        told.append(no_total_beside(items))
    elif len(lacking) == 2:
        told.append(_no_money(_missing("amount", sample, taken)))
    elif len(lacking) == 1:
        told.append(_half_a_price(lacking[0], found, sample, taken))
    return told
