from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.features import build_features, build_matrix
from marketfold.orders import read_orders
from marketfold.segments import customers_of_units, find_traps

if TYPE_CHECKING:
    from marketfold.schema import Unit


@pytest.fixture(scope="module")
def clean() -> CleanOrders:
    return clean_orders(read_orders(make_shop(lines=2_000).lines))


def test_customers_are_their_own(clean: CleanOrders):
    assert customers_of_units(clean, build_features(clean)) is None


def test_every_order_has_the_customer_of_its_lines(clean: CleanOrders):
    table = build_features(clean, FeatureOptions(unit="order"))
    customers = customers_of_units(clean, table)
    assert customers is not None
    pairs = clean.engine.collect(clean.purchases.select("order_id", "customer_id").unique())
    owner = dict(zip(pairs["order_id"].to_pylist(), pairs["customer_id"].to_pylist(), strict=True))
    assert customers.tolist() == [owner[order] for order in table.ids]


@pytest.mark.parametrize("unit", ["order", "order_line"])
def test_the_guard_sees_that_orders_are_not_customers(clean: CleanOrders, unit: Unit):
    matrix = build_matrix(build_features(clean, FeatureOptions(unit=unit)))
    labels = (matrix.table.column("recency_days") > np.median(matrix.table.column("recency_days"))).astype(np.int32)
    traps = find_traps(matrix, labels, customers=customers_of_units(clean, matrix.table))
    (grain,) = [trap for trap in traps if trap.code == "grain"]
    assert "customers into several segments" in grain.sentence
