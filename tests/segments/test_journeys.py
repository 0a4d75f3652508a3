from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.segments.runs import DAYS, HALF, NAMES, earlier_run, later_run

from marketfold.errors import ParameterError
from marketfold.segments import EVENTS, compare_runs, follow
from marketfold.segments.journeys import quiet_segments
from marketfold.snapshot import Snapshot, Takings


def test_everybody_did_one_thing():
    who = follow(earlier_run(), later_run())
    assert len(who.ids) == 2 * HALF + 1
    found = dict(zip(*np.unique(who.events, return_counts=True), strict=True))
    assert found == {"came back": 3, "went quiet": 2, "new": 1, "gone": 1, "stayed": 2 * HALF + 1 - 7}
    assert set(found) <= set(EVENTS)
    assert who.ids[who.came_back].tolist() == ["C0030", "C0031", "C0032"]
    assert who.ids[who.went_quiet].tolist() == ["C0000", "C0001"]
    assert (who.went_quiet & who.best).sum() == 2


def test_the_day_of_the_last_order_is_counted_back_from_the_run_that_knows_it():
    who = follow(earlier_run(), later_run())
    assert who.last_on[who.ids == "C0030"][0] == np.datetime64("2026-03-25")
    assert who.last_on[who.ids == "C0029"][0] == np.datetime64("2025-12-22")  # gone: as the earlier run knew it


def test_revenue_of_every_segment_adds_up():
    movement = compare_runs(earlier_run(), later_run())
    assert (movement.basis, movement.currency, movement.days) == ("between", "EUR", DAYS)
    for one in movement.money:
        assert one.before + one.stayed_more + one.came - one.left == pytest.approx(one.after)
    regulars, lapsed = movement.money
    assert regulars.before == 27 * 100 + 3 * 1_000
    assert (regulars.stayed_more, regulars.came, regulars.left) == (27 * 50, 2 * 90 + 40, 2 * 1_000 + 100)
    assert (lapsed.stayed_more, lapsed.came, lapsed.left, lapsed.since) == (70, 2_000, 40, 210)


@pytest.mark.parametrize("unit", ["order", "order_line"])
def test_orders_and_lines_do_not_come_back(unit: str):
    who = follow(*(replace(run, unit=unit) for run in (earlier_run(), later_run())))  # type: ignore[arg-type]
    assert not who.came_back.any()
    assert not who.went_quiet.any()


def test_who_waits_for_a_season_is_not_quiet():
    run = earlier_run()
    assert quiet_segments(run) == {2}
    assert run.values is not None
    season = np.repeat([0.1, 0.9], HALF) + np.arange(2 * HALF) * 1e-6
    recency = run.values[:, 0].copy()
    recency[HALF : HALF + 6] = 2.0  # most of them: the season sets them apart altogether
    seasonal = replace(run, features=("recency_days", "quarter_4_share"), values=np.column_stack([recency, season]))
    assert quiet_segments(seasonal) == frozenset()
    assert quiet_segments(replace(seasonal, features=("recency_days", "basket_mean"))) == {2}


def test_without_days_nobody_is_said_to_have_come_back():
    for change in ({"as_of": None}, {"values": None}):
        who = follow(*(replace(run, **change) for run in (earlier_run(), later_run())))  # type: ignore[arg-type]
        assert not who.came_back.any()
        assert not who.went_quiet.any()


def test_a_run_beside_itself_stands_still():
    movement = compare_runs(earlier_run(), earlier_run())
    assert set(movement.journeys.events.tolist()) == {"stayed"}
    assert sum(one.stayed_more + one.came + one.left for one in movement.money) == 0


@pytest.mark.parametrize(
    ("takings", "basis"),
    [
        (None, "unknown"),
        (Takings(np.ones(2 * HALF), "USD", date(2025, 1, 1)), "currencies"),
        (Takings(np.ones(2 * HALF), "EUR", date(2025, 1, 1), gross=True), "counted otherwise"),
        (Takings(np.ones(2 * HALF), "EUR"), "a table"),
        (Takings(np.ones(2 * HALF), "EUR", date(2025, 6, 1)), "begins later"),
        (Takings(np.ones(2 * HALF), "EUR", date(2024, 6, 1)), "between"),
    ],
)
def test_revenue_is_subtracted_only_where_that_says_what_came_in_between(takings: Takings | None, basis: str):
    movement = compare_runs(earlier_run(), replace(later_run(), takings=takings))
    assert movement.basis == basis
    assert bool(movement.money) == (basis not in {"unknown", "currencies"})


def test_runs_the_wrong_way_round_are_refused():
    with pytest.raises(ParameterError, match="looks back from 2026-04-01, the second from 2026-01-01"):
        compare_runs(later_run(), earlier_run())


def test_segments_are_paired_where_the_later_run_numbers_them_in_its_own_way():
    later = later_run()
    own = replace(later, numbers=3 - later.numbers, names={1: NAMES[2], 2: NAMES[1]})
    movement, plain = compare_runs(earlier_run(), own), compare_runs(earlier_run(), later)
    assert movement.renumbered == ((1, 2), (2, 1))
    assert movement.moves.tolist() == plain.moves.tolist()
    assert movement.later_names == plain.later_names
    assert plain.renumbered == ()


def test_ids_are_not_shown():
    before = Snapshot("customer", np.array(["somebody"]), np.array([1]), {1: "Friends"})
    assert "somebody" not in repr(follow(before, before))


@pytest.mark.parametrize(
    ("brought", "best"),
    [
        ([5.0, 4, 3, 2, 1], [0]),
        ([1.0, 9, 3, 8, 2, 0, 0, 0, 0, 0], [1, 3]),
        ([5.0, 5, 3, 2, 1], []),
        ([9.0, 5, 5, 2, 1, 1, 1, 1, 1, 1], [0]),
        ([7.0], []),
        ([0.0] * 10, []),
    ],
    ids=["a fifth", "of ten two", "ties", "who ties with the third", "alone", "nothing"],
)
def test_the_best_are_a_fifth_without_ties(brought: list[float], best: list[int]):
    """Beside them somebody who was not there, and would be the best by far."""
    ids, numbers = np.array([f"C{n:02}" for n in range(len(brought))]), np.ones(len(brought), np.int64)
    before = Snapshot("customer", ids, numbers, {1: "All"}, takings=Takings(np.array(brought), "EUR", None))
    later = np.append(np.array(brought), 1_000.0)
    after = Snapshot(
        "customer", np.append(ids, "D"), np.append(numbers, 1), {1: "All"}, takings=Takings(later, "EUR", None)
    )
    assert np.flatnonzero(follow(before, after).best).tolist() == best
