from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marketfold.exploration import Exploration


def test_empty_cells_over_all_read_lines(sales: Exploration):
    found = dict(zip(sales.missing.labels, sales.missing.empty.tolist(), strict=True))
    assert found["STATE"] == 1486
    assert sum(found.values()) == 1486
    assert sales.missing.n_lines == 2823
    assert sales.missing.labels[0] == "STATE"


def test_the_shop_lacks_customers_on_some_lines(shop: Exploration):
    found = dict(zip(shop.missing.columns, shop.missing.empty.tolist(), strict=True))
    assert found["customer_id"] == shop.lines.set_aside["no_customer"]


def test_columns_that_are_not_there(cdnow: Exploration, sales: Exploration):
    assert cdnow.missing.absent == ("product_id", "category", "country", "list_price", "status")
    assert sales.missing.absent == ()
