"""What a person reads on the terminal of a source that was only looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from marketfold import words
from marketfold.cli.terminal import console, say_json, table_of, warn
from marketfold.decisions import in_currency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.cleaning import CleanOrders
    from marketfold.customer_tables import CustomerTable
    from marketfold.decisions import Decision
    from marketfold.orders import Inspection


def print_inspection(found: Inspection, clean: CleanOrders | None, *, as_json: bool) -> None:
    """How the source would be read, and what would be set aside; None where cleaning would leave nothing."""
    decisions = (*found.decisions, *(clean.report.decisions if clean else ()))
    decisions = in_currency(decisions, clean.currency if clean else None)
    warnings = tuple(one.text for one in decisions if one.kind.way == "warned")
    if as_json:
        ledger = clean.report.ledger if clean else None
        plain = (
            {"kind": "orders"}
            | found.to_dict()
            | {
                "set_aside": ledger.lines_set_aside if ledger else {},
                "notes": [one.text for one in decisions if one.kind.way != "warned"],
                "warnings": warnings,
                "decisions": [one.to_dict() for one in decisions],
                "currency": clean.currency if clean else None,
                "ledger": ledger.to_dict() if ledger else None,
            }
        )
        say_json(plain)
        return
    out = console()
    warn(out, *warnings)
    headings = ("means", "source column")
    mapping = table_of("Columns", headings, left=headings)
    for role, column in found.mapping.items():
        mapping.add_row(role, Text(column))
    out.print(mapping)
    facts = Table.grid(padding=(0, 2))
    rows = [*found.rows(), *([("currency", clean.currency)] if clean and clean.currency else [])]
    for what, value in rows:
        facts.add_row(Text(what, style="dim"), Text(value))
    out.print(facts)
    if clean:
        out.print(_ledger(clean))
    _print_decisions(decisions, clean.currency if clean else None)


def print_customers(read: CustomerTable, *, as_json: bool) -> None:
    """What each column of a table of customers would be taken for, and which rows would be set aside."""
    facts, ledger = read.facts, read.ledger
    if as_json:
        plain = {
            "kind": "customers",
            "name": facts.name,
            "encoding": facts.encoding,
            "mapping": facts.mapping,
            "lines": facts.lines,
            "customers": len(read.features),
            "features": {one.feature.name: list(one.columns) for one in read.uses.shaping},
            "describing": read.uses.describing,
            "left_out": read.uses.left_out,
            "set_aside": ledger.lines_set_aside,
            "notes": list(facts.notes),
            "warnings": list(facts.warnings),
            "decisions": [one.to_dict() for one in facts.decisions],
            "ledger": ledger.to_dict(),
        }
        say_json(plain)
        return
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
