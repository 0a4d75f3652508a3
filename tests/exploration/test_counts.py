from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pandas as pd

    from marketfold.exploration import Exploration


COLUMNS = {"category": "PRODUCTLINE", "country": "COUNTRY", "territory": "TERRITORY", "deal_size": "DEALSIZE"}


@pytest.mark.parametrize("role", COLUMNS)
def test_lines_and_revenue_of_kept_lines(role: str, sales: Exploration, sales_kept: pd.DataFrame):
    counts = sales.count_of(role)
    assert counts is not None
    assert (counts.scope, counts.label) == ("kept", COLUMNS[role])
    by = sales_kept.groupby(COLUMNS[role])["SALES"]
    assert dict(zip(counts.names, counts.lines.tolist(), strict=True)) == by.size().to_dict()
    assert dict(zip(counts.names, counts.revenue, strict=True)) == pytest.approx(by.sum().to_dict())
    assert counts.lines.tolist() == sorted(counts.lines, reverse=True)


def test_a_status_is_counted_over_all_read_lines(sales: Exploration, totals: dict[str, Any]):
    status = sales.count_of("status")
    assert status is not None
    assert status.scope == "read"
    assert dict(zip(status.names, status.lines.tolist(), strict=True)) == totals["sales.csv"]["statuses"]


def test_north_america_is_not_missing(sales: Exploration):
    territory = sales.count_of("territory")
    assert territory is not None
    assert "NA" in territory.names
    assert None not in territory.names


def test_empty_cells_are_a_value_of_their_own(sales: Exploration, sales_kept: pd.DataFrame):
    state = sales.count_of("state")
    assert state is not None
    assert dict(zip(state.names, state.lines.tolist(), strict=True))[None] == sales_kept["STATE"].isna().sum()


def test_the_total_covers_values_beyond_the_named_ones(sales: Exploration, totals: dict[str, Any]):
    products = sales.count_of("product_id")
    assert products is not None
    known = totals["sales.csv"]
    assert products.n_values == known["products"]
    assert len(products.names) == 50 < products.n_values
    assert products.lines_total == known["lines_kept"]
    assert products.revenue_total == pytest.approx(known["amount_kept"])
    assert products.revenue_share.sum() < 1


def test_columns_that_a_file_lacks_are_not_counted(purchases: Exploration):
    assert purchases.counts == ()


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
