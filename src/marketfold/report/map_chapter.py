"""The map chapter: a seeded sample of the units, turned by PCA so that a flat page shows the most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold import words
from marketfold.figures import UnitMap, direction_words, map_2d_figure, map_3d_figure
from marketfold.page import FigureTabs, Section, figure_part
from marketfold.reduction import PCAReducer
from marketfold.report.segment_chapters import CARD_FEATURES
from marketfold.report.teaching import about_map, about_two_features
from marketfold.sampling import sample_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.analysis import Analysis
    from marketfold.schema import Labels

    Rows = NDArray[np.intp]

FIT_ROWS = 50_000
"""Directions hardly move with more rows."""
SHOWN, SHOWN_IN_SPACE = 2_500, 1_200
LEAST_SHOWN = 40
"""Points of each segment, where it has as many: a small one would vanish in a plain sample."""


def sample_by_segment(labels: Labels, size: int, seed: int) -> Rows:
    """Rows of a seeded sample of about `size` rows in which every segment is seen, ascending.

    Examples
    --------
    >>> labels = np.repeat([0, 1], [10_000, 50]).astype(np.int32)
    >>> np.bincount(labels[sample_by_segment(labels, 1_000, seed=0)]).tolist()
    [995, 40]
    """
    if len(labels) <= size:
        return np.arange(len(labels))
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    drawn = []
    for segment in range(int(labels.max()) + 1):
        own = shuffled[labels[shuffled] == segment]
        drawn.append(own[: max(round(size * len(own) / len(labels)), LEAST_SHOWN)])
    return np.sort(np.concatenate(drawn))


def _hover(analysis: Analysis, rows: Rows) -> tuple[str, ...]:
    """What is said of each point: its segment and a few features, never who it is."""
    currency = analysis.data.currency
    shown = [feature for feature in analysis.segmentation.table.features if feature.name in CARD_FEATURES]
    names = [f"{profile.number}. {profile.name}" for profile in analysis.segments.profiles]
    columns = [
        [
            f"{words.sentence(feature.label).rstrip('.')}: {words.measured(value, feature.measure, currency)}"
            for value in analysis.segmentation.table.shown(feature.name)[rows]
        ]
        for feature in shown
    ]
    segments = [f"<b>{names[label]}</b>" for label in analysis.labels[rows]]
    return tuple("<br>".join(lines) for lines in zip(segments, *columns, strict=True))


def _caption(analysis: Analysis, shown: int) -> str:
    total, units = analysis.segmentation.n_units, words.units_word(analysis.segmentation.unit)
    if shown == total:
        return f"All {words.count(total)} {units}."
    return (
        f"A sample of {words.count(shown)} of {words.count(total)} {units} (seed {analysis.run.config.seed}); of every "
        f"segment at least {LEAST_SHOWN}, where it has as many."
    )


def unit_map(analysis: Analysis, pca: PCAReducer, size: int) -> UnitMap:
    """Points of a sample in the directions of a fitted PCA; of two features as they are: a turned plane says less."""
    rows = sample_by_segment(analysis.labels, size, analysis.run.config.seed)
    matrix = analysis.segmentation.matrix
    features = matrix.table.features
    as_measured, labels = len(features) == 2, [feature.label for feature in features]
    points = matrix.table.values[rows] if as_measured else pca.transform(matrix.values[rows])
    return UnitMap(
        points=np.asarray(points, dtype=np.float64),
        labels=analysis.labels[rows],
        hover=_hover(analysis, rows),
        shares=pca.explained_shares_,
        directions=tuple(direction_words(component, labels) for component in pca.components_),
        caption=_caption(analysis, len(rows)),
        features=features if as_measured else (),
    )


def fit_map(analysis: Analysis) -> PCAReducer:
    """PCA of the scaled features, on a seeded sample where there are very many units.

    Not the run's own, even where the segments were made through a PCA: that keeps as many directions as its data needs,
    often fewer than a map has, and the map is to be the same whatever the reduction.
    """
    values = analysis.segmentation.matrix.values
    rows = sample_rows(len(values), FIT_ROWS, analysis.run.config.seed)
    most = min(3, values.shape[1], len(rows) - 1)
    return PCAReducer(most, allow_constant=True).fit(values[rows])


def map_chapter(analysis: Analysis) -> Section | None:
    """The map in two and three directions; None where the segments were made from a single feature."""
    if analysis.segmentation.matrix.values.shape[1] < 2 or len(analysis.labels) < 3:
        return None
    pca = fit_map(analysis)
    seen, unit = unit_map(analysis, pca, SHOWN), analysis.segmentation.unit
    notes = about_two_features(unit) if seen.features else about_map(unit, pca.explained_shares_)
    flat = map_2d_figure(seen, analysis.segments.profiles)
    figures = [figure_part("map-2d", flat, title="Flat")]
    if pca.n_dimensions_ > 2:
        in_space = map_3d_figure(unit_map(analysis, pca, SHOWN_IN_SPACE), analysis.segments.profiles)
        figures.append(figure_part("map-3d", in_space, title="In space, to turn"))
    title = f"Your {words.units_word(analysis.segmentation.unit)}, seen from their best side"
    part = (
        FigureTabs("unit-map", title, tuple(figures), teaching=notes)
        if len(figures) > 1
        else figure_part("map-2d", flat, teaching=notes)
    )
    near = "Near points bought alike" if analysis.data.kind == "orders" else "Near points are alike"
    lead = f"{near}. The flat map shows {words.share(float(pca.explained_shares_[:2].sum()))} of "
    return Section("the-map", "The map", (part,), f"{lead}all differences; the colours are the segments.")
