"""Which solution tells most groups apart, and how far apart each segment of one is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from marketfold.cleaning import clean_orders
from marketfold.clustering import cross_table, jaccards
from marketfold.demo import make_shop
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.selection import ALL, NullClouds, SeekOptions, seek_groups
from marketfold.selection.separated import (
    NEARLY_BEST,
    all_separated,
    as_unions,
    furthest_apart,
    of_segments,
    telling_most,
)
from marketfold.units import FeatureTable


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return build_features(clean_orders(read_orders(make_shop(10_000, random_state=1).lines)))


def six_crowds(table: FeatureTable) -> tuple[FeatureTable, np.ndarray]:
    """Customers of six crowds in three pairs, near each other within each; and the crowd of each."""
    rng = np.random.default_rng(6)
    group = rng.integers(6, size=len(table))
    pairs, single = (rng.normal(0, apart, (n, len(table.features))) for n, apart in ((3, 6.0), (6, 2.0)))
    middles = np.repeat(pairs, 2, axis=0) + single
    return replace(table, values=100 + middles[group] + rng.normal(0, 1, table.values.shape)), group


def test_two_groups_in_one_segment_are_not_taken_where_they_can_be_told_apart(table: FeatureTable):
    crowds, group = six_crowds(table)
    tried = list(all_separated(crowds, SeekOptions((ALL,), (3, 6))))
    assert [len(one.centers) for one in tried] == [3, 6]
    assert tried[0].depths.mean() > tried[1].depths.mean()  # the pairs are further apart than the crowds
    place = telling_most(tried, [one.separations for one in tried], range(2))
    assert place == 1
    assert jaccards(cross_table(group, tried[place].labels(crowds))).max(axis=1).min() > 0.9
    test = seek_groups(crowds, NullClouds(), SeekOptions((ALL,), (3, 6)), seed=0)
    assert test is not None
    assert (test.k, len(test.groups)) == (6, 6)


def test_of_what_is_nearly_as_far_apart_most_segments_are_the_first_to_be_tested(table: FeatureTable):
    pairs, single = all_separated(six_crowds(table)[0], SeekOptions((ALL,), (3, 6)))
    alike = replace(single, depths=np.full(6, pairs.apart - NEARLY_BEST / 2))
    assert furthest_apart([pairs, alike]) is alike
    assert furthest_apart([pairs, replace(single, depths=np.full(6, pairs.apart - 2 * NEARLY_BEST))]) is pairs
    assert furthest_apart([]) is None


def test_a_solution_counts_by_its_groups_alone(table: FeatureTable):
    tried = list(all_separated(six_crowds(table)[0], SeekOptions((ALL,), (3, 6))))
    assert telling_most(tried, [np.ones(3), np.r_[1.0, np.zeros(5)]], range(2)) == 0
    assert telling_most(tried, [one.separations for one in tried], [0]) == 0  # the other does not last


def test_groups_that_are_cut_in_two_tell_no_more(table: FeatureTable):
    whole, cut = all_separated(six_crowds(table)[0], SeekOptions((ALL,), (6, 8)))
    assert telling_most([cut, whole], [np.ones(8), np.ones(6)], range(2)) == 1


def test_groups_are_put_together_from_what_lies_mostly_within_them():
    own = np.repeat(np.eye(3, dtype=np.float32), [4, 4, 2], axis=0)
    whole = np.repeat([[1, 1], [1, 0], [0, 0]], [4, 4, 2], axis=0).astype(np.float32)
    whole[0, 1] = 0
    assert as_unions(own, whole) == pytest.approx([1, 3 / 4])
    assert as_unions(own[:, 2:], whole).tolist() == [0, 0]


def test_no_segment_is_further_apart_than_its_solution_on_the_mean():
    lone = np.array([0.9, 0.0, 0.1, 0.0])  # a few customers off the crowd, which was sliced
    assert of_segments(lone).tolist() == [0.25, 0.0, 0.1, 0.0]


def test_a_solution_with_a_segment_too_small_for_a_campaign_is_not_taken(table: FeatureTable):
    values = np.random.default_rng(0).normal(100, 1, table.values.shape)
    assert list(all_separated(replace(table, values=values), SeekOptions((ALL,))))
    values[:3] += 50  # far from all others, so that they are a segment at each number
    assert not list(all_separated(replace(table, values=values), SeekOptions((ALL,))))
