from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.errors import TooFewUnitsError
from marketfold.features import build_features, split_at
from marketfold.orders import read_orders

CUT = date(2025, 9, 1)


def test_the_past_is_before_the_cut_and_the_future_from_it_on():
    clean = clean_orders(read_orders(pl.from_arrow(make_shop(1_500).lines)))
    early, future = split_at(clean, CUT)
    seen = clean.engine.collect(early.purchases)
    assert max(seen["ordered_on"].to_pylist()) < CUT
    assert all(day < CUT for day in clean.engine.collect(early.returns)["ordered_on"].to_pylist())
    everything = clean.engine.collect(clean.purchases).to_pylist()
    after: dict[str, float] = dict.fromkeys((row["customer_id"] for row in everything if row["ordered_on"] < CUT), 0.0)
    for row in everything:
        if row["ordered_on"] >= CUT and row["customer_id"] in after:
            after[row["customer_id"]] += row["amount"]
    found = dict(zip(future["customer_id"].to_pylist(), future["revenue"].to_pylist(), strict=True))
    assert found == pytest.approx(after)
    assert 0.0 in found.values()
    table = build_features(early, FeatureOptions(as_of=CUT))
    assert table.ids.tolist() == future["customer_id"].to_pylist()
    assert table.values.tobytes() == build_features(clean, FeatureOptions(as_of=CUT)).values.tobytes()


def test_a_cut_without_past_or_future_is_an_error():
    clean = clean_orders(read_orders(pl.from_arrow(make_shop(500).lines)))
    with pytest.raises(TooFewUnitsError, match="bought before 2001-01-01"):
        split_at(clean, date(2001, 1, 1))
    with pytest.raises(TooFewUnitsError, match="came back after 2040-01-01"):
        split_at(clean, date(2040, 1, 1))


def test_customers_who_came_back_are_counted_by_their_money(clean_purchases: CleanOrders, totals: dict[str, Any]):
    early, future = split_at(clean_purchases, date(2021, 10, 1))
    assert future.num_rows == len(build_features(early).ids)
    came_back = sum(money > 0 for money in future["revenue"].to_pylist())
    assert came_back == totals["purchases.txt"]["came_back_after_2021_09"]


def test_cdnow(shared_data: Any):
    clean = clean_orders(read_orders(shared_data / "CDNOW_master.txt"))
    early, future = split_at(clean, date(1997, 10, 1))
    assert future.num_rows == len(build_features(early).ids)
    assert sum(money > 0 for money in future["revenue"].to_pylist()) > 5_000
