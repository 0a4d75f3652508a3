"""Shops without groups: what their lines hold, and from whom features of one's own are taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.features import build_features
from marketfold.orders import read_orders
from marketfold.schema import SOURCE_LINE
from marketfold.selection.null_shops import MOST_LINES, _standing, draw_orders
from marketfold.selection.shop_model import fit_shop
from marketfold.selection.spread import Spread
from marketfold.units import FeatureTable


def shop(*, quantity: bool) -> CleanOrders:
    """Eighty customers of one to four orders, each of one line a tenth under its list price."""
    rng = np.random.default_rng(0)
    owner = np.repeat(np.arange(80), 1 + np.arange(80) % 4)
    n = len(owner)
    items = rng.integers(1, 4, n) if quantity else np.ones(n, np.int64)
    listed = np.round(rng.uniform(10, 90, n), 2)
    table = {
        "Order ID": [str(one) for one in range(n)],
        "Customer ID": [f"C{one:02}" for one in owner],
        "Order Date": [f"2024-{1 + (7 * one) % 12:02}-{1 + one % 28:02}" for one in range(n)],
        "Amount": np.round(0.9 * listed * items, 2),
        "List Price": listed,
    }
    return clean_orders(read_orders(pa.table(table | ({"Quantity": items} if quantity else {}))))


@pytest.mark.parametrize("quantity", [True, False])
def test_drawn_lines_have_the_columns_of_the_shop(quantity: bool):
    """Without quantities no discount is known of: a list price is what the line brought."""
    clean = shop(quantity=quantity)
    table = build_features(clean)
    model = fit_shop(clean, table)
    lines, back = draw_orders(model, 2, None, np.random.default_rng(1))
    amount, listed = lines["amount"].to_numpy(), lines["list_price"].to_numpy()
    assert lines["customer_id"].to_numpy().max() == 2 * len(table) - 1
    assert (amount > 0).all()
    if quantity:
        off = 1 - amount / lines["quantity"].to_numpy() / listed
        assert off.mean() == pytest.approx(0.1, abs=0.03)
        assert model.whole_items
        assert (lines["quantity"].to_numpy() == np.rint(lines["quantity"].to_numpy())).all()
    else:
        assert listed == pytest.approx(amount)
    assert back.num_rows == 0


def test_where_customers_stand_is_their_share_below_by_money_and_by_orders():
    table = build_features(shop(quantity=False))
    found = _standing(table, table, np.random.default_rng(0))
    assert found.shape == (len(table), 2)
    assert (found >= 0).all()
    assert (found < 1).all()
    assert np.argsort(found[:, 0]).tolist() == np.argsort(table.revenue, kind="stable").tolist()
    assert found[:, 0] == pytest.approx((np.argsort(np.argsort(table.revenue)) + 0.5) / len(table), abs=1 / len(table))
    assert table.history is not None
    below = [float((table.history.repeats < one).mean()) for one in table.history.repeats]
    up_to = [float((table.history.repeats <= one).mean()) for one in table.history.repeats]
    assert (found[:, 1] >= below).all()
    assert (found[:, 1] <= up_to).all()


def test_of_tables_without_a_history_only_money_tells():
    table = build_features(shop(quantity=False))
    bare: FeatureTable = replace(table, history=None)
    found = _standing(bare, bare, np.random.default_rng(0))
    assert np.unique(found[:, 1]).size > len(table) / 2  # by lot, for all are alike


def test_drawn_orders_have_as_many_lines_as_those_of_the_shop():
    clean = shop(quantity=True)
    model = fit_shop(clean, build_features(clean))
    lines, _ = draw_orders(model, 3, None, np.random.default_rng(0))
    assert len(set(lines["order_id"].to_pylist())) == lines.num_rows
    assert lines["amount"].to_numpy().mean() == pytest.approx(90, rel=0.4)


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_the_largest_deals_are_as_many_and_the_dearest(share: float):
    clean = shop(quantity=True)
    model = fit_shop(clean, build_features(clean))
    model = replace(model, columns=(*model.columns, "deal_size"), large_share=share)
    lines, _ = draw_orders(model, 5, "Large", np.random.default_rng(0))
    large = np.array(lines["deal_size"].to_pylist()) == "Large"
    amount = lines["amount"].to_numpy()
    assert large.mean() == pytest.approx(share, abs=0.01)
    assert amount[large].min() > amount[~large].max()
    assert set(lines["deal_size"].to_pylist()) == {None, "Large"}


def each_of(*sizes: float) -> Spread:
    """Every order is worth as much, of as many lines and items."""
    return Spread(np.log(sizes), np.zeros((len(sizes), len(sizes))), np.zeros((len(sizes), len(sizes))))


def test_lines_of_an_order_share_its_money_and_its_items():
    clean = shop(quantity=True)
    model = replace(fit_shop(clean, build_features(clean)), line_spread=0.0)
    model = replace(model, sizes=each_of(100.0, 4.0, 8.0))
    lines, back = draw_orders(model, 1, None, np.random.default_rng(1))
    assert set(lines["amount"].to_pylist()) == {25.0}
    assert set(lines["quantity"].to_pylist()) == {2.0}
    assert set(lines.group_by("order_id").aggregate([([], "count_all")])["count_all"].to_pylist()) == {4}
    assert lines[SOURCE_LINE].to_pylist() == list(range(len(lines)))
    assert lines["ordered_on"].to_numpy().min() >= np.datetime64(model.first_on)
    assert back.num_rows == 0


@pytest.mark.parametrize(
    ("drawn", "amount", "n_lines"), [([0.0001, 0.2, 1.0], 0.01, 1), ([5.0, 900.0, 900.0], 0.01, MOST_LINES)]
)
def test_no_line_costs_nothing_and_no_order_is_without_end(drawn: list[float], amount: float, n_lines: int):
    clean = shop(quantity=True)
    model = replace(fit_shop(clean, build_features(clean)), line_spread=0.0, sizes=each_of(*drawn))
    lines, _ = draw_orders(model, 1, None, np.random.default_rng(1))
    assert set(lines["amount"].to_pylist()) == {amount}
    assert set(lines.group_by("order_id").aggregate([([], "count_all")])["count_all"].to_pylist()) == {n_lines}
