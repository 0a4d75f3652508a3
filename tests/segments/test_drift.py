from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.segments.runs import LATER_ON
from tests.segments.test_movement import run

from marketfold.segments import compare_runs, population_stability
from marketfold.segments.drift import ages, find_drift
from marketfold.snapshot import Snapshot


def test_a_shifted_feature_drifts_and_the_other_does_not():
    later = run(1)
    assert later.values is not None
    drift = compare_runs(run(0), replace(later, values=later.values * [3.0, 1.0])).drift
    assert [(d.feature, d.level) for d in drift] == [("recency_days", "much drift"), ("order_count", "steady")]
    assert drift[0].later_median > 2 * drift[0].earlier_median


@pytest.mark.parametrize("n", [40, 92, 400])
def test_chance_alone_is_seldom_called_drift(n: int):
    drifted = sum(
        any(drift.level != "steady" for drift in compare_runs(run(seed, n=n), run(seed + 1000, n=n)).drift)
        for seed in range(40)
    )
    assert drifted <= 8  # two features at 5 in 100: 4 expected


def test_what_is_not_measured_does_not_drift():
    earlier, later = run(0), run(1)
    assert later.values is not None
    values = later.values.copy()
    values[:200, 0] = 5_000.0
    measured = np.ones(values.shape, dtype=np.bool_)
    measured[:200, 0] = False
    drift = compare_runs(earlier, replace(later, values=values, measured=measured)).drift
    assert {one.level for one in drift} == {"steady"}
    told = next(one for one in drift if one.feature == "recency_days")
    assert told.later_median == np.median(values[200:, 0])


def test_stability_index_agrees_with_its_definition():
    earlier, later = np.arange(1000.0), np.arange(1000.0) + 100
    p, q = np.full(10, 0.1), np.array([0.0005, *[0.1] * 8, 0.2])
    index, _ = population_stability(earlier, later)
    assert index == pytest.approx(float(((q - p) * np.log(q / p)).sum()), rel=0.02)


def test_a_feature_of_few_values():
    index, by_chance = population_stability(np.ones(300), np.array([1.0] * 150 + [2.0] * 150))
    assert index > 0.25 > by_chance


@pytest.mark.parametrize(
    ("feature", "aged"),
    [
        ("recency_days", True),
        ("tenure_days", True),
        ("gap_mean_days", True),
        ("trend", True),
        ("revenue_total", True),
        ("order_count", True),
        ("product_breadth", True),
        ("quarter_1_share", True),
        ("expected_value_365d", True),
        ("basket_mean", False),
        ("discount_share", False),
        ("category_Tea_share", False),
    ],
)
def test_time_passing_is_no_drift(feature: str, *, aged: bool):
    """What time alone moves is not judged where days lie between the runs, and is where none do."""
    assert ages(feature) is aged
    earlier = replace(run(0), features=(feature, "items_mean"), as_of=LATER_ON)
    assert earlier.values is not None
    later = replace(earlier, values=earlier.values + np.array([90.0, 0.0]))
    assert compare_runs(earlier, later).drift[0].level == "much drift"
    months_later = replace(later, as_of=LATER_ON.replace(month=7))
    found = {one.feature: one.level for one in compare_runs(earlier, months_later).drift}
    assert found == {feature: "ages" if aged else "much drift", "items_mean": "steady"}
    assert compare_runs(earlier, months_later).drift[-1].feature == (feature if aged else "items_mean")


@pytest.mark.parametrize(
    ("n_earlier", "n_later", "limit"),
    [
        (1_000, 1_000, 16.919), (100, 100, 9.488), (100, 60, 5.991), (59, 500, 3.841), (10, 10, 3.841),
        (199, 400, 15.507),
    ],
    ids=["ten bins at most", "twenty in each", "of the fewer later", "of the fewer earlier", "two at least", "nine"],
)  # fmt: skip
def test_chance_moves_small_runs_more_and_they_have_fewer_bins(n_earlier: int, n_later: int, limit: float):
    """By the table of chi-squared, of which one in twenty lies beyond the limit."""
    _, by_chance = population_stability(np.arange(float(n_earlier)), np.arange(float(n_later)))
    assert by_chance == pytest.approx((1 / n_earlier + 1 / n_later) * limit, rel=1e-3)


@pytest.mark.parametrize(
    ("share", "level"),
    [(0.5, "steady"), (0.645, "steady"), (0.665, "some drift"), (0.73, "some drift"), (0.745, "much drift")],
)
def test_how_much_has_shifted_is_said_by_the_thresholds_of_credit_scoring(share: float, level: str):
    """Half bought on sale before: (q - 1/2) ln(q / (1 - q)) is 0.1 at 0.655 and 0.25 at 0.739."""
    ids = np.arange(4_000).astype(str)
    numbers = np.ones(4_000, np.int_)
    then, now = ((np.arange(4_000) < of_all * 4_000).astype(float)[:, None] for of_all in (0.5, share))
    before = Snapshot("customer", ids, numbers, {1: "All"}, ("discount_share",), then)
    (found,) = find_drift(before, replace(before, values=now))
    assert found.level == level


def test_a_shift_that_chance_explains_is_none():
    """Of twenty units the index is over a quarter, and by chance it would be over that."""
    ids, numbers = np.arange(20).astype(str), np.ones(20, np.int_)
    then, now = ((np.arange(20) < half).astype(float)[:, None] for half in (10, 16))
    before = Snapshot("customer", ids, numbers, {1: "All"}, ("discount_share",), then)
    (found,) = find_drift(before, replace(before, values=now))
    assert 0.25 < found.index < found.by_chance
    assert found.level == "steady"


def test_what_one_of_two_runs_did_not_keep_or_measure_is_left_out():
    before = run(0)
    assert before.values is not None
    assert find_drift(before, replace(before, values=None)) == find_drift(replace(before, values=None), before) == ()
    unmeasured = np.ones(before.values.shape, np.bool_)
    unmeasured[:, 0] = False
    never = replace(before, measured=unmeasured)
    for found in (find_drift(before, never), find_drift(never, before)):
        assert [one.feature for one in found] == [before.features[1]]
