from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketfold.page import FigureTabs, figures_of
from marketfold.report.map_chapter import LEAST_SHOWN, fit_map, map_chapter, sample_by_segment, unit_map

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def test_a_large_market_is_drawn_by_a_sample_that_says_so(analysis: Analysis) -> None:
    labels = analysis.labels.repeat(1_000)
    rows = sample_by_segment(labels, 2_500, seed=0)
    assert len(rows) < 2_700
    assert (rows == sample_by_segment(labels, 2_500, seed=0)).all()
    assert min((labels[rows] == segment).sum() for segment in range(3)) >= LEAST_SHOWN


def test_a_small_market_is_drawn_whole() -> None:
    labels = np.array([0, 1, 0], dtype=np.int32)
    assert sample_by_segment(labels, 3, seed=0).tolist() == [0, 1, 2]


def test_the_map_shows_the_units_of_each_segment_and_never_who_they_are(analysis: Analysis) -> None:
    units = unit_map(analysis, fit_map(analysis), 10_000)
    assert len(units.points) == len(analysis.labels)
    assert (units.labels == analysis.labels).all()
    ids = set(map(str, analysis.segmentation.table.ids))
    assert not [text for text in units.hover if any(one in text for one in ids)]
    assert all(
        f"{analysis.segments.profiles[label].number}. " in text
        for label, text in zip(units.labels, units.hover, strict=True)
    )


def test_the_first_directions_show_most(analysis: Analysis) -> None:
    shares = fit_map(analysis).explained_shares_
    assert list(shares) == sorted(shares, reverse=True)
    assert 0 < float(shares.sum()) <= 1 + 1e-6


def test_the_flat_map_comes_before_the_one_in_space(analysis: Analysis) -> None:
    section = map_chapter(analysis)
    assert section is not None
    assert [figure.key for figure in figures_of(section.parts)] == ["map-2d", "map-3d"]
    (tabs,) = section.parts
    assert isinstance(tabs, FigureTabs)
    assert tabs.teaching
