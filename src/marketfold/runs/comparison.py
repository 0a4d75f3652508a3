"""Two runs side by side: who moved, what drifted, whether the earlier model still fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.page import Column, Fact, Prose, ReportPage, Section, TablePart, figure_part, write_page
from marketfold.report import movement_sentences
from marketfold.runs.read import Run
from marketfold.schema import Feature, FeatureTable
from marketfold.segments import compare_runs
from marketfold.words import count, share

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from marketfold.model import SegmentModel
    from marketfold.segments import Movement


def compare_run_folders(earlier: str | Path, later: str | Path, page: Path) -> Movement:
    """Compare two run folders and write the comparison as a page.

    Raises
    ------
    ParameterError
        If the runs segment different units, or have different features.
    RunFolderError
        If one of them is no run folder.
    """
    before, after = Run.read(earlier), Run.read(later)
    model = before.model if before.has_model else None
    movement = compare_runs(
        before.snapshot(),
        after.snapshot(),
        outside_then=_outside(model, before),
        outside_now=_outside(model, after),
    )
    write_page(comparison_page(movement, before, after), page)
    return movement


def _outside(model: SegmentModel | None, run: Run) -> NDArray[np.bool_] | None:
    """Which units of a run lie beyond the reach of every segment of a model; None where it measures other things.

    None as well without a model: a run with a reducer or a clusterer of one's own keeps none.
    """
    if model is None:
        return None
    table = _table(run)
    return model.assign(table).fits_none if set(model.names) <= set(table.names) else None


def _table(run: Run) -> FeatureTable:
    """The features as the run measured them; what each is called is kept in a model, of those that shaped segments."""
    known = {feature.name: feature for feature in run.model.features} if run.has_model else {}
    values = run.features
    return FeatureTable(
        unit=run.record["unit"],
        ids=run.snapshot().ids,
        values=np.column_stack([values[name].to_numpy() for name in values.column_names]),
        features=tuple(known.get(name, Feature(name, name, "ratio", "value")) for name in values.column_names),
        revenue=run.segments["revenue_total"].to_numpy(),
        as_of=run.as_of,
    )


def comparison_page(movement: Movement, before: Run, after: Run) -> ReportPage:
    """Put a comparison on a page in the style of the report."""
    from marketfold.figures import drift_figure, movement_sankey_figure  # noqa: PLC0415

    unit = before.record["unit"].replace("_", " ")
    return ReportPage(
        title=f"{share(movement.stayed_share)} of the {unit}s are where they were",
        lead=" ".join(movement_sentences(movement)),
        kicker=f"{before.record['as_of']} to {after.record['as_of']}",
        facts=(
            Fact("In both runs", count(movement.shared), f"{unit}s"),
            Fact("New", count(int(movement.new.sum()))),
            Fact("Gone", count(int(movement.lost.sum()))),
        ),
        sections=(
            Section("moves", "Who moved", (figure_part("sankey", movement_sankey_figure(movement)), _moves(movement))),
            Section(
                "drift", "What drifted", (figure_part("psi", drift_figure(movement, _table(after))), _drift(movement))
            ),
        ),
        n_segments=max(movement.later_numbers),
    )


def _moves(movement: Movement) -> TablePart:
    columns = (Column("From"), *(Column(name, numeric=True) for name in movement.later_names))
    rows = [
        (name, *(count(int(n)) for n in movement.moves[i]), count(int(movement.lost[i])))
        for i, name in enumerate(movement.earlier_names)
    ]
    new = ("new", *(count(int(n)) for n in movement.new), "")
    return TablePart(key="move-table", columns=(*columns, Column("gone", numeric=True)), rows=(*rows, new))


def _drift(movement: Movement) -> TablePart | Prose:
    if not movement.drift:
        return Prose(("The runs did not keep their features.",))
    numeric = ("Stability index", "By chance", "Median then", "Median now")
    columns = (Column("Feature"), *(Column(label, numeric=True) for label in numeric), Column("Verdict"))
    numbers = [(d.index, d.by_chance, d.earlier_median, d.later_median) for d in movement.drift]
    rows = [
        (d.feature, *(f"{n:,.2f}" for n in four), d.verdict) for d, four in zip(movement.drift, numbers, strict=True)
    ]
    return TablePart(
        key="drift-table",
        columns=columns,
        rows=tuple(rows),
        note="Population stability index over deciles of the earlier run: from 0.1 some drift, from 0.25 much.",
    )
