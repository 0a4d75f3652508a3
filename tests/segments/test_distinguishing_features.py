from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.segments.shops import clean_shop, matrix_of, segmented, shop, with_column

from marketfold.segments import difference_text, profile_segments
from marketfold.segments.distinguishing_features import (
    DistinguishingFeature,
    distinguishing_features,
    effect_sizes,
    most_telling,
)
from marketfold.segments.phrases import Large
from marketfold.units import Feature
from marketfold.words import measured


@pytest.mark.parametrize("seed", range(5))
def test_effect_sizes_agree_with_scipy_and_numpy(seed: int):
    rng = np.random.default_rng(seed)
    values = np.column_stack([rng.normal(size=80), rng.poisson(1.0, 80), np.full(80, 3.0)]).astype(float)
    labels = rng.integers(0, 3, 80).astype(np.int32)
    found = effect_sizes(values.T, labels, 3)
    raw = np.ones((3, 3))
    for s in range(3):
        inside, others = values[labels == s], values[labels != s]
        for j in range(3):
            assert found.median[s, j] == np.median(inside[:, j])
            assert found.others[s, j] == np.median(others[:, j])
            assert found.mean[s, j] == pytest.approx(inside[:, j].mean())
            assert found.others_mean[s, j] == pytest.approx(others[:, j].mean())
            above = (inside[:, j][:, None] > others[:, j]).mean() - (inside[:, j][:, None] < others[:, j]).mean()
            assert found.effect[s, j] == pytest.approx(above)
            if j < 2:
                raw[s, j] = stats.mannwhitneyu(inside[:, j], others[:, j], method="asymptotic").pvalue
    assert found.p_value == pytest.approx(stats.false_discovery_control(raw.ravel()).reshape(3, 3))
    assert found.everyone.tolist() == [np.median(values, axis=0).tolist()] * 3


def test_one_segment_differs_in_nothing():
    matrix, labels = shop()
    (everyone,) = profile_segments(segmented(matrix, np.zeros_like(labels)))
    assert (everyone.distinguishing, everyone.name, everyone.rule) == ((), "All customers", None)


def test_noise_differs_in_nothing():
    matrix, _ = clean_shop()
    labels = np.random.default_rng(3).integers(0, 4, 300).astype(np.int32)
    assert all(profile.distinguishing == () for profile in profile_segments(segmented(matrix, labels)))


def test_the_best_customers_stand_out_upwards():
    matrix, labels = shop()
    best = {s.name: s.effect for s in profile_segments(segmented(matrix, labels))[0].distinguishing}
    assert best["order_count"] == best["revenue_total"] == best["basket_mean"] == 1.0
    assert best["recency_days"] == -1.0


def test_an_amount_carries_its_currency():
    matrix, labels = shop()
    table, effects = matrix.table, effect_sizes(matrix.table.values.T, labels, 2)
    (value,) = (one for one in distinguishing_features(table, effects, 0) if one.name == "basket_mean")
    amount = measured(value.median, "money", "GBP")
    assert amount.startswith("£")
    assert amount in difference_text(value, currency="GBP")


def test_averages_are_said_where_medians_hide_the_difference():
    matrix, labels = shop()
    returned = np.where(np.arange(100) % 5 < np.where(labels == 0, 2, 0), 0.5, 0.0)
    features = (Feature("return_share", "share returned", "share", "basket"),)
    table = replace(matrix.table, values=returned[:, None], features=features)
    (found,) = distinguishing_features(table, effect_sizes(table.values.T, labels, 2), 0)
    assert (found.median, found.others, found.others_mean) == (0.0, 0.0, 0.0)
    assert found.mean == pytest.approx(0.2)
    assert difference_text(found, currency="EUR") == "send back or cancel 20 % of the value, others 0 % (averages)"


def test_who_ordered_once_has_no_inter_purchase_time():
    matrix, labels = shop()
    values = matrix.table.values.copy()
    values[40:, 1] = 1
    values[40:, 3] = 400.0
    gap = Feature("gap_mean_days", "days between orders", "days", "timing", order_days=2)
    features = (*matrix.table.features[:3], gap)
    matrix = matrix_of(matrix.values, replace(matrix.table, values=values, features=features))
    first, second = profile_segments(segmented(matrix, labels))
    for profile in (first, second):  # who ordered once is no measure of who did not, either
        assert "gap_mean_days" not in {s.name for s in profile.distinguishing}
        assert profile.effects["gap_mean_days"] == 0
        assert profile.rule is None or "gap_mean_days" not in {bound.feature for bound in profile.rule.conditions}
    assert math.isnan(second.medians["gap_mean_days"])
    assert first.medians["gap_mean_days"] == np.median(values[:40, 3])
    assert [s.median for s in second.distinguishing if s.name == "order_count"] == [1]


def test_a_large_table_is_ranked_once_for_each_feature():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60_000, 3))
    labels = rng.integers(0, 300, 60_000).astype(np.int32)  # more segments than a byte can number
    found = effect_sizes(values.T, labels, 300)
    assert found.others[299, 0] == np.median(values[labels != 299, 0])


def test_what_says_the_same_again_is_not_listed_again():
    """Of customers with one order the first order is the last one."""
    last = DistinguishingFeature("recency_days", "", "days", 526.0, 300.0, 0.9, 0.0, others=218.0, mean=520.0)
    first = replace(last, name="tenure_days", effect=0.8)
    other = replace(last, name="revenue_total", measure="money", effect=0.7)
    rarely = replace(last, name="gap_mean_days", mean=521.0)
    assert most_telling([last, first, other, rarely], 3) == (last, other, rarely)
    assert most_telling([last, first, other], 1) == (last,)
    back = replace(last, name="return_share", measure="share", topic="returns")
    lines_back = replace(back, name="return_count", measure="count", mean=2.0)
    assert most_telling([back, lines_back, last], 3) == (back, last)  # what came back is said once


def test_what_counts_as_large_is_known_of_the_share_of_large_orders_alone():
    matrix, labels = shop()
    share = Feature("large_deal_share", "share of revenue in large orders", "share", "basket")
    wider = with_column(matrix, share, np.where(labels == 0, 0.9, 0.1) + np.linspace(0, 0.05, len(labels)))
    table = replace(wider.table, settings={"large_order_at": "3500.0"})
    compared = effect_sizes(table.values.T, labels, 2)
    found = {one.name: one.large for one in distinguishing_features(table, compared, 0)}
    assert found.pop("large_deal_share") == Large(3_500.0)
    assert len(found) > 1
    assert set(found.values()) == {None}
