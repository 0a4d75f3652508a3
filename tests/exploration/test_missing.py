from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketfold.exploration import Exploration


def test_empty_cells_over_all_read_lines(sales: Exploration, totals: dict[str, Any]):
    found = dict(zip(sales.missing.labels, sales.missing.empty.tolist(), strict=True))
    assert found["STATE"] == totals["sales.csv"]["empty"]["STATE"]
    assert sum(found.values()) == found["STATE"]
    assert sales.missing.n_lines == totals["sales.csv"]["lines"]
    assert sales.missing.labels[0] == "STATE"


def test_the_shop_lacks_customers_on_some_lines(shop: Exploration):
    found = dict(zip(shop.missing.columns, shop.missing.empty.tolist(), strict=True))
    assert found["customer_id"] == shop.lines.set_aside["no_customer"]


def test_columns_that_are_not_there(purchases: Exploration, sales: Exploration):
    assert purchases.missing.absent == ("product_id", "category", "country", "list_price", "status")
    assert sales.missing.absent == ()
