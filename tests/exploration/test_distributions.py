from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Distribution, Exploration


def distribution(exploration: Exploration, column: str, by: str = "") -> Distribution:
    return next(one for one in exploration.distributions if (one.column, one.by) == (column, by))


def test_bins_agree_with_numpy(sales: Exploration, sales_kept: pd.DataFrame):
    one = distribution(sales, "amount", "deal_size")
    assert one.groups == ("Small", "Medium", "Large")
    for group, counts in zip(one.groups, one.counts, strict=True):
        values = sales_kept.loc[sales_kept["DEALSIZE"] == group, "SALES"]
        inside = values.clip(one.edges[0], one.edges[-1] - 1e-6)
        assert counts.tolist() == np.histogram(inside, one.edges)[0].tolist()


def test_values_on_a_border_fall_into_the_bin_that_starts_there(sales: Exploration):
    one = distribution(sales, "amount", "deal_size")
    small = one.counts[one.groups.index("Small")]
    assert small[one.edges[:-1] >= 3000].sum() == 0


def test_medians_of_groups(sales: Exploration, sales_kept: pd.DataFrame):
    one = distribution(sales, "quantity", "category")
    medians = sales_kept.groupby("PRODUCTLINE")["QUANTITYORDERED"].median()
    assert dict(zip(one.groups, one.medians, strict=True)) == medians.to_dict()
    assert one.median == sales_kept["QUANTITYORDERED"].median()


def test_items_are_whole_numbers(purchases: Exploration, purchases_kept: pd.DataFrame):
    one = distribution(purchases, "quantity")
    assert one.edges[:3].tolist() == [0.5, 1.5, 2.5]
    assert one.counts[0][:3].tolist() == [(purchases_kept["number_of_cds"] == n).sum() for n in (1, 2, 3)]
    assert one.counts.sum() == len(purchases_kept)


def test_the_value_of_orders(sales: Exploration, sales_kept: pd.DataFrame):
    one, orders = distribution(sales, "order_value"), sales_kept.groupby("ORDERNUMBER")["SALES"].sum()
    assert one.counts.sum() == len(orders)
    assert (one.minimum, one.median, one.maximum) == pytest.approx((orders.min(), orders.median(), orders.max()))


def test_skewed_numbers_have_bins_that_grow(shop: Exploration):
    one = distribution(shop, "order_value")
    assert one.log
    assert np.diff(np.log10(one.edges)) == pytest.approx(1 / 8)
    assert one.edges[0] <= one.minimum
    assert one.edges[-1] >= one.maximum
    assert one.counts.sum() == shop.lines.orders


def test_discounts_go_by_what_was_paid_and_not_by_the_capped_price(sales: Exploration, sales_kept: pd.DataFrame):
    off = 1 - sales_kept["SALES"] / sales_kept["QUANTITYORDERED"] / sales_kept["MSRP"]
    found = sales.discounts
    assert found is not None
    assert (found.mean, found.median) == pytest.approx((off.mean(), off.median()))
    clipped = off.clip(found.edges[0], found.edges[-1] - 1e-6)
    assert found.counts.tolist() == np.histogram(clipped + 1e-10, found.edges)[0].tolist()
    assert found.counts.sum() == found.n_lines == len(sales_kept)


def test_mean_discount_by_list_price(sales: Exploration, sales_kept: pd.DataFrame):
    off = 1 - sales_kept["SALES"] / sales_kept["QUANTITYORDERED"] / sales_kept["MSRP"]
    found = sales.discounts
    assert found is not None
    inside = (sales_kept["MSRP"] >= found.list_price_edges[1]) & (sales_kept["MSRP"] < found.list_price_edges[2])
    assert found.list_price_lines[1] == inside.sum()
    assert found.list_price_discount[1] == pytest.approx(off[inside].mean())


def test_without_a_list_price_there_is_no_discount(purchases: Exploration):
    assert purchases.discounts is None
