"""Two runs side by side as a page in the report's style: what changed in money, who moved, and what drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.figures import drift_figure, movement_sankey_figure
from marketfold.page import Column, Fact, FigurePart, Prose, ReportPage, Section, TablePart, figure_part, numbers
from marketfold.report.sentences.movement import (
    ages_sentence,
    file_sentence,
    fit_sentence,
    knows_quiet,
    merged_sentence,
    money_sentences,
    movement_sentences,
    movement_title,
    renumbered_sentence,
)
from marketfold.report.sentences.phrases import phrases, say
from marketfold.segments import EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.segments import Drift, Movement
    from marketfold.units import Feature


def comparison_page(movement: Movement, features: Sequence[Feature], people_file: tuple[str, int]) -> ReportPage:
    """Put a comparison on a page, ready to be written or shown.

    Parameters
    ----------
    features
        What each measured feature is called.
    people_file
        Where the units stand by their ids, and how many do.
    """
    by_name = {feature.name: feature for feature in features}
    when = dict.fromkeys(words.day(one) for one in (movement.earlier_on, movement.later_on) if one)
    sentences = movement_sentences(movement, {name: one.label for name, one in by_name.items()})
    fit = movement.fit
    misfit = fit_sentence(fit) if fit and not fit.still_fits else ""
    warnings = (merged_sentence(movement), renumbered_sentence(movement), misfit)
    return ReportPage(
        title=movement_title(movement),
        lead=" ".join(one for one in sentences if one not in warnings),
        kicker="Two runs compared" + (f", {' to '.join(when)}" if when else ""),
        facts=_facts(movement),
        warnings=tuple(filter(None, warnings)),
        sections=(
            Section("money", "What changed in money", _money(movement)),
            Section("people", "Who came back, went quiet, came and left", _people(movement, people_file)),
            Section("moves", "Who moved", (_moves(movement), figure_part("sankey", movement_sankey_figure(movement)))),
            Section("drift", "What has shifted", _drift(movement, by_name)),
        ),
        n_segments=max(*movement.earlier_numbers, *movement.later_numbers),
    )


def _facts(movement: Movement) -> tuple[Fact, ...]:
    who, units = movement.journeys, words.units_word(movement.unit)
    news = {"Came back": who.came_back, "Went quiet": who.went_quiet} if knows_quiet(movement) else {}
    return (
        *(Fact(what, words.count(int(group.sum()))) for what, group in news.items()),
        Fact("In both runs", words.count(movement.shared), units),
        Fact("New", words.count(int(movement.new.sum()))),
        Fact("Gone", words.count(int(movement.lost.sum()))),
    )


def _money(movement: Movement) -> tuple[TablePart | Prose, ...]:
    """Revenue of each segment then and now, and what makes the difference."""
    money, who, currency = movement.money, movement.journeys, movement.currency
    if not money:
        return (Prose(money_sentences(movement)),)
    between = movement.basis == "between"

    def row(name: str, before: float, *parts: float, after: float, since: float) -> tuple[str, ...]:
        changes = (words.signed(value, lambda size: words.money(size, currency)) for value in parts)
        cells = (name, words.money(before, currency), *changes, words.money(after, currency))
        return (*cells, words.money(since, currency)) if between else cells

    more = float((who.brought_after - who.brought_before)[who.in_both].sum())
    arrived, left = float(who.brought_after[who.before == 0].sum()), float(who.brought_before[who.after == 0].sum())
    totals = [float(brought.sum()) for brought in (who.brought_before, who.brought_after)]
    rows = [
        row(f"{m.number}. {m.name}", m.before, m.stayed_more, m.came, -m.left, after=m.after, since=m.since)
        for m in money
    ]
    everybody = row("Everybody", totals[0], more, arrived, -left, after=totals[1], since=more)
    columns = numbers("Then", "Those who stayed", "Came in", "Left", "Now", *(["Brought since"] if between else []))
    since = phrases("movement").get(f"money_table.{movement.basis}", "")
    table = TablePart(
        key="money-table",
        columns=(Column("Segment"), *columns),
        rows=(*rows, everybody),
        note=say("movement", "money_table", since=since).strip(),
        marked=(len(rows),),
        segments=(*(m.number for m in money), 0),
    )
    return (table,)


def _people(movement: Movement, people_file: tuple[str, int]) -> tuple[TablePart | Prose, ...]:
    """Who did what, counted by both segments; the ids are in the file."""
    who, currency = movement.journeys, movement.currency
    between, money = movement.basis == "between", bool(movement.money)
    names = dict(zip(movement.earlier_numbers, movement.earlier_names, strict=True))
    later = dict(zip(movement.later_numbers, movement.later_names, strict=True))
    events, more = who.events, who.brought_after - who.brought_before
    rows = []
    for event in EVENTS[:-1]:
        of_event = events == event
        pairs = np.unique(np.column_stack([who.before[of_event], who.after[of_event]]), axis=0).tolist()
        for then, now in pairs:
            some = of_event & (who.before == then) & (who.after == now)
            had, since = (words.money(float(amounts[some].sum()), currency) for amounts in (who.brought_before, more))
            cells = [event.capitalize(), _named(then, names), _named(now, later), words.count(int(some.sum()))]
            cells += [words.count(int((some & who.best).sum())), had] if money else []
            cells += [since if now else words.MISSING] if between else []
            rows.append(tuple(cells))
    labels = [words.units_word(movement.unit).capitalize()]
    labels += ["Of your best", "Had brought"] if money else []
    labels += ["Brought since"] if between else []
    table = TablePart(
        key="people-table",
        columns=(Column("What"), Column("Then"), Column("Now"), *numbers(*labels)),
        rows=tuple(rows),
        note=phrases("movement")["quiet" if knows_quiet(movement) else "quiet.unknown"],
    )
    return (*([table] if rows else []), Prose((file_sentence(movement, *people_file),)))


def _named(number: int, names: Mapping[int, str]) -> str:
    return f"{number}. {names[number]}" if number in names else words.MISSING


def _moves(movement: Movement) -> TablePart:
    rows = [
        (f"{number}. {name}", *(words.count(int(n)) for n in movement.moves[i]), words.count(int(movement.lost[i])))
        for i, (number, name) in enumerate(zip(movement.earlier_numbers, movement.earlier_names, strict=True))
    ]
    new = ("New", *(words.count(int(n)) for n in movement.new), "")
    later = [f"{number}. {name}" for number, name in zip(movement.later_numbers, movement.later_names, strict=True)]
    columns = (Column("From, to"), *numbers(*later, "Gone"))
    return TablePart(key="move-table", columns=columns, rows=(*rows, new), segments=(*movement.earlier_numbers, 0))


def _drift(movement: Movement, features: Mapping[str, Feature]) -> tuple[TablePart | Prose | FigurePart, ...]:
    if not movement.drift:
        return (Prose(("The runs did not keep their features.",)),)
    columns = numbers("Median then", "Median now", "Stability index", "By chance")
    table = TablePart(
        key="drift-table",
        columns=(Column("Feature"), *columns, Column("Verdict")),
        rows=tuple(_drift_row(one, features[one.feature], movement.currency) for one in movement.drift),
        note="Population stability index over deciles of the earlier run: from 0.1 some drift, from 0.25 much.",
    )
    told = (ages_sentence(movement), fit_sentence(movement.fit) if movement.fit else "")
    prose = Prose(tuple(filter(None, told)))
    return (*([prose] if prose.paragraphs else []), figure_part("psi", drift_figure(movement, features)), table)


def _drift_row(drift: Drift, feature: Feature, currency: str | None) -> tuple[str, ...]:
    values = (drift.earlier_median, drift.later_median)
    medians = (words.measured(value, feature.measure, currency) for value in values)
    judged = drift.level != "ages"
    indices = (words.decimal(value) if judged else words.MISSING for value in (drift.index, drift.by_chance))
    return (feature.label, *medians, *indices, drift.level if judged else "moves with time")
