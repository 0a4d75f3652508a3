from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.segments.shops import clean_shop

from marketfold.schema import Float64
from marketfold.segments import Bound, find_rule, meets
from marketfold.segments.rules import _rates, _readable, _roundest, _tightest
from marketfold.units import Feature, FeatureTable

RECENCY = Feature("recency_days", "days since the last order", "days", "timing")
BASKET = Feature("basket_mean", "revenue per order", "money", "basket")
ORDERS = Feature("order_count", "orders", "count", "value")


def table_of(values: Float64, *features: Feature) -> FeatureTable:
    ids = np.array([f"C{i:06}" for i in range(len(values))])
    return FeatureTable("customer", ids, values, features, values[:, 0], date(2005, 6, 1))


def test_a_rule_of_two_conditions():
    rng = np.random.default_rng(0)
    values = np.column_stack([rng.uniform(1, 400, 2_000).round(), rng.uniform(100, 9_000, 2_000)])
    labels = np.where((values[:, 0] <= 91) & (values[:, 1] > 2_987), 0, 1).astype(np.int32)
    rule = find_rule(table_of(values, RECENCY, BASKET), labels, 0)
    assert rule is not None
    assert set(rule.conditions) == {
        Bound("recency_days", above=False, threshold=90), Bound("basket_mean", above=True, threshold=3_000)
    }  # fmt: skip
    assert rule.measured == "cross-validated"
    assert rule.recall > 0.95
    assert rule.others_share < 0.05


def test_the_shares_are_those_of_the_rounded_rule():
    rng = np.random.default_rng(0)
    values = rng.uniform(1, 400, (12, 1)).round()
    labels = (values[:, 0] > 150).astype(np.int32)
    table = table_of(values, RECENCY)
    rule = find_rule(table, labels, 1)
    assert rule is not None
    assert rule.measured == "same units"
    met = meets(values, table.names, rule.conditions)
    assert rule.recall == met[labels == 1].mean()
    assert rule.others_share == met[labels == 0].mean()
    assert rule.precision == (labels[met] == 1).mean()


def test_many_units_are_measured_on_those_held_back():
    rng = np.random.default_rng(0)
    values = rng.uniform(1, 400, (20_000, 1)).round()
    labels = (values[:, 0] > 300).astype(np.int32)
    rule = find_rule(table_of(values, RECENCY), labels, 1)
    assert rule is not None
    assert (rule.measured, rule.conditions) == ("held back", (Bound("recency_days", above=True, threshold=300),))
    assert rule.precision > 0.99


def test_cross_validation_tells_the_truth_about_noise():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 6))
    features = tuple(Feature(f"noise_{i}", f"noise {i}", "ratio", "value") for i in range(6))
    labels = rng.integers(0, 2, 60).astype(np.int32)
    assert find_rule(table_of(values, *features), labels, 0) is None


def test_no_rule_for_everybody_nobody_or_no_features():
    matrix, labels = clean_shop()
    assert find_rule(matrix.table, np.zeros_like(labels), 0) is None
    assert find_rule(matrix.table, labels, 7) is None
    empty = replace(matrix.table, values=np.empty((300, 0)), features=())
    assert find_rule(empty, labels, 0) is None


def test_the_same_seed_gives_the_same_rule():
    matrix, labels = clean_shop()
    assert find_rule(matrix.table, labels, 1, seed=3) == find_rule(matrix.table, labels, 1, seed=3)


def test_meeting_needs_every_condition():
    conditions = (
        Bound("recency_days", above=True, threshold=1.0),
        Bound("basket_mean", above=False, threshold=5.0),
    )
    values = np.array([[1.0, 5.0], [2.0, 5.0], [2.0, 6.0]])
    assert meets(values, ("recency_days", "basket_mean"), conditions).tolist() == [False, True, False]


def test_the_share_of_others_is_of_all_others():
    """Of 100 within the rule are the 60 of the segment and 40 of the 140 others: 29 % of others, 60 % precision."""
    values = np.concatenate([np.full(60, 10.0), np.full(40, 10.0), np.full(100, 90.0)])[:, None]
    labels = np.repeat([0, 1], [60, 140]).astype(np.int32)
    rule = find_rule(table_of(values, RECENCY), labels, 0)
    assert rule is not None
    assert (rule.recall, rule.others_share, rule.precision) == (1.0, 40 / 140, 0.6)
    assert rule.conditions == (Bound("recency_days", above=False, threshold=50),)


@pytest.mark.parametrize(("few", "measured"), [(15, "cross-validated"), (40, "held back")])
def test_of_very_many_units_half_are_held_back_where_a_segment_has_enough(few: int, measured: str):
    rng = np.random.default_rng(0)
    values = np.concatenate([np.full(few, 3.0), rng.integers(10, 400, 9_000).astype(float)])[:, None]
    labels = np.repeat([0, 1], [few, 9_000]).astype(np.int32)
    rule = find_rule(table_of(values, RECENCY), labels, 0)
    assert rule is not None
    assert (rule.measured, rule.recall, rule.others_share) == (measured, 1.0, 0.0)


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (24.3, 31.0, 30.0),
        (24.3, 29.0, 25.0),
        (23.1, 24.9, 24.0),
        (-3.0, 5.0, 0.0),
        (0.0, 5.0, 0.0),
        (0.12, 0.18, 0.15),
        (30.0, 30.5, 30.0),
        (30.0001, 30.0002, 30.0001),
        (-31.0, -24.3, -30.0),
        (1_490.0, 1_510.0, 1_500.0),
    ],
)
def test_the_roundest_number_that_divides(low: float, high: float, number: float):
    assert _roundest(low, high) == number


def test_a_threshold_can_be_written_in_fewer_digits():
    column = np.array([10.0, 340.0, 352.0, 900.0])
    assert _readable(346.0, column) == [300.0, 350.0, 350.0, 350.0]
    assert _readable(0.0, column) == [0.0]
    assert _readable(5.0, column) == [5.0]  # nobody is below it
    assert _readable(900.0, column) == [900.0]


def test_of_two_bounds_on_a_side_the_tighter_stays():
    told = [("a", True, 3.0), ("a", True, 5.0), ("a", False, 9.0), ("a", False, 7.0), ("b", True, 1.0)]
    kept = _tightest([Bound(name, above=above, threshold=threshold) for name, above, threshold in told])
    assert [(one.feature, one.above, one.threshold) for one in kept] == [told[1], told[3], told[4]]


def test_how_often_a_rule_is_right():
    met, inside = np.array([1, 1, 1, 0, 0, 0], bool), np.array([1, 1, 0, 1, 0, 0], bool)
    found = _rates(met, inside)
    assert (found.recall, found.others_share, found.precision) == (2 / 3, 1 / 3, 2 / 3)
    assert found.youden == pytest.approx(1 / 3)
    nobody = _rates(np.zeros(6, bool), np.zeros(6, bool))
    assert (nobody.recall, nobody.others_share, nobody.precision) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("few", "measured"), [(9, "same units"), (10, "cross-validated")])
def test_of_ten_units_or_more_a_rule_is_cross_validated(few: int, measured: str):
    values = np.concatenate([np.full(few, 3.0), np.arange(10.0, 60.0)])[:, None]
    labels = np.repeat([0, 1], [few, 50]).astype(np.int32)
    for segment in (0, 1):
        rule = find_rule(table_of(values, RECENCY), labels, segment)
        assert rule is not None
        assert rule.measured == measured


@pytest.mark.parametrize(
    ("few", "n", "measured"), [(20, 8_001, "held back"), (19, 8_001, "cross-validated"), (20, 8_000, "cross-validated")]
)
def test_half_are_held_back_of_twenty_in_more_than_eight_thousand(few: int, n: int, measured: str):
    values = np.concatenate([np.full(few, 3.0), np.tile(np.arange(10.0, 60.0), n // 50 + 1)[: n - few]])[:, None]
    labels = np.repeat([0, 1], [few, n - few]).astype(np.int32)
    rule = find_rule(table_of(values, RECENCY), labels, 0)
    assert rule is not None
    assert rule.measured == measured
