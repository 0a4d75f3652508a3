"""What a table of customers tells of a segment."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from marketfold.campaigns.known import _facts
from marketfold.schema import Feature, FeatureTable


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
