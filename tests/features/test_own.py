"""Features that somebody defines: measured, checked, kept with the model, and measured again."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CleaningOptions, FeatureOptions
from marketfold.demo import make_shop
from marketfold.errors import ModelError, ParameterError
from marketfold.features import build_features, build_matrix, plain_formulas
from marketfold.orders import read_orders
from marketfold.selection import NullShops
from marketfold.selection.feature_sets import feature_sets_of, select_features
from marketfold.units import FeatureTable

WEEKEND = nw.col("amount").filter(nw.col("ordered_on").dt.weekday() > 5).sum() / nw.col("amount").sum()
OWN: dict[str, Any] = {
    "weekend_share": WEEKEND.alias("share of revenue at weekends"),
    "largest_line_total": nw.col("amount").max(),
}


@pytest.fixture(scope="module")
def clean() -> CleanOrders:
    return clean_orders(read_orders(make_shop(12_000).lines))


@pytest.fixture(scope="module")
def table(clean: CleanOrders) -> FeatureTable:
    return build_features(clean, FeatureOptions(own_features=OWN))


def refused(clean: CleanOrders, **own: Any) -> str:
    with pytest.raises(ParameterError) as error:
        build_features(clean, FeatureOptions(own_features=own))
    return str(error.value)


def test_they_are_what_they_say_of_each_customer(clean: CleanOrders, table: FeatureTable):
    lines = pl.DataFrame(clean.to_arrow())
    at_weekends = pl.col("amount").filter(pl.col("ordered_on").dt.weekday() > 5).sum() / pl.col("amount").sum()
    asked = lines.group_by("customer_id").agg(share=at_weekends, largest=pl.col("amount").max()).sort("customer_id")
    assert asked["customer_id"].to_list() == table.ids.tolist()
    assert table["weekend_share"] == pytest.approx(asked["share"].to_numpy(), rel=1e-11)
    assert table["largest_line_total"].tolist() == asked["largest"].to_list()
    assert np.unique(table["weekend_share"]).size > 10


def test_they_are_called_and_said_as_their_alias_and_their_name_tell(table: FeatureTable):
    weekend, largest = table.features[-2:]
    assert (weekend.label, weekend.measure, weekend.aspect) == ("share of revenue at weekends", "share", "own")
    assert (largest.label, largest.measure) == ("largest line total", "money")


def test_they_are_in_the_matrix_and_in_every_feature_set(table: FeatureTable):
    assert "weekend_share" in build_matrix(table).names
    for name in feature_sets_of(table):
        assert set(OWN) < set(select_features(table, name).names)


def test_later_orders_are_measured_by_what_the_table_keeps(clean: CleanOrders, table: FeatureTable):
    names = ["largest_line_total", "order_count", "weekend_share"]
    again = build_features(clean, names=names, settings=table.settings)
    assert again.names == tuple(names)
    for name in names:
        assert again[name].tolist() == table[name].tolist()


def test_the_names_of_other_columns_are_taken(clean: CleanOrders):
    taken = ("order_count", "quantity", "customer_id", "category_tea_share", "country_x_share", "segment", "rfm_x")
    said = refused(clean, **dict.fromkeys((*taken, "expected_value_365d", "items_count"), "nw.len()"))
    assert all(f"{name} is the name of a column of Marketfold's own" in said for name in taken)


def test_a_column_that_the_orders_lack_is_named_with_what_to_do():
    some = clean_orders(read_orders(make_shop(200).lines.drop(["category"])))
    said = refused(some, tea_share="(nw.col('category') == 'tea').fill_null(False).mean()", lines_x="nw.len()")
    assert "tea_share reads category, and these orders have no category" in said
    assert "mapping={'category': ...} or --map category=..." in said
    assert "lines_x" not in said


def test_a_share_is_no_more_than_all_and_a_number_is_finite(clean: CleanOrders):
    said = refused(
        clean, big_share="nw.col('amount').sum()", odd=" * ".join(["nw.col('amount').sum()", *["1e15"] * 21])
    )
    assert "big_share goes from" in said
    assert "odd is no finite number for" in said


def test_an_order_has_no_number_of_orders(clean: CleanOrders):
    with pytest.raises(ParameterError, match="reads order_id, of which each order has one"):
        build_features(clean, FeatureOptions(unit="order", own_features={"a_b": "nw.col('order_id').n_unique()"}))


@pytest.mark.parametrize(
    "damaged", ["{", '{"weekend_share": "__import__(1).x()"}', '{"weekend_share": "nw.col(\'email\').len()"}', "[1]"]
)
def test_formulas_of_a_damaged_model_are_refused(clean: CleanOrders, table: FeatureTable, damaged: str):
    with pytest.raises(ModelError):
        build_features(clean, names=["weekend_share"], settings=table.settings | {"own": damaged})


def test_drawn_customers_have_what_alike_ones_have(clean: CleanOrders, table: FeatureTable):
    """A feature goes with the others as in the shop, and what has nothing to do with them is spread over all."""
    (drawn,) = NullShops(clean).fit(table)(1, np.random.default_rng(0))
    assert drawn.names == table.names
    assert set(drawn["weekend_share"]) <= set(table["weekend_share"])
    assert drawn["weekend_share"].mean() == pytest.approx(table["weekend_share"].mean(), abs=0.1)
    real, made = (
        np.corrcoef(np.log1p(one["largest_line_total"]), np.log1p(one.revenue))[0, 1] for one in (table, drawn)
    )
    assert made == pytest.approx(real, abs=0.15)
    assert real > 0.5


def test_a_customer_who_gave_all_back_is_measured_of_what_stayed():
    frame = pl.DataFrame(
        {
            "customer_id": ["a", "a", "b", "b"],
            "order_id": ["1", "2", "3", "4"],
            "ordered_on": ["2024-01-01", "2024-01-06", "2024-01-02", "2024-01-03"],
            "amount": [10.0, 30.0, 20.0, -20.0],
            "quantity": [1.0, 1.0, 2.0, -2.0],
        }
    ).with_columns(pl.col("ordered_on").str.to_date())
    orders = clean_orders(read_orders(frame), CleaningOptions(allow_mostly_set_aside=True))
    built = build_features(orders, FeatureOptions(own_features=dict(OWN)))
    assert dict(zip(built.ids.tolist(), built["weekend_share"].tolist(), strict=True))["a"] == 0.75


def test_the_notebook_takes_them_over_and_shows_their_formula(table: FeatureTable):
    plain = plain_formulas("customer", ["weekend_share"], table.settings)["weekend_share"]
    assert plain.startswith('measured_by_run("weekend_share")  # nw.col(')
    assert "alias" not in plain
