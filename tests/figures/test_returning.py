from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from marketfold.campaigns import SegmentCohorts
from marketfold.exploration import Cohorts
from marketfold.figures import returning_figures
from marketfold.words import share

STARTS = np.array(["2024-01", "2024-04", "2024-07"], dtype="datetime64[M]")
NAMES = {1: "Regulars", 2: "Few"}


def cohorts(*active: list[int]) -> Cohorts:
    rows = np.array(active)
    return Cohorts("quarter", STARTS, rows[:, 0].copy(), rows)


LARGE = cohorts([40, 20, 10], [9, 5, -1], [30, -1, -1])
SMALL = cohorts([3, 2, 1], [0, 0, -1], [2, -1, -1])


def test_shares_are_drawn_and_small_cohorts_are_a_dash():
    figures = returning_figures(SegmentCohorts((LARGE, LARGE), date(2024, 9, 30), whole=True), NAMES)
    assert list(figures) == ["returning-1", "returning-2"]
    cells, dashes = figures["returning-1"].data
    assert list(cells.y) == ["2024 Q1 (40)", "2024 Q2 (9)"]  # who came last cannot have come later
    np.testing.assert_allclose(cells.z[0], [0.5, 0.25])
    assert np.isnan(cells.z[1]).all()
    assert list(zip(dashes.x, dashes.y, dashes.text, strict=True)) == [(1, "2024 Q2 (9)", "\u2013")]
    assert figures["returning-1"].layout.meta["alt"].endswith(f"2024 Q1 (40): {share(0.5)}.")


def test_a_cohort_of_ten_is_drawn():
    ten = cohorts([40, 20, 10], [10, 5, -1], [30, -1, -1])
    figure = returning_figures(SegmentCohorts((ten,), date(2024, 9, 30), whole=True), {1: "Regulars"})["returning-1"]
    assert list(figure.data[0].y) == ["2024 Q1 (40)", "2024 Q2 (10)"]
    np.testing.assert_allclose(figure.data[0].z[1][:1], [0.5])


def test_all_segments_are_on_one_scale():
    other = cohorts([40, 36, 10], [20, 5, -1], [30, -1, -1])
    figures = returning_figures(SegmentCohorts((LARGE, other), date(2024, 9, 30), whole=True), NAMES)
    (end,) = {figure.layout.coloraxis.cmax for figure in figures.values()}
    assert end == pytest.approx(2.2 * 0.9)  # paler than the scale, for the numbers to be read


def test_a_segment_of_small_cohorts_is_not_drawn():
    figures = returning_figures(SegmentCohorts((LARGE, SMALL), date(2024, 9, 30), whole=True), NAMES)
    assert list(figures) == ["returning-1"]
