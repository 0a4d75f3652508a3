"""What each number of segments would give beside the one that was made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.segments.shops import shop

from marketfold.sampling import sample_rows
from marketfold.selection import (
    Fits,
    GroupTest,
    Recipe,
    Segmentation,
    Solution,
    merge_segments,
    other_solutions,
)
from marketfold.selection import (
    solutions as of_solutions,
)
from marketfold.selection.separated import Separated

RECIPE = Recipe("all", "none", 2)


@pytest.fixture(scope="module")
def made() -> Segmentation:
    return Segmentation.of(*shop())


@pytest.fixture(scope="module")
def solutions(made: Segmentation) -> dict[int, Solution]:
    return {one.k: one for one in other_solutions(Fits(made.table), RECIPE, made, None)}


def test_two_to_ten_are_shown_and_all_have_a_place(solutions: dict[int, Solution]):
    assert list(solutions) == list(range(2, 11))
    for k, one in solutions.items():
        assert {len(one.shares), len(one.most_alike), len(one.alike), len(one.within), len(one.trust)} == {k}
        assert sum(one.shares) == pytest.approx(1)
        assert list(one.shares) == sorted(one.shares, reverse=True)
        assert one.explained is None


def test_at_the_number_that_was_made_they_are_the_same(solutions: dict[int, Solution]):
    two = solutions[2]
    assert (two.shares, two.most_alike, two.alike) == ((0.6, 0.4), (1, 0), (1, 1))
    assert (two.within, two.trust) == ((1, 1), ("weak", "weak"))
    assert two.ari == 1


def test_more_segments_are_parts_of_those_that_were_made(solutions: dict[int, Solution]):
    """No segment has customers of both groups, which lie far apart: of each, its share of a group is its Jaccard."""
    for k in range(3, 11):
        one = solutions[k]
        assert one.within == (1,) * k
        assert one.ari < 1
        for group, size in ((0, 40), (1, 60)):
            parts = [place for place in range(k) if one.most_alike[place] == group]
            assert sum(one.shares[place] for place in parts) == pytest.approx(size / 100)
            for place in parts:
                assert one.alike[place] == pytest.approx(100 * one.shares[place] / size)


def test_a_clusterer_of_ones_own_has_no_other_numbers(made: Segmentation):
    own: Any = object()
    assert other_solutions(Fits(made.table), Recipe("all", "none", 2, clusterer=own), made, None) == ()


def test_of_the_units_of_a_segment_some_are_elsewhere():
    matrix, labels = shop()
    moved = labels.copy()
    moved[40:50] = 0  # of the sixty ten are with the forty
    two = other_solutions(Fits(matrix.table), Recipe("all", "none", 11), Segmentation.of(matrix, moved), None)[0]
    assert two.shares == (0.6, 0.4)
    assert two.most_alike == (1, 0)
    assert two.within == pytest.approx((50 / 60, 1))
    assert two.alike == pytest.approx((50 / 60, 40 / 50))


@pytest.mark.parametrize("merges", [(), ((1, 2),)])
def test_a_segment_that_the_shown_rows_missed_has_no_share(
    monkeypatch: pytest.MonkeyPatch, merges: tuple[tuple[int, int], ...]
):
    """Of very many customers some thousand are shown, and a segment may be of two."""
    monkeypatch.setattr(of_solutions, "SHOWN_ROWS", 50)
    matrix, labels = shop()
    labels = labels.copy()
    labels[np.setdiff1d(np.arange(100), sample_rows(100, 50, RECIPE.seed))[:2]] = 2
    found = Segmentation.of(matrix, labels)
    made = merge_segments(found, merges)
    separated = Separated("all", matrix, matrix.values[:3], np.ones(3))
    test = GroupTest("shop", separated, 100, (0.3, 0.3, 0.3), (0.01, 0.01, 0.5), (0.1,), labels)
    three = {one.k: one for one in other_solutions(Fits(matrix.table), Recipe("all", "none", 3), made, test)}[3]
    assert three.shares[2] == 0
    assert sum(three.shares) == pytest.approx(1)
    assert len(three.trust) == 3
