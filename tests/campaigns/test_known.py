"""What a table of customers tells of a segment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from marketfold.campaigns.known import _facts, known_from_orders
from marketfold.cleaning import CleanOrders
from marketfold.features import Outlook, build_features, build_matrix, outlook_of, with_outlook
from marketfold.schema import Feature, FeatureTable
from marketfold.selection import Segmentation


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
