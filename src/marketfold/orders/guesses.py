"""What columns whose names say nothing may be, by what their cells prove: offered with a flag, and never taken."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING

from marketfold.errors import Fault
from marketfold.orders.customers import changes_within, comes_again, on_several_days
from marketfold.orders.first_lines import CENT, MOSTLY, read_cells
from marketfold.orders.hints import closest_column, fits, map_flag
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Sample = Mapping[str, Sequence[object]]

_ID = re.compile(r"[^\W\d_]\d")
"""A letter at a digit: `P12` is an id, though it can be read as money."""

_FEW_ITEMS = 1_000
_PROVEN = 0.95
_MOST_LINES = 10
"""Lines that orders have on average at most."""


def guess_roles(sample: Sample, mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """Columns that may be the order, the customer and the money where no name tells, by their cells.

    Parameters
    ----------
    sample
        The first cells of each column.
    mapping
        Columns of the roles that are known.

    Returns
    -------
    dict
        Columns of each role that may be it; several where their cells do not tell them apart. Quantity and unit price
        stand there together or not at all.

    Examples
    --------
    >>> days = ["2024-01-05", "2024-01-05", "2024-01-09", "2024-01-12"]
    >>> cells = {"d": days, "a": ["1", "1", "2", "3"], "b": ["x", "x", "y", "x"], "c": ["9.5", "3.2", "7.1", "9.9"]}
    >>> guess_roles(cells, {"ordered_on": "d"})
    {'order_id': ['a'], 'customer_id': ['b'], 'amount': ['c']}
    """
    found = dict(mapping)
    guessed: dict[str, list[str]] = {}
    for role, guess in (("order_id", _orders), ("customer_id", _customers)):
        if role not in found and (columns := guess(_free(sample, found), sample, found)):
            guessed[role] = columns
            found |= {role: columns[0]}
    if "amount" not in found:
        guessed |= _money(_free(sample, found), sample, found)
    return guessed


def guess_fault(sample: Sample, mapping: Mapping[str, str], faulted: str) -> Fault | None:
    """The fault of a source whose names do not tell a needed column, with the flags for what its cells show.

    None where nothing lacks, a name is like that of a role, or the cells show nothing; `faulted` is what other faults
    say, for what they name is not looked for.
    """
    left = {column: sample[column] for column in _free(sample, mapping)}
    money = not {"amount", "unit_price"}.isdisjoint(mapping)  # a price that lacks its quantity has a fault of its own
    needed = ("customer_id",) if money else ("customer_id", "amount")
    missing = [role for role in needed if role not in mapping and role not in faulted]
    if not missing or any(closest_column(role, left) for role in missing):
        return None
    guessed = guess_roles(sample, mapping)
    if money:
        guessed = {role: columns for role, columns in guessed.items() if role in {"order_id", "customer_id"}}
    shown = [role for role in missing if role in guessed or (role == "amount" and "unit_price" in guessed)]
    if not shown:
        return None
    places = [f"{role} in {' or '.join(map(repr, columns))}" for role, columns in guessed.items()]
    what = f"no name of a column tells {' and '.join(shown)}. By their cells, there may be {listed(places)}."
    return Fault(what, " ".join(map_flag(role, columns[0]) for role, columns in guessed.items()))


def _free(sample: Sample, found: Mapping[str, str]) -> list[str]:
    taken = set(found.values())
    return [column for column in sample if column not in taken]


def _numbers(cells: Sequence[object]) -> bool:
    """Whether cells are numbers of which one is broken: money, and no id."""
    read = [number for number in read_cells(cells) if number is not None]
    return bool(read) and any(number != int(number) for number in read)


def _different(sample: Sample, column: str) -> int:
    return len({str(cell) for cell in sample[column] if cell not in {None, ""}})


def _orders(free: Sequence[str], sample: Sample, found: Mapping[str, str]) -> list[str]:
    """The column with the most values of which each stands on one day, on few lines."""
    day = found.get("ordered_on")
    if day is None:
        return []
    able = [column for column in free if not (_numbers(sample[column]) or fits("ordered_on", sample[column]))]
    within = [column for column in able if _one_day_each(sample, column, day)]
    return sorted(within, key=lambda column: -_different(sample, column))[:1]


def _one_day_each(sample: Sample, column: str, day: str) -> bool:
    rows = {(str(one), str(when)[:10]) for one, when in zip(sample[column], sample[day], strict=True) if one}
    values = {one for one, _ in rows}
    return len(rows) == len(values) > len(sample[column]) / _MOST_LINES


def _customers(free: Sequence[str], sample: Sample, found: Mapping[str, str]) -> list[str]:
    """Columns of ids that come again on other days and do not change within an order."""
    day, order = found.get("ordered_on"), found.get("order_id")
    able = [column for column in free if fits("customer_id", sample[column]) and not _numbers(sample[column])]
    if day:
        able = [column for column in able if on_several_days(sample, column, day)]
    if order:
        able = [column for column in able if not changes_within(sample, column, order, day)]
        sure = [column for column in able if comes_again(sample, column, order)]
        able = sure or able
    most = max((_different(sample, column) for column in able), default=0)
    # a country or a shop comes again as well, with far fewer values
    return [column for column in able if 4 * _different(sample, column) > most]


def _money(free: Sequence[str], sample: Sample, found: Mapping[str, str]) -> dict[str, list[str]]:
    """The amount; or quantity and price, where they are all there is or multiply to a third column."""
    money = [column for column in free if fits("amount", sample[column]) and not names_things(sample[column])]
    counts = [column for column in money if fits("quantity", sample[column]) and _counts(sample[column])]
    prices = [column for column in money if column not in counts and _numbers(sample[column])]
    counts = [found["quantity"]] if "quantity" in found else counts
    for amount in prices:
        if any(_is_product(sample, (count, price), amount) for count in counts for price in prices if price != amount):
            return {"amount": [amount]}
    if len(counts) == len(prices) == 1:
        pair = {"quantity": counts, "unit_price": prices}
        return {role: columns for role, columns in pair.items() if role not in found}
    return {"amount": prices or money} if prices or money else {}


def names_things(cells: Sequence[object]) -> bool:
    """Whether cells are ids that can be read as money, such as `P12`."""
    return any(_ID.match(str(cell).strip()) for cell in cells)


def _counts(cells: Sequence[object]) -> bool:
    read = [abs(number) for number in read_cells(cells) if number is not None]
    return bool(read) and max(read) < _FEW_ITEMS and median(read) < _FEW_ITEMS / 10


def _is_product(sample: Sample, factors: tuple[str, str], product: str) -> bool:
    columns = (read_cells(sample[column]) for column in (*factors, product))
    rows = [(one, other, whole) for one, other, whole in zip(*columns, strict=True) if None not in {one, other, whole}]
    equal = sum(abs((one or 0) * (other or 0) - (whole or 0)) <= CENT for one, other, whole in rows)
    several = any(one not in {1, None} for one, _, _ in rows)
    return several and len(rows) >= MOSTLY * len(sample[product]) and equal >= _PROVEN * len(rows)
