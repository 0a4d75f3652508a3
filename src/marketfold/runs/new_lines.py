"""New orders for a run that keeps its lines, read as the run's own were; what was written otherwise is refused."""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold import words
from marketfold.decisions import kinds
from marketfold.errors import Fault, OrdersError
from marketfold.orders import read_orders
from marketfold.schema import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marketfold.config import ReadingOptions
    from marketfold.orders import Orders
    from marketfold.runs.kept_lines import KeptLines
    from marketfold.runs.read import Run

OF_THE_LINES = frozenset(
    {
        "amount_by_likeness", "amount_may_include", "amount_per_item", "credit_notes_negated", "dates_are_periods",
        "discount_in_price", "discount_in_total", "discount_left", "discount_taken", "items_in_columns", "order_total",
        "order_total_left", "order_total_shared", "price_as_amount", "price_of_line", "refunds_from_totals",
        "refunds_in_amount", "unit_price_as_amount",
    }
)  # fmt: skip
"""Decisions over a whole file by which a cell means something else; made of one file and not of the other they are
worth a word."""
DERIVED = "order_by_day", "amount_from_price"
"""Decisions that make a role of others, where no column has it."""


def read_like(
    run: Run, kept: KeptLines, source: Any, reading: ReadingOptions, named: Iterable[str]
) -> tuple[Orders, ReadingOptions]:
    """Read new orders as those of a run; and how they were read.

    Parameters
    ----------
    reading
        Settings of the run, with what was said of the new file; `named` are the roles whose column was said.

    Raises
    ------
    OrdersError
        If they cannot be read, or a column is lacking, renamed, or written otherwise than the run's.
    """
    orders, reading = _read(kept, source, reading)
    own: dict[str, str] = run.record["input"]["mapping"]
    other = _otherwise(own, orders, named)
    there = {*orders.facts.mapping.values(), *orders.facts.extra_columns}
    if other and {own[role] for role in other if role in own} <= there:  # by other cells it was taken for another
        pinned = {role: own[role] for role in other if role in own}
        left = tuple(orders.facts.mapping[role] for role in other if role not in own)
        mapping = {**reading.mapping, **pinned}
        reading = reading.model_copy(update={"mapping": mapping, "no_role": (*reading.no_role, *left)})
        orders, reading = _read(kept, source, reading)
        other = _otherwise(own, orders, named)
    faults = [
        *(_renamed(role, own, orders) for role in other),
        *_written(kept, orders, reading),
        *_keyed_otherwise(run, orders),
    ]
    if faults:
        raise OrdersError.from_faults(f"{orders.facts.name} does not go on where the lines of {run.folder} end", faults)
    return orders, reading


def _read(kept: KeptLines, source: Any, reading: ReadingOptions) -> tuple[Orders, ReadingOptions]:
    """Read as it stands; where that leaves the days open, as the run's were written."""
    styles = [style for style in kept.date_styles if style.startswith("%")]
    try:
        return read_orders(source, reading), reading
    except OrdersError:
        if len(styles) != 1 or reading.date_format:
            raise
        told = reading.model_copy(update={"date_format": styles[0]})
        try:
            return read_orders(source, told), told
        except OrdersError:
            pass
        raise


def _kept_roles(mapping: Iterable[str]) -> list[str]:
    return [role for role in mapping if not (ROLES[role].personal or ROLES[role].passing) or role == "customer_id"]


def _otherwise(own: dict[str, str], orders: Orders, named: Iterable[str]) -> list[str]:
    """Roles whose column is another one than in the run, and was not said; a role that is new makes ids or money."""
    mapping, said = orders.facts.mapping, set(named)
    changed = [role for role in _kept_roles(own) if mapping.get(role) != own[role]]
    new = [role for role in ("order_id", "amount", "quantity", "currency") if role in mapping and role not in own]
    return [role for role in (*changed, *new) if role not in said or role not in mapping]


def _renamed(role: str, own: dict[str, str], orders: Orders) -> Fault:
    mapping = orders.facts.mapping
    if role not in own:
        return Fault(
            f"its column {mapping[role]!r} is {role}, which the run's orders had no column for.",
            f"--no-role {shlex.quote(mapping[role])} leaves it out",
        )
    found = mapping.get(role)
    # of those without another meaning, and no other word: `street` is no `status`
    near = [] if found else get_close_matches(own[role], orders.facts.extra_columns, n=1, cutoff=0.7)
    instead = f"{found!r} was found in its place" if found else "nothing was found in its place"
    closest = f"; closest is {near[0]!r}" if near else ""
    column = found or (near[0] if near else "COLUMN")
    way_out = f"--map {shlex.quote(f'{role}={column}')}"
    return Fault(f"it has no column {own[role]!r}, which is {role} in the run: {instead}{closest}.", way_out)


def _written(kept: KeptLines, orders: Orders, reading: ReadingOptions) -> list[Fault]:
    """Numbers with another decimal sign than the run's."""
    if reading.decimal:
        return []
    return [
        Fault(
            f"{orders.facts.mapping.get(role, role)!r} is read with the decimal sign {sign!r}, in the run with "
            f"{kept.decimals[role]!r}.",
            f"--decimal {kept.decimals[role]} or --decimal {sign} says which it is",
        )
        for role, sign in orders.cells.decimals.items()
        if kept.decimals.get(role, sign) != sign
    ]


def _keyed_otherwise(run: Run, orders: Orders) -> list[Fault]:
    """Order numbers that begin again in one of both, so that they do not tell the same orders in the other."""
    own = {one["code"] for one in run.record["input"]["decisions"]}
    new = {one.code for one in orders.facts.decisions}
    codes = {"order_numbers_restart", "order_by_day"}
    if not (own ^ new) & codes:
        return []
    return [
        Fault(
            "orders are told apart otherwise than in the run: one of both has numbers that begin again, or none.",
            "make a run from all orders, old and new",
        )
    ]


def new_currencies(known: Sequence[str], orders: Orders, currency: str | None) -> list[Fault]:
    """Money in another currency than the run's cannot be added to it; `known` are the cells of its own column."""
    if "currency" in orders.lines.collect_schema().names():
        cells = orders.lines.filter(~nw.col("currency").is_null()).select("currency").unique()
        found = sorted(str(one) for one in orders.engine.collect(cells)["currency"].to_pylist())
        new = [one for one in found if one not in known] if known else []
    else:
        now = orders.facts.currency
        new = [now] if now and currency and now != currency else []
    if not new:
        return []
    had = words.listed(list(known) or [currency or "none"])
    return [
        Fault(
            f"its money is in {words.listed(new)}, the run's in {had}: they cannot be added up.",
            "convert it, or leave those lines out; --currency says what money is in that names none",
        )
    ]


def doubts_of(run: Run, orders: Orders) -> tuple[str, ...]:
    """What was decided of the run's file and not of this one, or the other way: a sentence each."""
    own = {one["code"]: one["what"] for one in run.record["input"]["decisions"]}
    new = {one.code: one.what for one in orders.facts.decisions}
    told = [
        (code, own.get(code) or new[code], code in own) for code in sorted((own.keys() ^ new.keys()) & OF_THE_LINES)
    ]
    assert kinds().keys() >= OF_THE_LINES  # noqa: S101  (a code that is renamed there is renamed here)
    return tuple(
        f"Of the run's lines and not of these it was found: {what}" if of_run else f"Of these lines alone: {what}"
        for _, what, of_run in told
    )
