"""The data behind the answer: what was read, what was set aside, and what a look at it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.cleaning import REASONS
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
from marketfold.report.sentences.warnings import run_warnings

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketfold.analysis import Analysis
    from marketfold.exploration import Exploration
    from marketfold.page import FigurePart, Part

FIRST_FIGURE = "over-time"
NARROW = ("calendar", "counts", "distribution", "gaps", "repeats", "concentration", "discounts", "year-on-year")
"""Anchors, by their beginning, of figures that read as well at half the width."""


def _ledger(analysis: Analysis) -> TablePart:
    ledger, currency = analysis.data.clean.report.ledger, analysis.data.exploration.currency
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
    facts, reads = analysis.data.clean.facts, analysis.data.clean.report.reads
    rows = [
        Fact("Source", facts.name, facts.encoding or ""),
        Fact("Lines read", words.count(reads.lines)),
        Fact("Orders", words.count(reads.orders)),
        Fact("Customers", words.count(reads.customers)),
    ]
    if reads.first_on and reads.last_on:
        rows.append(Fact("From", words.day(reads.first_on), f"to {words.day(reads.last_on)}"))
    rows.append(Fact("Features look back from", words.day(analysis.segmentation.table.as_of)))
    return Facts(tuple(rows), title="What was read")


def _decisions(analysis: Analysis) -> TablePart | None:
    """What was decided where the source could be read in more than one way."""
    made = (*analysis.data.clean.facts.decisions, *analysis.data.clean.report.decisions)
    if not made:
        return None
    currency = analysis.data.exploration.currency
    rows = tuple(
        (
            " ".join(part for part in (one.what, one.why) if part),
            words.count(one.lines) if one.lines else "",
            "" if one.money is None else words.exact_money(one.money, currency),
            one.undo,
        )
        for one in made
    )
    return TablePart(
        key="decisions",
        title="What was decided where the file could be read in more than one way",
        columns=(Column("Decided"), *numbers("Lines", "Money"), Column("To decide otherwise")),
        rows=rows,
        note="Money is what the other reading would move. The last column is what to give to marketfold run.",
    )


def _mapping(analysis: Analysis) -> Part:
    facts = analysis.data.clean.facts
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
    """The orders themselves."""
    explored = exploration_parts(analysis.data.exploration)
    decisions = _decisions(analysis)
    told = [decisions] if decisions else []
    parts: list[Part] = [_reading(analysis), _ledger(analysis), *told, *explored, _mapping(analysis)]
    warnings = run_warnings(analysis)
    rest = warnings[MOST_WARNINGS:] if len(warnings) > MOST_WARNINGS + 1 else ()
    if rest:
        parts.append(Fold("Smaller remarks", (Notice(rest),)))
    ledger = analysis.data.clean.report.ledger
    kept = f"{words.share(1 - ledger.set_aside_share)} of the lines were kept."
    return Section("data", "The data", tuple(parts), kept if ledger.lines_set_aside else "Every line was kept.")
