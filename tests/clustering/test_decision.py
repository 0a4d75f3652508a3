"""Where all other indices name one number of groups, the gap does not count pieces of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.clustering.decision import RISE, Evidence, _dip_after, _local_peak, decide
from marketfold.clustering.null_references import Gap, NullReference
from marketfold.clustering.validity import ValidityIndex

if TYPE_CHECKING:
    from marketfold.schema import Float64

K = tuple(range(1, 16))
NAMES = ("silhouette", "calinski_harabasz", "davies_bouldin", "stability")


def creeping() -> Float64:
    """Gaps of seven groups that K-means cuts up to eleven: they rise to 1.5 at seven, and creep on to 1.6."""
    return np.interp(K, (1, 7, 11, 12, 15), (0, 1.5, 1.6, 1.45, 1.4))


def evidence(prefers: tuple[int, ...]) -> Evidence:
    gap = Gap("some reference", K, creeping(), np.full(len(K), 0.01))
    indices = {
        name: ValidityIndex(name, name, K[1:], (0.9,) * 14, prefers=k) for name, k in zip(NAMES, prefers, strict=True)
    }
    indices["gap"] = ValidityIndex("gap", "gap", K, (0.0,) * 15, prefers=11)
    nothing = NullReference("", (), (), np.zeros((1, len(K))))
    return Evidence(K, (20,) * 15, nothing, {"cloud": gap, "box": gap, "shuffled": gap}, indices, 500, 8)


@pytest.mark.parametrize(("prefers", "k"), [((7, 7, 7, 7), 7), ((7, 7, 7, 3), 11), ((7, 7, 8, 7), 11), ((2,) * 4, 2)])
def test_the_gap_is_overruled_by_all_others_and_by_no_fewer(prefers: tuple[int, ...], k: int):
    decided, answer, *_ = decide(evidence(prefers), n_units=500, k_min=2)
    assert (decided, answer) == (k, "groups")


def test_a_number_whose_segments_are_too_small_overrules_nothing():
    small = replace(evidence((7, 7, 7, 7)), smallest=(20,) * 6 + (2,) + (20,) * 8)
    assert decide(small, n_units=500, k_min=2)[0] == 11


def at_four(
    gap: float = 0.2,
    z: float = 10.0,
    *,
    cloud: float | None = None,
    stability: float = 0.9,
    prefers: tuple[int | None, ...] = (4, 4, 4, 4, 4),
    n_features: int = 4,
) -> Evidence:
    """Gaps of so much, in so many errors, at four segments alone; that over one cloud may be another."""
    k = tuple(range(1, 9))

    def one(value: float) -> Gap:
        values = np.where(np.array(k) == 4, value, 0.0)
        return Gap("reference", k, values, np.full(len(k), value / z))

    gaps = {"cloud": one(gap if cloud is None else cloud), "box": one(gap), "shuffled": one(gap)}
    indices = {
        name: ValidityIndex(name, name, k[1:], (stability,) * 7, prefers=best)
        for name, best in zip((*NAMES, "gap"), prefers, strict=True)
    }
    return Evidence(k, (20,) * 8, NullReference("", (), (), np.zeros((1, len(k)))), gaps, indices, 500, n_features)


@pytest.mark.parametrize(
    ("found", "n_units", "answer"),
    [
        (at_four(gap=0.12), 500, "groups"),
        (at_four(gap=0.119), 500, "weak"),
        (at_four(z=4.0), 500, "groups"),
        (at_four(z=3.9), 500, "no_structure"),  # a gap that is not sure is none
        (at_four(gap=0.05), 500, "weak"),
        (at_four(gap=0.049), 500, "no_structure"),
        (at_four(gap=0.01, cloud=0.2), 500, "weak"),  # beyond one cloud and not beyond shuffled columns
        (at_four(gap=0.049, z=0.3), 500, "too_few"),  # four errors are more than half
        (at_four(gap=0.05, n_features=4), 20, "weak"),
        (at_four(gap=0.05, n_features=4), 19, "too_few"),
        (at_four(gap=0.12, n_features=4), 19, "groups"),
    ],
)
def test_what_gaps_of_a_size_and_a_sureness_say(found: Evidence, n_units: int, answer: str):
    assert decide(found, n_units=n_units, k_min=3)[1] == answer


@pytest.mark.parametrize(
    ("found", "n_units", "strength"),
    [
        (at_four(), 280, "strong"),
        (at_four(), 279, "moderate"),  # seventy for each feature
        (at_four(stability=0.75), 500, "strong"),
        (at_four(stability=0.74), 500, "moderate"),
        (at_four(prefers=(4, 4, 5, 5, 4)), 500, "strong"),
        (at_four(prefers=(4, 5, 5, 5, 4)), 500, "moderate"),
        (at_four(gap=0.06), 500, "moderate"),
        (at_four(gap=0.06, stability=0.74), 500, "none"),
        (at_four(gap=0.01), 500, "none"),
    ],
)
def test_how_much_to_believe_in_it(found: Evidence, n_units: int, strength: str):
    assert decide(found, n_units=n_units, k_min=3)[2] == strength


def test_groups_of_fewer_than_are_asked_for_are_made_as_many_and_shown_where_they_are():
    assert decide(at_four(), n_units=500, k_min=6)[::3] == (6, 4)
    assert decide(at_four(gap=0.06), n_units=500, k_min=3)[::3] == (3, 4)


@pytest.mark.parametrize(("first", "k"), [(0.85, 3), (0.84, 5)])
def test_without_groups_the_least_that_is_about_as_stable_as_any_is_advised(first: float, k: int):
    found = at_four(gap=0.01)
    stability = replace(found.indices["stability"], values=(0.99, first, 0.8, 0.9, 0.5, 0.5, 0.5))
    found.indices["stability"] = stability
    assert decide(found, n_units=500, k_min=3)[0] == k


@pytest.mark.parametrize(
    ("gap", "place", "dip"),
    [
        ([1.0, 3.0, 2.0, 2.5, 4.0, 0.0], 1, 1.0),  # until it is higher again
        ([1.0, 3.0, 2.0, 3.0, 1.5], 1, 1.5),  # as high is not higher
        ([1.0, 2.0, 3.0], 1, 0.0),
        ([1.0, 2.0, 3.0], 2, 0.0),
        ([3.0, 2.0, 1.0], 0, 2.0),
    ],
)
def test_a_gap_dips_until_it_is_higher_again(gap: list[float], place: int, dip: float):
    assert _dip_after(np.array(gap), place) == dip


@pytest.mark.parametrize(
    ("dip", "error", "is_seen"), [(0.31, 0.15, True), (0.31, 0.16, False), (RISE, 0.0, False), (RISE * 1.01, 0.0, True)]
)
def test_a_dip_counts_beyond_two_errors_and_a_least(dip: float, error: float, is_seen: bool):
    values = np.zeros(len(K))
    values[:2], values[3] = -1.0, -dip
    gap = Gap("cloud", K, values, np.full(len(K), error))
    made = replace(evidence((7, 7, 7, 7)), gaps={"cloud": gap})
    assert _local_peak(made, np.ones(len(K), np.bool_)) == (K[2] if is_seen else None)
    nowhere = np.ones(len(K), np.bool_)
    nowhere[2] = False
    assert _local_peak(made, nowhere) is None
