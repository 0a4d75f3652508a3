"""What each segment has earned by how often it comes out again, and by a test that found a group in its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.shops import shop

from marketfold.sampling import sample_rows
from marketfold.schema import Labels
from marketfold.selection import Fits, GroupTest, Recipe, Segmentation, label_segments, repetition, trust
from marketfold.selection.choice import _keeps
from marketfold.selection.separated import Separated
from marketfold.selection.trust import SegmentTest, best_matches, earned


def outcome(labels: Labels, p_values: tuple[float, ...] = (0.01, 0.02), *, repeats: bool = True) -> GroupTest:
    matrix, _ = shop()
    k = len(p_values)
    found = Separated("all", matrix, matrix.values[:k], np.ones(k))
    separations = tuple(0.3 + place / 10 for place in range(k))
    return GroupTest("shop", found, 100, separations, p_values, (0.1,), labels, repeats)


@pytest.mark.parametrize(("kept", "place"), [(2, None), (3, 0), (4, 0)])
def test_a_segment_is_one_of_the_test_from_three_quarters_on(kept: int, place: int | None):
    own = np.repeat([0, 1], [4, 20]).astype(np.int32)
    other = np.array([0] * kept + [1] * (24 - kept), np.int32)
    assert trust.tested_places(own, other, 2) == (place, 1)


def test_each_segment_has_its_most_alike():
    match, alike = best_matches(np.array([0, 0, 0, 1, 1, 2]), np.array([2, 2, 1, 0, 0, 0]))
    assert match.tolist() == [2, 0, 0]
    assert alike.tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3])


def test_nothing_is_like_a_segment_without_any_of_the_units():
    match, alike = best_matches(np.array([0, 0, 1]), np.array([0, 0, 1]), 3)
    assert (len(match), alike.tolist()) == (3, [1.0, 1.0, 0.0])


def test_a_segment_that_the_compared_rows_missed_comes_again_for_nobody(monkeypatch: pytest.MonkeyPatch):
    """Of many customers some thousand are compared, and the last segment may be of a single one."""
    monkeypatch.setattr(trust, "ASIDE_ROWS", 100)
    table = shop()[0].table
    many = replace(table.take(np.tile(np.arange(100), 4)), ids=np.array([f"C{i:03}" for i in range(400)]))
    fits, recipe = Fits(many), Recipe("all", "none", 2)
    made, chooses = fits.segment(recipe), np.arange(400) < 200
    missed = np.setdiff1d(np.arange(200), sample_rows(200, 100, recipe.seed))[0]
    labels = made.labels.copy()
    labels[missed] = 2
    found = repetition(fits, recipe, replace(made, labels=labels, numbers=(1, 2, 3)), chooses)
    assert found is not None
    assert found.tolist() == [1, 1, 0]


def test_a_group_comes_out_again_and_the_test_found_it():
    found = earned([0.75, 0.75, 0.74, 0.75, 1.0], [0, 1, 0, None, 0], [0])
    assert found == ("group", "slice", "weak", "slice", "group")


@pytest.mark.parametrize(
    ("p_values", "repeats", "groups"),
    [
        ((0.05, 0.06), True, (0,)),
        ((0.06, 0.05), True, (1,)),
        ((0.05, 0.05), True, (0, 1)),
        ((0.01, 0.01), False, ()),
        ((0.06, 0.5), True, ()),
    ],
)
def test_groups_are_further_apart_than_chance_allows(
    p_values: tuple[float, float], repeats: bool, groups: tuple[int, ...]
):
    test = outcome(shop()[1], p_values, repeats=repeats)
    assert (test.groups, test.k, test.p) == (groups, 2, min(p_values))


def test_labels_carry_what_was_tested():
    matrix, labels = shop()
    made = Segmentation.of(matrix, labels)
    again = np.array([0.9, 0.5])
    assert label_segments(made, again, None) == (
        SegmentTest("slice", 0.9, unseen=True),
        SegmentTest("weak", 0.5, unseen=True),
    )
    assert label_segments(made, None, None) == (SegmentTest("weak", 0.0, unseen=False),) * 2
    assert label_segments(made, again, outcome(1 - labels)) == (
        SegmentTest("group", 0.9, True, 0.4, 0.02),
        SegmentTest("weak", 0.5, True, 0.3, 0.01),
    )
    half = np.where(np.arange(100) % 2, labels, 2).astype(np.int32)
    assert label_segments(made, again, outcome(half, (0.01, 0.01, 0.5)))[0] == SegmentTest("slice", 0.9, unseen=True)


@pytest.mark.parametrize(("kept", "keeps"), [(29, False), (30, True), (40, True)])
def test_a_recipe_keeps_a_group_of_which_three_quarters_are_in_a_segment(kept: int, keeps: bool):
    matrix, labels = shop()
    fits, recipe = Fits(matrix.table), Recipe("all", "none", 2)
    assert sorted(np.bincount(fits.segment(recipe).labels).tolist()) == [40, 60]
    parts = labels.copy()
    parts[kept:40] = 2
    p_values = (0.01, 0.01, 0.5) if kept < 40 else (0.01, 0.01)
    assert _keeps(fits, recipe, outcome(parts, p_values)) is keeps
    assert _keeps(fits, recipe, outcome(parts, (0.5, *p_values[1:])))  # what is no group need not be kept


@pytest.mark.parametrize(("aside", "known"), [(99, False), (100, True)])
def test_resamples_are_of_those_kept_aside_where_they_are_a_hundred(aside: int, known: bool):
    table = shop()[0].table
    twice = replace(table.take(np.tile(np.arange(100), 2)), ids=np.array([f"C{i:03}" for i in range(200)]))
    fits, recipe = Fits(twice), Recipe("all", "none", 2)
    found = repetition(fits, recipe, fits.segment(recipe), np.arange(200) >= aside)
    assert (found is not None) is known
    if found is not None:
        assert found.tolist() == [1, 1]
