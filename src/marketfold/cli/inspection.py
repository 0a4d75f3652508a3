"""What a person reads on the terminal of a source that was only looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from marketfold import words
from marketfold.cli.terminal import console, table_of, warn
from marketfold.decisions import in_currency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.cleaning import CleanOrders
    from marketfold.decisions import Decision
    from marketfold.runs import CustomersSeen, OrdersSeen


def print_orders(seen: OrdersSeen) -> None:
    """How the source would be read, and what would be set aside."""
    found, clean = seen.found, seen.clean
    out = console()
    warn(out, *seen.warnings)
    headings = ("means", "source column")
    mapping = table_of("Columns", headings, left=headings)
    for role, column in found.mapping.items():
        mapping.add_row(role, Text(column))
    out.print(mapping)
    facts = Table.grid(padding=(0, 2))
    rows = [*found.rows(), *([("currency", seen.currency)] if seen.currency else [])]
    for what, value in rows:
        facts.add_row(Text(what, style="dim"), Text(value))
    out.print(facts)
    if clean:
        out.print(_ledger(clean))
    _print_decisions(seen.decisions, seen.currency)


def print_customers(seen: CustomersSeen) -> None:
    """What each column of a table of customers would be taken for, and which rows would be set aside."""
    read, facts, ledger = seen.table, seen.table.facts, seen.table.ledger
    out = console()
    warn(out, *facts.warnings)
    counts = f"{words.count(facts.lines)} rows, {words.count(len(read.features))} customers"
    out.print(Text(f"{facts.name}: a table of customers, not of orders; {counts}."))
    headings = ("source column", "taken for")
    columns = table_of("Columns", headings, left=headings)
    for column, text in read.rows():
        columns.add_row(Text(column), Text(text))
    out.print(columns)
    for reason, n in ledger.lines_set_aside.items():
        out.print(f"set aside: {words.count(n)} {reason}")
    _print_decisions(in_currency(facts.decisions, facts.currency), facts.currency)


def _print_decisions(decisions: Sequence[Decision], currency: str | None = None) -> None:
    """What was decided where the source could be read in more than one way; warnings stand above everything."""
    left = ("decided", "otherwise by")
    table = table_of("Decisions", ("decided", "lines", "money", "otherwise by"), left=left)
    for one in decisions:
        if one.kind.way != "warned":
            money = "" if one.money is None else words.exact_money(one.money, currency)
            what = " ".join(part for part in (one.what, one.why) if part)
            table.add_row(Text(what), words.count(one.lines) if one.lines else "", money, Text(one.undo))
    if table.row_count:
        console().print(table)


def _ledger(clean: CleanOrders) -> Table:
    table = table_of("Ledger", ("", "lines", "money"), left={""})
    for what, lines, money in clean.report.rows():
        table.add_row(what, words.count(lines), words.exact_money(money, clean.currency))
    return table
