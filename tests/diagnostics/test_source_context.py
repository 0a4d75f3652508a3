from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.diagnostics import find_traps, read_context
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.selection import Segmentation

if TYPE_CHECKING:
    from marketfold.schema import Unit


@pytest.fixture(scope="module")
def clean() -> CleanOrders:
    return clean_orders(read_orders(make_shop(lines=2_000).lines))


def test_customers_are_their_own(clean: CleanOrders):
    assert read_context(clean, build_features(clean)).customers is None


def test_every_order_has_the_customer_of_its_lines(clean: CleanOrders):
    table = build_features(clean, FeatureOptions(unit="order"))
    customers = read_context(clean, table).customers
    assert customers is not None
    pairs = clean.engine.collect(clean.purchases.select("order_id", "customer_id").unique())
    owner = dict(zip(pairs["order_id"].to_pylist(), pairs["customer_id"].to_pylist(), strict=True))
    assert customers.tolist() == [owner[order] for order in table.ids]


@pytest.mark.parametrize("unit", ["order", "order_line"])
def test_the_guard_sees_that_orders_are_not_customers(clean: CleanOrders, unit: Unit):
    matrix = build_matrix(build_features(clean, FeatureOptions(unit=unit)))
    labels = (matrix.table.column("recency_days") > np.median(matrix.table.column("recency_days"))).astype(np.int32)
    traps = find_traps(Segmentation.of(matrix, labels), clean)
    (grain,) = [trap for trap in traps if trap.code == "grain"]
    assert grain.facts["n_several"] > 0.1 * grain.facts["n_customers"]


def test_order_lines_may_restate_columns_of_the_source(clean: CleanOrders):
    context = read_context(clean, build_features(clean, FeatureOptions(unit="order_line")))
    assert {"category", "country"} <= set(context.columns)
    assert read_context(clean, build_features(clean, FeatureOptions(unit="order"))).columns == {}


def test_the_outcome_window_is_what_came_on_and_after_the_as_of_day(clean: CleanOrders):
    assert read_context(clean, build_features(clean)).later_revenue is None
    table = build_features(clean, FeatureOptions(as_of=date(2025, 1, 1)))
    later = read_context(clean, table).later_revenue
    lines = clean.engine.collect(clean.purchases).to_pandas()
    after = lines[lines["ordered_on"] >= date(2025, 1, 1)].groupby("customer_id")["amount"].sum()
    assert later is not None
    assert later.sum() > 0
    assert later == pytest.approx([after.get(one, 0.0) for one in table.ids.tolist()])
