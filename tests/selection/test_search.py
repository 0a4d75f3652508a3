from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.errors import ParameterError
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.schema import FeatureSetName, FeatureTable
from marketfold.selection import FEATURE_SETS, Fits, Recipe, feature_sets_of, search_feature_sets, select_features
from marketfold.selection.search import least_members


@pytest.fixture(scope="module")
def shop() -> FeatureTable:
    return build_features(clean_orders(read_orders(make_shop(4_000).lines)))


@pytest.fixture(scope="module")
def sales(clean_sales: CleanOrders) -> FeatureTable:
    return build_features(clean_sales)


def test_a_feature_set_keeps_only_its_own_features(shop: FeatureTable):
    assert select_features(shop, "loyalty").names == ("order_count", "recency_days")


def test_a_feature_set_takes_a_block_whole(shop: FeatureTable):
    assert {f.block for f in select_features(shop, "seasonality").features} == {"quarter"}
    assert len(select_features(shop, "seasonality").features) == 4


def test_an_unknown_feature_set_names_the_known_ones(shop: FeatureTable):
    with pytest.raises(ParameterError, match="seasonality"):
        select_features(shop, "mood")


def test_every_feature_set_can_be_asked_for():
    assert set(get_args(FeatureSetName)) == {"auto", "all", *FEATURE_SETS}
    for name in get_args(FeatureSetName):
        assert FeatureOptions(feature_set=name).feature_set == name


def test_a_feature_set_that_tells_nobody_apart_is_not_offered():
    """A healthy shop whose orders all lie in one quarter has no seasons."""
    lines = make_shop(4_000).lines
    quarter = lines.filter(
        pc.is_in(pc.utf8_slice_codeunits(lines["ordered_on"], 0, 7), pa.array(["2025-01", "2025-02"]))
    )
    table = build_features(clean_orders(read_orders(quarter)))
    assert "seasonality" not in feature_sets_of(table)
    assert search_feature_sets(Fits(table), Recipe("all", "none", 3), n_pairs=5).candidates


def test_feature_sets_without_their_columns_are_not_offered(shop: FeatureTable):
    bare = select_features(shop, "value")
    assert "seasonality" not in feature_sets_of(bare)


def test_all_features_are_kept_where_they_hold(shop: FeatureTable):
    search = search_feature_sets(Fits(shop), Recipe("all", "none", 4), n_pairs=10)
    assert search.chosen.feature_set == "all"
    assert search.holds
    assert {one.feature_set for one in search.candidates} == {"all"}


def test_planted_groups_hold_on_fresh_resamples(sales: FeatureTable):
    assert_three_or_more_hold(sales)


def test_the_sales_sample_has_three_or_more_segments_that_hold_on_fresh_resamples(shared_data: Path):
    assert_three_or_more_hold(build_features(clean_orders(read_orders(shared_data / "sales_data_sample.csv"))))


def assert_three_or_more_hold(sales: FeatureTable) -> None:
    search = search_feature_sets(Fits(sales), Recipe("all", "none", 3), n_pairs=50)
    made = Fits(sales).segment(Recipe(search.chosen.feature_set, "none", search.chosen.k))
    assert search.chosen.k >= 3
    assert np.bincount(made.labels).min() >= 5
    assert min(search.adjusted_jaccards) >= 0.75


def test_the_reported_score_is_not_the_one_of_the_choice(sales: FeatureTable):
    search = search_feature_sets(Fits(sales), Recipe("all", "none", 3), n_pairs=20)
    assert min(search.adjusted_jaccards) != search.chosen.jaccard


def test_a_segment_worth_a_campaign_has_five_customers_or_two_in_a_hundred():
    assert least_members(92) == 5
    assert least_members(10_000) == 200
