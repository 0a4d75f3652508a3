from __future__ import annotations

import numpy as np
import pytest

from marketfold.demo import GROUPS, make_later_orders, make_shop


def test_the_same_seed_makes_the_same_shop():
    assert make_shop(2_000, random_state=3).lines.equals(make_shop(2_000, random_state=3).lines)
    assert not make_shop(2_000, random_state=3).lines.equals(make_shop(2_000, random_state=4).lines)


@pytest.mark.parametrize("wanted", [3_000, 12_000, 100_000])
def test_the_number_of_lines_is_about_what_was_asked(wanted: int):
    assert len(make_shop(wanted).lines) == pytest.approx(wanted, rel=0.1)


def test_every_planted_group_is_there_at_its_share():
    groups = make_shop(50_000).truth["group"].to_pylist()
    for group in GROUPS:
        assert groups.count(group.name) / len(groups) == pytest.approx(group.share, abs=0.01)


def test_the_export_carries_dirt():
    lines = make_shop(4_000).lines
    assert "" in lines["customer_id"].to_pylist()
    assert "unknown" in lines["ordered_on"].to_pylist()
    assert "POST" in lines["sku"].to_pylist()
    assert "Cancelled" in lines["status"].to_pylist()


def test_a_planted_campaign_effect_is_in_the_later_orders():
    shop = make_shop(100_000)
    ids = np.array(shop.truth["customer_id"].to_pylist())
    treated = set(ids[::2])
    later = make_later_orders(shop, treated, lift=0.5)
    orders = dict(zip(later["order_id"].to_pylist(), later["customer_id"].to_pylist(), strict=True))
    reached = sum(customer in treated for customer in orders.values())
    assert reached / (len(orders) - reached) == pytest.approx(1.5, rel=0.1)
