from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.clustering.tables import blobs, ellipse, noise

from marketfold.clustering import KChoice, choose_k
from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from marketfold.schema import Float32

SIZES = ((92, 10), (300, 4), (500, 8), (700, 6), (300, 12))
TRUE_K = (3, 4, 5, 6, 8)


def answers_of(tables: list[Float32], k_max: int) -> list[tuple[int, str]]:
    choices = (choose_k(X, k_max=k_max) for X in tables)
    return [(choice.k, choice.answer) for choice in choices]


def test_noise_is_called_no_group_structure():
    """Ten tables: a rule that is wrong of one in four passes 6 times of 100, one that is wrong of one in 100, 90."""
    found = answers_of([noise(*SIZES[seed % 5], seed) for seed in range(10)], 5)
    assert [answer for _, answer in found] == ["no_structure"] * 10


def test_one_elongated_cloud_is_not_called_groups():
    found = answers_of([ellipse(*SIZES[seed % 5], seed) for seed in range(5)], 6)
    assert sum(answer in {"no_structure", "too_few"} for _, answer in found) >= 4
    assert not any(answer == "groups" for _, answer in found)


def test_blobs_give_their_true_k():
    """Fifteen tables: a rule that is wrong of one in five passes 4 times of 100, one that is wrong of one in 200, 93.

    The last of each k has more rows than are fitted thoroughly.
    """
    shapes = ((300, 4), (400, 8), (1_100, 6))
    for k in TRUE_K:
        found = answers_of([blobs(k, *shape, seed)[0] for seed, shape in enumerate(shapes)], k + 3)
        assert found == [(k, "groups")] * 3


@pytest.fixture(scope="module")
def grouped() -> KChoice:
    return choose_k(blobs(4, 600, 5, seed=1)[0], k_max=8)


@pytest.fixture(scope="module")
def cloud() -> KChoice:
    return choose_k(noise(400, 5, seed=1), k_max=8)


def test_groups_are_advised_strongly_and_say_how_far_beyond_chance(grouped: KChoice):
    assert (grouped.k, grouped.answer, grouped.strength) == (4, "groups", "strong")
    assert grouped.shows_at == 4
    assert grouped.enough_units
    assert all(gap.values[gap.k.index(4)] > 0.12 for gap in grouped.gaps.values())
    for index in (grouped.indices[name] for name in ("silhouette", "calinski_harabasz")):
        assert index.at(4) > index.high[index.k.index(4)]


def test_noise_still_gets_three_segments_or_more_labelled_for_what_they_are(cloud: KChoice):
    assert cloud.k >= 3
    assert cloud.answer == "no_structure"
    assert cloud.strength == "none"
    assert cloud.indices["gap"].prefers == 1


def test_every_index_speaks_at_each_k_beside_its_shuffled_band(grouped: KChoice):
    assert set(grouped.indices) == {"silhouette", "calinski_harabasz", "davies_bouldin", "gap", "stability"}
    for index in grouped.indices.values():
        assert len(index.values) == len(index.k) == len(index.low) == len(index.high)
        assert all(low <= high for low, high in zip(index.low, index.high, strict=True))
        assert np.isfinite(index.values).all()
    assert all(error > 0 for error in grouped.indices["silhouette"].error)
    assert any(
        low < high
        for low, high in zip(grouped.indices["stability"].low, grouped.indices["stability"].high, strict=True)
    )
    assert len(grouped.shuffled) >= 3
    assert all(curve.k == grouped.curve.k for curve in grouped.shuffled)
    assert all(curve.wcss[0] == pytest.approx(grouped.curve.wcss[0], rel=1e-3) for curve in grouped.shuffled)


def test_indices_that_prefer_another_k_disagree(cloud: KChoice):
    assert cloud.disagreeing == tuple(index for index in cloud.indices.values() if index.prefers != cloud.k)
    assert cloud.disagreeing


def test_an_index_that_is_best_below_the_least_is_named(cloud: KChoice):
    lower = replace(cloud, k_min=5)
    best = {name: index.best_k for name, index in cloud.indices.items() if name != "gap"}
    assert lower.better_below == {name: k for name, k in best.items() if k < 5}
    assert lower.better_below
    assert replace(cloud, k_min=2).better_below == {}


def test_few_units_for_many_features_are_said_whatever_the_answer():
    choice = choose_k(blobs(3, 100, 8, seed=0, apart=9.0)[0], k_max=6)
    assert choice.answer == "groups"
    assert not choice.enough_units
    assert choice.units_advised == 560
    assert choice.strength == "moderate"


def test_far_too_few_units_for_the_features_cannot_tell():
    choice = choose_k(noise(40, 12, 0), k_max=6)
    assert choice.answer == "too_few"


def test_two_groups_are_told_though_three_segments_are_made():
    choice = choose_k(blobs(2, 400, 6, seed=3, apart=9.0, uneven=0.0)[0], k_max=6)
    assert choice.k == 3
    if choice.answer == "groups":
        assert choice.shows_at == 2


def test_one_column_with_two_humps_is_not_sold_as_groups_of_many():
    rng = np.random.default_rng(0)
    X = noise(500, 6, 0)
    X[:, 0] += np.where(rng.random(500) < 0.5, 8.0, 0.0).astype(np.float32)
    assert choose_k(X, k_max=6).answer != "groups"  # column-shuffled data have those humps as well


def test_groups_of_rounded_values_still_stand_out():
    X, _ = blobs(4, 300, 4, seed=0, apart=8.0, uneven=0.2)
    choice = choose_k((3 * np.round(X / 3)).astype(np.float32), k_max=12)  # ties let the gain rise again at large k
    assert (choice.k, choice.answer) == (4, "groups")


def test_large_tables_are_judged_on_a_sample():
    X, _ = blobs(4, 8_000, 4, seed=2)
    choice = choose_k(X, k_max=6)
    assert (choice.k, choice.answer) == (4, "groups")
    assert choice.rows == 2_000


def test_duplicated_customers_and_few_distinct_rows():
    X = np.repeat(5 * np.eye(4, 3, dtype=np.float32), 10, axis=0)
    choice = choose_k(X)
    assert choice.curve.k == (1, 2, 3, 4)
    assert 3 <= choice.k <= 4


def test_a_constant_column_changes_nothing():
    X, _ = blobs(3, 200, 4, seed=4)
    with_constant = np.hstack([X, np.full((200, 1), 7, np.float32)])
    assert choose_k(with_constant, k_max=5).k == 3


@pytest.mark.parametrize(
    ("X", "k_range", "words"),
    [
        (np.ones((30, 3), np.float32), (3, 15), "3 segments were asked of 30 units of which 1 differ"),
        (np.ones((0, 3), np.float32), (3, 15), "3 segments were asked of 0 units"),
        (noise(30, 2, 0), (0, 15), "1 or more"),
        (noise(30, 2, 0), (5, 4), "in this order"),
    ],
)
def test_what_cannot_be_asked_is_refused(X: Float32, k_range: tuple[int, int], words: str):
    with pytest.raises(ParameterError, match=words):
        choose_k(X, k_min=k_range[0], k_max=k_range[1])


def test_same_seed_same_choice_and_progress_reaches_its_end():
    X = noise(150, 4, 5)
    told: list[tuple[str, int, int]] = []
    first = choose_k(X, k_max=5, random_state=4, progress=lambda what, done, total: told.append((what, done, total)))
    second = choose_k(X, k_max=5, random_state=4)
    assert (first.k, first.answer, first.indices, first.curve) == (
        second.k,
        second.answer,
        second.indices,
        second.curve,
    )
    assert told[-1][1] == told[-1][2]
    assert [(done, total) for what, done, total in told if what == "evidence"] == [(done, 5) for done in range(6)]


def test_from_three_segments_to_fifteen_are_tried_unless_others_are_asked():
    choice = choose_k(noise(60, 2, 5))
    assert (choice.k_min, choice.curve.k) == (3, tuple(range(1, 16)))


@pytest.mark.parametrize("number", [2.0, True, "3", None])
def test_numbers_of_segments_are_whole(number: object):
    with pytest.raises(ParameterError, match="k_max must be a whole number"):
        choose_k(noise(30, 2, 0), k_max=number)  # type: ignore[arg-type]
    assert choose_k(noise(30, 2, 0), k_min=np.int64(2), k_max=np.int64(2)).k == 2  # type: ignore[arg-type]
