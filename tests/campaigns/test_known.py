"""What a table of customers tells of a segment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from tests.campaigns.cases import customers_of

from marketfold.campaigns.customers import SegmentFacts
from marketfold.campaigns.known import KnownCustomers, _ahead, _facts, _two_largest, known_from_orders
from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.decisions import SourceFacts
from marketfold.demo import make_shop
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import Engine
from marketfold.features import Outlook, build_features, build_matrix, outlook_of, with_outlook
from marketfold.orders import read_orders
from marketfold.polars_engine import PolarsEngine
from marketfold.selection import Segmentation
from marketfold.units import Feature, FeatureTable


def test_an_order_is_worth_what_those_who_ordered_paid_for_each():
    """Of 40, 50 and 100 for an order the middle one; who never ordered has no order to be worth anything."""
    orders, revenue = np.array([1.0, 2.0, 4.0, 0.0, 9.0]), np.array([40.0, 100.0, 400.0, 0.0, 9.0])
    feature = Feature("order_count", "orders", "count", "value")
    ids = np.array(["a", "b", "c", "d", "e"])
    table = FeatureTable("customer", ids, orders[:, None], (feature,), revenue, date(2024, 6, 1))
    facts = _facts(table, np.array([True, True, True, True, False]))
    assert facts["order_value"] == 50
    assert facts["one_order_share"] == 0.25
    assert (facts["customer_count"], facts["customer_share"]) == (4, 0.8)
    assert facts["revenue_share"] == pytest.approx(540 / 549)
    assert facts["revenue_lead"] == pytest.approx(540 / 549 / 0.8)


def test_what_comes_anyway_is_forecast_where_the_model_was_checked(clean_purchases: CleanOrders) -> None:
    """Of two segments, those who ordered once and those who came back: of the first nobody can have ordered again."""
    X = build_matrix(build_features(clean_purchases))
    segmentation = Segmentation.of(X, (X.table.column("order_count") > 1).astype(np.int32))
    outlook, history = outlook_of(X.table), X.table.history
    assert isinstance(outlook, Outlook)
    assert history is not None
    once, again = known_from_orders(segmentation, clean_purchases, 90, lambda _: None).baselines
    assert once is not None
    assert again is not None
    assert (once.order_rate, once.forecast, again.forecast) == (0, False, False)

    checked = replace(segmentation, table=with_outlook(X.table, replace(outlook, checked=True)))
    ahead = known_from_orders(checked, clean_purchases, 90, lambda _: None).baselines
    for label, found in enumerate(ahead):
        who = segmentation.labels == label
        assert found is not None
        assert found.forecast
        assert found.order_rate == pytest.approx(outlook.ordering(history, 90)[who].mean())
        assert found.revenue_mean == pytest.approx(outlook.value(history, 90)[who].mean())
    assert 0 < ahead[0].order_rate < ahead[1].order_rate  # type: ignore[union-attr]
    assert ahead[0].revenue_sd > 0  # type: ignore[union-attr]

    unseen, seasonal = _ahead(checked, (None, again), 90, (None, date(2024, 11, 1)))
    assert unseen is not None
    assert (unseen.periods, unseen.forecast, seasonal) == (0, True, again)
    assert unseen.order_rate == pytest.approx(outlook.ordering(history, 90)[segmentation.labels == 0].mean())
    assert _ahead(checked, (None, None), 90, (None, None)) == (None, None)


REVENUE, LABELS = [1.0, 5.0, 4.0, 10.0, 7.0, 0.0, -3.0], [0, 0, 0, 1, 2, 3, 4]
SHARES = (0.9, 1.0, 1.0, None, None, None)


@pytest.mark.parametrize("engine", [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
def test_the_two_largest_customers_have_their_share_of_a_segment(engine: Engine):
    assert customers_of(engine, LABELS, 6, revenue=REVENUE).two_largest == SHARES


def test_the_two_largest_of_a_table_have_theirs():
    assert _two_largest(np.array(REVENUE), np.array(LABELS, np.int32), 6) == SHARES


def test_segments_are_priced_where_orders_time_and_money_are_known():
    engine = DuckDBEngine()
    who = engine.from_arrow(pa.table({"customer_id": ["C1"], "segment": [0], "revenue": [1.0]}))
    facts = (SegmentFacts({}, {}, 0.0),)
    one = KnownCustomers(who, engine, (1.0,), (1,), True, facts, (), (), (), 1, SourceFacts("orders.csv", 1, {}))
    assert one.can_be_priced
    assert not replace(one, order_counts=None).can_be_priced
    assert not replace(one, observed_days=0).can_be_priced
    assert not replace(one, has_money=False).can_be_priced


@pytest.mark.parametrize(("engine"), [DuckDBEngine(), PolarsEngine()], ids=["duckdb", "polars"])
@pytest.mark.parametrize(("revenue", "paid"), [([0.0, 0.0], 0), ([0.0, 2.0], 1), ([-2.0, 2.0], 2)])
def test_who_brought_or_cost_money_is_counted(engine: Engine, revenue: list[float], paid: int):
    assert customers_of(engine, [0, 0], 1, revenue=revenue).everybody["paid"] == paid


def test_of_a_table_without_money_or_orders_the_sizes_are_known():
    feature = Feature("recency_days", "days", "days", "value")
    ids = np.array(["a", "b", "c"])
    table = FeatureTable("customer", ids, np.array([[1.0], [5.0], [9.0]]), (feature,), np.zeros(3), date(2024, 6, 1))
    facts = _facts(table, np.array([True, True, False]))
    assert (facts["customer_count"], facts["customer_share"], facts["recency_days"]) == (2, 2 / 3, 3)
    assert not {"order_count", "one_order_share", "order_value"} & set(facts)


@pytest.mark.parametrize("named", [("product", "category"), ("product",), ("category",), ()])
def test_no_table_as_long_as_the_lines_is_left(named: tuple[str, ...]) -> None:
    """Whatever the lines name; and what was bought is told all the same."""
    shop = make_shop(1_000).lines
    columns = {"order": "order_id", "customer": "customer_id", "date": "ordered_on", "amount": "amount"}
    columns |= {name: column for name, column in (("product", "sku"), ("category", "category")) if name in named}
    clean = clean_orders(read_orders(pa.table({name: shop[column] for name, column in columns.items()})))
    X = build_matrix(build_features(clean))
    halves = (X.table.revenue > np.median(X.table.revenue)).astype(np.int32)
    known = known_from_orders(Segmentation.of(X, halves), clean, 90, lambda _: None)
    assert (known.baskets is not None, known.next_products is not None) == (bool(named), bool(named))
    engine = clean.engine
    assert isinstance(engine, DuckDBEngine)

    def left(column: str) -> int:
        asked = f"SELECT DISTINCT table_name FROM duckdb_columns() WHERE column_name = '{column}'"  # noqa: S608
        return len(engine.connection.sql(asked).fetchall())

    assert left("basket") == 0
    assert left("customer") == 1  # the number of each, in `customers` alone
    for held in (known.customers, known.next_products):
        assert held is None or engine.collect(held).num_rows == len(X.table)
