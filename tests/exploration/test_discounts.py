from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Exploration


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
