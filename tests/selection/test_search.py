from __future__ import annotations

from dataclasses import replace
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
from marketfold.schema import FeatureSetName
from marketfold.selection import (
    FEATURE_SETS,
    FeatureSetSearch,
    SeekOptions,
    TemporalHoldout,
    choose_cutoff,
    choosing_half,
    feature_sets_of,
    hold_out_future,
    search_feature_sets,
    select_features,
)
from marketfold.selection.search import (
    Candidate,
    ChoosingHalf,
    _found,
    choosing_part,
    least_members,
    search_same_groups,
)
from marketfold.selection.separated import K_APART
from marketfold.units import FeatureTable


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
    assert searched(table).candidates


def test_feature_sets_without_their_columns_are_not_offered(shop: FeatureTable):
    bare = select_features(shop, "value")
    assert "seasonality" not in feature_sets_of(bare)


def test_what_is_bought_and_how_much_are_told_apart_together(shop: FeatureTable):
    names = select_features(shop, "taste_basket").names
    assert set(names) == {
        *select_features(shop, "basket").names,
        *(f.name for f in shop.features if f.block == "category"),
    }


def test_of_feature_sets_that_come_to_the_same_the_one_that_asks_for_least_is_offered(shop: FeatureTable):
    assert {"basket", "taste", "taste_basket"} <= set(feature_sets_of(shop))
    kept = [place for place, feature in enumerate(shop.features) if feature.block != "category"]
    without = replace(shop, values=shop.values[:, kept], features=tuple(shop.features[place] for place in kept))
    assert "basket" in feature_sets_of(without)
    assert "taste_basket" not in feature_sets_of(without)


def searched(
    table: FeatureTable, holdout: TemporalHoldout | None = None, k_tried: tuple[int, ...] = K_APART
) -> FeatureSetSearch:
    chooses = choosing_half(len(table), seed=0)
    half = choosing_part(table, holdout and holdout.halved(table.ids[chooses]), chooses, seed=0)
    return search_feature_sets(half, SeekOptions(("all", *feature_sets_of(table)), k_tried), advised=3)


def test_what_is_chosen_comes_out_again_and_only_half_of_the_customers_choose(sales: FeatureTable):
    search = searched(sales)
    assert search.reason == "repeats"
    assert search.chosen.repeats
    assert search.chosen.jaccard == max(one.jaccard for one in search.candidates if one.repeats)
    chooses = choosing_half(len(sales), seed=0)
    others = np.where(chooses[:, None], sales.values, sales.values[:1])  # the other half are all alike now
    assert searched(replace(sales, values=others)).chosen == search.chosen


def test_where_a_next_period_is_known_what_foretells_most_is_taken_with_as_few_segments_as_are_no_worse(
    clean_sales: CleanOrders, sales: FeatureTable
):
    span = clean_sales.activity.span
    assert span
    cutoff = choose_cutoff(*span)
    assert cutoff
    search = searched(sales, hold_out_future(clean_sales, cutoff, FeatureOptions()))
    assert search.reason == "foretells"
    repeating = [one for one in search.candidates if one.repeats]
    best = max(repeating, key=lambda one: one.explained or 0.0)
    assert search.chosen.repeats
    assert search.chosen.k <= best.k


@pytest.mark.parametrize(("lines", "apart"), [(4_000, False), (90_000, True)])
def test_where_the_choosing_half_is_large_enough_cuts_are_drawn_anew_from_customers_that_made_none(
    lines: int, apart: bool
):
    table = build_features(clean_orders(read_orders(make_shop(lines).lines)))
    chooses = choosing_half(len(table), seed=0)
    half = choosing_part(table, None, chooses, seed=0)
    makes, others = set(half.table.ids.tolist()), set(half.others.ids.tolist())
    assert makes.isdisjoint(others) is apart
    assert makes | others == set(table.ids[chooses].tolist())


@pytest.fixture(scope="module")
def known_half() -> ChoosingHalf:
    clean = clean_orders(read_orders(make_shop(12_000).lines))
    table, span = build_features(clean), clean.activity.span
    cutoff = choose_cutoff(*span) if span else None
    assert cutoff
    holdout = hold_out_future(clean, cutoff, FeatureOptions())
    assert holdout
    chooses = choosing_half(len(table), seed=0)
    return choosing_part(table, holdout.halved(table.ids[chooses]), chooses, seed=0)


def test_of_feature_sets_that_hold_the_tested_groups_the_one_that_foretells_most_is_taken(known_half: ChoosingHalf):
    options = SeekOptions(("all", "recency_basket", "basket"), (4,))
    found = search_same_groups(known_half, options, "recency_basket", lambda _: True)
    assert found
    tested = next(one for one in found.candidates if one.feature_set == "recency_basket")
    assert (found.reason, found.chosen.feature_set) == ("same groups", "all")
    assert found.chosen.repeats
    assert found.chosen.errors
    assert tested.errors
    lead, error = found.chosen.errors.lead_over(tested.errors)
    assert lead > error


def test_the_tested_feature_set_stays_where_no_better_one_holds_its_groups(known_half: ChoosingHalf):
    asked: list[Candidate] = []

    def holds(one: Candidate) -> bool:
        asked.append(one)
        return False

    options = SeekOptions(("all", "recency_basket"), (4,))
    found = search_same_groups(known_half, options, "recency_basket", holds)
    assert found
    assert (found.reason, found.chosen.feature_set) == ("tested", "recency_basket")
    assert [one.feature_set for one in asked] == ["all"]
    assert search_same_groups(replace(known_half, holdout=None), options, "recency_basket", lambda _: True) is None


def test_a_number_that_was_asked_for_is_the_only_one_tried(sales: FeatureTable):
    assert {one.k for one in searched(sales, k_tried=(5,)).candidates} == {5}


def test_where_nothing_comes_out_again_all_features_are_kept():
    table = build_features(clean_orders(read_orders(make_shop(600).lines)))
    noise = replace(table, values=np.random.default_rng(0).normal(size=table.values.shape))
    search = searched(noise)
    assert (search.reason, search.chosen.feature_set, search.chosen.k) == ("none repeats", "all", 3)


def test_a_segment_worth_a_campaign_has_five_customers_or_two_in_a_hundred():
    assert least_members(92) == 5
    assert least_members(10_000) == 200


def test_what_was_tried_stands_by_what_it_foretells_behind_what_was_chosen():
    def candidate(k: int, jaccard: float, explained: float | None, *, repeats: bool = True) -> Candidate:
        return Candidate("all", k, jaccard, 50, explained, repeats)

    chosen, best, next_best = candidate(3, 0.7, 0.1), candidate(4, 0.8, 0.3), candidate(5, 0.9, 0.2)
    unknown, lost = candidate(6, 0.95, None), candidate(7, 0.99, 0.9, repeats=False)
    found = _found("repeats", chosen, [lost, unknown, next_best, chosen, best])
    assert found.candidates == (chosen, best, next_best, unknown, lost)
