"""Columns that say which lines are parts of another line: the children of a bundle, the variant of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from marketfold.orders.role_names import Rank


PARENT_ROLES = ("parent_line", "line_id", "product_kind")
"""Roles that are given here."""


def find_parents(
    sample: Mapping[str, Sequence[object]], taken: Collection[str], order: str | None, rank: Rank
) -> dict[str, str]:
    """Columns for `parent_line` and for what it names a line by; empty where there is no such pair.

    Parameters
    ----------
    sample
        The first cells of each column.
    taken
        Columns that the user gave a role.
    order
        Column of the order number, if there is one: the lines of an order may be numbered from one.
    rank
        How surely a column's name means a role, as `roles.sureness`.
    """
    free = [column for column in sample if column not in taken]
    parents = [column for column in free if rank("parent_line", column) is not None]
    for parent in parents[:1]:
        orders = sample[order] if order else [""] * len(sample[parent])
        wanted = {(_text(one), text) for one, cell in zip(orders, sample[parent], strict=True) if (text := _text(cell))}
        for column in free:
            keys = [(_text(one), _text(cell)) for one, cell in zip(orders, sample[column], strict=True)]
            unique = len(set(keys)) == len(keys)
            if wanted and column not in parents and unique and len(wanted & set(keys)) >= 0.8 * len(wanted):
                is_number = rank("line_number", column) is not None
                return {"parent_line": parent, "line_number" if is_number else "line_id": column}
    for column in free:  # without a parent's number, Magento repeats a configurable product as its simple variant
        if {"configurable", "simple"} <= {str(cell).casefold() for cell in sample[column] if isinstance(cell, str)}:
            return {"product_kind": column}
    return {}


def _text(cell: object) -> str:
    return "" if cell is None or cell in {0, "0"} else str(cell).strip().removesuffix(".0")
