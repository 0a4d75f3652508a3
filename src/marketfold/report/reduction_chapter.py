"""No reduction, PCA and a network side by side: what each keeps, its map, whether its segments come out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketfold import figures, words
from marketfold.page import Column, FigureTabs, Fold, Prose, Section, TablePart, figure_part, numbers
from marketfold.reduction import short_label
from marketfold.report import teaching
from marketfold.report.sentences.reduction import (
    about_bottleneck,
    about_components,
    about_loss,
    about_suitability,
    about_tied_weights,
    about_ways,
)
from marketfold.report.sentences.selection import REDUCTION_RULE, reduction_decision, skip_reason

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.page import Part
    from marketfold.schema import Unit
    from marketfold.selection import ReducerComparison, ReducerScore


def _comparison_table(comparison: ReducerComparison, unit: Unit) -> TablePart:
    tried = comparison.tried
    foretold = any(score.explained is not None for score in tried)
    rows = [
        (
            short_label(score.method),
            words.count(score.n_dimensions),
            *(words.known(share, words.share) for share in (score.reconstruction, score.shuffled)),
            *map(words.known, (score.silhouette, score.ari, score.jaccard)),
            *((words.known(score.explained, words.share),) if foretold else ()),
            words.seconds(score.seconds),
        )
        for score in tried
    ]
    left = " ".join(
        f"{short_label(one.method).capitalize()} was not tried: {skip_reason(comparison, one.method)}"
        for one in comparison.scores
        if one.skipped
    )
    return TablePart(
        key="reducers",
        title="The ways side by side",
        caption=about_ways(comparison, unit),
        columns=(
            Column("Reduction"),
            *numbers("Dimensions", "Comes back", "Comes back, columns shuffled", "Silhouette", "Resamples agree"),
            *numbers("Lowest Jaccard", *(("Later revenue foretold",) if foretold else ()), "Time"),
        ),
        rows=tuple(rows),
        marked=tuple(i for i, score in enumerate(tried) if score.method == comparison.taken),
        note=f"Rule: {REDUCTION_RULE} {left}".strip(),
        teaching=teaching.about_reduction(comparison, unit),
    )


def _maps(comparison: ReducerComparison, unit: Unit) -> tuple[Part, ...]:
    """The same drawn units as each way sees them."""
    drawn = [
        figure_part(f"way-{score.method}", figures.way_figure(score, unit), title=short_label(score.method))
        for score in comparison.tried
        if score.drawn is not None
    ]
    units = words.units_word(unit)
    if len(drawn) > 1:
        return (
            FigureTabs("ways", f"The same {units}, seen each way", tuple(drawn), teaching=teaching.about_ways(unit)),
        )
    return tuple(drawn)


def _agreement_table(comparison: ReducerComparison) -> tuple[Part, ...]:
    names = [short_label(score.method) for score in comparison.tried]
    if len(names) < 2:
        return ()
    return (
        TablePart(
            key="ways-agree",
            title="Do they put the same customers together?",
            columns=(Column("Segments made with"), *numbers(*names)),
            rows=tuple((name, *map(words.decimal, row)) for name, row in zip(names, comparison.agreement, strict=True)),
            note=teaching.about_agreement(comparison),
        ),
    )


def _scree(score: ReducerScore, labels: tuple[str, ...], n_units: int) -> tuple[Part, ...]:  # noqa: ARG001
    reducer: Any = score.fitted
    return (figure_part("scree", figures.scree_figure(reducer), teaching=about_components(reducer, labels)),)


def _loadings(score: ReducerScore, labels: tuple[str, ...], n_units: int) -> tuple[Part, ...]:  # noqa: ARG001
    reducer: Any = score.fitted
    return (figure_part("loadings", figures.loadings_figure(reducer, labels)),)


def _loss(score: ReducerScore, labels: tuple[str, ...], n_units: int) -> tuple[Part, ...]:  # noqa: ARG001
    reducer: Any = score.fitted
    shape, history = reducer.network_.architecture, reducer.history_
    notes = (*about_bottleneck(shape, n_units), *about_tied_weights(shape))
    key = "loss" if score.method == "autoencoder" else f"loss-{score.method}"
    return (
        figure_part(key, figures.loss_figure(history, str(shape)), teaching=about_loss(history)),
        Prose(notes, title="The network of this run"),
    )


LEARNED = {"scree": _scree, "loadings": _loadings, "loss": _loss}
"""How to draw each of the figures that a reducer says explain it (`Reducer.figures`)."""


def _learned(comparison: ReducerComparison) -> list[Part]:
    """What each way learned, the taken one's open and the others' folded."""
    parts: list[Part] = []
    for score in comparison.tried:
        if score.fitted is None or not score.fitted.figures:
            continue
        drawn = [
            part
            for name in score.fitted.figures
            for part in LEARNED[name](score, comparison.features, comparison.n_units)
        ]
        parts.extend(
            drawn if score.method == comparison.taken else [Fold(f"What {score.fitted.label} learned", tuple(drawn))]
        )
    return parts


def reduction_chapter(analysis: Analysis) -> Section | None:
    """The ways side by side, and whether fewer dimensions helped; None where nothing was compared."""
    choice, unit = analysis.choice.evidence, analysis.segmentation.unit
    comparison = choice.comparison
    if comparison is None:
        return None
    parts: list[Part] = [_comparison_table(comparison, unit), *_maps(comparison, unit), *_agreement_table(comparison)]
    parts.extend(_learned(comparison))
    if choice.suitability:
        parts.append(figure_part("reconstruction", figures.reconstruction_figure(choice.suitability)))
        parts.append(Prose(about_suitability(choice.suitability), title="Do the features suit a reduction?"))
    return Section("reduction", "Did fewer dimensions help?", tuple(parts), reduction_decision(comparison), "Reduction")
