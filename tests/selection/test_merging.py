"""Segments that somebody wants as one: the map, what it is worth in other fits, and the errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.errors import ParameterError
from marketfold.features import build_features
from marketfold.model import SegmentModel
from marketfold.orders import read_orders
from marketfold.segments import number_and_name
from marketfold.selection import (
    Fits,
    Recipe,
    Segmentation,
    check_merges,
    choosing_half,
    merge_alike,
    merge_segments,
    other_solutions,
    repetition,
)
from marketfold.unit_tables import why_here

RECIPE = Recipe("value", "none", 5)


@pytest.fixture(scope="module")
def fits() -> Fits:
    return Fits(build_features(clean_orders(read_orders(make_shop(20_000).lines))))


@pytest.fixture(scope="module")
def found(fits: Fits) -> Segmentation:
    return fits.segment(RECIPE)


def test_units_go_to_the_merged_segment_and_numbers_stay(found: Segmentation):
    made = merge_segments(found, [(2, 4)])
    assert made.n_segments == 4
    assert sorted(made.numbers) == [1, 2, 3, 5]
    assert dict(zip(made.numbers, made.made_of, strict=True)) == {1: (1,), 2: (2, 4), 3: (3,), 5: (5,)}
    before, after = np.array(found.numbers)[found.labels], np.array(made.numbers)[made.labels]
    assert np.array_equal(after, np.where(before == 4, 2, before))
    money = [made.table.revenue[made.members(place)].sum() for place in range(4)]
    assert money == sorted(money, reverse=True)
    assert merge_segments(found, []) is found


def test_merging_composes(found: Segmentation):
    two, three = merge_segments(found, [(2, 4)]), merge_segments(found, [(4, 2, 5)])
    assert three.made_of[three.numbers.index(2)] == (2, 4, 5)
    assert set(three.numbers) == set(two.numbers) - {5}
    assert len(merge_segments(found, [(1, 3), (2, 4, 5)]).numbers) == 2


def test_a_saved_model_scores_as_the_run_did(found: Segmentation, tmp_path: Path):
    made = merge_segments(found, [(2, 4)])
    made.model().save(tmp_path / "model")
    model = SegmentModel.load(tmp_path / "model")
    own, again = made.model().assign(made.table), model.assign(made.table)
    assert np.array_equal(again.numbers, np.array(made.numbers)[made.labels])
    for name in ("distances", "confidence", "fits_none"):
        assert np.array_equal(getattr(own, name), getattr(again, name))
    assert np.array_equal(again.fits_none, found.model().assign(found.table).fits_none)
    assert (again.confidence >= found.model().assign(found.table).confidence - 1e-6).all()
    found.model().save(tmp_path / "plain")
    assert "places" not in (tmp_path / "plain" / "model.json").read_text("utf-8")


def test_a_reason_is_the_nearness_to_the_own_part(found: Segmentation):
    made = merge_segments(found, [(2, 4)])
    rows = np.flatnonzero(made.labels == made.numbers.index(1))
    assert why_here(made.take(rows), made.part_means, None).null_count < len(rows) / 2


def test_the_same_on_a_half_is_matched_by_the_units(fits: Fits, found: Segmentation):
    made = merge_segments(found, [(2, 4)])
    again = merge_alike(fits.segment(replace(RECIPE, seed=9)), made)
    assert again.n_segments == 4
    both = [found.labels == one for one in (1, 3)]
    assert np.mean(again.labels[both[0]] == again.labels[both[1]][0]) > 0.9
    half = merge_alike(fits.segment(RECIPE, fits.table.take(np.arange(0, len(fits.table), 2))), made)
    assert half.n_segments == 4
    assert merge_alike(half, found) is half


def test_what_comes_out_again_is_asked_of_the_merged(fits: Fits, found: Segmentation):
    chooses = choosing_half(len(fits.table), 0)
    made = merge_segments(found, [(2, 4)])
    jaccards = repetition(fits, RECIPE, made, chooses)
    assert jaccards is not None
    assert jaccards.shape == (4,)
    assert ((jaccards > 0) & (jaccards <= 1)).all()


def test_other_numbers_speak_of_the_segments_before(fits: Fits, found: Segmentation):
    made = merge_segments(found, [(2, 4)])
    solutions = {one.k: one for one in other_solutions(fits, RECIPE, made, None)}
    shares = np.sort(np.bincount(found.labels) / len(found))[::-1]
    assert np.allclose(solutions[5].shares, shares)
    assert solutions[5].ari < 1
    assert max(solutions[5].most_alike) == 3
    assert solutions[5].within == (1,) * 5  # each is one of those that were made, or a part of one


@pytest.mark.parametrize(
    ("merges", "said"),
    [
        ([(1, 6)], "--merge 1+6 names segment 6, and 5 segments were found, numbered 1 to 5"),
        ([(1, 2, 3, 4, 5)], "leaves 1 segment of 5, and 2 are the fewest"),
        ([(1, 2), (3, 4), (5, 9)], "--merge 1+2 --merge 3+4 --merge 5+9 names segment 9"),
    ],
)
def test_what_cannot_be_merged_is_refused(merges: list[tuple[int, ...]], said: str):
    with pytest.raises(ParameterError) as refused:
        check_merges(merges, 5)
    assert said in str(refused.value)


def test_a_merged_segment_is_named_by_what_it_is_unless_somebody_named_it(found: Segmentation):
    earlier, _ = number_and_name(found)
    called = replace(earlier, names=("One", "Two", "Three", "Four", "Five")).snapshot()
    made = merge_segments(found, [(2, 4)])
    own = number_and_name(made)[0]
    named, _ = number_and_name(made, earlier=called)
    place = made.numbers.index(2)
    assert named.names[place] == own.names[place]
    assert {*named.names} >= {"One", "Three", "Five"}
    numbers = {one: named.numbers[place] for place, one in enumerate(made.numbers)}
    assert numbers == {one: one for one in made.numbers}
    for merges in ([(1, 3, 4)], [(2, 3, 4, 5)], [(1, 5), (2, 3)]):  # however large the parts are
        more = merge_segments(found, merges)
        assert number_and_name(more, earlier=called)[0].numbers == more.numbers
    composed = merge_segments(found, [(2, 3, 4, 5)])
    assert number_and_name(composed, earlier=named.snapshot())[0].numbers == composed.numbers
    kept, _ = number_and_name(made, earlier=called, given={2, 4})
    assert kept.names[place] in {"Two", "Four"}
    again, _ = number_and_name(made, earlier=replace(named, names=("A", "B", "C", "D")).snapshot())
    assert again.names == ("A", "B", "C", "D")
