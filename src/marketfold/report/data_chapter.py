"""The data behind the answer: what was read, what was set aside, and what a look at it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.analysis import CustomersPart
from marketfold.cleaning import REASONS
from marketfold.customer_tables import ASIDE
from marketfold.figures import exploration_figures
from marketfold.page import (
    Column,
    Fact,
    Facts,
    FigureGrid,
    FindingItem,
    Findings,
    Fold,
    Notice,
    Section,
    TablePart,
    figure_part,
    numbers,
)
from marketfold.report.opening import MOST_WARNINGS
from marketfold.report.sentences.exploration import finding_sentence
from marketfold.report.sentences.phrases import say
from marketfold.report.sentences.warnings import run_warnings

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketfold.analysis import Analysis
    from marketfold.customer_tables import CustomerTable
    from marketfold.exploration import Exploration
    from marketfold.page import FigurePart, Part
    from marketfold.schema import Ledger

FIRST_FIGURE = "over-time"
NARROW = ("calendar", "counts", "distribution", "gaps", "repeats", "concentration", "discounts", "year-on-year")
"""Anchors, by their beginning, of figures that read as well at half the width."""


def _ledger(analysis: Analysis) -> TablePart:
    ledger, currency = analysis.data.ledger, analysis.data.currency
    total = max(ledger.lines_read, 1)

    def row(what: str, lines: int, money: float) -> tuple[str, ...]:
        return (what, words.count(lines), words.share(lines / total), words.exact_money(money, currency))

    reasons = sorted(ledger.lines_set_aside.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        row("Read", ledger.lines_read, ledger.money_read),
        *(row(f"Set aside: {REASONS.get(code, code)}", n, ledger.money_set_aside[code]) for code, n in reasons),
        row("Kept", ledger.lines_kept, ledger.money_kept),
    ]
    if ledger.money_came_back:
        rows += [
            row("Of these came back, in whole or in part", ledger.lines_came_back, -ledger.money_came_back),
            row("Revenue, net of returns", ledger.lines_net, ledger.money_net),
        ]
    return TablePart(
        key="ledger",
        title="The ledger: every line and every cent is kept, or set aside for a reason",
        columns=(Column("Lines"), *numbers("Count", "Share", "Money")),
        rows=tuple(rows),
        marked=(len(rows) - 1,),
        note="Each set-aside line stands in set_aside.csv, with its row number and its reason."
        + (" Revenue means what stayed, here and everywhere else on this page." if ledger.money_came_back else ""),
    )


def _reading(analysis: Analysis) -> Facts:
    facts, reads = analysis.data.facts, analysis.data.reads
    rows = [
        Fact("Source", facts.name, facts.encoding or ""),
        Fact("Lines read" if reads.orders is not None else "Rows read", words.count(reads.lines)),
        *([Fact("Orders", words.count(reads.orders))] if reads.orders is not None else []),
        Fact("Customers", words.count(reads.customers)),
    ]
    if reads.first_on and reads.last_on:
        rows.append(Fact("From", words.day(reads.first_on), f"to {words.day(reads.last_on)}"))
    if as_of := analysis.segmentation.table.as_of:
        rows.append(Fact("As of", words.day(as_of)))
    return Facts(tuple(rows), title="What was read")


def _decisions(analysis: Analysis) -> TablePart | None:
    """What was decided where the source could be read in more than one way."""
    made = analysis.data.decisions
    if not made:
        return None
    currency = analysis.data.currency
    rows = tuple(
        (
            " ".join(part for part in (one.what, one.why) if part),
            words.count(one.lines) if one.lines else "",
            "" if one.money is None else words.exact_money(one.money, currency),
            one.undo,
        )
        for one in made
    )
    columns = (Column("Decided"), *numbers("Lines", "Money"), Column("To decide otherwise"))
    filled = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    money = "Money is what the other reading would move. " if 2 in filled else ""
    return TablePart(
        key="decisions",
        title="What was decided where the file could be read in more than one way",
        columns=tuple(columns[place] for place in filled),
        rows=tuple(tuple(row[place] for place in filled) for row in rows),
        note=f"{money}The last column is what to give to marketfold run.",
    )


def _mapping(analysis: Analysis) -> Part:
    facts = analysis.data.facts
    rows = tuple((role.replace("_", " "), column) for role, column in facts.mapping.items())
    spare = f"Columns without a part in this: {', '.join(facts.extra_columns)}." if facts.extra_columns else ""
    return Fold(
        "Which column was taken for what",
        (TablePart("mapping", (Column("Meaning"), Column("Column of your file")), rows, note=spare),),
    )


def findings_part(exploration: Exploration, anchors: Collection[str]) -> Findings:
    """What a person should read first; it links to those of the figures that are on the page, by their anchors."""
    items = (
        FindingItem(finding_sentence(one, exploration.currency), one.figure if one.figure in anchors else "")
        for one in exploration.findings
    )
    return Findings(tuple(items), title="What to know about these orders")


def _side_by_side(figures: list[FigurePart]) -> list[Part]:
    """Wide figures alone, narrow ones beside the next that is most nearly as high: a low one would leave a hole."""
    parts: list[Part] = []
    waiting = {figure.key: figure for figure in figures}
    while waiting:
        figure = waiting.pop(next(iter(waiting)))
        others = [other for key, other in waiting.items() if key.startswith(NARROW)]
        if not (figure.key.startswith(NARROW) and others):
            parts.append(figure)
            continue
        beside = min(others, key=lambda other: abs(other.height - figure.height))
        parts.append(FigureGrid((figure, waiting.pop(beside.key))))
    return parts


def exploration_parts(exploration: Exploration) -> tuple[Part, ...]:
    """Findings, the figures that they speak of, and the other figures behind one line."""
    figures = {key: figure_part(key, figure) for key, figure in exploration_figures(exploration).items()}
    mentioned = {finding.figure for finding in exploration.findings} | {FIRST_FIGURE}
    rest = [figure for key, figure in figures.items() if key not in mentioned]
    parts: list[Part] = [findings_part(exploration, figures.keys())] if exploration.findings else []
    parts += _side_by_side([figure for key, figure in figures.items() if key in mentioned])
    if rest:
        title = f"{words.number_word(len(rest)).capitalize()} more figure{'s' if len(rest) > 1 else ''} of the orders"
        parts.append(Fold(title, tuple(_side_by_side(rest))))
    return tuple(parts)


def data_chapter(analysis: Analysis) -> Section:
    """The orders themselves, or the table of customers."""
    if isinstance(analysis.data, CustomersPart):
        return customers_chapter(analysis, analysis.data)
    explored = exploration_parts(analysis.data.exploration)
    decisions = _decisions(analysis)
    told = [decisions] if decisions else []
    parts: list[Part] = [_reading(analysis), _ledger(analysis), *told, *explored, _mapping(analysis)]
    return Section("data", "The data", (*parts, *_remarks(analysis)), _kept(analysis.data.ledger, "line"))


def _remarks(analysis: Analysis) -> tuple[Fold, ...]:
    """Warnings for which there was no room at the top."""
    warnings = run_warnings(analysis)
    rest = warnings[MOST_WARNINGS:] if len(warnings) > MOST_WARNINGS + 1 else ()
    return (Fold("Smaller remarks", (Notice(rest),)),) if rest else ()


def _kept(ledger: Ledger, row: str) -> str:
    kept = f"{words.share(1 - ledger.set_aside_share)} of the {row}s were kept."
    return kept if ledger.lines_set_aside else f"Every {row} was kept."


def _rows_ledger(ledger: Ledger) -> TablePart:
    """The rows of a table of customers; it has no money that could be added up line by line."""
    total = max(ledger.lines_read, 1)
    reasons = sorted(ledger.lines_set_aside.items(), key=lambda item: (-item[1], item[0]))
    counted = [
        ("Read", ledger.lines_read),
        *((f"Set aside: {ASIDE.get(code, code)}", n) for code, n in reasons),
        ("Kept", ledger.lines_kept),
    ]
    return TablePart(
        key="ledger",
        title="Every row is kept, or set aside for a reason",
        columns=(Column("Rows"), *numbers("Count", "Share")),
        rows=tuple((what, words.count(n), words.share(n / total)) for what, n in counted),
        marked=(len(counted) - 1,),
        note="Each row that was set aside stands in set_aside.csv, with its number and its reason."
        if ledger.lines_set_aside
        else "",
    )


def _columns(table: CustomerTable) -> TablePart:
    """What each column of a table of customers was taken for."""
    return TablePart(
        key="columns",
        title="What each column was taken for",
        columns=(Column("Column of your file"), Column("Taken for")),
        rows=tuple((column, text) for column, text in table.rows()),
    )


def customers_chapter(analysis: Analysis, data: CustomersPart) -> Section:
    """The table of customers, and what it cannot tell."""
    decisions = _decisions(analysis)
    parts: list[Part] = [_reading(analysis), _rows_ledger(data.ledger), *([decisions] if decisions else [])]
    cannot = Notice((say("customers", "no_orders"),), title="What a table of customers cannot tell")
    parts += [_columns(data.table), cannot]
    return Section("data", "The data", (*parts, *_remarks(analysis)), _kept(data.ledger, "row"))
