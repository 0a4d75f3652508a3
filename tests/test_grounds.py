"""What a run stands on: orders, of which those before a day are seen, or a table of customers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from marketfold.analysis import CustomersPart, DataPart
from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, RunConfig
from marketfold.customer_tables import CustomerTable, read_source
from marketfold.demo import make_shop
from marketfold.exploration import explore
from marketfold.features import LazyFeatureTable
from marketfold.grounds import CustomersGround, Ground, OrdersGround
from marketfold.orders import read_orders
from marketfold.selection import NullClouds, NullShops
from marketfold.units import FeatureTable

if TYPE_CHECKING:
    from marketfold.schema import Unit


@pytest.fixture(scope="module")
def ground() -> OrdersGround:
    orders = read_orders(make_shop(8_000).lines)
    clean = clean_orders(orders)
    return OrdersGround(DataPart("a shop", orders, clean, explore(clean), None), clean, RunConfig())


def of(ground: OrdersGround, unit: Unit) -> OrdersGround:
    return replace(ground, config=ground.config.model_copy(update={"features": FeatureOptions(unit=unit)}))


def test_more_customers_than_memory_takes_stay_with_the_engine_and_other_units_do_not(ground: OrdersGround):
    n_customers = ground.seen.activity.n_customers
    for most, kind in ((n_customers, FeatureTable), (n_customers - 1, LazyFeatureTable)):
        few = replace(ground, config=RunConfig(clustering=ClusteringOptions(in_memory=most, choose_among=most)))
        assert type(few.features()) is kind
        assert type(of(few, "order").features()) is FeatureTable


def test_a_sample_has_the_lines_of_those_whom_its_table_draws(ground: OrdersGround):
    table = ground.features()
    assert isinstance(table, FeatureTable)
    few = ground.sample(100, seed=3)
    theirs = few.features()
    assert isinstance(theirs, FeatureTable)
    assert set(theirs.ids.tolist()) == set(table.sample(100, 3).ids.tolist())
    assert few.data is ground.data
    orders = of(ground, "order")
    assert orders.sample(100, seed=3) is orders


def test_an_earlier_day_is_known_of_customers_alone_and_where_orders_are_long_enough(ground: OrdersGround):
    table = ground.features()
    assert isinstance(table, FeatureTable)
    holdout = ground.holdout(table)
    assert holdout is not None
    assert ground.seen.activity.span
    first, last = ground.seen.activity.span
    assert first < holdout.cutoff < last
    assert of(ground, "order").holdout(table) is None


def test_published_analyses_are_followed_where_lines_are_segmented(ground: OrdersGround):
    assert ground.baseline() is None
    assert of(ground, "order_line").baseline() is not None
    assert isinstance(ground.null(), NullShops)
    assert ground.behind_plan() is ground.seen


def test_a_table_of_customers_has_neither_days_nor_lines():
    rng = np.random.default_rng(0)
    columns = {"customer": [f"c{n}" for n in range(60)], "spent": rng.lognormal(3, 1, 60), "visits": rng.poisson(4, 60)}
    read = read_source(pa.table(columns), RunConfig().reading)
    assert isinstance(read, CustomerTable)
    ground: Ground = CustomersGround(CustomersPart("a table", read, None))
    table = ground.features()
    assert table is read.features
    assert ground.sample(10, seed=0) is ground
    assert ground.holdout(table) is None
    assert ground.checked(table, None) == (table, None, None)
    assert isinstance(ground.null(), NullClouds)
    assert ground.baseline() is None
    assert ground.behind_plan() is read
