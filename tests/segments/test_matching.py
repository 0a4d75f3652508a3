from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from marketfold.errors import ParameterError
from marketfold.segments import match_segments
from marketfold.snapshot import Snapshot


def run(seed: int = 0, n: int = 200, prefix: str = "C") -> Snapshot:
    rng = np.random.default_rng(seed)
    numbers = np.sort(rng.integers(1, 4, n))
    centre = np.array([[10.0, 5000.0], [90.0, 900.0], [300.0, 80.0]])
    values = centre[numbers - 1] * rng.lognormal(0, 0.2, (n, 2))
    names = {1: "Friends", 2: "Guests", 3: "Strangers"}
    ids = np.array([f"{prefix}{i:04}" for i in range(n)])
    return Snapshot("customer", ids, numbers, names, ("recency_days", "basket_mean"), values)


def renumbered(earlier: Snapshot, order: dict[int, int], names: dict[int, str]) -> Snapshot:
    return replace(earlier, numbers=np.array([order[n] for n in earlier.numbers.tolist()]), names=names)


MADE = {1: "Recent buyers", 2: "Quiet buyers", 3: "Average buyers"}


def test_the_same_group_keeps_number_and_name():
    earlier = run()
    matches = match_segments(earlier, renumbered(earlier, {1: 3, 2: 1, 3: 2}, MADE))
    assert [(m.segment, m.number, m.name, m.earlier, m.similarity) for m in matches] == [
        (1, 2, "Guests", 2, 1.0),
        (2, 3, "Strangers", 3, 1.0),
        (3, 1, "Friends", 1, 1.0),
    ]
    assert {m.by for m in matches} == {"members"}


def test_a_name_that_a_person_gave_survives():
    earlier = replace(run(), names={1: "Our darlings", 2: "Guests", 3: "Strangers"})
    assert match_segments(earlier, replace(earlier, names=MADE))[0].name == "Our darlings"


def test_a_split_group_gives_its_name_to_the_larger_half():
    earlier = run()
    numbers = earlier.numbers.copy()
    threes = np.flatnonzero(numbers == 3)
    numbers[threes[: len(threes) // 3]] = 4
    later = replace(earlier, numbers=numbers, names={**earlier.names, 4: "Average buyers"})
    matches = match_segments(earlier, later)
    assert (matches[2].number, matches[2].name) == (3, "Strangers")
    assert (matches[3].number, matches[3].name, matches[3].earlier) == (4, "Average buyers", None)


def test_a_scattered_group_is_new_and_gets_a_number_never_given():
    earlier = run()
    later = replace(earlier, numbers=np.random.default_rng(9).integers(1, 4, 200), names=MADE)
    matches = match_segments(earlier, later)
    assert [m.number for m in matches] == [4, 5, 6]
    assert all(m.earlier is None and m.similarity < 0.5 for m in matches)


def test_a_new_group_does_not_take_a_kept_name():
    earlier = run()
    numbers = earlier.numbers.copy()
    numbers[earlier.numbers == 3] = np.where(np.arange((earlier.numbers == 3).sum()) % 3 == 0, 4, 3)
    later = replace(earlier, numbers=numbers, names={1: "a", 2: "b", 3: "c", 4: "Strangers"})
    assert match_segments(earlier, later)[3].name == "Other strangers"


def test_without_shared_members_the_centres_decide():
    earlier, other = run(0), run(1, prefix="D")
    matches = match_segments(earlier, renumbered(other, {1: 2, 2: 3, 3: 1}, MADE))
    assert [(m.segment, m.number, m.by) for m in matches] == [(1, 3, "centres"), (2, 1, "centres"), (3, 2, "centres")]


def test_a_group_that_moved_far_is_new():
    earlier, other = run(0), run(1, prefix="D")
    assert other.values is not None
    values = other.values.copy()
    values[other.numbers == 2] = values[other.numbers == 2] * [0.001, 4000.0]
    matches = match_segments(earlier, replace(other, values=values, names=MADE))
    assert matches[1].earlier is None
    assert (matches[0].earlier, matches[2].earlier) == (1, 3)


def test_features_may_come_in_another_order():
    earlier, other = run(0), run(1, prefix="D")
    assert other.values is not None
    swapped = replace(other, values=other.values[:, ::-1], features=other.features[::-1])
    assert [m.number for m in match_segments(earlier, swapped)] == [1, 2, 3]


def test_nothing_shared_and_nothing_kept_is_no_match():
    matches = match_segments(replace(run(0), values=None), run(1, prefix="D"))
    assert [(m.earlier, m.by) for m in matches] == [(None, "nothing")] * 3


def test_different_units_are_refused():
    with pytest.raises(ParameterError, match="segments customers, the later one orders"):
        match_segments(run(), replace(run(), unit="order"))


def test_segments_that_are_the_same_by_every_feature_are_as_near_as_can_be():
    """Their centres lie on each other, and nothing lies between."""
    earlier = run()
    same = np.where(earlier.numbers == 3, 2, earlier.numbers)
    values = np.array([[10.0, 5_000.0], [0.0, 0.0]])[same - 1]  # of zeros the mean is zero to the last digit
    twins = replace(earlier, values=values)
    matches = match_segments(twins, replace(twins, ids=np.array([f"X{i:04}" for i in range(200)])))
    assert [(match.number, match.similarity, match.by) for match in matches] == [
        (1, 1.0, "centres"),
        (2, 1.0, "centres"),
        (3, 1.0, "centres"),
    ]


@pytest.mark.parametrize(("shared", "by"), [(19, "centres"), (20, "members")])
def test_twenty_shared_units_decide_by_who_they_are(shared: int, by: str):
    earlier, later = run(0), run(0, prefix="D")
    later.ids[:shared] = earlier.ids[:shared]
    later.ids.sort()
    assert {one.by for one in match_segments(earlier, later)} == {by}


@pytest.mark.parametrize(("n", "by"), [(300, "members"), (310, "centres")])
def test_a_tenth_of_the_smaller_run_must_be_shared(n: int, by: str):
    earlier, later = run(0, n=n), run(0, n=n, prefix="D")
    later.ids[:30] = earlier.ids[:30]
    later.ids.sort()
    assert {one.by for one in match_segments(earlier, later)} == {by}


@pytest.mark.parametrize(("stayed", "same"), [(20, True), (19, False)])
def test_half_alike_is_the_same_group(stayed: int, *, same: bool):
    """Of forty members so many are there, in a group of as many as before: 20 of 40, or 19 of 40."""
    ids = np.array([f"C{n:03}" for n in range(100)])
    before = Snapshot("customer", ids, np.where(np.arange(100) < 40, 1, 2), {1: "Friends", 2: "Guests"})
    place = np.arange(100)
    numbers = np.where(place < stayed, 1, 2)
    after = Snapshot("customer", ids, numbers, {1: "New", 2: "Others"})
    found = {one.segment: one for one in match_segments(before, after)}
    assert found[1].similarity == stayed / 40
    assert (found[1].earlier, found[1].name) == ((1, "Friends") if same else (None, "New"))


@pytest.mark.parametrize(
    ("place", "aside", "similarity", "same"),
    [
        (0.0, 0.0, [1, 1], [1, 2]),
        (0.5, 0.0, [0.75, 1], [1, 2]),
        (1.0, 0.0, [0.5, 1], [1, 2]),  # half-way is the same group
        (1.1, 0.0, [0.55, 1], [None, 2]),  # nearer to the other, which has its own
        (0.0, 0.8, [0.6, 0.6], [1, 2]),  # of a column in which nobody differed before
        (0.5, 0.5, [1 - 0.5**0.5 / 2, 0.75], [1, 2]),
        (-3.0, 0.0, [0, 1], [None, 2]),
    ],
)
def test_nearness_is_measured_from_the_old_centre_to_its_neighbour(
    place: float, aside: float, similarity: list[float], same: list[int | None]
):
    """Two groups of two, on the scale of logarithms 0 and 2 apart, of which the first has moved to a place."""

    def at(*logs: tuple[float, float]) -> np.ndarray:
        return np.sign(logs) * np.expm1(np.abs(logs))

    names, features = {1: "Friends", 2: "Guests"}, ("recency_days", "basket_mean")
    numbers = np.array([1, 1, 2, 2])
    before = Snapshot("customer", np.array(list("abcd")), numbers, names, features, at((0, 0), (0, 0), (2, 0), (2, 0)))
    values = at((place, aside), (place, aside), (2, aside), (2, aside))
    matches = match_segments(before, Snapshot("customer", np.array(list("efgh")), numbers, names, features, values))
    assert [one.similarity for one in matches] == pytest.approx(similarity)
    assert [one.earlier for one in matches] == same


@pytest.mark.parametrize(
    ("moved", "similarity"), [(0.0, 1.0), (0.5, 1 - 0.5 / 3**0.5), (0.8, 1 - 0.8 / 3**0.5), (2, 0)]
)
def test_a_group_without_a_neighbour_is_measured_by_the_spread_of_all_its_features(moved: float, similarity: float):
    """One group of two that lie one spread off its centre in each of three features, and then move along one."""
    names, features = {1: "All"}, ("recency_days", "basket_mean", "revenue_total")
    before, after = (np.expm1(np.array([[low, 2.0, 2.0], [low + 2, 4.0, 4.0]])) for low in (2.0, 2.0 + moved))
    numbers = np.array([1, 1])
    earlier = Snapshot("customer", np.array(["a", "b"]), numbers, names, features, before)
    (match,) = match_segments(earlier, Snapshot("customer", np.array(["c", "d"]), numbers, names, features, after))
    assert match.similarity == pytest.approx(similarity)
    assert (match.earlier, match.number) == ((1, 1) if similarity >= 0.5 else (None, 2))
