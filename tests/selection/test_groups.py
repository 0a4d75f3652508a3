"""A group is called where one was planted, and not where customers differ by degrees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np
import pandas as pd
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.demo import make_shop
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.schema import SOURCE_LINE
from marketfold.selection import (
    ALL,
    Fits,
    GroupTest,
    NullClouds,
    NullShops,
    Recipe,
    SeekOptions,
    choosing_half,
    feature_sets_of,
    label_segments,
    repetition,
    seek_groups,
)
from marketfold.selection.groups import BEATEN, DRAWS, _draw_until_beaten, _Drawn, beyond_usual, p_values_of
from marketfold.selection.shop_lines import read_lines
from marketfold.selection.shop_model import fit_shop
from marketfold.selection.trust import best_matches
from marketfold.units import FeatureTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.selection import NullKind
    from marketfold.selection.null_shops import Draw


@pytest.fixture(scope="module")
def clean() -> CleanOrders:
    return clean_orders(read_orders(make_shop(10_000, random_state=1).lines))


@pytest.fixture(scope="module")
def table(clean: CleanOrders) -> FeatureTable:
    return build_features(clean)


@pytest.fixture(scope="module")
def shop_test(clean: CleanOrders, table: FeatureTable) -> GroupTest:
    """What the test says of the demo shop, of which several tests ask."""
    test = seek_groups(table, NullShops(clean), options_of(table), seed=0)
    assert test is not None
    return test


@dataclass
class Alike:
    """Draws the same crowds, whoever asks."""

    draw: Draw
    kind: ClassVar[NullKind] = "shop"

    def fit(self, table: FeatureTable) -> Draw:  # noqa: ARG002
        return self.draw


def crowd_of(clean: CleanOrders, table: FeatureTable) -> tuple[FeatureTable, Alike]:
    draw = NullShops(clean).fit(table)
    (crowd,) = draw(1, np.random.default_rng(0))
    return crowd, Alike(draw)


def options_of(table: FeatureTable) -> SeekOptions:
    return SeekOptions((ALL, *feature_sets_of(table)))


def test_planted_groups_are_found_and_no_group_is_called_in_a_shop_drawn_without_any(
    clean: CleanOrders, table: FeatureTable, shop_test: GroupTest
):
    assert (shop_test.k, len(shop_test.groups), len(shop_test.highest)) == (4, 4, sum(DRAWS))
    assert shop_test.p == pytest.approx(1 / (1 + sum(DRAWS)))
    assert replace(shop_test, repeats=False).groups == ()  # far apart, and never found again
    crowd, alike = crowd_of(clean, table)
    nothing = seek_groups(crowd, alike, options_of(table), seed=0)
    assert nothing is not None
    assert nothing.groups == ()


def test_a_null_shop_is_measured_like_the_real_one_and_has_its_rates_and_baskets(
    clean: CleanOrders, table: FeatureTable
):
    drawn = list(NullShops(clean).fit(table)(20, np.random.default_rng(1)))
    assert all(one.names == table.names and len(one) == len(table) for one in drawn)
    for name in ("order_count", "tenure_days", "product_breadth", "discount_share"):
        null = np.mean([one.column(name).mean() for one in drawn])
        assert null == pytest.approx(table.column(name).mean(), rel=0.35), name
    shares = [one.values[:, [f.block == "quarter" for f in one.features]].sum(axis=1) for one in drawn]
    assert np.concatenate(shares) == pytest.approx(1)


def test_customers_who_leave_are_drawn_to_leave(clean: CleanOrders, table: FeatureTable):
    assert fit_shop(clean, table).process.leaving is not None  # a quarter of the demo's customers lapse


def test_lines_are_read_in_the_order_of_the_file(clean: CleanOrders, table: FeatureTable):
    """Engines give the rows of a join in any order, and null shops are drawn by places."""
    lines = read_lines(clean, table.ids, cast("date", table.first_on))
    kept = clean.engine.collect(clean.purchases.select(SOURCE_LINE, "amount")).sort_by(SOURCE_LINE)
    assert lines.amount.tolist() == kept["amount"].to_pylist()


def test_shops_without_groups_return_whole_orders_where_the_file_does():
    rng = np.random.default_rng(3)
    orders = {}
    for customer in range(200):
        for order in range(int(rng.integers(1, 7))):
            orders[f"{customer}-{order}"] = (f"c{customer}", date(2024, 1, 1) + timedelta(days=int(rng.integers(700))))
    back = set(rng.choice(sorted(orders), len(orders) // 20, replace=False).tolist())
    lines = pd.DataFrame(
        {"order_id": order, "customer": who, "date": day, "quantity": -1 if order in back else 1, "price": 10.0 + line}
        for order, (who, day) in orders.items()
        for line in range(4)  # all of which come back, or none
    )
    clean = clean_orders(read_orders(lines))
    table = build_features(clean)
    drawn = list(NullShops(clean).fit(table)(20, np.random.default_rng(0)))
    returning = [float((shop.column("return_count") > 0).mean()) for shop in drawn]
    seen = float((table.column("return_count") > 0).mean())
    assert min(returning) <= seen <= max(returning)
    assert abs(np.mean(returning) - seen) < 0.05  # by lines, twice as many would return something


def crowds(table: FeatureTable, n_groups: int, apart: float) -> tuple[FeatureTable, np.ndarray]:
    """Customers of so many crowds, whose middles lie `apart` standard deviations off; and the crowd of each."""
    rng = np.random.default_rng(n_groups)
    group = rng.integers(n_groups, size=len(table))
    middles = rng.normal(0, apart, (n_groups, len(table.features)))
    return replace(table, values=100 + middles[group] + rng.normal(0, 1, table.values.shape)), group


@pytest.mark.parametrize("n_groups", [3, 5, 8])
def test_as_many_groups_are_called_as_were_planted(table: FeatureTable, n_groups: int):
    planted, group = crowds(table, n_groups, 2.0)
    test = seek_groups(planted, NullClouds(), SeekOptions((ALL,)), seed=0)
    assert test is not None
    assert (test.k, len(test.groups)) == (n_groups, n_groups)
    assert best_matches(group.astype(np.int32), test.labels)[1].min() > 0.9


def test_a_segment_is_as_far_apart_as_it_is_beyond_what_is_usual_by_its_features_and_number():
    narrow, wide = ("loyalty", 3), ("all", 8)  # slices by few features look far apart in any crowd
    drawn = [{narrow: 0.5 + 0.01 * place, wide: 0.02} for place in range(19)]
    usual, beyond = beyond_usual({narrow: 0.6, wide: 0.4}, drawn)
    assert usual[narrow] == pytest.approx(0.6, abs=0.05)
    assert usual[wide] == pytest.approx(0.02)
    assert beyond[-1] == pytest.approx(0.38)
    assert beyond[:-1].max() < 0.15
    assert beyond_usual({wide: 0.4}, [*drawn[:-1], {}])[1].shape == (20,)  # a shop may lack a solution


def test_permuted_columns_of_a_table_of_customers_carry_no_group(table: FeatureTable):
    for seed in range(3):
        values = np.random.default_rng(seed).permuted(table.values, axis=0)
        test = seek_groups(replace(table, values=values), NullClouds(), options_of(table), seed=seed)
        assert test is not None
        assert test.groups == ()


def test_drawing_stops_when_the_best_is_beaten_too_often_and_p_says_how_often():
    own = np.array([0.5, 0.1])
    stopped = [0.6, 0.2, 0.7, 0.8, 0.9]
    assert p_values_of(own, stopped).tolist() == [BEATEN / 5, 1.0]
    whole = [0.0] * (sum(DRAWS) - 1) + [0.6]
    assert p_values_of(own, whole).tolist() == [2 / 60, 2 / 60]


def test_too_few_units_are_not_tested(clean: CleanOrders, table: FeatureTable):
    assert seek_groups(table.take(np.arange(30)), NullShops(clean), options_of(table), seed=0) is None


def test_labels_are_earned_by_coming_out_again_and_by_the_test(table: FeatureTable, shop_test: GroupTest):
    fits, chooses = Fits(table), choosing_half(len(table), seed=0)
    recipe = Recipe(shop_test.found.feature_set, "none", shop_test.k)
    made = fits.segment(recipe)
    again = repetition(fits, recipe, made, chooses)
    assert again is not None
    labels = label_segments(made, again, shop_test)
    assert [one.trust for one in labels] == ["group"] * 4
    assert all(one.unseen and one.p is not None and one.separation is not None for one in labels)
    assert {one.trust for one in label_segments(made, again, None)} == {"slice"}
    assert {one.trust for one in label_segments(made, np.full(4, 0.7), shop_test)} == {"weak"}


def test_segments_that_match_none_of_the_test_are_slices(table: FeatureTable, shop_test: GroupTest):
    shuffled = replace(shop_test, labels=np.random.default_rng(0).permutation(shop_test.labels))
    made = Fits(table).segment(Recipe(shop_test.found.feature_set, "none", shop_test.k))
    assert {one.trust for one in label_segments(made, np.ones(4), shuffled)} == {"slice"}
    assert best_matches(made.labels, made.labels)[1].tolist() == [1.0] * 4


@pytest.mark.parametrize(
    ("n_drawn", "n_as_far", "p"),
    [(10, BEATEN, 0.4), (10, BEATEN - 1, 4 / 11), (58, BEATEN, 4 / 58), (59, BEATEN, 5 / 60), (59, 0, 1 / 60)],
)
def test_as_far_apart_counts_as_beaten_and_who_drew_all_counts_the_data_too(n_drawn: int, n_as_far: int, p: float):
    highest = [0.5] * n_as_far + [0.4] * (n_drawn - n_as_far)
    assert p_values_of(np.array([0.5]), highest).tolist() == [pytest.approx(p)]


@pytest.mark.parametrize(("beyond", "n_drawn"), [(0.0, BEATEN), (1e-9, sum(DRAWS))])
def test_no_more_is_drawn_once_the_best_is_matched_too_often(table: FeatureTable, beyond: float, n_drawn: int):
    few, options = table.take(np.arange(120)), SeekOptions((ALL,), (2, 3))
    told: list[tuple[str, int, int]] = []

    def draw(n_shops: int, rng: np.random.Generator) -> Iterator[FeatureTable]:
        del rng
        yield from [few] * n_shops

    def drawn(best: float) -> list[_Drawn]:
        return _draw_until_beaten(draw, best, options, np.random.default_rng(0), lambda *step: told.append(step))

    (one, *_) = drawn(0.0)
    assert one.taken > 0
    told.clear()
    assert len(drawn(one.taken + beyond)) == n_drawn
    assert told == [("null_shops", done, 59) for done in range(1, n_drawn + 1)]
