"""Two runs side by side as a page in the report's style: who moved, and what drifted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.figures import drift_figure, movement_sankey_figure
from marketfold.page import Column, Fact, Prose, ReportPage, Section, TablePart, figure_part, numbers
from marketfold.report.sentences.segments import movement_sentences

if TYPE_CHECKING:
    from datetime import date

    from marketfold.schema import FeatureTable
    from marketfold.segments import Movement


def comparison_page(movement: Movement, earlier_on: date | None, table: FeatureTable) -> ReportPage:
    """Put a comparison on a page, ready to be written or shown.

    Parameters
    ----------
    earlier_on
        The day on which the earlier run looked back; None where it had none.
    table
        Features of the later run: for its day, its unit, and what each feature is called.
    """
    units = words.units_word(table.unit)
    return ReportPage(
        title=f"{words.share(movement.stayed_share)} of the {units} are where they were",
        lead=" ".join(movement_sentences(movement, {one.name: one.label for one in table.features})),
        kicker=" to ".join(dict.fromkeys(words.day(one) for one in (earlier_on, table.as_of) if one)) or "Two runs",
        facts=(
            Fact("In both runs", words.count(movement.shared), units),
            Fact("New", words.count(int(movement.new.sum()))),
            Fact("Gone", words.count(int(movement.lost.sum()))),
        ),
        sections=(
            Section("moves", "Who moved", (figure_part("sankey", movement_sankey_figure(movement)), _moves(movement))),
            Section(
                "drift", "What drifted", (figure_part("psi", drift_figure(movement, table)), _drift(movement, table))
            ),
        ),
        n_segments=max(movement.later_numbers),
    )


def _moves(movement: Movement) -> TablePart:
    rows = [
        (name, *(words.count(int(n)) for n in movement.moves[i]), words.count(int(movement.lost[i])))
        for i, name in enumerate(movement.earlier_names)
    ]
    new = ("new", *(words.count(int(n)) for n in movement.new), "")
    columns = (Column("From"), *numbers(*movement.later_names, "gone"))
    return TablePart(key="move-table", columns=columns, rows=(*rows, new))


def _drift(movement: Movement, table: FeatureTable) -> TablePart | Prose:
    if not movement.drift:
        return Prose(("The runs did not keep their features.",))
    labels = {feature.name: feature.label for feature in table.features}
    columns = numbers("Stability index", "By chance", "Median then", "Median now")
    rows = [
        (
            labels.get(d.feature, d.feature),
            *map(words.decimal, (d.index, d.by_chance, d.earlier_median, d.later_median)),
            d.level,
        )
        for d in movement.drift
    ]
    return TablePart(
        key="drift-table",
        columns=(Column("Feature"), *columns, Column("Verdict")),
        rows=tuple(rows),
        note="Population stability index over deciles of the earlier run: from 0.1 some drift, from 0.25 much.",
    )
