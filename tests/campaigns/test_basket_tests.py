"""Pairs against chance, in counts that are small enough to reckon by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from marketfold.campaigns.basket_tests import Margins, Seen, chance_of, most_likely, stand_out

MARGINS = Margins(
    orders=np.array([[40, 30, 10, 9]]),
    beside=np.array([[60, 50, 20, 20]]),
    all_orders=np.array([[50, 30, 10, 9]]),
    places=np.array([200]),
    squares=np.array([[100.0, 90.0, 40.0, 40.0]]),
)
"""One group of orders and four things."""


def seen(*pairs: tuple[int, int, int]) -> Seen:
    first, second, together = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    return Seen(np.zeros(len(pairs), dtype=np.int64), first, second, together)


def test_pairs_of_things_in_ten_orders_can_be_tested():
    assert MARGINS.n_tests.tolist() == [3]  # of the three things that are in ten
    assert replace(MARGINS, orders=np.array([[9, 9], [10, 10]])).n_tests.tolist() == [0, 1]


def test_chance_gives_a_thing_other_places_and_the_larger_of_both_ways_counts():
    """Beside the first are 60 of the 160 places of other things, and the second draws 30; the other way 50 of 170."""
    expected, p = chance_of(seen((0, 1, 20)), MARGINS)
    ways = [stats.hypergeom.sf(19, 160, 60, 30), stats.hypergeom.sf(19, 170, 50, 40)]
    assert expected.tolist() == [pytest.approx(50 * 40 / 170)]
    assert 50 * 40 / 170 > 60 * 30 / 160
    assert p.tolist() == [pytest.approx(max(ways))]


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_customer_orders_again_and_again_is_not_so_many_proofs(turned: bool):
    """Twenty orders by five customers, four each, with five places beside the first thing of each."""
    pair = replace(seen((1, 0, 20) if turned else (0, 1, 20)), customers=np.array([5]), squares=np.array([80.0]),
                   crosses=np.array([100.0]))  # fmt: skip
    _, p = chance_of(pair, MARGINS)
    _, alone = chance_of(seen((0, 1, 20)), MARGINS)
    share = 40 / 170 if turned else 30 / 160
    squares = 90 if turned else 100
    effect = (80 - 2 * share * 100 + share**2 * squares) / 20
    assert effect > 1
    whole = [(160, 60, 30), (170, 50, 40)]
    ways = [
        stats.hypergeom.sf(
            np.floor(20 / effect) - 1, round(places / effect), np.ceil(near / effect), np.ceil(drawn / effect)
        )
        for places, near, drawn in whole
    ]
    assert p.tolist() == [pytest.approx(max(ways))]
    assert p[0] > alone[0]


def test_customers_who_vary_less_than_chance_prove_no_more():
    pair = replace(seen((0, 1, 20)), customers=np.array([20]), squares=np.array([20.0]), crosses=np.array([60.0]))
    assert chance_of(pair, MARGINS)[1] == pytest.approx(chance_of(seen((0, 1, 20)), MARGINS)[1])


@pytest.mark.parametrize(
    ("together", "customers", "found"), [(10, 5, True), (9, 5, False), (10, 4, False), (10, None, True)]
)
def test_a_pair_is_in_ten_orders_of_five_customers(together: int, customers: int | None, *, found: bool):
    margins = replace(MARGINS, places=np.array([2_000]))
    pair = seen((0, 1, together))
    if customers is not None:
        pair = replace(pair, customers=np.array([customers]))
    assert stand_out(pair, margins, 1).found.tolist() == [found]


@pytest.mark.parametrize(("together", "found"), [(12, True), (11, False)])
def test_a_pair_stands_out_from_a_fifth_more_than_chance_on(together: int, *, found: bool):
    margins = replace(MARGINS, orders=np.array([[100, 100]]), beside=np.array([[200, 200]]), places=np.array([2_100]))
    tested = stand_out(seen((0, 1, together)), margins, 0)
    assert (tested.expected[0], bool(tested.p[0] < 1)) == (10, found)  # others are as if chance had brought them


def test_false_discoveries_are_held_over_all_that_were_tested():
    margins = replace(MARGINS, places=np.array([400]))
    pairs = seen((0, 1, 18), (0, 2, 1))
    p = chance_of(seen((0, 1, 18)), margins)[1][0]
    most = int(0.05 / p)
    assert most > 3
    assert stand_out(pairs, margins, most).found.tolist() == [True, False]
    assert stand_out(pairs, margins, most + 1).found.tolist() == [False, False]
    assert stand_out(seen((0, 1, 18)), margins, 0).found.tolist() == [True]  # as many as there are, at least


def test_the_least_likely_pairs_are_looked_at_first():
    margins = replace(MARGINS, places=np.array([4_000]))
    likely = most_likely(seen((1, 2, 10), (0, 2, 10), (0, 1, 28), (0, 3, 2)), margins, 6)
    assert list(zip(likely.first.tolist(), likely.second.tolist(), likely.together.tolist(), strict=True)) == [
        (0, 1, 28), (1, 2, 10), (0, 2, 10)
    ]  # fmt: skip
    none = np.array([], dtype=np.int64)
    nothing = most_likely(Seen(none, none, none, none), margins, 6)
    assert len(nothing.first) == 0


def test_of_pairs_that_are_all_but_impossible_by_chance_the_commonest_go_first():
    """With so many orders the chance of each is 0, as far as numbers go; of equals the first by name."""
    large = Margins(
        orders=np.array([[5_000] * 5]), beside=np.array([[6_000] * 5]), all_orders=np.array([[5_000] * 5]),
        places=np.array([1_000_000]), squares=np.array([[9_000.0] * 5]),
    )  # fmt: skip
    pairs = seen((0, 2, 4_000), (0, 1, 3_000), (3, 4, 4_500), (1, 4, 4_000), (1, 3, 4_000))
    assert (chance_of(pairs, large)[1] == 0).all()
    likely = most_likely(pairs, large, 10)
    assert list(zip(likely.first.tolist(), likely.second.tolist(), strict=True)) == [
        (3, 4), (0, 2), (1, 3), (1, 4), (0, 1)
    ]  # fmt: skip
