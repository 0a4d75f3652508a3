"""What each customer did, against pandas, and measured once."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from marketfold.activity import Activity
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.exploration import explore
from marketfold.features import before_day, build_features
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market


@pytest.fixture(scope="module")
def shop() -> CleanOrders:
    return clean_orders(read_orders(make_shop(1_500).lines))


@pytest.fixture(scope="module")
def customers(shop: CleanOrders) -> pd.DataFrame:
    rows: pd.DataFrame = shop.engine.collect(shop.activity.customers).to_pandas()
    return rows.set_index("customer_id")


@pytest.fixture(scope="module")
def purchases(shop: CleanOrders) -> pd.DataFrame:
    rows: pd.DataFrame = shop.engine.collect(shop.purchases).to_pandas()
    rows["ordered_on"] = pd.to_datetime(rows["ordered_on"])
    return rows


def test_what_customers_did_is_what_pandas_counts(customers: pd.DataFrame, purchases: pd.DataFrame):
    grouped = purchases.groupby("customer_id")
    orders = purchases.groupby(["customer_id", "order_id"])["ordered_on"].min().reset_index()
    of_customer = orders.sort_values("ordered_on").groupby("customer_id")["ordered_on"]
    assert customers.index.tolist() == grouped.size().index.tolist()
    assert customers["line_count"].tolist() == grouped.size().tolist()
    assert customers["order_count"].tolist() == of_customer.size().tolist()
    assert customers["order_days"].tolist() == of_customer.nunique().tolist()
    assert (customers["revenue_scaled"] / 10_000).tolist() == pytest.approx(grouped["amount"].sum().tolist())
    assert pd.to_datetime(customers["first_on"]).tolist() == of_customer.min().tolist()
    assert pd.to_datetime(customers["last_on"]).tolist() == of_customer.max().tolist()
    squares = of_customer.apply(lambda days: float(np.square(days.diff().dropna().dt.days).sum()))
    assert customers["gap_squares"].tolist() == squares.tolist()


def test_returns_are_those_of_the_customer(shop: CleanOrders, customers: pd.DataFrame):
    returns = shop.engine.collect(shop.returns).to_pandas()
    known = returns[returns["customer_id"].isin(customers.index)].groupby("customer_id")["amount"]
    some = customers[customers["returned_line_count"] > 0]
    assert len(some) > 0
    assert some["returned_line_count"].to_dict() == known.size().to_dict()
    assert (some["returned_scaled"] / 10_000).tolist() == pytest.approx(known.sum().tolist())
    assert (customers.loc[customers["returned_line_count"] == 0, "returned_scaled"] == 0).all()


def test_two_orders_of_a_day_are_one_day_of_ordering():
    rows = [("1", date(2024, 1, 1)), ("2", date(2024, 1, 1)), ("3", date(2024, 1, 11))]
    table = pl.DataFrame(
        {"order_id": [o for o, _ in rows], "date": [d for _, d in rows], "customer": "a", "amount": 5.0}
    )
    activity = clean_orders(read_orders(table)).activity
    (row,) = activity.engine.collect(activity.customers).to_pylist()
    assert (row["order_count"], row["order_days"], row["gap_squares"]) == (3, 2, 100.0)
    assert activity.span == (date(2024, 1, 1), date(2024, 1, 11))


def test_nobody_has_no_span(shop: CleanOrders):
    assert before_day(shop, date(2001, 1, 1)).activity.span is None


class Counting:
    """An engine that counts the frames that it keeps."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.kept = engine, 0

    def hold(self, frame: Any) -> Any:
        self.kept += 1
        return self.engine.hold(frame)


def test_orders_and_customers_are_computed_once(shop: CleanOrders):
    counting: Any = Counting(shop.engine)
    activity = type(shop.activity)(shop.purchases, shop.returns, counting)
    assert [activity.orders is activity.orders, activity.customers is activity.customers] == [True, True]
    assert counting.kept == 2


def test_a_run_measures_its_customers_once(shop: CleanOrders):
    activity = shop.activity
    explore(shop)
    build_features(shop)
    assert shop.activity is activity
    cut = date(2025, 6, 1)
    seen = before_day(shop, cut)
    assert before_day(seen, cut) is seen
    table = build_features(seen, FeatureOptions(as_of=cut))
    assert len(table.ids) == len(seen.engine.collect(seen.activity.customers))


def test_a_run_as_of_a_day_measures_its_customers_once(monkeypatch: pytest.MonkeyPatch):
    made: list[Activity] = []

    def spied(*parts: Any) -> Activity:
        made.append(Activity(*parts))
        return made[-1]

    monkeypatch.setattr("marketfold.cleaning.clean_lines.Activity", spied)
    cut = date(2025, 10, 1)
    config = RunConfig(
        quick=True,
        features=FeatureOptions(as_of=cut),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    analysis = segment_market(make_shop(2_000).lines, config)
    seen = before_day(analysis.data.clean, cut).activity.span
    assert seen is not None
    assert seen != analysis.data.clean.activity.span
    assert [one.span for one in made[:-1]].count(seen) == 1  # the last was made here
