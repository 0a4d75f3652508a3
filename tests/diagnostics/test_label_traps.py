"""Traps in the segments, at the edges from which they are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.shops import clean_shop

from marketfold.diagnostics.label_traps import (
    FOLDS,
    _agreement_of_many,
    _tie_within,
    agreement_of_cuts,
    agreement_of_values,
    find_alone,
    find_functional_dependency,
    find_grain,
    find_small,
    least_useful,
)


def labels_of(*sizes: int) -> np.ndarray:
    return np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)


@pytest.mark.parametrize(
    ("size", "n", "code"),
    [
        (2, 200, "outlier_segment"),
        (3, 200, "small_segment"),
        (4, 200, "small_segment"),
        (5, 200, None),
        (19, 2_000, "small_segment"),
        (20, 2_000, None),
        (99, 50_000, "small_segment"),
        (100, 50_000, None),
    ],
)
def test_a_segment_of_use_has_a_hundredth_of_the_units_and_never_needs_more_than_a_hundred(
    size: int, n: int, code: str | None
):
    found = find_small((n - size, size), (7, 9))
    assert [(one.code, one.segments) for one in found] == ([(code, (9,))] if code else [])
    if code == "small_segment":
        assert found[0].facts == {"n_units": size, "n_needed": least_useful(n)}


@pytest.mark.parametrize(("few", "told"), [(0.49, True), (0.51, False)])
def test_one_column_decides_that_carries_four_fifths(few: float, *, told: bool):
    """Of two segments with means 1 apart in the first column, and so much in the second: 1 of 1 + few squared."""
    labels = labels_of(10, 10)
    X = np.zeros((20, 3), np.float32)
    X[10:, 0], X[10:, 1] = 1.0, few
    found = find_alone(X, labels, ("a", "b", "c"))
    assert [(one.columns, one.facts["n_others"]) for one in found] == ([(("a",), 2)] if told else [])
    if told:
        assert found[0].facts["difference_share"] == pytest.approx(1 / (1 + few**2))
    assert find_alone(X[:, :2], labels, ("a", "b")) == []  # of two columns one is always ahead
    assert find_alone(X, labels_of(20), ("a", "b", "c")) == []
    assert find_alone(np.zeros((20, 3), np.float32), labels, ("a", "b", "c")) == []


@pytest.mark.parametrize(("several", "told"), [(9, False), (10, True)])
def test_a_tenth_of_the_customers_in_several_segments_is_told(several: int, *, told: bool):
    matrix, _ = clean_shop()
    customers = np.array([f"c{n % 100}" for n in range(200)], object)
    labels = np.zeros(200, np.int32)
    labels[100 : 100 + several] = 1
    found = find_grain(replace(matrix.table, unit="order"), labels, customers)
    assert [one.facts["n_several"] for one in found] == ([several] if told else [])
    assert find_grain(matrix.table, labels, customers) == []


def test_a_value_is_judged_by_the_other_units_that_have_it():
    labels = labels_of(3, 3)
    assert agreement_of_values(np.array([0, 0, 0, 1, 1, 1]), labels) == 1.0
    assert agreement_of_values(np.arange(6), labels) <= 0.5  # each value is of one unit, which says nothing of another
    tied = np.tile([0, 1], 50).astype(np.int32)
    assert agreement_of_values(np.zeros(100, np.int64), tied) == 0.0


@pytest.mark.parametrize(("elsewhere", "told"), [(0, True), (5, True), (6, False)])
def test_two_segments_are_values_but_for_one_unit_in_twenty(elsewhere: int, *, told: bool):
    """So many of the hundred units of the first value are in a segment of two other values."""
    matrix, _ = clean_shop()
    table = replace(matrix.table, features=(), values=np.zeros((400, 0)), described={})
    place = np.repeat(np.array(list("abcd"), object), 100)
    labels = np.concatenate([labels_of(100, 100), np.tile([2, 3], 100)]).astype(np.int32)
    labels[:elsewhere] = 2
    found = find_functional_dependency(table, labels, {"place": place}, np.arange(400), (1, 2, 3, 4))
    assert [(one.code, one.segments, one.facts["values"]) for one in found] == (
        [("segments_are_values", (1, 2), ("a", "b"))] if told else []
    )


@pytest.mark.parametrize(("different", "told"), [(1, False), (2, True), (150, True), (151, False)])
def test_a_column_restates_segments_that_has_two_values_and_no_more_than_half_as_many_as_units(
    different: int, *, told: bool
):
    matrix, _ = clean_shop()
    value = np.array([f"v{n * different // 300}" for n in range(300)], object)
    found = find_functional_dependency(matrix.table, labels_of(150, 150), {"code": value}, np.arange(300), (1, 2))
    assert (("code",) in {one.columns for one in found}) is told


@pytest.mark.parametrize(
    ("a", "b", "labels", "tie"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], [0, 0, 0, 0], 1.0),
        ([1, 2, 3, 4], [40, 30, 20, 10], [0, 0, 0, 0], 1.0),
        ([1, 2, 3, 4], [2, 1, 4, 3], [0, 0, 0, 0], 0.6),
        ([1, 2, 3, 4], [2, 1, 4, 3], [0, 0, 1, 1], 1.0),  # within each they run against one another
        ([1, 2, 3, 4, 5, 6], [3, 2, 1, 4, 5, 6], [0, 0, 0, 1, 1, 1], 0.0),
        ([1, 1, 2, 2], [1, 2, 3, 4], [0, 0, 1, 1], 1.0),  # the one does not vary within
    ],
)
def test_a_tie_is_the_correlation_of_ranks_within_the_segments(
    a: list[float], b: list[float], labels: list[int], tie: float
):
    found = _tie_within(np.array(a, float), np.array(b, float), np.array(labels))
    assert found == pytest.approx(tie)


def test_columns_foretell_only_what_they_say_of_units_not_seen():
    labels = np.repeat([0, 1, 2], 40)
    rng = np.random.default_rng(0)
    clear = labels[:, None] + rng.uniform(-0.2, 0.2, (120, 1))
    assert _agreement_of_many(clear, labels) == 1.0
    assert abs(_agreement_of_many(rng.random((120, 6)), labels)) < 0.1
    assert _agreement_of_many(clear[:FOLDS], labels[:FOLDS]) == 1.0
    assert _agreement_of_many(clear[: FOLDS - 1], labels[: FOLDS - 1]) == 0.0


def test_as_many_cuts_are_tried_as_there_are_segments():
    labels = np.repeat([0, 1, 2], 10)
    column = np.arange(30.0)
    assert agreement_of_cuts(column, labels) == 1.0
    assert agreement_of_cuts(column, np.zeros(30, int)) == 0.0
    scattered = np.tile(np.repeat([0, 1], 5), 3)
    assert agreement_of_cuts(column, scattered) < 0.9  # two leaves cannot cut six pieces


def test_a_tie_of_few_units_is_measured_too():
    """The one varies in one segment alone, the other in the other: nothing ties them."""
    assert _tie_within(np.array([1.0, 2.0, 3.0, 3.0]), np.array([1.0, 1.0, 2.0, 3.0]), np.array([0, 0, 1, 1])) == 0.0
