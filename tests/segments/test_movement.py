from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from marketfold.clustering import KMeansSegmenter
from marketfold.errors import ParameterError
from marketfold.segments import compare_runs
from marketfold.snapshot import Snapshot


def run(seed: int = 0, first: int = 0, n: int = 400) -> Snapshot:
    rng = np.random.default_rng(seed)
    ids = np.array([f"C{i:04}" for i in range(first, first + n)])
    values = np.column_stack([rng.exponential(60, n), rng.poisson(2, n) + 1])
    names = {1: "Friends", 2: "Guests", 3: "Strangers"}
    return Snapshot("customer", ids, rng.integers(1, 4, n), names, ("recency_days", "order_count"), values)


def test_everyone_is_counted_once():
    movement = compare_runs(run(0), run(1, first=100))
    assert movement.shared == 300
    assert int(movement.lost.sum()) == int(movement.new.sum()) == 100
    assert (movement.moves.sum(axis=1) + movement.lost).tolist() == np.bincount(run(0).numbers)[1:].tolist()
    assert movement.stayed_share == np.trace(movement.moves) / 300


def test_the_same_run_stands_still():
    movement = compare_runs(run(), run())
    assert movement.stayed_share == 1
    assert all(drift.level == "steady" and drift.index == 0 for drift in movement.drift)


def by_hand(of: Snapshot, numbers: dict[int, int]) -> Snapshot:
    """The run with segments made one: each by its new number."""
    own = np.array([numbers.get(number, number) for number in of.numbers.tolist()])
    return replace(of, numbers=own, names={one: of.names[one] for one in np.unique(own).tolist()})


def test_who_was_merged_by_hand_did_not_move():
    before, after = run(), by_hand(run(), {3: 1})
    n_merged = int((before.numbers == 3).sum())
    together, apart = compare_runs(before, after, merged_now=[1]), compare_runs(after, before, merged_then=[1])
    assert (together.merged, apart.merged) == (((3, 1),), ((1, 3),))
    assert together.n_merged == apart.n_merged == n_merged
    assert together.stayed_share == apart.stayed_share == 1
    assert compare_runs(after, after, merged_then=[1], merged_now=[1]).n_merged == 0
    assert compare_runs(before, after).n_merged == 0


def test_who_goes_elsewhere_than_into_the_merged_segment_moved():
    before, after = run(), by_hand(run(), {3: 1})
    after.numbers[np.flatnonzero(before.numbers == 3)[:5]] = 2
    movement = compare_runs(before, after, merged_now=[1])
    assert movement.n_merged == int((before.numbers == 3).sum()) - 5
    assert movement.stayed_share == 1 - 5 / 400


def test_a_merged_segment_is_known_under_the_number_that_it_has_here():
    before = run()
    after = by_hand(before, {1: 2, 3: 1})  # what was 1 and 2 is its 2, what was 3 its 1
    movement = compare_runs(before, after, merged_now=[2])
    here = dict(movement.renumbered).get(2, 2)
    assert movement.merged == tuple((one, here) for one in (1, 2) if one != here)


@pytest.mark.parametrize(("outside", "fits"), [(4, True), (80, False)])
def test_whether_the_old_model_still_fits(outside: int, fits: bool):
    then, now = np.arange(400) < 4, np.arange(400) < outside
    movement = compare_runs(run(), run(1), outside_then=then, outside_now=now)
    assert movement.fit is not None
    assert movement.fit.still_fits is fits
    assert (movement.fit.outside_then, movement.fit.outside_now) == (0.01, outside / 400)


@pytest.mark.parametrize(("n_units", "n_features"), [(92, 5), (92, 25), (300, 5)])
def test_an_old_model_that_fits_is_seldom_said_not_to(n_units: int, n_features: int):
    """Twenty models, each held against five later sets, for to fit one is what takes long."""
    alarms = 0
    for seed in range(20):
        X = np.random.default_rng(seed).standard_normal((6, n_units, n_features))
        model = KMeansSegmenter(3).fit(X[0])
        then = model.fits_none(X[0])
        for now in map(model.fits_none, X[1:]):
            fit = compare_runs(run(), run(1), outside_then=then, outside_now=now).fit
            alarms += fit is not None and not fit.still_fits
    assert alarms <= 6  # of 350 sets of 92 x 25 it was said of 8; sets of one model are alike, so chance is wider


def test_all_faults_of_two_runs_that_cannot_be_compared():
    with pytest.raises(ParameterError) as caught:
        compare_runs(run(), replace(run(), unit="order", features=("recency_days", "basket_mean")))
    assert "2 faults" in str(caught.value)
    assert "only the earlier has order_count; only the later has basket_mean" in str(caught.value)


def test_a_unit_named_twice():
    ids = run().ids.copy()
    ids[1] = ids[0]
    with pytest.raises(ParameterError, match="names a unit twice"):
        compare_runs(run(), replace(run(), ids=ids))


def test_runs_that_share_nobody():
    movement = compare_runs(run(), run(first=5000))
    assert (movement.shared, movement.stayed_share) == (0, 0.0)
