from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.features import before_day, build_features, split_at
from marketfold.orders import read_orders
from marketfold.selection import (
    Fits,
    Recipe,
    choose_cutoff,
    choosing_half,
    explained_share,
    hold_out_future,
    score_on_future,
)
from marketfold.selection.temporal_holdout import earlier_labels, explained_by, rfm_cells
from marketfold.units import Feature, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Callable

CUTOFF = date(2025, 9, 1)


@pytest.fixture(scope="module")
def shop() -> CleanOrders:
    return clean_orders(read_orders(make_shop(4_000).lines))


def test_a_short_span_is_not_cut():
    assert choose_cutoff(date(2026, 1, 1), date(2026, 6, 1)) is None


def test_a_long_span_leaves_a_year_at_most():
    assert choose_cutoff(date(2000, 1, 1), date(2020, 1, 1)) == date(2019, 1, 1)


def test_where_nobody_came_back_there_is_nothing_to_judge_by(shop: CleanOrders):
    assert hold_out_future(before_day(shop, CUTOFF), CUTOFF, FeatureOptions()) is None


def test_a_line_that_was_set_aside_does_not_move_the_cutoff(shop: CleanOrders):
    seen = before_day(shop, CUTOFF)
    last = seen.activity.span
    assert last is not None
    assert last[1] < CUTOFF < (shop.report.reads.last_on or CUTOFF)


def test_revenue_after_the_cut_belongs_to_the_customers_known_by_then(shop: CleanOrders):
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    lines = shop.engine.collect(shop.purchases).to_pandas()
    later = lines[lines["ordered_on"] >= CUTOFF].groupby("customer_id")["amount"].sum()
    expected = later.reindex(holdout.table.ids).fillna(0.0).to_numpy()
    np.testing.assert_allclose(holdout.next_revenue, expected, atol=1e-6)
    assert 0 < (holdout.next_revenue > 0).mean() < 1


def test_the_horizon_counts_both_the_cutoff_and_the_day_of_the_last_purchase(shop: CleanOrders):
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    days = shop.engine.collect(shop.purchases).to_pandas()["ordered_on"]
    later = pd.date_range(CUTOFF, max(days), freq="D")
    assert holdout.horizon_days == len(later)
    assert score_on_future(holdout, np.arange(len(holdout.table.ids), dtype=np.int32) % 3).horizon_days == len(later)


def test_segments_say_more_than_random_groups_and_less_than_can_be_known(shop: CleanOrders):
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    score = score_on_future(holdout, Fits(holdout.table).segment(Recipe("value", "none", 4)).labels)
    assert score.random.share < score.segments.low
    assert score.over_random.low > 0
    assert score.by_chance == pytest.approx(1 / 200)
    assert score.better_than_chance
    assert score.n_segments == 4


def test_random_segments_foretell_no_better_than_chance(shop: CleanOrders):
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    n_units = len(holdout.table.ids)
    by_lot = [np.random.default_rng(seed).integers(4, size=n_units).astype(np.int32) for seed in range(6)]
    scores = [score_on_future(holdout, labels) for labels in by_lot]
    assert 0.25 < np.mean([score.by_chance for score in scores]) < 0.75
    assert np.mean([score.segments.share for score in scores]) < 0
    assert all(score.over_rfm.high < 0 < score.rfm.low for score in scores)


def test_a_forecast_of_many_is_judged_on_a_sample(shop: CleanOrders, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("marketfold.selection.temporal_holdout.SCORED_UNITS", 60)
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    score = score_on_future(holdout, Fits(holdout.table).segment(Recipe("value", "none", 4)).labels)
    assert (score.n_units, score.n_evaluated) == (len(holdout.table), 60)


def test_a_choice_sees_one_half_of_the_future_and_the_last_word_is_the_others(shop: CleanOrders):
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    choosing = holdout.table.ids[choosing_half(len(holdout.table), seed=3)]
    halved = holdout.halved(choosing)
    assert halved.evaluation.sum() == len(halved.evaluation) - len(choosing)
    chosen_by = halved.choosing(1_000, seed=0)
    assert chosen_by is not None
    assert chosen_by.table.ids.tolist() == choosing.tolist()
    labels = Fits(holdout.table).segment(Recipe("value", "none", 4)).labels
    assert len(halved.errors_at_last(labels).own) == score_on_future(halved, labels).n_evaluated
    assert len(halved.errors_at_last(labels).own) == halved.evaluation.sum()
    changed = replace(halved, next_revenue=np.where(halved.evaluation, 0.0, halved.next_revenue))
    assert changed.explained_to_choose(labels) == halved.explained_to_choose(labels)


def leaking_features(
    clean: CleanOrders, build: Callable[[CleanOrders, FeatureOptions], FeatureTable] = build_features
) -> tuple[str, ...]:
    """Features that see past the cutoff: they come out otherwise when the lines after it are taken away."""
    before, _ = split_at(clean, CUTOFF)
    at_cutoff = FeatureOptions(as_of=CUTOFF)
    honest, asked = build(before, at_cutoff), build(clean, at_cutoff)
    np.testing.assert_array_equal(honest.ids, asked.ids)
    return tuple(name for name in asked.names if not np.allclose(honest.column(name), asked.column(name)))


def test_no_feature_of_ours_sees_past_the_cut(shop: CleanOrders):
    assert leaking_features(shop) == ()


def test_a_planted_leak_is_caught(shop: CleanOrders):
    everything = build_features(shop)

    def leaky(clean: CleanOrders, options: FeatureOptions) -> FeatureTable:
        """Beside the honest features, one that is measured on all lines that are there, whenever they were bought."""
        honest = build_features(clean, options)
        seen = build_features(clean)
        peek = seen.column("revenue_total")[np.searchsorted(seen.ids, honest.ids)]
        leak = Feature("spend_total", "money spent", "money", "value")
        return replace(honest, values=np.column_stack([honest.values, peek]), features=(*honest.features, leak))

    assert len(everything.ids) > 0
    assert leaking_features(shop, build=leaky) == ("spend_total",)


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Any:
    clean = clean_orders(read_orders(shared_data / "CDNOW_master.txt"))
    return hold_out_future(clean, date(1997, 10, 1), FeatureOptions())


def test_five_segments_by_loyalty_reach_the_target_on_cdnow(cdnow: Any):
    """As `--feature-set loyalty --segments 5` makes them: recency and the number of orders, at default scaling."""
    labels = Fits(cdnow.table).segment(Recipe("loyalty", "none", 5)).labels
    assert round(explained_share(labels, cdnow.log_revenue), 3) >= 0.285


def test_segments_of_cdnow_stand_between_chance_and_what_can_be_known(cdnow: Any):
    score = score_on_future(cdnow, Fits(cdnow.table).segment(Recipe("value", "none", 8)).labels)
    assert score.n_units > 23_000
    assert score.segments.share >= 0.284
    assert abs(score.random.share) < 0.001
    assert score.rfm.share == pytest.approx(0.276, abs=0.01)
    assert score.over_rfm.low < score.segments.share - score.rfm.share < score.over_rfm.high
    assert score.boosting.share == pytest.approx(0.304, abs=0.015)


@pytest.mark.parametrize(
    ("days", "horizon"), [(269, None), (270, 90), (271, 90), (1_094, 365), (1_095, 365), (1_098, 365), (3_000, 365)]
)
def test_the_last_third_is_held_out_from_nine_months_on(days: int, horizon: int | None):
    first = date(2015, 1, 1)
    last = first + timedelta(days=days)
    cutoff = choose_cutoff(first, last)
    assert (None if cutoff is None else (last - cutoff).days) == horizon


def test_a_day_beyond_all_orders_holds_nothing_out(shop: CleanOrders):
    first, last = shop.activity.span or (CUTOFF, CUTOFF)
    options = FeatureOptions()
    assert hold_out_future(shop, first, options) is None
    assert hold_out_future(shop, last + timedelta(days=1), options) is None


@pytest.mark.parametrize(("choosing", "enough"), [(24, False), (25, True)])
def test_fewer_than_twenty_five_choose_nothing(shop: CleanOrders, choosing: int, *, enough: bool):
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    found = holdout.halved(holdout.table.ids[:choosing]).choosing(1_000, seed=0)
    assert (found is not None) is enough
    assert holdout.choosing(1_000, seed=0) is None  # nobody's revenue may be looked at


def test_every_share_lies_within_its_own_interval(shop: CleanOrders):
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    labels = Fits(holdout.table).segment(Recipe("value", "none", 3)).labels
    score = score_on_future(holdout, labels)
    told = (score.segments, score.rfm, score.boosting, score.random, score.over_rfm, score.over_random)
    for one in told:
        assert one.low <= one.share <= one.high
    assert len({(one.low, one.high) for one in told}) == len(told)
    assert score.over_rfm.share == pytest.approx(score.segments.share - score.rfm.share)
    assert score.over_random.share == pytest.approx(score.segments.share - score.random.share)
    assert score.segments.share == holdout.errors_at_last(labels).explained
    middle = (score.segments.low + score.segments.high) / 2
    assert middle == pytest.approx(score.segments.share, abs=0.05)


def test_cells_of_the_grid_are_fifths_by_rank_ties_by_revenue():
    days = np.arange(10.0)
    orders = np.array([1.0] * 5 + [2.0] * 5)
    revenue = np.arange(10.0)[::-1]
    table = FeatureTable(
        unit="customer",
        ids=np.array([f"c{one}" for one in range(10)]),
        values=np.column_stack([days, orders]),
        features=(Feature("recency_days", "", "days", "timing"), Feature("order_count", "", "count", "value")),
        revenue=revenue,
        as_of=CUTOFF,
    )
    found = rfm_cells(table)
    # by recency, of equal days none; by orders those with less revenue come first: c4 down to c0, then c9 down to c5
    by_orders = np.array([2, 1, 1, 0, 0, 4, 4, 3, 3, 2])
    by_revenue = np.array([4, 4, 3, 3, 2, 2, 1, 1, 0, 0])
    both = by_orders + by_revenue
    rank = np.argsort(np.lexsort((revenue, both)))
    assert found.tolist() == (np.repeat(np.arange(5), 2) * 5 + rank * 5 // 10).tolist()
    assert rfm_cells(table.take(np.array([0, 9]))).tolist() == [2, 10]


def test_a_choice_asks_what_segments_of_the_earlier_day_foretell(shop: CleanOrders):
    recipe = Recipe("value", "none", 4)
    holdout = hold_out_future(shop, CUTOFF, FeatureOptions())
    assert holdout is not None
    fits = Fits(build_features(shop), holdout)
    labels = earlier_labels(recipe, fits)
    assert labels is not None
    assert labels.tolist() == fits.segment(recipe, holdout.table).labels.tolist()
    assert explained_by(recipe, fits) == holdout.explained_to_choose(labels)
    assert explained_by(recipe, Fits(fits.table)) is None
    assert earlier_labels(recipe, Fits(fits.table)) is None
    few = replace(holdout, table=holdout.table.take(np.array([0, 1])), next_revenue=holdout.next_revenue[:2])
    assert explained_by(recipe, Fits(fits.table, few)) is None
